//! Sources → articles: the edge to HTTP and files.
//!
//! A [`Source`] is a place that articles come from: a [`folder`] of files or a [`feed_source`]. It gets octets; pure
//! parsers ([`markdown`], [`html`], [`saved_text`], [`feed`]) find a [`raw::RawArticle`] in them, and [`normalise`]
//! makes it an article: clean, with a summary, a language, the time that reading takes. One bad file or entry never
//! stops the others: it is a [`Problem`].

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::domain::{Article, DeclaredSource, Priority, SourcePlace};

pub mod charset;
pub mod dates;
pub mod entry_languages;
pub mod feed;
pub mod feed_source;
pub mod folder;
pub mod front_matter;
pub mod html;
pub mod http;
pub mod language;
pub mod lead;
pub mod markdown;
pub mod normalise;
pub mod plain;
pub mod raw;
pub mod reading;
#[cfg(test)]
mod samples;
pub mod sanitise;
pub mod saved_text;

pub use feed::FeedInfo;
pub use feed_source::Feed;
pub use folder::Folder;

/// One place that articles come from.
pub trait Source: Send + Sync {
    /// The name that the operator gave it.
    fn name(&self) -> &str;

    /// All the articles that the place gives now. It changes nothing there, and keeps nothing here: what is to be
    /// remembered is in the answer.
    ///
    /// # Errors
    /// Where the place as a whole can't be read.
    fn collect(&self, memory: &Memory) -> Result<Collected, CollectError>;
}

/// What a source remembers between two collects: the headers of HTTP's conditional requests (RFC 9110 §13).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Memory {
    /// The `ETag` of the last answer, as it stood there.
    pub etag: Option<String>,
    /// The `Last-Modified` of the last answer, as it stood there.
    pub last_modified: Option<String>,
}

/// What a collect gives.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Collected {
    /// The articles, in the source's order.
    pub articles: Vec<Article>,
    /// What was wrong with single files or entries.
    pub problems: Vec<Problem>,
    /// What to give to the next collect.
    pub memory: Memory,
    /// Whether the source said that nothing changed since `memory` (304): then there are no articles here.
    pub unchanged: bool,
    /// What a feed says about itself.
    pub feed: Option<FeedInfo>,
}

/// Something wrong with one file or entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct Problem {
    /// Where: a file and line, or an entry.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// Why a source gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// There is no such file or folder, or it can't be read.
    #[error("reading `{}`: {error}", path.display())]
    Read {
        /// What was read.
        path: PathBuf,
        /// The system's words.
        error: std::io::Error,
    },
    /// The server couldn't be reached, or didn't answer in time.
    #[error("fetching {url}: {message}")]
    Unreachable {
        /// What was fetched.
        url: Url,
        /// What went wrong.
        message: String,
    },
    /// The server answered with something else than the feed.
    #[error("fetching {url}: the server answered {status}")]
    Status {
        /// What was fetched.
        url: Url,
        /// The HTTP status.
        status: u16,
    },
    /// More octets than a feed has.
    #[error("reading {place}: it is larger than {} MiB", limit >> 20)]
    TooLarge {
        /// What was read.
        place: String,
        /// The limit, in octets after decompression.
        limit: u64,
    },
    /// No feed.
    #[error("reading {place}: not a feed that can be read: {message}")]
    NotAFeed {
        /// What was read.
        place: String,
        /// The parser's words.
        message: String,
        /// A feed that the page offers.
        offered: Option<String>,
    },
    /// Neither a path nor a URL of a kind that is known.
    #[error("neither a folder, a file nor a feed's URL: `{0}`")]
    NoSource(String),
}

