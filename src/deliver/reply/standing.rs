//! Whether it is the recipients who are refused, or we: what the replies of one relay, taken together, say about the relay itself.

use std::collections::{BTreeSet, HashMap};

use super::{Reply, Verdict, words};
use crate::deliver::relay::Phase;

/// So many alike, with nothing taken between, are no accident.
const ALIKE: usize = 10;

/// What follows from a refusal, beyond the mail that it answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling<M> {
    /// Nothing: go on.
    GoOn,
    /// It is the relay's verdict. The relay stops, and the operator is told.
    Stop {
        /// Whom it refused for this reason: they are planned again, those already recorded as rejected among them.
        again: Vec<M>,
    },
}

/// What a relay's replies so far say about the relay itself.
///
/// Ten refusals of policy, or ten times the same words (addresses and numbers left out), with no mail taken between, are a verdict about us: the
/// relay stops and those members are planned again. A 5yz before a recipient is named is one at once. And no address is suppressed before
/// the relay has taken another mail: one that refuses everybody as unknown suppresses nobody.
///
/// One for each relay, over all of its connections, fed in the order of the replies. `M` says which member of which chunk.
#[derive(Debug)]
pub struct Standing<M> {
    /// Since the last mail that it took.
    policy: Vec<M>,
    by_words: HashMap<String, Vec<M>>,
    to_suppress: Vec<M>,
}

impl<M> Default for Standing<M> {
    fn default() -> Self {
        Self {
            policy: Vec::new(),
            by_words: HashMap::new(),
            to_suppress: Vec::new(),
        }
    }
}

impl<M: Clone + Ord> Standing<M> {
    /// The relay took a mail. Returns the members whose addresses can now be suppressed: it does tell one recipient from another.
    pub fn took(&mut self) -> Vec<M> {
        self.policy.clear();
        self.by_words.clear();
        std::mem::take(&mut self.to_suppress)
    }

    /// The relay refused `member`'s mail.
    pub fn refused(&mut self, member: M, phase: Phase, reply: &Reply) -> Ruling<M> {
        let verdict = Verdict::of(phase, reply);
        match verdict {
            Verdict::Closing | Verdict::Deferred => return Ruling::GoOn,
            Verdict::Relay => return self.stop(BTreeSet::from([member])),
            Verdict::Policy => self.policy.push(member.clone()),
            Verdict::Rejected { hard } => {
                if hard {
                    self.to_suppress.push(member.clone());
                }
            }
        }
        let gist = format!(
            "{} {:?} {}",
            reply.code,
            reply.enhanced,
            words::gist(&reply.text)
        );
        let alike = self.by_words.entry(gist).or_default();
        alike.push(member);

        let mut again = BTreeSet::new();
        if alike.len() >= ALIKE {
            again.extend(alike.iter().cloned());
        }
        if verdict == Verdict::Policy && self.policy.len() >= ALIKE {
            again.extend(self.policy.iter().cloned());
        }
        if again.is_empty() {
            return Ruling::GoOn;
        }
        self.stop(again)
    }

    /// Who is to be suppressed once the relay takes a mail.
    #[must_use]
    pub fn pending(&self) -> &[M] {
        &self.to_suppress
    }

    fn stop(&mut self, again: BTreeSet<M>) -> Ruling<M> {
        self.to_suppress.retain(|member| !again.contains(member));
        Ruling::Stop {
            again: again.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(member: usize) -> Reply {
        Reply::new(550, [format!("5.1.1 <r{member}@a.example>: no such user")])
    }

    fn policy(member: usize) -> Reply {
        const WORDS: [&str; 4] = ["spam", "blocked", "bad reputation", "not wanted"];
        Reply::new(550, [format!("5.7.1 {}", WORDS[member % 4])])
    }

    /// Feeds refusals of the members in order until the relay is stopped.
    fn refuse(
        standing: &mut Standing<usize>,
        members: std::ops::Range<usize>,
        reply: impl Fn(usize) -> Reply,
    ) -> Option<(usize, Vec<usize>)> {
        members.into_iter().find_map(|member| {
            match standing.refused(member, Phase::Rcpt, &reply(member)) {
                Ruling::GoOn => None,
                Ruling::Stop { again } => Some((member, again)),
            }
        })
    }

    #[test]
    fn ten_policy_refusals_with_nothing_taken_between_stop_the_relay() {
        let mut standing = Standing::default();
        assert_eq!(refuse(&mut standing, 0..9, policy), None);
        assert_eq!(
            refuse(&mut standing, 9..10, policy),
            Some((9, (0..10).collect()))
        );
    }

    #[test]
    fn a_mail_taken_between_begins_the_count_anew() {
        let mut standing = Standing::default();
        assert_eq!(refuse(&mut standing, 0..9, policy), None);
        standing.took();
        assert_eq!(refuse(&mut standing, 9..18, policy), None);
        assert!(refuse(&mut standing, 18..19, policy).is_some());
    }

    #[test]
    fn a_relay_that_knows_nobody_suppresses_nobody_and_their_mails_are_planned_again() {
        let mut standing = Standing::default();
        let stopped = refuse(&mut standing, 0..20, unknown);
        assert_eq!(stopped, Some((9, (0..10).collect())));
        assert_eq!(standing.took(), Vec::<usize>::new());
    }

    #[test]
    fn an_unknown_user_is_suppressed_once_the_relay_takes_another_mail() {
        let mut standing = Standing::default();
        assert_eq!(refuse(&mut standing, 0..3, unknown), None);
        assert_eq!(standing.pending(), [0, 1, 2]);
        assert_eq!(standing.took(), [0, 1, 2]);
        assert_eq!(standing.took(), Vec::<usize>::new());
    }

    #[test]
    fn unknown_users_between_policy_refusals_stay_rejected_and_wait_for_a_mail_to_be_taken() {
        let mut standing = Standing::default();
        refuse(&mut standing, 0..2, unknown);
        let stopped = refuse(&mut standing, 2..20, policy);
        assert_eq!(stopped, Some((11, (2..12).collect())));
        assert_eq!(standing.pending(), [0, 1]);
    }

    #[test]
    fn those_in_flight_when_it_stopped_are_planned_again_too() {
        let mut standing = Standing::default();
        refuse(&mut standing, 0..10, policy);
        let Ruling::Stop { again } = standing.refused(10, Phase::End, &policy(10)) else {
            panic!("the eleventh is no different");
        };
        assert!(again.contains(&10));
    }

    #[test]
    fn what_differs_from_mail_to_mail_does_not_hide_the_same_words() {
        let mut standing = Standing::default();
        let full = |member: usize| {
            Reply::new(
                554,
                [format!(
                    "Refused r{member}@a.example id=4bK{member}xQ, sorry"
                )],
            )
        };
        assert_eq!(
            refuse(&mut standing, 0..20, full).map(|(member, _)| member),
            Some(9)
        );
    }

    #[test]
    fn a_refusal_of_the_sender_stops_at_once_and_a_closing_connection_never() {
        let mut standing = Standing::default();
        let closing = |_| Reply::new(421, ["4.7.0 too busy"]);
        assert_eq!(refuse(&mut standing, 0..100, closing), None);
        let ruling = standing.refused(7, Phase::Mail, &Reply::new(550, ["5.7.1 not you"]));
        assert_eq!(ruling, Ruling::Stop { again: vec![7] });
    }
}
