//! How many mails may go in which time: `20/s`, `300/day`.

use std::{fmt, num::NonZeroU32, str::FromStr, time::Duration};

use chrono::{DateTime, Datelike as _, Months, TimeDelta, TimeZone as _, Utc};

/// The time that a rate is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Per {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// An hour, as the clock shows it.
    Hour,
    /// A day of the calendar, in UTC: a cron job of every day has the whole of it each time.
    Day,
    /// A month of the calendar, in UTC.
    Month,
}

/// At most so many mails in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    /// How many.
    pub count: NonZeroU32,
    /// In which time.
    pub per: Per,
}

/// Why a text is no rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a rate such as `20/s`, `30/min`, `500/hour`, `300/day` or `9000/month`: `{0}`")]
pub struct RateError(String);

/// How a rate is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Evenly: one mail each time that this has passed.
    Every(Duration),
    /// So many from the beginning of a period of the calendar until its end.
    Until(DateTime<Utc>),
}

impl Rate {
    /// How it is kept at `now`: seconds and minutes evenly, longer times as a quota that begins again with each period.
    #[must_use]
    pub fn pace(self, now: DateTime<Utc>) -> Pace {
        match self.per {
            Per::Second => Pace::Every(Duration::from_secs(1) / self.count.get()),
            Per::Minute => Pace::Every(Duration::from_mins(1) / self.count.get()),
            Per::Hour => Pace::Until(next_multiple(now, 3600)),
            Per::Day => Pace::Until(next_multiple(now, 86_400)),
            Per::Month => Pace::Until(next_month(now)),
        }
    }
}

/// The next time after `now` that is a multiple of so many seconds.
fn next_multiple(now: DateTime<Utc>, seconds: i64) -> DateTime<Utc> {
    let next = (now.timestamp().div_euclid(seconds) + 1) * seconds;
    DateTime::from_timestamp(next, 0).unwrap_or(now + TimeDelta::seconds(seconds))
}

fn next_month(now: DateTime<Utc>) -> DateTime<Utc> {
    let first = Utc.with_ymd_and_hms(now.year(), now.month(), 1, 0, 0, 0);
    let next = first
        .single()
        .and_then(|first| first.checked_add_months(Months::new(1)));
    next.unwrap_or(now + TimeDelta::days(31))
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let wrong = || RateError(text.to_owned());
        let (count, per) = text.split_once('/').ok_or_else(wrong)?;
        Ok(Self {
            count: count.trim().parse().map_err(|_| wrong())?,
            per: match per.trim() {
                "s" | "sec" | "second" => Per::Second,
                "m" | "min" | "minute" => Per::Minute,
                "h" | "hour" => Per::Hour,
                "d" | "day" => Per::Day,
                "month" => Per::Month,
                _ => return Err(wrong()),
            },
        })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per = match self.per {
            Per::Second => "s",
            Per::Minute => "min",
            Per::Hour => "hour",
            Per::Day => "day",
            Per::Month => "month",
        };
        write!(f, "{}/{per}", self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_rate_is_read_as_it_is_written() {
        for text in ["20/s", "30/min", "500/hour", "300/day", "9000/month"] {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), text);
        }
        assert_eq!(" 5 / h ".parse::<Rate>().unwrap().to_string(), "5/hour");
        for text in [
            "",
            "20",
            "0/s",
            "-1/s",
            "1/year",
            "1.5/s",
            "/s",
            "99999999999/s",
        ] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_quota_begins_again_with_the_hour_the_day_or_the_month() {
        let ends = |rate: &str, now: &str| match rate.parse::<Rate>().unwrap().pace(at(now)) {
            Pace::Until(end) => end.to_rfc3339(),
            Pace::Every(_) => String::new(),
        };
        let now = "2026-12-31T23:59:59Z";
        assert_eq!(
            ends("1/hour", "2026-11-24T07:30:00Z"),
            "2026-11-24T08:00:00+00:00"
        );
        assert_eq!(
            ends("1/day", "2026-11-24T00:00:00Z"),
            "2026-11-25T00:00:00+00:00"
        );
        assert_eq!(ends("1/month", now), "2027-01-01T00:00:00+00:00");
        assert_eq!(
            "4/s".parse::<Rate>().unwrap().pace(at(now)),
            Pace::Every(Duration::from_millis(250))
        );
    }
}
