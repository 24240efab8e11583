//! `postrider sources add`: what a place is, what it would give, and the `[[source]]` for it.

use std::{fs, path::Path};

use anyhow::{anyhow, bail};
use chrono::Utc;
use serde_json::json;
use url::Url;

use super::{
    super::{Arguments, Exit, Terminal, terminal::DIM},
    arguments::AddSource,
    declare::{Names, declare, declared_at},
};
use crate::{
    collect::{CollectError, Collected, Context, Look, Memory, Web},
    config::{self, Config, edit::NewSource, problem::near},
    domain::{CollectSettings, DeclaredSource, Priority, SourcePlace},
    plan::TopicIndex,
    run::{RunError, user_agent},
};

/// How many articles are shown.
const SHOWN: usize = 5;

pub fn run(what: &AddSource, arguments: &Arguments, terminal: &Terminal) -> anyhow::Result<Exit> {
    let config = config::load(&arguments.config).map_err(RunError::from)?;
    let topics = topics(what, &config)?;
    let priority = what.priority.map(priority).transpose()?;
    let (source, collected) = look(what, &config, terminal)?;
    if let Some(name) = declared_at(&config, &source.place) {
        bail!("it is there already, as `{name}`");
    }
    let mut names = Names::of(Some(&config));
    let name = match &what.name {
        Some(name) if names.has(name) => {
            bail!("a source is called `{name}` already: give it another `--name`")
        }
        Some(name) => name.clone(),
        None => {
            let title = collected.feed.as_ref().and_then(|feed| feed.title.clone());
            names.unique(&title.unwrap_or_else(|| source.name.clone()))
        }
    };
    let whole = std::path::absolute(&arguments.config)?;
    let folder = whole.parent().unwrap_or(Path::new("/"));
    let (key, place) = written(&source.place, folder);
    let new = NewSource {
        name,
        kind: source.place.kind(),
        key,
        place,
        language: what.language.clone(),
        priority,
        topics,
    };
    if !what.dry_run {
        declare(&arguments.config, &[], std::slice::from_ref(&new))?;
    }
    tell(&new, &collected, what, arguments, terminal);
    Ok(Exit::Done)
}

/// What it is and what it gives. A page that offers a feed is taken for its feed, unless it is to be a page.
fn look(
    what: &AddSource,
    config: &Config,
    terminal: &Terminal,
) -> anyhow::Result<(DeclaredSource, Collected)> {
    let settings = CollectSettings {
        max_entries: 20,
        ..config.collect.clone()
    };
    let web = Web::new(
        &user_agent(config.publisher.url.as_deref()),
        &config.collect,
    );
    let context = Context {
        web: &web,
        settings: &settings,
        now: Utc::now(),
        wanted: &|_| false,
    };
    let kind = what.kind.as_deref();
    let found = find(kind, &what.place, &context);
    let found = match found {
        Ok((source, _, Some(feed))) if kind.is_none() => {
            match find(Some("feed"), feed.as_str(), &context) {
                Ok((of_feed, Ok(collected), _)) => {
                    terminal.say(&format!(
                        "the page offers a feed, which is taken: {feed}\n  `--kind page` takes the page itself"
                    ));
                    Ok((of_feed, Ok(collected), None))
                }
                _ => find(Some("page"), source.place.to_string().as_str(), &context),
            }
        }
        found => found,
    };
    let (source, collected, _) = found.map_err(|error| said(&error))?;
    match collected {
        Ok(collected) => Ok((source, collected)),
        Err(error) if what.yes => {
            terminal.warn(&format!(
                "it gives nothing now: {error}\n  {}",
                error.hint()
            ));
            Ok((source, Collected::default()))
        }
        Err(error) => Err(anyhow!(
            "{error}\n  {}\n  `--yes` adds it all the same",
            error.hint()
        )),
    }
}

type Found = (DeclaredSource, Result<Collected, CollectError>, Option<Url>);

