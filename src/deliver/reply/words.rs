//! What the words of a reply say where its codes don't: RFC 3463's codes are left out, generic or wrong in too many real replies
//! (a Postfix relay turns `550 no such user here` into 5.7.1).

/// The sender is what is refused, whoever the recipient is.
const SENDER: &[&str] = &[
    "sender address",
    "sender verif",
    "sender domain",
    "verifying <",
    "envelope from",
    "mail from",
    "return path",
    "bad sender",
    "sender denied",
    "sender rejected",
];

/// There is nobody of that name.
const UNKNOWN_USER: &[&str] = &[
    "user unknown",
    "unknown user",
    "no such user",
    "no such mailbox",
    "no such recipient",
    "no such person",
    "no such address",
    "no such account",
    "unknown recipient",
    "recipient unknown",
    "unknown local part",
    "unknown local-part",
    "unknown or illegal alias",
    "unrouteable address",
    "unknown address",
    "address unknown",
    "addressee unknown",
    "unknown mailbox",
    "mailbox unknown",
    "user not found",
    "recipient not found",
    "recipientnotfound",
    "mailbox not found",
    "address not found",
    "user does not exist",
    "user doesn't exist",
    "mailbox does not exist",
    "mailbox doesn't exist",
    "recipient does not exist",
    "recipient doesn't exist",
    "address does not exist",
    "address doesn't exist",
    "account does not exist",
    "account doesn't exist",
    "tried to reach does not exist",
    "user doesn't have a",
    "no mailbox here by that name",
    "no mailbox by that name",
    "no account by that name",
    "not a valid mailbox",
    "not a valid user",
    "not a known user",
    "invalid mailbox",
    "invalid recipient",
    "invalid user",
];

/// The mailbox has no room.
const FULL: &[&str] = &[
    "mailbox full",
    "mailbox is full",
    "inbox is full",
    "inbox full",
    "over quota",
    "overquota",
    "exceeded storage",
    "quota exceeded (mailbox",
    "mailbox quota",
    "quota exceeded for user",
    "recipient's quota",
    "insufficient storage",
    "out of storage",
];

/// Who sends, or what, is not wanted; the recipient may be all right.
const POLICY: &[&str] = &[
    "spam",
    "blocked",
    "block list",
    "blocklist",
    "blacklist",
    "black list",
    "denylist",
    "banned",
    "policy",
    "relay",
    "rcpthosts",
    "sending limit",
    "sending quota",
    "daily quota",
    "rate limit",
    "too many",
    "dmarc",
    "dkim",
    "spf",
    "reputation",
    "authentication",
    "not authorized",
    "not authorised",
    "not permitted",
    "unsolicited",
    "bulk mail",
    "dnsbl",
    "listed in",
    "listed at",
    "suspicious",
    "virus",
    "reverse dns",
    "ptr record",
];

/// What the words are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// The envelope's sender.
    Sender,
    /// A recipient who doesn't exist.
    UnknownUser,
    /// A mailbox without room.
    Full,
    /// Who sends, or what is sent.
    Policy,
    /// Nothing that we know.
    Unknown,
}

/// What a reply's words are about. The sender goes first: `Sender address rejected: User unknown` says nothing of the recipient.
pub(super) fn subject(text: &str) -> Subject {
    let text = text.to_lowercase().replace('\u{2019}', "'");
    let names = |phrases: &[&str]| phrases.iter().any(|phrase| text.contains(phrase));
    if names(SENDER) {
        Subject::Sender
    } else if names(UNKNOWN_USER) {
        Subject::UnknownUser
    } else if names(FULL) {
        Subject::Full
    } else if names(POLICY) {
        Subject::Policy
    } else {
        Subject::Unknown
    }
}

/// The words without what differs from mail to mail (addresses, queue ids, sizes), so that the same refusal is known again.
pub(super) fn gist(text: &str) -> String {
    let varies = |word: &&str| word.contains('@') || word.contains(|c: char| c.is_ascii_digit());
    let words: Vec<_> = text.split(' ').filter(|word| !varies(word)).collect();
    words.join(" ").to_lowercase()
}
