//! The articles of an issue, prepared once for all of its segments.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use super::{
    about::Resolved,
    bits::Bits,
    changes::{Noted, news, with_changed},
    rank::{self, Factor},
    select::Fate,
    story::{features, nearly_same, page, wording, words},
    topics::TopicIndex,
};
use crate::domain::{
    Archived, Article, Change, CollectSettings, DeclaredSource, Edition, Form, Language, Number,
    Priority,
};

/// Stories of more articles than these have their copies found by page and wording only.
const FEW: usize = 100;

/// The articles of an issue, prepared for all of its segments, in the order of their numbers.
#[derive(Debug)]
pub struct Window {
    pub(super) candidates: Vec<Candidate>,
    /// The languages of the articles.
    pub(super) languages: Vec<Language>,
    /// For each of these languages, the articles that are in it.
    pub(super) in_language: Vec<Bits>,
    /// The articles that tell no language.
    pub(super) in_no_language: Bits,
    /// For each topic, the articles that are about it or a narrower one.
    pub(super) about: Vec<Bits>,
    /// For each topic, the articles that are about it itself.
    pub(super) exactly: Vec<Bits>,
    /// For each tag that is no topic's, the articles that have it.
    pub(super) tagged: HashMap<String, Bits>,
    /// What anybody may get.
    pub(super) open: Bits,
    /// What somebody may have got when it became eligible.
    pub(super) was_open: Bits,
    /// The places of each story's articles.
    pub(super) stories: Vec<Vec<usize>>,
    /// The articles whose story has no other.
    pub(super) alone: Bits,
    /// The changes that are news to those who had their articles, in the order in which they came.
    pub(super) changes: Vec<Noted>,
}

/// An article that a segment may get.
#[derive(Debug)]
pub(super) struct Candidate {
    pub article: Arc<Archived>,
    /// What no run and no order of sources changes.
    pub key: String,
    pub resolved: Resolved,
    /// What keeps it from everybody.
    pub barred: Option<Fate>,
    /// Whether it could have been sent when it became eligible.
    pub was_open: bool,
    /// The place of its language in the window's; none where it doesn't tell.
    pub language: Option<usize>,
    /// The form that it takes where it isn't the first.
    pub form: Form,
    /// The place of its story in the window's.
    pub story: usize,
    /// The place of the article that it is a copy of: its own, where it is none.
    pub original: usize,
    pub priority: Priority,
    pub recency: Factor,
    pub boost: Factor,
    pub pinned: bool,
    pub published: DateTime<Utc>,
    /// The features of its title, sorted.
    pub features: Vec<String>,
}

impl Window {
    /// Prepares the articles of an issue that is planned at `now`. They are those after the lowest watermark, and the earlier ones of
    /// their stories.
    #[must_use]
    pub fn new(
        articles: Vec<Archived>,
        index: &TopicIndex,
        edition: &Edition,
        sources: &[DeclaredSource],
        now: DateTime<Utc>,
    ) -> Self {
        Self::with_changes((articles, &[]), index, edition, sources, now)
    }

