//! What decides the order of a digest, and what has room in it.

use chrono::{NaiveDate, TimeDelta};

use super::EditionId;

/// The weights of ranking: hundredths, so that they compare exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranking {
    /// The time in which a story's weight halves, where issues are a day apart or less. Where they are further apart, four times that.
    pub half_life: TimeDelta,
    /// What each doubling of the number of sources that tell a story adds.
    pub sources: u32,
    /// What each further topic adds that the reader follows and the story is about.
    pub topics: u32,
    /// How much a story counts less that is like one which is in the digest already.
    pub diversity: u32,
    /// The best story of each topic has room if it has this part of the best one's weight.
    pub floor: u32,
    /// The most of a digest that one topic takes while others wait.
    pub topic_share: u32,
    /// The most of a digest that one source takes while others wait.
    pub source_share: u32,
    /// An article that was sent comes again, marked as updated, when this part of its words has changed. Never by itself, if none.
    pub updates: Option<u32>,
}

impl Default for Ranking {
    fn default() -> Self {
        Self {
            half_life: TimeDelta::hours(18),
            sources: 35,
            topics: 15,
            diversity: 25,
            floor: 25,
            topic_share: 40,
            source_share: 30,
            updates: None,
        }
    }
}

/// A page that its editor wants before all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The page.
    pub url: String,
    /// The last date on which it holds; always, if there is none.
    pub until: Option<NaiveDate>,
    /// The editions in which it holds; all, if empty.
    pub editions: Vec<EditionId>,
}
