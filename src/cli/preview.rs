//! `postrider send --dry-run`: the same plan on a copy of the store. Nothing is sent, and nothing recorded.

use std::{io::Write as _, path::Path};

use anyhow::{Context as _, bail};
use comfy_table::{Table, presets::NOTHING};
use serde_json::json;

use super::{
    Exit, Terminal,
    arguments::Send,
    collect::tell_troubles,
    lint,
    out::{self, file_name, write_file},
    send::sending,
    terminal::{BOLD, DIM},
};
use crate::{
    domain::{Address, Language, Shortened},
    lint::Level,
    run::{self, Idle, LeftOut, Preview, PreviewIssue, PreviewSegment, Project},
};

/// Segments and people that the table names before it counts the rest.
const NAMED: usize = 20;

pub(super) fn run(
    project: &Project,
    arguments: &Send,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let (store, keys, throw_away) = project.scratch()?;
    if throw_away {
        terminal.say(
            "there is no key yet: the links in this preview are made with one that is thrown away",
        );
    }
    let only = arguments
        .only
        .as_deref()
        .map(str::parse::<Address>)
        .transpose()
        .context("reading --only")?;
    let preview = run::preview(
        project,
        &*store,
        &keys,
        &sending(project, arguments)?,
        only.as_ref(),
    )?;
    for source in &preview.sources {
        tell_troubles(source, terminal);
    }
    for problem in &preview.roster.problems {
        terminal.warn(problem);
    }
    for what in &preview.braked {
        terminal.warn(&format!("the brake would stop this: {what}"));
    }
    if let Some(only) = only {
        return show_only(&preview, &only, arguments.out.as_deref(), terminal);
    }
    if let Some(folder) = &arguments.out {
        out::write(&preview, folder)?;
    }
    if terminal.json() {
        terminal.json_line(&as_json(&preview));
    } else {
        for issue in &preview.issues {
            show(project, issue, terminal);
        }
        // Of the hours that readers chose, only those of which there is something to say.
        let own = |idle: &&Idle| idle.slot.is_own() || !idle.left_out.is_empty();
        for idle in preview.idle.iter().filter(own) {
            show_idle(project, idle, terminal);
        }
        if let Some(folder) = &arguments.out {
            terminal.say(&format!(
                "{} shows each segment; its .html, .txt and a sample .eml are beside it",
                folder.join("index.html").display()
            ));
        }
    }
    Ok(Exit::Done)
}

/// The one mail that was asked for, to the folder or to stdout.
fn show_only(
    preview: &Preview,
    only: &Address,
    out: Option<&Path>,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let mut found = false;
    for issue in &preview.issues {
        for mail in issue
            .segments
            .iter()
            .filter_map(|segment| segment.only.as_ref())
        {
            found = true;
            if let Some(folder) = out {
                let path = folder.join(format!("{}.eml", file_name(&issue.row.id.to_string())));
                write_file(&path, &mail.bytes)?;
                terminal.result(&path.display().to_string());
            } else {
                std::io::stdout()
                    .write_all(&mail.bytes)
                    .context("writing the mail")?;
            }
        }
        let left_out = issue
            .left_out
            .iter()
            .find(|left| left.subscription.subscriber.address == *only);
        if let Some(left) = left_out {
            found = true;
            terminal.say(&format!(
                "{}: {only} is left out: {}",
                issue.row.id,
                left.why.words()
            ));
        }
    }
    for idle in &preview.idle {
        let left_out = idle
            .left_out
            .iter()
            .find(|left| left.subscription.subscriber.address == *only);
        let why = left_out.map_or("it is not due".to_owned(), |left| left.why.words());
        found = true;
        terminal.say(&format!("{}: {only} gets nothing: {why}", idle.edition));
    }
    if !found {
        bail!("{only} has no subscription: is the address in the subscribers files?");
    }
    Ok(Exit::Done)
}

