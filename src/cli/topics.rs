//! `postrider topics`: each topic with its articles in the window and its subscribers, and the tags that no topic takes.

use std::collections::BTreeMap;

use chrono::{Local, TimeDelta, Utc};
use comfy_table::{Table, presets::NOTHING};
use serde_json::json;

use super::{Exit, Terminal, arguments::Topics, terminal::DIM};
use crate::{
    domain::{Language, TopicId},
    run::{self, Project, Sending},
};

/// How far back the window goes.
const WINDOW: TimeDelta = TimeDelta::days(3);

pub(super) fn run(
    project: &Project,
    action: Option<&Topics>,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    match action {
        None => counts(project, terminal),
        Some(Topics::Suggest) => suggest(project, terminal),
        Some(Topics::Merge { old, new }) => end(project, old, Some(new), terminal),
        Some(Topics::Retire { id, into }) => end(project, id, into.as_ref(), terminal),
    }
}

fn sending() -> Sending {
    Sending {
        editions: Vec::new(),
        at: Utc::now(),
        collect: false,
        yes: true,
        force: false,
    }
}

fn suggest(project: &Project, terminal: &Terminal) -> anyhow::Result<Exit> {
    let (store, keys, _) = project.scratch()?;
    let suggestions = run::suggest(project, &*store, &keys, &sending())?;
    for suggestion in &suggestions {
        if terminal.json() {
            terminal.json_line(suggestion);
        } else {
            let write = suggestion.write.replace('\n', "\n    ");
            terminal.result(&format!("{}\n    {DIM}{write}{DIM:#}", suggestion.what));
        }
    }
    if suggestions.is_empty() {
        terminal.say("nothing to suggest");
    }
    Ok(Exit::Done)
}

fn end(
    project: &Project,
    old: &str,
    into: Option<&String>,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let (store, keys, _) = project.scratch()?;
    let old = TopicId(old.to_owned());
    let into = into.map(|into| TopicId(into.clone()));
    let today = Local::now().date_naive();
    let followers = run::end_topic(
        project,
        &*store,
        &keys,
        &sending(),
        (&old, into.as_ref()),
        today,
    )?;
    let file = project.path.display();
    match into {
        Some(into) => terminal.say(&format!(
            "`{old}` is part of `{into}` now, in {file}: its {followers} followers are told in their next issue"
        )),
        None => terminal.say(&format!(
            "`{old}` has ended, in {file}: its {followers} followers are told in their next issue"
        )),
    }
    Ok(Exit::Done)
}

fn counts(project: &Project, terminal: &Terminal) -> anyhow::Result<Exit> {
    let (store, keys, _) = project.scratch()?;
    let topics = run::topics(project, &*store, &keys, &sending(), WINDOW)?;
    let english = Language::english();
    let mut table = Table::new();
    table
        .load_style(NOTHING)
        .set_header(["topic", "name", "articles", "subscribers"]);
    for topic in &topics.topics {
        let name = topic.topic.name(&english);
        if terminal.json() {
            let (id, articles, subscribers) = (&topic.topic.id, topic.articles, topic.subscribers);
            terminal.json_line(&json!({ "topic": id, "name": name, "articles": articles, "subscribers": subscribers }));
        } else {
            table.add_row([
                &topic.topic.id.0,
                name,
                &topic.articles.to_string(),
                &topic.subscribers.to_string(),
            ]);
        }
    }
    let mut tags: Vec<(&String, &usize)> = topics
        .tags
        .iter()
        .collect::<BTreeMap<_, _>>()
        .into_iter()
        .collect();
    tags.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    if terminal.json() {
        let empty = empty_topics(&topics);
        terminal.json_line(&json!({
            "tags_of_no_topic": tags, "articles_that_nobody_follows": topics.unwanted,
            "followed_without_articles": empty, "no_topic_but_followed": topics.unknown,
        }));
    } else {
        terminal.result(&table.to_string());
        if !tags.is_empty() {
            let tags: Vec<_> = tags
                .iter()
                .map(|(tag, count)| format!("{tag} ({count})"))
                .collect();
            terminal.result(&format!("\ntags of no topic: {}", tags.join(", ")));
        }
    }
    if !terminal.json() {
        let empty = empty_topics(&topics);
        if !empty.is_empty() {
            terminal.result(&format!(
                "\nfollowed, with nothing to send for three days: {}",
                empty.join(", ")
            ));
        }
        if topics.unwanted > 0 {
            terminal.result(&format!(
                "\narticles that nobody follows: {}",
                topics.unwanted
            ));
        }
        for (name, followers) in &topics.unknown {
            terminal.warn(&format!(
                "{followers} follow `{name}`, which is no topic: it means the tag of that name"
            ));
        }
    }
    for warning in &topics.warnings {
        terminal.warn(warning);
    }
    Ok(Exit::Done)
}

/// The topics that somebody follows and that have no article.
fn empty_topics(topics: &run::TopicCounts) -> Vec<&str> {
    let topics = topics.topics.iter();
    topics
        .filter(|topic| topic.articles == 0 && topic.subscribers > 0)
        .map(|topic| topic.topic.id.0.as_str())
        .collect()
}