fn find(kind: Option<&str>, place: &str, context: &Context<'_>) -> Result<Found, CollectError> {
    let look = Look {
        kind,
        ..Look::default()
    };
    let found = look.find(place, context)?;
    let collected = found.place.collect(&Memory::default(), context);
    Ok((found.place.source().clone(), collected, found.feed))
}

fn said(error: &CollectError) -> anyhow::Error {
    anyhow!("{error}\n  {}", error.hint())
}

/// The ids of the topics that are named.
fn topics(what: &AddSource, config: &Config) -> anyhow::Result<Vec<String>> {
    let index = TopicIndex::new(&config.topics).map_err(RunError::from)?;
    let ids = || config.topics.iter().map(|topic| topic.id.0.as_str());
    let id = |name: &String| {
        if let Some(place) = index.find(name) {
            return Ok(index.topic(place).id.0.clone());
        }
        Err(match near(name, ids()) {
            Some(near) => anyhow!("there is no topic `{name}`: did you mean `{near}`?"),
            None => anyhow!(
                "there is no topic `{name}`; there is: {}",
                ids().collect::<Vec<_>>().join(", ")
            ),
        })
    };
    what.topics.iter().map(id).collect()
}

fn priority(number: f64) -> anyhow::Result<Priority> {
    if !(0.0..=100.0).contains(&number) {
        bail!("--priority: a number from 0 to 100 is expected, not {number}");
    }
    // Between 0 and 10,000 hundredths after the check
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    Ok(Priority((number * 100.0).round() as u32))
}

/// The key and the value that say where it is: inside the project's folder relative to it.
fn written(place: &SourcePlace, folder: &Path) -> (&'static str, String) {
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let inside = |path: &Path| {
        let whole = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        match whole.strip_prefix(&folder) {
            Ok(inside) if inside.as_os_str().is_empty() => ".".to_owned(),
            Ok(inside) => inside.display().to_string(),
            Err(_) => whole.display().to_string(),
        }
    };
    match place {
        SourcePlace::Folder(path) => ("path", inside(path)),
        SourcePlace::Command(command) => ("command", command.line.to_string()),
        SourcePlace::Feed(url) | SourcePlace::Sitemap(url) | SourcePlace::Page(url) => {
            let file = (url.scheme() == "file")
                .then(|| url.to_file_path().ok())
                .flatten();
            let url =
                file.map_or_else(|| url.to_string(), |file| format!("file:{}", inside(&file)));
            ("url", url)
        }
    }
}

fn tell(
    new: &NewSource,
    collected: &Collected,
    what: &AddSource,
    arguments: &Arguments,
    terminal: &Terminal,
) {
    let titles = collected.articles.iter().take(SHOWN);
    if terminal.json() {
        terminal.json_line(&json!({
            "name": new.name,
            "kind": new.kind,
            (new.key): new.place,
            "language": new.language,
            "topics": new.topics,
            "articles": collected.articles.len(),
            "titles": titles.map(|article| &article.title).collect::<Vec<_>>(),
            "problems": collected.problems,
            "added": !what.dry_run,
        }));
        return;
    }
    for article in titles {
        let date = article.published.or(article.updated);
        let date = date.map_or_else(|| " ".repeat(16), super::times::local);
        terminal.say(&format!("{DIM}{date}{DIM:#}  {}", article.title));
    }
    if collected.articles.len() > SHOWN {
        terminal.say(&format!("{DIM}…{DIM:#}"));
    }
    for problem in &collected.problems {
        terminal.warn(&format!("{problem}\n  {}", problem.hint));
    }
    if collected.articles.is_empty() {
        terminal.warn("it gives no article now");
    }
    terminal.result(new.text().trim_end());
    let done = if what.dry_run {
        "would be added"
    } else {
        "added"
    };
    terminal.say(&format!("{done} to {}", arguments.config.display()));
}
