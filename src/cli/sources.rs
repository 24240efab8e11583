//! `postrider sources`: an operator's first question is what a source would give.

use chrono::Utc;

use super::{
    Exit, Terminal,
    arguments::Sources,
    terminal::{BOLD, DIM},
};
use crate::{
    collect::{Context, Memory, Web, open, sniff},
    domain::{Article, CollectSettings},
};

pub(super) fn run(command: &Sources, terminal: &Terminal) -> anyhow::Result<Exit> {
    let Sources::Show { place } = command;
    let source = sniff(place)?;
    let settings = CollectSettings::default();
    let web = Web::new(
        &format!("Postrider/{}", env!("CARGO_PKG_VERSION")),
        &settings,
    );
    let context = Context {
        web: &web,
        settings: &settings,
        now: Utc::now(),
        wanted: &|_| true,
    };
    let collected = open(&source).collect(&Memory::default(), &context)?;
    for article in &collected.articles {
        if terminal.json() {
            terminal.json_line(article);
        } else {
            show(article, terminal);
        }
    }
    for problem in &collected.problems {
        terminal.warn(&format!("{problem}\n  {}", problem.hint));
    }
    if !terminal.json() {
        terminal.say(&format!("{} articles", collected.articles.len()));
    }
    Ok(if collected.problems.is_empty() {
        Exit::Done
    } else {
        Exit::Partial
    })
}

fn show(article: &Article, terminal: &Terminal) {
    terminal.result(&format!("{BOLD}{}{BOLD:#}", article.title));
    let field = |name: &str, value: String| {
        if !value.trim().is_empty() {
            terminal.result(&format!(
                "  {DIM}{name:<10}{DIM:#} {}",
                value.replace('\n', " ")
            ));
        }
    };
    let or_none = |value: &Option<String>| value.clone().unwrap_or_default();
    field("url", or_none(&article.url));
    let authors: Vec<_> = article
        .authors
        .iter()
        .map(|author| author.name.as_str())
        .collect();
    field("authors", authors.join(", "));
    field(
        "published",
        article
            .published
            .map(|at| at.to_rfc3339())
            .unwrap_or_default(),
    );
    field(
        "updated",
        article
            .updated
            .map(|at| at.to_rfc3339())
            .unwrap_or_default(),
    );
    field(
        "language",
        article
            .language
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
    );
    field("tags", article.tags.join(", "));
    field("summary", article.summary.text.clone());
    let words = article.body.text.split_whitespace().count();
    field(
        "body",
        if words > 0 {
            format!("{words} words")
        } else {
            String::new()
        },
    );
    field(
        "minutes",
        article
            .reading_minutes
            .map(|minutes| minutes.to_string())
            .unwrap_or_default(),
    );
    if let Some(image) = &article.image {
        field("image", image.url.clone());
        field("alt", image.alt.clone());
        field("caption", image.caption.clone());
        field("credit", image.credit.clone());
    }
    for enclosure in &article.enclosures {
        field("enclosure", enclosure.url.clone());
    }
    for related in &article.related {
        field(
            "related",
            format!("{} {}", related.title, or_none(&related.url)),
        );
    }
    terminal.result("");
}
