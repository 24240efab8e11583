//! The clerk of one connection: knows what a reply means for the mail, for the recipient, and for the relay.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use chrono::Utc;

use super::{
    desk::Desk,
    engine::{DeliverError, Shared},
    relay::{Phase, Relay, Route},
    reply::{Reply, Ruling, Standing, Verdict},
    work::Work,
};
use crate::{
    domain::{Address, InDoubt, IssueId},
    store::{Member, Outcome, Suppression, SuppressionReason},
};

/// A refusal, as the relay's standing remembers it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Refused {
    pub issue: IssueId,
    pub member: Member,
    pub address: Address,
    pub words: String,
}

/// What a refusal comes to.
pub(super) enum Came {
    /// The delivery is settled, for now.
    To(Outcome),
    /// The connection goes away, and the mail goes again over another.
    ToNothing(String),
}

#[derive(Clone, Copy)]
pub(super) struct Clerk<'a> {
    pub shared: &'a Shared<'a>,
    pub route: &'a Route,
    pub relay: &'a dyn Relay,
    pub desk: &'a Desk,
    pub standing: &'a Mutex<Standing<Refused>>,
}

impl Clerk<'_> {
    fn standing(&self) -> MutexGuard<'_, Standing<Refused>> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The relay took a mail, so it tells one recipient from another: those whom it called unknown are suppressed.
    pub fn took_one(&self) -> Result<(), DeliverError> {
        self.desk.took_one();
        let unknown = self.standing().took();
        for refused in unknown {
            self.shared.job.store.suppress(&Suppression {
                address: self.shared.job.keys.address_hash(&refused.address),
                edition: None,
                reason: SuppressionReason::HardBounce,
                evidence: refused.words,
                at: Utc::now(),
            })?;
        }
        Ok(())
    }

    /// The relay said no.
    pub fn refused(
        &self,
        work: &mut Work,
        member: Member,
        to: &Address,
        phase: Phase,
        reply: &Reply,
    ) -> Came {
        let (code, text) = (reply.code, reply.to_string());
        let retry = &self.shared.job.settings.retry;
        let issue = work.claimed.claim.issue.clone();
        let refused = Refused {
            issue: issue.clone(),
            member,
            address: to.clone(),
            words: text.clone(),
        };
        if let Ruling::Stop { again } = self.standing().refused(refused, phase, reply) {
            self.leave(&format!("it refuses us, not the recipients: {text}"));
            for earlier in again
                .into_iter()
                .filter(|refused| refused.issue == issue && refused.member != member)
            {
                let outcome = work.defer(earlier.member, retry, code, earlier.words);
                work.outcomes.push((earlier.member, outcome));
            }
            return Came::To(work.defer(member, retry, code, text));
        }
        if reply.slows() {
            self.desk.pushed_back(Instant::now());
        }
        match Verdict::of(phase, reply) {
            Verdict::Rejected { .. } => Came::To(Outcome::Rejected { code, text }),
            Verdict::Deferred | Verdict::Policy | Verdict::Relay => {
                Came::To(work.defer(member, retry, code, text))
            }
            Verdict::Closing => Came::ToNothing(text),
        }
    }

    /// A mail that may have been taken: by the edition's policy held, or mailed once more.
    pub fn doubt(&self, work: &mut Work, member: Member, reason: String) -> Outcome {
        let policy = (self.shared.job.in_doubt)(&work.claimed.claim.issue);
        if policy == InDoubt::Resend && !work.claimed.resend {
            let text = format!("in doubt, mailed once more: {reason}");
            return work.resend(member, &self.shared.job.settings.retry, text);
        }
        Outcome::InDoubt { text: reason }
    }

    /// Waits after a failure of what was begun at `since`, or leaves the relay.
    pub fn back_off(&self, since: Instant, reason: &str) {
        match self.desk.failed(since) {
            Some(wait) => {
                tracing::info!(
                    "{}: {reason}; trying again in {} s",
                    self.relay.name(),
                    wait.as_secs()
                );
                self.shared.job.stop.sleep(wait);
            }
            None => self.leave(reason),
        }
    }

    /// Leaves the relay for this run.
    pub fn leave(&self, reason: &str) {
        self.shared
            .stop_relay(self.desk, &self.relay.name(), reason);
    }
}
