//! A run of delivery: connections that work side by side until nothing is left to do.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Press,
    clerk::Clerk,
    desk::Desk,
    journal::{self, Journal},
    lease::Leases,
    pace,
    relay::{Route, StopBy},
    reply::Standing,
    worker::Worker,
};
use crate::{
    domain::InDoubt,
    keys::Keys,
    store::{Left, Outcome, Store, StoreError},
};

/// How deliveries are made.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long until a deferred mail is tried again: for its first, second, … deferral; the last for all later ones.
    pub retry: Vec<Duration>,
    /// How long a run waits for deferred mails with nothing else to do, before it leaves them to the next run.
    pub wait: Duration,
    /// How long a claim lasts without a sign of life.
    pub lease: Duration,
    /// How many mails may be declared at once: at most this many are in doubt for each connection after a crash.
    pub micro_batch: usize,
    /// When a connection is made anew.
    pub renew: Renew,
}

/// When a connection has served long enough.
#[derive(Debug, Clone)]
pub struct Renew {
    /// After so many mails.
    pub mails: usize,
    /// After so long.
    pub time: Duration,
}

/// All that a run of delivery needs.
pub struct Delivering<'a> {
    /// The ledger.
    pub store: &'a dyn Store,
    /// Hashes the addresses of hard bounces.
    pub keys: &'a Keys,
    /// Makes the mails.
    pub press: &'a dyn Press,
    /// Where mail is handed to.
    pub relays: &'a [Route],
    /// The folder of the journals.
    pub journals: &'a Path,
    /// How.
    pub settings: &'a Settings,
    /// The plan's time when the run began: issues whose deadline it reaches are left.
    pub plan_time: DateTime<Utc>,
    /// What happens to mails in doubt, by issue.
    pub in_doubt: &'a (dyn Fn(&crate::domain::IssueId) -> InDoubt + Sync),
    /// Tells when the run is to end: what is in flight is finished and recorded.
    pub stop: &'a StopBy,
    /// Is told what happens.
    pub watch: &'a (dyn Fn(Event) + Sync),
}

/// What happens in a run.
#[derive(Debug)]
pub enum Event<'a> {
    /// A delivery was settled for now.
    Settled(&'a Outcome),
    /// A relay is left for this run.
    RelayStopped {
        /// Which.
        relay: &'a str,
        /// Why.
        reason: &'a str,
    },
    /// Nothing can be done before this time.
    Waiting(DateTime<Utc>),
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Mails that a relay took.
    pub sent: u64,
    /// Refused for good.
    pub rejected: u64,
    /// Deferred, once for each time.
    pub deferred: u64,
    /// Not to be mailed any more.
    pub skipped: u64,
    /// May have been taken.
    pub in_doubt: u64,
    /// Relays that were left, and why.
    pub stopped: Vec<(String, String)>,
    /// What is left to do.
    pub left: Left,
    /// What an operator should hear of besides.
    pub troubles: Vec<String>,
}

/// What the connections share.
pub(super) struct Shared<'a> {
    pub job: &'a Delivering<'a>,
    pub journal: Journal,
    pub leases: Leases,
    pub report: Mutex<Report>,
    /// One for each relay, in the same order.
    pub desks: Vec<Desk>,
    began: Instant,
}

