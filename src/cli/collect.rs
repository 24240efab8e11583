//! `postrider collect`: sources → archive.

use anyhow::bail;
use chrono::Utc;
use indicatif::ProgressBar;
use unicode_width::UnicodeWidthStr as _;

use super::{Exit, Terminal, arguments::Collect, terminal::DIM};
use crate::run::{self, Collecting, Project, SourceReport, SourceStatus};

pub(super) fn run(
    project: &Project,
    arguments: &Collect,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let known = |name: &&String| {
        let mut sources = project.config.sources.iter();
        sources.any(|source| source.name == **name)
    };
    if let Some(unknown) = arguments.sources.iter().find(|name| !known(name)) {
        bail!("there is no source `{unknown}` in the configuration");
    }
    let (store, _) = project.open()?;
    let bar = terminal.progress(0, "sources");
    let how = Collecting {
        only: &arguments.sources,
        again: arguments.again,
        watch: Some(&|done, of| show_collected(&bar, done, of)),
        ..Collecting::default()
    };
    let reports = run::collect(project, &store, Utc::now(), &how);
    bar.finish_and_clear();
    let reports = reports?;
    let width = reports.iter().map(|report| report.source.width()).max();
    for report in &reports {
        if terminal.json() {
            terminal.json_line(report);
        } else {
            terminal.result(&line(report, width.unwrap_or_default()));
        }
        tell_troubles(report, terminal);
    }
    Ok(if reports.iter().any(SourceReport::is_wrong) {
        Exit::Partial
    } else {
        Exit::Done
    })
}

fn line(report: &SourceReport, width: usize) -> String {
    let pad = " ".repeat(width - report.source.width().min(width));
    let what = match report.status {
        SourceStatus::Collected => format!(
            "{} new, {} changed, {DIM}{} known, {:.1} s{DIM:#}",
            report.new, report.changed, report.known, report.seconds
        ),
        SourceStatus::Unchanged => format!("{DIM}unchanged, {:.1} s{DIM:#}", report.seconds),
        SourceStatus::Failed => format!("failed, {DIM}{:.1} s{DIM:#}", report.seconds),
        SourceStatus::Waiting => "left alone".to_owned(),
        SourceStatus::Gone => "gone".to_owned(),
    };
    format!("{}{pad}  {what}", report.source)
}

/// Moves the bar of the sources; it is gone when all are done.
pub(super) fn show_collected(bar: &ProgressBar, done: usize, of: usize) {
    bar.set_length(of as u64);
    bar.set_position(done as u64);
    if done == of {
        bar.finish_and_clear();
    }
}

/// Says on stderr what the operator should know of a source.
pub(super) fn tell_troubles(report: &SourceReport, terminal: &Terminal) {
    for trouble in report.troubles() {
        terminal.warn(&trouble);
    }
}
