//! Which articles tell the same story. Decided once, when an article becomes eligible, and never again: an issue, its replay years
//! later and the plan for one reader all see the same stories.
//!
//! The same article (by its page, or by its words) is of its story. Otherwise an article joins the story whose recent articles its
//! title is most like, on average, if that is enough; else it begins one. Titles are compared by the words they share, each weighing
//! the more the fewer *stories* have it (not the fewer articles: a story that everybody tells would otherwise make its own words
//! cheap). Wrong merges hide news and missed merges cost a line, so the threshold is set for precision.
//!
//! Memory and time are bounded by the articles of the last days; the result depends on them alone, and on no batch.

mod features;
mod identity;
mod stop_words;

use std::collections::{BTreeMap, HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};

pub use features::features;
pub use identity::{nearly_same, page, wording, words};

use crate::domain::{Archived, Number};

/// What decides whether two articles tell one story.
#[derive(Debug, Clone, PartialEq)]
pub struct StorySettings {
    /// How like its story's recent titles a title is on average, at least: from 0 (anything) to 1 (the same words). While few
    /// stories are open, up to twice that.
    pub likeness: f64,
    /// How long a story stays open for another article after its last one.
    pub open_for: TimeDelta,
}

impl Default for StorySettings {
    fn default() -> Self {
        Self {
            likeness: 0.14,
            open_for: TimeDelta::hours(72),
        }
    }
}

/// How many stories are few.
const FEW: f64 = 100.0;
/// One word in common, such as a country's name, makes no story.
const SHARED: usize = 2;

/// How an article tells a story: all of it that is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// The article's number.
    pub number: Number,
    /// The article's key, which no run and no order of sources changes.
    pub key: String,
    /// When it became eligible.
    pub at: DateTime<Utc>,
    /// Its page, as [`page`] has it.
    pub page: Option<String>,
    /// Its wording, as [`wording`] has it.
    pub wording: Option<String>,
    /// The features of its title.
    pub features: String,
}

impl Telling {
    /// How an article tells its story. `tracking` are parameters of addresses that make no page.
    #[must_use]
    pub fn new(archived: &Archived, tracking: &[String]) -> Self {
        let article = &archived.article;
        Self {
            number: archived.number,
            key: article.key(),
            at: archived.eligible_at,
            page: article.url.as_deref().and_then(|url| page(url, tracking)),
            wording: wording(article),
            features: features(&article.title),
        }
    }
}

/// A feature of titles, as a place in tables.
type Feature = usize;
/// A story that is open, as a place in a table.
type Open = usize;

/// An article of an open story.
#[derive(Debug)]
struct Recent {
    at: DateTime<Utc>,
    open: Open,
    weights: Vec<(Feature, f64)>,
}

/// A story that another article can join.
#[derive(Debug)]
struct OpenStory {
    story: Number,
    /// The keys of its recent articles: the first decides between stories that are equally like.
    recent: VecDeque<String>,
    /// In how many of its recent articles each feature is.
    features: HashMap<Feature, u32>,
}

/// The stories that are open, and what makes an article one of them.
#[derive(Debug)]
pub struct Stories {
    settings: StorySettings,
    names: HashMap<String, Feature>,
    /// For each feature, in how many open stories it is.
    open_with: Vec<u32>,
    /// For each feature, the recent articles that have it, as their places in the order of arrival.
    recent_with: Vec<VecDeque<usize>>,
    recent: VecDeque<Recent>,
    /// The place in the order of arrival of the first in `recent`.
    first: usize,
    open: HashMap<Open, OpenStory>,
    by_number: HashMap<Number, Open>,
    opened: usize,
    /// The stories of the pages and wordings that were seen here.
    same: HashMap<String, Number>,
}

impl Stories {
    /// No stories yet.
    #[must_use]
    pub fn new(settings: StorySettings) -> Self {
        Self {
            settings,
            names: HashMap::new(),
            open_with: Vec::new(),
            recent_with: Vec::new(),
            recent: VecDeque::new(),
            first: 0,
            open: HashMap::new(),
            by_number: HashMap::new(),
            opened: 0,
            same: HashMap::new(),
        }
    }

    /// Remembers an article whose story is known. Articles come in the order of their times.
    pub fn remember(&mut self, telling: &Telling, story: Number) {
        self.forget_before(telling.at);
        for same in same_keys(telling) {
            self.same.entry(same).or_insert(story);
        }
        let weights = self.weights(&telling.features);
        let open = self.open(story);
        let (place, open_with) = (self.first + self.recent.len(), &mut self.open_with);
        if let Some(known) = self.open.get_mut(&open) {
            known.recent.push_back(telling.key.clone());
            for (feature, _) in &weights {
                self.recent_with[*feature].push_back(place);
                let count = known.features.entry(*feature).or_default();
                open_with[*feature] += u32::from(*count == 0);
                *count += 1;
            }
        }
        self.recent.push_back(Recent {
            at: telling.at,
            open,
            weights,
        });
    }

    /// The story of an article that comes next, which is remembered. `same` is the story of an article with its page or its words, if
    /// there is one that was seen elsewhere.
    pub fn file(&mut self, telling: &Telling, same: Option<Number>) -> Number {
        self.forget_before(telling.at);
        let here = || same_keys(telling).find_map(|same| self.same.get(&same).copied());
        let story = same
            .or_else(here)
            .or_else(|| self.likest(telling))
            .unwrap_or(telling.number);
        self.remember(telling, story);
        story
    }

