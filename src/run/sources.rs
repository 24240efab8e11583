//! How the sources answer now, whatever the archive remembers of them.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Instant,
};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Project, RunError, user_agent};
use crate::{
    collect::{Context, Memory, Web, open},
    domain::{CollectSettings, DeclaredSource, SourcePlace},
    store::Store,
};

/// How many articles of a sitemap or page are looked at to know that it is well.
const SAMPLE: u32 = 10;

fn remembered(declared: &DeclaredSource, store: Option<&dyn Store>) -> Result<Memory, RunError> {
    let kept = store
        .map(|store| store.memory(&declared.name))
        .transpose()?
        .flatten();
    Ok(Memory::of(&declared.place, kept.as_deref()))
}

/// What a source answers now.
#[derive(Debug, Clone, Serialize)]
pub struct SourceCheck {
    /// Its name.
    pub source: String,
    /// `feed`, `folder`, …
    pub kind: &'static str,
    /// Its URL, folder or command.
    pub place: String,
    /// Whether it was asked: one that is gone for good is asked only by its name.
    pub asked: bool,
    /// How many articles it gives; of a sitemap or page the first few.
    pub articles: usize,
    /// The date of the newest.
    pub newest: Option<DateTime<Utc>>,
    /// What is wrong with single entries.
    pub problems: Vec<String>,
    /// Why it gives nothing.
    pub failed: Option<String>,
    /// What the operator can do about that.
    pub hint: Option<String>,
    /// How long it took.
    pub seconds: f64,
}

impl SourceCheck {
    /// Whether something is wrong with it.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        self.failed.is_some() || !self.problems.is_empty()
    }
}

/// Asks the sources of these names, or all but those that are gone for good, all at once, for all that they have. Nothing
/// comes into the archive.
///
/// # Errors
/// When there is no source of such a name, or the archive fails.
pub fn check(
    project: &Project,
    store: Option<&dyn Store>,
    names: &[String],
    now: DateTime<Utc>,
) -> Result<Vec<SourceCheck>, RunError> {
    let sources = &project.config.sources;
    if let Some(unknown) = names
        .iter()
        .find(|name| sources.iter().all(|source| source.name != **name))
    {
        let known: Vec<_> = sources.iter().map(|source| source.name.as_str()).collect();
        return Err(RunError::Unknown(format!(
            "there is no source `{unknown}`; there is: {}",
            known.join(", ")
        )));
    }
    let mut jobs = Vec::new();
    for source in sources {
        let is_named = names.contains(&source.name);
        if names.is_empty() || is_named {
            let memory = remembered(source, store)?;
            jobs.push((source, memory.gone_at.filter(|_| !is_named)));
        }
    }
    let settings = &project.config.collect;
    let agent = user_agent(project.config.publisher.url.as_deref());
    let web = Web::new(&agent, settings);
    let ask = |(source, gone_at): &(&DeclaredSource, Option<DateTime<Utc>>)| match gone_at {
        Some(at) => gone(source, *at),
        None => ask(source, &web, settings, now),
    };
    let at_once = usize::try_from(settings.connections).unwrap_or(usize::MAX);
    Ok(all_at_once(&jobs, at_once, &ask))
}

/// Does the work for each, so many at once; the results are in the order of `jobs`.
fn all_at_once<J: Sync, R: Send>(
    jobs: &[J],
    at_once: usize,
    work: &(impl Fn(&J) -> R + Sync),
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(index) else {
                return done;
            };
            done.push((index, work(job)));
        }
    };
    let mut results: Vec<(usize, R)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..at_once.min(jobs.len()))
            .map(|_| scope.spawn(worker))
            .collect();
        // A worker that panicked has said so
        let done = workers.into_iter().filter_map(|worker| worker.join().ok());
        done.flatten().collect()
    });
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

fn ask(
    source: &DeclaredSource,
    web: &Web,
    settings: &CollectSettings,
    now: DateTime<Utc>,
) -> SourceCheck {
    let few = CollectSettings {
        max_entries: settings.max_entries.min(SAMPLE),
        ..settings.clone()
    };
    let leads_to_pages = matches!(source.place, SourcePlace::Sitemap(_) | SourcePlace::Page(_));
    let context = Context {
        web,
        settings: if leads_to_pages { &few } else { settings },
        now,
        wanted: &|_| false,
    };
    let begun = Instant::now();
    let collected = open(source).collect(&Memory::default(), &context);
    let check = SourceCheck {
        seconds: (begun.elapsed().as_secs_f64() * 1000.0).round() / 1000.0,
        ..unasked(source)
    };
    match collected {
        Ok(collected) => SourceCheck {
            asked: true,
            articles: collected.articles.len(),
            newest: collected
                .articles
                .iter()
                .filter_map(|article| article.published.or(article.updated))
                .max(),
            hint: collected.problems.first().map(|first| first.hint.clone()),
            problems: collected.problems.iter().map(ToString::to_string).collect(),
            ..check
        },
        Err(error) => SourceCheck {
            asked: true,
            failed: Some(error.to_string()),
            hint: Some(error.hint()),
            ..check
        },
    }
}

fn gone(source: &DeclaredSource, at: DateTime<Utc>) -> SourceCheck {
    SourceCheck {
        failed: Some(format!(
            "its server said on {} that it is gone for good",
            at.format("%F")
        )),
        hint: Some(format!(
            "take it out, or ask it once more: postrider sources check \"{}\"",
            source.name
        )),
        ..unasked(source)
    }
}

fn unasked(source: &DeclaredSource) -> SourceCheck {
    SourceCheck {
        source: source.name.clone(),
        kind: source.place.kind(),
        place: source.place.to_string(),
        asked: false,
        articles: 0,
        newest: None,
        problems: Vec::new(),
        failed: None,
        hint: None,
        seconds: 0.0,
    }
}

/// Lets a source be collected again that was gone for good, or left alone for a while, now that it is well. Says whether
/// it was.
///
/// # Errors
/// When the archive fails.
pub fn lift(
    project: &Project,
    store: &dyn Store,
    name: &str,
    now: DateTime<Utc>,
) -> Result<bool, RunError> {
    let Some(declared) = project
        .config
        .sources
        .iter()
        .find(|source| source.name == name)
    else {
        return Ok(false);
    };
    let memory = remembered(declared, Some(store))?;
    if memory.gone_at.is_none() && memory.not_before.is_none() {
        return Ok(false);
    }
    let memory = Memory {
        gone_at: None,
        not_before: None,
        failures: 0,
        failed: None,
        hint: None,
        ..memory
    };
    let memory = serde_json::to_string(&memory).unwrap_or_default();
    store.remember(name, &memory, now)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_done_once_and_in_order() {
        let jobs: Vec<usize> = (0..100).collect();
        let results = all_at_once(&jobs, 7, &|job| job * 2);
        assert_eq!(results, (0..100).map(|job| job * 2).collect::<Vec<_>>());
        assert!(all_at_once(&[(); 0], 7, &|()| ()).is_empty());
    }
}
