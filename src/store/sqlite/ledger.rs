//! The ledger in SQLite: each operation is one transaction.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Sqlite, allowance, chunks, doubts, issues};
use crate::{
    domain::{EditionId, IssueId, Number, SlotId, Subscription, SubscriptionNumber},
    store::{
        Advance, Allowed, Claim, Claimed, Delivery, Doubt, Grounds, IssueRow, Ledger, Left, Member,
        NamedRate, Outcome, OutcomeRow, Page, Result, SegmentRow, Tally,
    },
};

impl Ledger for Sqlite {
    fn keep(&self, hash: &str, content: &str) -> Result<()> {
        self.change("keeping what an issue is made from", |db| {
            issues::keep(db, hash, content)
        })
    }

    fn kept(&self, hash: &str) -> Result<Option<String>> {
        self.look("reading what an issue is made from", |db| {
            issues::kept(db, hash)
        })
    }

    fn begin(&self, issue: &IssueRow) -> Result<bool> {
        self.change("beginning an issue", |db| issues::begin(db, issue))
    }

    fn extend(
        &self,
        issue: &IssueId,
        from: SubscriptionNumber,
        upto: SubscriptionNumber,
    ) -> Result<bool> {
        self.change("extending an issue", |db| {
            issues::extend(db, issue, from, upto)
        })
    }

    fn place(&self, issue: &IssueId) -> Result<SubscriptionNumber> {
        self.look("reading an issue", |db| issues::place(db, issue))
    }

    fn page(&self, issue: &IssueId, page: &Page) -> Result<bool> {
        self.change("writing a page of a plan", |db| {
            issues::page(db, issue, page)
        })
    }

    fn open(&self, issue: &IssueId) -> Result<()> {
        self.change("opening an issue", |db| issues::open(db, issue))
    }

    fn abandon(&self, issue: &IssueId) -> Result<()> {
        self.change("forgetting an issue", |db| issues::abandon(db, issue))
    }

    fn issue(&self, id: &IssueId) -> Result<Option<IssueRow>> {
        self.look("reading an issue", |db| issues::issue(db, id))
    }

    fn last_issue(
        &self,
        edition: &EditionId,
        slot: &SlotId,
        before: Option<NaiveDate>,
    ) -> Result<Option<IssueRow>> {
        self.look("reading issues", |db| {
            issues::last(db, edition, slot, before)
        })
    }

    fn looked_at(&self, edition: &EditionId) -> Result<Vec<(SubscriptionNumber, DateTime<Utc>)>> {
        self.look("reading issues", |db| issues::looked_at(db, edition))
    }

    fn open_issues(&self) -> Result<Vec<IssueRow>> {
        self.look("reading issues", issues::unclosed)
    }

    fn recent_issues(&self, limit: usize) -> Result<Vec<IssueRow>> {
        self.look("reading issues", |db| issues::recent(db, limit))
    }

    fn pause(&self, issue: &IssueId, paused: bool) -> Result<bool> {
        self.change("pausing an issue", |db| issues::pause(db, issue, paused))
    }

    fn retry_rejected(&self, issue: &IssueId, now: DateTime<Utc>) -> Result<u64> {
        self.change("planning again", |db| {
            doubts::retry_rejected(db, issue, now)
        })
    }

    fn segments(&self, issue: &IssueId) -> Result<Vec<SegmentRow>> {
        self.look("reading segments", |db| issues::segments(db, issue))
    }

    fn segment(&self, issue: &IssueId, number: u32) -> Result<Option<Grounds>> {
        self.look("reading a segment", |db| {
            issues::segment(db, &issue.to_string(), number)
        })
    }

    fn lowest_watermark(&self, issue: &IssueId) -> Result<Number> {
        self.look("reading segments", |db| issues::lowest_watermark(db, issue))
    }

    fn lowest_carry(&self, edition: &EditionId) -> Result<Option<Number>> {
        self.look("reading watermarks", |db| issues::lowest_carry(db, edition))
    }

    fn members(&self, issue: &IssueId) -> Result<Vec<Vec<Member>>> {
        self.look("reading chunks", |db| chunks::members(db, issue))
    }

    fn tally(&self, issue: &IssueId) -> Result<Tally> {
        self.look("counting deliveries", |db| issues::tally(db, issue))
    }

    fn claim(
        &self,
        owner: &str,
        dead: &[String],
        now: DateTime<Utc>,
        lease_until: DateTime<Utc>,
        plan_time: DateTime<Utc>,
    ) -> Result<Option<Claimed>> {
        self.change("claiming a chunk", |db| {
            chunks::claim(db, owner, dead, now, lease_until, plan_time)
        })
    }

    fn owners(&self) -> Result<Vec<String>> {
        self.look("reading chunks", chunks::owners)
    }

    fn recipients(&self, members: &[Member]) -> Result<Vec<Option<Subscription>>> {
        self.look("reading recipients", |db| chunks::recipients(db, members))
    }

    fn advance(&self, advance: &Advance) -> Result<Option<Vec<(SubscriptionNumber, String)>>> {
        self.change("recording deliveries", |db| chunks::advance(db, advance))
    }

    fn renew(&self, claim: &Claim, lease_until: DateTime<Utc>) -> Result<bool> {
        self.change("renewing a lease", |db| {
            chunks::renew(db, claim, lease_until)
        })
    }

    fn report_late(
        &self,
        issue: &IssueId,
        outcomes: &[(Member, Outcome)],
        now: DateTime<Utc>,
    ) -> Result<()> {
        self.change("settling doubts", |db| {
            doubts::report_late(db, issue, outcomes, now)
        })
    }

    fn allow(&self, limits: &[NamedRate], want: u32, now: DateTime<Utc>) -> Result<Allowed> {
        self.change("counting against a limit", |db| {
            allowance::allow(db, limits, want, now)
        })
    }

    fn give_back(&self, limits: &[NamedRate], count: u32, now: DateTime<Utc>) -> Result<()> {
        self.change("counting against a limit", |db| {
            allowance::give_back(db, limits, count, now)
        })
    }

    fn left(&self) -> Result<Left> {
        self.look("reading chunks", chunks::left)
    }

    fn close(&self, issue: &IssueId, now: DateTime<Utc>) -> Result<()> {
        while !self.change("closing an issue", |db| chunks::close_one(db, issue, now))? {}
        self.change("closing an issue", |db| issues::closed(db, issue))
    }

    fn outcomes(&self, issue: &IssueId) -> Result<Vec<OutcomeRow>> {
        self.look("reading outcomes", |db| doubts::outcomes(db, issue))
    }

    fn doubts(&self, issue: Option<&IssueId>) -> Result<Vec<Doubt>> {
        self.look("reading doubts", |db| doubts::list(db, issue))
    }

    fn settle(&self, doubts: &[Doubt], resend: bool, now: DateTime<Utc>) -> Result<u64> {
        self.change("settling doubts", |db| {
            doubts::settle(db, doubts, resend, now)
        })
    }

    fn deliveries(&self, subscription: SubscriptionNumber, limit: usize) -> Result<Vec<Delivery>> {
        let issues = self.look("reading issues", |db| issues::recent(db, limit))?;
        let mut deliveries = Vec::new();
        for issue in issues {
            deliveries.extend(self.look("reading deliveries", |db| {
                chunks::delivery(db, &issue.id, subscription)
            })?);
        }
        Ok(deliveries)
    }
}
