//! The ledger: what makes a second run, or a crash, harmless.
//!
//! The unit of work is a chunk: an immutable list of members of an issue. Whoever works on it has claimed it with a
//! compare-and-set on its epoch. No byte of a mail's body leaves unless a committed `intent_n` covers it; members below
//! `done_n` were sent unless an outcome says otherwise; those between the two may have been, after a crash.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Result, WishId};
use crate::domain::{
    Address, EditionId, FormerWish, IssueId, Number, Rate, SlotId, Subscription, SubscriptionNumber,
};

/// How far an issue has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueState {
    /// Its chunks are being written; none can be claimed.
    Planning,
    /// Its chunks are being worked on, or all done.
    Open,
    /// The operator wants nothing of it to go for now.
    Paused,
    /// Its deadline has passed: nothing goes any more.
    Closed,
}

/// An issue, as it was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueRow {
    /// Its id.
    pub id: IssueId,
    /// The plan's time: every date in its mails.
    pub planned_at: DateTime<Utc>,
    /// When it ends.
    pub deadline: DateTime<Utc>,
    /// It has the articles up to here.
    pub cutoff: Number,
    /// The subscriptions up to here were looked at.
    pub upto: SubscriptionNumber,
    /// The hash of what it is made from (see [`Ledger::keep`]).
    pub made_from: String,
    /// The key that signs its tokens.
    pub key_id: u8,
    /// How many subscriptions were neither suppressed nor paused.
    pub audience: u64,
    /// How far it has come.
    pub state: IssueState,
}

/// A segment of an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentRow {
    /// Its number in the issue.
    pub number: u32,
    /// What it comes of.
    pub grounds: Grounds,
}

/// What a segment comes of, beside its issue: its key can be made of them at any time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Grounds {
    /// What its readers wish. Where several wishes mean the same, one of them.
    pub wish: WishId,
    /// They have seen what was eligible up to here.
    pub watermark: Number,
    /// Their first issue had what became eligible after here, as far as it matters.
    pub had: Number,
    /// Topics that ended after this date are news to them; none, where they follow none that ended.
    pub told_since: Option<NaiveDate>,
    /// What they followed before, as far as it matters, the earliest first.
    pub former: Vec<FormerWish>,
}

/// A subscription in a chunk, with the segment that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// Who.
    pub number: SubscriptionNumber,
    /// The number of their segment.
    pub segment: u32,
}

/// A page of a plan: all of it is committed, or nothing.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The place that the plan had reached before this page.
    pub from: SubscriptionNumber,
    /// The place that it reaches with it.
    pub to: SubscriptionNumber,
    /// Segments that no earlier page had, their numbers following each other.
    pub segments: Vec<SegmentRow>,
    /// The chunks.
    pub chunks: Vec<Vec<Member>>,
    /// Chunks that go before all others: of those whom the last issue did not reach.
    pub first: Vec<Vec<Member>>,
    /// Watermarks of those who are not mailed in this issue, though there may be something for them.
    pub carry: Vec<(SubscriptionNumber, Number)>,
    /// How many of the page's subscriptions were neither suppressed nor paused.
    pub audience: u64,
}

/// The right to work on a chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Its issue.
    pub issue: IssueId,
    /// Its number in the issue.
    pub chunk: i64,
    /// The epoch under which it is ours.
    pub epoch: i64,
    /// Us.
    pub owner: String,
}

/// A chunk that was just claimed.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The right to work on it.
    pub claim: Claim,
    /// Its members.
    pub members: Vec<Member>,
    /// Members below were settled.
    pub done_n: usize,
    /// Members from `done_n` to below this may have been mailed by whoever declared it.
    pub intent_n: usize,
    /// Who declared `intent_n`, and under which epoch.
    pub declared_by: Option<(String, i64)>,
    /// How many times its members have been deferred.
    pub attempt: u32,
    /// Whether its members are mailed again because they were in doubt.
    pub resend: bool,
}

