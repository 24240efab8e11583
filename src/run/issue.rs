//! Planning an issue: its row first, then page after page of subscriptions, each committed whole.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{EditorsHand, MadeFrom, Project, RunError, file_stories, topic_index};
use crate::{
    domain::{
        DeclaredSource, Edition, FormerWish, IssueId, Number, SegmentKey, Slot, SlotId,
        Subscription, SubscriptionNumber, TopicId,
    },
    keys::Keys,
    plan::{self, TopicIndex, Window},
    store::{
        IssueRow, IssueState, Member, Page, SegmentRow, Store, SuppressionReason, WishId, Wisher,
    },
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
    /// The recipients' domains that a relay keeps a rate for.
    limited: BTreeSet<&'a str>,
    /// Is told who is left out, where somebody wants to know.
    left_out: Option<&'a mut dyn FnMut(LeftOut)>,
}

/// What the pages of one issue have in common.
struct Context {
    window: Window,
    last: Option<IssueRow>,
    /// The watermark of whoever gets their first issue.
    first: Number,
    /// What is known of wishes.
    facts: HashMap<WishId, Facts>,
    /// What they follow that is in the configuration no more.
    vanished: HashMap<WishId, Vec<String>>,
    /// What was found so far.
    found: HashMap<Kind, Found>,
    /// For each issue so far, the oldest first: up to which subscription it looked, and the watermark of whoever got their first issue
    /// with it. Empty where nothing depends on it.
    first_looks: Vec<(SubscriptionNumber, Number)>,
    /// The numbers of the segments that there are, by the keys' hashes: different wishes may mean the same.
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
        left_out: Option<&'a mut dyn FnMut(LeftOut)>,
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
            limited: project
                .config
                .relays
                .iter()
                .flat_map(|relay| relay.domains.keys().map(String::as_str))
                .collect(),
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
        let editor = EditorsHand::text(&project.folder, &self.edition.id, date)?;
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
            made_from: MadeFrom::now(project)
                .with_editor(editor)
                .keep(self.store)?,
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
            let wishers =
                self.store
                    .wishers(&self.edition.id, &self.slot_id, from, row.upto, PAGE)?;
            let to = match wishers.last() {
                Some(last) if wishers.len() == PAGE => last.number,
                _ => row.upto,
            };
            let page = self.page(row, &mut context, &mut planned, (from, to), &wishers)?;
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
        let hand = MadeFrom::editors_hand(self.store, &row.made_from)?;
        let changes = hand.apply_to_changes(changes);
        let first_looks = if changes.is_empty() {
            Vec::new()
        } else {
            self.first_looks(row)?
        };
        let (_, count) = self.store.audience(&self.edition.id, Some(&self.slot_id))?;
        let chunk = (count / (4 * self.connections)).clamp(1, CHUNK);
        Ok(Context {
            window: Window::with_changes(
                (hand.apply(articles), &changes),
                self.index,
                self.edition,
                self.sources,
                row.planned_at,
            ),
            last,
            first,
            facts: HashMap::new(),
            vanished: HashMap::new(),
            found: HashMap::new(),
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
        (from, to): (SubscriptionNumber, SubscriptionNumber),
        wishers: &[Wisher],
    ) -> Result<Page, RunError> {
        let mut page = Page {
            from,
            to,
            ..Page::default()
        };
        let mut members = Vec::new();
        for wisher in wishers {
            let watermark = context.watermark(wisher);
            let facts = match context.facts.get(&wisher.wish) {
                Some(facts) => *facts,
                None => self.look_at(row, context, wisher.wish)?,
            };
            let why = match self.decide(
                row,
                context,
                (&mut page, planned),
                (wisher, facts),
                watermark,
            )? {
                Ok(segment) => {
                    planned.recipients += 1;
                    let number = wisher.number;
                    members.push((wisher, Member { number, segment }));
                    continue;
                }
                Err(why) => why,
            };
            match why {
                Why::Suppressed(_) => planned.suppressed += 1,
                Why::Paused => planned.paused += 1,
                _ => planned.nothing_new += 1,
            }
            if !matches!(why, Why::Suppressed(_) | Why::NothingNew) {
                page.carry.push((wisher.number, watermark));
            }
            self.tell_left_out(wisher.number, why)?;
        }
        let (waited, others) = members
            .into_iter()
            .partition(|(wisher, _)| wisher.carry.is_some());
        page.first = chunks(waited, context.chunk, &self.limited);
        page.chunks = chunks(others, context.chunk, &self.limited);
        Ok(page)
    }

    /// What is the same for all who wish this.
    fn look_at(
        &self,
        row: &IssueRow,
        context: &mut Context,
        id: WishId,
    ) -> Result<Facts, RunError> {
        let subscriber = self.store.wish(id)?;
        let wish = plan::wish(self.index, self.edition, &subscriber);
        let date = row.id.date;
        let mut vanished: Vec<String> = Vec::new();
        if let Some(before) = &context.before {
            let unknown = wish.query.unknown().iter();
            vanished.extend(unknown.filter(|name| before.find(name).is_some()).cloned());
        }
        let facts = Facts {
            silence: if subscriber.paused.covers(date) {
                Some(Why::Paused)
            } else {
                let is_quiet = subscriber.quiet.iter().any(|quiet| quiet.covers(date));
                is_quiet.then_some(Why::Quiet)
            },
            min_articles: wish.min_articles,
            max_wait: wish.max_wait,
            is_told: !wish.query.former().is_empty(),
            has_vanished: !vanished.is_empty(),
        };
        if !vanished.is_empty() {
            context.vanished.insert(id, vanished);
        }
        context.facts.insert(id, facts);
        Ok(facts)
    }

    /// The segment of a subscription, or why it has none.
    fn decide(
        &self,
        row: &IssueRow,
        context: &mut Context,
        (page, planned): (&mut Page, &mut Planned),
        (wisher, facts): (&Wisher, Facts),
        watermark: Number,
    ) -> Result<Result<u32, Why>, RunError> {
        if let Some(reason) = wisher.suppressed {
            return Ok(Err(Why::Suppressed(reason)));
        }
        if facts.silence == Some(Why::Paused) {
            return Ok(Err(Why::Paused));
        }
        page.audience += 1;
        // Their old slot may have had its issue today.
        if wisher.slot_since.is_some_and(|since| row.id.date <= since) {
            return Ok(Err(Why::NewSlot));
        }
        if let Some(why) = facts.silence {
            return Ok(Err(why));
        }
        if facts.has_vanished {
            for name in context.vanished.get(&wisher.wish).into_iter().flatten() {
                *planned.vanished.entry(name.clone()).or_default() += 1;
            }
        }
        let kind = Kind {
            wish: wisher.wish,
            watermark,
            had: context.had(wisher.number),
            is_told: facts.is_told && context.had_last(wisher.number),
            former: wisher.former.clone(),
        };
        let mut found = match context.found.get(&kind) {
            Some(found) => *found,
            None => self.find(row, context, &kind)?,
        };
        // Whoever has waited long enough gets what there is.
        let waited = wisher.carry.map(|carry| row.planned_at - carry.since);
        let is_over = facts
            .max_wait
            .zip(waited)
            .is_some_and(|(most, waited)| most <= waited);
        let least = if is_over { 1 } else { facts.min_articles };
        let segment = match found.stories {
            // A correction alone makes no mail: it waits for one.
            0 if found.corrected => return Ok(Err(Why::TooFew)),
            0 => return Ok(Err(Why::NothingNew)),
            stories if stories < least => return Ok(Err(Why::TooFew)),
            _ => match found.number {
                Some(number) => number,
                None => context.number(page, self.key(row, context, &kind)?),
            },
        };
        found.number = Some(segment);
        context.found.insert(kind, found);
        Ok(Ok(segment))
    }

    /// What there is for a kind of subscription.
    fn find(&self, row: &IssueRow, context: &mut Context, kind: &Kind) -> Result<Found, RunError> {
        let key = self.key(row, context, kind)?;
        let (stories, corrected) = plan::count(&context.window, self.index, &key);
        let stories = u32::try_from(stories).unwrap_or(u32::MAX);
        let found = Found {
            stories: key
                .max_articles
                .most()
                .map_or(stories, |most| stories.min(most)),
            corrected,
            number: None,
        };
        context.found.insert(kind.clone(), found);
        Ok(found)
    }

    fn key(&self, row: &IssueRow, context: &Context, kind: &Kind) -> Result<SegmentKey, RunError> {
        let wish = plan::wish(self.index, self.edition, &self.store.wish(kind.wish)?);
        let news = if kind.is_told {
            context.ended_since(row, self.index, wish.query.former())
        } else {
            Vec::new()
        };
        Ok(SegmentKey {
            issue: row.id.clone(),
            query: wish.query.canonical().to_owned(),
            topics: wish.query.order().to_vec(),
            former: wish.former(&kind.former, context.window.lowest()),
            languages: wish.languages,
            watermark: kind.watermark,
            cutoff: row.cutoff,
            had: kind.had,
            max_articles: wish.max_articles,
            length: wish.length,
            parts: wish.parts,
            moved: news,
            look: self.edition.look.clone(),
            made_from: row.made_from.clone(),
        })
    }

    fn tell_left_out(&mut self, number: SubscriptionNumber, why: Why) -> Result<(), RunError> {
        let Some(left_out) = &mut self.left_out else {
            return Ok(());
        };
        let member = Member { number, segment: 0 };
        if let Some(subscription) = self.store.recipients(&[member])?.pop().flatten() {
            left_out(LeftOut { subscription, why });
        }
        Ok(())
    }
}

/// What is the same for all who wish the same.
#[derive(Debug, Clone, Copy)]
struct Facts {
    /// Why they get nothing today, if so.
    silence: Option<Why>,
    min_articles: u32,
    max_wait: Option<TimeDelta>,
    /// Whether they follow a topic that there is no more.
    is_told: bool,
    /// Whether they follow something that is in the configuration no more.
    has_vanished: bool,
}

/// All that decides the segment of a subscription: subscriptions of one kind are looked at once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Kind {
    wish: WishId,
    watermark: Number,
    had: Number,
    is_told: bool,
    former: Vec<FormerWish>,
}

