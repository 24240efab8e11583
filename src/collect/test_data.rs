//! For tests: a run's context, with the usual settings.

use chrono::Utc;

use super::{CollectError, Collected, Context, Memory, Web, open};
use crate::domain::{CollectSettings, DeclaredSource};

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