/// Works on the chunks of the open issues until nothing is left that can be done now, or soon.
///
/// # Errors
/// When the ledger or the journal fails. What was settled before is recorded.
pub fn deliver(job: &Delivering) -> Result<Report, DeliverError> {
    journal::sweep(job.journals, &job.store.owners()?);
    let journal = Journal::create(job.journals).map_err(DeliverError::Journal)?;
    let shared = Shared {
        job,
        journal,
        leases: Leases::default(),
        report: Mutex::default(),
        desks: job
            .relays
            .iter()
            .map(|route| Desk::new(route.connections, route.weight))
            .collect(),
        began: Instant::now(),
    };
    let standings: Vec<_> = job
        .relays
        .iter()
        .map(|_| Mutex::new(Standing::default()))
        .collect();
    let mut failure = None;
    thread::scope(|scope| {
        let heart = scope.spawn(|| shared.leases.beat(job.store, job.settings.lease));
        let mut workers = Vec::new();
        for ((route, desk), standing) in job.relays.iter().zip(&shared.desks).zip(&standings) {
            for place in 0..route.connections {
                let clerk = Clerk {
                    shared: &shared,
                    route,
                    relay: route.relay.as_ref(),
                    desk,
                    standing,
                };
                workers.push(scope.spawn(move || Worker::new(clerk, place).work()));
            }
        }
        for worker in workers {
            match worker.join() {
                Ok(Ok(())) => {}
                Ok(Err(error)) => failure = Some(error),
                Err(_) => failure = Some(DeliverError::Panic),
            }
        }
        shared.leases.end();
        let _ = heart.join();
    });
    let rests = pace::all_rest_until(&shared.desks);
    let mut report = shared
        .report
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = failure {
        return Err(error);
    }
    shared.journal.remove();
    report.left = job.store.left()?;
    // What is free can go when a relay takes mail again.
    report.left.next = report.left.next.max(rests);
    Ok(report)
}

/// Why a run of delivery ended early.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// The ledger failed: nothing more is sent.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal failed: nothing more is sent.
    #[error("writing the journal: {0}")]
    Journal(std::io::Error),
    /// A defect of the program: what was in flight is in doubt, and the next run lists it.
    #[error("a connection's thread panicked; what it had in flight is listed by the next run")]
    Panic,
}

impl Shared<'_> {
    /// For how much longer a run may wait for something with nothing to do.
    pub fn patience(&self) -> Duration {
        self.job.settings.wait.saturating_sub(self.began.elapsed())
    }

    /// The plan's time by now.
    pub fn plan_time(&self) -> DateTime<Utc> {
        self.job.plan_time + TimeDelta::from_std(self.began.elapsed()).unwrap_or_default()
    }

    /// Counts an outcome and tells it.
    pub fn settled(&self, outcome: &Outcome) {
        {
            let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
            *match outcome {
                Outcome::Sent => &mut report.sent,
                Outcome::Rejected { .. } => &mut report.rejected,
                Outcome::Deferred { .. } => &mut report.deferred,
                Outcome::Skipped { .. } => &mut report.skipped,
                Outcome::InDoubt { .. } => &mut report.in_doubt,
            } += 1;
        }
        (self.job.watch)(Event::Settled(outcome));
    }

    /// Notes something that the operator should hear of.
    pub fn trouble(&self, words: String) {
        self.report
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .troubles
            .push(words);
    }

    /// Leaves a relay for this run.
    pub fn stop_relay(&self, desk: &Desk, relay: &str, reason: &str) {
        if desk.stop(reason) {
            self.job.stop.ring();
            (self.job.watch)(Event::RelayStopped { relay, reason });
            let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
            report.stopped.push((relay.to_owned(), reason.to_owned()));
        }
    }

    /// With no chunk to claim: waits until one may have come since the bell was `heard`, or says that it is time to end.
    /// `aside` is whoever may not take a chunk now, be there one or not.
    pub fn wait_for_work(&self, heard: u64, aside: bool) -> Result<bool, StoreError> {
        let breath = if aside { ASIDE } else { BREATH };
        let left = self.job.store.left()?;
        let next = left.next.filter(|_| left.free > 0);
        let until = next.map(|next| (next - Utc::now()).to_std().unwrap_or_default());
        let soon = until.filter(|until| self.began.elapsed() + *until <= self.job.settings.wait);
        if self.leases.any() {
            // Whoever works on the last chunk may defer some of it, or die.
            let until = soon.map_or(LOOK_AGAIN, |until| until.clamp(breath, LOOK_AGAIN));
            self.job.stop.wait(heard, until);
            return Ok(true);
        }
        let (Some(next), Some(until)) = (next, soon) else {
            return Ok(false);
        };
        (self.job.watch)(Event::Waiting(next));
        self.job.stop.wait(heard, until.max(breath));
        Ok(true)
    }
}

/// A chunk that is free and can't be claimed this moment is looked for again after so long.
const BREATH: Duration = Duration::from_millis(20);
/// Whoever may not take one is rung for when that changes, or nearly always.
const ASIDE: Duration = Duration::from_millis(250);
/// The store may be changed by others, who ring no bell here.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