    /// The story that a title is most like, if it is like enough.
    fn likest(&mut self, telling: &Telling) -> Option<Number> {
        let weights = self.weights(&telling.features);
        let length = self.length(&weights);
        let mut shared: BTreeMap<usize, (f64, usize)> = BTreeMap::new();
        for (feature, weight) in &weights {
            let rarity = self.rarity(*feature);
            for place in &self.recent_with[*feature] {
                let theirs = &self.recent[place - self.first].weights;
                let theirs = theirs.iter().find(|(known, _)| known == feature);
                let product = theirs.map_or(0.0, |(_, theirs)| weight * theirs * rarity * rarity);
                let (sum, count) = shared.entry(*place).or_default();
                *sum += product;
                *count += 1;
            }
        }
        // For each open story the likenesses to its recent articles, added up, and the most features shared with one of them.
        let mut sums: HashMap<Open, (f64, usize)> = HashMap::new();
        for (place, (product, count)) in shared {
            let recent = &self.recent[place - self.first];
            let (sum, most) = sums.entry(recent.open).or_default();
            *sum += product / (length * self.length(&recent.weights));
            *most = (*most).max(count);
        }
        let needed = SHARED.min(weights.len());
        let enough = in_billionths(self.enough());
        sums.into_iter()
            .filter(|(_, (_, most))| *most >= needed)
            .map(|(open, (sum, _))| {
                let open = &self.open[&open];
                let recent = u32::try_from(open.recent.len()).unwrap_or(u32::MAX);
                (in_billionths(sum / f64::from(recent)), open)
            })
            .filter(|(likeness, _)| *likeness >= enough)
            .max_by(|(a, one), (b, other)| {
                let larger = a.cmp(b).then(one.recent.len().cmp(&other.recent.len()));
                larger.then_with(|| other.recent.front().cmp(&one.recent.front()))
            })
            .map(|(_, open)| open.story)
    }

    /// How like is like enough. While few stories are open, no word is known to be common: up to twice as like as otherwise.
    fn enough(&self) -> f64 {
        let open = u32::try_from(self.open.len()).unwrap_or(u32::MAX);
        self.settings.likeness * (1.0 + FEW / (FEW + f64::from(open)))
    }

    /// How much a feature says: the more, the fewer open stories have it.
    fn rarity(&self, feature: Feature) -> f64 {
        let stories = u32::try_from(self.open.len()).unwrap_or(u32::MAX);
        let with = self.open_with[feature];
        ((f64::from(stories) + 1.0) / (f64::from(with) + 1.0)).ln() + 1.0
    }

    fn length(&self, weights: &[(Feature, f64)]) -> f64 {
        let squares = weights.iter().map(|(feature, weight)| {
            let weight = weight * self.rarity(*feature);
            weight * weight
        });
        squares.sum::<f64>().sqrt()
    }

    fn weights(&mut self, features: &str) -> Vec<(Feature, f64)> {
        let weights = features::weights(features).into_iter();
        weights
            .map(|(name, weight)| {
                let next = self.open_with.len();
                let feature = *self.names.entry(name.to_owned()).or_insert(next);
                if feature == next {
                    self.open_with.push(0);
                    self.recent_with.push(VecDeque::new());
                }
                (feature, weight)
            })
            .collect()
    }

    fn open(&mut self, story: Number) -> Open {
        if let Some(open) = self.by_number.get(&story) {
            return *open;
        }
        let open = self.opened;
        self.opened += 1;
        self.by_number.insert(story, open);
        let new = OpenStory {
            story,
            recent: VecDeque::new(),
            features: HashMap::new(),
        };
        self.open.insert(open, new);
        open
    }

    /// Forgets the articles that are too old at `now`, and the stories that close with them.
    fn forget_before(&mut self, now: DateTime<Utc>) {
        while let Some(oldest) = self.recent.front()
            && now - oldest.at > self.settings.open_for
        {
            let Some(recent) = self.recent.pop_front() else {
                return;
            };
            self.first += 1;
            let Some(open) = self.open.get_mut(&recent.open) else {
                continue;
            };
            open.recent.pop_front();
            for (feature, _) in &recent.weights {
                self.recent_with[*feature].pop_front();
                if let Some(count) = open.features.get_mut(feature) {
                    *count -= 1;
                    self.open_with[*feature] -= u32::from(*count == 0);
                }
            }
            if open.recent.is_empty() {
                self.by_number.remove(&open.story);
                self.open.remove(&recent.open);
            }
        }
    }
}

/// What another telling of the same article has too.
fn same_keys(telling: &Telling) -> impl Iterator<Item = String> {
    let page = telling.page.iter().map(|page| format!("page {page}"));
    let wording = telling
        .wording
        .iter()
        .map(|wording| format!("words {wording}"));
    page.chain(wording)
}

/// A whole number: the last digits of a sum are noise, and must decide nothing.
#[expect(
    clippy::cast_possible_truncation,
    reason = "likenesses are between 0 and 1"
)]
fn in_billionths(likeness: f64) -> i64 {
    (likeness * 1e9).round() as i64
}

#[cfg(test)]
mod tests;
