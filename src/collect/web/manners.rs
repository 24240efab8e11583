//! What comes before a request: a site's leave, a rest, a turn.

use std::{
    sync::PoisonError,
    thread,
    time::{Duration, Instant},
};

use url::Url;

use super::{
    super::{CollectError, Validators},
    Answer, Want, Web,
    exchange::{Asked, unreachable},
    turns::{NoTurn, Turn, host},
};

/// How long a host is left alone that has had enough of us, and doesn't say for how long.
const A_WHILE: Duration = Duration::from_mins(1);
const A_DAY: Duration = Duration::from_hours(24);

impl Web {
    /// The leave of a page's site, by its robots.txt, and how long to rest before. The time that robots.txt takes isn't the
    /// page's.
    pub(super) fn leave(
        &self,
        at: &Url,
        asked: &Asked<'_>,
        deadline: &mut Instant,
    ) -> Result<Duration, CollectError> {
        use crate::domain::Robots;
        if asked.want != Want::Page || self.settings.robots == Robots::Ignored {
            return Ok(Duration::ZERO);
        }
        let begun = Instant::now();
        let rest = self.robots.may(at, |place| {
            let nothing = Validators::default();
            let (answer, _) = self.fetch(place, Want::Robots, asked.declared, &nothing)?;
            Ok(match answer {
                Answer::Document(found) => found.document.bytes,
                Answer::Unchanged => Vec::new(),
            })
        });
        *deadline += begun.elapsed();
        rest
    }

    pub(super) fn turn(
        &self,
        at: &Url,
        asked: &Asked<'_>,
        deadline: Instant,
    ) -> Result<Turn<'_>, CollectError> {
        let host = host(at);
        self.turns.take(&host, deadline).map_err(|error| {
            let message = match error {
                NoTurn::Late => format!(
                    "its turn at {host} didn't come within {:?} (`timeout`), others of our requests took so long \
                     (`connections_per_host`)",
                    self.settings.timeout
                ),
                NoTurn::Stopped => "the run was ended".to_owned(),
            };
            unreachable(asked.url, message)
        })
    }

    /// Whether the host has said in this run that it has had enough of us: then it isn't asked for anything else either.
    pub(super) fn had_enough(&self, at: &Url, asked: &Asked<'_>) -> Result<(), CollectError> {
        let enough = self.enough.lock().unwrap_or_else(PoisonError::into_inner);
        let left = enough
            .get(&host(at))
            .map(|until| until.saturating_duration_since(Instant::now()))
            .filter(|left| !left.is_zero());
        match left {
            Some(left) => Err(CollectError::Status {
                url: Box::new(asked.url.clone()),
                status: 429,
                retry_after: Some(left),
            }),
            None => Ok(()),
        }
    }

    /// Rests until the host may be asked again, which has a `Crawl-delay` of `rest`; gives the time that it took.
    pub(super) fn rest(&self, at: &Url, rest: Duration) -> Duration {
        if rest.is_zero() {
            return rest;
        }
        let begun = Instant::now();
        let until = {
            let mut rests = self.rests.lock().unwrap_or_else(PoisonError::into_inner);
            let next = rests.entry(host(at)).or_insert(begun);
            let until = (*next).max(begun);
            *next = until + rest;
            until
        };
        while Instant::now() < until && !self.turns.stopped() {
            let left = until.saturating_duration_since(Instant::now());
            thread::sleep(left.min(Duration::from_millis(50)));
        }
        begun.elapsed()
    }

    /// The host says that it has had enough of us, for so long.
    pub(super) fn leave_alone(&self, at: &Url, wait: Option<Duration>) {
        let until = Instant::now() + wait.unwrap_or(A_WHILE).min(A_DAY);
        let mut enough = self.enough.lock().unwrap_or_else(PoisonError::into_inner);
        enough.insert(host(at), until);
    }
}
