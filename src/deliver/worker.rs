//! One connection to a relay, and the chunk that it works on.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    desk::Desk,
    engine::{DeliverError, Shared},
    journal::{self, At, Notes},
    lease::{Kept, lease_until},
    relay::{Envelope, Phase, Relay, SendError, Session},
    reply::{Reply, Ruling, Standing, Verdict},
};
use crate::{
    domain::{Address, InDoubt, IssueId, Subscription},
    store::{Advance, Claimed, Forward, Member, Outcome, Suppression, SuppressionReason, Then},
};

/// The time that the mails of one micro-batch should take together.
const BATCH_TIME: Duration = Duration::from_secs(2);

pub(super) struct Worker<'a> {
    shared: &'a Shared<'a>,
    relay: &'a dyn Relay,
    desk: &'a Desk,
    standing: &'a Mutex<Standing<Refused>>,
    session: Option<Box<dyn Session>>,
    batch: usize,
}

/// A refusal, as the relay's standing remembers it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Refused {
    issue: IssueId,
    member: Member,
    address: Address,
    words: String,
}

/// What was done in a chunk since its last commit.
struct Work {
    claimed: Claimed,
    kept: Arc<Kept>,
    /// Members below are settled.
    done: usize,
    outcomes: Vec<(Member, Outcome)>,
    forward: Vec<Forward>,
}

impl Work {
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

/// How a mail went.
enum Went {
    /// It is settled, for now.
    Settled(Outcome),
    /// It can't have been taken, and the connection is gone.
    Lost(String),
}

impl<'a> Worker<'a> {
    pub fn new(
        shared: &'a Shared<'a>,
        relay: &'a dyn Relay,
        desk: &'a Desk,
        standing: &'a Mutex<Standing<Refused>>,
    ) -> Self {
        Self {
            shared,
            relay,
            desk,
            standing,
            session: None,
            batch: 1,
        }
    }

    /// Works until nothing is left to do, the relay is left, or the run is to end.
    pub fn work(mut self) -> Result<(), DeliverError> {
        while !self.shared.stopping() && self.desk.stopped().is_none() {
            match self.claim()? {
                Some(claimed) => self.work_on(claimed)?,
                None if self.shared.wait_for_work()? => {}
                None => break,
            }
        }
        if let Some(mut session) = self.session.take() {
            session.quit();
        }
        Ok(())
    }

    fn claim(&self) -> Result<Option<(Claimed, Instant)>, DeliverError> {
        let job = self.shared.job;
        let since = Instant::now();
        let dead = journal::dead(job.journals, job.store.owners()?);
        let until = lease_until(job.settings.lease);
        let owner = self.shared.journal.owner();
        let claimed = job
            .store
            .claim(owner, &dead, Utc::now(), until, self.shared.plan_time())?;
        Ok(claimed.map(|claimed| (claimed, since)))
    }

    fn work_on(&mut self, (claimed, since): (Claimed, Instant)) -> Result<(), DeliverError> {
        let shared = self.shared;
        let kept = shared.leases.keep(&claimed.claim, since);
        let claim = claimed.claim.clone();
        let result = shared
            .journal
            .claimed(claim.chunk, claim.epoch)
            .map_err(DeliverError::Journal)
            .and_then(|()| self.work_through(claimed, kept));
        shared.leases.drop_claim(&claim);
        result
    }

    fn work_through(&mut self, claimed: Claimed, kept: Arc<Kept>) -> Result<(), DeliverError> {
        let mut work = Work {
            done: claimed.done_n,
            kept,
            outcomes: Vec::new(),
            forward: Vec::new(),
            claimed,
        };
        self.settle_what_a_crash_left(&mut work);
        let recipients = self.shared.job.store.recipients(&work.claimed.members)?;
        let count = work.claimed.members.len();
        while work.done < count {
            // A connection first: a relay that can't be reached costs no doubt.
            if self.shared.stopping() || !self.connected() {
                return self
                    .commit(
                        &mut work,
                        0,
                        Then::Release {
                            not_before: Utc::now(),
                        },
                    )
                    .map(|_| ());
            }
            let end = (work.done + self.batch).min(count);
            let from = work.done;
            let Some(barred) = self.commit(&mut work, end - from, Then::Continue)? else {
                return Ok(());
            };
            let began = Instant::now();
            for (index, recipient) in recipients.iter().enumerate().take(end).skip(from) {
                let member = work.claimed.members[index];
                let reason = barred
                    .iter()
                    .find(|(number, _)| *number == member.number)
                    .map(|(_, reason)| reason);
                let went = match (reason, recipient) {
                    (Some(reason), _) => Went::Settled(Outcome::Skipped {
                        text: reason.clone(),
                    }),
                    (None, None) => Went::Settled(Outcome::Skipped {
                        text: "not subscribed any more".to_owned(),
                    }),
                    (None, Some(subscription)) => self.hand_over(&mut work, index, subscription)?,
                };
                match went {
                    Went::Settled(outcome) => {
                        self.shared.settled(&outcome);
                        work.outcomes.push((member, outcome));
                        work.done = index + 1;
                    }
                    Went::Lost(reason) => {
                        tracing::info!("{}: {reason}", self.relay.name());
                        break;
                    }
                }
                if self.desk.stopped().is_some() || !work.kept.holds(self.shared.job.settings.lease)
                {
                    break;
                }
            }
            self.fit_batch(work.done - from, began.elapsed());
        }
        self.commit(&mut work, 0, Then::Finish).map(|_| ())
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
            .clamp(1, self.shared.job.settings.micro_batch.max(1));
    }

