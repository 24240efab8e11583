//! How many connections to a relay are useful: more, as long as more of them bring more; fewer, when the relay says that it is too much.

use std::time::{Duration, Instant};

/// So long is counted, at least, before a rate is believed.
const COUNTED: Duration = Duration::from_millis(250);
/// A rate is better if it is so much of the last one.
const BETTER: f64 = 1.15;
/// After so long without a change, one more is tried.
const TRY_AGAIN: Duration = Duration::from_secs(20);
/// After the relay said that it is too much, none is tried for so long.
const REST: Duration = Duration::from_mins(1);

/// The connections to one relay.
#[derive(Debug)]
pub struct Crew {
    most: u32,
    useful: u32,
    /// The rate, in mails a second, that fewer connections had.
    rate_before: f64,
    counted: usize,
    since: Option<Instant>,
    not_before: Option<Instant>,
}

impl Crew {
    /// A crew of at most so many connections; it begins with one.
    pub fn new(most: u32) -> Self {
        Self {
            most: most.max(1),
            useful: 1,
            rate_before: 0.0,
            counted: 0,
            since: None,
            not_before: None,
        }
    }

    /// How many connections are useful.
    pub fn useful(&self) -> u32 {
        self.useful
    }

    /// So many mails more were settled. Says whether another connection is useful now.
    pub fn count(&mut self, mails: usize, now: Instant) -> bool {
        let since = *self.since.get_or_insert(now);
        self.counted += mails;
        let elapsed = now.saturating_duration_since(since);
        if elapsed < COUNTED || self.counted < 4 * self.useful as usize {
            return false;
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "a rate of more than 2^52 mails a second would be welcome"
        )]
        let rate = self.counted as f64 / elapsed.as_secs_f64();
        (self.counted, self.since) = (0, Some(now));
        if self.useful == self.most || self.not_before.is_some_and(|at| now < at) {
            return false;
        }
        if rate >= self.rate_before * BETTER {
            self.useful = (self.useful * 2).min(self.most);
            self.rate_before = rate;
            return true;
        }
        self.rate_before = 0.0;
        self.not_before = Some(now + TRY_AGAIN);
        false
    }

    /// The relay says that it is too much.
    pub fn pushed_back(&mut self, now: Instant) {
        self.useful = (self.useful / 2).max(1);
        (self.counted, self.since, self.rate_before) = (0, None, 0.0);
        self.not_before = Some(now + REST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lets a relay that takes `rate(connections)` mails a second work for so many seconds.
    fn run(crew: &mut Crew, now: &mut Instant, seconds: u32, rate: impl Fn(u32) -> usize) {
        for _ in 0..seconds * 10 {
            *now += Duration::from_millis(100);
            crew.count(rate(crew.useful()) / 10, *now);
        }
    }

    #[test]
    fn it_grows_while_more_connections_bring_more() {
        let (mut crew, mut now) = (Crew::new(16), Instant::now());
        run(&mut crew, &mut now, 5, |connections| {
            100 * connections as usize
        });
        assert_eq!(crew.useful(), 16);
    }

    #[test]
    fn it_stops_growing_where_the_relay_is_the_limit() {
        let (mut crew, mut now) = (Crew::new(64), Instant::now());
        run(&mut crew, &mut now, 10, |connections| {
            100 * connections.min(4) as usize
        });
        assert!((4..=8).contains(&crew.useful()), "{}", crew.useful());
    }

    #[test]
    fn it_halves_when_it_is_too_much_and_rests() {
        let (mut crew, mut now) = (Crew::new(16), Instant::now());
        let fast = |connections: u32| 100 * connections as usize;
        run(&mut crew, &mut now, 5, fast);
        crew.pushed_back(now);
        run(&mut crew, &mut now, 30, fast);
        assert_eq!(crew.useful(), 8);
        run(&mut crew, &mut now, 60, fast);
        assert_eq!(crew.useful(), 16);
    }

    #[test]
    fn a_few_mails_need_one_connection() {
        let (mut crew, now) = (Crew::new(16), Instant::now());
        assert!(!crew.count(3, now));
        assert_eq!(crew.useful(), 1);
    }
}