/// What became of one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The relay took it.
    Sent,
    /// The relay refused the recipient for good.
    Rejected {
        /// The reply's code.
        code: u16,
        /// The server's words.
        text: String,
    },
    /// It didn't go yet: a 4yz, or a refusal that may be the relay's own. It is planned again.
    Deferred {
        /// The reply's code, 0 where there was none.
        code: u16,
        /// The server's words, or ours.
        text: String,
    },
    /// It was not to be mailed any more.
    Skipped {
        /// Why.
        text: String,
    },
    /// It may have been taken.
    InDoubt {
        /// What happened.
        text: String,
    },
}

impl Outcome {
    /// Its name in the store and in output.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Rejected { .. } => "rejected",
            Self::Deferred { .. } => "deferred",
            Self::Skipped { .. } => "skipped",
            Self::InDoubt { .. } => "in doubt",
        }
    }
}

/// Members that move to a new chunk.
#[derive(Debug, Clone, Default)]
pub struct Forward {
    /// Who.
    pub members: Vec<Member>,
    /// Not to be claimed before.
    pub not_before: Option<DateTime<Utc>>,
    /// How many times they have been deferred.
    pub attempt: u32,
    /// Whether they are mailed again because they were in doubt.
    pub resend: bool,
}

/// One commit of a worker: it renews the lease, fences out a former owner, records what happened, declares how far
/// it may go next, and reads again who must not be mailed.
#[derive(Debug, Clone)]
pub struct Advance<'a> {
    /// The right to do so.
    pub claim: &'a Claim,
    /// What became of members below `done_n`, and of any that an earlier commit had settled otherwise.
    pub outcomes: &'a [(Member, Outcome)],
    /// Members that move to new chunks.
    pub forward: &'a [Forward],
    /// Members below are settled.
    pub done_n: usize,
    /// Members below may be mailed from now on.
    pub intent_n: usize,
    /// The members from `done_n` to below `intent_n`.
    pub next: &'a [Member],
    /// Until when the chunk is ours.
    pub lease_until: DateTime<Utc>,
    /// The present.
    pub now: DateTime<Utc>,
    /// What happens next.
    pub then: Then,
}

/// What happens to a chunk after a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Its owner goes on.
    Continue,
    /// It is free again.
    Release {
        /// Not to be claimed before.
        not_before: DateTime<Utc>,
    },
    /// All of its members are settled.
    Finish,
}

/// An outcome that isn't `sent`, as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeRow {
    /// Who.
    pub subscription: SubscriptionNumber,
    /// What became of it.
    pub outcome: Outcome,
    /// When.
    pub at: DateTime<Utc>,
}

/// A mail that may have been taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Of this issue.
    pub issue: IssueId,
    /// To this subscription.
    pub subscription: SubscriptionNumber,
    /// To this address.
    pub address: Address,
    /// What happened.
    pub text: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// How many members of an issue are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Tally {
    /// All that were planned.
    pub planned: u64,
    /// The relay took it.
    pub sent: u64,
    /// The recipient's server said no.
    pub rejected: u64,
    /// Planned again for later.
    pub deferred: u64,
    /// Not to be mailed any more.
    pub skipped: u64,
    /// May have been taken.
    pub in_doubt: u64,
    /// Not yet tried.
    pub waiting: u64,
}

/// The chunks of open issues that aren't done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Left {
    /// How many are free, now or later.
    pub free: u64,
    /// When the first of these can be claimed.
    pub next: Option<DateTime<Utc>>,
    /// How many are claimed by somebody.
    pub claimed: u64,
}

/// A delivery, for somebody who asks about one subscriber.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The issue.
    pub issue: IssueId,
    /// What became of it; `None` while it waits.
    pub outcome: Option<Outcome>,
}

/// A rate, under the name that all who keep to it know it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedRate {
    /// Its name in the store.
    pub name: String,
    /// The rate.
    pub rate: Rate,
}

/// How many mails may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed {
    /// So many now.
    pub count: u32,
    /// When there is room for more, where it wasn't as many as were wanted.
    pub next: DateTime<Utc>,
}

