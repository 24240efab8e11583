//! `postrider sources show`: an operator's first question is what a source would give.

use chrono::Utc;
use serde::Serialize;

use super::super::{
    Arguments, Exit, Terminal,
    arguments::ShowSource,
    terminal::{BOLD, DIM},
};
use crate::{
    collect::{CollectError, Collected, Context, FeedInfo, Look, Memory, Problem, Web},
    config,
    domain::{Article, CollectSettings},
    run::user_agent,
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
    match look
        .at(&what.place)
        .and_then(|place| place.collect(&Memory::default(), &context))
    {
        Ok(collected) => Ok(tell(&collected, terminal)),
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

/// The limits of the project that the command is run in, and how it names itself; the usual ones, where there is none.
fn circumstances(arguments: &Arguments) -> anyhow::Result<(CollectSettings, String)> {
    if !arguments.config.exists() {
        return Ok((CollectSettings::default(), user_agent(None)));
    }
    let config = config::load(&arguments.config).map_err(crate::run::RunError::from)?;
    let agent = user_agent(config.publisher.url.as_deref());
    Ok((config.collect, agent))
}

fn tell(collected: &Collected, terminal: &Terminal) -> Exit {
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
        terminal.say(&format!("{} articles", collected.articles.len()));
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
