//! When a group of an edition's subscribers gets it.

use std::{fmt, str::FromStr};

use chrono::{Datelike as _, NaiveDate, NaiveTime, TimeDelta, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// All days of the week.
pub const WEEK: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

/// How often somebody gets an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Frequency {
    /// Every issue that the edition's own days bring.
    #[default]
    Each,
    /// Once a day.
    Daily,
    /// On given days of the week.
    Weekly,
    /// Once a month: on the first of the given days of the week, or on the first of the month.
    Monthly,
}

impl Frequency {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Each, Self::Daily, Self::Weekly, Self::Monthly];

    /// Its name where it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Each => "each",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }
}

/// When a group of an edition's subscribers gets it: time of day, zone, days.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slot {
    /// When it goes. Without it, the first run of a civil date makes the day's issue.
    pub at: Option<NaiveTime>,
    /// The zone of `at` and of the civil dates.
    pub tz: Tz,
    /// Whether the days are those of each week, or one of each month.
    pub monthly: bool,
    /// The days of the week on which it goes. None where it goes on the first of the month.
    pub days: Vec<Weekday>,
}

impl Slot {
    /// Whether it goes on that date.
    #[must_use]
    pub fn goes_on(&self, date: NaiveDate) -> bool {
        let is_day = self.days.contains(&date.weekday());
        if !self.monthly {
            return is_day;
        }
        if self.days.is_empty() {
            return date.day() == 1;
        }
        let mut earlier = (1..date.day()).filter_map(|day| date.with_day(day));
        is_day && !earlier.any(|earlier| self.days.contains(&earlier.weekday()))
    }

    /// The time between two issues: how far a source's first collect and a reader's first issue look back.
    #[must_use]
    pub fn period(&self) -> TimeDelta {
        if self.monthly {
            return TimeDelta::days(31);
        }
        let most = self.days.len().clamp(1, 7);
        TimeDelta::days(i64::try_from(7_usize.div_ceil(most)).unwrap_or(1))
    }

    /// Its name, which says all of it: `mon-fri.0700.Asia/Seoul`.
    #[must_use]
    pub fn id(&self) -> SlotId {
        let days: Vec<String> = self
            .days
            .iter()
            .map(|day| day.to_string().to_lowercase())
            .collect();
        let days = match (self.monthly, self.days.len()) {
            (true, 0) => "monthly".to_owned(),
            (true, _) => format!("monthly-{}", days.join("-")),
            (false, 7) => "daily".to_owned(),
            (false, _) => days.join("-"),
        };
        let at = self
            .at
            .map_or("any".to_owned(), |at| at.format("%H%M").to_string());
        SlotId(format!("{days}.{at}.{}", self.tz.name()))
    }
}

/// The name of a slot; empty for the edition's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SlotId(String);

impl SlotId {
    /// The name as it was written down.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The name itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the edition's own slot.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.0.is_empty()
    }

    /// The slot of this name; `None` for the edition's own, and for what is none.
    #[must_use]
    pub fn slot(&self) -> Option<Slot> {
        let (days, rest) = self.0.split_once('.')?;
        let (at, tz) = rest.split_once('.')?;
        let monthly = days.starts_with("monthly");
        let listed = days.trim_start_matches("monthly").trim_start_matches('-');
        let days = match listed {
            "daily" => WEEK.to_vec(),
            "" => Vec::new(),
            listed => listed
                .split('-')
                .map(Weekday::from_str)
                .collect::<Result<_, _>>()
                .ok()?,
        };
        let at = match at {
            "any" => None,
            at => Some(NaiveTime::parse_from_str(at, "%H%M").ok()?),
        };
        Some(Slot {
            at,
            tz: tz.parse().ok()?,
            monthly,
            days,
        })
    }
}

impl fmt::Display for SlotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slots() -> impl Strategy<Value = Slot> {
        let zones = [
            Tz::UTC,
            Tz::Asia__Seoul,
            Tz::America__Argentina__Buenos_Aires,
        ];
        let days = prop::sample::subsequence(WEEK.to_vec(), 0..=7);
        let at = prop::option::of((0_u32..24, 0_u32..60));
        (
            at,
            prop::sample::select(zones.to_vec()),
            any::<bool>(),
            days,
        )
            .prop_filter_map("a slot has days", |(at, tz, monthly, days)| {
                let at = at.and_then(|(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0));
                (monthly || !days.is_empty()).then_some(Slot {
                    at,
                    tz,
                    monthly,
                    days,
                })
            })
    }

    proptest! {
        #[test]
        fn the_name_of_a_slot_says_all_of_it(slot in slots()) {
            prop_assert_eq!(slot.id().slot(), Some(slot));
        }

        #[test]
        fn a_monthly_slot_goes_once_a_month(slot in slots(), month in 1_u32..=12, year in 2024_i32..2030) {
            let slot = Slot { monthly: true, ..slot };
            let first = NaiveDate::from_ymd_opt(year, month, 1).unwrap();
            let dates = first.iter_days().take_while(|date| date.month() == month);
            prop_assert_eq!(dates.filter(|date| slot.goes_on(*date)).count(), 1);
        }

        #[test]
        fn any_name_is_read_without_a_panic(text in "\\PC{0,30}|[a-z.-]{0,20}") {
            let _ = SlotId::new(text).slot();
        }
    }
}
