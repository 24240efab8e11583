//! `postrider explain`: for each article in the window, whether a subscriber gets it, and by which rule.

use anyhow::Context as _;
use chrono::Utc;
use serde_json::json;

use super::{
    Exit, Terminal,
    terminal::{BOLD, DIM},
};
use crate::{
    domain::Address,
    plan::Fate,
    run::{self, Explained, Explanation, Project, Sending},
    store::Outcome,
};

pub(super) fn run(
    project: &Project,
    address: &str,
    edition: Option<&str>,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let address: Address = address.parse().context("reading the address")?;
    let (store, keys, _) = project.scratch()?;
    let sending = Sending {
        editions: edition.map(str::to_owned).into_iter().collect(),
        at: Utc::now(),
        collect: false,
        yes: true,
        force: false,
    };
    for explanation in run::explain(project, &*store, &keys, &address, &sending)? {
        if terminal.json() {
            terminal.json_line(&as_json(&address, &explanation));
        } else {
            show(&address, &explanation, terminal);
        }
    }
    Ok(Exit::Done)
}

/// Who gets an article, and why the others don't.
pub(super) fn of_article(
    project: &Project,
    article: &str,
    edition: Option<&str>,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let (store, keys, _) = project.scratch()?;
    let sending = Sending {
        editions: edition.map(str::to_owned).into_iter().collect(),
        at: Utc::now(),
        collect: false,
        yes: true,
        force: false,
    };
    for explanation in run::explain_article(project, &*store, &keys, article, &sending)? {
        let explained = |fate: &Fate| Explained {
            article: explanation.article.clone(),
            fate: fate.clone(),
            score: None,
            why: explanation.why.clone(),
        };
        if terminal.json() {
            let fates: Vec<_> = explanation
                .fates
                .iter()
                .map(|(fate, count)| json!({ "in": matches!(fate, Fate::In(_)), "rule": rule(fate), "because": because(&explained(fate)), "subscribers": count }))
                .collect();
            terminal.json_line(&json!({
                "edition": explanation.edition, "slot": explanation.slot, "title": explanation.article.article.title,
                "number": explanation.article.number, "story": explanation.article.story, "subscribers": fates,
            }));
            continue;
        }
        terminal.result(&format!(
            "{BOLD}{}{BOLD:#} {}  article {}: {}",
            explanation.edition,
            explanation.slot,
            explanation.article.number.0,
            explanation.article.article.title
        ));
        for (fate, count) in &explanation.fates {
            let mark = if matches!(fate, Fate::In(_)) {
                "in "
            } else {
                "out"
            };
            terminal.result(&format!(
                "{mark} {count:>8}  {DIM}{}{DIM:#}",
                because(&explained(fate))
            ));
        }
    }
    Ok(Exit::Done)
}

fn show(address: &Address, explanation: &Explanation, terminal: &Terminal) {
    terminal.result(&format!(
        "{BOLD}{}{BOLD:#}  {address} follows: {}",
        explanation.edition, explanation.query
    ));
    if !explanation.slot.is_empty() {
        terminal.result(&format!("{DIM}their own hour: {}{DIM:#}", explanation.slot));
    }
    if let Some(next) = explanation.next {
        terminal.result(&format!(
            "{DIM}next: {}{DIM:#}",
            next.format("%F %H:%M UTC")
        ));
    }
    for name in &explanation.unknown {
        terminal.warn(&format!(
            "`{name}` is no topic: it means the tag of that name"
        ));
    }
    if let Some(reason) = explanation.suppressed {
        terminal.result(&format!("gets nothing: suppressed ({})", reason.as_str()));
    }
    if explanation.paused {
        terminal.result("gets nothing today: paused");
    }
    for explained in &explanation.articles {
        let mark = if matches!(explained.fate, Fate::In(_)) {
            "in "
        } else {
            "out"
        };
        let title = &explained.article.article.title;
        let score = explained
            .score
            .map(|score| format!("; weighs {}", score.words()));
        terminal.result(&format!(
            "{mark}  {title}\n     {DIM}{}{}{DIM:#}",
            because(explained),
            score.unwrap_or_default()
        ));
    }
    if explanation.articles.is_empty() {
        terminal.say("no article in the window: `postrider collect` brings them");
    }
    for delivery in &explanation.deliveries {
        terminal.result(&format!(
            "{DIM}{}{DIM:#}  {}",
            delivery.issue,
            outcome(delivery.outcome.as_ref())
        ));
    }
}

