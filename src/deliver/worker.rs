//! One connection to a relay, and the chunk that it works on.

use std::time::{Duration, Instant};

use chrono::Utc;

use super::{
    clerk::Clerk,
    crash,
    engine::DeliverError,
    hand::{Hand, Handed},
    journal,
    lease::lease_until,
    pace::{self, Pace},
    relay::Session,
    work::Work,
};
use crate::{
    domain::SubscriptionNumber,
    store::{Advance, Claimed, IssueState, Then},
};

/// The time that the mails of one micro-batch should take together.
const BATCH_TIME: Duration = Duration::from_secs(2);

pub(super) struct Worker<'a> {
    clerk: Clerk<'a>,
    /// Its place among the connections to its relay, from 0.
    place: u32,
    session: Option<Open>,
    batch: usize,
}

/// A session, since when it is open, and how many mails it has had.
struct Open {
    session: Box<dyn Session>,
    since: Instant,
    mails: usize,
}

impl<'a> Worker<'a> {
    pub fn new(clerk: Clerk<'a>, place: u32) -> Self {
        Self {
            clerk,
            place,
            session: None,
            batch: 1,
        }
    }

    /// Works until nothing is left to do, the relay is left, or the run is to end.
    pub fn work(mut self) -> Result<(), DeliverError> {
        let shared = self.clerk.shared;
        while self.may_work() {
            let heard = shared.job.stop.rung();
            if let Some(until) = self.clerk.desk.rests_until() {
                self.say_goodbye();
                let wait = (until - Utc::now()).to_std().unwrap_or_default();
                if wait > shared.patience() {
                    break;
                }
                shared.job.stop.sleep(wait);
                continue;
            }
            let (wanted, turn) = (
                self.clerk.desk.wants(self.place),
                pace::is_its_turn(self.clerk.desk, &shared.desks),
            );
            let claimed = if wanted && turn { self.claim()? } else { None };
            if !wanted {
                self.say_goodbye();
            }
            match claimed {
                Some(claimed) => self.work_on(claimed)?,
                None if shared.wait_for_work(heard, !(wanted && turn))? => {}
                None => break,
            }
        }
        self.say_goodbye();
        Ok(())
    }

    fn may_work(&self) -> bool {
        !self.clerk.shared.job.stop.is_set() && self.clerk.desk.stopped().is_none()
    }

    fn say_goodbye(&mut self) {
        if let Some(mut open) = self.session.take() {
            open.session.quit();
        }
    }

    fn claim(&self) -> Result<Option<(Claimed, Instant)>, DeliverError> {
        let shared = self.clerk.shared;
        let job = shared.job;
        let since = Instant::now();
        let dead = journal::dead(job.journals, job.store.owners()?);
        let until = lease_until(job.settings.lease);
        let owner = shared.journal.owner();
        let claimed = job
            .store
            .claim(owner, &dead, Utc::now(), until, shared.plan_time())?;
        Ok(claimed.map(|claimed| (claimed, since)))
    }

    fn work_on(&mut self, (claimed, since): (Claimed, Instant)) -> Result<(), DeliverError> {
        let shared = self.clerk.shared;
        let kept = shared.leases.keep(&claimed.claim, since);
        let claim = claimed.claim.clone();
        let result = shared
            .journal
            .claimed(claim.chunk, claim.epoch)
            .map_err(DeliverError::Journal)
            .and_then(|()| self.work_through(&mut Work::new(claimed, kept)));
        shared.leases.drop_claim(&claim);
        shared.job.stop.ring();
        result
    }

