//! Which articles a segment gets, in which order, and why the others not.

use super::{
    about::Resolved,
    compile::Compiled,
    topics::TopicIndex,
    window::{Candidate, Window},
};
use crate::domain::{Edition, Form, Language, Limit, Number, Placed, Section, TopicId};

/// What becomes of an article in one segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is in the digest, under this topic.
    In(Option<TopicId>),
    /// The reader had it in an earlier issue.
    AlreadySent,
    /// The reader follows none of its topics.
    NoTopic,
    /// The reader follows a topic of it, but excludes these.
    Excluded(Vec<String>),
    /// It is in none of the reader's languages.
    OtherLanguage,
    /// It is older than the edition takes.
    TooOld,
    /// The edition doesn't take its source.
    OtherSource,
    /// It is the same as another one, which the reader had or gets.
    Duplicate(Number),
    /// The digest is full.
    OverLimit,
}

/// What one segment gets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// The articles, in the order of the digest.
    pub sections: Vec<Section>,
    /// What became of every article of the window, in the window's order.
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
    /// What a segment gets.
    #[must_use]
    pub fn select(&self, wanted: &Wanted, index: &TopicIndex, edition: &Edition) -> Selection {
        let order: Vec<usize> = wanted
            .order
            .iter()
            .filter_map(|id| index.place(id))
            .collect();
        let offered = offered(index, edition);
        let mut fates = self.fates_apart(wanted);
        self.keep_one_of_copies(&mut fates);
        let mut chosen: Vec<(Option<usize>, &Candidate)> = Vec::new();
        let fates = self.candidates.iter().zip(fates).map(|(candidate, fate)| {
            let fate = fate.unwrap_or_else(|| {
                let next = u32::try_from(chosen.len() + 1).unwrap_or(u32::MAX);
                if !wanted.max_articles.allows(next) {
                    return Fate::OverLimit;
                }
                let place = heading(&candidate.resolved, &order, &offered);
                chosen.push((place, candidate));
                Fate::In(place.map(|place| index.topic(place).id.clone()))
            });
            (candidate.article.number, fate)
        });
        Selection {
            fates: fates.collect(),
            sections: sections(&chosen, &order, &offered, index),
        }
    }

    /// Why each candidate isn't for this segment, as far as that depends on no other one.
    fn fates_apart(&self, wanted: &Wanted) -> Vec<Option<Fate>> {
        let read: Vec<bool> = self
            .languages
            .iter()
            .map(|theirs| wanted.languages.iter().any(|ours| ours.matches(theirs)))
            .collect();
        let fate = |candidate: &Candidate| {
            if let Some(barred) = &candidate.barred {
                return Some(barred.clone());
            }
            if candidate.language.is_some_and(|language| !read[language]) {
                return Some(Fate::OtherLanguage);
            }
            if !wanted.query.matches(&candidate.resolved) {
                let by = wanted.query.excluded_by(&candidate.resolved);
                return Some(if by.is_empty() {
                    Fate::NoTopic
                } else {
                    Fate::Excluded(by)
                });
            }
            (candidate.article.number <= wanted.watermark).then_some(Fate::AlreadySent)
        };
        self.candidates.iter().map(fate).collect()
    }

    /// Leaves one of the copies of an article, and none to whoever had one.
    fn keep_one_of_copies(&self, fates: &mut [Option<Fate>]) {
        for group in &self.copies {
            let number = |place: usize| self.candidates[place].article.number;
            let mut group = group.iter().copied();
            let had = group
                .clone()
                .find(|place| fates[*place] == Some(Fate::AlreadySent));
            let kept = had.or_else(|| group.find(|place| fates[*place].is_none()));
            for other in group.filter(|place| Some(*place) != kept) {
                if let (Some(kept), None) = (kept, &fates[other]) {
                    fates[other] = Some(Fate::Duplicate(number(kept)));
                }
            }
        }
    }
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

/// The place of the topic that an article stands under: the first that the reader named of those it has; for who named none of them,
/// the first on offer that is its own, else the first on offer that it lies within.
fn heading(about: &Resolved, order: &[usize], offered: &[usize]) -> Option<usize> {
    let first = |places: &[usize], has: &dyn Fn(usize) -> bool| {
        places.iter().copied().find(|place| has(*place))
    };
    first(order, &|place| about.all.contains(place))
        .or_else(|| first(offered, &|place| about.own.contains(place)))
        .or_else(|| first(offered, &|place| about.all.contains(place)))
}

