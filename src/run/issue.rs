//! Planning an issue: its row first, then page after page of subscriptions, each committed whole.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    EditorsHand, MadeFrom, Project, RunError, file_stories, topic_index,
    wishes::{Known, Places, Standing, Wishes},
};
use crate::{
    domain::{
        DeclaredSource, Edition, IssueId, Number, Slot, SlotId, Subscription, SubscriptionNumber,
    },
    keys::Keys,
    plan::{self, Reach, TopicIndex, Window},
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

/// What the pages of one issue have in common. It grows with what is wished, not with who wishes it.
struct Context<'a> {
    window: Window,
    last: Option<IssueRow>,
    /// The watermark of whoever gets their first issue.
    first: Number,
    /// For each issue so far, the oldest first: up to which subscription it looked, and the watermark of whoever got their first issue
    /// with it. Empty where nothing depends on it.
    first_looks: Vec<(SubscriptionNumber, Number)>,
    wishes: Wishes<'a>,
    /// What was found so far, by the wish and the place of the standing.
    found: HashMap<(WishId, u32), Found>,
    standings: Places<Standing>,
    /// What is new to readers of a form and standing.
    reaches: HashMap<(u32, u32), Reach>,
    /// The numbers of the segments that there are, by the hash of what they get: different wishes may mean the same.
    made: HashMap<[u8; 16], u32>,
    next_segment: u32,
    chunk: usize,
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

    fn context(&self, row: &IssueRow) -> Result<Context<'a>, RunError> {
        let last = self
            .store
            .last_issue(&self.edition.id, &self.slot_id, Some(row.id.date))?;
        let before = last.as_ref().filter(|last| last.made_from != row.made_from);
        let before = before.and_then(|last| topics_of(self.store, self.project, last));
        let first = self.store.number_at(row.planned_at - self.slot.period())?;
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
        let mut context = Context {
            window: Window::with_changes(
                (hand.apply(articles), &changes),
                self.index,
                self.edition,
                self.sources,
                row.planned_at,
            ),
            wishes: Wishes::new(
                (self.store, self.edition, self.index),
                (row, last.as_ref()),
                before,
            ),
            last,
            first,
            first_looks,
            found: HashMap::new(),
            standings: Places::default(),
            reaches: HashMap::new(),
            made: HashMap::new(),
            next_segment: 0,
            chunk: usize::try_from(chunk).unwrap_or(1),
        };
        // A plan that goes on knows the segments that there are.
        for segment in self.store.segments(&row.id)? {
            let wish = segment.grounds.wish;
            context.wishes.need(wish)?;
            let standing = context.standings.of(&segment.grounds.into());
            let hash = context.wishes.hash(wish, standing);
            context.made.insert(hash, segment.number);
            context.next_segment = context.next_segment.max(segment.number + 1);
        }
        Ok(context)
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
        context.wishes.look_at(wishers)?;
        let mut members = Vec::new();
        for wisher in wishers {
            let watermark = context.watermark(wisher);
            let why = match self.decide(row, context, (&mut page, planned), (wisher, watermark))? {
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

    /// The segment of a subscription, or why it has none.
    fn decide(
        &self,
        row: &IssueRow,
        context: &mut Context,
        (page, planned): (&mut Page, &mut Planned),
        (wisher, watermark): (&Wisher, Number),
    ) -> Result<Result<u32, Why>, RunError> {
        if let Some(reason) = wisher.suppressed {
            return Ok(Err(Why::Suppressed(reason)));
        }
        let Some((known, manner)) = context.wishes.known(wisher.wish) else {
            return Ok(Err(Why::NothingNew));
        };
        if manner.silence == Some(Why::Paused) {
            return Ok(Err(Why::Paused));
        }
        page.audience += 1;
        // Their old slot may have had its issue today.
        if wisher.slot_since.is_some_and(|since| row.id.date <= since) {
            return Ok(Err(Why::NewSlot));
        }
        if let Some(why) = manner.silence {
            return Ok(Err(why));
        }
        if known.has_vanished {
            for name in context.wishes.vanished(wisher.wish) {
                *planned.vanished.entry(name.clone()).or_default() += 1;
            }
        }
        // Whoever has waited long enough gets what there is.
        let waited = wisher.carry.map(|carry| row.planned_at - carry.since);
        let is_over = manner
            .wish
            .max_wait
            .zip(waited)
            .is_some_and(|(most, waited)| most <= waited);
        let least = if is_over { 1 } else { manner.wish.min_articles };
        let standing = context.standing(wisher, watermark, known);
        let place = context.standings.of(&standing);
        let found = match context.found.get(&(wisher.wish, place)) {
            Some(found) => *found,
            None => self.find(context, wisher.wish, (place, &standing))?,
        };
        let number = match found.stories {
            // A correction alone makes no mail: it waits for one.
            0 if found.corrected => return Ok(Err(Why::TooFew)),
            0 => return Ok(Err(Why::NothingNew)),
            stories if stories < least => return Ok(Err(Why::TooFew)),
            _ => match found.number {
                Some(number) => return Ok(Ok(number)),
                None => context.number(page, wisher.wish, (place, standing))?,
            },
        };
        let found = Found {
            number: Some(number),
            ..found
        };
        context.found.insert((wisher.wish, place), found);
        Ok(Ok(number))
    }

    /// What there is for readers of a wish and standing.
    fn find(
        &self,
        context: &mut Context,
        wish: WishId,
        (place, standing): (u32, &Standing),
    ) -> Result<Found, RunError> {
        let nothing = Found {
            stories: 0,
            corrected: false,
            number: None,
        };
        context.wishes.need(wish)?;
        let wishes = &context.wishes;
        let Some(((_, manner), query)) = wishes.known(wish).zip(wishes.query(wish)) else {
            return Ok(nothing);
        };
        let languages = &manner.wish.languages;
        let reach = context.reaches.entry((manner.form, place));
        let reach = reach.or_insert_with(|| context.window.reach(languages, standing.watermark));
        let (stories, corrected) = match context.window.count_alone(query, reach) {
            Some(stories) => (stories, false),
            None => plan::count(
                &context.window,
                self.index,
                (query, languages),
                (standing.watermark, standing.had),
                &manner.wish.former(&standing.former, Number(0)),
            ),
        };
        let stories = u32::try_from(stories).unwrap_or(u32::MAX);
        let most = manner.wish.max_articles.most();
        Ok(Found {
            stories: most.map_or(stories, |most| stories.min(most)),
            corrected,
            number: None,
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

/// What was found for readers of a wish and standing.
#[derive(Debug, Clone, Copy)]
struct Found {
    /// How many stories its digest has.
    stories: u32,
    /// Whether it has corrections.
    corrected: bool,
    /// The number of its segment, once somebody is in it: the same digest may be worth a mail to one reader, and not to another.
    number: Option<u32>,
}

impl Context<'_> {
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

    /// The number of the segment of a wish and standing; made, if it is new.
    fn number(
        &mut self,
        page: &mut Page,
        wish: WishId,
        (place, standing): (u32, Standing),
    ) -> Result<u32, RunError> {
        self.wishes.need(wish)?;
        let next = self.next_segment;
        let number = *self
            .made
            .entry(self.wishes.hash(wish, place))
            .or_insert(next);
        if number == next {
            self.next_segment += 1;
            let grounds = standing.grounds(wish);
            page.segments.push(SegmentRow { number, grounds });
        }
        Ok(number)
    }

    /// Where a subscription stands.
    fn standing(&self, wisher: &Wisher, watermark: Number, known: Known) -> Standing {
        let last = self.last.as_ref();
        let told = last.filter(|_| known.has_news && self.had_last(wisher.number));
        let lowest = self.window.lowest();
        let former = wisher.former.iter().filter(|wish| wish.upto > lowest);
        Standing {
            watermark,
            had: self.had(wisher.number),
            told_since: told.map(|last| last.id.date),
            former: former.cloned().collect(),
        }
    }

    /// Whether a subscription was looked at by the last issue.
    fn had_last(&self, subscription: SubscriptionNumber) -> bool {
        self.last
            .as_ref()
            .is_some_and(|last| subscription <= last.upto)
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
