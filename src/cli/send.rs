//! `postrider send`: the cron job. Silent where nothing is due; else a progress bar where somebody watches, and a summary.

use std::{thread, time::Instant};

use anyhow::{Context as _, bail};
use chrono::{DateTime, Local, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde_json::json;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
    low_level,
};

use super::{
    Exit, Terminal,
    arguments::Send,
    collect::{show_collected, tell_troubles},
};
use crate::{
    deliver::{Event, relay::StopBy},
    run::{self, Progress, Project, RunError, SendReport, Sending},
    store::{Ledger as _, Outcome, Tally},
};

pub(super) fn run(
    project: &Project,
    arguments: &Send,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let (store, keys) = project.open()?;
    if store.is_copy(project.database())? {
        return Err(RunError::Copy(project.database().to_owned()).into());
    }
    let sending = sending(project, arguments)?;
    let stop = StopBy::default();
    listen_for_signals(&stop)?;
    let bar = terminal.progress(0, "mails");
    let total = || {
        store.open_issues().map(|issues| {
            issues
                .iter()
                .filter_map(|row| store.tally(&row.id).ok())
                .map(|tally| tally.waiting)
                .sum::<u64>()
        })
    };
    let delivering = |event: Event| match event {
        Event::Settled(outcome) => {
            if bar.length() == Some(0) {
                bar.set_length(total().unwrap_or_default());
            }
            if !matches!(outcome, Outcome::Deferred { .. }) {
                bar.inc(1);
            }
        }
        Event::Waiting(until) => {
            let until = until.with_timezone(&Local).format("%H:%M:%S");
            if bar.is_hidden() {
                tracing::info!("waiting until {until} for mails that were deferred");
            }
            bar.set_message(format!(
                "waiting until {until} for mails that were deferred"
            ));
        }
        Event::RelayStopped { relay, reason } => {
            bar.suspend(|| {
                terminal.warn(&format!("relay `{relay}` is left for this run: {reason}"));
            });
        }
    };
    let sources = terminal.progress(0, "sources");
    let watch = |progress: Progress<'_>| match progress {
        Progress::Collecting { done, of } => show_collected(&sources, done, of),
        Progress::Delivering(event) => delivering(event),
    };
    let result = run::send(project, &store, &keys, &sending, &stop, &watch);
    sources.finish_and_clear();
    bar.finish_and_clear();
    let report = result?;
    tell(&report, terminal);
    Ok(exit(&report))
}

/// What the command line asks of a run.
pub(super) fn sending(project: &Project, arguments: &Send) -> anyhow::Result<Sending> {
    let editions = project.editions(&arguments.edition)?;
    let tz = editions.first().map_or(Tz::UTC, |edition| edition.tz);
    let at = match &arguments.at {
        Some(text) => parse_time(text, tz).context("reading --at")?,
        None => Utc::now(),
    };
    Ok(Sending {
        editions: arguments.edition.clone(),
        at,
        collect: !arguments.no_collect,
        yes: arguments.yes,
        force: arguments.force,
    })
}

/// A time as an operator writes it: with a zone of its own, or in the edition's.
pub(super) fn parse_time(text: &str, tz: Tz) -> anyhow::Result<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.to_utc());
    }
    for form in [
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%d %H:%M",
    ] {
        if let Ok(local) = NaiveDateTime::parse_from_str(text, form) {
            return match tz.from_local_datetime(&local).earliest() {
                Some(time) => Ok(time.to_utc()),
                None => bail!("the clocks in {tz} skip `{text}`"),
            };
        }
    }
    bail!("`{text}` is no time: write `2026-11-24T07:00`, or `2026-11-24T07:00:00+01:00`")
}

/// The first SIGINT or SIGTERM ends the run when what is in flight is settled; a second one ends it at once.
fn listen_for_signals(stop: &StopBy) -> anyhow::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("listening for signals")?;
    let stop = stop.clone();
    thread::spawn(move || {
        for signal in signals.forever() {
            if stop.is_set() {
                low_level::exit(128 + signal);
            }
            stop.set(Instant::now() + run::STOP_TIME);
        }
    });
    Ok(())
}