/// The durable record of deliveries.
pub trait Ledger {
    /// Keeps something under its hash: what an issue is made from.
    ///
    /// # Errors
    /// When the store fails.
    fn keep(&self, hash: &str, content: &str) -> Result<()>;

    /// What was kept under a hash.
    ///
    /// # Errors
    /// When the store fails.
    fn kept(&self, hash: &str) -> Result<Option<String>>;

    /// Begins an issue. Says `false`, and changes nothing, if it has begun already.
    ///
    /// # Errors
    /// When the store fails.
    fn begin(&self, issue: &IssueRow) -> Result<bool>;

    /// Looks at later subscriptions too. Says `false` if somebody else has moved the end.
    ///
    /// # Errors
    /// When the store fails.
    fn extend(
        &self,
        issue: &IssueId,
        from: SubscriptionNumber,
        upto: SubscriptionNumber,
    ) -> Result<bool>;

    /// The place that an issue's plan has reached.
    ///
    /// # Errors
    /// When the store fails.
    fn place(&self, issue: &IssueId) -> Result<SubscriptionNumber>;

    /// Commits a page of a plan. Says `false`, and changes nothing, if the plan isn't at `page.from` any more.
    ///
    /// # Errors
    /// When the store fails.
    fn page(&self, issue: &IssueId, page: &Page) -> Result<bool>;

    /// Opens an issue whose last page is committed: its chunks can be claimed.
    ///
    /// # Errors
    /// When the store fails.
    fn open(&self, issue: &IssueId) -> Result<()>;

    /// Forgets an issue that was never opened.
    ///
    /// # Errors
    /// When the store fails.
    fn abandon(&self, issue: &IssueId) -> Result<()>;

    /// An issue.
    ///
    /// # Errors
    /// When the store fails.
    fn issue(&self, id: &IssueId) -> Result<Option<IssueRow>>;

    /// The last issue of an edition's slot before `date`, or the last of all.
    ///
    /// # Errors
    /// When the store fails.
    fn last_issue(
        &self,
        edition: &EditionId,
        slot: &SlotId,
        before: Option<NaiveDate>,
    ) -> Result<Option<IssueRow>>;

    /// Up to which subscription each issue of an edition looked, and when it was planned, the oldest first.
    ///
    /// # Errors
    /// When the store fails.
    fn looked_at(&self, edition: &EditionId) -> Result<Vec<(SubscriptionNumber, DateTime<Utc>)>>;

    /// The issues that are not closed, the oldest first.
    ///
    /// # Errors
    /// When the store fails.
    fn open_issues(&self) -> Result<Vec<IssueRow>>;

    /// The last issues whose plan is whole, the newest first, at most `limit`.
    ///
    /// # Errors
    /// When the store fails.
    fn recent_issues(&self, limit: usize) -> Result<Vec<IssueRow>>;

    /// Pauses an open issue, or opens a paused one again. Says `false` if it isn't the one or the other.
    ///
    /// # Errors
    /// When the store fails.
    fn pause(&self, issue: &IssueId, paused: bool) -> Result<bool>;

    /// Plans those again whom the relay rejected, while the issue is open. Gives how many.
    ///
    /// # Errors
    /// When the store fails.
    fn retry_rejected(&self, issue: &IssueId, now: DateTime<Utc>) -> Result<u64>;

    /// The segments of an issue.
    ///
    /// # Errors
    /// When the store fails.
    fn segments(&self, issue: &IssueId) -> Result<Vec<SegmentRow>>;

    /// One segment of an issue.
    ///
    /// # Errors
    /// When the store fails.
    fn segment(&self, issue: &IssueId, number: u32) -> Result<Option<Grounds>>;

    /// The lowest watermark of an issue's segments; its cutoff, if it has none.
    ///
    /// # Errors
    /// When the store fails.
    fn lowest_watermark(&self, issue: &IssueId) -> Result<Number>;

    /// The lowest watermark that a subscription of the edition has of its own.
    ///
    /// # Errors
    /// When the store fails.
    fn lowest_carry(&self, edition: &EditionId) -> Result<Option<Number>>;

