//! Dates as files and pages write them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

/// The time that `text` says: RFC 3339, RFC 2822, `2026-11-24`, `2026-11-24 07:30`, `24/11/2026 - 07:30`,
/// `24 November 2026`, `November 24, 2026`, `24 novembre 2026`. Without a zone it is UTC; without a time of day, midnight.
#[must_use]
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(time) =
        DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_rfc2822(text))
    {
        return Some(time.to_utc());
    }
    for format in [
        "%Y-%m-%d %H:%M:%S%.f %z",
        "%Y-%m-%d %H:%M %z",
        "%Y-%m-%dT%H:%M%z",
        "%Y-%m-%dT%H:%M:%S%.f%z",
    ] {
        if let Ok(time) = DateTime::parse_from_str(text, format) {
            return Some(time.to_utc());
        }
    }
    for format in [
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M",
    ] {
        if let Ok(time) = NaiveDateTime::parse_from_str(text, format) {
            return Some(time.and_utc());
        }
    }
    written(text).map(|(date, time)| date.and_time(time.unwrap_or_default()).and_utc())
}

/// A date in words or numbers, with or without a time of day after it; all else in `text` must be words that
/// belong to a date.
fn written(text: &str) -> Option<(NaiveDate, Option<NaiveTime>)> {
    let text = text.to_lowercase().replace('à', "a");
    let mut numbers: Vec<(u32, usize)> = Vec::new();
    let mut month = None;
    let mut time = None;
    for token in text.split(|c: char| {
        c.is_whitespace() || matches!(c, ',' | '/' | '-' | '–' | '|' | '(' | ')' | '.')
    }) {
        match token {
            "" => {}
            word if time.is_none() && is_time(word).is_some() => time = is_time(word),
            word if word.chars().all(|c| c.is_ascii_digit()) => {
                numbers.push((word.parse().ok()?, word.len()));
            }
            "1er" | "1st" | "2nd" | "3rd" => {
                numbers.push((u32::from(token.as_bytes()[0] - b'0'), 1));
            }
            "am" | "pm" if time.is_some() => {
                let (twelve, half) = (time?, token == "pm");
                let hour = chrono::Timelike::hour(&twelve) % 12 + if half { 12 } else { 0 };
                time = NaiveTime::from_hms_opt(hour, chrono::Timelike::minute(&twelve), 0);
            }
            "at" | "a" | "on" | "le" | "the" | "of" | "de" | "del" | "utc" | "gmt" | "tu"
            | "um" | "uhr" | "年" => {}
            word => match month_of(word) {
                Some(number) if month.is_none() => month = Some(number),
                None if is_weekday(word) => {}
                Some(_) | None => return None,
            },
        }
    }
    let at = |index: usize| numbers.get(index).copied();
    let (year, month, day) = match (month, numbers.len()) {
        // 24 November 2026, November 24 2026, 2026 November 24
        (Some(month), 2) => {
            let (first, second) = (at(0)?, at(1)?);
            if first.1 == 4 {
                (first.0, month, second.0)
            } else {
                (second.0, month, first.0)
            }
        }
        (None, 3) => match (at(0)?, at(1)?, at(2)?) {
            ((year, 4), (month, _), (day, _)) => (year, month, day),
            // The day comes first, as nearly everywhere; where it can't, the month
            ((day, _), (month, _), (year, 4)) if month <= 12 => (year, month, day),
            ((month, _), (day, _), (year, 4)) => (year, month, day),
            _ => return None,
        },
        _ => return None,
    };
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    Some((date, time))
}

/// `07:30`, `07:30:00`, `7h30`, `7h`.
fn is_time(word: &str) -> Option<NaiveTime> {
    let mut parts = word.split([':', 'h']);
    let hour = parts.next()?.parse().ok()?;
    let minute = match parts.next()? {
        "" if word.ends_with('h') => 0,
        minute => minute.parse().ok()?,
    };
    let second = parts.next().map_or(Ok(0), str::parse).ok()?;
    NaiveTime::from_hms_opt(hour, minute, second)
}

fn month_of(word: &str) -> Option<u32> {
    const MONTHS: [&[&str]; 12] = [
        &[
            "jan",
            "january",
            "janvier",
            "enero",
            "januar",
            "janeiro",
            "gennaio",
            "يناير",
            "1월",
        ],
        &[
            "feb",
            "february",
            "février",
            "fevrier",
            "febrero",
            "februar",
            "fevereiro",
            "febbraio",
            "فبراير",
            "2월",
        ],
        &[
            "mar", "march", "mars", "marzo", "märz", "março", "مارس", "3월",
        ],
        &["apr", "april", "avril", "abril", "aprile", "أبريل", "4월"],
        &["may", "mai", "mayo", "maio", "maggio", "مايو", "5월"],
        &[
            "jun",
            "june",
            "juin",
            "junio",
            "juni",
            "junho",
            "giugno",
            "يونيو",
            "6월",
        ],
        &[
            "jul",
            "july",
            "juillet",
            "julio",
            "juli",
            "julho",
            "luglio",
            "يوليو",
            "7월",
        ],
        &["aug", "august", "août", "aout", "agosto", "أغسطس", "8월"],
        &[
            "sep",
            "sept",
            "september",
            "septembre",
            "septiembre",
            "setembro",
            "settembre",
            "سبتمبر",
            "9월",
        ],
        &[
            "oct",
            "october",
            "octobre",
            "octubre",
            "oktober",
            "outubro",
            "ottobre",
            "أكتوبر",
            "10월",
        ],
        &[
            "nov",
            "november",
            "novembre",
            "noviembre",
            "novembro",
            "نوفمبر",
            "11월",
        ],
        &[
            "dec",
            "december",
            "décembre",
            "decembre",
            "diciembre",
            "dezember",
            "dezembro",
            "dicembre",
            "ديسمبر",
            "12월",
        ],
    ];
    let found = MONTHS.iter().position(|names| names.contains(&word))?;
    u32::try_from(found + 1).ok()
}

fn is_weekday(word: &str) -> bool {
    const DAYS: [&str; 28] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
        "lunes",
        "martes",
        "miércoles",
        "jueves",
        "viernes",
        "sábado",
        "domingo",
    ];
    DAYS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_the_ways_they_are_written() {
        let at = |text: &str| parse(text).map(|time| time.to_rfc3339());
        for text in [
            "2024-03-12T10:15:00Z",
            "2024-03-12T11:15:00+01:00",
            "2024-03-12 10:15",
            "2024-03-12 11:15:00 +0100",
            "Tue, 12 Mar 2024 10:15:00 +0000",
            "12/03/2024 - 10:15",
            "12/03/2024 10:15",
            "12 March 2024 at 10:15",
            "March 12, 2024, 10:15 am",
            "12 mars 2024 à 10h15",
            "mardi 12 mars 2024 - 10:15",
        ] {
            assert_eq!(
                at(text).as_deref(),
                Some("2024-03-12T10:15:00+00:00"),
                "{text}"
            );
        }
        assert_eq!(
            at("2024-03-12").as_deref(),
            Some("2024-03-12T00:00:00+00:00")
        );
        assert_eq!(
            at("03/25/2024").as_deref(),
            Some("2024-03-25T00:00:00+00:00")
        );
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "tomorrow",
            "12",
            "31/02/2024",
            "The 12 March 2024 accord",
            "99:99",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
