//! What changed in articles that were sent: corrections, withdrawals, updates.

use std::{collections::HashMap, sync::Arc};

use super::{
    select::Wanted,
    story::words,
    window::{Candidate, Window},
};
use crate::domain::{Archived, Article, Change, Corrected, Correction, Number, Ranking};

/// What a change means for those who had the article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum News {
    /// A line.
    Correction(Corrected),
    /// The article again, marked as updated.
    Update,
}

/// A change, and the place of its article in the window.
#[derive(Debug)]
pub(super) struct Noted {
    pub at: Number,
    pub place: usize,
    pub news: News,
}

/// The news in a change, if it is any: most are none.
pub(super) fn news(change: &Change, ranking: &Ranking) -> Option<News> {
    let (before, after) = (&change.before.handling, &change.after.article.handling);
    if let Some(why) = after
        .withdrawn
        .as_ref()
        .filter(|_| before.withdrawn.is_none())
    {
        return Some(News::Correction(Corrected::Withdrawn(why.clone())));
    }
    if after.withdrawn.is_some() {
        return None;
    }
    if let Some(text) = after
        .correction
        .as_ref()
        .filter(|_| before.correction != after.correction)
    {
        return Some(News::Correction(Corrected::Corrected(text.clone())));
    }
    let changed = changed_hundredths(&change.before, &change.after.article);
    let much = ranking.updates.is_some_and(|least| changed >= least);
    let wanted = after.update && (!before.update || changed > 0);
    (much || wanted).then_some(News::Update)
}

/// How many hundredths of an article's words changed: of its whole text, where there is one.
fn changed_hundredths(before: &Article, after: &Article) -> u32 {
    let all = |article: &Article| {
        let mut words = words(article);
        words.extend(
            super::fold(&article.body.text)
                .split(' ')
                .map(str::to_owned),
        );
        words
    };
    let (before, after) = (all(before), all(after));
    let kept = before.intersection(&after).count();
    let either = before.len() + after.len() - kept;
    u32::try_from((either - kept) * 100 / either.max(1)).unwrap_or(100)
}

/// Adds the articles of changes to those of a window: they may be older.
pub(super) fn with_changed(mut articles: Vec<Archived>, changes: &[Change]) -> Vec<Archived> {
    let mut latest: HashMap<Number, &Archived> = HashMap::new();
    for change in changes {
        latest.insert(change.after.number, &change.after);
    }
    for known in &articles {
        latest.remove(&known.number);
    }
    articles.extend(latest.into_values().cloned());
    articles
}

impl Window {
    /// What was wrong in what a segment's readers may have had.
    #[must_use]
    pub fn corrections(&self, wanted: &Wanted, had_after: Number) -> Vec<Correction> {
        let mut corrections: Vec<(usize, Correction)> = Vec::new();
        for noted in self.noted(wanted, had_after) {
            let News::Correction(what) = &noted.news else {
                continue;
            };
            // Of several, the last one holds.
            corrections.retain(|(place, _)| *place != noted.place);
            let article = Arc::clone(&self.candidates[noted.place].article);
            corrections.push((
                noted.place,
                Correction {
                    article,
                    what: what.clone(),
                },
            ));
        }
        corrections
            .into_iter()
            .map(|(_, correction)| correction)
            .collect()
    }

    /// The articles that a segment's readers may have had and that come again.
    pub(super) fn updates(&self, wanted: &Wanted, had_after: Number) -> Vec<usize> {
        let updated = self
            .noted(wanted, had_after)
            .filter(|noted| noted.news == News::Update);
        let mut places: Vec<usize> = updated.map(|noted| noted.place).collect();
        places.sort_unstable();
        places.dedup();
        places.retain(|place| self.open.contains(*place));
        places
    }

    /// The articles of corrections, by their numbers.
    pub fn changed_numbers(&self) -> impl Iterator<Item = Number> {
        let numbers = self
            .changes
            .iter()
            .map(|noted| &self.candidates[noted.place]);
        numbers.map(|candidate: &Candidate| candidate.article.number)
    }

    fn noted(&self, wanted: &Wanted, had_after: Number) -> impl Iterator<Item = &Noted> {
        // A window without changes is the usual one.
        let had = (!self.changes.is_empty()).then(|| self.may_have_had(wanted));
        let had = had.into_iter();
        had.flat_map(move |had| {
            self.changes.iter().filter(move |noted| {
                let number = self.candidates[noted.place].article.number;
                noted.at > wanted.watermark && number > had_after && had.contains(noted.place)
            })
        })
    }
}