impl CollectError {
    /// What the person can do.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Read { .. } => "look whether the path is right and may be read".to_owned(),
            Self::Unreachable { .. } => {
                "look whether the address opens in a browser on this machine; the next collect tries again".to_owned()
            }
            Self::Status { status: 401 | 403, .. } => {
                "the server doesn't let us in: ask the publisher for a feed that is open".to_owned()
            }
            Self::Status { status: 404 | 410, .. } => {
                "the feed isn't there any more: look for its new address on the site, or take the source out".to_owned()
            }
            Self::Status { status: 429 | 500..=599, .. } => {
                "the server has trouble, or enough of us: the next collect tries again".to_owned()
            }
            Self::Status { .. } => "open the address in a browser, and correct it in postrider.toml".to_owned(),
            Self::TooLarge { .. } => "look whether it is the feed and not an archive of it".to_owned(),
            Self::NotAFeed { offered: Some(feed), .. } => format!("the page offers a feed at {feed}"),
            Self::NotAFeed { .. } => "give the address of the RSS, Atom, RDF or JSON feed itself, not of the page".to_owned(),
            Self::NoSource(_) => {
                "give a folder, a .md, .html or .txt file, a feed's file, or an http, https or file URL".to_owned()
            }
        }
    }

    /// Whether another try, later, may do.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
            _ => false,
        }
    }
}

/// The source as it is declared, ready to collect. `agent` is the `User-Agent` that servers see.
#[must_use]
pub fn open(source: &DeclaredSource, agent: &str) -> Box<dyn Source> {
    match &source.place {
        SourcePlace::Folder(path) => Box::new(Folder::new(source.clone(), path.clone())),
        SourcePlace::Feed(url) => Box::new(Feed::new(source.clone(), url.clone(), agent)),
    }
}

/// The source that a path or URL is, for a look at it before it is declared: a folder, a single Markdown, HTML or
/// text file, or a feed.
///
/// # Errors
/// Where it is none of these.
pub fn sniff(place: &str) -> Result<DeclaredSource, CollectError> {
    let no_source = || CollectError::NoSource(place.to_owned());
    let declared = |name: &str, place: SourcePlace| DeclaredSource {
        name: name.to_owned(),
        place,
        priority: Priority::default(),
        language: None,
        topics: Vec::new(),
    };
    if let Ok(url) = Url::parse(place)
        && matches!(url.scheme(), "http" | "https" | "file")
    {
        if let Some(path) = feed_source::file_path(&url)
            && (path.is_dir() || folder::is_article(&path))
        {
            return sniff(&path.to_string_lossy());
        }
        let name = url.host_str().unwrap_or(url.path()).to_owned();
        return Ok(declared(&name, SourcePlace::Feed(url)));
    }
    let path = Path::new(place);
    let metadata = std::fs::metadata(path).map_err(|error| CollectError::Read {
        path: path.to_owned(),
        error,
    })?;
    let whole = std::path::absolute(path).map_err(|error| CollectError::Read {
        path: path.to_owned(),
        error,
    })?;
    let name = whole.file_stem().map_or_else(
        || place.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    );
    if metadata.is_dir() || folder::is_article(path) {
        return Ok(declared(&name, SourcePlace::Folder(path.to_owned())));
    }
    let extension = path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    if !["xml", "rss", "atom", "rdf", "json"].contains(&extension.to_ascii_lowercase().as_str()) {
        return Err(no_source());
    }
    let url = Url::from_file_path(&whole).map_err(|()| no_source())?;
    Ok(declared(&name, SourcePlace::Feed(url)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_or_url_tells_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.md"), "# A").unwrap();
        std::fs::write(folder.path().join("feed.xml"), "").unwrap();
        std::fs::write(folder.path().join("a.exe"), "").unwrap();
        let kind =
            |place: &str| sniff(place).map(|source| matches!(source.place, SourcePlace::Feed(_)));
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        assert!(!kind(&path("")).unwrap());
        assert!(!kind(&path("a.md")).unwrap());
        assert!(kind(&path("feed.xml")).unwrap());
        assert!(kind("https://agency.example/feed").unwrap());
        assert!(kind(&format!("file://{}", path("feed.xml"))).unwrap());
        assert!(!kind(&format!("file://{}", path("a.md"))).unwrap());
        assert!(matches!(
            kind(&path("a.exe")),
            Err(CollectError::NoSource(_))
        ));
        assert!(matches!(
            kind(&path("none")),
            Err(CollectError::Read { .. })
        ));
        assert!(kind("ftp://agency.example/").is_err());
    }
}
