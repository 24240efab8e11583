//! A relay's reply (RFC 5321, section 4.2), and what it means: [`Verdict`] for one mail, [`Standing`] for the relay itself.
//!
//! Pure: no socket is known here.

mod standing;
mod verdict;
mod words;

use std::fmt;

pub use standing::{Ruling, Standing};
pub use verdict::Verdict;

/// So much of a reply's text is kept.
const MAX_TEXT: usize = 500;

/// What a relay answered, fit for the ledger and for a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reply {
    /// The three digits. The first decides: 2 yes, 3 go on, 4 not now, 5 no.
    pub code: u16,
    /// The enhanced status code (RFC 3463), such as 5.1.1. One whose class contradicts `code` isn't kept.
    pub enhanced: Option<(u8, u16, u16)>,
    /// The words: all lines joined by a space, without the codes and without control characters, at most 500 characters.
    pub text: String,
}

impl Reply {
    /// A reply from its code and the lines of its text, as they came (the enhanced code still before them).
    #[must_use]
    pub fn new<S: AsRef<str>>(code: u16, lines: impl IntoIterator<Item = S>) -> Self {
        let mut enhanced = None;
        let mut text = String::new();
        for line in lines {
            let mut line = line.as_ref();
            if let Some((found, rest)) = leading_enhanced(code, line) {
                enhanced.get_or_insert(found);
                line = rest;
            }
            for word in line.split(|c: char| c.is_whitespace() || c.is_control()) {
                if !word.is_empty() {
                    if !text.is_empty() {
                        text.push(' ');
                    }
                    text.push_str(word);
                }
            }
        }
        let enhanced = enhanced.or_else(|| hashed_enhanced(code, &text));
        if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
            text.truncate(end);
        }
        Self {
            code,
            enhanced,
            text,
        }
    }

    /// 2yz: done.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        self.code / 100 == 2
    }

    /// 4yz or 5yz: not done.
    #[must_use]
    pub fn refuses(&self) -> bool {
        matches!(self.code / 100, 4 | 5)
    }

    /// 421, 4.7.z and 4.4.5 (RFC 3463, sections 3.5 and 3.8): the relay wants less of us at once. Not so a greylist, which wants us later.
    #[must_use]
    pub fn slows(&self) -> bool {
        let busy = matches!(self.enhanced, Some((4, 7, _) | (4, 4, 5)));
        let text = self.text.to_lowercase();
        self.closes() || busy && !text.contains("greylist") && !text.contains("graylist")
    }

    /// 421: the relay is closing the connection (RFC 5321, section 3.8). It says nothing about the recipient.
    #[must_use]
    pub fn closes(&self) -> bool {
        self.code == 421
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some((class, subject, detail)) = self.enhanced {
            write!(f, " {class}.{subject}.{detail}")?;
        }
        if !self.text.is_empty() {
            write!(f, " {}", self.text)?;
        }
        Ok(())
    }
}

/// `5.1.1 No such user` → the code and the rest. RFC 2034, section 4: its class is the reply's first digit.
fn leading_enhanced(code: u16, line: &str) -> Option<((u8, u16, u16), &str)> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    Some((enhanced(code, word)?, rest))
}

/// qmail's way: `sorry, no mailbox here by that name. (#5.1.1)`.
fn hashed_enhanced(code: u16, text: &str) -> Option<(u8, u16, u16)> {
    let (_, after) = text.split_once("(#")?;
    let (word, _) = after.split_once(')')?;
    enhanced(code, word)
}

fn enhanced(code: u16, word: &str) -> Option<(u8, u16, u16)> {
    let mut parts = word.splitn(3, '.').map(|part| {
        let digits = (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| part.parse::<u16>().ok()).flatten()
    });
    let (class, subject, detail) = (parts.next()??, parts.next()??, parts.next()??);
    (class == code / 100 && matches!(class, 2 | 4 | 5)).then_some(())?;
    Some((u8::try_from(class).ok()?, subject, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_a_reply_are_joined_and_their_repeated_code_is_kept_once() {
        let reply = Reply::new(
            550,
            [
                "5.1.1 The email account that you tried to reach does not exist.",
                "5.1.1 Please try double-checking",
            ],
        );
        assert_eq!(reply.enhanced, Some((5, 1, 1)));
        assert_eq!(
            reply.to_string(),
            "550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking"
        );
    }

    #[test]
    fn what_a_relay_says_can_t_steer_a_terminal_or_fill_the_ledger() {
        let reply = Reply::new(550, ["\u{1b}[2Jgone\u{7}\tnow \u{9b}31m"]);
        assert_eq!(reply.text, "[2Jgone now 31m");
        assert_eq!(
            Reply::new(550, ["é".repeat(9000)]).text.chars().count(),
            500
        );
    }

    #[test]
    fn an_enhanced_code_is_one_that_agrees_with_the_reply() {
        let enhanced = |code, text| Reply::new(code, [text]).enhanced;
        assert_eq!(enhanced(250, "2.0.0 Ok"), Some((2, 0, 0)));
        assert_eq!(
            enhanced(550, "5.1.10 RESOLVER.ADR.RecipientNotFound"),
            Some((5, 1, 10))
        );
        assert_eq!(enhanced(553, "sorry (#5.7.1)"), Some((5, 7, 1)));
        assert_eq!(enhanced(550, "4.7.1 odd"), None);
        assert_eq!(enhanced(550, "5.1 short"), None);
        assert_eq!(enhanced(550, "5.1.1234 long"), None);
        assert_eq!(enhanced(354, "3.0.0 go"), None);
    }
}
