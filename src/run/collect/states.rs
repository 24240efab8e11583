//! How the sources are doing, as the archive remembers it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use url::Url;

use super::{super::RunError, Project, Store};
use crate::collect::Memory;

/// How a source is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceState {
    /// Its name.
    pub source: String,
    /// `feed`, `folder`, …
    pub kind: &'static str,
    /// Its URL, folder or command.
    pub place: String,
    /// When it last gave what it had.
    pub well_at: Option<DateTime<Utc>>,
    /// How often it failed in a row since.
    pub failures: u32,
    /// Why, the last time.
    pub failed: Option<String>,
    /// What the operator can do about that.
    pub hint: Option<String>,
    /// Until when it is left alone.
    pub waiting_until: Option<DateTime<Utc>>,
    /// When its server said that it is gone for good.
    pub gone_at: Option<DateTime<Utc>>,
    /// Where it has moved for good.
    pub moved_to: Option<Url>,
}

/// How all sources are doing, in the order of the configuration.
///
/// # Errors
/// When the archive fails.
pub fn source_states(project: &Project, store: &dyn Store) -> Result<Vec<SourceState>, RunError> {
    let state = |declared: &crate::domain::DeclaredSource| {
        let memory = Memory::of(&declared.place, store.memory(&declared.name)?.as_deref());
        Ok(SourceState {
            source: declared.name.clone(),
            kind: declared.place.kind(),
            place: declared.place.to_string(),
            well_at: memory.well_at,
            failures: memory.failures,
            failed: memory.failed,
            hint: memory.hint,
            waiting_until: memory.not_before,
            gone_at: memory.gone_at,
            moved_to: memory.moved_to,
        })
    };
    project.config.sources.iter().map(state).collect()
}
