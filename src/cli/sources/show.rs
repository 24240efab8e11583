//! `postrider sources show`: an operator's first question is what a source would give.

use chrono::Utc;
use serde::Serialize;

use super::{
    super::{
        Arguments, Exit, Terminal,
        terminal::{BOLD, DIM},
    },
    arguments::ShowSource,
    circumstances, count, times,
};
use crate::{
    collect::{CollectError, Collected, Context, FeedInfo, Look, Memory, Problem, Web},
    domain::Article,
};

pub(super) fn run(
    what: &ShowSource,
    arguments: &Arguments,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let (settings, agent) = circumstances(arguments)?;
    let web = Web::new(&agent, &settings);
    let context = Context {
        web: &web,
        settings: &settings,
        now: Utc::now(),
        wanted: &|_| true,
    };
    let look = Look {
        kind: what.kind.as_deref(),
        base: what.base.as_ref(),
        content_type: what.content_type.as_deref(),
    };
    let shown = look.find(&what.place, &context).and_then(|found| {
        let collected = found.place.collect(&Memory::default(), &context)?;
        Ok((found, collected))
    });
    match shown {
        Ok((found, collected)) => {
            let kind = found.place.source().place.kind();
            if let Some(feed) = found.feed.filter(|_| what.kind.is_none()) {
                terminal.say(&format!("the page offers a feed: {feed}"));
            }
            Ok(tell(&collected, kind, terminal))
        }
        Err(error) if terminal.json() => {
            terminal.json_line(&LastLine::failed(&error));
            Ok(Exit::Failed)
        }
        Err(error) => {
            let hint = error.hint();
            Err(anyhow::Error::new(error).context(hint))
        }
    }
}

fn tell(collected: &Collected, kind: &str, terminal: &Terminal) -> Exit {
    for article in &collected.articles {
        if terminal.json() {
            terminal.json_line(article);
        } else {
            show(article, terminal);
        }
    }
    if terminal.json() {
        terminal.json_line(&LastLine::of(collected));
    } else {
        for problem in &collected.problems {
            terminal.warn(&format!("{problem}\n  {}", problem.hint));
        }
        let title = collected.feed.as_ref().and_then(|feed| feed.title.as_ref());
        let title = title.map_or_else(String::new, |title| format!(" `{title}`"));
        let articles = count(collected.articles.len(), "article");
        terminal.say(&format!("{kind}{title}: {articles}"));
    }
    if collected.problems.is_empty() {
        Exit::Done
    } else {
        Exit::Partial
    }
}

/// The last line of JSON: what the feed says of itself, and what was wrong.
#[derive(Debug, Default, Serialize)]
struct LastLine {
    #[serde(flatten)]
    feed: FeedInfo,
    errors: Vec<Problem>,
}

impl LastLine {
    fn of(collected: &Collected) -> Self {
        Self {
            feed: collected.feed.clone().unwrap_or_default(),
            errors: collected.problems.clone(),
        }
    }

    fn failed(error: &CollectError) -> Self {
        Self {
            feed: FeedInfo::default(),
            errors: vec![Problem {
                place: String::new(),
                message: error.to_string(),
                hint: error.hint(),
            }],
        }
    }
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
    let time = |time: Option<chrono::DateTime<Utc>>| time.map(times::local).unwrap_or_default();
    field("published", time(article.published));
    field("updated", time(article.updated));
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