/// What was found for a kind.
#[derive(Debug, Clone, Copy)]
struct Found {
    /// How many stories its digest has.
    stories: u32,
    /// Whether it has corrections.
    corrected: bool,
    /// The number of its segment, once somebody is in it: the same digest may be worth a mail to one reader, and not to another.
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

    /// The number of a key's segment; made, if it is new.
    fn number(&mut self, page: &mut Page, key: SegmentKey) -> u32 {
        let next = self.next_segment;
        let number = *self.made.entry(key.hash()).or_insert(next);
        if number == next {
            self.next_segment += 1;
            page.segments.push(SegmentRow { number, key });
        }
        number
    }

    /// Whether a subscription was looked at by the last issue.
    fn had_last(&self, subscription: SubscriptionNumber) -> bool {
        self.last
            .as_ref()
            .is_some_and(|last| subscription <= last.upto)
    }

    /// Those of former topics that have ended since the last issue.
    fn ended_since(&self, row: &IssueRow, index: &TopicIndex, former: &[TopicId]) -> Vec<TopicId> {
        let Some(last) = &self.last else {
            return Vec::new();
        };
        let is_news = |id: &&TopicId| {
            index
                .former_by_id(id)
                .is_some_and(|former| last.id.date < former.since && former.since <= row.id.date)
        };
        former.iter().filter(is_news).cloned().collect()
    }

