//! What a refusal means for one mail.

use super::{
    Reply,
    words::{self, Subject},
};
use crate::deliver::relay::Phase;

/// What a refusal means for the mail it answers. (A mail that was taken has no verdict: [`Session::send`] returned its 250.)
///
/// The first row that fits decides:
///
/// | reply | verdict | because |
/// |---|---|---|
/// | 421 at any time | `Closing` | the connection goes away (RFC 5321, 3.8); no word about the recipient |
/// | 4yz | `Deferred` | not now |
/// | 530, 534, 535, 538 | `Relay` | it wants a login or TLS of us |
/// | 5yz at MAIL or earlier | `Relay` | no recipient was named yet |
/// | – but 552, 5.3.4 or 5.6.z at MAIL | `Rejected`, soft | this mail is too big or of a form that it can't take; the next may not be |
/// | words about the sender, 5.1.7, 5.1.8 | `Policy` | servers that wait for RCPT before they refuse MAIL |
/// | 5.1.1, 5.1.2, 5.1.3, 5.1.6, 5.1.10 | `Rejected`, hard | there is no such mailbox |
/// | words that name an unknown user | `Rejected`, hard | codes are left out, generic or wrong in many replies |
/// | 5.1.z, 5.2.z, 5.3.z | `Rejected`, soft | a mailbox that is full or disabled, a system that doesn't take this mail |
/// | 5.4.5, 5.5.z, 5.6.z, 5.7.z | `Policy` | a quota of ours, our protocol, our content, who we are |
/// | 5.6.7 | `Rejected`, soft | this recipient's address needs SMTPUTF8, and the way to it has none |
/// | 5.4.z | `Rejected`, soft | no way to this recipient |
/// | 5.0.0, or no code: words of a full mailbox, 552 | `Rejected`, soft | |
/// | – words of a policy, or any to DATA | `Policy` | |
/// | – other words | `Rejected`, soft | not mailed in this issue, and not suppressed |
///
/// 5.1.0, 5.2.0, 5.3.0 and 5.5.0 ("other or undefined") are read by their words first. Ten times the same words without a 250 between are the
/// relay's own verdict, whatever this table says: [`Standing`](super::Standing) counts.
///
/// [`Session::send`]: crate::deliver::relay::Session::send
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The connection goes away: this mail goes again, over another, and no attempt is counted.
    Closing,
    /// Not now: this mail goes again later.
    Deferred,
    /// Never to this recipient.
    Rejected {
        /// There is no such mailbox: the address is to be suppressed once the relay has taken another mail.
        hard: bool,
    },
    /// Who sends, or what, isn't wanted: not the recipient's fault. The mail is deferred; ten such are the relay's verdict.
    Policy,
    /// The relay takes nothing from us: it stops, and the operator is told.
    Relay,
}

impl Verdict {
    /// The meaning of a refusal in its phase.
    #[must_use]
    pub fn of(phase: Phase, reply: &Reply) -> Self {
        match reply.code {
            421 => return Self::Closing,
            530 | 534 | 535 | 538 => return Self::Relay,
            code if code / 100 != 5 => return Self::Deferred,
            _ => {}
        }
        let code = reply.enhanced.map(|(_, subject, detail)| (subject, detail));
        if phase <= Phase::Mail {
            let of_this_mail = matches!(code, Some((3, 4) | (6, _)))
                || reply.code == 552 && !matches!(code, Some((7, _)));
            return if of_this_mail { SOFT } else { Self::Relay };
        }
        Self::of_codes(phase, reply.code, code, words::subject(&reply.text))
    }

    fn of_codes(phase: Phase, code: u16, enhanced: Option<(u16, u16)>, words: Subject) -> Self {
        match (enhanced, words) {
            (_, Subject::Sender) | (Some((1, 7 | 8)), _) => Self::Policy,
            (Some((1, 1 | 2 | 3 | 6 | 10)), _) | (_, Subject::UnknownUser) => HARD,
            (Some((7, _) | (4, 5)), _) => Self::Policy,
            (Some((6, 7) | (1..=3, 1..) | (4, _)), _) | (_, Subject::Full) => SOFT,
            (Some((6, _) | (5, 1..)), _) | (_, Subject::Policy) => Self::Policy,
            (None | Some((0, _)), _) if code == 552 => SOFT,
            _ if phase == Phase::Data => Self::Policy,
            _ => SOFT,
        }
    }
}

