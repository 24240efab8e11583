//! Dates as feeds, files and pages write them: one reader for all of them.
//!
//! What programs write (RFC 822 and its successors, ISO 8601) takes a short way. All else is read token by token, by
//! what each token can be: names of months in any language, whatever the order. The rules where a date leaves something
//! open:
//!
//! - Without a zone it is UTC; without a time of day, midnight; without a day, the first. A year must be there.
//! - A year of two or three digits is the one that RFC 5322 (section 4.3) takes it for: `49` is 2049, `50` is 1950.
//! - Of `3/12/2024`, which is right: what is possible; what agrees with a weekday beside it; what the language does, if
//!   it is known; what the United States do, if the time of day is in theirs (`AM`, `EST`); else the day comes first.
//! - A weekday is else of no account. An offset that can't be (`+99:99`) is UTC.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::Language;

mod civil;
mod iso;
mod names;
mod rfc822;
mod time_of_day;
mod timestamp;
mod tokens;
mod words;
mod written;
mod zone_of_time;
mod zones;

#[cfg(test)]
mod tests;

/// How long a date is at most, in octets.
const LONGEST: usize = 300;

/// How a text is read.
#[derive(Debug, Clone, Copy)]
struct Reading<'a> {
    /// The language that it is in, if that is known.
    language: Option<&'a str>,
    /// Whether words may stand beside the date.
    other_words: bool,
}

/// The time that the value of a date's field says. None where it says none, or one that can't be.
#[must_use]
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    parse_in(text, None)
}

/// The same, of a text whose language is known.
#[must_use]
pub fn parse_in(text: &str, language: Option<&Language>) -> Option<DateTime<Utc>> {
    let text = text.trim();
    rfc822::parse(text)
        .or_else(|| iso::parse(text))
        .or_else(|| timestamp::parse(text))
        .or_else(|| {
            let reading = Reading {
                language: language.map(Language::as_str),
                other_words: true,
            };
            (text.len() <= LONGEST).then(|| written::parse(text, reading))?
        })
}

/// The time that a line of running text says, if it is a date from its beginning to its end: not a number alone, no words
/// that don't belong to dates.
#[must_use]
pub fn line(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if text.len() > LONGEST || text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let reading = Reading {
        language: None,
        other_words: false,
    };
    rfc822::parse(text)
        .or_else(|| iso::parse(text).filter(|_| text.len() >= "2026-11-24".len()))
        .or_else(|| written::parse(text, reading))
}

/// The year that one of fewer than four digits is (RFC 5322, section 4.3).
fn full_year(year: u32, digits: usize) -> i32 {
    let year = year.cast_signed();
    match digits {
        2 if year < 50 => 2000 + year,
        2 | 3 => 1900 + year,
        _ => year,
    }
}

/// How long after midnight a clock shows this: until `24:00:00`, and with a second that was put in.
fn clock(hour: u32, minute: u32, second: u32) -> Option<TimeDelta> {
    let possible = hour < 24 && minute < 60 && second <= 60 || (hour, minute, second) == (24, 0, 0);
    possible.then(|| TimeDelta::seconds(i64::from(hour * 3600 + minute * 60 + second)))
}