fn tell(report: &SendReport, terminal: &Terminal) {
    for source in &report.sources {
        tell_troubles(source, terminal);
    }
    if let Some(roster) = &report.roster {
        for problem in &roster.problems {
            terminal.warn(problem);
        }
    }
    for planned in &report.planned {
        for (topic, followers) in &planned.vanished {
            terminal.warn(&format!(
                "{}: {followers} subscribers follow `{topic}`, which is in the configuration no more: put it back, or say where they go (`postrider topics merge`, `postrider topics retire`)",
                planned.row.id
            ));
        }
    }
    for mistake in &report.mistaken {
        terminal.warn(&format!(
            "{mistake}: that issue waits until it is corrected"
        ));
    }
    for what in &report.braked {
        terminal.warn(&format!(
            "{what}: nothing of it was sent. If that is right, run it again with --yes"
        ));
    }
    for errors in &report.linted {
        terminal.warn(errors);
    }
    if let Some(delivered) = &report.delivered {
        for trouble in &delivered.troubles {
            terminal.warn(trouble);
        }
    }
    if terminal.json() {
        terminal.json_line(&as_json(report));
        return;
    }
    for (issue, tally) in &report.issues {
        terminal.say(&format!("{issue}: {}", counts(tally).join(", ")));
    }
    if let Some(delivered) = &report.delivered {
        if delivered.left.claimed > 0 {
            terminal.say("another run is at work on the rest");
        }
        if delivered.in_doubt > 0 {
            terminal
                .say("mails in doubt may have been delivered: `postrider doubt list` shows them");
        }
        if let Some(next) = delivered.left.next.filter(|_| delivered.left.free > 0) {
            let next = next
                .max(Utc::now())
                .with_timezone(&Local)
                .format("%F %H:%M");
            terminal.say(&format!(
                "what is left goes with the first `postrider send` from {next} on"
            ));
        }
    }
}

/// How many are in which state, in words; those that nobody is in are left out.
pub(super) fn counts(tally: &Tally) -> Vec<String> {
    let mut parts = vec![format!("{} sent", tally.sent)];
    let others = [
        (tally.rejected, "rejected"),
        (tally.deferred, "deferred"),
        (tally.skipped, "skipped"),
        (tally.in_doubt, "in doubt"),
        (tally.waiting, "waiting"),
    ];
    parts.extend(
        others
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}")),
    );
    parts
}

fn as_json(report: &SendReport) -> serde_json::Value {
    let issues: Vec<_> = report
        .issues
        .iter()
        .map(|(issue, tally)| {
            let planned = report.planned.iter().find(|planned| planned.row.id == *issue);
            json!({
                "issue": issue,
                "tally": tally,
                "left_out": planned.map(|planned| json!({
                    "suppressed": planned.suppressed, "paused": planned.paused, "nothing_new": planned.nothing_new,
                })),
            })
        })
        .collect();
    let delivered = report.delivered.as_ref();
    let total = |what: &dyn Fn(&Tally) -> u64| {
        report
            .issues
            .iter()
            .map(|(_, tally)| what(tally))
            .sum::<u64>()
    };
    json!({
        "sources": report.sources,
        "problems": report.roster.as_ref().map(|roster| &roster.problems),
        "issues": issues,
        "braked": report.braked,
        "errors": report.linted,
        "mistaken": report.mistaken,
        "sent": total(&|tally| tally.sent),
        "rejected": total(&|tally| tally.rejected),
        "deferred": total(&|tally| tally.deferred),
        "skipped": total(&|tally| tally.skipped),
        "in_doubt": total(&|tally| tally.in_doubt),
        "waiting": total(&|tally| tally.waiting),
        "relays_stopped": delivered.map(|delivered| &delivered.stopped),
        "troubles": delivered.map(|delivered| &delivered.troubles),
    })
}

/// How the run ended, for whoever called it.
fn exit(report: &SendReport) -> Exit {
    if !report.mistaken.is_empty() {
        return Exit::Partial;
    }
    if !report.braked.is_empty() {
        return Exit::Brake;
    }
    if !report.linted.is_empty() {
        return Exit::Configuration;
    }
    let incomplete = report.sources.iter().any(run::SourceReport::is_wrong)
        || report
            .roster
            .as_ref()
            .is_some_and(|roster| !roster.problems.is_empty());
    let Some(delivered) = &report.delivered else {
        return if incomplete {
            Exit::Partial
        } else {
            Exit::Done
        };
    };
    let idle = delivered.sent
        + delivered.rejected
        + delivered.deferred
        + delivered.skipped
        + delivered.in_doubt
        == 0;
    if !delivered.stopped.is_empty() && delivered.sent == 0 {
        Exit::Unreachable
    } else if idle && delivered.left.claimed > 0 {
        Exit::Running
    } else if incomplete || delivered.rejected + delivered.in_doubt > 0 || delivered.left.free > 0 {
        Exit::Partial
    } else {
        Exit::Done
    }
}
