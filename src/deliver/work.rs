//! What was done in a chunk since its last commit.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};

use super::lease::Kept;
use crate::store::{Claimed, Forward, Member, Outcome};

/// What was done in a chunk since its last commit.
pub(super) struct Work {
    pub claimed: Claimed,
    pub kept: Arc<Kept>,
    /// Members below are settled.
    pub done: usize,
    pub outcomes: Vec<(Member, Outcome)>,
    pub forward: Vec<Forward>,
}

impl Work {
    pub fn new(claimed: Claimed, kept: Arc<Kept>) -> Self {
        Self {
            done: claimed.done_n,
            kept,
            outcomes: Vec::new(),
            forward: Vec::new(),
            claimed,
        }
    }

    /// Plans a member again for later, as `retry` has it.
    pub fn defer(
        &mut self,
        member: Member,
        retry: &[Duration],
        code: u16,
        text: String,
    ) -> Outcome {
        let attempt = self.claimed.attempt + 1;
        let not_before = self.next_try(attempt, retry);
        self.forward(member, Some(not_before), attempt, self.claimed.resend);
        Outcome::Deferred { code, text }
    }

    /// Plans a member again at once: what happened to it was no attempt.
    pub fn defer_at_once(&mut self, member: Member, text: String) -> Outcome {
        self.forward(member, None, self.claimed.attempt, self.claimed.resend);
        Outcome::Deferred { code: 0, text }
    }

    /// Plans a member in doubt for a second mail, the same bytes.
    pub fn resend(&mut self, member: Member, retry: &[Duration], text: String) -> Outcome {
        let not_before = self.next_try(1, retry);
        self.forward(member, Some(not_before), self.claimed.attempt, true);
        Outcome::Deferred { code: 0, text }
    }

    /// When a member is tried again: a fifth sooner or later than the schedule says, so that not all come back at once.
    fn next_try(&self, attempt: u32, retry: &[Duration]) -> DateTime<Utc> {
        let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
        let wait = retry
            .get(index)
            .or(retry.last())
            .copied()
            .unwrap_or(Duration::from_mins(5));
        let spread = 80 + u32::try_from(self.claimed.claim.chunk.rem_euclid(41)).unwrap_or(20);
        Utc::now() + TimeDelta::from_std(wait * spread / 100).unwrap_or(TimeDelta::minutes(5))
    }

    /// Moves a member to a new chunk, with others that go the same way at this commit.
    fn forward(
        &mut self,
        member: Member,
        not_before: Option<DateTime<Utc>>,
        attempt: u32,
        resend: bool,
    ) {
        let same = |forward: &&mut Forward| {
            forward.attempt == attempt
                && forward.resend == resend
                && forward.not_before.is_some() == not_before.is_some()
        };
        match self.forward.iter_mut().find(same) {
            Some(forward) => forward.members.push(member),
            None => self.forward.push(Forward {
                members: vec![member],
                not_before,
                attempt,
                resend,
            }),
        }
    }
}
