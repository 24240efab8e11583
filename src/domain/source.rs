//! Where articles come from, as the operator declares it.

use std::{fmt, path::PathBuf};

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Language, TopicId};

/// A source, as the operator declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredSource {
    /// Its name: readers see it, and the archive knows its articles by it.
    pub name: String,
    /// What it is and where.
    pub place: SourcePlace,
    /// How much its articles count beside others', 1 being usual.
    pub priority: Priority,
    /// The language of articles that don't tell theirs.
    pub language: Option<Language>,
    /// The topics that all of its articles belong to.
    pub topics: Vec<TopicId>,
}

/// What a source is, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourcePlace {
    /// A folder of Markdown, HTML and text files, or a single one.
    Folder(PathBuf),
    /// A feed (RSS, Atom, RDF, JSON Feed) at an `http`, `https` or `file` URL.
    Feed(Url),
    /// A sitemap, or an index of sitemaps, at an `http`, `https` or `file` URL.
    Sitemap(Url),
    /// A page of a site that links its articles, or one article's page, at an `http`, `https` or `file` URL.
    Page(Url),
    /// A program that prints articles.
    Command(Command),
}

impl SourcePlace {
    /// What the operator calls it: the `kind` of a `[[source]]`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Folder(_) => "folder",
            Self::Feed(_) => "feed",
            Self::Sitemap(_) => "sitemap",
            Self::Page(_) => "page",
            Self::Command(_) => "command",
        }
    }

    /// Its address on the web or as a `file:`, where it has one.
    #[must_use]
    pub fn url(&self) -> Option<&Url> {
        match self {
            Self::Feed(url) | Self::Sitemap(url) | Self::Page(url) => Some(url),
            Self::Folder(_) | Self::Command(_) => None,
        }
    }
}

impl fmt::Display for SourcePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => write!(f, "{}", path.display()),
            Self::Feed(url) | Self::Sitemap(url) | Self::Page(url) => write!(f, "{url}"),
            Self::Command(command) => write!(f, "{}", command.line),
        }
    }
}

/// A program to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// What is run.
    pub line: CommandLine,
    /// The folder that it is run in: the project's.
    pub folder: PathBuf,
}

/// What is run, as the operator wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandLine {
    /// One text: a shell's to read (`sh -c`).
    Shell(String),
    /// A list, never empty: the program and its arguments, as they are.
    Words(Vec<String>),
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shell(line) => f.write_str(line),
            Self::Words(words) => f.write_str(&words.join(" ")),
        }
    }
}

/// The weight of a source: hundredths, so that it compares and hashes exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Priority(pub u32);

impl Default for Priority {
    fn default() -> Self {
        Self(100)
    }
}