    /// Records what was done since the last commit, and declares the `next` members. Gives those of them who must not be mailed
    /// any more, or `None` if the chunk isn't ours any more.
    fn commit(
        &self,
        work: &mut Work,
        next: usize,
        then: Then,
    ) -> Result<Option<Vec<(crate::domain::SubscriptionNumber, String)>>, DeliverError> {
        let job = self.shared.job;
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
        if self
            .session
            .as_ref()
            .is_some_and(|session| session.is_open())
        {
            return true;
        }
        self.session = None;
        while !self.shared.stopping() && self.desk.stopped().is_none() {
            let since = Instant::now();
            match self.relay.connect() {
                Ok(session) => {
                    self.session = Some(session);
                    return true;
                }
                Err(error) => {
                    let reason = match error.hint() {
                        Some(hint) => format!("{error}\n  {hint}"),
                        None => error.to_string(),
                    };
                    if error.is_transient() {
                        self.back_off(since, &reason);
                    } else {
                        self.shared
                            .stop_relay(self.desk, &self.relay.name(), &reason);
                    }
                }
            }
        }
        false
    }

    /// Waits after a failure, or leaves the relay.
    fn back_off(&self, since: Instant, reason: &str) {
        match self.desk.failed(since) {
            Some(wait) => {
                tracing::info!(
                    "{}: {reason}; trying again in {} s",
                    self.relay.name(),
                    wait.as_secs()
                );
                self.shared.sleep(wait);
            }
            None => self
                .shared
                .stop_relay(self.desk, &self.relay.name(), reason),
        }
    }

    fn hand_over(
        &mut self,
        work: &mut Work,
        index: usize,
        subscription: &Subscription,
    ) -> Result<Went, DeliverError> {
        let member = work.claimed.members[index];
        let issue = &work.claimed.claim.issue;
        let mail = match self
            .shared
            .job
            .press
            .mail(issue, member.segment, subscription)
        {
            Ok(mail) => mail,
            Err(reason) => {
                self.shared.trouble(format!(
                    "the mail to {}: {reason}",
                    subscription.subscriber.address
                ));
                return Ok(self.defer(work, member, 0, reason));
            }
        };
        if !work.kept.holds(self.shared.job.settings.lease) {
            return Ok(Went::Lost("the claim ran out".to_owned()));
        }
        let Some(session) = &mut self.session else {
            return Ok(Went::Lost("no connection".to_owned()));
        };
        let at = At {
            chunk: work.claimed.claim.chunk,
            epoch: work.claimed.claim.epoch,
            index,
        };
        let since = Instant::now();
        let envelope = Envelope {
            from: &mail.from,
            to: &mail.to,
        };
        let sent = session.send(&envelope, &mail.bytes, &mut || {
            self.shared.journal.ending(at)
        });
        if !session.is_open() {
            self.session = None;
        }
        let went = match sent {
            Ok(reply) => {
                tracing::debug!("{}: {reply}", mail.to);
                self.note_reply(at, &Outcome::Sent)?;
                self.took_one()?;
                Went::Settled(Outcome::Sent)
            }
            Err(SendError::Refused { phase, reply }) => {
                let went = self.refused(work, member, &mail.to, phase, &reply);
                // A connection that goes away took no mail: that is a reply, too.
                let away = Outcome::Deferred {
                    code: reply.code,
                    text: reply.to_string(),
                };
                let outcome = if let Went::Settled(outcome) = &went {
                    outcome
                } else {
                    &away
                };
                self.note_reply(at, outcome)?;
                went
            }
            Err(SendError::NotNoted(error)) => return Err(DeliverError::Journal(error)),
            Err(error @ SendError::Unsent { .. }) => {
                self.back_off(since, &error.to_string());
                Went::Lost(error.to_string())
            }
            Err(SendError::InDoubt(loss)) => {
                self.back_off(since, &loss.to_string());
                self.doubt(work, member, loss.to_string())
            }
        };
        Ok(went)
    }

    fn note_reply(&self, at: At, outcome: &Outcome) -> Result<(), DeliverError> {
        self.shared
            .journal
            .replied(at, outcome)
            .map_err(DeliverError::Journal)
    }

