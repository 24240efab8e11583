//! `postrider lint`: a mail, or what an edition would send now, held to the rules.

use std::{fs, path::Path};

use anyhow::{Context as _, bail};
use chrono::Utc;
use serde_json::json;

use super::{
    Arguments, Exit, Terminal,
    terminal::{BOLD, DIM},
};
use crate::{
    lint::{self, Finding, Level},
    run::{self, Sending},
};

pub(super) fn run(
    arguments: &Arguments,
    what: Option<&str>,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let findings = match what.map(Path::new).filter(|path| is_file(path)) {
        Some(file) => of_file(arguments, file)?,
        None => of_editions(arguments, what, terminal)?,
    };
    if terminal.json() {
        terminal.json_line(&json!({ "findings": findings }));
    } else {
        for finding in &findings {
            show(finding, terminal);
        }
        terminal.result(&summary(&findings));
    }
    Ok(if lint::stops(&findings) {
        Exit::Configuration
    } else {
        Exit::Done
    })
}

fn is_file(path: &Path) -> bool {
    path.is_file() || path.extension().is_some_and(|suffix| suffix == "eml")
}

/// A mail of anybody's. Where the project's edition sent it, it is held to the project's settings too.
fn of_file(arguments: &Arguments, file: &Path) -> anyhow::Result<Vec<Finding>> {
    let mail = fs::read(file).with_context(|| format!("reading `{}`", file.display()))?;
    let head = String::from_utf8_lossy(&mail[..mail.len().min(8_000)]).into_owned();
    let project = arguments.project().ok();
    let setup = project.and_then(|project| {
        let editions = project.config.editions.iter();
        let mut sender =
            editions.filter(|edition| head.contains(&edition.from.address.to_string()));
        sender.next().map(|_| run::setup(&project.config))
    });
    Ok(lint::lint(&mail, &setup.unwrap_or_default()))
}

fn of_editions(
    arguments: &Arguments,
    edition: Option<&str>,
    terminal: &Terminal,
) -> anyhow::Result<Vec<Finding>> {
    let project = arguments.project()?;
    let (store, keys, _) = project.scratch()?;
    let sending = Sending {
        editions: edition.map(str::to_owned).into_iter().collect(),
        at: Utc::now(),
        collect: true,
        yes: true,
        force: true,
    };
    let preview = run::preview(&project, &*store, &keys, &sending, None)?;
    if preview.issues.is_empty() {
        bail!("nothing would be sent now: `postrider send --dry-run` says why");
    }
    let mut all = Vec::new();
    for issue in preview.issues {
        terminal.say(&format!(
            "{}: {} segments",
            issue.row.id,
            issue.segments.len()
        ));
        all.extend(issue.findings);
    }
    Ok(all)
}

/// A finding, as the terminal shows it.
pub(super) fn show(finding: &Finding, terminal: &Terminal) {
    let level = match finding.rule.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "info",
    };
    let place = match finding.place.as_str() {
        "" => String::new(),
        place => format!(": {place}"),
    };
    let more = match finding.more {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    terminal.result(&format!(
        "{BOLD}{level}[{}]{BOLD:#} {}{place}{more}\n    {DIM}{}{DIM:#}\n    {}",
        finding.rule.id, finding.what, finding.rule.reason, finding.rule.mend
    ));
}

/// `1 error, 2 warnings`.
pub(super) fn summary(findings: &[Finding]) -> String {
    let count = |level, one: &str| {
        let count = findings
            .iter()
            .filter(|finding| finding.rule.level == level)
            .count();
        match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            count => Some(format!("{count} {one}s")),
        }
    };
    let counts = [
        (Level::Error, "error"),
        (Level::Warning, "warning"),
        (Level::Info, "remark"),
    ];
    let counts: Vec<_> = counts
        .into_iter()
        .filter_map(|(level, one)| count(level, one))
        .collect();
    if counts.is_empty() {
        "nothing is wrong".to_owned()
    } else {
        counts.join(", ")
    }
}
