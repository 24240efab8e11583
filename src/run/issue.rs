//! Planning an issue: its row first, then page after page of subscriptions, each committed whole.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};

use super::{MadeFrom, Project, RunError, file_stories, topic_index};
use crate::{
    domain::{
        DeclaredSource, Edition, IssueId, Number, Ref, SegmentKey, Slot, SlotId, Subscription,
        SubscriptionNumber, TopicId,
    },
    keys::Keys,
    plan::{self, TopicIndex, Window, Wish},
    store::{Active, IssueRow, IssueState, Member, Page, SegmentRow, Store, SuppressionReason},
};

/// Subscriptions that are looked at in one commit.
const PAGE: usize = 4000;
/// The most members that a chunk has.
const CHUNK: u64 = 1000;

/// Why a subscription is left out of an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Its address must not be mailed.
    Suppressed(SuppressionReason),
    /// Its subscriber asked for silence.
    Paused,
    /// No article is new to them.
    NothingNew,
    /// Fewer articles than make a digest worth sending; they wait for the next.
    TooFew,
    /// They want no mail on this day; the articles wait for the next.
    Quiet,
    /// They chose another hour or other days today, which hold from tomorrow on.
    NewSlot,
}

impl Why {
    /// In words.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Suppressed(reason) => format!("suppressed ({})", reason.as_str()),
            Self::Paused => "paused".to_owned(),
            Self::NothingNew => "nothing new".to_owned(),
            Self::TooFew => "too few articles".to_owned(),
            Self::Quiet => "a quiet day of theirs".to_owned(),
            Self::NewSlot => "their new hour holds from tomorrow on".to_owned(),
        }
    }
}

/// A subscription that is left out, and why.
#[derive(Debug, Clone)]
pub struct LeftOut {
    /// Who.
    pub subscription: Subscription,
    /// Why.
    pub why: Why,
}

/// An issue that was planned.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Its row.
    pub row: IssueRow,
    /// How many will be mailed.
    pub recipients: u64,
    /// How many were left out because they are suppressed.
    pub suppressed: u64,
    /// How many because they are paused.
    pub paused: u64,
    /// How many because nothing is new to them, or too little.
    pub nothing_new: u64,
    /// Topics that the last issue was planned with and that are in the configuration no more, with how many follow them.
    pub vanished: BTreeMap<String, u64>,
}

/// Plans the issues of one slot of an edition.
pub struct Planner<'a> {
    store: &'a dyn Store,
    project: &'a Project,
    edition: &'a Edition,
    slot_id: SlotId,
    slot: Slot,
    sources: &'a [DeclaredSource],
    index: &'a TopicIndex,
    connections: u64,
    /// Is told who is left out.
    left_out: &'a mut dyn FnMut(LeftOut),
}

/// What the pages of one issue have in common.
struct Context {
    window: Window,
    last: Option<IssueRow>,
    /// The watermark of whoever gets their first issue.
    first: Number,
    /// What was found so far, by the keys' hashes.
    segments: HashMap<[u8; 16], Found>,
    /// For each issue so far, the oldest first: up to which subscription it looked, and the watermark of whoever got their first issue
    /// with it. Empty where nothing depends on it.
    first_looks: Vec<(SubscriptionNumber, Number)>,
    /// The numbers of the segments that earlier pages have made, by the keys' hashes.
    made: HashMap<[u8; 16], u32>,
    next_segment: u32,
    chunk: usize,
    /// The topics of the last issue, if it was made from another configuration.
    before: Option<TopicIndex>,
}

