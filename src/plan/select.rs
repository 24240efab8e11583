//! Which articles a segment gets, in which order, and why the others not.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};

use super::{about::Resolved, compile::Compiled, fold::fold, topics::TopicIndex};
use crate::domain::{
    Archived, Article, DeclaredSource, Edition, Form, Language, Limit, Number, Placed, Priority,
    Section, TopicId,
};

/// The time in which an article's weight halves.
const HALF_LIFE_HOURS: f64 = 18.0;

/// The articles of an issue, prepared for all of its segments.
#[derive(Debug)]
pub struct Window {
    candidates: Vec<Candidate>,
}

#[derive(Debug)]
struct Candidate {
    article: Arc<Archived>,
    resolved: Resolved,
    score: f64,
    /// What keeps it from everybody.
    barred: Option<Fate>,
    /// The same for all copies of one article.
    copy_of: usize,
    form: Form,
}

/// What becomes of an article in one segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is in the digest, under this topic.
    In(Option<TopicId>),
    /// The reader had it in an earlier issue.
    AlreadySent,
    /// The reader follows none of its topics.
    NoTopic,
    /// It is in none of the reader's languages.
    OtherLanguage,
    /// It is older than the edition takes.
    TooOld,
    /// The edition doesn't take its source.
    OtherSource,
    /// It is the same as another one.
    Duplicate(Number),
    /// The digest is full.
    OverLimit,
}

/// What one segment gets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// The articles, in the order of the digest.
    pub sections: Vec<Section>,
    /// What became of every article of the window.
    pub fates: Vec<(Number, Fate)>,
}

/// What a segment wants of a window.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// Its query.
    pub query: &'a Compiled,
    /// The reader's order of topics.
    pub order: &'a [TopicId],
    /// Its languages.
    pub languages: &'a [Language],
    /// It has had what was eligible up to here.
    pub watermark: Number,
    /// How many articles at most.
    pub max_articles: Limit<u32>,
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
        let mut copies = HashMap::new();
        let mut candidates: Vec<Candidate> = Vec::with_capacity(articles.len());
        for archived in articles {
            let article = &archived.article;
            let source = sources.get(article.source.as_str());
            let priority = source.map_or(Priority::default(), |source| source.priority);
            let copy_of = copy_of(article, candidates.len(), &mut copies);
            candidates.push(Candidate {
                resolved: index.resolve(
                    article,
                    source.map_or(&[], |source| source.topics.as_slice()),
                ),
                score: score(&archived, priority, now),
                barred: barred(article, edition, now),
                copy_of,
                form: form(article),
                article: Arc::new(archived),
            });
        }
        let newest = |candidate: &Candidate| candidate.article.article.published;
        candidates.sort_by(|a, b| {
            b.score
                .total_cmp(&a.score)
                .then(newest(b).cmp(&newest(a)))
                .then(a.article.number.cmp(&b.article.number))
        });
        Self { candidates }
    }

    /// The articles, the weightiest first, and what each is about.
    pub fn articles(&self) -> impl Iterator<Item = (&Archived, &Resolved)> {
        self.candidates
            .iter()
            .map(|candidate| (&*candidate.article, &candidate.resolved))
    }

    /// What a segment gets.
    #[must_use]
    pub fn select(&self, wanted: &Wanted, index: &TopicIndex, edition: &Edition) -> Selection {
        let offered = offered(index, edition);
        let mut selection = Selection::default();
        let mut had: HashMap<usize, Number> = HashMap::new();
        let mut chosen: Vec<(Option<usize>, &Candidate)> = Vec::new();
        // Whoever had one copy of an article has had it.
        for candidate in self
            .candidates
            .iter()
            .filter(|candidate| candidate.article.number <= wanted.watermark)
        {
            if fate(candidate, wanted).is_none() {
                had.insert(candidate.copy_of, candidate.article.number);
            }
        }
        for candidate in &self.candidates {
            let number = candidate.article.number;
            let fate = fate(candidate, wanted).unwrap_or_else(|| {
                if number <= wanted.watermark {
                    return Fate::AlreadySent;
                }
                if let Some(other) = had.get(&candidate.copy_of) {
                    return Fate::Duplicate(*other);
                }
                had.insert(candidate.copy_of, number);
                if !wanted
                    .max_articles
                    .allows(u32::try_from(chosen.len() + 1).unwrap_or(u32::MAX))
                {
                    return Fate::OverLimit;
                }
                let place = heading(&candidate.resolved, wanted.order, &offered, index);
                chosen.push((place, candidate));
                Fate::In(place.map(|place| index.topic(place).id.clone()))
            });
            selection.fates.push((number, fate));
        }
        selection.sections = sections(&chosen, wanted.order, &offered, index);
        selection
    }
}

