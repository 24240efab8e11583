//! The subscribers of editions, grouped by what decides their digests: for questions about everybody.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Project, RunError, send::slots, topic_index};
use crate::{
    domain::{Edition, FormerWish, IssueId, Number, SegmentKey, SlotId, SubscriptionNumber},
    plan::{self, Fate, Score, TopicIndex, Window},
    store::{Store, WishId, Wisher},
};

const PAGE: usize = 5000;

/// Subscribers who would get the same if a digest were made now.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// What they wish.
    pub wish: WishId,
    /// They have seen what was eligible up to here.
    pub watermark: Number,
    /// What they followed before.
    pub former: Vec<FormerWish>,
    /// How many they are.
    pub count: u64,
    /// One of them.
    pub example: SubscriptionNumber,
}

/// The groups of a slot, without those who must not be mailed.
pub(super) fn groups(
    store: &dyn Store,
    edition: &Edition,
    slot: &SlotId,
    now: DateTime<Utc>,
) -> Result<Vec<Group>, RunError> {
    let last = store.last_issue(&edition.id, slot, None)?;
    let first = store.number_at(now - edition.slot_of_id(slot).period())?;
    let watermark = |wisher: &Wisher| {
        let usual = match &last {
            Some(last) if wisher.number <= last.upto => last.cutoff,
            _ => first,
        };
        wisher.carry.map_or(usual, |carry| carry.watermark)
    };
    let (upto, _) = store.audience(&edition.id, Some(slot))?;
    let mut groups: BTreeMap<(WishId, Number, String), Group> = BTreeMap::new();
    let mut after = SubscriptionNumber(0);
    while after < upto {
        let page = store.wishers(&edition.id, slot, after, upto, PAGE)?;
        for wisher in page.iter().filter(|wisher| wisher.suppressed.is_none()) {
            let former = serde_json::to_string(&wisher.former).unwrap_or_default();
            let watermark = watermark(wisher);
            let group = groups.entry((wisher.wish, watermark, former));
            let group = group.or_insert_with(|| Group {
                wish: wisher.wish,
                watermark,
                former: wisher.former.clone(),
                count: 0,
                example: wisher.number,
            });
            group.count += 1;
        }
        after = page.last().map_or(upto, |last| last.number);
    }
    Ok(groups.into_values().collect())
}

/// An edition's slots with their groups, and the articles that any of them may get.
pub(super) struct Audience<'a> {
    pub edition: &'a Edition,
    pub slot: SlotId,
    pub groups: Vec<Group>,
    pub window: Window,
    pub index: TopicIndex,
    cutoff: Number,
    now: DateTime<Utc>,
}

impl<'a> Audience<'a> {
    /// The audiences of all editions of a project, each with the window that `after` and the lowest watermark make.
    pub fn of(
        project: &'a Project,
        store: &dyn Store,
        editions: &[&'a Edition],
        after: Number,
        now: DateTime<Utc>,
    ) -> Result<Vec<Self>, RunError> {
        let mut audiences = Vec::new();
        for (edition, slot) in slots(store, editions)? {
            let groups = groups(store, edition, &slot, now)?;
            let lowest = groups.iter().map(|group| group.watermark).min();
            let after = lowest.map_or(after, |lowest| lowest.min(after));
            let (cutoff, index) = (store.latest()?, topic_index(&project.config)?);
            let articles = store.articles(after, cutoff)?;
            let window = Window::new(articles, &index, edition, &project.config.sources, now);
            audiences.push(Self {
                edition,
                slot,
                groups,
                window,
                index,
                cutoff,
                now,
            });
        }
        Ok(audiences)
    }

    /// What becomes of each article of the window for a group.
    pub fn fates(
        &self,
        store: &dyn Store,
        group: &Group,
    ) -> Result<Vec<(Fate, Option<Score>)>, RunError> {
        let wish = plan::wish(&self.index, self.edition, &store.wish(group.wish)?);
        let tz = self.edition.slot_of_id(&self.slot).tz;
        let key = SegmentKey {
            issue: IssueId {
                edition: self.edition.id.clone(),
                date: self.now.with_timezone(&tz).date_naive(),
                slot: self.slot.clone(),
            },
            query: wish.query.canonical(&self.index),
            topics: wish.query.order(&self.index),
            former: wish.former(&group.former, Number(0)),
            languages: wish.languages,
            watermark: group.watermark,
            cutoff: self.cutoff,
            had: Number(0),
            max_articles: wish.max_articles,
            length: wish.length,
            parts: wish.parts,
            moved: Vec::new(),
            look: self.edition.look.clone(),
            made_from: String::new(),
        };
        Ok(plan::fates(&self.window, &self.index, self.edition, &key))
    }
}
