//! Taking turns at a host: so many at once, and no more.
//!
//! A turn that takes long is lent: after `patience` the next may begin, though the first goes on. So what hangs at a host
//! never holds up what doesn't.

use std::{
    collections::HashMap,
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use url::Url;

use crate::domain::CollectSettings;

/// How many lent turns a host sees beside those that are its limit.
const LENT: usize = 16;

/// Turns at every host.
#[derive(Debug)]
pub struct Turns {
    at_once: usize,
    patience: Duration,
    hosts: Mutex<HashMap<String, Vec<Taken>>>,
    ended: Condvar,
    stopped: AtomicBool,
}

#[derive(Debug)]
struct Taken {
    number: u64,
    since: Instant,
}

/// A turn; it ends when this is dropped.
#[derive(Debug)]
pub struct Turn<'a> {
    turns: &'a Turns,
    host: String,
    number: u64,
}

/// Why there was no turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTurn {
    /// Others had it for all the time.
    Late,
    /// The run is being ended.
    Stopped,
}

impl Turns {
    /// `at_once` turns at a host; each is lent after `patience`.
    #[must_use]
    pub fn new(at_once: u32, patience: Duration) -> Self {
        Self {
            at_once: usize::try_from(at_once).unwrap_or(usize::MAX).max(1),
            patience,
            hosts: Mutex::default(),
            ended: Condvar::new(),
            stopped: AtomicBool::new(false),
        }
    }

    /// Waits for a turn at `host`, until `deadline`.
    ///
    /// # Errors
    /// Where none came.
    pub fn take(&self, host: &str, deadline: Instant) -> Result<Turn<'_>, NoTurn> {
        let mut hosts = self.lock();
        loop {
            if self.stopped() {
                return Err(NoTurn::Stopped);
            }
            let now = Instant::now();
            let wait = match self.take_now(&mut hosts, host, now) {
                Ok(turn) => return Ok(turn),
                Err(free_at) => free_at.unwrap_or(deadline).min(deadline),
            };
            let wait = wait.saturating_duration_since(now);
            if now >= deadline {
                return Err(NoTurn::Late);
            }
            hosts = self
                .ended
                .wait_timeout(hosts, wait.max(Duration::from_millis(1)))
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// A turn at `host`, if one is free now.
    pub fn try_take(&self, host: &str) -> Option<Turn<'_>> {
        self.take_now(&mut self.lock(), host, Instant::now()).ok()
    }

    /// The turn, or when the next one is lent.
    fn take_now(
        &self,
        hosts: &mut HashMap<String, Vec<Taken>>,
        host: &str,
        now: Instant,
    ) -> Result<Turn<'_>, Option<Instant>> {
        let taken = hosts.entry(host.to_owned()).or_default();
        let lent_at = |turn: &Taken| turn.since + self.patience;
        let kept = taken.iter().filter(|turn| lent_at(turn) > now);
        if kept.clone().count() >= self.at_once || taken.len() >= self.at_once + LENT {
            return Err(kept.map(lent_at).min());
        }
        let number = taken.last().map_or(0, |last| last.number + 1);
        taken.push(Taken { number, since: now });
        Ok(Turn {
            turns: self,
            host: host.to_owned(),
            number,
        })
    }

    /// Waits until some turn ends, for at most `longest`.
    pub fn wait(&self, longest: Duration) {
        let _ = self.ended.wait_timeout(self.lock(), longest);
    }

    /// No more turns: whoever waits for one goes home.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        let _hosts = self.lock();
        self.ended.notify_all();
    }

    /// Whether [`Turns::stop`] was called.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<Taken>>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut hosts = self.turns.lock();
        if let Some(taken) = hosts.get_mut(&self.host) {
            taken.retain(|turn| turn.number != self.number);
            if taken.is_empty() {
                hosts.remove(&self.host);
            }
        }
        self.turns.ended.notify_all();
    }
}

/// How long a turn takes before it is lent: a tenth of what a server may take. So what hangs is overtaken soon, and what is
/// only slow hardly.
#[must_use]
pub fn patience(settings: &CollectSettings) -> Duration {
    settings.first_byte_timeout.min(settings.timeout) / 10
}

/// Whose turn it is: a URL's host, with the port where it isn't the usual one. `http` and `https` are one.
#[must_use]
pub fn host(url: &Url) -> String {
    let name = url.host_str().unwrap_or_default();
    let name = name.strip_suffix('.').unwrap_or(name);
    match url.port() {
        Some(port) if ![80, 443].contains(&port) => format!("{name}:{port}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(50)
    }

    #[test]
    fn a_turn_is_for_one_and_ends_when_it_is_dropped() {
        let turns = Turns::new(1, Duration::from_mins(1));
        let first = turns.take("a", soon()).unwrap();
        assert!(turns.try_take("a").is_none());
        assert_eq!(turns.take("a", soon()).unwrap_err(), NoTurn::Late);
        assert!(turns.try_take("b").is_some());
        drop(first);
        assert!(turns.try_take("a").is_some());
    }

    #[test]
    fn a_long_turn_is_lent_once() {
        let turns = Turns::new(1, Duration::from_millis(20));
        let _first = turns.take("a", soon()).unwrap();
        assert!(turns.try_take("a").is_none());
        let _second = turns.take("a", soon()).unwrap();
        assert!(turns.try_take("a").is_none());
    }

    #[test]
    fn only_so_many_turns_are_lent() {
        let turns = Turns::new(1, Duration::ZERO);
        let all: Vec<_> = std::iter::from_fn(|| turns.try_take("a")).collect();
        assert_eq!(all.len(), 1 + LENT);
    }

    #[test]
    fn who_waits_when_the_run_ends_goes_home() {
        let turns = Turns::new(1, Duration::from_mins(1));
        let _first = turns.take("a", soon()).unwrap();
        std::thread::scope(|scope| {
            let late = Instant::now() + Duration::from_mins(1);
            let turns = &turns;
            let waiting = scope.spawn(move || turns.take("a", late).map(|_| ()));
            std::thread::sleep(Duration::from_millis(20));
            turns.stop();
            assert_eq!(waiting.join().unwrap(), Err(NoTurn::Stopped));
        });
    }

    #[test]
    fn http_and_https_are_one_host_and_another_port_is_another() {
        let of = |text| host(&Url::parse(text).unwrap());
        assert_eq!(of("http://A.example./x"), "a.example");
        assert_eq!(of("https://a.example/"), "a.example");
        assert_eq!(of("https://a.example:8443/"), "a.example:8443");
    }
}
