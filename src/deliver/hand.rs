//! The hand that passes the mails of one micro-batch to a session, and notes what comes back.

use std::io;

use super::{
    clerk::{Came, Clerk},
    engine::DeliverError,
    journal::At,
    relay::{Handing, SendError, Sent},
    work::Work,
};
use crate::{
    compose::Mail,
    domain::{Address, Subscription, SubscriptionNumber},
    store::Outcome,
};

/// How a member's mail went.
enum Went {
    /// It is settled, for now.
    Settled(Outcome),
    /// It can't have been taken, and the connection is gone.
    Lost(String),
}

/// A mail that the session has.
struct Given {
    /// Its member's index in the chunk.
    index: usize,
    to: Address,
    ended: bool,
}

/// Passes the members from `work.done` to below `end`.
pub(super) struct Hand<'h, 'a> {
    clerk: Clerk<'a>,
    work: &'h mut Work,
    recipients: &'h [Option<Subscription>],
    barred: &'h [(SubscriptionNumber, String)],
    next: usize,
    end: usize,
    given: Vec<Given>,
    /// What came of the members from `work.done` on.
    went: Vec<Option<Went>>,
    failure: Option<DeliverError>,
}

/// What came of a micro-batch.
pub(super) struct Handed {
    /// Why the connection was lost.
    pub lost: Option<String>,
    /// Why nothing can go on.
    pub failure: Option<DeliverError>,
}

impl<'h, 'a> Hand<'h, 'a> {
    pub fn new(
        clerk: Clerk<'a>,
        work: &'h mut Work,
        recipients: &'h [Option<Subscription>],
        barred: &'h [(SubscriptionNumber, String)],
        end: usize,
    ) -> Self {
        let from = work.done;
        Self {
            clerk,
            recipients,
            barred,
            next: from,
            end,
            given: Vec::new(),
            went: (from..end).map(|_| None).collect(),
            failure: None,
            work,
        }
    }

    /// Puts down what came of each member. Those at the end of whom nothing came stay to be tried; one before that goes to a new chunk.
    pub fn put_down(self) -> Handed {
        let from = self.work.done;
        let settled = |went: &Option<Went>| matches!(went, Some(Went::Settled(_)));
        let upto = self.went.iter().rposition(settled).map_or(0, |at| at + 1);
        let mut lost = None;
        for (offset, went) in self.went.into_iter().enumerate() {
            let member = self.work.claimed.members[from + offset];
            let outcome = match went {
                Some(Went::Settled(outcome)) => outcome,
                Some(Went::Lost(reason)) => {
                    lost.get_or_insert_with(|| reason.clone());
                    if offset >= upto {
                        continue;
                    }
                    self.work.defer_at_once(member, reason)
                }
                None if offset >= upto => continue,
                None => self
                    .work
                    .defer_at_once(member, "the connection was lost before".to_owned()),
            };
            self.work.outcomes.push((member, outcome));
        }
        self.work.done = from + upto;
        Handed {
            lost,
            failure: self.failure,
        }
    }

    fn settle(&mut self, index: usize, outcome: Outcome) {
        self.clerk.shared.settled(&outcome);
        self.put(index, Went::Settled(outcome));
    }

    fn put(&mut self, index: usize, went: Went) {
        let from = self.work.done;
        if let Some(place) = self.went.get_mut(index - from) {
            *place = Some(went);
        }
    }

    /// Why a member isn't mailed any more.
    fn skipped(&self, index: usize) -> Option<String> {
        let number = self.work.claimed.members[index].number;
        let barred = self.barred.iter().find(|(barred, _)| *barred == number);
        match (barred, &self.recipients[index]) {
            (Some((_, reason)), _) => Some(reason.clone()),
            (None, None) => Some("not subscribed any more".to_owned()),
            (None, Some(_)) => None,
        }
    }

