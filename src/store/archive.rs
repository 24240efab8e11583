//! The archive: articles in the order in which they became eligible.

use chrono::{DateTime, Utc};

use super::Result;
use crate::{
    domain::{Archived, Article, Change, Number},
    plan::story::Telling,
};

/// What a source brought.
#[derive(Debug, Clone)]
pub struct SourceNews<'a> {
    /// The name of the source.
    pub source: &'a str,
    /// All that it gave, new or not.
    pub articles: &'a [Article],
    /// What it wants to remember until the next collect, as JSON.
    pub memory: &'a str,
    /// When it was collected.
    pub at: DateTime<Utc>,
    /// Where the source was never well before: articles published before this are known from now on but go to nobody.
    pub look_back_to: Option<DateTime<Utc>>,
}

/// What of it was new.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Never seen before.
    pub new: usize,
    /// Seen before, and changed.
    pub changed: usize,
    /// Seen before.
    pub known: usize,
}

/// The articles that were collected, numbered in the order in which they became eligible.
pub trait Archive {
    /// What a source remembered at its last collect, good or bad: JSON; `None` before its first.
    ///
    /// # Errors
    /// When the store fails.
    fn memory(&self, source: &str) -> Result<Option<String>>;

    /// Keeps what a source brought. New articles and new revisions get numbers from one counter, in this transaction.
    ///
    /// # Errors
    /// When the store fails; then nothing is kept.
    fn record(&self, news: &SourceNews) -> Result<Recorded>;

    /// Keeps what a source remembers that gave nothing.
    ///
    /// # Errors
    /// When the store fails.
    fn remember(&self, source: &str, memory: &str, at: DateTime<Utc>) -> Result<()>;

    /// The highest number given so far: the cutoff of an issue that is decided now.
    ///
    /// # Errors
    /// When the store fails.
    fn latest(&self) -> Result<Number>;

    /// The highest number that was given at or before `at`.
    ///
    /// # Errors
    /// When the store fails.
    fn number_at(&self, at: DateTime<Utc>) -> Result<Number>;

    /// The eligible articles with `after < number <= cutoff`, and the earlier ones that tell the same stories, in the order of their
    /// numbers, each as it was at the cutoff.
    ///
    /// # Errors
    /// When the store fails.
    fn articles(&self, after: Number, cutoff: Number) -> Result<Vec<Archived>>;

    /// The changes with `after < at <= cutoff` of articles that were eligible before, in that order.
    ///
    /// # Errors
    /// When the store fails.
    fn changes(&self, after: Number, cutoff: Number) -> Result<Vec<Change>>;

    /// The first articles that have no story yet, at most `limit`, in the order of their numbers. Their `story` is their own number.
    ///
    /// # Errors
    /// When the store fails.
    fn unfiled(&self, limit: usize) -> Result<Vec<Archived>>;

    /// The articles that have a story and became eligible at `since` or later, in the order in which they did.
    ///
    /// # Errors
    /// When the store fails.
    fn filed(&self, since: DateTime<Utc>) -> Result<Vec<(Telling, Number)>>;

    /// The story of the first article since `since` that has the same page or the same wording.
    ///
    /// # Errors
    /// When the store fails.
    fn same_story(&self, telling: &Telling, since: DateTime<Utc>) -> Result<Option<Number>>;

    /// Keeps the stories of articles. Those that have one keep it.
    ///
    /// # Errors
    /// When the store fails.
    fn file(&self, stories: &[(Telling, Number)]) -> Result<()>;
}
