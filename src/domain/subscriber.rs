//! Who gets it.

use std::fmt;

use chrono::{Datelike as _, NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{Address, EditionId, Frequency, Language, Length, Limit, Parts, query::Query};

/// The name of a subscriber inside the program and in tokens: 80 bits of a keyed hash of their first address.
/// It stays when the address changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ref(pub [u8; 10]);

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

/// The place of a subscription in the order in which people joined. It names one subscription for ever;
/// whoever comes back gets a new one.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct SubscriptionNumber(pub i64);

/// Whether a subscriber has asked for silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pause {
    /// They have not.
    #[default]
    No,
    /// Until this date, which is the first on which they are mailed again.
    Until(NaiveDate),
    /// Until they or the operator say otherwise.
    Open,
}

impl Pause {
    /// Whether it covers `date`.
    #[must_use]
    pub fn covers(self, date: NaiveDate) -> bool {
        match self {
            Self::No => false,
            Self::Until(until) => date < until,
            Self::Open => true,
        }
    }
}

/// A subscriber as a row of a file declares them, valid in every field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscriber {
    /// Where their mail goes.
    pub address: Address,
    /// Their name; empty if unknown.
    #[serde(default)]
    pub name: String,
    /// The languages they read, the preferred one first; the edition's, if empty.
    #[serde(default)]
    pub languages: Vec<Language>,
    /// Their zone; the edition's, if unknown.
    #[serde(default)]
    pub time_zone: Option<Tz>,
    /// The editions they get; all, if empty.
    #[serde(default)]
    pub editions: Vec<EditionId>,
    /// What they follow; the edition's default topics, if they didn't say.
    #[serde(default)]
    pub topics: Option<Query>,
    /// How many articles they want at most; the edition's limit, if they didn't say.
    #[serde(default)]
    pub max_articles: Option<Limit<u32>>,
    /// HTML and text, or text alone; the edition's, if they didn't say.
    #[serde(default)]
    pub format: Option<Parts>,
    /// Whether they asked for silence.
    #[serde(default)]
    pub paused: Pause,
    /// How often they want it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub frequency: Frequency,
    /// Their hour; the edition's, if they didn't say.
    #[serde(default, skip_serializing_if = "is_default")]
    pub at: Option<NaiveTime>,
    /// Their days of the week; those that go with the frequency, if empty.
    #[serde(default, skip_serializing_if = "is_default")]
    pub days: Vec<Weekday>,
    /// When they want none, though an issue goes: its articles wait for the next.
    #[serde(default, skip_serializing_if = "is_default")]
    pub quiet: Vec<Quiet>,
    /// How many articles make a mail worth it to them; the edition's, if they didn't say.
    #[serde(default, skip_serializing_if = "is_default")]
    pub min_articles: Option<u32>,
    /// How long articles wait for more of them, in days; the edition's, if they didn't say.
    #[serde(default, skip_serializing_if = "is_default")]
    pub max_wait: Option<u32>,
    /// How much of each article they want.
    #[serde(default, skip_serializing_if = "is_default")]
    pub length: Length,
}

impl Subscriber {
    /// Somebody of whom nothing is known but their address.
    #[must_use]
    pub fn new(address: Address) -> Self {
        Self {
            address,
            name: String::new(),
            languages: Vec::new(),
            time_zone: None,
            editions: Vec::new(),
            topics: None,
            max_articles: None,
            format: None,
            paused: Pause::No,
            frequency: Frequency::Each,
            at: None,
            days: Vec::new(),
            quiet: Vec::new(),
            min_articles: None,
            max_wait: None,
            length: Length::Summary,
        }
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A day without mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quiet {
    /// Every such day of the week.
    Day(Weekday),
    /// That date.
    Date(NaiveDate),
}

impl Quiet {
    /// Whether it covers `date`.
    #[must_use]
    pub fn covers(self, date: NaiveDate) -> bool {
        match self {
            Self::Day(day) => date.weekday() == day,
            Self::Date(quiet) => date == quiet,
        }
    }
}

/// A subscriber's place in one edition, as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its number.
    pub number: SubscriptionNumber,
    /// The subscriber's name inside.
    pub reader: Ref,
    /// The edition.
    pub edition: EditionId,
    /// What they declared.
    pub subscriber: Subscriber,
}
