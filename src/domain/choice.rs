//! What a subscriber chose themselves, and who they are after it.

use chrono::{NaiveTime, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{Address, Frequency, Language, Length, Limit, Parts, Pause, Query, Quiet, Subscriber};

/// What a subscriber chose themselves, on the web or through the operator. A field that is there wins over what was declared of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Choice {
    /// Where their mail goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Their name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The languages they read, the preferred one first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub languages: Option<Vec<Language>>,
    /// Their zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<Tz>,
    /// What they follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topics: Option<Query>,
    /// How many articles they want at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_articles: Option<Limit<u32>>,
    /// HTML and text, or text alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Parts>,
    /// Whether they asked for silence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused: Option<Pause>,
    /// How often they want it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency: Option<Frequency>,
    /// Their hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<NaiveTime>,
    /// Their days of the week; empty for those that go with the frequency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<Vec<Weekday>>,
    /// When they want none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Vec<Quiet>>,
    /// How many articles make a mail worth it to them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_articles: Option<u32>,
    /// How long articles wait for more of them, in days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_wait: Option<u32>,
    /// How much of each article they want.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<Length>,
}

impl Choice {
    /// Whether nothing was chosen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// This, and for what it leaves open the `earlier` choice.
    #[must_use]
    pub fn over(self, earlier: Self) -> Self {
        Self {
            address: self.address.or(earlier.address),
            name: self.name.or(earlier.name),
            languages: self.languages.or(earlier.languages),
            time_zone: self.time_zone.or(earlier.time_zone),
            topics: self.topics.or(earlier.topics),
            max_articles: self.max_articles.or(earlier.max_articles),
            format: self.format.or(earlier.format),
            paused: self.paused.or(earlier.paused),
            frequency: self.frequency.or(earlier.frequency),
            at: self.at.or(earlier.at),
            days: self.days.or(earlier.days),
            quiet: self.quiet.or(earlier.quiet),
            min_articles: self.min_articles.or(earlier.min_articles),
            max_wait: self.max_wait.or(earlier.max_wait),
            length: self.length.or(earlier.length),
        }
    }

    /// The subscriber after it.
    #[must_use]
    pub fn applied_to(self, declared: Subscriber) -> Subscriber {
        Subscriber {
            address: self.address.unwrap_or(declared.address),
            name: self.name.unwrap_or(declared.name),
            languages: self.languages.unwrap_or(declared.languages),
            time_zone: self.time_zone.or(declared.time_zone),
            editions: declared.editions,
            topics: self.topics.or(declared.topics),
            max_articles: self.max_articles.or(declared.max_articles),
            format: self.format.or(declared.format),
            paused: self.paused.unwrap_or(declared.paused),
            frequency: self.frequency.unwrap_or(declared.frequency),
            at: self.at.or(declared.at),
            days: self.days.unwrap_or(declared.days),
            quiet: self.quiet.unwrap_or(declared.quiet),
            min_articles: self.min_articles.or(declared.min_articles),
            max_wait: self.max_wait.or(declared.max_wait),
            length: self.length.unwrap_or(declared.length),
        }
    }
}

/// Who somebody is to the planner: what a file declares of them or, where none does, what they came with; with the editions of both;
/// and over it what they chose themselves. `None` for whom neither a file declares nor anything else holds here: nobody mails them.
///
/// This is the middle of the order of precedence, which is: erased, then suppressed, then the person's own choice, then the file.
/// The store keeps the first two by the hash of the address, and looks there before every mail; no file, import or choice takes them
/// away, only a fresh confirmation by the person.
#[must_use]
pub fn effective(
    filed: Option<&Subscriber>,
    joined: Option<&Subscriber>,
    choice: &Choice,
) -> Option<Subscriber> {
    let mut declared = filed.or(joined)?.clone();
    // A file that names no edition means all of them.
    if let (Some(filed), Some(joined)) = (filed, joined)
        && !filed.editions.is_empty()
    {
        let more = joined.editions.iter();
        declared
            .editions
            .extend(more.filter(|id| !filed.editions.contains(id)).cloned());
    }
    Some(choice.clone().applied_to(declared))
}
