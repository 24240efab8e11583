//! Collecting: all sources at once, each into the archive as soon as those before it are there.

mod report;
mod schedule;
mod states;

use std::{
    any::Any,
    collections::BTreeMap,
    panic::{self, AssertUnwindSafe},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};

pub use report::{SourceReport, SourceStatus};
use schedule::Schedule;
pub use states::{SourceState, source_states};

use super::{Project, RunError, wanted::Wanted};
use crate::{
    collect::{
        CollectError, Context, Due, Memory, Problem, Web,
        edit::edit,
        open,
        web::turns::{self, Turns},
    },
    deliver::relay::StopBy,
    domain::{Article, CollectSettings, DeclaredSource},
    store::{SourceNews, Store},
};

/// How a collect is to be.
#[derive(Default, Clone, Copy)]
pub struct Collecting<'a> {
    /// Only the sources of these names; all, if none.
    pub only: &'a [String],
    /// Whether sources are asked, too, that are left alone or gone; and all of them for all that they have.
    pub again: bool,
    /// Becomes true when the run is to end.
    pub stop: Option<&'a StopBy>,
    /// Hears how many sources there are to ask, and how many are done.
    pub watch: Option<&'a dyn Fn(usize, usize)>,
}

/// A source that is to be asked, with what it remembers.
struct Job<'a> {
    declared: &'a DeclaredSource,
    memory: Memory,
}

/// What it gave.
struct Given {
    articles: Vec<Article>,
    problems: Vec<String>,
    memory: Memory,
    unchanged: bool,
}

struct Done {
    given: Result<Given, CollectError>,
    seconds: f64,
}

/// Collects the sources into the archive. One that fails, or takes long, never stops the others. Articles are numbered in the
/// order of the configuration, however long each source takes.
///
/// # Errors
/// When the archive fails.
pub fn collect(
    project: &Project,
    store: &dyn Store,
    now: DateTime<Utc>,
    how: &Collecting<'_>,
) -> Result<Vec<SourceReport>, RunError> {
    let mut jobs = Vec::new();
    let mut reports = BTreeMap::new();
    let wanted = |source: &&DeclaredSource| how.only.is_empty() || how.only.contains(&source.name);
    for (index, declared) in project.config.sources.iter().filter(wanted).enumerate() {
        let kept = store.memory(&declared.name)?;
        let mut memory = Memory::of(&declared.place, kept.as_deref());
        if how.again {
            memory.ask_again();
        }
        match not_asked(&declared.name, &memory, now) {
            Some(report) => {
                reports.insert(index, report);
            }
            None => jobs.push((index, Job { declared, memory })),
        }
    }
    let settings = &project.config.collect;
    let web = Web::new(
        &user_agent(project.config.publisher.url.as_deref()),
        settings,
    );
    let wanted = Wanted::new(project, store);
    let context = Context {
        web: &web,
        settings,
        now,
        wanted: &|article| wanted.takes(article),
    };
    let look_back_to = now - longest_period(project);
    let ask = |job: &Job<'_>| gather(job, &context);
    all_at_once(&jobs, settings, &web, how, &ask, &mut |number, done| {
        let (index, job) = &jobs[number];
        let report = keep(store, job, done, now, look_back_to)?;
        reports.insert(*index, report);
        Ok(())
    })?;
    Ok(reports.into_values().collect())
}

/// The report about a source that is not asked now.
fn not_asked(name: &str, memory: &Memory, now: DateTime<Utc>) -> Option<SourceReport> {
    let (status, until) = match memory.due(now) {
        Due::Now => return None,
        Due::Waiting(until) => (SourceStatus::Waiting, Some(until)),
        Due::Gone(_) => (SourceStatus::Gone, None),
    };
    Some(SourceReport {
        failed: memory.failed.clone(),
        hint: memory.hint.clone(),
        until,
        ..SourceReport::new(name, status)
    })
}

