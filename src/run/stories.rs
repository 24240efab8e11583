//! Filing: each article that became eligible is put to its story, once and for all.

use chrono::TimeDelta;

use super::{Project, RunError};
use crate::{
    domain::Archived,
    plan::story::{Stories, Telling},
    store::Store,
};

/// Articles that are filed together. More than one run brings: those of one run are filed in an order of their own, so that
/// the order of the sources changes nothing.
const TOGETHER: usize = 20_000;

/// How long an article is remembered by its page and its wording.
const SAME: TimeDelta = TimeDelta::days(30);

/// Puts the articles that have no story yet to theirs. Whatever plans calls it first; another process may do so at the same time.
///
/// # Errors
/// When the store fails.
pub fn file_stories(project: &Project, store: &dyn Store) -> Result<(), RunError> {
    loop {
        let unfiled = store.unfiled(TOGETHER)?;
        if unfiled.is_empty() {
            return Ok(());
        }
        file_together(project, store, unfiled)?;
    }
}

fn file_together(
    project: &Project,
    store: &dyn Store,
    mut unfiled: Vec<Archived>,
) -> Result<(), RunError> {
    unfiled.sort_by_cached_key(|archived| {
        let published = archived.article.published.unwrap_or(archived.eligible_at);
        (archived.eligible_at, published, archived.article.key())
    });
    let Some(first) = unfiled.first() else {
        return Ok(());
    };
    let settings = project.config.stories.clone();
    let since = first.eligible_at - settings.open_for;
    let mut stories = Stories::new(settings);
    for (telling, story) in store.filed(since)? {
        stories.remember(&telling, story);
    }
    let tracking = &project.config.collect.tracking_parameters;
    let mut filed = Vec::with_capacity(unfiled.len());
    for archived in &unfiled {
        let telling = Telling::new(archived, tracking);
        let same = store.same_story(&telling, telling.at - SAME)?;
        let story = stories.file(&telling, same);
        filed.push((telling, story));
    }
    Ok(store.file(&filed)?)
}
