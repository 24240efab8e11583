//! What a subscriber wishes, as far as a segment's key goes, and the segment that comes of it.

use chrono::TimeDelta;

use super::{
    compile::Compiled,
    rank::Score,
    select::{Fate, Wanted},
    topics::TopicIndex,
    window::Window,
};
use crate::domain::{
    Edition, FormerWish, Language, Length, Limit, Moved, Number, Parts, Query, Segment, SegmentKey,
    Subscriber,
};

/// The parts of a segment's key that a subscriber decides.
#[derive(Debug, Clone)]
pub struct Wish {
    /// What they follow.
    pub query: Compiled,
    /// The languages they read.
    pub languages: Vec<Language>,
    /// How many articles they want at most.
    pub max_articles: Limit<u32>,
    /// How many articles make a mail worth it to them.
    pub min_articles: u32,
    /// How long articles wait for more of them.
    pub max_wait: Option<TimeDelta>,
    /// How much of each article they want.
    pub length: Length,
    /// HTML and text, or text alone.
    pub parts: Parts,
    /// What somebody who says nothing follows and reads.
    usual: (String, Vec<Language>),
}

impl Wish {
    /// What the reader followed before, as far as it held for articles after `lowest`.
    #[must_use]
    pub fn former(&self, wishes: &[FormerWish], lowest: Number) -> Vec<FormerWish> {
        let (topics, languages) = &self.usual;
        let relevant = wishes.iter().filter(|wish| wish.upto > lowest);
        relevant
            .map(|wish| FormerWish {
                query: if wish.query.is_empty() {
                    topics.clone()
                } else {
                    wish.query.clone()
                },
                languages: if wish.languages.is_empty() {
                    languages.clone()
                } else {
                    wish.languages.clone()
                },
                upto: wish.upto,
            })
            .collect()
    }
}

/// What a subscriber wishes of an edition; what they didn't say, the edition says.
#[must_use]
pub fn wish(index: &TopicIndex, edition: &Edition, subscriber: &Subscriber) -> Wish {
    let query = subscriber
        .topics
        .as_ref()
        .unwrap_or(&edition.default_topics);
    let languages = if subscriber.languages.is_empty() {
        &edition.languages
    } else {
        &subscriber.languages
    };
    let theirs = subscriber.max_articles.unwrap_or(Limit::None);
    let max_articles = match (theirs.most(), edition.max_articles.most()) {
        (Some(theirs), Some(ours)) => Limit::Most(theirs.min(ours)),
        (Some(most), None) | (None, Some(most)) => Limit::Most(most),
        (None, None) => Limit::None,
    };
    Wish {
        query: Compiled::new(query, index),
        languages: languages.clone(),
        max_articles,
        min_articles: subscriber.min_articles.unwrap_or(edition.min_articles),
        max_wait: subscriber
            .max_wait
            .map(|days| TimeDelta::days(days.into()))
            .or(edition.max_wait),
        length: subscriber.length,
        parts: subscriber.format.unwrap_or(edition.design.parts),
        usual: (
            edition.default_topics.to_string(),
            edition.languages.clone(),
        ),
    }
}

/// How many stories the digest of somebody would have, however many of them have room, and whether it has corrections.
/// They have seen what was eligible up to `watermark`, the first of it after `had`, and followed `before` before.
#[must_use]
pub fn count(
    window: &Window,
    index: &TopicIndex,
    (query, languages): (&Compiled, &[Language]),
    (watermark, had): (Number, Number),
    before: &[FormerWish],
) -> (usize, bool) {
    let former = former(before, index);
    let wanted = Wanted {
        query,
        order: query.places(),
        languages,
        watermark,
        max_articles: Limit::None,
        length: Length::Summary,
        former: &former,
        had_after: had,
    };
    let corrected = !window.corrections(&wanted, had).is_empty();
    (window.count_new(&wanted), corrected)
}