/// Puts the chosen under their headings: those that the reader named first, in their order; then those on offer, in theirs; what has
/// no heading comes last.
fn sections(
    chosen: &[(Option<usize>, &Candidate)],
    order: &[usize],
    offered: &[usize],
    index: &TopicIndex,
) -> Vec<Section> {
    let rank = |heading: Option<usize>| {
        let places = order.iter().chain(offered);
        heading.map_or(usize::MAX, |heading| {
            places.take_while(|place| **place != heading).count()
        })
    };
    let mut sections: Vec<(usize, Section)> = Vec::new();
    for (heading, candidate) in chosen {
        let placed = Placed::new(candidate.form, candidate.article.clone());
        let rank = rank(*heading);
        if let Some((_, section)) = sections.iter_mut().find(|(known, _)| *known == rank) {
            section.articles.push(placed);
        } else {
            let topic = heading.map(|place| index.topic(place).id.clone());
            let articles = vec![placed];
            sections.push((rank, Section { topic, articles }));
        }
    }
    sections.sort_by_key(|(rank, _)| *rank);
    let mut sections: Vec<Section> = sections.into_iter().map(|(_, section)| section).collect();
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
    use std::collections::HashMap;

    use chrono::{DateTime, TimeDelta, Utc};

    use super::*;
    use crate::{
        domain::{Archived, Article, DeclaredSource, Image, Priority, SourcePlace},
        plan::test_data::{archived, article, edition, topic},
    };

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
        assert_eq!(fates[&Number(1)], Fate::NoTopic);
        assert_eq!(fates[&Number(3)], Fate::Excluded(vec!["sport".into()]));
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
    fn a_copy_in_a_language_that_the_reader_does_not_read_hides_nothing() {
        let page = |title: &str, language: &str| Article {
            url: Some("https://a.example/talks".into()),
            language: Some(language.parse().unwrap()),
            ..article(title, &["korea"])
        };
        let articles = vec![
            archived(1, now(), page("회담", "ko")),
            archived(2, now(), page("Talks", "en")),
        ];
        let got = titles(&select(articles, "*", 1, Limit::None));
        assert_eq!(got, [("korea".into(), vec!["Talks".into()])]);
    }

    #[test]
    fn newer_articles_come_first() {
        let hours = |hours| now() - TimeDelta::hours(hours);
        let dated = |title: &str, published| Article {
            published: Some(published),
            ..article(title, &["korea"])
        };
        // Collected seconds apart by one run: what was published last comes first, whatever source was asked first.
        let seconds = |seconds| hours(2) - TimeDelta::minutes(5) + TimeDelta::seconds(seconds);
        let articles = vec![
            archived(1, hours(20), article("Oldest", &["korea"])),
            archived(2, seconds(30), dated("Second", hours(4))),
            archived(3, seconds(0), dated("First", hours(3))),
            archived(4, seconds(0), dated("Third", hours(5))),
        ];
        let got = titles(&select(articles, "korea", 0, Limit::None));
        assert_eq!(got[0].1, ["First", "Second", "Third", "Oldest"]);
    }

    /// The titles that a segment of everything gets where `wire` counts that much beside others.
    fn with_priority(priority: u32, articles: Vec<Archived>) -> Vec<String> {
        let wire = DeclaredSource {
            name: "wire".into(),
            place: SourcePlace::Folder("wire".into()),
            priority: Priority(priority),
            language: None,
            topics: vec![TopicId("sport".into())],
        };
        let (index, edition) = (index(), edition());
        let window = Window::new(articles, &index, &edition, &[wire], now());
        let query = Compiled::new(&crate::domain::Query::Any, &index);
        let wanted = Wanted {
            query: &query,
            order: &[],
            languages: &[],
            watermark: Number(0),
            max_articles: Limit::None,
        };
        let selection = window.select(&wanted, &index, &edition);
        let sections = titles(&selection);
        sections
            .into_iter()
            .flat_map(|(_, titles)| titles)
            .collect()
    }

    #[test]
    fn twice_the_priority_makes_up_for_eighteen_hours() {
        let pair = |hours| {
            let other = Article {
                source: "other".into(),
                ..article("Other", &["sport"])
            };
            vec![
                archived(1, now() - TimeDelta::hours(hours), article("Wire", &[])),
                archived(2, now(), other),
            ]
        };
        assert_eq!(with_priority(200, pair(17)), ["Wire", "Other"]);
        assert_eq!(with_priority(200, pair(19)), ["Other", "Wire"]);
        assert_eq!(with_priority(0, pair(0)), ["Other", "Wire"]);
    }

    #[test]
    fn of_copies_that_of_the_weightier_source_is_shown() {
        let other = archived(
            1,
            now(),
            Article {
                source: "other".into(),
                url: Some("https://a.example/talks".into()),
                ..article("Other", &[])
            },
        );
        let wire = archived(
            2,
            now() - TimeDelta::hours(30),
            Article {
                url: Some("https://a.example/talks".into()),
                ..article("Wire", &[])
            },
        );
        let both = vec![other, wire];
        assert_eq!(with_priority(200, both.clone()), ["Wire"]);
        assert_eq!(with_priority(100, both), ["Other"]);
    }

    #[test]
    fn the_first_article_leads_if_it_has_a_summary_and_the_others_take_the_form_that_they_fill() {
        let with = |title: &str, summary: &str, image: bool| {
            let mut article = article(title, &["korea"]);
            article.summary.text = summary.into();
            article.image = image.then(Image::default);
            article
        };
        let forms = |articles: Vec<Article>| {
            let numbered = articles.into_iter().enumerate();
            let articles = numbered
                .map(|(n, article)| archived(i64::try_from(n).unwrap() + 1, now(), article))
                .collect();
            let selection = select(articles, "*", 0, Limit::None);
            let placed = selection
                .sections
                .iter()
                .flat_map(|section| &section.articles);
            placed.map(|placed| placed.form).collect::<Vec<_>>()
        };
        assert_eq!(
            forms(vec![
                with("A", "Words.", false),
                with("B", "More.", true),
                with("C", "Others.", false),
                with("D", "", true),
            ]),
            [Form::Lead, Form::Card, Form::Short, Form::Line]
        );
        assert_eq!(
            forms(vec![with("A", "", false), with("B", "More.", true)]),
            [Form::Line, Form::Card]
        );
    }
}