    fn may_go_on(&self) -> bool {
        let settings = &self.clerk.shared.job.settings;
        self.failure.is_none()
            && self.clerk.desk.stopped().is_none()
            && self.work.kept.holds(settings.lease)
    }

    fn at(&self, index: usize) -> At {
        At {
            chunk: self.work.claimed.claim.chunk,
            epoch: self.work.claimed.claim.epoch,
            index,
        }
    }

    fn note(&mut self, index: usize, outcome: &Outcome) {
        let noted = self.clerk.shared.journal.replied(self.at(index), outcome);
        if let Err(error) = noted {
            self.failure.get_or_insert(DeliverError::Journal(error));
        }
    }

    fn taken(&mut self, index: usize) {
        self.note(index, &Outcome::Sent);
        if let Err(error) = self.clerk.took_one() {
            self.failure.get_or_insert(error);
        }
        self.settle(index, Outcome::Sent);
    }
}

impl Handing for Hand<'_, '_> {
    fn next(&mut self) -> Option<Mail> {
        while self.next < self.end && self.may_go_on() {
            let index = self.next;
            self.next += 1;
            let subscription = match (self.skipped(index), &self.recipients[index]) {
                (None, Some(subscription)) => subscription,
                (reason, _) => {
                    let text = reason.unwrap_or_default();
                    self.settle(index, Outcome::Skipped { text });
                    continue;
                }
            };
            let member = self.work.claimed.members[index];
            let job = self.clerk.shared.job;
            let issue = &self.work.claimed.claim.issue;
            match job.press.mail(issue, member.segment, subscription) {
                Ok(mail) => {
                    self.given.push(Given {
                        index,
                        to: mail.to.clone(),
                        ended: false,
                    });
                    return Some(mail);
                }
                Err(reason) => {
                    let address = &subscription.subscriber.address;
                    self.clerk
                        .shared
                        .trouble(format!("the mail to {address}: {reason}"));
                    let outcome = self.work.defer(member, &job.settings.retry, 0, reason);
                    self.settle(index, outcome);
                }
            }
        }
        None
    }

    fn ending(&mut self, nth: usize) -> io::Result<()> {
        let Some(given) = self.given.get_mut(nth) else {
            return Err(io::Error::other("a mail that nobody gave"));
        };
        given.ended = true;
        let index = given.index;
        self.clerk.shared.journal.ending(self.at(index))
    }

    fn settled(&mut self, nth: usize, sent: Sent) {
        let Some(given) = self.given.get(nth) else {
            return;
        };
        let (index, ended) = (given.index, given.ended);
        let member = self.work.claimed.members[index];
        match sent {
            Ok(reply) => {
                tracing::debug!("{}: {reply}", given.to);
                self.taken(index);
            }
            Err(SendError::Refused { phase, reply }) => {
                let to = given.to.clone();
                match self.clerk.refused(self.work, member, &to, phase, &reply) {
                    Came::To(outcome) => {
                        self.note(index, &outcome);
                        self.settle(index, outcome);
                    }
                    // A connection that goes away took no mail: that is a reply, too.
                    Came::ToNothing(text) => {
                        let code = reply.code;
                        let text_of_reply = text.clone();
                        self.note(
                            index,
                            &Outcome::Deferred {
                                code,
                                text: text_of_reply,
                            },
                        );
                        self.put(index, Went::Lost(text));
                    }
                }
            }
            Err(SendError::NotNoted(error)) => {
                self.put(index, Went::Lost(error.to_string()));
                self.failure.get_or_insert(DeliverError::Journal(error));
            }
            Err(error @ SendError::Unsent { .. }) => {
                let text = error.to_string();
                if ended {
                    let text = text.clone();
                    self.note(index, &Outcome::Deferred { code: 0, text });
                }
                self.put(index, Went::Lost(text));
            }
            Err(SendError::InDoubt(loss)) => {
                let outcome = self.clerk.doubt(self.work, member, loss.to_string());
                self.settle(index, outcome);
            }
        }
    }
}
