//! What the server says: a code, an enhanced code (RFC 3463), a text.

use std::{borrow::Cow, fmt};

/// One reply of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    code: u16,
    enhanced: &'static str,
    text: Cow<'static, str>,
}

impl Reply {
    /// A reply. The text is one line: what it quotes of the client's has been looked through for control characters.
    pub(super) fn new(
        code: u16,
        enhanced: &'static str,
        text: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            code,
            enhanced,
            text: text.into(),
        }
    }

    /// The three digits.
    #[cfg(test)]
    pub(super) fn code(&self) -> u16 {
        self.code
    }

    /// Whether it refuses what was asked.
    pub(super) fn refuses(&self) -> bool {
        self.code >= 400
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Greetings and 354 have no enhanced code (RFC 2034, section 4).
        let gap = if self.enhanced.is_empty() { "" } else { " " };
        write!(f, "{} {}{gap}{}\r\n", self.code, self.enhanced, self.text)
    }
}
