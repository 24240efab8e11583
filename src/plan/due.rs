//! When a slot of an edition is due. An issue is named by a civil date, never by an instant: a clock that is set back makes no second one.

use chrono::{DateTime, NaiveDate, NaiveTime, Offset as _, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

use crate::domain::Slot;

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

/// How long after its hour an edition's very first issue may still be made, when midnight has passed meanwhile: runs an hour apart
/// would otherwise never see an hour such as 23:55 on its own date.
const FIRST_ISSUE_GRACE: TimeDelta = TimeDelta::hours(1);

/// Whether a slot is due at `now`, when its last issue was that of `last`; `deadline` is how long after its time an issue may go.
///
/// With an hour (`at`), the last time that it struck counts, until the deadline or the next time: a run that was missed is made up for
/// once. Without one, the first run of a civil date makes the issue. A slot that never had an issue doesn't make up for yesterday's.
#[must_use]
pub fn due(slot: &Slot, deadline: TimeDelta, now: DateTime<Utc>, last: Option<NaiveDate>) -> Due {
    let today = now.with_timezone(&slot.tz).date_naive();
    let strikes = |date: NaiveDate| instant(date, slot.at.unwrap_or(NaiveTime::MIN), slot.tz);
    let struck = if slot.at.is_some() {
        // From tomorrow: where midnight comes twice, tomorrow has begun before today has ended.
        dates(slot, today.succ_opt(), NaiveDate::pred_opt).find(|date| strikes(*date) <= now)
    } else {
        Some(today).filter(|date| slot.goes_on(*date))
    };
    let is_new = |date: &NaiveDate| match last {
        Some(last) => last < *date,
        None => *date == today || now - strikes(*date) < FIRST_ISSUE_GRACE,
    };
    if let Some(date) = struck.filter(is_new) {
        // Without an hour the issue begins when it is made.
        let begins = slot.at.map_or(now, |_| strikes(date));
        let end = begins
            .checked_add_signed(deadline)
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        let next = dates(slot, date.succ_opt(), NaiveDate::succ_opt).next();
        let deadline = next.map_or(end, |next| end.min(strikes(next)));
        if now < deadline {
            return Due::Now { date, deadline };
        }
    }
    // From yesterday: where the clocks skip midnight, yesterday's hour may strike today.
    let next = dates(slot, today.pred_opt(), NaiveDate::succ_opt)
        .filter(|date| last.is_none_or(|last| last < *date))
        .map(strikes)
        .find(|at| *at > now);
    Due::Not { next }
}

/// The dates on which an edition goes, from one on, forwards or backwards, for as long as to meet a date of each month twice.
fn dates(
    slot: &Slot,
    from: Option<NaiveDate>,
    step: fn(&NaiveDate) -> Option<NaiveDate>,
) -> impl Iterator<Item = NaiveDate> {
    std::iter::successors(from, step)
        .take(70)
        .filter(|date| slot.goes_on(*date) && exists(*date, slot.tz))
}

/// Whether a zone has had the date: Apia went from 29 to 31 December 2011.
fn exists(date: NaiveDate, tz: Tz) -> bool {
    let noon = date.and_time(NaiveTime::MIN + TimeDelta::hours(12));
    tz.from_local_datetime(&noon).earliest().is_some()
}

/// The instant of a civil time. One that the clocks skip is as much later as they skip: what would have been half past two is half
/// past three. Of one that comes twice, the first.
#[must_use]
pub fn instant(date: NaiveDate, time: NaiveTime, tz: Tz) -> DateTime<Utc> {
    let local = date.and_time(time);
    if let Some(at) = tz.from_local_datetime(&local).earliest() {
        return at.to_utc();
    }
    // The widest gap is a day: Apia had no 30 December 2011. The offset before it is that of the last time before it.
    let before = (1..=24 * 4 + 1)
        .filter_map(|quarters| local.checked_sub_signed(TimeDelta::minutes(15 * quarters)))
        .find_map(|earlier| tz.from_local_datetime(&earlier).latest());
    before
        .and_then(|before| local.checked_sub_offset(before.offset().fix()))
        .map_or_else(|| local.and_utc(), |at| at.and_utc())
}

#[cfg(test)]
mod tests {
    use chrono::Weekday;
    use proptest::prelude::*;

    use super::*;
    use crate::{domain::Edition, plan::test_data::edition};

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
        assert_eq!(due(&edition.slot(), edition.deadline, now, None), expected);
        let not = Due::Not {
            next: Some(at("2026-11-24T23:00:00Z")),
        };
        assert_eq!(
            due(
                &edition.slot(),
                edition.deadline,
                now,
                Some(date("2026-11-24"))
            ),
            not
        );
        assert_eq!(
            due(
                &edition.slot(),
                edition.deadline,
                now,
                Some(date("2026-11-25"))
            ),
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
            due(
                &edition.slot(),
                edition.deadline,
                at("2026-11-24T12:59:00Z"),
                yesterday
            ),
            expected
        );
        let not = Due::Not {
            next: Some(at("2026-11-25T07:00:00Z")),
        };
        assert_eq!(
            due(
                &edition.slot(),
                edition.deadline,
                at("2026-11-24T13:00:00Z"),
                yesterday
            ),
            not
        );
    }

    #[test]
    fn a_new_edition_does_not_make_up_for_yesterday() {
        let edition = daily(Some("07:00:00"), Tz::UTC);
        assert_eq!(
            due(
                &edition.slot(),
                edition.deadline,
                at("2026-11-24T05:00:00Z"),
                None
            ),
            Due::Not {
                next: Some(at("2026-11-24T07:00:00Z"))
            }
        );
        assert!(matches!(
            due(
                &edition.slot(),
                edition.deadline,
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

    #[test]
    fn an_hour_before_midnight_is_not_missed_by_runs_that_come_after_it() {
        let edition = daily(Some("23:55:00"), Tz::UTC);
        let expected = Due::Now {
            date: date("2026-11-23"),
            deadline: at("2026-11-24T23:55:00Z"),
        };
        assert_eq!(
            due(
                &edition.slot(),
                edition.deadline,
                at("2026-11-24T00:00:00Z"),
                None
            ),
            expected
        );
        assert!(matches!(
            due(
                &edition.slot(),
                edition.deadline,
                at("2026-11-24T00:55:00Z"),
                None
            ),
            Due::Not { .. }
        ));
    }

    #[test]
    fn a_date_that_never_was_has_no_issue() {
        let edition = daily(Some("07:00:00"), Tz::Pacific__Apia);
        let last = Some(date("2011-12-29"));
        // 31 December, half past six and half past seven.
        let not = Due::Not {
            next: Some(at("2011-12-30T17:00:00Z")),
        };
        assert_eq!(
            due(
                &edition.slot(),
                edition.deadline,
                at("2011-12-30T16:30:00Z"),
                last
            ),
            not
        );
        assert!(matches!(
            due(&edition.slot(), edition.deadline, at("2011-12-30T17:30:00Z"), last),
            Due::Now { date: made, .. } if made == date("2011-12-31")
        ));
    }

    #[test]
    fn an_hour_that_the_clocks_push_past_midnight_is_still_its_dates() {
        // In Nuuk 23:00 is followed by 00:00: half past eleven comes as half past midnight.
        let edition = daily(Some("23:30:00"), Tz::America__Nuuk);
        let last = Some(date("2026-03-27"));
        let strikes = at("2026-03-29T01:30:00Z");
        let not = Due::Not {
            next: Some(strikes),
        };
        assert_eq!(
            due(
                &edition.slot(),
                edition.deadline,
                strikes - TimeDelta::minutes(10),
                last
            ),
            not
        );
        let now = Due::Now {
            date: date("2026-03-28"),
            deadline: at("2026-03-30T00:30:00Z"),
        };
        assert_eq!(due(&edition.slot(), edition.deadline, strikes, last), now);
    }

    #[test]
    fn a_clock_set_back_makes_no_second_issue() {
        let edition = daily(Some("07:00:00"), Tz::UTC);
        let last = Some(date("2026-11-24"));
        let not = Due::Not {
            next: Some(at("2026-11-25T07:00:00Z")),
        };
        assert_eq!(
            due(
                &edition.slot(),
                edition.deadline,
                at("2026-11-23T08:00:00Z"),
                last
            ),
            not
        );
    }

    #[test]
    fn without_days_or_with_any_deadline_nothing_breaks() {
        let never = Edition {
            days: Vec::new(),
            ..daily(Some("07:00:00"), Tz::UTC)
        };
        let now = at("2026-11-24T08:00:00Z");
        assert_eq!(
            due(&never.slot(), never.deadline, now, None),
            Due::Not { next: None }
        );
        let patient = Edition {
            deadline: TimeDelta::MAX,
            ..daily(Some("07:00:00"), Tz::UTC)
        };
        let expected = Due::Now {
            date: date("2026-11-24"),
            deadline: at("2026-11-25T07:00:00Z"),
        };
        assert_eq!(due(&patient.slot(), patient.deadline, now, None), expected);
        for now in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            let _ = due(&patient.slot(), patient.deadline, now, None);
            let _ = due(&patient.slot(), patient.deadline, now, Some(NaiveDate::MIN));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        /// Run every ten minutes for a year: one issue for each of its dates, and never two.
        #[test]
        fn an_edition_is_due_once_for_each_of_its_dates(
            hour in 0_u32..24, minute in 0_u32..60,
            tz in proptest::sample::select(&[
                Tz::America__New_York, Tz::Australia__Lord_Howe, Tz::Africa__Casablanca,
                Tz::America__Nuuk, Tz::America__Havana, Tz::America__Santiago, Tz::Pacific__Apia,
            ][..]),
            some_days in any::<bool>(), with_hour in any::<bool>(),
        ) {
            let days = if some_days { vec![Weekday::Mon, Weekday::Sun] } else { edition().days };
            let time = NaiveTime::from_hms_opt(hour, minute, 0);
            let edition = Edition { at: time.filter(|_| with_hour), tz, days, ..edition() };
            let year = if tz == Tz::Pacific__Apia { "2011" } else { "2026" };
            let begin = at(&format!("{year}-02-01T12:00:00Z"));
            let (mut now, mut last, mut issues) = (begin, None, Vec::new());
            while now < begin + TimeDelta::days(365) {
                if let Due::Now { date, deadline } = due(&edition.slot(), edition.deadline, now, last) {
                    prop_assert!(now < deadline);
                    let at_once = |at| instant(date, at, tz) > now - TimeDelta::minutes(10);
                    prop_assert!(last.is_none() || edition.at.is_none_or(at_once));
                    issues.push(date);
                    last = Some(date);
                }
                now += TimeDelta::minutes(10);
            }
            let local = |at: DateTime<Utc>| at.with_timezone(&tz).date_naive();
            let apia = (tz == Tz::Pacific__Apia).then(|| date("2011-12-30"));
            let all = |days: i64| local(begin + TimeDelta::days(days)).iter_days()
                .take_while(|date| *date <= local(now - TimeDelta::days(days)))
                .filter(|date| edition.slot().goes_on(*date) && Some(*date) != apia).collect::<Vec<_>>();
            // On the first and the last date the hour may not have struck.
            let whole: Vec<_> = issues.iter().copied().filter(|date| all(1).contains(date)).collect();
            prop_assert_eq!(whole, all(1));
            prop_assert!(issues.iter().all(|date| all(0).contains(date)));
            prop_assert!(issues.is_sorted_by(|a, b| a < b));
        }
    }
}
