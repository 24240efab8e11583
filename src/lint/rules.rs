//! The catalogue: each rule with its id, how bad it is to break it, why, and what to do.

use serde::Serialize;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The mail must not go like that.
    Error,
    /// It will serve some readers badly, or count against the sender.
    Warning,
    /// Good to know.
    Info,
}

/// One rule.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// `H05`: the letter says what it is about.
    pub id: &'static str,
    /// How bad it is to break it.
    pub level: Level,
    /// Why it is a rule: a standard's section, a provider's demand, a reader's need.
    pub reason: &'static str,
    /// What to do.
    pub mend: &'static str,
}

/// The rule of an id. An id that isn't in the catalogue is a mistake of ours, which a test finds.
pub(super) fn rule(id: &str) -> &'static Rule {
    RULES.iter().find(|rule| rule.id == id).unwrap_or(&RULES[0])
}

const fn error(id: &'static str, reason: &'static str, mend: &'static str) -> Rule {
    Rule {
        id,
        level: Level::Error,
        reason,
        mend,
    }
}

const fn warning(id: &'static str, reason: &'static str, mend: &'static str) -> Rule {
    Rule {
        id,
        level: Level::Warning,
        reason,
        mend,
    }
}

const fn info(id: &'static str, reason: &'static str, mend: &'static str) -> Rule {
    Rule {
        id,
        level: Level::Info,
        reason,
        mend,
    }
}