impl<'a> Planner<'a> {
    /// A planner for a slot of an edition.
    pub fn new(
        project: &'a Project,
        store: &'a dyn Store,
        (edition, slot_id): (&'a Edition, &SlotId),
        index: &'a TopicIndex,
        left_out: &'a mut dyn FnMut(LeftOut),
    ) -> Self {
        let connections = project
            .config
            .relays
            .iter()
            .map(|relay| u64::from(relay.connections))
            .sum::<u64>();
        Self {
            store,
            project,
            edition,
            slot: edition.slot_of_id(slot_id),
            slot_id: slot_id.clone(),
            sources: &project.config.sources,
            index,
            connections: connections.max(1),
            left_out,
        }
    }

    /// Decides the issue of `date`: everything that it depends on is in its row. `None` if it has begun already.
    ///
    /// # Errors
    /// When the store fails.
    pub fn begin(
        &self,
        project: &Project,
        keys: &Keys,
        date: NaiveDate,
        deadline: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Option<IssueRow>, RunError> {
        file_stories(project, self.store)?;
        let row = IssueRow {
            id: IssueId {
                edition: self.edition.id.clone(),
                date,
                slot: self.slot_id.clone(),
            },
            planned_at: now,
            deadline,
            cutoff: self.store.latest()?,
            upto: self
                .store
                .audience(&self.edition.id, Some(&self.slot_id))?
                .0,
            made_from: MadeFrom::now(project).keep(self.store)?,
            key_id: keys.tokens().current(),
            audience: 0,
            state: IssueState::Planning,
        };
        Ok(self.store.begin(&row)?.then_some(row))
    }

    /// Plans the pages that are left. Another process may plan the same issue at the same time: each page is committed by one of
    /// them, and they are the same pages.
    ///
    /// # Errors
    /// When the store fails.
    pub fn plan(&mut self, row: &IssueRow) -> Result<Planned, RunError> {
        let mut context = self.context(row)?;
        let mut planned = Planned {
            row: row.clone(),
            recipients: 0,
            suppressed: 0,
            paused: 0,
            nothing_new: 0,
            vanished: BTreeMap::new(),
        };
        loop {
            let from = self.store.place(&row.id)?;
            if from >= row.upto {
                break;
            }
            let active = self.store.subscriptions(
                &self.edition.id,
                Some(&self.slot_id),
                from,
                row.upto,
                PAGE,
            )?;
            let to = match active.last() {
                Some(last) if active.len() == PAGE => last.subscription.number,
                _ => row.upto,
            };
            let page = self.page(row, &mut context, &mut planned, from, to, &active);
            if !self.store.page(&row.id, &page)? {
                context = self.context(row)?;
            }
        }
        planned.row = self.store.issue(&row.id)?.unwrap_or(planned.row);
        Ok(planned)
    }

    fn context(&self, row: &IssueRow) -> Result<Context, RunError> {
        let last = self
            .store
            .last_issue(&self.edition.id, &self.slot_id, Some(row.id.date))?;
        let before = last.as_ref().filter(|last| last.made_from != row.made_from);
        let before = before.and_then(|last| topics_of(self.store, self.project, last));
        let first = self.store.number_at(row.planned_at - self.slot.period())?;
        let mut made = HashMap::new();
        let mut next_segment = 0;
        for segment in self.store.segments(&row.id)? {
            made.insert(segment.key.hash(), segment.number);
            next_segment = next_segment.max(segment.number + 1);
        }
        let lowest = last.as_ref().map_or(first, |last| last.cutoff.min(first));
        let lowest = self
            .store
            .lowest_carry(&self.edition.id)?
            .map_or(lowest, |carry| carry.min(lowest));
        let articles = self.store.articles(lowest, row.cutoff)?;
        let changes = self.store.changes(lowest, row.cutoff)?;
        let first_looks = if changes.is_empty() {
            Vec::new()
        } else {
            self.first_looks(row)?
        };
        let (_, count) = self.store.audience(&self.edition.id, Some(&self.slot_id))?;
        let chunk = (count / (4 * self.connections)).clamp(1, CHUNK);
        Ok(Context {
            window: Window::with_changes(
                (articles, &changes),
                self.index,
                self.edition,
                self.sources,
                row.planned_at,
            ),
            last,
            first,
            segments: HashMap::new(),
            made,
            first_looks,
            next_segment,
            chunk: usize::try_from(chunk).unwrap_or(1),
            before,
        })
    }

    fn first_looks(&self, row: &IssueRow) -> Result<Vec<(SubscriptionNumber, Number)>, RunError> {
        let before =
            |(_, planned_at): &(SubscriptionNumber, DateTime<Utc>)| *planned_at < row.planned_at;
        let issues = self.store.looked_at(&self.edition.id)?;
        let period = self.slot.period();
        issues
            .into_iter()
            .filter(before)
            .map(|(upto, planned_at)| Ok((upto, self.store.number_at(planned_at - period)?)))
            .collect()
    }

    fn page(
        &mut self,
        row: &IssueRow,
        context: &mut Context,
        planned: &mut Planned,
        from: SubscriptionNumber,
        to: SubscriptionNumber,
        active: &[Active],
    ) -> Page {
        let mut page = Page {
            from,
            to,
            ..Page::default()
        };
        let mut members = Vec::new();
        for active in active {
            let subscription = &active.subscription;
            let watermark = context.watermark(active);
            let why = if let Some(reason) = active.suppressed {
                planned.suppressed += 1;
                Why::Suppressed(reason)
            } else if subscription.subscriber.paused.covers(row.id.date) {
                planned.paused += 1;
                page.carry.push((subscription.number, watermark));
                Why::Paused
            } else if active.slot_since.is_some_and(|since| row.id.date <= since) {
                // Their old slot may have had its issue today.
                page.carry.push((subscription.number, watermark));
                Why::NewSlot
            } else if subscription
                .subscriber
                .quiet
                .iter()
                .any(|quiet| quiet.covers(row.id.date))
            {
                page.carry.push((subscription.number, watermark));
                Why::Quiet
            } else {
                page.audience += 1;
                match self.segment(
                    row,
                    context,
                    (&mut page, &mut planned.vanished),
                    active,
                    watermark,
                ) {
                    Ok(segment) => {
                        planned.recipients += 1;
                        members.push((
                            subscription,
                            Member {
                                number: subscription.number,
                                segment,
                            },
                        ));
                        continue;
                    }
                    Err(why) => {
                        planned.nothing_new += 1;
                        if why == Why::TooFew {
                            page.carry.push((subscription.number, watermark));
                        }
                        why
                    }
                }
            };
            (self.left_out)(LeftOut {
                subscription: subscription.clone(),
                why,
            });
        }
        page.chunks = chunks(members, context.chunk);
        page
    }

    /// The segment of a subscription; made, if it is the first in it.
    fn segment(
        &self,
        row: &IssueRow,
        context: &mut Context,
        (page, vanished): (&mut Page, &mut BTreeMap<String, u64>),
        active: &Active,
        watermark: Number,
    ) -> Result<u32, Why> {
        let wish = plan::wish(self.index, self.edition, &active.subscription.subscriber);
        if let Some(before) = &context.before {
            let unknown = wish.query.unknown().iter();
            for name in unknown.filter(|name| before.find(name).is_some()) {
                *vanished.entry(name.clone()).or_default() += 1;
            }
        }
        let key = SegmentKey {
            issue: row.id.clone(),
            query: wish.query.canonical().to_owned(),
            topics: wish.query.order().to_vec(),
            languages: wish.languages.clone(),
            watermark,
            cutoff: row.cutoff,
            had: context.had(active.subscription.number),
            max_articles: wish.max_articles,
            length: wish.length,
            former: wish.former(&active.former, context.window.lowest()),
            moved: context.moved(row, &wish, self.index, &active.subscription),
            look: self.edition.look.clone(),
            made_from: row.made_from.clone(),
        };
        let hash = key.hash();
        let known = context.segments.get(&hash).copied();
        let mut found = known.unwrap_or_else(|| Found {
            stories: stories(&context.window, self.index, &wish, &key),
            corrected: plan::has_corrections(&context.window, self.index, &wish.query, &key),
            number: context.made.get(&hash).copied(),
        });
        // Whoever has waited long enough gets what there is.
        let waited = active.carry.map(|carry| row.planned_at - carry.since);
        let is_over = wish
            .max_wait
            .zip(waited)
            .is_some_and(|(most, waited)| most <= waited);
        let least = if is_over { 1 } else { wish.min_articles };
        let decided = match found.stories {
            // A correction alone makes no mail: it waits for one.
            0 if found.corrected => Err(Why::TooFew),
            0 => Err(Why::NothingNew),
            stories if stories < least => Err(Why::TooFew),
            _ => Ok(found.number.unwrap_or_else(|| {
                let number = context.next_segment;
                context.next_segment += 1;
                page.segments.push(SegmentRow { number, key });
                number
            })),
        };
        found.number = decided.ok().or(found.number);
        context.segments.insert(hash, found);
        decided
    }
}

/// How many stories the digest of a key has.
fn stories(window: &Window, index: &TopicIndex, wish: &Wish, key: &SegmentKey) -> u32 {
    let new = plan::count_new(window, index, &wish.query, key);
    let new = u32::try_from(new).unwrap_or(u32::MAX);
    key.max_articles.most().map_or(new, |most| new.min(most))
}

/// What was found for a segment's key.
#[derive(Debug, Clone, Copy)]
struct Found {
    /// How many stories its digest has.
    stories: u32,
    /// Whether it has corrections.
    corrected: bool,
    /// Its number, once somebody is in it: the same digest may be worth a mail to one reader, and not to another.
    number: Option<u32>,
}

impl Context {
    /// From where on a subscription was sent anything, as far as a change in the window depends on it: the highest number of a changed
    /// article that it never had.
    fn had(&self, subscription: SubscriptionNumber) -> Number {
        if self.first_looks.is_empty() {
            return Number(0);
        }
        let first = self
            .first_looks
            .iter()
            .find(|(upto, _)| subscription <= *upto);
        let began = first.map_or(Number(i64::MAX), |(_, began)| *began);
        let never_had = self
            .window
            .changed_numbers()
            .filter(|number| *number <= began);
        never_had.max().unwrap_or(Number(0))
    }

    /// The topics that a subscription's readers follow and that have ended since their last issue.
    fn moved(
        &self,
        row: &IssueRow,
        wish: &Wish,
        index: &TopicIndex,
        subscription: &Subscription,
    ) -> Vec<TopicId> {
        let Some(last) = &self.last else {
            return Vec::new();
        };
        let is_news = |id: &&TopicId| {
            index
                .former_by_id(id)
                .is_some_and(|former| last.id.date < former.since && former.since <= row.id.date)
        };
        let had_one = subscription.number <= last.upto;
        let former = wish.query.former().iter().filter(|_| had_one);
        former.filter(is_news).cloned().collect()
    }

    /// Up to where a subscription has seen what was eligible.
    fn watermark(&self, active: &Active) -> Number {
        let usual = match &self.last {
            Some(last) if active.subscription.number <= last.upto => last.cutoff,
            _ => self.first,
        };
        active.carry.map_or(usual, |carry| carry.watermark)
    }
}

/// The topics that an issue was planned with; `None` where that can't be read any more.
fn topics_of(store: &dyn Store, project: &Project, row: &IssueRow) -> Option<TopicIndex> {
    let (config, _) = MadeFrom::recall(store, &row.made_from, project).ok()?;
    topic_index(&config).ok()
}

/// Chunks of members: those of one domain together, and in them those of one segment.
fn chunks(mut members: Vec<(&Subscription, Member)>, size: usize) -> Vec<Vec<Member>> {
    let order = |(subscription, member): &(&Subscription, Member)| -> (String, u32, Ref) {
        (
            subscription.subscriber.address.domain().to_owned(),
            member.segment,
            subscription.reader,
        )
    };
    members.sort_by_cached_key(order);
    members
        .chunks(size)
        .map(|chunk| chunk.iter().map(|(_, member)| *member).collect())
        .collect()
}