fn show(project: &Project, issue: &PreviewIssue, terminal: &Terminal) {
    let row = &issue.row;
    let tz = project
        .edition(&row.id.edition)
        .map_or(chrono_tz::UTC, |edition| edition.tz);
    let recipients = issue.recipients();
    terminal.result(&format!(
        "{BOLD}{}{BOLD:#}  {}  {recipients} recipients, {} segments",
        row.id,
        row.planned_at.with_timezone(&tz).format("%F %H:%M %Z"),
        issue.segments.len()
    ));
    let english = Language::english();
    let topics: Vec<_> = issue
        .articles_per_topic()
        .into_iter()
        .map(|(topic, count)| match topic {
            Some(id) => {
                let name = project.config.topics.iter().find(|topic| topic.id == id);
                format!(
                    "{} {count}",
                    name.map_or(id.0.as_str(), |topic| topic.name(&english))
                )
            }
            None => format!("other {count}"),
        })
        .collect();
    terminal.result(&format!("{DIM}articles:{DIM:#} {}", topics.join(", ")));
    let mut table = Table::new();
    table
        .load_style(NOTHING)
        .set_header(["segment", "mails", "stories", "HTML", "subject"]);
    for (index, segment) in issue.segments.iter().enumerate().take(NAMED) {
        table.add_row([
            (index + 1).to_string(),
            segment.recipients.to_string(),
            segment.segment.articles().count().to_string(),
            format!("{} KB", segment.html_size().div_ceil(1000)),
            segment.digest.subject.clone(),
        ]);
    }
    terminal.result(&table.to_string());
    if issue.segments.len() > NAMED {
        terminal.result(&format!(
            "… and {} segments more",
            issue.segments.len() - NAMED
        ));
    }
    show_shortened(issue, terminal);
    let worth = issue.findings.iter();
    for finding in worth.filter(|finding| finding.rule.level != Level::Info) {
        lint::show(finding, terminal);
    }
    show_left_out(&issue.left_out, terminal);
}

/// What was shortened to stay within the size limit.
fn show_shortened(issue: &PreviewIssue, terminal: &Terminal) {
    let segments = issue.segments.iter().enumerate();
    let shortened =
        segments.filter(|(_, segment)| segment.digest.shortened != Shortened::default());
    for (index, segment) in shortened.take(NAMED) {
        let Shortened { shorter, left_out } = segment.digest.shortened;
        terminal.result(&format!(
            "segment {}: over `max_size`: {shorter} stories in a smaller form, {left_out} left out and counted",
            index + 1
        ));
    }
}

fn show_idle(project: &Project, idle: &Idle, terminal: &Terminal) {
    let next = idle.next.map_or("nothing to send".to_owned(), |next| {
        let tz = project
            .edition(&idle.edition)
            .map_or(chrono_tz::UTC, |edition| edition.tz);
        format!(
            "not due before {}",
            next.with_timezone(&tz).format("%A %F %H:%M %Z")
        )
    });
    terminal.result(&format!("{BOLD}{}{BOLD:#}  {next}", idle.edition));
    show_left_out(&idle.left_out, terminal);
}

fn show_left_out(left_out: &[LeftOut], terminal: &Terminal) {
    for left in left_out.iter().take(NAMED) {
        terminal.result(&format!(
            "left out: {}  {}",
            left.subscription.subscriber.address,
            left.why.words()
        ));
    }
    if left_out.len() > NAMED {
        terminal.result(&format!("… and {} more left out", left_out.len() - NAMED));
    }
}

fn as_json(preview: &Preview) -> serde_json::Value {
    let issues: Vec<_> = preview.issues.iter().map(issue_as_json).collect();
    let idle: Vec<_> = preview
        .idle
        .iter()
        .map(|idle| json!({ "edition": idle.edition, "next": idle.next, "left_out": left_out_as_json(&idle.left_out) }))
        .collect();
    json!({ "issues": issues, "idle": idle, "braked": preview.braked, "sources": preview.sources,
            "problems": preview.roster.problems })
}

fn issue_as_json(issue: &PreviewIssue) -> serde_json::Value {
    let topics: Vec<_> = issue
        .articles_per_topic()
        .into_iter()
        .map(|(topic, articles)| json!({ "topic": topic, "articles": articles }))
        .collect();
    let segments: Vec<_> = issue.segments.iter().map(segment_as_json).collect();
    json!({
        "issue": issue.row.id,
        "edition": issue.row.id.edition,
        "planned_at": issue.row.planned_at,
        "recipients": issue.recipients(),
        "topics": topics,
        "segments": segments,
        "findings": issue.findings,
        "left_out": left_out_as_json(&issue.left_out),
    })
}

fn left_out_as_json(left_out: &[LeftOut]) -> Vec<serde_json::Value> {
    let one = |left: &LeftOut| json!({ "address": left.subscription.subscriber.address, "why": left.why.words() });
    left_out.iter().map(one).collect()
}

fn segment_as_json(segment: &PreviewSegment) -> serde_json::Value {
    json!({
        "recipients": segment.recipients,
        "query": segment.segment.key.query,
        "languages": segment.segment.key.languages,
        "subject": segment.digest.subject,
        "size": segment.sample.bytes.len(),
        "html_size": segment.html_size(),
        "shortened": segment.digest.shortened,
        "articles": segment.segment.articles().map(|placed| json!({
            "id": placed.article.article.id, "title": placed.article.article.title, "form": placed.form.as_str(),
        })).collect::<Vec<_>>(),
    })
}