/// Why a candidate isn't for this segment, apart from what it has had and how much it takes.
fn fate(candidate: &Candidate, wanted: &Wanted) -> Option<Fate> {
    if let Some(barred) = &candidate.barred {
        return Some(barred.clone());
    }
    let language = candidate.article.article.language.as_ref();
    let reads = |language: &Language| wanted.languages.iter().any(|known| known.matches(language));
    if !language.is_none_or(reads) {
        return Some(Fate::OtherLanguage);
    }
    (!wanted.query.matches(&candidate.resolved)).then_some(Fate::NoTopic)
}

fn barred(article: &Article, edition: &Edition, now: DateTime<Utc>) -> Option<Fate> {
    if !edition.sources.is_empty() && !edition.sources.contains(&article.source) {
        return Some(Fate::OtherSource);
    }
    let oldest = edition.max_age.map(|age| now - age);
    let old = article
        .published
        .zip(oldest)
        .is_some_and(|(published, oldest)| published < oldest);
    old.then_some(Fate::TooOld)
}

fn score(archived: &Archived, priority: Priority, now: DateTime<Utc>) -> f64 {
    let age = (now - archived.eligible_at).max(TimeDelta::zero());
    let hours = age.as_seconds_f64() / 3600.0;
    f64::from(priority.0) / 100.0 * (-hours / HALF_LIFE_HOURS).exp2()
}

/// The form that an article takes where it isn't the first.
fn form(article: &Article) -> Form {
    match (article.summary.is_empty(), &article.image) {
        (true, _) => Form::Line,
        (false, Some(_)) => Form::Card,
        (false, None) => Form::Short,
    }
}

/// The place of the first article that is the same: by its page, or by its title and summary.
fn copy_of(article: &Article, place: usize, copies: &mut HashMap<String, usize>) -> usize {
    let words = format!("{}\n{}", fold(&article.title), fold(&article.summary.text));
    let keys: Vec<String> = article
        .url
        .as_deref()
        .map(canonical_url)
        .into_iter()
        .chain([words])
        .collect();
    let first = keys
        .iter()
        .find_map(|key| copies.get(key))
        .copied()
        .unwrap_or(place);
    for key in keys {
        copies.entry(key).or_insert(first);
    }
    first
}

/// A page's address without what differs between copies of it: scheme, fragment, tracking parameters, a slash at its end.
fn canonical_url(url: &str) -> String {
    let Ok(mut url) = url::Url::parse(url) else {
        return url.to_owned();
    };
    url.set_fragment(None);
    let tracking = |name: &str| {
        name.starts_with("utm_") || matches!(name, "fbclid" | "gclid" | "mc_cid" | "mc_eid")
    };
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| !tracking(name))
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    let text = url.to_string();
    let text = text
        .split_once("://")
        .map_or(text.as_str(), |(_, rest)| rest);
    text.trim_end_matches('/').to_owned()
}

/// The topics on offer, in the order in which they stand in a digest.
fn offered(index: &TopicIndex, edition: &Edition) -> Vec<usize> {
    if edition.topics.is_empty() {
        return (0..index.topics().len()).collect();
    }
    edition
        .topics
        .iter()
        .filter_map(|id| index.place(id))
        .collect()
}

/// The topic that an article stands under: the first that the reader named of those it has; for who named none of them, the first
/// on offer that is its own, else the first on offer that it lies within.
fn heading(
    about: &Resolved,
    order: &[TopicId],
    offered: &[usize],
    index: &TopicIndex,
) -> Option<usize> {
    let named = order
        .iter()
        .filter_map(|id| index.place(id))
        .find(|place| about.all.contains(*place));
    named
        .or_else(|| {
            offered
                .iter()
                .copied()
                .find(|place| about.own.contains(*place))
        })
        .or_else(|| {
            offered
                .iter()
                .copied()
                .find(|place| about.all.contains(*place))
        })
}