const HARD: Verdict = Verdict::Rejected { hard: true };
const SOFT: Verdict = Verdict::Rejected { hard: false };

#[cfg(test)]
mod tests {
    use super::*;
    use Phase::{Data, End, Greeting, Login, Mail, Rcpt};
    use Verdict::{Closing, Deferred, Policy, Relay};

    /// Replies as real servers give them.
    const CASES: &[(Phase, u16, &str, Verdict)] = &[
        // Gmail
        (
            Rcpt,
            550,
            "5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos or unnecessary spaces. For more information, go to https://support.google.com/mail/?p=NoSuchUser ada2fe7eead31-4ce - gsmtp",
            HARD,
        ),
        (
            Rcpt,
            550,
            "5.2.1 The email account that you tried to reach is inactive. For more information, go to https://support.google.com/mail/?p=DisabledUser gsmtp",
            SOFT,
        ),
        (
            Rcpt,
            552,
            "5.2.2 The recipient's inbox is out of storage space. Please direct the recipient to https://support.google.com/mail/?p=OverQuotaPerm gsmtp",
            SOFT,
        ),
        (
            Rcpt,
            452,
            "4.2.2 The recipient's inbox is out of storage space.",
            Deferred,
        ),
        (
            Mail,
            550,
            "5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to https://support.google.com/a/answer/166852 gsmtp",
            Relay,
        ),
        (
            End,
            550,
            "5.4.5 Daily SMTP relay sending limit exceeded for customer.",
            Policy,
        ),
        (End, 550, "5.4.5 Daily sending quota exceeded.", Policy),
        (
            End,
            550,
            "5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail requires all senders to authenticate with either SPF or DKIM.",
            Policy,
        ),
        (
            End,
            550,
            "5.7.1 [192.0.2.7 12] Our system has detected that this message is likely unsolicited mail. To reduce the amount of spam sent to Gmail, this message has been blocked.",
            Policy,
        ),
        (
            End,
            552,
            "5.7.0 This message was blocked because its content presents a potential security issue.",
            Policy,
        ),
        (
            End,
            552,
            "5.3.4 Your message exceeded Google's message size limits.",
            SOFT,
        ),
        (
            End,
            421,
            "4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address.",
            Closing,
        ),
        (Mail, 530, "5.7.0 Authentication Required.", Relay),
        // Outlook, Exchange
        (
            Rcpt,
            550,
            "5.5.0 Requested action not taken: mailbox unavailable (S2017062302).",
            SOFT,
        ),
        (
            Rcpt,
            550,
            "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ann@post.example not found by SMTP address lookup",
            HARD,
        ),
        (
            Rcpt,
            550,
            "5.4.1 Recipient address rejected: Access denied. AS(201806281)",
            SOFT,
        ),
        (
            Rcpt,
            550,
            "5.7.1 Service unavailable, Client host [192.0.2.7] blocked using Spamhaus.",
            Policy,
        ),
        (
            Rcpt,
            550,
            "5.7.511 Access denied, banned sender[192.0.2.7].",
            Policy,
        ),
        (
            Mail,
            550,
            "5.7.1 Unfortunately, messages from [192.0.2.7] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).",
            Relay,
        ),
        (
            End,
            554,
            "5.2.252 SendAsDenied; news@post.example not allowed to send as x@post.example",
            SOFT,
        ),
        (
            Rcpt,
            451,
            "4.7.500 Server busy. Please try again later from [192.0.2.7].",
            Deferred,
        ),
        // Yahoo
        (
            End,
            554,
            "delivery error: dd This user doesn't have a yahoo.com account (ann@yahoo.example) [0] - mta4123.mail.bf1.yahoo.com",
            HARD,
        ),
        (
            Rcpt,
            552,
            "1 Requested mail action aborted, mailbox not found",
            HARD,
        ),
        (
            End,
            554,
            "5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes",
            Policy,
        ),
        (
            Mail,
            421,
            "4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to unexpected volume or user complaints",
            Closing,
        ),
        // Postfix
        (
            Rcpt,
            550,
            "5.1.1 <ann@post.example>: Recipient address rejected: User unknown in virtual mailbox table",
            HARD,
        ),
        (
            Rcpt,
            554,
            "5.7.1 <ann@post.example>: Relay access denied",
            Policy,
        ),
        (
            Rcpt,
            550,
            "5.7.1 host mx.post.example[192.0.2.9] said: 550 no such user here",
            HARD,
        ),
        (
            Rcpt,
            553,
            "5.7.1 <news@post.example>: Sender address rejected: not owned by user ann",
            Policy,
        ),
        (
            Rcpt,
            550,
            "5.1.0 <news@post.example>: Sender address rejected: User unknown in virtual mailbox table",
            Policy,
        ),
        (
            Rcpt,
            550,
            "5.1.8 <news@post.example>: Domain not found",
            Policy,
        ),
        (
            Rcpt,
            450,
            "4.2.0 <ann@post.example>: Recipient address rejected: Greylisted, see http://postgrey.example/",
            Deferred,
        ),
        (End, 552, "5.3.4 Message size exceeds fixed limit", SOFT),
        (Mail, 552, "5.3.4 Message size exceeds fixed limit", SOFT),
        (Rcpt, 503, "5.5.1 Error: need MAIL command", Policy),
        (Data, 554, "5.5.1 Error: no valid recipients", Policy),
        // Exim
        (Rcpt, 550, "Unrouteable address", HARD),
        (Rcpt, 550, "Unknown user", HARD),
        (Rcpt, 550, "relay not permitted", Policy),
        (
            Rcpt,
            550,
            "Callout verification failed: 550 No such user. Sender verify failed",
            Policy,
        ),
        (End, 550, "This message scored 12.1 spam points.", Policy),
        // Dovecot (LMTP), Cyrus
        (
            Rcpt,
            550,
            "5.1.1 <ann@post.example> User doesn't exist: ann@post.example",
            HARD,
        ),
        (
            End,
            552,
            "5.2.2 <ann@post.example> Quota exceeded (mailbox for user is full)",
            SOFT,
        ),
        (
            End,
            452,
            "4.2.2 <ann@post.example> Mailbox is full / Blocks limit exceeded",
            Deferred,
        ),
        // qmail
        (
            Rcpt,
            550,
            "sorry, no mailbox here by that name. (#5.1.1)",
            HARD,
        ),
        (
            Rcpt,
            553,
            "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
            Policy,
        ),
        (
            Rcpt,
            553,
            "sorry, that domain isn't in my list of allowed rcpthosts",
            Policy,
        ),
        // Without a code
        (Rcpt, 550, "no such user here", HARD),
        (Rcpt, 550, "Mailbox quota exceeded", SOFT),
        (
            End,
            552,
            "Requested mail action aborted: exceeded storage allocation",
            SOFT,
        ),
        (End, 571, "Message blocked", Policy),
        (End, 554, "Transaction failed", SOFT),
        (Data, 554, "Not today", Policy),
        (Rcpt, 550, "", SOFT),
        // Services that relay for others
        (
            End,
            554,
            "Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1",
            SOFT,
        ),
        (
            End,
            454,
            "Throttling failure: Maximum sending rate exceeded.",
            Deferred,
        ),
        (Rcpt, 550, "5.6.7 This address needs SMTPUTF8", SOFT),
        // Before a recipient is named
        (
            Greeting,
            554,
            "5.7.1 No SMTP service here for 192.0.2.7",
            Relay,
        ),
        (
            Login,
            535,
            "5.7.8 Username and Password not accepted",
            Relay,
        ),
        (
            Login,
            454,
            "4.7.0 Temporary authentication failure",
            Deferred,
        ),
        (
            Mail,
            553,
            "5.1.8 Domain of sender address does not exist",
            Relay,
        ),
        (Mail, 452, "4.3.1 Insufficient system storage", Deferred),
    ];

    #[test]
    fn real_replies_are_understood() {
        for (phase, code, text, verdict) in CASES {
            let reply = Reply::new(*code, [text]);
            assert_eq!(Verdict::of(*phase, &reply), *verdict, "{phase:?} {reply}");
        }
    }

    #[test]
    fn no_reply_before_the_recipient_is_named_is_held_against_the_recipient() {
        for code in 500..600 {
            for text in ["5.1.1 user unknown", "no such user", ""] {
                let verdict = Verdict::of(Mail, &Reply::new(code, [text]));
                assert!(
                    matches!(verdict, Relay | Verdict::Rejected { hard: false }),
                    "{code} {text}"
                );
            }
        }
    }

    #[test]
    fn nothing_transient_rejects_anybody() {
        for code in 400..500 {
            let verdict = Verdict::of(Rcpt, &Reply::new(code, ["5.1.1 user unknown"]));
            assert!(matches!(verdict, Deferred | Closing), "{code}");
        }
    }
}
