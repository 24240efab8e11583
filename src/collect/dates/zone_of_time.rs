//! The zone in a written date.

use super::{
    tokens::Token,
    written::Reader,
    zones::{self, Zone},
};

impl Reader<'_> {
    /// `EST`, `GMT+2`, `UTC-05:00`, `Europe/Paris`; true where the word is one.
    pub(super) fn zone_name(&mut self, written: &str, folded: &str) -> bool {
        if self.is_sign(1, '/') && self.is_glued(2) && written.starts_with(char::is_uppercase) {
            let mut name = written.to_owned();
            let mut length = 1;
            while let Some(token) = self.token(length).filter(|_| self.is_glued(length)) {
                match token {
                    Token::Sign(sign @ ('/' | '_' | '-' | '+')) => name.push(*sign),
                    Token::Word { written, .. } => name.push_str(written),
                    Token::Number(digits) => name.push_str(digits),
                    Token::Sign(_) => break,
                }
                length += 1;
            }
            if let Some(place) = zones::place(&name) {
                self.american |= name.starts_with("America/") || name.starts_with("US/");
                self.zone.get_or_insert(place);
                self.at += length;
                return true;
            }
        }
        let universal = matches!(folded, "utc" | "gmt" | "ut");
        if self.time.is_none() && !universal {
            return false;
        }
        let Some(zone) = zones::abbreviation(folded) else {
            return false;
        };
        // `10:15 a 12 mars`, `10 h`
        if folded.chars().count() == 1
            && (!written.starts_with(char::is_uppercase) && folded != "z"
                || self.number_at(1, 4).is_some() && !self.is_whole() && folded != "z")
        {
            return false;
        }
        self.american |= Zone::is_american(folded);
        self.at += 1;
        let offset = self.offset();
        let zone = match offset {
            Some(seconds) if universal => Zone::Fixed(seconds),
            _ => zone,
        };
        self.zone.get_or_insert(zone);
        true
    }

    /// `+0200`, `-05:00`, `+5:30`, `+2` where the reader stands.
    pub(super) fn offset(&mut self) -> Option<i64> {
        let west = self.is_sign(0, '-');
        if !west && !self.is_sign(0, '+') {
            return None;
        }
        let Some(Token::Number(digits)) = self.token(1) else {
            return None;
        };
        let digits = digits.clone();
        let (hours, mut minutes) = match digits.len() {
            1 | 2 => (digits.parse().ok()?, 0),
            3 => (digits[..1].parse().ok()?, digits[1..].parse().ok()?),
            4 => (digits[..2].parse().ok()?, digits[2..].parse().ok()?),
            _ => return None,
        };
        let mut length = 2;
        if digits.len() <= 2 && self.is_sign(2, ':') {
            minutes = self.number_at(3, 2)?;
            length = 4;
        }
        // Seconds, as clocks of old have them
        if length == 4 && self.is_sign(4, ':') && self.number_at(5, 2).is_some() {
            length = 6;
        }
        self.at += length;
        Some(zones::seconds(west, hours, minutes))
    }

    /// Whether the hyphen here is a minus before an offset, and not a mark between a time and a date.
    pub(super) fn is_offset(&self) -> bool {
        let Some(Token::Number(digits)) = self.token(1) else {
            return false;
        };
        let goes_on = ['/', '.', '-']
            .iter()
            .any(|sign| self.is_sign(2, *sign) && self.is_glued(2));
        let after_number = matches!(self.tokens[self.at - 1].token, Token::Number(_));
        if after_number && self.is_glued(0) && self.at != self.time_end {
            return false;
        }
        self.is_glued(1) && (digits.len() == 4 || digits.len() <= 2) && !goes_on
            || digits.len() == 4 && self.is_whole()
    }
}
