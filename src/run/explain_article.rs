//! Who gets an article, and why the others don't.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::{Project, RunError, Sending, audience::Audience, file_stories, take_in};
use crate::{
    domain::{Archived, CollectSettings, EditionId, SlotId, TopicId},
    keys::Keys,
    plan::{Fate, Why, story::page},
    store::Store,
};

/// How far back articles are looked for.
const WINDOW: TimeDelta = TimeDelta::days(14);

/// What becomes of one article in one slot of an edition.
#[derive(Debug)]
pub struct ArticleExplanation {
    /// The edition.
    pub edition: EditionId,
    /// The slot.
    pub slot: SlotId,
    /// The article.
    pub article: Archived,
    /// The topics that it is about, and why.
    pub why: Vec<(TopicId, Why)>,
    /// What becomes of it, and for how many, the most first.
    pub fates: Vec<(Fate, u64)>,
}

/// Explains an article by its page or its id, for everybody. `store` is a copy: the subscribers files are taken into it.
///
/// # Errors
/// When there is no such article in the archive's last days, or the store fails.
pub fn explain_article(
    project: &Project,
    store: &dyn Store,
    keys: &Keys,
    wanted: &str,
    sending: &Sending,
) -> Result<Vec<ArticleExplanation>, RunError> {
    take_in(project, store, keys, sending)?;
    file_stories(project, store)?;
    let page_of = |url: &str| page(url, &CollectSettings::default().tracking_parameters);
    let wanted_page = page_of(wanted);
    let is_wanted = |archived: &Archived| {
        let article = &archived.article;
        let theirs = article.url.as_deref().and_then(page_of);
        article.id.as_str() == wanted || (theirs.is_some() && theirs == wanted_page)
    };
    let editions = project.editions(&sending.editions)?;
    let after = store.number_at(sending.at - WINDOW)?;
    let mut explanations = Vec::new();
    for audience in Audience::of(project, store, &editions, after, sending.at)? {
        let found = audience.window.articles().enumerate();
        let found: Vec<_> = found
            .filter(|(_, (archived, _))| is_wanted(archived))
            .map(|(place, (archived, about))| (place, archived.clone(), about.why.clone()))
            .collect();
        let mut counts: Vec<BTreeMap<String, (Fate, u64)>> = vec![BTreeMap::new(); found.len()];
        for group in &audience.groups {
            if found.is_empty() {
                break;
            }
            let fates = audience.fates(store, group)?;
            for ((place, _, _), counts) in found.iter().zip(&mut counts) {
                let fate = &fates[*place].0;
                let (_, count) = counts
                    .entry(format!("{fate:?}"))
                    .or_insert_with(|| (fate.clone(), 0));
                *count += group.count;
            }
        }
        for ((_, article, why), counts) in found.into_iter().zip(counts) {
            let mut fates: Vec<(Fate, u64)> = counts.into_values().collect();
            fates.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            explanations.push(ArticleExplanation {
                edition: audience.edition.id.clone(),
                slot: audience.slot.clone(),
                article,
                why,
                fates,
            });
        }
    }
    if explanations.is_empty() {
        return Err(RunError::Unknown(format!(
            "there is no article `{wanted}` in the last {} days: is it embargoed, not yet collected, or from before its source was first collected?",
            WINDOW.num_days()
        )));
    }
    Ok(explanations)
}
