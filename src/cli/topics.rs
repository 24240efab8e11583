//! `postrider topics`: each topic with its articles in the window and its subscribers, and the tags that no topic takes.

use std::collections::BTreeMap;

use chrono::Utc;
use comfy_table::{Table, presets::NOTHING};
use serde_json::json;

use super::{Exit, Terminal};
use crate::{
    domain::Language,
    run::{self, Project, Sending},
};

pub(super) fn run(project: &Project, terminal: &Terminal) -> anyhow::Result<Exit> {
    let (store, keys, _) = project.scratch()?;
    let sending = Sending {
        editions: Vec::new(),
        at: Utc::now(),
        collect: false,
        yes: true,
        force: false,
    };
    let topics = run::topics(project, &*store, &keys, &sending)?;
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
        terminal.json_line(&json!({ "tags_of_no_topic": tags }));
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
    for warning in &topics.warnings {
        terminal.warn(warning);
    }
    Ok(Exit::Done)
}
