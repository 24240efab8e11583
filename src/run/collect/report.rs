//! What came of one source.

use chrono::{DateTime, Local, Utc};
use serde::Serialize;
use url::Url;

/// What came of one source.
#[derive(Debug, Clone, Serialize)]
pub struct SourceReport {
    /// Its name.
    pub source: String,
    /// In a word.
    pub status: SourceStatus,
    /// Articles never seen before.
    pub new: usize,
    /// Articles that changed since they were seen.
    pub changed: usize,
    /// Articles seen before.
    pub known: usize,
    /// What was wrong with single files or entries.
    pub problems: Vec<String>,
    /// Why it gave nothing: this time, or the last time that it was asked.
    pub failed: Option<String>,
    /// What the operator can do about that.
    pub hint: Option<String>,
    /// Until when it is left alone.
    pub until: Option<DateTime<Utc>>,
    /// Where it has moved for good, said in the run that learns it.
    pub moved_to: Option<Url>,
    /// How long it took.
    pub seconds: f64,
}

/// What came of a source, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceStatus {
    /// It gave its articles.
    Collected,
    /// It said that nothing changed.
    Unchanged,
    /// It gave nothing.
    Failed,
    /// It wasn't asked: it failed before, or its server wants to be left alone.
    Waiting,
    /// It wasn't asked: its server said that it is gone for good.
    Gone,
}

impl SourceReport {
    pub(super) fn new(source: &str, status: SourceStatus) -> Self {
        Self {
            source: source.to_owned(),
            status,
            new: 0,
            changed: 0,
            known: 0,
            problems: Vec::new(),
            failed: None,
            hint: None,
            until: None,
            moved_to: None,
            seconds: 0.0,
        }
    }

    /// Whether something is wrong: with the source, or with some of its entries.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        self.failed.is_some() || !self.problems.is_empty()
    }

    /// What the operator should know, a sentence each, with what to do after it.
    #[must_use]
    pub fn troubles(&self) -> Vec<String> {
        let name = &self.source;
        let mut troubles = Vec::new();
        let words = self.failed.as_deref().unwrap_or("it failed before");
        let hint = self
            .hint
            .as_ref()
            .map_or_else(String::new, |hint| format!("\n  {hint}"));
        match self.status {
            SourceStatus::Collected | SourceStatus::Unchanged => {}
            SourceStatus::Failed => {
                let rest = self.until.map_or_else(String::new, |until| {
                    format!("\n  it is left alone until {}", local(until))
                });
                troubles.push(format!("source `{name}` gave nothing: {words}{hint}{rest}"));
            }
            SourceStatus::Waiting => {
                let until = self.until.map_or_else(String::new, local);
                troubles.push(format!(
                    "source `{name}` is left alone until {until}: {words}{hint}"
                ));
            }
            SourceStatus::Gone => {
                troubles.push(format!("source `{name}` is gone for good: {words}{hint}"));
            }
        }
        troubles.extend(
            self.moved_to
                .as_ref()
                .map(|url| format!("source `{name}` has moved for good\n  write url = \"{url}\"")),
        );
        troubles.extend(
            self.problems
                .iter()
                .map(|problem| format!("source `{name}`: {problem}")),
        );
        troubles
    }
}

/// A time, for people.
fn local(time: DateTime<Utc>) -> String {
    time.with_timezone(&Local).format("%F %H:%M").to_string()
}
