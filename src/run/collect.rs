//! Collecting: every source, one after another, into the archive.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::{Project, RunError};
use crate::{
    collect::{Context, Memory, Web, edit::edit, open},
    store::{Recorded, SourceNews, Store},
};

/// What came of one source.
#[derive(Debug, Clone, Serialize)]
pub struct SourceReport {
    /// Its name.
    pub source: String,
    /// Articles never seen before.
    pub new: usize,
    /// Articles that changed since they were seen.
    pub changed: usize,
    /// Articles seen before.
    pub known: usize,
    /// What was wrong with single files or entries.
    pub problems: Vec<String>,
    /// Why it gave nothing.
    pub failed: Option<String>,
}

/// Collects all sources into the archive. One that fails never stops the others.
///
/// # Errors
/// When the archive fails.
pub fn collect(
    project: &Project,
    store: &dyn Store,
    now: DateTime<Utc>,
) -> Result<Vec<SourceReport>, RunError> {
    let period = project
        .config
        .editions
        .iter()
        .map(crate::domain::Edition::period)
        .max();
    let look_back_to = now - period.unwrap_or(TimeDelta::days(1));
    let web = Web::new(
        &user_agent(project.config.publisher.url.as_deref()),
        &project.config.collect,
    );
    let context = Context {
        web: &web,
        settings: &project.config.collect,
        now,
        wanted: &|_| true,
    };
    let mut reports = Vec::new();
    for declared in &project.config.sources {
        let name = declared.name.as_str();
        let memory = store
            .memory(name)?
            .and_then(|json| serde_json::from_str(&json).ok())
            .unwrap_or_default();
        let report = match open(declared).collect(&memory, &context) {
            Ok(collected) => {
                let memory = serde_json::to_string::<Memory>(&collected.memory).unwrap_or_default();
                let edited = |article| edit(article, collected.summaries);
                let articles: Vec<_> = collected.articles.into_iter().filter_map(edited).collect();
                let recorded = store.record(&SourceNews {
                    source: name,
                    articles: &articles,
                    memory: &memory,
                    at: now,
                    look_back_to,
                })?;
                let problems = collected.problems.iter().map(ToString::to_string).collect();
                report(name, recorded, problems, None)
            }
            Err(error) => report(
                name,
                Recorded::default(),
                Vec::new(),
                Some(error.to_string()),
            ),
        };
        reports.push(report);
    }
    Ok(reports)
}

fn report(
    source: &str,
    recorded: Recorded,
    problems: Vec<String>,
    failed: Option<String>,
) -> SourceReport {
    SourceReport {
        source: source.to_owned(),
        new: recorded.new,
        changed: recorded.changed,
        known: recorded.known,
        problems,
        failed,
    }
}

/// How we name ourselves to others' servers: with a page where they find who is asking.
#[must_use]
pub fn user_agent(publisher: Option<&str>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    match publisher {
        Some(url) => format!("Postrider/{version} (+{url})"),
        None => format!("Postrider/{version}"),
    }
}
