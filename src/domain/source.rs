//! Where articles come from, as the operator declares it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

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
    /// A folder of Markdown, HTML and text files.
    Folder(PathBuf),
    /// A feed (RSS, Atom, RDF, JSON Feed) at an `http`, `https` or `file` URL.
    Feed(url::Url),
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
