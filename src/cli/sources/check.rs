//! `postrider sources check`: every source now, a line each.

use chrono::Utc;
use comfy_table::{Table, presets::NOTHING};

use super::super::{Exit, Terminal};
use crate::{
    run::{self, Project, SourceCheck},
    store::{Store, sqlite::Sqlite},
};

pub fn run(project: &Project, names: &[String], terminal: &Terminal) -> anyhow::Result<Exit> {
    let now = Utc::now();
    let store = Sqlite::read(project.database())?;
    let store = store.as_ref().map(|store| store as &dyn Store);
    let checks = run::check(project, store, names, now)?;
    let mut table = Table::new();
    table
        .load_style(NOTHING)
        .set_header(["", "name", "articles", "newest", "seconds"]);
    for check in &checks {
        if terminal.json() {
            terminal.json_line(check);
        } else {
            table.add_row(row(check));
        }
    }
    if !terminal.json() {
        let lines: Vec<String> = table
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect();
        terminal.result(&lines.join("\n"));
        for check in checks.iter().filter(|check| check.is_wrong()) {
            terminal.warn(&trouble(check));
        }
    }
    for name in names {
        let is_well = |check: &SourceCheck| check.source == *name && check.failed.is_none();
        if let Some(store) = store.filter(|_| checks.iter().any(is_well))
            && run::lift(project, store, name, now)?
        {
            terminal.say(&format!("source `{name}` is well: it is collected again"));
        }
    }
    let is_wrong = checks.iter().any(SourceCheck::is_wrong);
    Ok(if is_wrong { Exit::Partial } else { Exit::Done })
}

fn row(check: &SourceCheck) -> [String; 5] {
    let word = match check {
        SourceCheck { asked: false, .. } => "gone",
        SourceCheck {
            failed: Some(_), ..
        } => "failed",
        _ if check.problems.is_empty() => "ok",
        _ => "problem",
    };
    let newest = check.newest.map(super::times::local).unwrap_or_default();
    let given = check.failed.is_none();
    [
        word.to_owned(),
        check.source.clone(),
        if given {
            check.articles.to_string()
        } else {
            String::new()
        },
        newest,
        if check.asked {
            format!("{:.1}", check.seconds)
        } else {
            String::new()
        },
    ]
}

/// What is wrong, and what to do.
fn trouble(check: &SourceCheck) -> String {
    let hint = (check.hint.as_ref()).map_or_else(String::new, |hint| format!("\n  {hint}"));
    let name = &check.source;
    match (&check.failed, check.problems.as_slice()) {
        (Some(why), _) => format!("source `{name}` gives nothing: {why}{hint}"),
        (None, [first, more @ ..]) if !more.is_empty() => {
            format!("source `{name}`: {first}, and {} more{hint}", more.len())
        }
        (None, problems) => format!("source `{name}`: {}{hint}", problems.join(", ")),
    }
}
