//! The desk of one relay: whether it can be used, shared by the connections to it.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};

use super::crew::Crew;

/// How often a relay may fail, with nothing taken in between, before it is left for this run.
const PATIENCE: u32 = 4;

#[derive(Debug)]
struct State {
    failures: u32,
    failed_at: Option<Instant>,
    stopped: Option<String>,
    rests_until: Option<DateTime<Utc>>,
    /// How many mails it was given.
    given: u64,
    crew: Crew,
}

/// Whether a relay can be used, and by how many connections.
#[derive(Debug)]
pub struct Desk {
    /// Its share of the mails beside others.
    pub weight: Option<u32>,
    state: Mutex<State>,
}

impl Desk {
    /// The desk of a relay that at most so many connections go to.
    pub fn new(connections: u32, weight: Option<u32>) -> Self {
        Self {
            weight,
            state: Mutex::new(State {
                failures: 0,
                failed_at: None,
                stopped: None,
                rests_until: None,
                given: 0,
                crew: Crew::new(connections),
            }),
        }
    }

    /// Whether the connection at this place, from 0, is useful.
    pub fn wants(&self, place: u32) -> bool {
        place < self.state().crew.useful()
    }

    /// So many mails more were settled. Says whether another connection is useful now.
    pub fn count(&self, mails: usize, now: Instant) -> bool {
        self.state().crew.count(mails, now)
    }

    /// The relay says that it is too much.
    pub fn pushed_back(&self, now: Instant) {
        self.state().crew.pushed_back(now);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why it is left for this run, if it is.
    pub fn stopped(&self) -> Option<String> {
        self.state().stopped.clone()
    }

    /// Until when it takes nothing, because its quota is used up.
    pub fn rests_until(&self) -> Option<DateTime<Utc>> {
        self.state().rests_until.filter(|until| *until > Utc::now())
    }

    /// It takes nothing until then. Says whether that is news.
    pub fn rest(&self, until: DateTime<Utc>) -> bool {
        self.state().rests_until.replace(until) != Some(until)
    }

    /// Whether mail can be given to it.
    pub fn is_usable(&self) -> bool {
        self.stopped().is_none() && self.rests_until().is_none()
    }

    /// It is given so many mails more.
    pub fn give(&self, mails: usize) {
        self.state().given += mails as u64;
    }

    /// How many mails it was given.
    pub fn given(&self) -> u64 {
        self.state().given
    }

    /// Leaves it for this run. Says whether it was in use until now.
    pub fn stop(&self, reason: &str) -> bool {
        let mut state = self.state();
        let first = state.stopped.is_none();
        state.stopped.get_or_insert_with(|| reason.to_owned());
        first
    }

    /// It took a mail: all is well.
    pub fn took_one(&self) {
        self.state().failures = 0;
    }

    /// What was begun at `since` failed for a reason that may pass. Gives how long to wait before the next try, or `None` if the
    /// relay has failed too often. Several connections that fail at once are one failure.
    pub fn failed(&self, since: Instant) -> Option<Duration> {
        let mut state = self.state();
        if state.failed_at.is_none_or(|failed_at| since > failed_at) {
            state.failures += 1;
            state.failed_at = Some(Instant::now());
        }
        (state.failures < PATIENCE)
            .then(|| Duration::from_secs(1 << (2 * state.failures.saturating_sub(1))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_that_keeps_failing_is_left() {
        let desk = Desk::new(1, None);
        let waits: Vec<_> = (0..4)
            .map(|_| desk.failed(Instant::now()).map(|wait| wait.as_secs()))
            .collect();
        assert_eq!(waits, [Some(1), Some(4), Some(16), None]);
    }

    #[test]
    fn connections_that_fail_at_once_are_one_failure() {
        let desk = Desk::new(1, None);
        let since = Instant::now();
        for _ in 0..9 {
            assert_eq!(desk.failed(since), Some(Duration::from_secs(1)));
        }
    }

    #[test]
    fn a_mail_taken_makes_up_for_failures() {
        let desk = Desk::new(1, None);
        for _ in 0..9 {
            assert!(desk.failed(Instant::now()).is_some());
            desk.took_one();
        }
    }
}
