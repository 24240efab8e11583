//! When an edition is due. An issue is named by a civil date, never by an instant: a clock that is set back makes no second one.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

use crate::domain::Edition;

/// Whether an edition is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// The issue of `date` is to be made now.
    Now {
        /// Its civil date in the edition's zone.
        date: NaiveDate,
        /// Until when it may go.
        deadline: DateTime<Utc>,
    },
    /// Not yet.
    Not {
        /// When the next one is.
        next: Option<DateTime<Utc>>,
    },
}

/// Whether an edition is due at `now`, when its last issue was that of `last`.
///
/// With an hour (`at`), the last time that it struck counts, until the deadline or the next time: a run that was missed is made up for
/// once. Without one, the first run of a civil date makes the issue. An edition that never had an issue doesn't make up for yesterday's.
#[must_use]
pub fn due(edition: &Edition, now: DateTime<Utc>, last: Option<NaiveDate>) -> Due {
    let today = now.with_timezone(&edition.tz).date_naive();
    let strikes = |date: NaiveDate| instant(date, edition.at.unwrap_or(NaiveTime::MIN), edition.tz);
    let struck = if edition.goes_on(today) && strikes(today) <= now {
        Some(today)
    } else {
        edition
            .date_before(today)
            .filter(|_| edition.at.is_some() && last.is_some())
    };
    if let Some(date) = struck.filter(|date| last.is_none_or(|last| last < *date)) {
        // Without an hour the issue begins when it is made.
        let begins = if edition.at.is_some() {
            strikes(date)
        } else {
            now
        };
        let end = begins + edition.deadline;
        let deadline = date_after(edition, date).map_or(end, |next| end.min(strikes(next)));
        if now < deadline {
            return Due::Now { date, deadline };
        }
    }
    let next = std::iter::successors(Some(today), |date| date.checked_add_days(Days::new(1)))
        .take(15)
        .filter(|date| edition.goes_on(*date) && last.is_none_or(|last| last < *date))
        .map(strikes)
        .find(|at| *at > now);
    Due::Not { next }
}

fn date_after(edition: &Edition, date: NaiveDate) -> Option<NaiveDate> {
    (1..=7)
        .filter_map(|ahead| date.checked_add_days(Days::new(ahead)))
        .find(|date| edition.goes_on(*date))
}

/// The instant of a civil time. One that the clocks skip is as much later as they skip; of one that comes twice, the first.
#[must_use]
pub fn instant(date: NaiveDate, time: NaiveTime, tz: Tz) -> DateTime<Utc> {
    let local = date.and_time(time);
    // The widest gap is a day: Apia had no 30 December 2011.
    for minutes in 0..=24 * 60 {
        if let Some(at) = tz
            .from_local_datetime(&(local + TimeDelta::minutes(minutes)))
            .earliest()
        {
            // As much later as the gap is wide: what would have been half past two is half past three.
            let before = tz
                .from_local_datetime(&(local - TimeDelta::days(1) - TimeDelta::minutes(1)))
                .latest();
            return match before {
                Some(before) if minutes > 0 => {
                    before.to_utc() + TimeDelta::days(1) + TimeDelta::minutes(1)
                }
                _ => at.to_utc(),
            };
        }
    }
    local.and_utc()
}

#[cfg(test)]
mod tests {
    use chrono::Weekday;
    use proptest::prelude::*;

    use super::*;
    use crate::plan::test_data::edition;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn daily(hour: Option<&str>, tz: Tz) -> Edition {
        Edition {
            at: hour.map(|hour| hour.parse().unwrap()),
            tz,
            ..edition()
        }
    }

    #[test]
    fn without_an_hour_the_first_run_of_a_date_makes_the_issue() {
        let edition = daily(None, Tz::Europe__Paris);
        let now = at("2026-11-23T23:30:00Z");
        let expected = Due::Now {
            date: date("2026-11-24"),
            deadline: at("2026-11-24T23:00:00Z"),
        };
        assert_eq!(due(&edition, now, None), expected);
        let not = Due::Not {
            next: Some(at("2026-11-24T23:00:00Z")),
        };
        assert_eq!(due(&edition, now, Some(date("2026-11-24"))), not);
        assert_eq!(
            due(&edition, now, Some(date("2026-11-25"))),
            Due::Not {
                next: Some(at("2026-11-25T23:00:00Z"))
            }
        );
    }

