//! Dates in digits as ISO 8601 has them, basic and extended: whole dates, months, years, weeks and ordinal dates, with
//! or without a time of day and an offset; RFC 3339, W3C-DTF and the way of databases (`2004-07-08 23:56:58.0`) are
//! among them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc, Weekday};

use super::{clock, full_year};

/// The time that all of `text` says, and whether it says its zone.
pub(super) fn parse(text: &str) -> Option<DateTime<Utc>> {
    let mut at = Cursor(text.as_bytes());
    let date = date(&mut at)?;
    if at.0.is_empty() {
        return Some(date.and_time(chrono::NaiveTime::MIN).and_utc());
    }
    let marked = at.take_any(b"Tt");
    let spaced = at.skip(b' ') > 0;
    if !marked && !spaced {
        return None;
    }
    let time = time(&mut at)?;
    at.skip(b' ');
    let offset = offset(&mut at)?;
    let local = date.and_time(chrono::NaiveTime::MIN);
    at.0.is_empty()
        .then(|| {
            local
                .checked_add_signed(time)?
                .checked_sub_signed(TimeDelta::seconds(offset))
        })
        .flatten()
        .filter(in_range)
        .map(|time| time.and_utc())
}

fn in_range(time: &NaiveDateTime) -> bool {
    use chrono::Datelike;
    (0..=9999).contains(&time.year())
}

/// What is still to be read.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn take_any(&mut self, signs: &[u8]) -> bool {
        let found = self.0.first().is_some_and(|sign| signs.contains(sign));
        if found {
            self.0 = &self.0[1..];
        }
        found
    }

    fn skip(&mut self, sign: u8) -> usize {
        let length = self.0.iter().take_while(|byte| **byte == sign).count();
        self.0 = &self.0[length..];
        length
    }

    /// How many digits stand here.
    fn digits(&self) -> usize {
        self.0
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    }

    /// A number of just so many digits, whatever follows.
    fn number(&mut self, digits: usize) -> Option<u32> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        let value = number.iter().try_fold(0_u32, |value, byte| {
            byte.is_ascii_digit()
                .then(|| value.wrapping_mul(10).wrapping_add(u32::from(byte - b'0')))
        })?;
        self.0 = rest;
        Some(value)
    }
}

/// A date, as the number of its leading digits tells.
fn date(at: &mut Cursor<'_>) -> Option<NaiveDate> {
    if at.take_any(b"-") {
        return short_month(at);
    }
    match at.digits() {
        // 2003, 2003-…, 2003W47…
        4 => {
            let year = at.number(4)?.cast_signed();
            rest_of_year(at, year)
        }
        // 20031231
        8 => {
            let (year, month, day) = (at.number(4)?, at.number(2)?, at.number(2)?);
            NaiveDate::from_ymd_opt(year.cast_signed(), month, day)
        }
        // 2003335
        7 => {
            let (year, day) = (at.number(4)?, at.number(3)?);
            NaiveDate::from_yo_opt(year.cast_signed(), day)
        }
        // 200312, or 031231 where that is no month of the centuries that write digits so
        6 => {
            let (first, second, third) = (at.number(2)?, at.number(2)?, at.number(2)?);
            let as_month = matches!(first, 19 | 20)
                .then(|| NaiveDate::from_ymd_opt((first * 100 + second).cast_signed(), third, 1))
                .flatten();
            as_month.or_else(|| NaiveDate::from_ymd_opt(full_year(first, 2), second, third))
        }
        // 03335
        5 => {
            let (year, day) = (at.number(2)?, at.number(3)?);
            NaiveDate::from_yo_opt(full_year(year, 2), day)
        }
        // 03-12-31
        2 => {
            let year = at.number(2)?;
            at.take_any(b"-").then_some(())?;
            let month = at.number(2)?;
            at.take_any(b"-").then_some(())?;
            NaiveDate::from_ymd_opt(full_year(year, 2), month, at.number(2)?)
        }
        _ => None,
    }
}

