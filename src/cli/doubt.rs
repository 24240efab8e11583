//! `postrider doubt`: mails that may have been taken when a run or a connection died.

use anyhow::Context as _;
use chrono::Utc;
use serde_json::json;

use super::{
    Exit, Terminal,
    arguments::{Doubt, Doubts},
};
use crate::{
    domain::{Address, IssueId},
    run::Project,
    store::{self, Ledger as _},
};

pub(super) fn run(project: &Project, command: &Doubt, terminal: &Terminal) -> anyhow::Result<Exit> {
    let (store, _) = project.open()?;
    let (Doubt::List(which) | Doubt::Resend(which) | Doubt::Accept(which)) = command;
    let doubts = chosen(&store, which)?;
    let settled = match command {
        Doubt::List(_) => {
            list(&doubts, terminal);
            return Ok(Exit::Done);
        }
        Doubt::Resend(_) => store.settle(&doubts, true, Utc::now())?,
        Doubt::Accept(_) => store.settle(&doubts, false, Utc::now())?,
    };
    let left = doubts.len() as u64 - settled;
    if terminal.json() {
        terminal.json_line(&json!({ "settled": settled, "left": left }));
    } else if matches!(command, Doubt::Resend(_)) {
        terminal.result(&format!(
            "{settled} will be mailed once more by the next `postrider send`"
        ));
    } else {
        terminal.result(&format!("{settled} held to be delivered"));
    }
    if left > 0 {
        terminal.warn(&format!(
            "{left} can't be mailed any more: their issue is over. The next digest covers them"
        ));
        return Ok(Exit::Partial);
    }
    Ok(Exit::Done)
}

fn chosen(store: &dyn store::Store, which: &Doubts) -> anyhow::Result<Vec<store::Doubt>> {
    let issue = which
        .issue
        .as_deref()
        .map(str::parse::<IssueId>)
        .transpose()
        .context("reading --issue")?;
    let addresses: Vec<Address> = which
        .addresses
        .iter()
        .map(|address| address.parse())
        .collect::<Result<_, _>>()
        .context("reading the addresses")?;
    let mut doubts = store.doubts(issue.as_ref())?;
    doubts.retain(|doubt| addresses.is_empty() || addresses.contains(&doubt.address));
    Ok(doubts)
}

fn list(doubts: &[store::Doubt], terminal: &Terminal) {
    for doubt in doubts {
        if terminal.json() {
            terminal.json_line(&json!({
                "issue": doubt.issue, "address": doubt.address, "what": doubt.text, "at": doubt.at,
            }));
        } else {
            terminal.result(&format!(
                "{}  {}  {}  {}",
                doubt.issue,
                doubt.address,
                doubt.at.format("%F %T"),
                doubt.text
            ));
        }
    }
    if doubts.is_empty() && !terminal.json() {
        terminal.say("no mail is in doubt");
    }
}