    /// Up to where a subscription has seen what was eligible.
    fn watermark(&self, wisher: &Wisher) -> Number {
        let usual = match &self.last {
            Some(last) if wisher.number <= last.upto => last.cutoff,
            _ => self.first,
        };
        wisher.carry.map_or(usual, |carry| carry.watermark)
    }
}

/// The topics that an issue was planned with; `None` where that can't be read any more.
fn topics_of(store: &dyn Store, project: &Project, row: &IssueRow) -> Option<TopicIndex> {
    let (config, _) = MadeFrom::recall(store, &row.made_from, project).ok()?;
    topic_index(&config).ok()
}

/// Chunks of members: those of one domain together, and in them those of one segment. A domain with a rate of its own shares no chunk with
/// others, so that nobody waits for it.
fn chunks(
    mut members: Vec<(&Wisher, Member)>,
    size: usize,
    limited: &BTreeSet<&str>,
) -> Vec<Vec<Member>> {
    members.sort_unstable_by(|(one, a), (other, b)| {
        let domain = one.domain.cmp(&other.domain);
        domain
            .then(a.segment.cmp(&b.segment))
            .then(one.reader.cmp(&other.reader))
    });
    let group = |wisher: &Wisher| limited.get(wisher.domain.as_str()).copied();
    members
        .chunk_by(|(one, _), (other, _)| group(one) == group(other))
        .flat_map(|alike| alike.chunks(size))
        .map(|chunk| chunk.iter().map(|(_, member)| *member).collect())
        .collect()
}
