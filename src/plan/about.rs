//! What an article is about, and why.

use serde::Serialize;

use crate::domain::TopicId;

/// Why an article is under a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// This tag is the topic's id.
    Tag(String),
    /// This tag is one of the topic's names.
    Name(String),
    /// This tag is one of the topic's aliases.
    Alias(String),
    /// This phrase of the topic stands in it.
    Phrase(String, Place),
    /// Its source is declared to be about the topic.
    Source(String),
    /// It is under this narrower topic, and nothing else puts it here.
    Within(TopicId),
}

/// Where a phrase stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In the title.
    Title,
    /// In the summary.
    Summary,
    /// Further down in the text.
    Body,
}

impl Why {
    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Tag(tag) => format!("tag `{tag}`"),
            Self::Name(tag) => format!("tag `{tag}`, its name"),
            Self::Alias(tag) => format!("tag `{tag}`, an alias"),
            Self::Phrase(phrase, Place::Title) => format!("phrase `{phrase}` in the title"),
            Self::Phrase(phrase, Place::Summary) => format!("phrase `{phrase}` in the summary"),
            Self::Phrase(phrase, Place::Body) => format!("phrase `{phrase}` in the text"),
            Self::Source(source) => format!("source `{source}`"),
            Self::Within(topic) => format!("narrower topic `{topic}`"),
        }
    }
}

/// A set of topics, as places in the index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TopicSet(Vec<u64>);

impl TopicSet {
    /// Adds a topic, and says whether it is new.
    pub(super) fn insert(&mut self, place: usize) -> bool {
        if self.0.len() <= place / 64 {
            self.0.resize(place / 64 + 1, 0);
        }
        let bit = 1 << (place % 64);
        let new = self.0[place / 64] & bit == 0;
        self.0[place / 64] |= bit;
        new
    }

    /// Whether the topic at this place is in it.
    #[must_use]
    pub fn contains(&self, place: usize) -> bool {
        self.0
            .get(place / 64)
            .is_some_and(|word| word & (1 << (place % 64)) != 0)
    }
}

/// What an article is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resolved {
    /// Its topics themselves, without broader ones.
    pub own: TopicSet,
    /// Its topics with all broader ones.
    pub all: TopicSet,
    /// Its tags that belong to no topic, folded, each once.
    pub tags: Vec<String>,
    /// Why: all reasons of its own, then the broader topics that they bring.
    pub why: Vec<(TopicId, Why)>,
}