/// What became of every article of a window, in its order, and what each story weighs, at the article that tells it.
#[must_use]
pub fn fates(
    window: &Window,
    index: &TopicIndex,
    edition: &Edition,
    key: &SegmentKey,
) -> Vec<(Fate, Option<Score>)> {
    let (query, order) = query(key, index);
    let former = former(&key.former, index);
    let wanted = wanted(key, (&query, &order), &former);
    let chosen = window.select(&wanted, index, edition);
    window.fates(&wanted, &chosen, index)
}

/// What the reader followed before, ready to be asked.
fn former<'a>(before: &'a [FormerWish], index: &TopicIndex) -> Vec<(Compiled, &'a FormerWish)> {
    before
        .iter()
        .map(|wish| {
            let query = wish.query.parse().unwrap_or(Query::Or(Vec::new()));
            (Compiled::new(&query, index), wish)
        })
        .collect()
}

fn wanted<'a>(
    key: &'a SegmentKey,
    (query, order): (&'a Compiled, &'a [usize]),
    former: &'a [(Compiled, &'a FormerWish)],
) -> Wanted<'a> {
    Wanted {
        query,
        order,
        languages: &key.languages,
        watermark: key.watermark,
        max_articles: key.max_articles,
        length: key.length,
        former,
        had_after: key.had,
    }
}

/// The query of a key, and the places of its topics in the reader's order.
fn query(key: &SegmentKey, index: &TopicIndex) -> (Compiled, Vec<usize>) {
    // A canonical query is always one that reads; were it not, nobody would get what they don't want.
    let query = key.query.parse().unwrap_or(Query::Or(Vec::new()));
    let order = key.topics.iter().filter_map(|id| index.place(id)).collect();
    (Compiled::new(&query, index), order)
}

/// The segment of a key, with its articles placed.
#[must_use]
pub fn segment(window: &Window, index: &TopicIndex, edition: &Edition, key: SegmentKey) -> Segment {
    let (query, order) = query(&key, index);
    let before = former(&key.former, index);
    let wanted = wanted(&key, (&query, &order), &before);
    let sections = window.select(&wanted, index, edition).sections;
    let corrections = window.corrections(&wanted, key.had);
    drop(before);
    let followed = query.follows(index);
    let follows = key.topics.iter().filter(|topic| followed.contains(topic));
    // The words around the articles come in the first of the reader's languages that the edition comes in.
    let language = key
        .languages
        .iter()
        .find(|theirs| edition.languages.iter().any(|ours| ours.matches(theirs)));
    let language = language
        .or(edition.languages.first())
        .cloned()
        .unwrap_or_else(Language::english);
    Segment {
        follows: follows.cloned().collect(),
        opening: None,
        corrections,
        moved: moved(&key, index, &language),
        language,
        sections,
        key,
    }
}

