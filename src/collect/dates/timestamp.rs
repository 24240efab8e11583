//! Seconds since 1970, and their thousandths, millionths and milliardths.

use chrono::{DateTime, NaiveDate, Utc};

/// The time that digits alone count, with a fraction or without. The number of digits tells the unit: ten are seconds,
/// thirteen thousandths of them. `@1710238530` is so too, and `/Date(1710238530000)/`. Ten digits that are a day and its hour
/// between 1900 and 2100 are that: as seconds they are a day after 2030.
pub(super) fn parse(text: &str) -> Option<DateTime<Utc>> {
    let bare = text
        .strip_prefix("/Date(")
        .and_then(|rest| rest.strip_suffix(")/"));
    let text = bare.or(text.strip_prefix('@')).unwrap_or(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    match whole.len() {
        9 | 10 => {
            let hour = (fraction.is_empty() && whole.len() == 10)
                .then(|| hour_of_day(whole))
                .flatten();
            let nanoseconds: u32 = format!("{fraction:0<9}").parse().ok()?;
            hour.or_else(|| DateTime::from_timestamp(number, nanoseconds))
        }
        12 if number >= 300_000_000_000 => DateTime::from_timestamp_millis(number),
        13 => DateTime::from_timestamp_millis(number),
        16 => DateTime::from_timestamp_micros(number),
        19 => Some(DateTime::from_timestamp_nanos(number)),
        _ => None,
    }
}

/// `2024031210`.
fn hour_of_day(digits: &str) -> Option<DateTime<Utc>> {
    let part = |from: usize, to: usize| digits.get(from..to)?.parse::<u32>().ok();
    let year = part(0, 4)
        .filter(|year| (1900..2100).contains(year))?
        .cast_signed();
    let date = NaiveDate::from_ymd_opt(year, part(4, 6)?, part(6, 8)?)?;
    Some(date.and_hms_opt(part(8, 10)?, 0, 0)?.and_utc())
}