    fn standing(&self) -> MutexGuard<'_, Standing<Refused>> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The relay took a mail, so it tells one recipient from another: those whom it called unknown are suppressed.
    fn took_one(&self) -> Result<(), DeliverError> {
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

    fn refused(
        &self,
        work: &mut Work,
        member: Member,
        to: &Address,
        phase: Phase,
        reply: &Reply,
    ) -> Went {
        let (code, text) = (reply.code, reply.to_string());
        let issue = work.claimed.claim.issue.clone();
        let refused = Refused {
            issue: issue.clone(),
            member,
            address: to.clone(),
            words: text.clone(),
        };
        if let Ruling::Stop { again } = self.standing().refused(refused, phase, reply) {
            self.shared.stop_relay(
                self.desk,
                &self.relay.name(),
                &format!("it refuses us, not the recipients: {text}"),
            );
            for earlier in again
                .into_iter()
                .filter(|refused| refused.issue == issue && refused.member != member)
            {
                if let Went::Settled(outcome) =
                    self.defer(work, earlier.member, code, earlier.words)
                {
                    work.outcomes.push((earlier.member, outcome));
                }
            }
            return self.defer(work, member, code, text);
        }
        match Verdict::of(phase, reply) {
            Verdict::Rejected { .. } => Went::Settled(Outcome::Rejected { code, text }),
            Verdict::Deferred | Verdict::Policy | Verdict::Relay => {
                self.defer(work, member, code, text)
            }
            Verdict::Closing => {
                self.back_off(Instant::now(), &text);
                Went::Lost(text)
            }
        }
    }

    /// Plans a member again for later.
    fn defer(&self, work: &mut Work, member: Member, code: u16, text: String) -> Went {
        let attempt = work.claimed.attempt + 1;
        let not_before = Some(self.next_try(attempt, work));
        work.forward(member, not_before, attempt, work.claimed.resend);
        Went::Settled(Outcome::Deferred { code, text })
    }

    /// When a member is tried again: a fifth sooner or later than the schedule says, so that not all come back at once.
    fn next_try(&self, attempt: u32, work: &Work) -> DateTime<Utc> {
        let retry = &self.shared.job.settings.retry;
        let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
        let wait = retry
            .get(index)
            .or(retry.last())
            .copied()
            .unwrap_or(Duration::from_mins(5));
        let spread = 80 + u32::try_from(work.claimed.claim.chunk.rem_euclid(41)).unwrap_or(20);
        Utc::now() + TimeDelta::from_std(wait * spread / 100).unwrap_or(TimeDelta::minutes(5))
    }

    /// A mail that may have been taken: by the edition's policy held, or mailed once more.
    fn doubt(&self, work: &mut Work, member: Member, reason: String) -> Went {
        let policy = (self.shared.job.in_doubt)(&work.claimed.claim.issue);
        if policy == InDoubt::Resend && !work.claimed.resend {
            let not_before = Some(self.next_try(1, work));
            work.forward(member, not_before, work.claimed.attempt, true);
            return Went::Settled(Outcome::Deferred {
                code: 0,
                text: format!("in doubt, mailed once more: {reason}"),
            });
        }
        Went::Settled(Outcome::InDoubt { text: reason })
    }

    /// Settles the members that a former owner had declared: by its journal if it certainly died in this boot of the machine,
    /// else all of them are in doubt.
    fn settle_what_a_crash_left(&self, work: &mut Work) {
        let (from, to) = (work.claimed.done_n, work.claimed.intent_n);
        if from >= to {
            return;
        }
        let notes = work.claimed.declared_by.clone().and_then(|(owner, epoch)| {
            let notes = Notes::of_the_dead(self.shared.job.journals, &owner)?;
            notes
                .has_claim(work.claimed.claim.chunk, epoch)
                .then_some((notes, epoch))
        });
        for index in from..to {
            let member = work.claimed.members[index];
            let told = notes.as_ref().map(|(notes, epoch)| {
                notes
                    .of(At {
                        chunk: work.claimed.claim.chunk,
                        epoch: *epoch,
                        index,
                    })
                    .map(Option::<&Outcome>::cloned)
            });
            let went = match told {
                // Its end was never written: it is as if it had not been tried.
                Some(None) => {
                    work.forward(member, None, work.claimed.attempt, work.claimed.resend);
                    let text = "a run ended before it was sent".to_owned();
                    Went::Settled(Outcome::Deferred { code: 0, text })
                }
                Some(Some(Some(Outcome::Deferred { code, text }))) => {
                    self.defer(work, member, code, text)
                }
                Some(Some(Some(outcome))) => Went::Settled(outcome),
                Some(Some(None)) => self.doubt(
                    work,
                    member,
                    "its end was written, and no reply came back".to_owned(),
                ),
                None => self.doubt(
                    work,
                    member,
                    "a run ended without a word while it was being sent".to_owned(),
                ),
            };
            if let Went::Settled(outcome) = went {
                if matches!(outcome, Outcome::InDoubt { .. }) {
                    self.shared.settled(&outcome);
                }
                work.outcomes.push((member, outcome));
            }
        }
        work.done = to;
    }
}
