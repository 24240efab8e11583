//! What wakes those who wait: the wish that the run ends, or news that there may be work.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

#[derive(Debug, Default)]
struct State {
    stop_by: Option<Instant>,
    rung: u64,
}

/// Whether a run is to end, and until when its sessions may still wait for an answer: shared by all of them, set once.
///
/// It is also the bell that wakes connections without work, so that they wait for one thing only.
#[derive(Debug, Clone, Default)]
pub struct StopBy(Arc<(Mutex<State>, Condvar)>);

impl StopBy {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the run to end. Sessions that wait, wherever they are, give up at that time. The first call decides.
    pub fn set(&self, at: Instant) {
        self.state().stop_by.get_or_insert(at);
        self.ring();
    }

    /// Whether the run is to end.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.state().stop_by.is_some()
    }

    /// Whether the time is over in which sessions may still wait.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.state().stop_by.is_some_and(|at| Instant::now() >= at)
    }

    /// Wakes all who wait: there may be something to do.
    pub fn ring(&self) {
        self.state().rung += 1;
        self.0.1.notify_all();
    }

    /// How often it has rung.
    #[must_use]
    pub fn rung(&self) -> u64 {
        self.state().rung
    }

    /// Waits until it has rung more often than `heard`, the run is to end, or `time` is over.
    pub fn wait(&self, heard: u64, time: Duration) {
        self.wait_while(time, |state| state.rung <= heard);
    }

    /// Sleeps, but not past the wish that the run ends.
    pub fn sleep(&self, time: Duration) {
        self.wait_while(time, |_| true);
    }

    fn wait_while(&self, time: Duration, asleep: impl Fn(&State) -> bool) {
        let state = self.state();
        let _ = self
            .0
            .1
            .wait_timeout_while(state, time, |state| {
                state.stop_by.is_none() && asleep(state)
            })
            .unwrap_or_else(PoisonError::into_inner);
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    fn takes_long(what: impl FnOnce()) -> bool {
        let since = Instant::now();
        what();
        since.elapsed() > LONG / 2
    }

    #[test]
    fn what_rang_before_the_wait_is_not_missed() {
        let bell = StopBy::default();
        let heard = bell.rung();
        bell.ring();
        assert!(!takes_long(|| bell.wait(heard, LONG)));
    }

    #[test]
    fn the_wish_to_end_wakes_sleepers_and_the_first_one_decides() {
        let stop = StopBy::default();
        let sleeper = stop.clone();
        let thread = thread::spawn(move || sleeper.sleep(LONG));
        stop.set(Instant::now() + LONG);
        stop.set(Instant::now());
        assert!(!takes_long(|| thread.join().unwrap_or_default()));
        assert!(stop.is_set() && !stop.is_over());
    }
}
