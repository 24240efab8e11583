//! Why a source gave nothing, and what the person can do.

use std::{path::PathBuf, time::Duration};

use url::Url;

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
        url: Box<Url>,
        /// What went wrong; a limit is named by its key in `[collect]`.
        message: String,
    },
    /// It is where a source may not send us: on this machine, in this network.
    #[error("fetching {url}: `{host}` is {what}")]
    Forbidden {
        /// What was to be fetched.
        url: Box<Url>,
        /// Its host, with its port.
        host: String,
        /// What kind of address it is: `an address of this machine`.
        what: &'static str,
    },
    /// The site's robots.txt keeps robots from it.
    #[error("fetching {url}: the site's robots.txt keeps robots from it")]
    Robots {
        /// What was to be fetched.
        url: Box<Url>,
    },
    /// The server answered with something else than a document.
    #[error("fetching {url}: the server answered {status}")]
    Status {
        /// What was fetched.
        url: Box<Url>,
        /// The HTTP status.
        status: u16,
        /// When it wants to be asked again (`Retry-After`).
        retry_after: Option<Duration>,
    },
    /// From one redirect to the next.
    #[error("fetching {url}: more than {limit} redirects (`max_redirects`)")]
    TooManyRedirects {
        /// What was fetched.
        url: Box<Url>,
        /// The limit.
        limit: u32,
    },
    /// More octets than a document may have.
    #[error("reading {place}: it is larger than {limit} octets (`max_bytes`)")]
    TooLarge {
        /// What was read.
        place: String,
        /// The limit, in octets after decompression.
        limit: u64,
    },
    /// Nothing of the kind that the source is declared to be.
    #[error("reading {place}: not a {kind} that can be read: {message}")]
    Unreadable {
        /// What was read.
        place: String,
        /// `feed`, `sitemap`, `page`.
        kind: &'static str,
        /// The parser's words.
        message: String,
        /// A feed that the page offers.
        offered: Option<String>,
    },
    /// A command that failed.
    #[error("running `{command}`: {message}")]
    Command {
        /// What was run.
        command: String,
        /// How it ended, with the last of its words.
        message: String,
    },
    /// A mistake of ours.
    #[error("reading it, postrider itself failed: {0}")]
    Panicked(String),
    /// Neither a path nor a URL of a kind that is known.
    #[error("neither a folder, a file nor a URL: `{0}`")]
    NoSource(String),
}

impl CollectError {
    /// What the person can do.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Read { .. } => "look whether the path is right and may be read".to_owned(),
            Self::Unreachable { .. } => {
                "look whether the address opens in a browser on this machine; a later collect tries again".to_owned()
            }
            Self::Forbidden { host, .. } => {
                format!("if it is yours, allow it: `allow_hosts = [\"{host}\"]` under [collect]")
            }
            Self::Robots { .. } => {
                "ask the publisher for a feed; if the site is yours, write `robots = \"none\"` under [collect]".to_owned()
            }
            Self::Status { status: 401 | 403, .. } => {
                "the server doesn't let us in: ask the publisher for a feed that is open".to_owned()
            }
            Self::Status { status: 410, .. } => {
                "the publisher ended it, and it isn't asked for any more: take the source out, give its new address, or ask once more with `postrider collect --again`".to_owned()
            }
            Self::Status { status: 404, .. } => {
                "it isn't there any more: look for its new address on the site, or take the source out".to_owned()
            }
            Self::Status { status: 429 | 500..=599, .. } => {
                "the server has trouble, or enough of us: a later collect tries again".to_owned()
            }
            Self::Status { .. } => "open the address in a browser, and correct it in postrider.toml".to_owned(),
            Self::TooManyRedirects { .. } => {
                "open the address in a browser, and write the one that it ends at".to_owned()
            }
            Self::Panicked(_) => {
                "that is a mistake in Postrider: please report it, with the source's address".to_owned()
            }
            Self::TooLarge { .. } => {
                "look whether it is the right document; `max_bytes` under [collect] allows more".to_owned()
            }
            Self::Unreadable { offered: Some(feed), .. } => format!("the page offers a feed at {feed}"),
            Self::Unreadable { kind: "feed", .. } => {
                "give the address of the RSS, Atom, RDF or JSON feed itself, or write kind = \"page\"".to_owned()
            }
            Self::Unreadable { .. } => "look at it in a browser: is it what the source says it is?".to_owned(),
            Self::Command { .. } => "run it by hand in the project's folder".to_owned(),
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

    /// Whether it is a server's to mend, and so to be left alone for a while. What the operator mends, by a setting or on
    /// this machine, is tried again at once.
    #[must_use]
    pub fn is_the_servers(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Status { .. } | Self::TooManyRedirects { .. } => true,
            Self::TooLarge { place, .. } | Self::Unreadable { place, .. } => {
                place.starts_with("http:") || place.starts_with("https:")
            }
            _ => false,
        }
    }

    /// How long the server asks to be left alone (`Retry-After`).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}
