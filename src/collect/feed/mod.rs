//! A feed's octets → articles not yet clean: RSS in all its versions, Atom, RDF, CDF, JSON Feed, with the modules that
//! news uses, and with the wounds that feeds have.
//!
//! [`charset`] makes text of the octets; [`markup`] tokens of the text, whatever its wounds; [`reader`] walks over them,
//! knowing by [`names`] what an element means and by [`content`] what its text is; [`json`] reads JSON. Each entry is a
//! [`entry::Draft`] until it is whole, and [`identity`] says which of them are the same.

use serde::Serialize;

mod content;
mod entities;
mod entry;
mod identity;
mod json;
mod markup;
pub(crate) mod media;
mod names;
mod people;
mod reader;
#[cfg(test)]
mod tests;

use entry::Draft;
use reader::{Found, Wound};

use super::{Document, Problem, charset, raw::RawArticle};
use crate::domain::{CollectSettings, Language, Person};

/// What a feed says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct FeedInfo {
    /// Its title, plain text.
    pub title: Option<String>,
    /// The page that it is the feed of.
    pub link: Option<String>,
    /// Its language.
    pub language: Option<Language>,
    /// The address of its picture.
    pub image: Option<String>,
}

/// A feed that was read.
#[derive(Debug, Default)]
pub struct ParsedFeed {
    /// About the feed.
    pub info: FeedInfo,
    /// Its entries, in its order.
    pub articles: Vec<RawArticle>,
    /// What was wrong with it, as far as entries were lost.
    pub problems: Vec<Problem>,
}

/// The entries of a feed (RSS, Atom, RDF, CDF, JSON Feed). Wounds are mended; those by which entries were lost are told.
///
/// # Errors
/// What it is instead, where the octets are no feed.
pub fn parse(document: &Document, settings: &CollectSettings) -> Result<ParsedFeed, String> {
    let text = charset::decode_feed(&document.bytes, document.content_type.as_deref());
    let mut parsed = if text.trim_start().starts_with('{') {
        in_json(&text, document)?
    } else {
        in_xml(&text, document, settings)?
    };
    parsed.articles = identity::settle(parsed.articles, &mut parsed.problems);
    keep_the_newest(&mut parsed, settings.max_entries);
    Ok(parsed)
}

fn in_json(text: &str, document: &Document) -> Result<ParsedFeed, String> {
    let read = json::read(text, &document.url)?;
    let mut problems = Vec::new();
    if read.is_cut {
        problems.push(cut(read.entries.len() + 1, None));
    }
    Ok(ParsedFeed {
        articles: finish(read.entries, &read.authors),
        info: read.info,
        problems,
    })
}

fn in_xml(
    text: &str,
    document: &Document,
    settings: &CollectSettings,
) -> Result<ParsedFeed, String> {
    let limit = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let room = limit(settings.max_bytes).saturating_sub(text.len());
    let depth = limit(settings.max_depth.into());
    let mut read = reader::read(text, &document.url, depth, room);
    if read.found != Found::Feed {
        return Err(what_it_is(text, read.found));
    }
    let mut problems = Vec::new();
    for wound in &read.wounds {
        problems.push(match wound {
            Wound::Cut => {
                let line = read.entries.last().map(|draft| line_of(text, draft.position));
                cut(read.entries.len(), line)
            }
            Wound::TooDeep => Problem {
                place: "the feed".to_owned(),
                message: format!("its elements are nested deeper than {depth} (`max_depth`): the innermost were left out"),
                hint: "look whether it is the right document; `max_depth` under [collect] allows more".to_owned(),
            },
            Wound::Exhausted => Problem {
                place: "the feed".to_owned(),
                message: format!(
                    "its entities stand for more than {} octets (`max_bytes`): they were left as they are",
                    settings.max_bytes
                ),
                hint: "such feeds are made to do harm: look at it before you trust it".to_owned(),
            },
        });
    }
    if read.wounds.contains(&Wound::Cut) {
        read.entries.pop_if(|last| !last.is_of_use());
    }
    Ok(ParsedFeed {
        articles: finish(read.entries, &read.authors),
        info: read.info,
        problems,
    })
}

fn finish(drafts: Vec<Draft>, authors: &[Person]) -> Vec<RawArticle> {
    drafts
        .into_iter()
        .map(|draft| draft.finish(authors))
        .collect()
}

fn cut(entry: usize, line: Option<usize>) -> Problem {
    Problem {
        place: match line {
            Some(line) => format!("entry {entry}, line {line}"),
            None => format!("entry {entry}"),
        },
        message: "the feed ends inside of it: what comes after is lost".to_owned(),
        hint: "the next collect reads it again; if it stays so, tell the publisher".to_owned(),
    }
}

fn line_of(text: &str, position: usize) -> usize {
    let before = text.as_bytes().get(..position).unwrap_or_default();
    memchr::memchr_iter(b'\n', before).count() + 1
}

fn what_it_is(text: &str, found: Found) -> String {
    let text = text.trim();
    if found == Found::Page {
        "it is an HTML page".to_owned()
    } else if text.is_empty() {
        "it is empty".to_owned()
    } else if text.starts_with('<') {
        "it is XML or HTML, but no element of a feed (`rss`, `feed`, `rdf:RDF`) is in it".to_owned()
    } else {
        "it is neither XML nor JSON".to_owned()
    }
}

/// Leaves at most `max_entries`: the first, as feeds have their newest first, unless the dates say that it is the last.
fn keep_the_newest(parsed: &mut ParsedFeed, max_entries: u32) {
    let limit = usize::try_from(max_entries).unwrap_or(usize::MAX);
    let number = parsed.articles.len();
    if number <= limit {
        return;
    }
    let time = |article: &RawArticle| article.published.or(article.updated);
    let first = parsed.articles.iter().find_map(time);
    let last = parsed.articles.iter().rev().find_map(time);
    if first < last {
        parsed.articles.drain(..number - limit);
    } else {
        parsed.articles.truncate(limit);
    }
    parsed.problems.push(Problem {
        place: "the feed".to_owned(),
        message: format!(
            "has {number} entries, more than {limit} (`max_entries`): the newest were taken"
        ),
        hint: "`max_entries` under [collect] allows more".to_owned(),
    });
}
