//! The time of day in a written date.

use super::{
    tokens::Token,
    words::{Half, half, is_hour, is_minute, is_second},
    written::Reader,
};

impl Reader<'_> {
    /// A time of day that begins with these digits: `10:15`, `10:15:30.5`, `10h15`, `10 Uhr`, `10時15分`, `3pm`, `kl. 10.15`.
    pub(super) fn time_of_day(&mut self, digits: &str) -> Option<()> {
        if digits.len() > 2 {
            return self.digits_after_t(digits);
        }
        let hour: u32 = digits.parse().ok()?;
        if self.is_sign(1, ':') && self.is_glued(1) && self.is_glued(2) {
            let minute = self.number_at(2, 2)?;
            self.at += 3;
            let mut second = 0;
            if self.is_sign(0, ':') && self.is_glued(0) {
                second = self.number_at(1, 2)?;
                self.at += 2;
            }
            let nanoseconds = self.fraction();
            self.time = Some((hour, minute, second, nanoseconds));
            return Some(());
        }
        if let Some((written, folded)) = self.word_at(1) {
            if is_hour(written, folded) {
                self.units_of_time(hour);
                return Some(());
            }
            let half = half(written, folded)
                .filter(|_| written.is_ascii())
                .map(|half| (half, 1));
            let dotted = || {
                self.dotted_half(1)
                    .map(|half| (half, self.dotted_length(1)))
            };
            if let Some((half, length)) = half.or_else(dotted) {
                self.half = Some(half);
                self.time = Some((hour, 0, 0, 0));
                self.at += 1 + length;
                return Some(());
            }
        }
        // 10.15, where a time is due
        let dotted = self.is_sign(1, '.') && self.is_glued(1) && self.is_glued(2);
        let minute = self.number_at(2, 2).filter(|_| {
            dotted && matches!(self.token(2), Some(Token::Number(digits)) if digits.len() == 2)
        });
        if let Some(minute) = minute {
            let goes_on =
                self.is_sign(3, '.') && self.number_at(4, 4).is_some() && self.is_glued(4);
            let second = self.number_at(4, 2).filter(|_| goes_on);
            let oclock =
                self.word_at(if goes_on { 5 } else { 3 })
                    .is_some_and(|(written, folded)| {
                        is_hour(written, folded) || matches!(folded, "am" | "pm")
                    });
            let due = self.time_follows || self.is_whole() || oclock;
            if due && (!goes_on || second.is_some()) {
                self.at += if goes_on { 5 } else { 3 };
                self.time = Some((hour, minute, second.unwrap_or_default(), 0));
                return Some(());
            }
        }
        None
    }

    /// `T1015`, `T101530`.
    pub(super) fn digits_after_t(&mut self, digits: &str) -> Option<()> {
        let before = self
            .at
            .checked_sub(1)
            .map(|before| &self.tokens[before].token);
        let after_t = matches!(before, Some(Token::Word { folded, .. }) if folded == "t");
        if !after_t || !matches!(digits.len(), 4 | 6) {
            return None;
        }
        self.set_digits(digits)?;
        self.at += 1;
        if digits.len() == 6
            && let Some((_, _, _, nanoseconds)) = self.time
        {
            let fraction = self.fraction() + nanoseconds;
            self.time = self
                .time
                .map(|(hour, minute, second, _)| (hour, minute, second, fraction));
        }
        Some(())
    }

    /// `.123`, `,123`, `:123` after the seconds, in nanoseconds.
    pub(super) fn fraction(&mut self) -> i64 {
        let signed = ['.', ',', ':'].iter().any(|sign| self.is_sign(0, *sign)) && self.is_glued(0);
        let Some(Token::Number(digits)) = self.token(1).filter(|_| signed && self.is_glued(1))
        else {
            return 0;
        };
        // 10:15:30:04 is no time
        if self.is_sign(0, ':') && digits.len() != 3 {
            return 0;
        }
        let nine = format!("{:0<9}", &digits[..digits.len().min(9)]);
        self.at += 2;
        nine.parse().unwrap_or_default()
    }

    /// Hours, minutes and seconds, each with its unit.
    pub(super) fn units_of_time(&mut self, hour: u32) {
        self.korean |= self.word_at(1).is_some_and(|(written, _)| written == "시");
        self.at += 2;
        let (mut minute, mut second, mut nanoseconds) = (0, 0, 0);
        if let Some(number) = self.number_at(0, 2).filter(|_| self.are_minutes()) {
            minute = number;
            self.at += 1 + usize::from(self.is_unit(1, is_minute));
            let fraction = if self.is_sign(1, '.') { 2 } else { 0 };
            let seconds = self
                .number_at(0, 2)
                .filter(|_| self.is_unit(1 + fraction, is_second));
            if let Some(number) = seconds {
                second = number;
                self.at += 1;
                nanoseconds = self.fraction();
                self.at += 1;
            }
        }
        self.time = Some((hour, minute, second, nanoseconds));
    }

    pub(super) fn is_unit(&self, ahead: usize, is: fn(&str, &str) -> bool) -> bool {
        self.word_at(ahead)
            .is_some_and(|(written, folded)| is(written, folded))
    }

    /// Whether the number after the hours is their minutes, and not a day.
    pub(super) fn are_minutes(&self) -> bool {
        let in_date = ['/', '.', '-'].iter().any(|sign| self.is_sign(1, *sign));
        let alone = self.is_glued(0) || self.is_whole();
        self.is_unit(1, is_minute) || alone && !in_date && self.month_at(1).is_none()
    }

    /// `a.m.`, `p. m.`, `π.μ.`: the half of a day, in letters with full stops.
    pub(super) fn dotted_half(&self, ahead: usize) -> Option<Half> {
        let (_, first) = self.word_at(ahead)?;
        let (_, second) = self
            .word_at(ahead + 2)
            .filter(|_| self.is_sign(ahead + 1, '.'))?;
        match (first, second) {
            ("a", "m") | ("π", "μ") | ("ق", "ظ") => Some(Half::Morning),
            ("p", "m") | ("μ", "μ") | ("ب", "ظ") => Some(Half::Afternoon),
            _ => None,
        }
    }

    pub(super) fn dotted_length(&self, ahead: usize) -> usize {
        if self.is_sign(ahead + 3, '.') { 4 } else { 3 }
    }
}
