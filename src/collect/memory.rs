//! What a source remembers from one collect to the next, and when it is to be asked again.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use url::Url;

use super::CollectError;
use crate::domain::SourcePlace;

/// How long a source is left alone that failed once, twice, … in a row. The first time may be chance.
const REST: [TimeDelta; 6] = [
    TimeDelta::zero(),
    TimeDelta::minutes(15),
    TimeDelta::hours(1),
    TimeDelta::hours(4),
    TimeDelta::hours(12),
    LONGEST_REST,
];
/// No source is left alone for longer, whatever its server asks for.
const LONGEST_REST: TimeDelta = TimeDelta::hours(24);

/// What a source remembers between two collects. The archive keeps it as JSON, beside the source's name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// The place it is about, as the operator declared it: another place starts with nothing.
    pub place: String,
    /// The headers of HTTP's conditional requests.
    pub validators: Validators,
    /// Where the server says that it has moved for good (301, 308).
    pub moved_to: Option<Url>,
    /// When the server said that it is gone for good (410): it isn't asked again until the operator says so.
    pub gone_at: Option<DateTime<Utc>>,
    /// How often it failed in a row.
    pub failures: u32,
    /// What was said the last time that it failed; none once it is well again.
    pub failed: Option<String>,
    /// What the operator can do about that.
    pub hint: Option<String>,
    /// Not before this it is asked again.
    pub not_before: Option<DateTime<Utc>>,
    /// When it was last well.
    pub well_at: Option<DateTime<Utc>>,
    /// What was seen of its single parts: a file's or page's name, and a stamp that changes when it does.
    pub seen: BTreeMap<String, String>,
}

/// The headers of HTTP's conditional requests (RFC 9110 §13), as they stood in the last answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Validators {
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
    /// Where the answer came from, after redirects: they are said there and nowhere else.
    pub url: Option<Url>,
    /// The SHA-256 of the answer, for servers that know no conditions.
    pub digest: Option<String>,
}

/// Whether a source is to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// It is.
    Now,
    /// Not before this time.
    Waiting(DateTime<Utc>),
    /// Not until the operator says so: it said at this time that it is gone for good.
    Gone(DateTime<Utc>),
}

impl Memory {
    /// What the archive kept about the source at `place`: nothing where it is about another place, or doesn't read.
    #[must_use]
    pub fn of(place: &SourcePlace, kept: Option<&str>) -> Self {
        let place = format!("{} {place}", place.kind());
        kept.and_then(|json| serde_json::from_str(json).ok())
            .filter(|memory: &Self| memory.place == place)
            .unwrap_or_else(|| Self {
                place,
                ..Self::default()
            })
    }

    /// Whether it is to be asked.
    #[must_use]
    pub fn due(&self, now: DateTime<Utc>) -> Due {
        match (self.gone_at, self.not_before) {
            (Some(at), _) => Due::Gone(at),
            (None, Some(until)) if until > now => Due::Waiting(until),
            _ => Due::Now,
        }
    }

    /// The operator says that it is to be asked, whatever it said: for all that it has.
    pub fn ask_again(&mut self) {
        self.gone_at = None;
        self.not_before = None;
        self.validators = Validators::default();
        // A folder knows its articles by it: without it, a file that was renamed would be a new article, and mailed again
        if !self.place.starts_with("folder ") {
            self.seen.clear();
        }
    }

    /// It was collected.
    pub fn was_well(&mut self, now: DateTime<Utc>) {
        self.gone_at = None;
        self.failures = 0;
        self.failed = None;
        self.hint = None;
        self.not_before = None;
        self.well_at = Some(now);
    }

    /// It failed: from the second time in a row on it rests, longer each time, and as long as its server asks for.
    pub fn was_bad(&mut self, error: &CollectError, now: DateTime<Utc>) {
        self.failures = self.failures.saturating_add(1);
        self.failed = Some(error.to_string());
        self.hint = Some(error.hint());
        self.not_before = None;
        if !error.is_the_servers() {
            return;
        }
        if self.is_end(error) {
            self.gone_at = Some(now);
            return;
        }
        let asked = error.retry_after().map(|wait| {
            TimeDelta::from_std(wait)
                .unwrap_or(TimeDelta::MAX)
                .min(LONGEST_REST)
        });
        let rest = self.rest().max(asked.unwrap_or_default());
        if rest > TimeDelta::zero() {
            self.not_before = Some(now + rest);
        }
        if let Some(wait) = error.retry_after().filter(|wait| longer_than_a_day(*wait)) {
            self.failed = Some(format!(
                "{error}; it asks to be left alone for {} days, it is left alone for one",
                wait.as_secs() / (24 * 60 * 60)
            ));
        }
    }