    /// The members of an issue, chunk by chunk as they were planned.
    ///
    /// # Errors
    /// When the store fails.
    fn members(&self, issue: &IssueId) -> Result<Vec<Vec<Member>>>;

    /// How many members of an issue are in which state.
    ///
    /// # Errors
    /// When the store fails.
    fn tally(&self, issue: &IssueId) -> Result<Tally>;

    /// Claims a chunk that is free, whose lease has run out, or whose owner is among the `dead`, of an issue whose deadline is
    /// later than `plan_time` (which an operator may have set, other than `now`, which is that of leases).
    ///
    /// # Errors
    /// When the store fails.
    fn claim(
        &self,
        owner: &str,
        dead: &[String],
        now: DateTime<Utc>,
        lease_until: DateTime<Utc>,
        plan_time: DateTime<Utc>,
    ) -> Result<Option<Claimed>>;

    /// The owners of chunks that are claimed, and those who declared an intent that isn't settled.
    ///
    /// # Errors
    /// When the store fails.
    fn owners(&self) -> Result<Vec<String>>;

    /// The members' subscriptions, also of those who have gone since (`None`), in the same order.
    ///
    /// # Errors
    /// When the store fails.
    fn recipients(&self, members: &[Member]) -> Result<Vec<Option<Subscription>>>;

    /// One commit of a worker. Gives those of `next` who must not be mailed any more, and why;
    /// or `None`, and changes nothing, if the chunk isn't ours any more.
    ///
    /// # Errors
    /// When the store fails.
    fn advance(&self, advance: &Advance) -> Result<Option<Vec<(SubscriptionNumber, String)>>>;

    /// Renews a lease and moves nothing. Says `false` if the chunk isn't ours any more.
    ///
    /// # Errors
    /// When the store fails.
    fn renew(&self, claim: &Claim, lease_until: DateTime<Utc>) -> Result<bool>;

    /// Settles doubts from a worker that lost its claim and knows better.
    ///
    /// # Errors
    /// When the store fails.
    fn report_late(
        &self,
        issue: &IssueId,
        outcomes: &[(Member, Outcome)],
        now: DateTime<Utc>,
    ) -> Result<()>;

    /// Takes as many of the `want` mails as all of these rates have room for at `now`: shared by all processes, and remembered.
    ///
    /// # Errors
    /// When the store fails.
    fn allow(&self, limits: &[NamedRate], want: u32, now: DateTime<Utc>) -> Result<Allowed>;

    /// Gives back what was allowed and didn't go.
    ///
    /// # Errors
    /// When the store fails.
    fn give_back(&self, limits: &[NamedRate], count: u32, now: DateTime<Utc>) -> Result<()>;

    /// What is left to do in the open issues.
    ///
    /// # Errors
    /// When the store fails.
    fn left(&self) -> Result<Left>;

    /// Ends an issue: doubts are listed, and whoever was not mailed keeps their watermark.
    ///
    /// # Errors
    /// When the store fails.
    fn close(&self, issue: &IssueId, now: DateTime<Utc>) -> Result<()>;

    /// The outcomes of an issue that aren't `sent`.
    ///
    /// # Errors
    /// When the store fails.
    fn outcomes(&self, issue: &IssueId) -> Result<Vec<OutcomeRow>>;

    /// The mails that may have been taken, of one issue or of all.
    ///
    /// # Errors
    /// When the store fails.
    fn doubts(&self, issue: Option<&IssueId>) -> Result<Vec<Doubt>>;

    /// Settles doubts by the operator's word: `resend` mails them once more while the issue is open, otherwise
    /// they are held to be sent. Gives how many were settled.
    ///
    /// # Errors
    /// When the store fails.
    fn settle(&self, doubts: &[Doubt], resend: bool, now: DateTime<Utc>) -> Result<u64>;

    /// A subscription's deliveries, the newest first, at most `limit`.
    ///
    /// # Errors
    /// When the store fails.
    fn deliveries(&self, subscription: SubscriptionNumber, limit: usize) -> Result<Vec<Delivery>>;
}