/// Puts the chosen under their headings: those that the reader named first, in their order.
fn sections(
    chosen: &[(Option<usize>, &Candidate)],
    order: &[TopicId],
    offered: &[usize],
    index: &TopicIndex,
) -> Vec<Section> {
    let mut places: Vec<Option<usize>> = order
        .iter()
        .filter_map(|id| index.place(id))
        .map(Some)
        .collect();
    places.extend(
        offered
            .iter()
            .copied()
            .map(Some)
            .filter(|place| !places.contains(place))
            .collect::<Vec<_>>(),
    );
    places.push(None);
    let mut sections = Vec::new();
    for place in places {
        let under = chosen.iter().filter(|(heading, _)| *heading == place);
        let articles: Vec<_> = under
            .map(|(_, candidate)| Placed {
                form: candidate.form,
                article: candidate.article.clone(),
            })
            .collect();
        if !articles.is_empty() {
            sections.push(Section {
                topic: place.map(|place| index.topic(place).id.clone()),
                articles,
            });
        }
    }
    if let Some(first) = sections
        .first_mut()
        .and_then(|section| section.articles.first_mut())
        && first.form < Form::Line
    {
        first.form = Form::Lead;
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::test_data::{archived, article, edition, topic};

    fn now() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    fn index() -> TopicIndex {
        TopicIndex::new(&[
            topic("korea", &[]),
            topic("north-korea", &["korea"]),
            topic("sport", &[]),
        ])
        .unwrap()
    }

    fn select(articles: Vec<Archived>, query: &str, watermark: i64, max: Limit<u32>) -> Selection {
        let (index, edition) = (index(), edition());
        let query = Compiled::new(&query.parse().unwrap(), &index);
        let languages: [Language; 2] = ["en".parse().unwrap(), "fr".parse().unwrap()];
        let wanted = Wanted {
            query: &query,
            order: query.order(),
            languages: &languages,
            watermark: Number(watermark),
            max_articles: max,
        };
        Window::new(articles, &index, &edition, &[], now()).select(&wanted, &index, &edition)
    }

    fn titles(selection: &Selection) -> Vec<(String, Vec<String>)> {
        let title = |placed: &Placed| placed.article.article.title.clone();
        let heading = |section: &Section| {
            section
                .topic
                .as_ref()
                .map_or(String::new(), |topic| topic.0.clone())
        };
        selection
            .sections
            .iter()
            .map(|section| {
                (
                    heading(section),
                    section.articles.iter().map(title).collect(),
                )
            })
            .collect()
    }

    fn three() -> Vec<Archived> {
        vec![
            archived(1, now(), article("Cup", &["sport"])),
            archived(2, now(), article("Talks", &["north-korea"])),
            archived(3, now(), article("Both", &["sport", "korea"])),
        ]
    }

    #[test]
    fn an_article_stands_once_under_the_topic_that_the_reader_named_first() {
        let got = titles(&select(three(), "korea OR sport", 0, Limit::None));
        assert_eq!(
            got,
            [
                ("korea".into(), vec!["Talks".into(), "Both".into()]),
                ("sport".into(), vec!["Cup".into()])
            ]
        );
        let got = titles(&select(three(), "sport OR korea", 0, Limit::None));
        assert_eq!(
            got,
            [
                ("sport".into(), vec!["Cup".into(), "Both".into()]),
                ("korea".into(), vec!["Talks".into()])
            ]
        );
    }

    #[test]
    fn what_was_had_is_over_the_limit_or_unwanted_says_so() {
        let fates: HashMap<_, _> = select(three(), "korea OR sport", 1, Limit::Most(1))
            .fates
            .into_iter()
            .collect();
        assert_eq!(fates[&Number(1)], Fate::AlreadySent);
        assert_eq!(fates[&Number(2)], Fate::In(Some(TopicId("korea".into()))));
        assert_eq!(fates[&Number(3)], Fate::OverLimit);
        let fates: HashMap<_, _> = select(three(), "korea NOT sport", 0, Limit::None)
            .fates
            .into_iter()
            .collect();
        assert_eq!(fates[&Number(3)], Fate::NoTopic);
    }

    #[test]
    fn another_language_and_an_old_date_are_left_out() {
        let mut korean = article("북한", &["korea"]);
        korean.language = Some("ko".parse().unwrap());
        let mut old = article("Old", &["korea"]);
        old.published = Some(now() - TimeDelta::days(4));
        let selection = select(
            vec![archived(1, now(), korean), archived(2, now(), old)],
            "*",
            0,
            Limit::None,
        );
        let fates: HashMap<_, _> = selection.fates.into_iter().collect();
        assert_eq!(fates[&Number(1)], Fate::OtherLanguage);
        assert_eq!(fates[&Number(2)], Fate::TooOld);
    }

    #[test]
    fn a_copy_is_shown_once_and_never_again() {
        let with_url = |title: &str, url: &str| Article {
            url: Some(url.into()),
            ..article(title, &["korea"])
        };
        let first = archived(
            1,
            now(),
            with_url("Talks", "https://a.example/talks?utm_source=x"),
        );
        let copy = archived(
            2,
            now(),
            with_url("Talks resume", "http://a.example/talks/#top"),
        );
        let got = titles(&select(
            vec![first.clone(), copy.clone()],
            "*",
            0,
            Limit::None,
        ));
        assert_eq!(got, [("korea".into(), vec!["Talks".into()])]);
        assert!(titles(&select(vec![first, copy], "*", 1, Limit::None)).is_empty());
    }

    #[test]
    fn newer_articles_come_first() {
        let older = archived(
            1,
            now() - TimeDelta::hours(20),
            article("Older", &["korea"]),
        );
        let newer = archived(2, now(), article("Newer", &["korea"]));
        let got = titles(&select(vec![older, newer], "korea", 0, Limit::None));
        assert_eq!(got[0].1, ["Newer", "Older"]);
    }
}
