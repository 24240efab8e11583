//! `[[topic]]`: what can be followed.

use std::collections::{BTreeMap, HashMap};

use super::{
    form::{Form, Reading},
    problem::{Found, Problem},
    tree::{Node, Table, Value},
    values::{date, known, line, list, topic_id, wrong, yes},
};
use crate::domain::{FormerTopic, Language, Topic, TopicId};

/// Reads a `[[topic]]`; `ids` are those that are declared.
pub fn topic(mut form: Form<'_>, ids: &[String]) -> Option<Topic> {
    let id = form.required("id", "id = \"korea\"", topic_id);
    let texts = list("[\"Seoul\"]", line);
    let topic = Topic {
        names: form.or("names", names, BTreeMap::new()),
        aliases: form.or("aliases", &texts, Vec::new()),
        within: form
            .or(
                "within",
                list("[\"asia\"]", known("topic", ids)),
                Vec::new(),
            )
            .into_iter()
            .map(TopicId)
            .collect(),
        phrases: form.or("match", &texts, Vec::new()),
        body: form.or("body", yes, false),
        not_phrases: form.or("not", &texts, Vec::new()),
        id: TopicId(id.unwrap_or_default()),
    };
    form.finish();
    Some(topic).filter(|topic| !topic.id.0.is_empty())
}

/// Reads a `[[former_topic]]`; `ids` are those of the topics that are declared.
pub fn former_topic(mut form: Form<'_>, ids: &[String]) -> Option<FormerTopic> {
    let id = form.required("id", "id = \"football\"", topic_id);
    let into = form.optional("into", known("topic", ids)).map(TopicId);
    let names = form.or("names", names, BTreeMap::new());
    let since = form.required("since", "since = 2026-12-01", date);
    if id.as_ref().is_some_and(|id| ids.contains(id)) {
        form.problem(Problem::new(
            form.origin("id"),
            "id: there is a [[topic]] with this id still",
        ));
    }
    form.finish();
    Some(FormerTopic {
        id: TopicId(id?),
        names,
        into,
        since: since?,
    })
}

fn names(node: &Node) -> Reading<BTreeMap<Language, String>> {
    let Value::Table(table) = &node.value else {
        return wrong(
            node,
            format!(
                "names by language, such as `{{ en = \"Korea\", fr = \"Corée\" }}`, are expected, not {}",
                node.kind()
            ),
        );
    };
    let mut names = BTreeMap::new();
    let mut problems = Vec::new();
    for entry in &table.entries {
        match (entry.key.parse::<Language>(), line(&entry.node)) {
            (Ok(language), Ok(name)) => {
                names.insert(language, name);
            }
            (Err(error), _) => problems.push(Problem::new(entry.origin.clone(), error.to_string())),
            (_, Err(more)) => problems.extend(more),
        }
    }
    if problems.is_empty() {
        Ok(names)
    } else {
        Err(problems)
    }
}

/// Tells each circle of topics that lie within each other, once, by its topics' names.
pub fn refuse_cycles(root: &Table, found: &Found) {
    let within: HashMap<&str, Vec<&Node>> = root
        .tables("topic")
        .filter_map(|table| Some((table.get("id")?.as_str()?, broader(table))))
        .collect();
    let mut told: Vec<&str> = Vec::new();
    for table in root.tables("topic") {
        let Some(start) = table.get("id").and_then(Node::as_str) else {
            continue;
        };
        if told.contains(&start) {
            continue;
        }
        if let Some((circle, last)) = circle(start, &within) {
            let names: Vec<String> = circle
                .iter()
                .chain([&start])
                .map(|topic| format!("`{topic}`"))
                .collect();
            found.push(
                Problem::new(
                    last.origin.clone(),
                    format!(
                        "topics that are within each other: {}",
                        names.join(" within ")
                    ),
                )
                .label("one of these has to go"),
            );
            told.extend(circle);
        }
    }
}

fn broader(table: &Table) -> Vec<&Node> {
    match table.get("within").map(|node| &node.value) {
        Some(Value::Array(nodes)) => nodes.iter().collect(),
        _ => Vec::new(),
    }
}

/// The way from `start` back to it, and the value that closes it. Each topic is visited once.
fn circle<'a>(
    start: &'a str,
    within: &HashMap<&'a str, Vec<&'a Node>>,
) -> Option<(Vec<&'a str>, &'a Node)> {
    let mut seen = vec![start];
    let mut ways = vec![vec![start]];
    while let Some(way) = ways.pop() {
        let nodes = way.last().and_then(|last| within.get(last));
        for node in nodes.into_iter().flatten() {
            let Some(topic) = node.as_str() else {
                continue;
            };
            if topic == start {
                return Some((way, node));
            }
            if !seen.contains(&topic) {
                seen.push(topic);
                ways.push(way.iter().copied().chain([topic]).collect());
            }
        }
    }
    None
}
