//! Dates in words and digits, as people and programs write them: read token by token, by what each token can be.

use chrono::{Datelike, TimeDelta, Weekday};

use super::{
    Reading,
    civil::{self, Field, Part},
    clock,
    names::{self, Month},
    tokens::{Placed, Token, tokens},
    words::{Half, announced, era, half, half_after, half_before, is_connector, unit},
    zones::Zone,
};

/// How many tokens a date has at most: a longer text is none.
const LONGEST: usize = 60;
/// How many words may stand beside a date that no calendar has.
const MOST_OTHER_WORDS: usize = 8;

/// What was read so far.
pub(super) struct Reader<'a> {
    pub(super) tokens: Vec<Placed>,
    pub(super) at: usize,
    pub(super) reading: Reading<'a>,
    pub(super) parts: Vec<Part>,
    pub(super) month: Option<Month>,
    /// How many numbers of the date stand before the month's name.
    pub(super) numbers_before_month: usize,
    pub(super) weekday: Option<Weekday>,
    pub(super) time: Option<(u32, u32, u32, i64)>,
    /// The token after the time.
    pub(super) time_end: usize,
    pub(super) half: Option<Half>,
    pub(super) zone: Option<Zone>,
    /// What the next number is, as the word before it says.
    pub(super) next: Option<Field>,
    /// Whether a time of day with a full stop may follow.
    pub(super) time_follows: bool,
    pub(super) american: bool,
    pub(super) korean: bool,
    /// What is added to a year to have ours.
    pub(super) era: i32,
    pub(super) other_words: usize,
}

/// The time that `text` says. None where it isn't one date, whole and possible.
pub(super) fn parse(text: &str, reading: Reading<'_>) -> Option<chrono::DateTime<chrono::Utc>> {
    let tokens = tokens(text);
    if tokens.len() > LONGEST {
        return None;
    }
    let mut reader = Reader {
        tokens,
        at: 0,
        reading,
        parts: Vec::new(),
        month: None,
        numbers_before_month: 0,
        weekday: None,
        time: None,
        time_end: 0,
        half: None,
        zone: None,
        next: None,
        time_follows: false,
        american: false,
        korean: false,
        era: 0,
        other_words: 0,
    };
    while reader.at < reader.tokens.len() {
        reader.step()?;
    }
    reader.finish()
}

