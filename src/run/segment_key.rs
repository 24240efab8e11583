//! The key of a segment, from what the ledger keeps of it.

use super::RunError;
use crate::{
    domain::{Edition, Number, SegmentKey, TopicId},
    plan::{self, TopicIndex},
    store::{Grounds, IssueRow, Store},
};

/// The key of a segment of an issue: with the edition and topics that the issue was made from, always the same.
///
/// # Errors
/// When the store fails.
pub fn segment_key(
    row: &IssueRow,
    store: &dyn Store,
    (edition, index): (&Edition, &TopicIndex),
    grounds: &Grounds,
) -> Result<SegmentKey, RunError> {
    let wish = plan::wish(index, edition, &store.wish(grounds.wish)?);
    let is_news = |id: &&TopicId| {
        let former = index.former_by_id(id).zip(grounds.told_since);
        former.is_some_and(|(former, last)| last < former.since && former.since <= row.id.date)
    };
    let moved = wish.query.former().iter().filter(is_news);
    Ok(SegmentKey {
        issue: row.id.clone(),
        query: wish.query.canonical(index),
        topics: wish.query.order(index),
        moved: moved.cloned().collect(),
        former: wish.former(&grounds.former, Number(0)),
        languages: wish.languages,
        watermark: grounds.watermark,
        cutoff: row.cutoff,
        had: grounds.had,
        max_articles: wish.max_articles,
        length: wish.length,
        parts: wish.parts,
        look: edition.look.clone(),
        made_from: row.made_from.clone(),
    })
}
