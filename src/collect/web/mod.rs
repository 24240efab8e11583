//! The way to the web: polite, and bounded in everything.
//!
//! One [`Web`] serves all sources of a run. It takes turns at each host ([`turns`]), asks conditionally (RFC 9110 §13),
//! respects robots.txt for pages ([`robots`]), and goes only where a source may send us ([`guard`]). No cookie is sent, and
//! the proxies of the environment are not used: behind one, nobody could say where a name leads.

mod address;
mod body;
mod exchange;
mod guard;
mod manners;
mod retry_after;
mod robots;
#[cfg(test)]
pub(crate) mod test_server;
#[cfg(test)]
mod tests;
pub mod turns;
mod words;

use std::{collections::HashMap, fmt, sync::Mutex, time::Instant};

use ureq::{Agent, unversioned::transport::DefaultConnector};
use url::Url;

pub use body::{Octets, gunzip, is_gzip};
use guard::{Guard, Guarded, Names, system_names};
use robots::RobotsCache;
use turns::Turns;

use super::{CollectError, Document, Memory, Validators};
use crate::domain::CollectSettings;

/// The way to the web: one for all sources of a run.
pub struct Web {
    /// For hosts that the operator opened.
    open: Agent,
    /// For all others.
    guarded: Agent,
    guard: Guard,
    turns: Turns,
    robots: RobotsCache,
    /// When a host with a `Crawl-delay` may be asked next.
    rests: Mutex<HashMap<String, Instant>>,
    /// Until when a host has had enough of us (429), whatever we ask it for.
    enough: Mutex<HashMap<String, Instant>>,
    settings: CollectSettings,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// A feed.
    Feed,
    /// A sitemap, or an index of sitemaps.
    Sitemap,
    /// A page, which robots.txt may keep us from.
    Page,
    /// A robots.txt.
    Robots,
}

/// What a server answered.
#[derive(Debug)]
pub enum Answer {
    /// Nothing changed since what is remembered.
    Unchanged,
    /// The document.
    Document(Box<Found>),
}

/// A document that a server gave.
#[derive(Debug)]
pub struct Found {
    /// The document; its URL is the one after redirects.
    pub document: Document,
    /// What to say in the next request.
    pub validators: Validators,
    /// What ended it before its end: then these are the octets before. Whoever reads them tells it as a problem.
    pub wound: Option<String>,
}

impl Web {
    /// `agent` is the `User-Agent` that servers see.
    #[must_use]
    pub fn new(agent: &str, settings: &CollectSettings) -> Self {
        Self::with_names(agent, settings, &system_names())
    }

    /// With a resolver of one's own.
    fn with_names(agent: &str, settings: &CollectSettings, names: &Names) -> Self {
        let idle = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let config = Agent::config_builder()
            .user_agent(agent)
            .proxy(None)
            // The way is ours to follow: each step is judged
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_response_header_size(words::MAX_HEAD)
            .timeout_resolve(Some(settings.connect_timeout))
            .timeout_connect(Some(settings.connect_timeout))
            .timeout_send_request(Some(settings.first_byte_timeout))
            .timeout_recv_response(Some(settings.first_byte_timeout))
            .output_buffer_size(16 << 10)
            .max_idle_connections(idle(settings.connections))
            .max_idle_connections_per_host(idle(settings.connections_per_host))
            .build();
        let guard = Guard::new(&settings.allow_hosts);
        let connected =
            |resolver| Agent::with_parts(config.clone(), DefaultConnector::default(), resolver);
        Self {
            open: connected(Guarded::openly(names.clone())),
            guarded: connected(Guarded::strictly(names.clone(), guard.clone())),
            guard,
            turns: Turns::new(settings.connections_per_host, turns::patience(settings)),
            robots: RobotsCache::default(),
            rests: Mutex::default(),
            enough: Mutex::default(),
            settings: settings.clone(),
        }
    }

    /// Gets what the operator declared, unless it is still what `memory` knows. Where it has moved for good it is asked for
    /// there, and here again once it isn't found there any more; `memory` follows.
    ///
    /// # Errors
    /// Where the server can't be reached in time, answers with something else, or with too much.
    pub fn get(
        &self,
        declared: &Url,
        want: Want,
        memory: &mut Memory,
    ) -> Result<Answer, CollectError> {
        let at_new_place = memory.moved_to.clone().map(|moved| {
            (
                self.fetch(&moved, want, declared, &memory.validators),
                moved,
            )
        });
        let (answer, moved_to) = match at_new_place {
            Some((Ok((answer, further)), moved)) => (answer, further.or(Some(moved))),
            Some((Err(error), _)) => self
                .fetch(declared, want, declared, &memory.validators)
                .map_err(|_| error)?,
            None => self.fetch(declared, want, declared, &memory.validators)?,
        };
        memory.moved_to = moved_to;
        if let Answer::Document(found) = &answer {
            memory.validators = found.validators.clone();
        }
        Ok(answer)
    }

    /// Gets what a source links to, or names in some other way: it may lead only to the public internet, to what the
    /// operator allowed, and to where `declared` is itself.
    ///
    /// # Errors
    /// Where the server can't be reached in time, answers with something else, or with too much; where robots.txt keeps us
    /// from a page; where a source may not send us.
    pub fn get_linked(
        &self,
        url: &Url,
        want: Want,
        declared: &Url,
        validators: &Validators,
    ) -> Result<Answer, CollectError> {
        self.fetch(url, want, declared, validators)
            .map(|(answer, _)| answer)
    }

    /// Ends what is under way, soon; what is asked for from now on fails.
    pub fn stop(&self) {
        self.turns.stop();
        self.open.clone().shutdown();
        self.guarded.clone().shutdown();
    }
}

impl Want {
    /// What we would take, in the order in which we like it.
    fn accept(self) -> &'static str {
        match self {
            Self::Feed => {
                "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, \
                 application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
            }
            Self::Sitemap => {
                "application/xml, text/xml, application/gzip;q=0.9, text/plain;q=0.5, */*;q=0.1"
            }
            Self::Page => "text/html, application/xhtml+xml, application/xml;q=0.5, */*;q=0.1",
            Self::Robots => "text/plain, */*;q=0.1",
        }
    }
}

impl fmt::Debug for Web {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Web")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