/// All rules over a finished mail. H header, M MIME, L list, T text, W HTML, A accessibility, P policy, Z safety.
#[rustfmt::skip]
pub static RULES: &[Rule] = &[
    error("H00", "a mail has a header, an empty line and a body (RFC 5322, section 3.5)", "give a whole .eml file"),
    error("H01", "Date stands once, with a numeric zone (RFC 5322, sections 3.3 and 3.6.1)", "let Postrider write the header"),
    error("H02", "From has exactly one mailbox of a full domain (RFC 5322, section 3.6.2)", "set the edition's `from`"),
    error("H04", "To names the one recipient; others would see each other's addresses", "send a mail of its own to each"),
    error("H05", "Subject stands once and says something (RFC 5322, section 3.6.5)", "mend subject.txt"),
    warning("H05W", "a subject over 78 characters is cut off, capitals and a false `Re:` count as deceptive (15 USC 7704(a)(2))", "mend subject.txt: `| shorten(width=78)`"),
    error("H06", "Message-ID has a left side and a full domain (RFC 5322, section 3.6.4)", "let Postrider write the header"),
    error("H07", "these fields stand at most once (RFC 5322, section 3.6; RFC 2369, section 2; RFC 8058, section 3.1)", "let Postrider write the header"),
    error("H08", "a line has at most 998 octets (RFC 5322, section 2.1.1)", "shorten what stands in it"),
    error("H09", "a line ends in CRLF, and nothing is NUL (RFC 5322, section 2.2)", "let Postrider write the mail"),
    error("H10", "a header is ASCII (RFC 5322, section 2.2)", "let Postrider write the header"),
    error("H11", "an encoded word has at most 75 characters (RFC 2047, section 2)", "let Postrider write the header"),
    warning("H12", "an `@` or hidden controls in a sender's name look like a forgery to filters", "write the plain name in `from`"),
    warning("H14", "readers answer: an address that nobody reads annoys them, and filters know its names", "set `reply_to` to an address that somebody reads"),
    error("H16", "a machine's mail says so, or it is answered by machines (RFC 3834, section 5)", "let Postrider write the header"),
    error("H18", "Return-Path and Received are written by servers (RFC 5321, section 4.4)", "let Postrider write the header"),
    warning("H19", "Content-Language and the HTML's lang say the same", "keep `lang=\"{{ language.tag }}\"` in digest.html"),
    error("M01", "MIME-Version: 1.0 stands once (RFC 2045, section 4)", "let Postrider write the header"),
    error("M02", "the parts are alternatives, plain text first (RFC 2046, section 5.1.4)", "let Postrider compose the mail"),
    error("M04", "each part is UTF-8 and decodes", "let Postrider compose the mail"),
    warning("M06", "base64 for text that is mostly ASCII looks like something to hide", "use quoted-printable"),
    warning("M10", "filters compare both parts: text that says something else looks like a trick", "let digest.txt have what digest.html has"),
    error("L01", "a mail that many get has one List-Unsubscribe (RFC 8058, section 3.1; Gmail, Yahoo)", "let Postrider write the header"),
    warning("L02", "without an https link there is no one-click button: large senders must have it (RFC 8058; Gmail, Yahoo)", "set `service_url` in [publisher]"),
    error("L04", "who unsubscribes is told by a token that can't be guessed, never by an address in clear", "let Postrider write the link"),
    warning("L05", "some clients unsubscribe by mail only", "set `unsubscribe_address`"),
    error("L06", "List-Id is `<id>` under a domain of the sender (RFC 2919, section 3)", "let Postrider write the header"),
    error("L07", "every mail has a visible link to leave it", "write `{{ reader.unsubscribe_url }}` in digest.html"),
    error("T00", "a mail has a plain-text part: some readers have no other", "keep digest.txt"),
    warning("T01", "lines over 78 columns are cut or wrapped badly (RFC 3676, section 4.2)", "write shorter words in digest.txt"),
    error("T02", "the text part is flowed as it says (RFC 3676)", "let Postrider compose the mail"),
    warning("T04", "tags, entities or a template's braces in plain text", "mend the .txt template: `| safe` and HTML don't belong there"),
    error("T05", "the text part too has the link to leave it", "write `{{ reader.unsubscribe_url }}` in digest.txt"),
    warning("T06", "tabs, zero-width characters and overrides of direction confuse plain text", "take them out of the template or the labels"),
    warning("T08", "the line `-- ` sets the footer apart (RFC 3676, section 4.3)", "keep `{{ \"-- \" }}` in digest.txt"),
    info("W00", "text alone is what some readers want", "leave out `format = \"text\"` if it isn't meant"),
    warning("W01", "without doctype, charset, title and viewport clients guess", "keep the head of digest.html"),
    error("W03", "no client runs scripts, forms or frames; filters reject a mail that has them", "take them out of the template"),
    error("W04", "a link is absolute: http, https or mailto, and goes where it says", "write whole URLs in the template"),
    warning("W04H", "http links are open to anyone on the way, and many clients warn of them", "let the source give https links"),
    warning("W05", "a picture has an alt text, for those who don't see it", "write `alt=\"…\"`, empty for decoration"),
    warning("W05S", "a picture without a width breaks the layout of Outlook", "write `width=\"…\"`"),
    warning("W06", "a table for layout says `role=\"presentation\"`, or screen readers read its cells out", "add it to the table"),
    warning("W07", "Gmail ignores style elements over 8,192 characters", "move rules out of @media: the others are written into the elements"),
    warning("W08", "a layout rests on what some clients leave out", "build it with tables, widths and padding"),
    info("W08I", "what some clients leave out; it should look well without", "look at the mail without it"),
    error("W09", "Gmail cuts off HTML over 102,400 octets, the link to leave with it", "set `max_size` to at most \"100 KiB\""),
    warning("W09W", "HTML over 90,000 octets is near the 102,400 at which Gmail cuts it off", "set `max_size` or `max_articles`"),
    info("W10", "without dark colours clients choose their own", "keep color-scheme and the dark rules of base.css"),
    warning("W11", "a conditional comment for Outlook that isn't closed hides the rest", "close each <!--[if …]> with <![endif]-->"),
    warning("W12", "what an inbox shows beside the subject is the first text of the HTML", "keep preheader.txt and its part: 40 to 130 characters"),
    warning("W14", "pictures without text say nothing where they are off, and look like spam", "write text"),
    warning("W15", "a template's braces are in the HTML", "mend the template"),
    warning("W16", "webmails reset the weight of headings", "say font-weight for h1, h2, h3"),
    warning("W17", "a story says its language and direction, or is read out and set wrongly", "keep `lang` and `dir` on the story's table"),
    error("W18", "a picture too small to see counts readers, which needs their consent", "take it out"),
    error("A01", "without lang a screen reader speaks the wrong language (WCAG 3.1.1)", "keep `lang=\"{{ language.tag }}\"` in digest.html"),
    warning("A02", "small text needs a contrast of 4.5 to 1, large text 3 to 1 (WCAG 1.4.3)", "choose other colours in [edition.theme], or in the stylesheet"),
    warning("A03", "text under 14 pixels is hard to read on a phone", "choose a larger font-size"),
    warning("A04", "one h1, and no level of headings skipped (WCAG 1.3.1)", "keep h1 for the name, h2 for topics, h3 for stories"),
    warning("A05", "a link says where it leads (WCAG 2.4.4)", "write the title, not `click here`"),
    warning("A07", "links told by their colour alone are missed (WCAG 1.4.1)", "underline them, or make them bold"),
    warning("A11", "a file's name is no alt text", "describe the picture in its source"),
    error("P01", "the law wants a postal address in every mail (15 USC 7704(a)(5); CASL, section 6)", "write `{{ publisher.postal_address }}` in both shells"),
    error("P02", "the law wants the sender named", "write `{{ publisher.name }}` in both shells"),
    warning("Z04", "overrides of direction in a title can make it read as something else", "take them out of the source"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_id_stands_once() {
        for (index, rule) in RULES.iter().enumerate() {
            assert!(
                RULES[index + 1..].iter().all(|other| other.id != rule.id),
                "{}",
                rule.id
            );
            assert!(!rule.reason.is_empty() && !rule.mend.is_empty());
        }
    }
}
