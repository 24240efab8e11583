//! `postrider sources list`: each source, and how it is doing.

use chrono::{DateTime, Utc};
use comfy_table::{Table, presets::NOTHING};

use super::{
    super::{Exit, Terminal},
    times::{ago, local},
};
use crate::{
    run::{Project, SourceState, source_states},
    store::sqlite::Sqlite,
};

pub fn run(project: &Project, terminal: &Terminal) -> anyhow::Result<Exit> {
    // Before the first collect nothing is remembered
    let store = match Sqlite::read(project.database())? {
        Some(store) => store,
        None => Sqlite::in_memory()?,
    };
    let states = source_states(project, &store)?;
    if terminal.json() {
        for state in &states {
            terminal.json_line(state);
        }
        return Ok(Exit::Done);
    }
    if states.is_empty() {
        terminal.say("there is no [[source]]: `postrider sources add URL` adds one");
        return Ok(Exit::Done);
    }
    let now = Utc::now();
    let mut table = Table::new();
    table
        .load_style(NOTHING)
        .set_header(["name", "kind", "last well", "state", "place"]);
    for state in &states {
        let well = state
            .well_at
            .map_or_else(|| "never".to_owned(), |at| ago(at, now));
        table.add_row([
            state.source.as_str(),
            state.kind,
            &well,
            &word(state, now),
            &state.place,
        ]);
    }
    let lines: Vec<String> = table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    terminal.result(&lines.join("\n"));
    for state in &states {
        for trouble in troubles(state) {
            terminal.warn(&trouble);
        }
    }
    Ok(Exit::Done)
}

/// How it is doing, in a word or two.
fn word(state: &SourceState, now: DateTime<Utc>) -> String {
    match state {
        SourceState {
            gone_at: Some(_), ..
        } => "gone for good".to_owned(),
        SourceState {
            failures: 0,
            well_at: None,
            ..
        } => "not collected yet".to_owned(),
        SourceState { failures: 0, .. } => "well".to_owned(),
        SourceState {
            failures,
            waiting_until: Some(until),
            ..
        } if *until > now => {
            format!("failed {failures} ×, waits")
        }
        SourceState { failures, .. } => format!("failed {failures} ×"),
    }
}

/// What the operator should know of it, a sentence each.
fn troubles(state: &SourceState) -> Vec<String> {
    let name = &state.source;
    let hint = (state.hint.as_ref()).map_or_else(String::new, |hint| format!("\n  {hint}"));
    let words = state.failed.as_deref().unwrap_or("its server said so");
    let mut troubles = Vec::new();
    if let Some(at) = state.gone_at {
        troubles.push(format!(
            "source `{name}` is gone for good since {}: {words}{hint}",
            local(at)
        ));
    } else if state.failures > 0 {
        let rest = state.waiting_until.map_or_else(String::new, |until| {
            format!("\n  it is left alone until {}", local(until))
        });
        troubles.push(format!("source `{name}` failed: {words}{hint}{rest}"));
    }
    let moved = state.moved_to.as_ref();
    troubles.extend(
        moved.map(|url| format!("source `{name}` has moved for good\n  write url = \"{url}\"")),
    );
    troubles
}
