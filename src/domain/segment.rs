//! The subscribers of an issue who get the same digest.

use std::sync::Arc;

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::{
    Archived, Form, IssueId, Language, Length, Limit, Look, Number, Parts, RichText, TopicId,
};

/// All that a digest depends on: two subscribers with the same key get the same digest, and a digest can be made
/// again from its key years later.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SegmentKey {
    /// The issue.
    pub issue: IssueId,
    /// The topic query in its canonical form.
    pub query: String,
    /// The topics of the query in the reader's order.
    pub topics: Vec<TopicId>,
    /// The reader's languages, the preferred one first.
    pub languages: Vec<Language>,
    /// The reader has seen what was eligible up to here.
    pub watermark: Number,
    /// The issue has what was eligible up to here.
    pub cutoff: Number,
    /// The reader's first issue had what became eligible after here, as far as it matters: `had < number <= watermark` is what they
    /// may have been sent. 0 where nothing of the issue depends on it.
    #[serde(default)]
    pub had: Number,
    /// How many articles at most.
    pub max_articles: Limit<u32>,
    /// Whether they read summaries or whole articles.
    #[serde(default)]
    pub length: Length,
    /// HTML and text, or text alone.
    #[serde(default)]
    pub parts: Parts,
    /// What they followed before, the earliest first: what they had up to there was by that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<FormerWish>,
    /// The topics that they follow and are told of, because there are no more since their last issue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<TopicId>,
    /// How it looks.
    pub look: Look,
    /// The hash of the configuration, templates and labels that the issue is made from.
    pub made_from: String,
}

/// What a reader followed until they chose otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FormerWish {
    /// The query, as they wrote it or in its canonical form.
    pub query: String,
    /// The languages that they read.
    pub languages: Vec<Language>,
    /// It held for articles up to here.
    pub upto: Number,
}

impl SegmentKey {
    /// Sixteen octets that stand for the key.
    #[must_use]
    pub fn hash(&self) -> [u8; 16] {
        let json = serde_json::to_vec(self).unwrap_or_default();
        let mut hash = [0; 16];
        hash.copy_from_slice(&digest(&SHA256, &json).as_ref()[..16]);
        hash
    }
}

/// A segment with the articles that it gets, placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// What it depends on.
    pub key: SegmentKey,
    /// The language of the words around the articles.
    pub language: Language,
    /// What its readers follow, for the footer; empty if everything.
    pub follows: Vec<TopicId>,
    /// The editor's words above everything, in the segment's language or the edition's.
    pub opening: Option<RichText>,
    /// What was wrong in earlier issues: a line each, under `Corrected since we sent it`. A correction is sent to those who may have
    /// had the article, once.
    pub corrections: Vec<Correction>,
    /// Topics that its readers follow and that there are no more.
    pub moved: Vec<Moved>,
    /// The articles, in the order of the digest. There may be none where there are corrections.
    pub sections: Vec<Section>,
}

/// What was wrong in an article that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The article, as it is now.
    pub article: Arc<Archived>,
    /// What became of it.
    pub what: Corrected,
}

/// What became of an article that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Corrected {
    /// It is right now; this was wrong: plain text, on one line, in the article's language.
    Corrected(String),
    /// It is no more, for this reason, which may be empty. Its page may be gone: the title is no link.
    Withdrawn(String),
}

/// A topic that its readers follow and that there is no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// What it was called, in the segment's language.
    pub name: String,
    /// The topic that they follow instead; none, where it ended.
    pub into: Option<TopicId>,
}

/// Articles under one heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The heading; none where the articles belong to no topic on offer.
    pub topic: Option<TopicId>,
    /// The articles and the form that each takes.
    pub articles: Vec<Placed>,
}

/// An article at its place in a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The form it takes.
    pub form: Form,
    /// The article. An editor may have given it another title or summary: its revision is that of what is shown.
    pub article: Arc<Archived>,
    /// What is shown beside it: with revision, form, look and language the key of its fragment.
    pub beside: Arc<Beside>,
}

/// What is shown beside an article because of what else happened: the same for many readers, and mostly nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Beside {
    /// The other sources that tell its story, the best first, at most four: `also: Source B, Source C`, each a link.
    pub also: Vec<Also>,
    /// A word above or before its title.
    pub mark: Option<Mark>,
}

/// Another source that tells a story.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Also {
    /// Its name.
    pub source: String,
    /// Its title of the story, in its language: a tooltip, or nothing.
    pub title: String,
    /// Its page, if it has one.
    pub url: Option<String>,
}

/// Why an article is shown that is not simply new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// It was sent before, and has changed much since.
    Updated,
    /// Its story was sent before, and many more sources tell it since. It takes the form of a line.
    Developing,
}

impl Placed {
    /// An article with nothing beside it.
    #[must_use]
    pub fn new(form: Form, article: Arc<Archived>) -> Self {
        Self {
            form,
            article,
            beside: Arc::default(),
        }
    }
}

impl Segment {
    /// The articles, in the order of the digest.
    pub fn articles(&self) -> impl Iterator<Item = &Placed> {
        self.sections.iter().flat_map(|section| &section.articles)
    }
}
