//! `postrider diff`: who would gain or lose which articles by another configuration.

use anyhow::{Context as _, bail};
use chrono::Utc;
use serde_json::json;

use super::{
    Exit, Terminal,
    terminal::{BOLD, DIM},
};
use crate::{
    domain::Address,
    run::{self, Difference, Project, Sending},
};

/// Articles that are named before the rest is counted.
const NAMED: usize = 20;

pub(super) fn run(new: &Project, only: Option<&str>, terminal: &Terminal) -> anyhow::Result<Exit> {
    let only = only
        .map(str::parse::<Address>)
        .transpose()
        .context("reading --only")?;
    let live = new.folder.join("postrider.toml");
    if std::path::absolute(&new.path).is_ok_and(|path| path == live) {
        bail!(
            "name the configuration to compare with the live one: `postrider --config NEW.toml diff`"
        );
    }
    let old = Project::load(&live)?;
    let (store, keys, _) = old.scratch()?;
    let sending = Sending {
        editions: Vec::new(),
        at: Utc::now(),
        collect: false,
        yes: true,
        force: false,
    };
    for difference in run::diff((&old, new), &*store, &keys, &sending, only.as_ref())? {
        if terminal.json() {
            terminal.json_line(&as_json(&difference));
        } else {
            show(&difference, only.as_ref(), terminal);
        }
    }
    Ok(Exit::Done)
}

fn show(difference: &Difference, only: Option<&Address>, terminal: &Terminal) {
    let (before, after) = difference.mails;
    terminal.result(&format!(
        "{BOLD}{}{BOLD:#}  {} of {} subscribers would get something else; {before} mails before, {after} after",
        difference.edition, difference.affected, difference.subscribers
    ));
    for (title, gain, lose) in difference.articles.iter().take(NAMED) {
        terminal.result(&format!("+{gain} -{lose}  {title}"));
    }
    if difference.articles.len() > NAMED {
        terminal.result(&format!(
            "{DIM}… and {} articles more{DIM:#}",
            difference.articles.len() - NAMED
        ));
    }
    if let (Some(only), Some((gains, loses))) = (only, &difference.theirs) {
        terminal.result(&format!("{only}:"));
        for title in gains {
            terminal.result(&format!("  gains  {title}"));
        }
        for title in loses {
            terminal.result(&format!("  loses  {title}"));
        }
        if gains.is_empty() && loses.is_empty() {
            terminal.result("  nothing changes");
        }
    }
}

fn as_json(difference: &Difference) -> serde_json::Value {
    let articles: Vec<_> = difference
        .articles
        .iter()
        .map(|(title, gain, lose)| json!({ "title": title, "gain": gain, "lose": lose }))
        .collect();
    let theirs = difference.theirs.as_ref();
    json!({
        "edition": difference.edition, "subscribers": difference.subscribers, "affected": difference.affected,
        "mails_before": difference.mails.0, "mails_after": difference.mails.1, "articles": articles,
        "only": theirs.map(|(gains, loses)| json!({ "gains": gains, "loses": loses })),
    })
}
