//! `postrider issues`, `issue`, `status`: what became of the mails.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use chrono::Utc;
use serde_json::json;

use super::{Exit, Terminal, arguments::Issue};
use crate::{
    domain::IssueId,
    run::Project,
    store::{IssueRow, IssueState, Ledger as _, Outcome, Tally, sqlite::Sqlite},
};

pub(super) fn list(project: &Project, last: usize, terminal: &Terminal) -> anyhow::Result<Exit> {
    let (store, _) = project.open()?;
    for row in store.recent_issues(last)? {
        tell(&row, &store.tally(&row.id)?, terminal);
    }
    Ok(Exit::Done)
}

pub(super) fn status(project: &Project, terminal: &Terminal) -> anyhow::Result<Exit> {
    let (store, _) = project.open()?;
    let open = store.open_issues()?;
    for row in &open {
        tell(row, &store.tally(&row.id)?, terminal);
    }
    if terminal.json() {
        return Ok(Exit::Done);
    }
    let left = store.left()?;
    terminal.say(&match (open.len(), left.claimed) {
        (0, _) => "no issue is open".to_owned(),
        (_, 0) => "no run is at work".to_owned(),
        (_, chunks) => format!("at work on {chunks} chunks; {} are free", left.free),
    });
    Ok(Exit::Done)
}

pub(super) fn one(
    project: &Project,
    arguments: &Issue,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let (store, _) = project.open()?;
    let id: IssueId = arguments.id.parse().context("reading the issue's id")?;
    let Some(row) = store.issue(&id)? else {
        bail!("there is no issue `{id}`: `postrider issues` lists the last ones");
    };
    if arguments.pause && !store.pause(&id, true)? {
        bail!("`{id}` isn't open: there is nothing to pause");
    }
    if arguments.go_on && !store.pause(&id, false)? {
        bail!("`{id}` isn't paused");
    }
    if arguments.cancel {
        if row.state == IssueState::Closed {
            bail!("`{id}` is over already");
        }
        store.close(&id, Utc::now())?;
    }
    if arguments.resend_failed {
        let planned = store.retry_rejected(&id, Utc::now())?;
        terminal.say(&format!(
            "{planned} will be tried again by the next `postrider send`"
        ));
    }
    let row = store.issue(&id)?.unwrap_or(row);
    tell(&row, &store.tally(&id)?, terminal);
    reasons(&store, &id, terminal)?;
    Ok(Exit::Done)
}

fn tell(row: &IssueRow, tally: &Tally, terminal: &Terminal) {
    let state = match row.state {
        IssueState::Planning => "being planned",
        IssueState::Open if tally.waiting + tally.deferred == 0 => "done",
        IssueState::Open => "open",
        IssueState::Paused => "paused",
        IssueState::Closed => "closed",
    };
    if terminal.json() {
        terminal.json_line(&json!({
            "issue": row.id, "state": state, "planned_at": row.planned_at, "deadline": row.deadline, "tally": tally,
        }));
        return;
    }
    terminal.result(&format!(
        "{}  {state}  {}",
        row.id,
        super::send::counts(tally).join(", ")
    ));
}

/// What isn't sent, by state and words, the most frequent first.
fn reasons(store: &Sqlite, id: &IssueId, terminal: &Terminal) -> anyhow::Result<()> {
    let mut reasons: BTreeMap<(&str, String), u64> = BTreeMap::new();
    for row in store.outcomes(id)? {
        let name = row.outcome.name();
        let text = match row.outcome {
            Outcome::Sent => continue,
            Outcome::Rejected { text, .. }
            | Outcome::Deferred { text, .. }
            | Outcome::Skipped { text }
            | Outcome::InDoubt { text } => text,
        };
        *reasons.entry((name, text)).or_default() += 1;
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for ((state, text), count) in reasons {
        if terminal.json() {
            terminal.json_line(&json!({ "state": state, "count": count, "words": text }));
        } else {
            terminal.result(&format!("  {count:6} {state}: {text}"));
        }
    }
    Ok(())
}