/// `-03`, `-03-12`, `-0312`: the century is left out.
fn short_month(at: &mut Cursor<'_>) -> Option<NaiveDate> {
    let year = full_year(at.number(2)?, 2);
    let hyphen = at.take_any(b"-");
    let month = match (hyphen, at.digits()) {
        (_, 2) => at.number(2)?,
        (false, 0) => 1,
        _ => return None,
    };
    NaiveDate::from_ymd_opt(year, month, 1)
}

/// What follows a year of four digits.
fn rest_of_year(at: &mut Cursor<'_>, year: i32) -> Option<NaiveDate> {
    let hyphen = at.take_any(b"-");
    if at.take_any(b"Ww") {
        let week = at.number(2)?;
        let day = match (at.take_any(b"-"), at.digits()) {
            (_, 1) => at.number(1)?,
            (false, 0) => 1,
            _ => return None,
        };
        let day = Weekday::try_from(u8::try_from(day.checked_sub(1)?).ok()?).ok()?;
        return NaiveDate::from_isoywd_opt(year, week, day);
    }
    if !hyphen {
        return NaiveDate::from_ymd_opt(year, 1, 1);
    }
    let month = match at.digits() {
        // A month with a zero too many before it, or an ordinal date
        3 if at.0.get(3) == Some(&b'-') => at.number(3)?,
        3 => return NaiveDate::from_yo_opt(year, at.number(3)?),
        digits @ (1 | 2) => at.number(digits)?,
        4 => {
            let (month, day) = (at.number(2)?, at.number(2)?);
            return NaiveDate::from_ymd_opt(year, month, day);
        }
        _ => return None,
    };
    let day = if at.take_any(b"-") {
        match at.digits() {
            digits @ (1 | 2) => at.number(digits)?,
            _ => return None,
        }
    } else {
        1
    };
    NaiveDate::from_ymd_opt(year, month, day)
}

/// `10`, `1014`, `10:14`, `10:14:55`, `101455`, each with a fraction of its last part.
fn time(at: &mut Cursor<'_>) -> Option<TimeDelta> {
    let digits = at.digits();
    let (mut minute, mut second, mut last) = (0, 0, 3600);
    let hour = match digits {
        1 | 2 => at.number(digits)?,
        4 | 6 => {
            let hour = at.number(2)?;
            (minute, last) = (at.number(2)?, 60);
            if digits == 6 {
                (second, last) = (at.number(2)?, 1);
            }
            hour
        }
        _ => return None,
    };
    if digits <= 2 && at.take_any(b":") {
        (minute, last) = (at.number(2)?, 60);
        if at.take_any(b":") {
            (second, last) = (at.number(2)?, 1);
        }
    }
    let mut nanoseconds = 0;
    if at.take_any(b".,") {
        let digits = at.digits();
        let (fraction, rest) = at.0.split_at(digits);
        at.0 = rest;
        // More digits than nanoseconds have say nothing
        let fraction = std::str::from_utf8(&fraction[..digits.min(9)]).ok()?;
        let value: i64 = format!("{fraction:0<9}").parse().ok()?;
        nanoseconds = value.checked_mul(last)?;
    }
    clock(hour, minute, second)?.checked_add(&TimeDelta::nanoseconds(nanoseconds))
}

/// The offset from UTC in seconds; without one it is UTC. One that can't be is none.
fn offset(at: &mut Cursor<'_>) -> Option<i64> {
    if at.0.is_empty() || at.take_any(b"Zz") {
        return Some(0);
    }
    let west = at.0.first() == Some(&b'-');
    at.take_any(b"+-").then_some(())?;
    let digits = at.digits();
    let (hours, minutes) = match digits {
        1 | 2 => {
            let hours = at.number(digits)?;
            let minutes = if at.take_any(b":") { at.number(2)? } else { 0 };
            (hours, minutes)
        }
        4 => (at.number(2)?, at.number(2)?),
        _ => return None,
    };
    Some(super::zones::seconds(west, hours, minutes))
}