/// The rule that decides, in words.
fn because(explained: &Explained) -> String {
    let mut topics: Vec<String> = explained
        .why
        .iter()
        .map(|(topic, why)| format!("{topic} by {}", why.words()))
        .collect();
    if topics.is_empty() {
        topics.push("no topic".to_owned());
    }
    let topics = topics.join("; ");
    match &explained.fate {
        Fate::In(Some(topic)) => format!("under {topic}: {topics}"),
        Fate::In(None) => format!("under no topic: {topics}"),
        Fate::AlreadySent => "already sent, or before their first issue".to_owned(),
        Fate::NoTopic => format!("not what they follow: {topics}"),
        Fate::Excluded(by) => format!("they exclude {}: {topics}", by.join(", ")),
        Fate::OtherLanguage => {
            let language = explained
                .article
                .article
                .language
                .as_ref()
                .map_or("", |language| language.as_str());
            format!("in a language that they don't read: {language}")
        }
        Fate::TooOld => "older than `max_age`".to_owned(),
        Fate::OtherSource => format!(
            "the edition doesn't take the source `{}`",
            explained.article.article.source
        ),
        Fate::Withdrawn => "withdrawn".to_owned(),
        Fate::Duplicate(number) => format!("the same as article {}", number.0),
        Fate::SameStory(number) => format!("the story of article {}", number.0),
        Fate::OverLimit => format!("over `max_articles`: {topics}"),
    }
}

fn rule(fate: &Fate) -> &'static str {
    match fate {
        Fate::In(_) => "in",
        Fate::AlreadySent => "already sent",
        Fate::NoTopic => "no topic",
        Fate::Excluded(_) => "excluded",
        Fate::OtherLanguage => "other language",
        Fate::TooOld => "too old",
        Fate::OtherSource => "other source",
        Fate::Withdrawn => "withdrawn",
        Fate::Duplicate(_) => "duplicate",
        Fate::SameStory(_) => "same story",
        Fate::OverLimit => "over the limit",
    }
}

fn outcome(outcome: Option<&Outcome>) -> String {
    match outcome {
        None => "waiting".to_owned(),
        Some(Outcome::Sent) => "sent".to_owned(),
        Some(
            other @ (Outcome::Rejected { text, .. }
            | Outcome::Deferred { text, .. }
            | Outcome::Skipped { text }
            | Outcome::InDoubt { text }),
        ) => format!("{}: {text}", other.name()),
    }
}

fn as_json(address: &Address, explanation: &Explanation) -> serde_json::Value {
    let articles: Vec<_> = explanation
        .articles
        .iter()
        .map(|explained| {
            let article = &explained.article.article;
            let topics: Vec<_> =
                explained.why.iter().map(|(topic, why)| json!({ "topic": topic, "why": why.words() })).collect();
            let under = match &explained.fate {
                Fate::In(topic) => topic.clone(),
                _ => None,
            };
            json!({
                "id": article.id, "url": article.url, "title": article.title,
                "in": matches!(explained.fate, Fate::In(_)), "rule": rule(&explained.fate), "under": under,
                "topics": topics, "because": because(explained), "score": explained.score,
                "number": explained.article.number, "story": explained.article.story,
            })
        })
        .collect();
    let deliveries: Vec<_> = explanation
        .deliveries
        .iter()
        .map(|delivery| json!({ "issue": delivery.issue, "state": outcome(delivery.outcome.as_ref()) }))
        .collect();
    json!({
        "address": address, "edition": explanation.edition, "query": explanation.query,
        "suppressed": explanation.suppressed.map(crate::store::SuppressionReason::as_str),
        "slot": explanation.slot, "next": explanation.next, "paused": explanation.paused, "articles": articles, "deliveries": deliveries,
    })
}
