//! How much a story weighs: priority × recency × sources × topics × boost.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::domain::{Priority, Ranking};

/// Articles that one run collected are of one age: the order of the sources is none of the articles.
const SAME_AGE: TimeDelta = TimeDelta::minutes(15);
/// More sources than these say no more.
const MOST_SOURCES: f64 = 16.0;
/// More topics than these say no more.
const MOST_TOPICS: u32 = 4;

/// A factor, as millionths of its logarithm to the base 2: whole numbers are the same on every machine, and order all stories alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Factor(i64);

impl Factor {
    /// A factor from its value, 0 or more.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the logarithm of 0 is as low as numbers go, all others are small"
    )]
    pub(super) fn of(value: f64) -> Self {
        Self((value.log2() * 1e6).round() as i64)
    }

    /// Its value.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "what is that small is nothing")]
    pub fn value(self) -> f64 {
        (self.0 as f64 / 1e6).exp2()
    }

    /// Both.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// How much of another it is: 1 for equals.
    pub(super) fn part_of(self, other: Self) -> f64 {
        Self(self.0.saturating_sub(other.0)).value()
    }
}

/// What a story weighs, in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Score {
    /// How much its best source counts.
    pub priority: Factor,
    /// How new it is.
    pub recency: Factor,
    /// How many sources tell it.
    pub sources: Factor,
    /// How many of the reader's topics it is about.
    pub topics: Factor,
    /// How much its author or editor wants it shown.
    pub boost: Factor,
}

impl Score {
    /// The product.
    #[must_use]
    pub fn total(&self) -> Factor {
        [self.recency, self.sources, self.topics, self.boost]
            .into_iter()
            .fold(self.priority, Factor::times)
    }

    /// In words: `1.42 = priority 1.50 × recency 0.63 × …`; parts that change nothing are left out.
    #[must_use]
    pub fn words(&self) -> String {
        let parts = [
            ("priority", self.priority),
            ("recency", self.recency),
            ("sources", self.sources),
            ("topics", self.topics),
            ("boost", self.boost),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(_, factor)| *factor != Factor::default())
            .map(|(name, factor)| format!("{name} {:.2}", factor.value()))
            .collect();
        let total = self.total().value();
        if parts.is_empty() {
            return format!("{total:.2}");
        }
        format!("{total:.2} = {}", parts.join(" × "))
    }
}

impl Serialize for Score {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = serializer.serialize_map(Some(6))?;
        map.serialize_entry("total", &self.total().value())?;
        map.serialize_entry("priority", &self.priority.value())?;
        map.serialize_entry("recency", &self.recency.value())?;
        map.serialize_entry("sources", &self.sources.value())?;
        map.serialize_entry("topics", &self.topics.value())?;
        map.serialize_entry("boost", &self.boost.value())?;
        map.end()
    }
}

/// What a source's priority, or a boost in hundredths, makes.
pub(super) fn priority(priority: Priority) -> Factor {
    Factor::of(f64::from(priority.0) / 100.0)
}

/// What an age makes: half for each half-life.
#[expect(
    clippy::cast_precision_loss,
    reason = "centuries have fewer milliseconds than f64 counts"
)]
pub(super) fn recency(
    eligible_at: DateTime<Utc>,
    now: DateTime<Utc>,
    half_life: TimeDelta,
) -> Factor {
    let age = (now - eligible_at)
        .max(TimeDelta::zero())
        .num_milliseconds();
    let age = age - age % SAME_AGE.num_milliseconds();
    let half_lives = age as f64 / half_life.num_milliseconds().max(1) as f64;
    Factor::of((-half_lives).exp2())
}

/// What the number of sources makes; a copy counts a quarter.
pub(super) fn sources(count: f64, ranking: &Ranking) -> Factor {
    let doublings = count.clamp(1.0, MOST_SOURCES).log2();
    Factor::of(1.0 + f64::from(ranking.sources) / 100.0 * doublings)
}

/// What the number of topics makes that the reader follows and the story is about.
pub(super) fn topics(count: u32, ranking: &Ranking) -> Factor {
    let further = count.clamp(1, MOST_TOPICS) - 1;
    Factor::of(1.0 + f64::from(ranking.topics * further) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_weighs_what_its_parts_make() {
        let usual = Ranking::default();
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let score = Score {
            priority: priority(Priority(200)),
            recency: recency(now - TimeDelta::hours(18), now, usual.half_life),
            sources: sources(4.0, &usual),
            topics: topics(2, &usual),
            boost: Factor::default(),
        };
        assert_eq!(
            score.words(),
            "1.96 = priority 2.00 × recency 0.50 × sources 1.70 × topics 1.15"
        );
        assert_eq!(Score::default().words(), "1.00");
    }

    #[test]
    fn the_parts_have_bounds() {
        let usual = Ranking::default();
        assert_eq!(sources(99.0, &usual), sources(16.0, &usual));
        assert_eq!(sources(0.25, &usual), Factor::default());
        assert_eq!(topics(9, &usual), topics(4, &usual));
        assert!(priority(Priority(0)).times(topics(4, &usual)) < priority(Priority(1)));
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(
            recency(now + TimeDelta::hours(1), now, usual.half_life),
            Factor::default()
        );
    }
}
