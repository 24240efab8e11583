//! The articles of an issue, prepared once for all of its segments.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{about::Resolved, copies::first_copies, select::Fate, topics::TopicIndex};
use crate::domain::{Archived, Article, DeclaredSource, Edition, Form, Language, Number, Priority};

/// The time in which an article's weight halves.
const HALF_LIFE: TimeDelta = TimeDelta::hours(18);

/// Articles that one run collected are of one age: the order of the sources is none of the articles.
const SAME_AGE: TimeDelta = TimeDelta::minutes(15);

/// The articles of an issue, prepared for all of its segments, the weightiest first.
#[derive(Debug)]
pub struct Window {
    pub(super) candidates: Vec<Candidate>,
    /// The languages of the articles.
    pub(super) languages: Vec<Language>,
    /// The places of the candidates that are copies of one article, the best first; only where there are several.
    pub(super) copies: Vec<Vec<usize>>,
}

/// An article that a segment may get.
#[derive(Debug)]
pub(super) struct Candidate {
    pub article: Arc<Archived>,
    pub resolved: Resolved,
    /// What keeps it from everybody.
    pub barred: Option<Fate>,
    /// The place of its language in the window's; none where it doesn't tell.
    pub language: Option<usize>,
    /// The form that it takes where it isn't the first.
    pub form: Form,
    priority: Priority,
    weight: Weight,
}

/// What orders articles: the first of these that differs. The greater goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Weight {
    /// Priority × 2^(-age / half-life), as its logarithm in milliseconds of age: whole numbers are the same on every machine.
    score: i64,
    published: DateTime<Utc>,
    first: std::cmp::Reverse<Number>,
}

impl Weight {
    fn new(archived: &Archived, priority: Priority, now: DateTime<Utc>) -> Self {
        let age = (now - archived.eligible_at).max(TimeDelta::zero());
        let since = age.num_milliseconds() % SAME_AGE.num_milliseconds();
        let age = age - TimeDelta::milliseconds(since);
        Self {
            score: worth(priority).saturating_sub(age.num_milliseconds()),
            // A date to come is a clock that is wrong.
            published: archived
                .article
                .published
                .map_or(now - age, |published| published.min(archived.eligible_at)),
            first: std::cmp::Reverse(archived.number),
        }
    }
}

/// How many milliseconds of age a source's priority makes up for: twice the priority, one half-life.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the logarithm of a u32 is below 32, and priority 0 is as low as numbers go"
)]
fn worth(priority: Priority) -> i64 {
    let doublings = (f64::from(priority.0) / 100.0).log2();
    (doublings * HALF_LIFE.num_milliseconds() as f64).round() as i64
}

impl Window {
    /// Prepares the articles of an issue that is planned at `now`.
    #[must_use]
    pub fn new(
        articles: Vec<Archived>,
        index: &TopicIndex,
        edition: &Edition,
        sources: &[DeclaredSource],
        now: DateTime<Utc>,
    ) -> Self {
        let sources: HashMap<&str, &DeclaredSource> = sources
            .iter()
            .map(|source| (source.name.as_str(), source))
            .collect();
        let mut languages: Vec<Language> = Vec::new();
        let mut candidates: Vec<Candidate> = Vec::with_capacity(articles.len());
        for archived in articles {
            let article = &archived.article;
            let source = sources.get(article.source.as_str());
            let priority = source.map_or(Priority::default(), |source| source.priority);
            let topics = source.map_or(&[][..], |source| &source.topics);
            candidates.push(Candidate {
                resolved: index.resolve(article, topics),
                barred: barred(article, edition, now),
                language: article
                    .language
                    .as_ref()
                    .map(|language| place_in(&mut languages, language)),
                form: form(article),
                priority,
                weight: Weight::new(&archived, priority, now),
                article: Arc::new(archived),
            });
        }
        candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.weight));
        Self {
            copies: copies(&candidates),
            candidates,
            languages,
        }
    }

    /// The articles, the weightiest first, and what each is about.
    pub fn articles(&self) -> impl Iterator<Item = (&Archived, &Resolved)> {
        self.candidates
            .iter()
            .map(|candidate| (&*candidate.article, &candidate.resolved))
    }
}

fn place_in(languages: &mut Vec<Language>, language: &Language) -> usize {
    let known = languages.iter().position(|known| known == language);
    known.unwrap_or_else(|| {
        languages.push(language.clone());
        languages.len() - 1
    })
}

/// The places of those that are copies of one article: of the source that counts most, the one that came first.
fn copies(candidates: &[Candidate]) -> Vec<Vec<usize>> {
    let articles = candidates
        .iter()
        .map(|candidate| &candidate.article.article);
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, first) in first_copies(articles).into_iter().enumerate() {
        groups.entry(first).or_default().push(place);
    }
    let mut copies: Vec<_> = groups
        .into_values()
        .filter(|group| group.len() > 1)
        .collect();
    for group in &mut copies {
        group.sort_by_key(|place| {
            let candidate = &candidates[*place];
            (
                std::cmp::Reverse(candidate.priority),
                candidate.article.number,
            )
        });
    }
    copies
}

fn barred(article: &Article, edition: &Edition, now: DateTime<Utc>) -> Option<Fate> {
    if !edition.sources.is_empty() && !edition.sources.contains(&article.source) {
        return Some(Fate::OtherSource);
    }
    let oldest = edition.max_age.and_then(|age| now.checked_sub_signed(age));
    let old = article
        .published
        .zip(oldest)
        .is_some_and(|(published, oldest)| published < oldest);
    old.then_some(Fate::TooOld)
}

/// The form that an article takes where it isn't the first.
fn form(article: &Article) -> Form {
    match (article.summary.is_empty(), &article.image) {
        (true, _) => Form::Line,
        (false, Some(_)) => Form::Card,
        (false, None) => Form::Short,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::test_data::{archived, article, edition};

    #[test]
    fn a_date_to_come_puts_no_article_before_those_of_its_run() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let dated = |number, title: &str, published| {
            let article = Article {
                published: Some(published),
                ..article(title, &[])
            };
            archived(number, now, article)
        };
        let articles = vec![
            dated(1, "now", now),
            dated(2, "next year", now + TimeDelta::days(365)),
            dated(3, "yesterday", now - TimeDelta::days(1)),
        ];
        let index = TopicIndex::new(&[]).expect("no topics");
        let window = Window::new(articles, &index, &edition(), &[], now);
        let order: Vec<&str> = window
            .articles()
            .map(|(archived, _)| archived.article.title.as_str())
            .collect();
        assert_eq!(order, ["now", "next year", "yesterday"]);
    }
}