    /// Whether the server says that the source itself, not some part of it, is gone for good.
    fn is_end(&self, error: &CollectError) -> bool {
        match error {
            CollectError::Status {
                url, status: 410, ..
            } => {
                self.place.ends_with(&format!(" {url}"))
                    || self.moved_to.as_ref() == Some(url.as_ref())
            }
            _ => false,
        }
    }

    /// How long it rests after so many failures: up to a fifth less for some than for others, so that they don't all come
    /// back at once, and never more, so that a daily run meets it.
    fn rest(&self) -> TimeDelta {
        let index = usize::try_from(self.failures.saturating_sub(1)).unwrap_or(usize::MAX);
        let rest = REST.get(index).copied().unwrap_or(LONGEST_REST);
        let hash = digest(
            &SHA256,
            format!("{}{}", self.failures, self.place).as_bytes(),
        );
        let share = hash.as_ref().first().copied().map_or(0, i32::from);
        rest - rest * share / (255 * 5)
    }
}

fn longer_than_a_day(wait: Duration) -> bool {
    wait > LONGEST_REST.to_std().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(url: &str) -> SourcePlace {
        SourcePlace::Feed(Url::parse(url).unwrap())
    }

    fn memory() -> Memory {
        Memory::of(&place("https://a.example/feed"), None)
    }

    fn status(status: u16, retry_after: Option<u64>) -> CollectError {
        CollectError::Status {
            url: Box::new(Url::parse("https://a.example/feed").unwrap()),
            status,
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hours)
    }

    #[test]
    fn a_source_that_fails_rests_longer_each_time_and_a_daily_run_always_meets_it() {
        let mut memory = memory();
        let longest = [0, 15 * 60, 3600, 4 * 3600, 12 * 3600, 24 * 3600, 24 * 3600];
        for limit in longest {
            memory.was_bad(&status(500, None), at(0));
            let rest = memory
                .not_before
                .map_or(0, |until| (until - at(0)).num_seconds());
            assert!(rest <= limit && rest >= limit * 4 / 5, "{rest} of {limit}");
        }
        assert_eq!(memory.due(at(24)), Due::Now);
        assert!(matches!(memory.due(at(1)), Due::Waiting(_)));
        memory.was_well(at(24));
        assert_eq!((memory.failures, &memory.failed), (0, &None));
        assert_eq!(memory.due(at(24)), Due::Now);
    }

    #[test]
    fn rests_differ_between_sources_and_never_between_runs() {
        let rest = |url: &str| {
            let mut memory = Memory::of(&place(url), None);
            memory.failures = 4;
            memory.rest()
        };
        let rests: std::collections::BTreeSet<_> = (0..20)
            .map(|n| rest(&format!("https://{n}.example/")))
            .collect();
        assert!(rests.len() > 10);
        assert_eq!(rest("https://1.example/"), rest("https://1.example/"));
    }

    #[test]
    fn a_server_is_left_alone_as_long_as_it_asks_for_but_not_for_years() {
        let mut polite = memory();
        polite.was_bad(&status(503, Some(7200)), at(0));
        assert_eq!(polite.due(at(1)), Due::Waiting(at(2)));
        assert_eq!(polite.due(at(2)), Due::Now);
        let mut absurd = memory();
        absurd.was_bad(&status(429, Some(3650 * 24 * 3600)), at(0));
        assert_eq!(absurd.due(at(23)), Due::Waiting(at(24)));
        assert!(
            absurd
                .failed
                .unwrap()
                .ends_with("asks to be left alone for 3650 days, it is left alone for one")
        );
    }

    #[test]
    fn what_the_operator_can_mend_is_tried_again_at_once() {
        let mut memory = memory();
        let error = CollectError::NoSource("x".to_owned());
        for _ in 0..5 {
            memory.was_bad(&error, at(0));
        }
        assert_eq!(memory.due(at(0)), Due::Now);
        assert_eq!(memory.failures, 5);
    }

    #[test]
    fn gone_for_good_lasts_until_the_operator_says_otherwise() {
        let mut memory = memory();
        memory.was_bad(&status(410, None), at(0));
        assert_eq!(memory.due(at(24 * 365)), Due::Gone(at(0)));
        let json = serde_json::to_string(&memory).unwrap();
        let elsewhere = Memory::of(&place("https://a.example/new"), Some(&json));
        assert_eq!(elsewhere.due(at(0)), Due::Now);
        assert_eq!(elsewhere.failures, 0);
        let mut same = Memory::of(&place("https://a.example/feed"), Some(&json));
        assert_eq!(same, memory);
        same.ask_again();
        assert_eq!(same.due(at(0)), Due::Now);
    }

    #[test]
    fn a_part_that_is_gone_does_not_end_the_source() {
        let mut memory = memory();
        let error = CollectError::Status {
            url: Box::new(Url::parse("https://a.example/story").unwrap()),
            status: 410,
            retry_after: None,
        };
        memory.was_bad(&error, at(0));
        assert_eq!(memory.gone_at, None);
    }
}
