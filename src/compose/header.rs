//! Header fields: folding (RFC 5322, section 2.2.3) and words in other scripts (RFC 2047).

use std::fmt::Write as _;

use data_encoding::BASE64;

use crate::domain::Mailbox;

/// Where a line should end (RFC 5322, section 2.1.1; RFC 2047, section 2 for lines with encoded words).
const LINE: usize = 76;
/// The longest encoded word (RFC 2047, section 2).
const WORD: usize = 75;
const PREFIX: &str = "=?utf-8?B?";
const SUFFIX: &str = "?=";

/// Writes header fields into a block of them.
#[derive(Debug, Default)]
pub struct Header {
    out: String,
    column: usize,
}

impl Header {
    /// A field whose value is plain words, addresses in brackets or links: printable ASCII without double spaces.
    /// It is folded at its spaces; a word that is longer than a line stays whole.
    pub fn words(&mut self, name: &str, value: &str) {
        self.begin(name);
        let mut words = value.split_ascii_whitespace();
        // The first stays beside the name, however long it is: some parsers read the fold before it as part of the value.
        if let Some(first) = words.next() {
            self.out.push(' ');
            self.out.push_str(first);
            self.column += 1 + first.len();
        }
        for word in words {
            self.put(word);
        }
        self.end();
    }

    /// A field of free text in any script.
    pub fn text(&mut self, name: &str, value: &str) {
        self.begin(name);
        self.free_text(value);
        self.end();
    }

    /// A field of one mailbox.
    pub fn mailbox(&mut self, name: &str, mailbox: &Mailbox) {
        self.begin(name);
        self.phrase(&mailbox.name);
        let address = if mailbox.name.is_empty() {
            mailbox.address.to_string()
        } else {
            format!("<{}>", mailbox.address)
        };
        self.put(&address);
        self.end();
    }

    /// A field of a phrase and something in angle brackets: List-Id (RFC 2919).
    pub fn phrase_and_id(&mut self, name: &str, phrase: &str, id: &str) {
        self.begin(name);
        self.phrase(phrase);
        self.put(&format!("<{id}>"));
        self.end();
    }

    /// The fields written so far, each with its CRLF.
    #[must_use]
    pub fn finish(self) -> String {
        self.out
    }

    fn begin(&mut self, name: &str) {
        let _ = write!(self.out, "{name}:");
        self.column = name.len() + 1;
    }

    fn end(&mut self) {
        self.out.push_str("\r\n");
    }

    /// Puts a word after a space, on the next line if it would not end on this one.
    fn put(&mut self, word: &str) {
        if self.column + 1 + word.len() > LINE && self.column > 1 {
            self.out.push_str("\r\n");
            self.column = 0;
        }
        self.out.push(' ');
        self.out.push_str(word);
        self.column += 1 + word.len();
    }

    /// Free text: as it is where it is ASCII that reads as itself, else as encoded words.
    fn free_text(&mut self, value: &str) {
        let value = clean(value);
        let plain = value
            .bytes()
            .all(|byte| byte.is_ascii_graphic() || byte == b' ')
            && !value.contains("=?")
            && !value.contains("  ")
            && value.split(' ').all(|word| word.len() < LINE);
        if plain {
            for word in value.split(' ') {
                self.put(word);
            }
        } else {
            self.encoded_words(&value);
        }
    }

    /// A display name (RFC 5322, section 3.2.5): atoms, a quoted string, or encoded words.
    fn phrase(&mut self, value: &str) {
        let value = clean(value);
        let atoms = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~ ".contains(c);
        if value.is_empty() {
        } else if value.chars().all(atoms) && !value.contains("=?") && value.len() < LINE - 10 {
            for word in value.split(' ') {
                self.put(word);
            }
        } else if value.is_ascii() && !value.contains("=?") && value.len() < LINE - 10 {
            self.put(&format!(
                "\"{}\"",
                value.replace('\\', "\\\\").replace('"', "\\\"")
            ));
        } else {
            self.encoded_words(&value);
        }
    }

    /// Encoded words, each of whole characters, that fill the lines.
    fn encoded_words(&mut self, value: &str) {
        let mut rest = value;
        while !rest.is_empty() {
            let left = LINE.saturating_sub(self.column + 1).min(WORD);
            let fits = octets_that_fit(left);
            let room = if fits >= 12 {
                fits
            } else {
                octets_that_fit(WORD)
            };
            let end = rest
                .char_indices()
                .map(|(at, c)| at + c.len_utf8())
                .take_while(|end| *end <= room)
                .last()
                .unwrap_or(rest.len());
            let (word, later) = rest.split_at(end);
            self.put(&format!(
                "{PREFIX}{}{SUFFIX}",
                BASE64.encode(word.as_bytes())
            ));
            rest = later;
        }
    }
}

/// How many octets of text fit in an encoded word of `width` columns.
fn octets_that_fit(width: usize) -> usize {
    width.saturating_sub(PREFIX.len() + SUFFIX.len()) / 4 * 3
}

/// A value on one line: nothing in it can end the field, or hide.
fn clean(value: &str) -> String {
    let spaced: String = value
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(value: &str) -> String {
        let mut header = Header::default();
        header.text("Subject", value);
        header.finish()
    }

    fn mailbox(text: &str) -> String {
        let mut header = Header::default();
        header.mailbox("From", &text.parse().unwrap());
        header.finish()
    }

    #[test]
    fn ascii_stays_readable() {
        assert_eq!(
            text("The Morning Post: rain"),
            "Subject: The Morning Post: rain\r\n"
        );
    }

    #[test]
    fn a_name_is_atoms_or_quoted_or_encoded() {
        assert_eq!(
            mailbox("The Post <a@b.example>"),
            "From: The Post <a@b.example>\r\n"
        );
        assert_eq!(
            mailbox("Lee, Ann (news) <a@b.example>"),
            "From: \"Lee, Ann (news)\" <a@b.example>\r\n"
        );
        assert_eq!(
            mailbox("Été <a@b.example>"),
            "From: =?utf-8?B?w4l0w6k=?= <a@b.example>\r\n"
        );
    }

    #[test]
    fn a_value_cannot_begin_another_field() {
        assert_eq!(
            text("a\r\nBcc: x@y.example"),
            "Subject: a Bcc: x@y.example\r\n"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_back_by_another_parser(value in "\\PC{0,200}") {
            let field = text(&value);
            for line in field.split("\r\n") {
                prop_assert!(line.len() <= 78, "{}", line);
                prop_assert!(line.is_ascii());
            }
            let message = format!("{field}\r\n");
            let parsed = mail_parser::MessageParser::new().parse(message.as_bytes());
            let subject = parsed.as_ref().and_then(|message| message.subject()).unwrap_or_default();
            prop_assert_eq!(subject, clean(&value));
        }
    }
}