    fn work_through(&mut self, work: &mut Work) -> Result<(), DeliverError> {
        crash::settle_what_it_left(self.clerk, work);
        let recipients = self
            .clerk
            .shared
            .job
            .store
            .recipients(&work.claimed.members)?;
        let count = work.claimed.members.len();
        while work.done < count {
            // A connection first: a relay that can't be reached costs no doubt.
            if !self.clerk.desk.wants(self.place) || self.is_paused(work)? || !self.connected() {
                return self.release(work);
            }
            let from = work.done;
            let upto = (from + self.batch).min(count);
            let end = match pace::allowed(self.clerk, &recipients, from, upto)? {
                Pace::Go(mails) => from + mails,
                Pace::Soon(wait) => {
                    self.clerk.shared.job.stop.sleep(wait);
                    if self.may_work() {
                        continue;
                    }
                    return self.release(work);
                }
                Pace::NotBefore(not_before) => {
                    return self
                        .commit(work, 0, Then::Release { not_before })
                        .map(|_| ());
                }
                Pace::NotHere => return self.release(work),
            };
            self.clerk.desk.give(end - from);
            let Some(barred) = self.commit(work, end - from, Then::Continue)? else {
                return Ok(());
            };
            let began = Instant::now();
            let mut hand = Hand::new(self.clerk, work, &recipients, &barred, end);
            if let Some(open) = &mut self.session {
                open.session.send(&mut hand);
                open.mails += end - from;
            }
            let Handed { lost, failure } = hand.put_down();
            if let Some(failure) = failure {
                // What is known is recorded, if it can be.
                let _ = self.release(work);
                return Err(failure);
            }
            self.fit_batch(work.done - from, began.elapsed());
            if self.clerk.desk.count(work.done - from, Instant::now()) {
                self.clerk.shared.job.stop.ring();
            }
            if let Some(reason) = lost {
                self.clerk.back_off(began, &reason);
            }
        }
        self.commit(work, 0, Then::Finish).map(|_| ())
    }

    /// Whether the operator wants nothing of the issue to go for now.
    fn is_paused(&self, work: &Work) -> Result<bool, DeliverError> {
        let issue = self
            .clerk
            .shared
            .job
            .store
            .issue(&work.claimed.claim.issue)?;
        Ok(issue.is_some_and(|row| row.state == IssueState::Paused))
    }

    /// Gives the chunk back for others.
    fn release(&self, work: &mut Work) -> Result<(), DeliverError> {
        let not_before = Utc::now();
        self.commit(work, 0, Then::Release { not_before })
            .map(|_| ())
    }

    /// The size of the next micro-batch: twice the last, as long as it takes no more than its time.
    fn fit_batch(&mut self, mails: usize, took: Duration) {
        let each = took / u32::try_from(mails.max(1)).unwrap_or(1);
        let fits = BATCH_TIME
            .as_micros()
            .checked_div(each.as_micros())
            .unwrap_or(u128::MAX);
        let fits = usize::try_from(fits).unwrap_or(usize::MAX);
        self.batch = (self.batch * 2)
            .min(fits)
            .clamp(1, self.clerk.shared.job.settings.micro_batch.max(1));
    }

    /// Records what was done since the last commit, and declares the `next` members. Gives those of them who must not be mailed
    /// any more, or `None` if the chunk isn't ours any more.
    fn commit(
        &self,
        work: &mut Work,
        next: usize,
        then: Then,
    ) -> Result<Option<Vec<(SubscriptionNumber, String)>>, DeliverError> {
        let job = self.clerk.shared.job;
        let since = Instant::now();
        let barred = job.store.advance(&Advance {
            claim: &work.claimed.claim,
            outcomes: &work.outcomes,
            forward: &work.forward,
            done_n: work.done,
            intent_n: work.done + next,
            next: &work.claimed.members[work.done..work.done + next],
            lease_until: lease_until(job.settings.lease),
            now: Utc::now(),
            then,
        })?;
        if barred.is_some() {
            work.kept.renewed(since);
        } else {
            // Somebody else has it, and holds these for doubtful: we know better.
            job.store
                .report_late(&work.claimed.claim.issue, &work.outcomes, Utc::now())?;
        }
        work.outcomes.clear();
        work.forward.clear();
        Ok(barred)
    }

    /// Makes sure that there is a connection. Says `false` if the relay is left, or the run is to end.
    fn connected(&mut self) -> bool {
        let renew = &self.clerk.shared.job.settings.renew;
        if let Some(open) = &self.session {
            if open.session.is_open()
                && open.mails < renew.mails
                && open.since.elapsed() < renew.time
            {
                return self.may_work();
            }
            self.say_goodbye();
        }
        while self.may_work() {
            let since = Instant::now();
            match self.clerk.relay.connect() {
                Ok(session) => {
                    self.session = Some(Open {
                        session,
                        since,
                        mails: 0,
                    });
                    return true;
                }
                Err(error) => {
                    let reason = match error.hint() {
                        Some(hint) => format!("{error}\n  {hint}"),
                        None => error.to_string(),
                    };
                    self.clerk.desk.pushed_back(since);
                    if error.is_transient() {
                        self.clerk.back_off(since, &reason);
                    } else {
                        self.clerk.leave(&reason);
                    }
                }
            }
        }
        false
    }
}