/// The topics that its readers are told of, by the names that they knew.
fn moved(key: &SegmentKey, index: &TopicIndex, language: &Language) -> Vec<Moved> {
    let former = key.moved.iter().filter_map(|id| index.former_by_id(id));
    former
        .map(|former| Moved {
            name: former.name(language).to_owned(),
            into: former.into.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::{
        domain::{EditionId, Frequency, IssueId, Length, Look, Number, SlotId, TopicId},
        plan::test_data::{archived, article, edition, topic},
    };

    fn index() -> TopicIndex {
        TopicIndex::new(&[topic("korea", &[]), topic("sport", &[])]).unwrap()
    }

    fn reader(topics: Option<&str>) -> Subscriber {
        Subscriber {
            address: "ann@a.example".parse().unwrap(),
            name: String::new(),
            languages: Vec::new(),
            time_zone: None,
            editions: Vec::new(),
            topics: topics.map(|topics| topics.parse().unwrap()),
            max_articles: None,
            format: None,
            paused: crate::domain::Pause::No,
            frequency: Frequency::Each,
            at: None,
            days: Vec::new(),
            quiet: Vec::new(),
            min_articles: None,
            max_wait: None,
            length: Length::Summary,
        }
    }

    fn languages(tags: &[&str]) -> Vec<Language> {
        tags.iter().map(|tag| tag.parse().unwrap()).collect()
    }

    fn planned(edition: &Edition, reader: &Subscriber) -> Segment {
        let index = index();
        let wish = wish(&index, edition, reader);
        let key = SegmentKey {
            issue: IssueId {
                edition: EditionId("daily".into()),
                date: "2026-11-24".parse().unwrap(),
                slot: SlotId::default(),
            },
            query: wish.query.canonical(&index),
            topics: wish.query.order(&index),
            languages: wish.languages,
            watermark: Number(0),
            cutoff: Number(2),
            had: Number(0),
            max_articles: wish.max_articles,
            length: Length::Summary,
            parts: wish.parts,
            former: Vec::new(),
            moved: Vec::new(),
            look: Look::default(),
            made_from: String::new(),
        };
        let now = DateTime::UNIX_EPOCH;
        let articles = vec![
            archived(1, now, article("Cup", &["sport"])),
            archived(2, now, article("Talks", &["korea"])),
        ];
        let window = Window::new(articles, &index, edition, &[], now);
        segment(&window, &index, edition, key)
    }

    fn titles(segment: &Segment) -> Vec<&str> {
        segment
            .articles()
            .map(|placed| placed.article.article.title.as_str())
            .collect()
    }

    #[test]
    fn what_a_reader_did_not_say_the_edition_says() {
        let edition = Edition {
            default_topics: "sport".parse().unwrap(),
            max_articles: Limit::Most(9),
            ..edition()
        };
        let wish = wish(&index(), &edition, &reader(None));
        assert_eq!(wish.query.canonical(&index()), "sport");
        assert_eq!(wish.languages, edition.languages);
        assert_eq!(wish.max_articles, Limit::Most(9));
    }

    #[test]
    fn the_smaller_limit_holds() {
        let limit = |ours, theirs| {
            let edition = Edition {
                max_articles: ours,
                ..edition()
            };
            let reader = Subscriber {
                max_articles: theirs,
                ..reader(None)
            };
            wish(&index(), &edition, &reader).max_articles
        };
        assert_eq!(limit(Limit::Most(9), Some(Limit::Most(3))), Limit::Most(3));
        assert_eq!(limit(Limit::Most(3), Some(Limit::None)), Limit::Most(3));
        assert_eq!(limit(Limit::None, Some(Limit::Most(3))), Limit::Most(3));
        assert_eq!(limit(Limit::None, None), Limit::None);
    }

    #[test]
    fn a_segment_stands_in_its_readers_order() {
        let segment = planned(&edition(), &reader(Some("sport OR korea")));
        assert_eq!(titles(&segment), ["Cup", "Talks"]);
        let segment = planned(&edition(), &reader(Some("korea OR sport")));
        assert_eq!(titles(&segment), ["Talks", "Cup"]);
        assert_eq!(
            segment.follows,
            ["korea", "sport"].map(|id| TopicId(id.into()))
        );
    }

    #[test]
    fn who_gets_everything_follows_nothing_but_keeps_an_order() {
        let segment = planned(&edition(), &reader(Some("sport OR *")));
        assert_eq!(titles(&segment), ["Cup", "Talks"]);
        assert!(segment.follows.is_empty());
    }

    #[test]
    fn the_digest_speaks_the_first_of_the_readers_languages_that_the_edition_offers() {
        let edition = Edition {
            languages: languages(&["en", "fr", "pt"]),
            ..edition()
        };
        let language = |tags: &[&str]| {
            let reader = Subscriber {
                languages: languages(tags),
                ..reader(None)
            };
            planned(&edition, &reader).language.as_str().to_owned()
        };
        assert_eq!(language(&["ko", "fr", "en"]), "fr");
        assert_eq!(language(&["pt-BR"]), "pt-BR");
        assert_eq!(language(&["ko"]), "en");
        assert_eq!(language(&[]), "en");
    }
}
