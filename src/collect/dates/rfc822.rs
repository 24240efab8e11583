//! The date of mail as nearly all feeds write it: `Tue, 24 Nov 2026 07:30:00 +0000`, the short way.
//!
//! What differs from that (RFC 822, 850, 2822, 5322 in their dialects) is read as any other written date.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

/// The time, where `text` is just so.
pub(super) fn parse(text: &str) -> Option<DateTime<Utc>> {
    let bytes = text.as_bytes();
    let bytes = if let [_, _, _, b',', b' ', rest @ ..] = bytes {
        rest
    } else {
        bytes
    };
    let (day, rest) = match bytes {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', b' ', rest @ ..] => (number(&[*a, *b])?, rest),
        [a @ b'0'..=b'9', b' ', rest @ ..] => (number(&[*a])?, rest),
        _ => return None,
    };
    let [
        m,
        o,
        n,
        b' ',
        y1,
        y2,
        y3,
        y4,
        b' ',
        h1,
        h2,
        b':',
        m1,
        m2,
        b':',
        s1,
        s2,
        b' ',
        zone @ ..,
    ] = rest
    else {
        return None;
    };
    let month = match &[*m, *o, *n] {
        b"Jan" => 1,
        b"Feb" => 2,
        b"Mar" => 3,
        b"Apr" => 4,
        b"May" => 5,
        b"Jun" => 6,
        b"Jul" => 7,
        b"Aug" => 8,
        b"Sep" => 9,
        b"Oct" => 10,
        b"Nov" => 11,
        b"Dec" => 12,
        _ => return None,
    };
    let offset = match zone {
        b"GMT" | b"UTC" | b"UT" | b"Z" => 0,
        [sign @ (b'+' | b'-'), h1, h2, m1, m2] => {
            super::zones::seconds(*sign == b'-', number(&[*h1, *h2])?, number(&[*m1, *m2])?)
        }
        _ => return None,
    };
    let year = number(&[*y1, *y2, *y3, *y4])?.cast_signed();
    let time = super::clock(
        number(&[*h1, *h2])?,
        number(&[*m1, *m2])?,
        number(&[*s1, *s2])?,
    )?;
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    let local = date
        .and_time(chrono::NaiveTime::MIN)
        .checked_add_signed(time)?;
    Some(
        local
            .checked_sub_signed(TimeDelta::seconds(offset))?
            .and_utc(),
    )
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, byte| {
        byte.is_ascii_digit()
            .then(|| value * 10 + u32::from(byte - b'0'))
    })
}
