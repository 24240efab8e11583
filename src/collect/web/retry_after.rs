//! `Retry-After` (RFC 9110 §10.2.3): a number of seconds, or a date in one of HTTP's three forms.

use std::time::{Duration, SystemTime};

/// How long the server wants to be left alone, from `now` on.
#[must_use]
pub fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|octet| octet.is_ascii_digit()) {
        // A number that doesn't fit is for ever
        return Some(Duration::from_secs(
            value.parse().unwrap_or(u64::from(u32::MAX)),
        ));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_read_and_other_words_are_not() {
        let now = httpdate::parse_http_date("Tue, 24 Nov 2026 07:00:00 GMT").unwrap();
        let read = |text| retry_after(text, now).map(|wait| wait.as_secs());
        assert_eq!(read("120"), Some(120));
        assert_eq!(read(" 0 "), Some(0));
        assert_eq!(read("Tue, 24 Nov 2026 07:30:00 GMT"), Some(1800));
        assert_eq!(read("Tuesday, 24-Nov-26 08:00:00 GMT"), Some(3600));
        assert_eq!(read("Tue Nov 24 07:00:10 2026"), Some(10));
        assert_eq!(read("Tue, 24 Nov 2020 07:30:00 GMT"), Some(0));
        assert_eq!(read("99999999999999999999999"), Some(u64::from(u32::MAX)));
        for not in ["", "soon", "-5", "1.5", "Tue, 24 Nov"] {
            assert_eq!(read(not), None, "{not}");
        }
    }
}