impl Reader<'_> {
    fn step(&mut self) -> Option<()> {
        match self.tokens[self.at].token.clone() {
            Token::Number(digits) => self.number(&digits),
            Token::Word { written, folded } => self.word(&written, &folded),
            Token::Sign(sign) => self.sign(sign),
        }
    }

    pub(super) fn token(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead).map(|placed| &placed.token)
    }

    pub(super) fn is_sign(&self, ahead: usize, sign: char) -> bool {
        self.token(ahead) == Some(&Token::Sign(sign))
    }

    pub(super) fn is_glued(&self, ahead: usize) -> bool {
        self.tokens
            .get(self.at + ahead)
            .is_some_and(|placed| placed.glued)
    }

    /// The number there, if it has at most `digits` digits.
    pub(super) fn number_at(&self, ahead: usize, digits: usize) -> Option<u32> {
        match self.token(ahead) {
            Some(Token::Number(number)) if number.len() <= digits => number.parse().ok(),
            _ => None,
        }
    }

    pub(super) fn word_at(&self, ahead: usize) -> Option<(&str, &str)> {
        match self.token(ahead) {
            Some(Token::Word { written, folded }) => Some((written, folded)),
            _ => None,
        }
    }

    fn number(&mut self, digits: &str) -> Option<()> {
        if self.time.is_none() && self.time_of_day(digits).is_some() {
            self.time_end = self.at;
            return Some(());
        }
        if self.is_sign(1, ':') && self.is_glued(1) && self.number_at(2, 2).is_some() {
            return self.number_before_colon(digits);
        }
        if let Some(field) = self.next.take() {
            self.push(digits, Some(field))?;
            self.at += 1;
            return Some(());
        }
        let unit = self
            .word_at(1)
            .and_then(|(written, folded)| unit(written, folded, self.is_glued(1)));
        if let Some(field) = unit {
            self.korean |= self
                .word_at(1)
                .is_some_and(|(written, _)| matches!(written, "년" | "월" | "일"));
            self.push(digits, Some(field))?;
            self.at += 2;
            return Some(());
        }
        match digits.len() {
            8 => {
                self.push(&digits[..4], Some(Field::Year))?;
                self.push(&digits[4..6], Some(Field::Month))?;
                self.push(&digits[6..], Some(Field::Day))?;
            }
            12 | 14 if self.parts.is_empty() => {
                self.push(&digits[..4], Some(Field::Year))?;
                self.push(&digits[4..6], Some(Field::Month))?;
                self.push(&digits[6..8], Some(Field::Day))?;
                self.set_digits(&digits[8..])?;
            }
            6 if self.parts.is_empty() => {
                self.push(&digits[..2], Some(Field::Year))?;
                self.push(&digits[2..4], Some(Field::Month))?;
                self.push(&digits[4..], Some(Field::Day))?;
            }
            4 | 6 if self.is_whole() && self.time.is_none() => self.set_digits(digits)?,
            _ => self.push(digits, None)?,
        }
        self.at += 1;
        // 12th, 1er, 2º
        if let Some((_, folded)) = self.word_at(0)
            && self.is_glued(0)
            && matches!(
                folded,
                "st" | "nd"
                    | "rd"
                    | "th"
                    | "er"
                    | "ere"
                    | "e"
                    | "eme"
                    | "o"
                    | "a"
                    | "ro"
                    | "do"
                    | "to"
                    | "go"
                    | "an"
                    | "ain"
                    | "ی"
                    | "га"
                    | "го"
                    | "е"
            )
        {
            self.at += 1;
        }
        Some(())
    }

    /// `2024:03:12`, as cameras write, and `2024:10:15:30`, as web servers do. Any other is a ratio, or a second time.
    fn number_before_colon(&mut self, digits: &str) -> Option<()> {
        let third = self.number_at(4, 2).filter(|_| self.is_sign(3, ':'));
        (digits.len() == 4 && third.is_some()).then_some(())?;
        self.push(digits, Some(Field::Year))?;
        self.at += 2;
        if !self.is_whole() {
            for field in [Field::Month, Field::Day] {
                let number = format!("{:02}", self.number_at(0, 2)?);
                self.push(&number, Some(field))?;
                self.at += if field == Field::Month { 2 } else { 1 };
            }
        }
        Some(())
    }

    fn push(&mut self, digits: &str, field: Option<Field>) -> Option<()> {
        // A zero too many
        let digits = if digits.len() == 3 {
            digits.strip_prefix('0').unwrap_or(digits)
        } else {
            digits
        };
        let before = self
            .at
            .checked_sub(1)
            .and_then(|before| match self.tokens[before].token {
                Token::Sign(sign) => Some(sign),
                _ => None,
            });
        (digits.len() <= 4 && self.parts.len() < 3).then_some(())?;
        self.parts.push(Part {
            value: digits.parse().ok()?,
            digits: digits.len(),
            before,
            field,
        });
        Some(())
    }

    /// Whether a year, a month and a day were met.
    pub(super) fn is_whole(&self) -> bool {
        self.parts.len() + usize::from(self.month.is_some()) >= 3
    }

    pub(super) fn set_digits(&mut self, digits: &str) -> Option<()> {
        let part = |from: usize| {
            digits
                .get(from..from + 2)
                .map_or(Some(0), |part| part.parse().ok())
        };
        self.time = Some((part(0)?, part(2)?, part(4)?, 0));
        Some(())
    }

    fn word(&mut self, written: &str, folded: &str) -> Option<()> {
        let after_time = self.time.is_some() && self.time_end == self.at;
        let gap = usize::from(self.is_sign(1, '.'));
        let before_time = self.number_at(1 + gap, 2).is_some() && self.is_sign(2 + gap, ':');
        let half = half(written, folded)
            .or_else(|| half_after(folded).filter(|_| after_time))
            .or_else(|| half_before(folded).filter(|_| before_time && self.time.is_none()));
        if let Some(half) = half.filter(|_| self.dotted_half(0).is_none()) {
            self.korean |= matches!(written, "오전" | "오후");
            self.american |= matches!(written, "AM" | "PM");
            self.half = Some(half);
            self.at += 1;
            return Some(());
        }
        if let Some(half) = self
            .dotted_half(0)
            .filter(|_| self.time.is_some() || self.number_at(self.dotted_length(0), 2).is_some())
        {
            self.half = Some(half);
            self.at += self.dotted_length(0);
            return Some(());
        }
        if self.zone_name(written, folded) {
            return Some(());
        }
        if is_connector(folded) {
            return self.other_word(written, folded);
        }
        if let Some(number) = self.roman_month(written) {
            let calendar = names::Calendar::Gregorian;
            self.take_month(Month { calendar, number }, 1);
            return Some(());
        }
        if let Some((month, length)) = self.month_at(0) {
            self.take_month(month, length);
            return Some(());
        }
        if let Some(field) = announced(folded, self.number_at(1, 4).is_some()) {
            self.next = Some(field);
            self.at += 1;
            return Some(());
        }
        if let Some(weekday) = names::weekday(folded, self.reading.language) {
            self.weekday = Some(weekday);
            self.at += 1;
            return Some(());
        }
        self.other_word(written, folded)
    }

    fn take_month(&mut self, month: Month, length: usize) {
        // `mar. 12 nov.`: the first was a Tuesday
        self.month = Some(month);
        self.numbers_before_month = self.parts.len();
        self.at += length;
    }

    /// `XII` between the numbers of a date.
    fn roman_month(&self, written: &str) -> Option<u32> {
        const NUMBERS: [&str; 12] = [
            "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII",
        ];
        let stop =
            usize::from(self.is_sign(1, '.') || self.is_sign(1, '-') || self.is_sign(1, '/'));
        if self.parts.is_empty() || self.month.is_some() || self.number_at(1 + stop, 4).is_none() {
            return None;
        }
        (1..)
            .zip(NUMBERS)
            .find(|(_, number)| *number == written)
            .map(|(value, _)| value)
    }

    /// The month whose name begins there, and how many tokens it has: names of two or three words among them.
    pub(super) fn month_at(&self, ahead: usize) -> Option<(Month, usize)> {
        let mut name = String::new();
        let mut found = None;
        let mut length = 0;
        for _ in 0..3 {
            while length > 0
                && ['.', '\'', '’', '׳', '-']
                    .iter()
                    .any(|sign| self.is_sign(ahead + length, *sign))
            {
                length += 1;
            }
            let Some((_, folded)) = self.word_at(ahead + length) else {
                break;
            };
            if !name.is_empty() {
                name.push(' ');
            }
            name.push_str(folded);
            length += 1;
            if let Some(month) = names::month(&name, self.reading.language) {
                found = Some((month, length));
            }
        }
        found
    }

    fn sign(&mut self, sign: char) -> Option<()> {
        match sign {
            '+' => {
                let seconds = self.offset()?;
                self.zone = Some(self.zone.unwrap_or(Zone::Fixed(seconds)));
            }
            '-' if self.time.is_some() && self.is_offset() => {
                let seconds = self.offset()?;
                self.zone = Some(self.zone.unwrap_or(Zone::Fixed(seconds)));
            }
            // What is left of a time that is none
            ':' if self.at > 0
                && self.is_glued(0)
                && matches!(self.tokens[self.at - 1].token, Token::Number(_)) =>
            {
                return None;
            }
            ',' | '/' | '-' | '.' | '|' | '(' | ')' | '[' | ']' | ':' | ';' | '"' | '\'' | '’'
            | '‘' | '@' | '~' | '•' | '·' | '*' | '_' | '<' | '>' | '׳' | '״' | '。' => {
                self.at += 1;
            }
            _ => return None,
        }
        Some(())
    }

    /// A word that is neither month, weekday, zone nor half of a day.
    fn other_word(&mut self, written: &str, folded: &str) -> Option<()> {
        self.time_follows = matches!(
            folded,
            "kl" | "klo"
                | "kello"
                | "klokka"
                | "klokken"
                | "klockan"
                | "pukul"
                | "jam"
                | "um"
                | "at"
                | "alle"
                | "ore"
                | "ora"
                | "ob"
                | "om"
                | "u"
                | "о"
                | "в"
                | "godz"
                | "a"
                | "pkl"
                | "kell"
                | "στισ"
        );
        let known = self.time_follows || is_connector(folded);
        // The first year of an era has a name instead of a number
        let (name, is_first) = written
            .strip_suffix("元年")
            .map_or((written, false), |name| (name, true));
        if let Some(years) = era(name, folded) {
            self.era = years;
            if is_first {
                self.push("1", Some(Field::Year))?;
            }
        } else if !known {
            let number_before = self.at > 0
                && matches!(self.tokens[self.at - 1].token, Token::Number(_))
                && self.is_glued(0);
            if number_before || !self.reading.other_words {
                return None;
            }
            self.other_words += 1;
        }
        self.at += 1;
        Some(())
    }

    fn finish(self) -> Option<chrono::DateTime<chrono::Utc>> {
        let thai = self.tokens.iter().any(|placed| match &placed.token {
            Token::Word { written, .. } => {
                written.contains(|c| ('\u{e00}'..='\u{e7f}').contains(&c))
            }
            _ => false,
        });
        let clues = civil::Clues {
            month: self.month,
            numbers_before_month: self.numbers_before_month,
            weekday: self.weekday,
            month_first: civil::month_first(self.reading.language, self.american),
            era: self.era,
            buddhist: thai || self.reading.language == Some("th"),
            timed: self.time.is_some(),
        };
        let date = civil::date(&self.parts, &clues)?;
        // Words of which nothing is known may stand beside a date that can't be anything else
        let certain = self.month.is_some() || self.parts.iter().any(|part| part.digits == 4);
        if self.other_words > MOST_OTHER_WORDS || self.other_words > 0 && !certain {
            return None;
        }
        let (mut hour, minute, second, nanoseconds) = self.time.unwrap_or_default();
        match self.half {
            Some(Half::Afternoon) if hour < 12 => hour += 12,
            Some(Half::Morning) if hour == 12 => hour = 0,
            _ => {}
        }
        let time =
            clock(hour, minute, second)?.checked_add(&TimeDelta::nanoseconds(nanoseconds))?;
        let local = date
            .and_time(chrono::NaiveTime::MIN)
            .checked_add_signed(time)?;
        let zone = self.zone.or_else(|| {
            // Korea's programs leave it out, and its language has one zone
            (self.korean && self.time.is_some()).then_some(Zone::Fixed(9 * 3600))
        });
        let offset = zone.map_or(0, |zone| zone.offset(local));
        let utc = local.checked_sub_signed(TimeDelta::seconds(offset))?;
        (0..=9999).contains(&utc.year()).then(|| utc.and_utc())
    }
}
