//! For tests: a run's context, with the usual settings.

use chrono::Utc;

use super::{CollectError, Collected, Context, Look, Memory, Web, open, place::Place};
use crate::domain::{CollectSettings, DeclaredSource};

/// The source that a path is, as an operator would declare it.
pub fn source(path: &str) -> DeclaredSource {
    match Look::default().at(path).expect("it is there") {
        Place::Source(source) | Place::Document(source, _) => source,
    }
}

/// What a source gives that remembers nothing.
pub fn collect(source: &DeclaredSource) -> Result<Collected, CollectError> {
    collect_with(source, &Memory::default(), &CollectSettings::default())
}

/// What a source gives that remembers `memory`.
pub fn collect_with(
    source: &DeclaredSource,
    memory: &Memory,
    settings: &CollectSettings,
) -> Result<Collected, CollectError> {
    let context = Context {
        web: &Web::new("postrider-test/1", settings),
        settings,
        now: Utc::now(),
        wanted: &|_| true,
    };
    open(source).collect(memory, &context)
}
