//! `postrider collect`: sources → archive.

use chrono::Utc;

use super::{Exit, Terminal, terminal::DIM};
use crate::run::{self, Project, SourceReport};

pub(super) fn run(project: &Project, terminal: &Terminal) -> anyhow::Result<Exit> {
    let (store, _) = project.open()?;
    let reports = run::collect(project, &store, Utc::now())?;
    let width = reports
        .iter()
        .map(|report| unicode_width::UnicodeWidthStr::width(report.source.as_str()))
        .max();
    for report in &reports {
        if terminal.json() {
            terminal.json_line(report);
        } else {
            terminal.result(&line(report, width.unwrap_or_default()));
        }
        tell_problems(report, terminal);
    }
    Ok(
        if reports
            .iter()
            .any(|report| report.failed.is_some() || !report.problems.is_empty())
        {
            Exit::Partial
        } else {
            Exit::Done
        },
    )
}

fn line(report: &SourceReport, width: usize) -> String {
    let pad = " "
        .repeat(width - unicode_width::UnicodeWidthStr::width(report.source.as_str()).min(width));
    match &report.failed {
        Some(_) => format!("{}{pad}  failed", report.source),
        None => format!(
            "{}{pad}  {} new, {} changed, {DIM}{} known{DIM:#}",
            report.source, report.new, report.changed, report.known
        ),
    }
}

/// Says on stderr what was wrong with a source.
pub(super) fn tell_problems(report: &SourceReport, terminal: &Terminal) {
    if let Some(why) = &report.failed {
        terminal.warn(&format!("source `{}` gave nothing: {why}", report.source));
    }
    for problem in &report.problems {
        terminal.warn(&format!("source `{}`: {problem}", report.source));
    }
}