    #[test]
    fn a_missed_run_is_made_up_for_once_until_the_deadline() {
        let edition = Edition {
            deadline: TimeDelta::hours(6),
            ..daily(Some("07:00:00"), Tz::UTC)
        };
        let yesterday = Some(date("2026-11-23"));
        let expected = Due::Now {
            date: date("2026-11-24"),
            deadline: at("2026-11-24T13:00:00Z"),
        };
        assert_eq!(
            due(&edition, at("2026-11-24T12:59:00Z"), yesterday),
            expected
        );
        let not = Due::Not {
            next: Some(at("2026-11-25T07:00:00Z")),
        };
        assert_eq!(due(&edition, at("2026-11-24T13:00:00Z"), yesterday), not);
    }

    #[test]
    fn a_new_edition_does_not_make_up_for_yesterday() {
        let edition = daily(Some("07:00:00"), Tz::UTC);
        assert_eq!(
            due(&edition, at("2026-11-24T05:00:00Z"), None),
            Due::Not {
                next: Some(at("2026-11-24T07:00:00Z"))
            }
        );
        assert!(matches!(
            due(
                &edition,
                at("2026-11-24T05:00:00Z"),
                Some(date("2026-11-22"))
            ),
            Due::Now { .. }
        ));
    }

    #[test]
    fn a_time_that_the_clocks_skip_is_later_and_one_that_comes_twice_is_the_first() {
        let time = |text: &str| text.parse::<NaiveTime>().unwrap();
        let new_york = |day, hour| instant(date(day), time(hour), Tz::America__New_York);
        assert_eq!(
            new_york("2026-03-08", "02:30:00"),
            at("2026-03-08T07:30:00Z")
        );
        assert_eq!(
            new_york("2026-11-01", "01:30:00"),
            at("2026-11-01T05:30:00Z")
        );
        let lord_howe = instant(
            date("2026-10-04"),
            time("02:10:00"),
            Tz::Australia__Lord_Howe,
        );
        assert_eq!(lord_howe, at("2026-10-03T15:40:00Z"));
        let apia = instant(date("2011-12-30"), time("07:00:00"), Tz::Pacific__Apia);
        assert_eq!(
            apia.with_timezone(&Tz::Pacific__Apia).date_naive(),
            date("2011-12-31")
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        /// Run every ten minutes for half a year: one issue for each of its dates, and never two.
        #[test]
        fn an_edition_is_due_once_for_each_of_its_dates(
            hour in 0_u32..24, minute in 0_u32..60,
            tz in proptest::sample::select(&[Tz::America__New_York, Tz::Australia__Lord_Howe, Tz::Africa__Casablanca, Tz::America__Nuuk][..]),
            some_days in any::<bool>(), with_hour in any::<bool>(),
        ) {
            let days = if some_days { vec![Weekday::Mon, Weekday::Sun] } else { edition().days };
            let time = NaiveTime::from_hms_opt(hour, minute, 0);
            let edition = Edition { at: time.filter(|_| with_hour), tz, days, ..edition() };
            let (mut now, mut last, mut issues) = (at("2026-02-01T12:00:00Z"), None, Vec::new());
            while now < at("2026-08-01T12:00:00Z") {
                if let Due::Now { date, deadline } = due(&edition, now, last) {
                    prop_assert!(now < deadline);
                    prop_assert_eq!(now.with_timezone(&tz).date_naive(), date);
                    issues.push(date);
                    last = Some(date);
                }
                now += TimeDelta::minutes(10);
            }
            let first = issues[0];
            let all: Vec<_> = first.iter_days().take_while(|date| Some(*date) <= last).filter(|date| edition.goes_on(*date)).collect();
            prop_assert_eq!(issues, all);
        }
    }
}