/// Asks all of them, so many at once as the settings allow, and gives the results to `keep` in the order of `jobs`.
fn all_at_once(
    jobs: &[(usize, Job<'_>)],
    settings: &CollectSettings,
    web: &Web,
    how: &Collecting<'_>,
    ask: &(dyn Fn(&Job<'_>) -> Result<Given, CollectError> + Sync),
    keep: &mut dyn FnMut(usize, Done) -> Result<(), RunError>,
) -> Result<(), RunError> {
    let watch = |done| {
        if let Some(watch) = how.watch {
            watch(done, jobs.len());
        }
    };
    watch(0);
    let hosts = Turns::new(settings.connections_per_host, turns::patience(settings));
    let schedule = Schedule::new(
        &hosts,
        jobs.iter().enumerate().map(|(number, (_, job))| {
            let url = job.declared.place.url();
            let on_the_web = url.filter(|url| url.scheme() != "file");
            (number, on_the_web.map(turns::host), job.memory.failures)
        }),
    );
    let workers = usize::try_from(settings.connections)
        .unwrap_or(usize::MAX)
        .min(jobs.len());
    thread::scope(|scope| {
        let (give, take) = mpsc::channel();
        for _ in 0..workers {
            let (give, schedule) = (give.clone(), &schedule);
            scope.spawn(move || {
                while let Some((number, _turn)) = schedule.next() {
                    let begun = Instant::now();
                    let given = ask(&jobs[number].1);
                    let seconds = begun.elapsed().as_secs_f64();
                    if give.send((number, Done { given, seconds })).is_err() {
                        break;
                    }
                }
            });
        }
        drop(give);
        let end = || {
            hosts.stop();
            web.stop();
        };
        let mut early = BTreeMap::new();
        let (mut done, mut next) = (0, 0);
        loop {
            match take.recv_timeout(Duration::from_millis(100)) {
                Ok((number, result)) => {
                    early.insert(number, result);
                    done += 1;
                    watch(done);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break Ok(()),
            }
            while let Some(result) = early.remove(&next) {
                if let Err(error) = keep(next, result) {
                    end();
                    return Err(error);
                }
                next += 1;
            }
            if how.stop.is_some_and(StopBy::is_set) {
                end();
                break Ok(());
            }
        }
    })
}

/// What the source gives, edited.
fn gather(job: &Job<'_>, context: &Context<'_>) -> Result<Given, CollectError> {
    survive(|| {
        let collected = open(job.declared).collect(&job.memory, context)?;
        let mut problems = collected.problems;
        let mut articles = Vec::with_capacity(collected.articles.len());
        for article in collected.articles {
            let id = article.id.to_string();
            match edit(article, collected.summaries) {
                Some(article) => articles.push(article),
                None => problems.push(nothing_to_show(id)),
            }
        }
        Ok(Given {
            articles,
            problems: problems.iter().map(ToString::to_string).collect(),
            memory: collected.memory,
            unchanged: collected.unchanged,
        })
    })
}

/// A panic of ours is that source's failure, and no other's.
fn survive<T>(collect: impl FnOnce() -> Result<T, CollectError>) -> Result<T, CollectError> {
    panic::catch_unwind(AssertUnwindSafe(collect))
        .unwrap_or_else(|panic| Err(CollectError::Panicked(words_of(&*panic))))
}

fn nothing_to_show(entry: String) -> Problem {
    Problem {
        place: entry,
        message: "an entry without a title, a text and a link: there is nothing to show".to_owned(),
        hint: "`postrider sources show` shows what the source gives".to_owned(),
    }
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "it didn't say why".to_owned())
}

/// Keeps what a source gave, or that it failed.
fn keep(
    store: &dyn Store,
    job: &Job<'_>,
    done: Done,
    now: DateTime<Utc>,
    look_back_to: DateTime<Utc>,
) -> Result<SourceReport, RunError> {
    let name = job.declared.name.as_str();
    let report = match done.given {
        Ok(mut given) => {
            given.memory.place.clone_from(&job.memory.place);
            given.memory.was_well(now);
            let recorded = store.record(&SourceNews {
                source: name,
                articles: &given.articles,
                memory: &as_json(&given.memory),
                at: now,
                // Only who was never well can bring a whole backlog
                look_back_to: job.memory.well_at.is_none().then_some(look_back_to),
            })?;
            let status = if given.unchanged {
                SourceStatus::Unchanged
            } else {
                SourceStatus::Collected
            };
            let moved_to = given.memory.moved_to;
            SourceReport {
                new: recorded.new,
                changed: recorded.changed,
                known: recorded.known,
                problems: given.problems,
                moved_to: moved_to.filter(|moved| job.memory.moved_to.as_ref() != Some(moved)),
                ..SourceReport::new(name, status)
            }
        }
        Err(error) => {
            let mut memory = job.memory.clone();
            memory.was_bad(&error, now);
            store.remember(name, &as_json(&memory), now)?;
            SourceReport {
                failed: memory.failed,
                hint: memory.hint,
                until: memory.not_before,
                ..SourceReport::new(name, SourceStatus::Failed)
            }
        }
    };
    Ok(SourceReport {
        seconds: (done.seconds * 1000.0).round() / 1000.0,
        ..report
    })
}

fn as_json(memory: &Memory) -> String {
    serde_json::to_string(memory).unwrap_or_default()
}

/// How far a first collect looks back: one period of the edition that comes most rarely.
fn longest_period(project: &Project) -> TimeDelta {
    let periods = project.config.editions.iter();
    periods
        .map(crate::domain::Edition::period)
        .max()
        .unwrap_or(TimeDelta::days(1))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_failure_that_says_so() {
        let failed: Result<(), _> = survive(|| panic!("at entry {}", 7));
        assert_eq!(
            failed.unwrap_err().to_string(),
            "reading it, postrider itself failed: at entry 7"
        );
    }

    #[test]
    fn we_name_the_publishers_page() {
        let agent = user_agent(Some("https://agency.example"));
        assert!(agent.starts_with("Postrider/") && agent.ends_with(" (+https://agency.example)"));
    }
}