    /// The same, with the changes after the lowest watermark of articles that were eligible before.
    #[must_use]
    pub fn with_changes(
        (articles, changes): (Vec<Archived>, &[Change]),
        index: &TopicIndex,
        edition: &Edition,
        sources: &[DeclaredSource],
        now: DateTime<Utc>,
    ) -> Self {
        let articles = with_changed(articles, changes);
        let sources: HashMap<&str, &DeclaredSource> = sources
            .iter()
            .map(|source| (source.name.as_str(), source))
            .collect();
        let pinned = pinned(edition, now);
        let half_life = edition.half_life();
        let mut languages: Vec<Language> = Vec::new();
        let mut candidates: Vec<Candidate> = Vec::with_capacity(articles.len());
        for archived in articles {
            let article = &archived.article;
            let source = sources.get(article.source.as_str());
            let topics = source.map_or(&[][..], |source| &source.topics);
            let page = article.url.as_deref().and_then(page_of);
            candidates.push(Candidate {
                key: article.key(),
                resolved: index.resolve(article, topics),
                barred: barred(article, edition, now),
                was_open: barred(article, edition, archived.eligible_at).is_none(),
                language: article
                    .language
                    .as_ref()
                    .map(|language| place_in(&mut languages, language)),
                form: form(article),
                story: 0,
                original: candidates.len(),
                priority: source.map_or(Priority::default(), |source| source.priority),
                recency: rank::recency(archived.eligible_at, now, half_life),
                boost: rank::priority(Priority(article.handling.boost.unwrap_or(100))),
                pinned: article.handling.pin || page.is_some_and(|page| pinned.contains(&page)),
                // A date to come is a clock that is wrong.
                published: article
                    .published
                    .map_or(archived.eligible_at, |at| at.min(archived.eligible_at)),
                features: sorted_features(&article.title),
                article: Arc::new(archived),
            });
        }
        let mut window = Self::of(candidates, languages, index);
        let places: HashMap<Number, usize> = window
            .candidates
            .iter()
            .enumerate()
            .map(|(place, candidate)| (candidate.article.number, place))
            .collect();
        let noted = changes.iter().filter_map(|change| {
            Some(Noted {
                at: change.at,
                place: *places.get(&change.after.number)?,
                news: news(change, &edition.ranking)?,
            })
        });
        window.changes = noted.collect();
        window
    }

    fn of(mut candidates: Vec<Candidate>, languages: Vec<Language>, index: &TopicIndex) -> Self {
        candidates.sort_by_key(|candidate| candidate.article.number);
        let stories = stories(&mut candidates);
        let none = || Bits::none(candidates.len());
        let mut window = Self {
            in_language: vec![none(); languages.len()],
            in_no_language: none(),
            about: vec![none(); index.topics().len()],
            exactly: vec![none(); index.topics().len()],
            tagged: HashMap::new(),
            open: none(),
            was_open: none(),
            alone: none(),
            changes: Vec::new(),
            languages,
            stories,
            candidates: Vec::new(),
        };
        for (place, candidate) in candidates.iter().enumerate() {
            match candidate.language {
                Some(language) => window.in_language[language].insert(place),
                None => window.in_no_language.insert(place),
            }
            for topic in 0..index.topics().len() {
                if candidate.resolved.all.contains(topic) {
                    window.about[topic].insert(place);
                }
                if candidate.resolved.own.contains(topic) {
                    window.exactly[topic].insert(place);
                }
            }
            for tag in &candidate.resolved.tags {
                let tagged = window.tagged.entry(tag.clone());
                tagged.or_insert_with(none).insert(place);
            }
            if candidate.barred.is_none() {
                window.open.insert(place);
            }
            if candidate.was_open {
                window.was_open.insert(place);
            }
            if window.stories[candidate.story].len() == 1 {
                window.alone.insert(place);
            }
        }
        window.candidates = candidates;
        window
    }

    /// The number below its first article.
    #[must_use]
    pub fn lowest(&self) -> Number {
        let first = self.candidates.first();
        first.map_or(Number(i64::MAX), |first| Number(first.article.number.0 - 1))
    }

    /// How many articles it has.
    pub(super) fn len(&self) -> usize {
        self.candidates.len()
    }

    /// The articles after a watermark.
    pub(super) fn after(&self, watermark: Number) -> Bits {
        let from = self
            .candidates
            .partition_point(|candidate| candidate.article.number <= watermark);
        Bits::from(from, self.len())
    }

    /// The articles in these languages, and those that tell none.
    pub(super) fn readable(&self, languages: &[Language]) -> Bits {
        let read = |theirs: &Language| languages.iter().any(|ours| ours.matches(theirs));
        let all = self.languages.iter().zip(&self.in_language);
        all.filter(|(language, _)| read(language))
            .fold(self.in_no_language.clone(), |bits, (_, more)| bits.or(more))
    }

