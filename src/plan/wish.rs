//! What a subscriber wishes, as far as a segment's key goes, and the segment that comes of it.

use super::{
    compile::Compiled,
    select::{Selection, Wanted, Window},
    topics::TopicIndex,
};
use crate::domain::{Edition, Language, Limit, Query, Segment, SegmentKey, Subscriber};

/// The parts of a segment's key that a subscriber decides.
#[derive(Debug, Clone)]
pub struct Wish {
    /// What they follow.
    pub query: Compiled,
    /// The languages they read.
    pub languages: Vec<Language>,
    /// How many articles they want at most.
    pub max_articles: Limit<u32>,
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
    }
}

/// What the segment of a key gets, and what became of every article of the window.
#[must_use]
pub fn selection(
    window: &Window,
    index: &TopicIndex,
    edition: &Edition,
    key: &SegmentKey,
) -> Selection {
    // A canonical query is always one that reads; were it not, nobody would get what they don't want.
    let query = key.query.parse().unwrap_or(Query::Or(Vec::new()));
    let wanted = Wanted {
        query: &Compiled::new(&query, index),
        order: &key.topics,
        languages: &key.languages,
        watermark: key.watermark,
        max_articles: key.max_articles,
    };
    window.select(&wanted, index, edition)
}

/// The segment of a key, with its articles placed.
#[must_use]
pub fn segment(window: &Window, index: &TopicIndex, edition: &Edition, key: SegmentKey) -> Segment {
    let sections = selection(window, index, edition, &key).sections;
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
        language,
        follows: key.topics.clone(),
        sections,
        key,
    }
}
