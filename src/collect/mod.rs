//! Sources → articles: the edge to HTTP, files and programs.
//!
//! A [`Source`] is a place that articles come from: a [`folder`] of files, a [`feed_source`], a sitemap, a page, a
//! command. It gets octets; pure parsers ([`markdown`], [`page`], [`saved_text`], [`feed`]) find a [`raw::RawArticle`] in
//! them, and [`normalise`] makes it an article: clean, as its source wrote it. [`edit`] gives it what a digest needs: a
//! title, a summary, the time that reading takes. One bad file or entry never stops the others: it is a [`Problem`].

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::domain::{Article, CollectSettings, DeclaredSource, SourcePlace};

mod byline;
pub mod charset;
pub mod command;
pub mod dates;
pub mod document;
pub mod edit;
mod error;
pub mod feed;
pub mod feed_source;
pub mod fields;
pub mod folder;
pub mod front_matter;
pub mod json;
pub mod language;
pub mod lead;
pub mod link;
pub mod markdown;
mod memory;
pub mod normalise;
pub mod opml;
pub mod page;
pub mod place;
pub mod plain;
pub mod raw;
pub mod reading;
#[cfg(test)]
mod samples;
pub mod sanitise;
pub mod saved_text;
pub mod sitemap;
pub mod sniff;
#[cfg(test)]
mod test_data;
pub mod web;
pub mod xml;

pub use command::Program;
pub use document::Document;
pub use edit::Summaries;
pub use error::CollectError;
pub use feed::FeedInfo;
pub use feed_source::Feed;
pub use folder::Folder;
pub use memory::{Due, Memory, Validators};
pub use page::Pages;
pub use place::{Found, Look, Place};
pub use sitemap::Sitemap;
pub use web::Web;

/// One place that articles come from.
pub trait Source: Send + Sync {
    /// The name that the operator gave it.
    fn name(&self) -> &str;

    /// All the articles that the place gives now, or those that are new or changed since what it remembers. It changes
    /// nothing there, and keeps nothing here: what is to be remembered is in the answer.
    ///
    /// # Errors
    /// Where the place as a whole can't be read.
    fn collect(&self, memory: &Memory, context: &Context<'_>) -> Result<Collected, CollectError>;
}

/// What all sources of a run share.
pub struct Context<'a> {
    /// The way to the web.
    pub web: &'a Web,
    /// What a source may cost, and what it may reach.
    pub settings: &'a CollectSettings,
    /// The time of the run.
    pub now: DateTime<Utc>,
    /// Whether some topic could take an article of which no more is known yet than a sitemap says: only then its page
    /// is fetched.
    pub wanted: &'a (dyn Fn(&Article) -> bool + Sync),
}

/// What a collect gives.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Collected {
    /// The articles, in the source's order, as it wrote them.
    pub articles: Vec<Article>,
    /// Who wrote their summaries.
    pub summaries: Summaries,
    /// What was wrong with single files or entries.
    pub problems: Vec<Problem>,
    /// What to give to the next collect.
    pub memory: Memory,
    /// Whether the source said that nothing changed since `memory`: then there are no articles here.
    pub unchanged: bool,
    /// What a feed says about itself.
    pub feed: Option<FeedInfo>,
}

/// Something wrong with one file or entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{place}: {message}")]
pub struct Problem {
    /// Where: a file and line, or an entry.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// The source as it is declared, ready to collect.
#[must_use]
pub fn open(source: &DeclaredSource) -> Box<dyn Source> {
    match &source.place {
        SourcePlace::Folder(path) => Box::new(Folder::new(source.clone(), path.clone())),
        SourcePlace::Feed(url) => Box::new(Feed::new(source.clone(), url.clone())),
        SourcePlace::Sitemap(url) => Box::new(Sitemap::new(source.clone(), url.clone())),
        SourcePlace::Page(url) => Box::new(Pages::new(source.clone(), url.clone())),
        SourcePlace::Command(command) => Box::new(Program::new(source.clone(), command.clone())),
    }
}