    /// The articles, in the order of their numbers, and what each is about.
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

/// The pages that are pinned.
fn pinned(edition: &Edition, now: DateTime<Utc>) -> BTreeSet<String> {
    let today = now.with_timezone(&edition.tz).date_naive();
    let holds = edition
        .pins
        .iter()
        .filter(|pin| pin.until.is_none_or(|until| today <= until))
        .filter(|pin| pin.editions.is_empty() || pin.editions.contains(&edition.id));
    holds.filter_map(|pin| page_of(&pin.url)).collect()
}

fn page_of(url: &str) -> Option<String> {
    page(url, &CollectSettings::default().tracking_parameters)
}

fn sorted_features(title: &str) -> Vec<String> {
    let features = features(title);
    let features: BTreeSet<&str> = features
        .split(' ')
        .filter(|feature| !feature.is_empty())
        .collect();
    features.into_iter().map(str::to_owned).collect()
}

/// The places of each story's articles, and notes which of them are copies of which.
fn stories(candidates: &mut [Candidate]) -> Vec<Vec<usize>> {
    let mut stories: Vec<Vec<usize>> = Vec::new();
    let mut known: HashMap<Number, usize> = HashMap::new();
    for (place, candidate) in candidates.iter_mut().enumerate() {
        let next = stories.len();
        candidate.story = *known.entry(candidate.article.story).or_insert(next);
        if candidate.story == next {
            stories.push(Vec::new());
        }
        stories[candidate.story].push(place);
    }
    for story in stories.iter().filter(|story| story.len() > 1) {
        for (place, original) in copies(candidates, story) {
            candidates[place].original = original;
        }
    }
    stories
}

/// Which articles of a story are copies of which: of the source that counts most, else of the first.
fn copies(candidates: &[Candidate], story: &[usize]) -> Vec<(usize, usize)> {
    let article = |place: usize| &candidates[place].article.article;
    let mut by_weight = story.to_vec();
    by_weight.sort_by_key(|place| {
        let candidate = &candidates[*place];
        (
            std::cmp::Reverse(candidate.priority),
            candidate.published,
            &candidate.key,
        )
    });
    let mut same: HashMap<String, usize> = HashMap::new();
    let mut originals: Vec<(usize, BTreeSet<String>)> = Vec::new();
    let mut copies = Vec::new();
    for place in by_weight {
        let page = article(place).url.as_deref().and_then(page_of);
        let page = page.map(|page| format!("page {page}"));
        let keys: Vec<_> = page.into_iter().chain(wording(article(place))).collect();
        let words = if story.len() <= FEW {
            words(article(place))
        } else {
            BTreeSet::new()
        };
        let near = || {
            let other = originals.iter().find(|(other, theirs)| {
                article(*other).source != article(place).source && nearly_same(&words, theirs)
            });
            other.map(|(other, _)| *other)
        };
        let original = keys
            .iter()
            .find_map(|key| same.get(key).copied())
            .or_else(near);
        let root = original.unwrap_or(place);
        for key in keys {
            same.entry(key).or_insert(root);
        }
        match original {
            Some(original) => copies.push((place, original)),
            None => originals.push((place, words)),
        }
    }
    copies
}

fn barred(article: &Article, edition: &Edition, now: DateTime<Utc>) -> Option<Fate> {
    if !edition.sources.is_empty() && !edition.sources.contains(&article.source) {
        return Some(Fate::OtherSource);
    }
    if article.handling.withdrawn.is_some() {
        return Some(Fate::Withdrawn);
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

/// How like two titles are: from 0 to 1, as the cosine of their sets of features.
pub(super) fn likeness(one: &Candidate, other: &Candidate) -> f64 {
    let (a, b) = (&one.features, &other.features);
    let shared = a
        .iter()
        .filter(|feature| b.binary_search(feature).is_ok())
        .count();
    let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    if shared == 0 {
        return 0.0;
    }
    count(shared) / (count(a.len()) * count(b.len())).sqrt()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

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
        let published = window
            .candidates
            .iter()
            .map(|candidate| candidate.published);
        let expected = [now, now, now - TimeDelta::days(1)];
        assert_eq!(published.collect::<Vec<_>>(), expected);
    }
}
