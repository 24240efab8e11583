//! The subscribers of an issue who get the same digest.

use std::sync::Arc;

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::{Archived, Form, IssueId, Language, Limit, Look, Number, TopicId};

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
    /// How many articles at most.
    pub max_articles: Limit<u32>,
    /// How it looks.
    pub look: Look,
    /// The hash of the configuration, templates and labels that the issue is made from.
    pub made_from: String,
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
    /// The articles, in the order of the digest.
    pub sections: Vec<Section>,
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
    /// The article.
    pub article: Arc<Archived>,
}

impl Segment {
    /// The articles, in the order of the digest.
    pub fn articles(&self) -> impl Iterator<Item = &Placed> {
        self.sections.iter().flat_map(|section| &section.articles)
    }
}
