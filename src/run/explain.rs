//! Why somebody gets what they get.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Project, RunError, Sending, file_stories, take_in, topic_index};
use crate::{
    domain::{Address, Archived, Edition, EditionId, IssueId, Number, SegmentKey, TopicId},
    keys::Keys,
    plan::{self, Fate, Score, TopicIndex, Why, Window},
    store::{Active, Delivery, Store, SuppressionReason},
};

/// How far back a window goes for somebody who asks.
const WINDOW: TimeDelta = TimeDelta::days(3);

/// What became of one article for one subscriber.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The article.
    pub article: Archived,
    /// What becomes of it.
    pub fate: Fate,
    /// What its story weighs, where it is the one that tells it.
    pub score: Option<Score>,
    /// The topics that it is about, and why.
    pub why: Vec<(TopicId, Why)>,
}

/// A subscriber and one edition.
#[derive(Debug)]
pub struct Explanation {
    /// The edition.
    pub edition: EditionId,
    /// What they follow, in its canonical form.
    pub query: String,
    /// Names in it that are no topic's: they mean the tags of that name.
    pub unknown: Vec<String>,
    /// Why they get nothing at all, if so.
    pub suppressed: Option<SuppressionReason>,
    /// When they get it, in words.
    pub slot: String,
    /// When their next issue is due; none where it is now.
    pub next: Option<DateTime<Utc>>,
    /// Whether they are paused today.
    pub paused: bool,
    /// What the next digest makes of each article of the window, the weightiest first.
    pub articles: Vec<Explained>,
    /// What was sent to them, the newest first.
    pub deliveries: Vec<Delivery>,
}

/// Explains what a subscriber would get if a digest were made now. `store` is a copy: the subscribers files are taken into it.
///
/// # Errors
/// When they have no subscription, or the store fails.
pub fn explain(
    project: &Project,
    store: &dyn Store,
    keys: &Keys,
    address: &Address,
    sending: &Sending,
) -> Result<Vec<Explanation>, RunError> {
    take_in(project, store, keys, sending)?;
    file_stories(project, store)?;
    let index = topic_index(&project.config)?;
    let editions = project.editions(&sending.editions)?;
    let mut explanations = Vec::new();
    for active in store.find(address)? {
        if let Some(edition) = editions
            .iter()
            .find(|edition| edition.id == active.subscription.edition)
        {
            explanations.push(explain_one(
                project, store, &index, edition, &active, sending.at,
            )?);
        }
    }
    if explanations.is_empty() {
        return Err(RunError::Unknown(format!(
            "{address} has no subscription: is the address in the subscribers files?"
        )));
    }
    Ok(explanations)
}

fn explain_one(
    project: &Project,
    store: &dyn Store,
    index: &TopicIndex,
    edition: &Edition,
    active: &Active,
    now: DateTime<Utc>,
) -> Result<Explanation, RunError> {
    let subscriber = &active.subscription.subscriber;
    let wish = plan::wish(index, edition, subscriber);
    let slot = edition.slot_of_id(&active.slot);
    let last = store.last_issue(&edition.id, &active.slot, None)?;
    let watermark = match (&active.carry, &last) {
        (Some(carry), _) => carry.watermark,
        (None, Some(last)) if active.subscription.number <= last.upto => last.cutoff,
        _ => store.number_at(now - slot.period())?,
    };
    let date = now.with_timezone(&slot.tz).date_naive();
    let due = plan::due(
        &slot,
        edition.deadline,
        now,
        last.as_ref().map(|row| row.id.date),
    );
    let (canonical, unknown) = (wish.query.canonical(index), wish.query.unknown().to_vec());
    let key = SegmentKey {
        issue: IssueId {
            edition: edition.id.clone(),
            date,
            slot: active.slot.clone(),
        },
        topics: wish.query.order(index),
        query: canonical.clone(),
        languages: wish.languages.clone(),
        watermark,
        cutoff: store.latest()?,
        had: Number(0),
        max_articles: wish.max_articles,
        length: wish.length,
        parts: wish.parts,
        former: wish.former(&active.former, Number(0)),
        moved: Vec::new(),
        look: edition.look.clone(),
        made_from: String::new(),
    };
    let after: Number = store.number_at(now - WINDOW)?.min(watermark);
    let changes = store.changes(after, key.cutoff)?;
    let window = Window::with_changes(
        (store.articles(after, key.cutoff)?, &changes),
        index,
        edition,
        &project.config.sources,
        now,
    );
    let fates = plan::fates(&window, index, edition, &key);
    let mut articles: Vec<Explained> = window
        .articles()
        .zip(fates)
        .map(|((article, about), (fate, score))| Explained {
            article: article.clone(),
            fate,
            score,
            why: about.why.clone(),
        })
        .collect();
    // What weighs most first, then the newest.
    articles.sort_by_key(|explained| {
        let total = explained.score.map(|score| score.total());
        std::cmp::Reverse((total, explained.article.number))
    });
    Ok(Explanation {
        edition: edition.id.clone(),
        query: canonical,
        unknown,
        slot: active.slot.as_str().to_owned(),
        next: match due {
            plan::Due::Now { .. } => None,
            plan::Due::Not { next } => next,
        },
        suppressed: active.suppressed,
        paused: subscriber.paused.covers(date),
        articles,
        deliveries: store.deliveries(active.subscription.number, 5)?,
    })
}
