//! Which topics an article is about, and why.

use std::collections::{BTreeMap, HashMap};

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Serialize;

use super::fold::{fold, is_unspaced};
use crate::domain::{Article, Topic, TopicId};

/// Why an article is under a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// One of its tags is the topic's id, a name or an alias.
    Tag(String),
    /// One of the topic's phrases stands in it.
    Phrase(String),
    /// Its source is declared to be about the topic.
    Source(String),
    /// It is under this narrower topic.
    Within(TopicId),
}

impl Why {
    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Tag(tag) => format!("tag `{tag}`"),
            Self::Phrase(phrase) => format!("phrase `{phrase}`"),
            Self::Source(source) => format!("source `{source}`"),
            Self::Within(topic) => format!("narrower topic `{topic}`"),
        }
    }
}

/// A set of topics, as places in the index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TopicSet(Vec<u64>);

impl TopicSet {
    fn insert(&mut self, place: usize) -> bool {
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
    /// Its tags that belong to no topic, folded.
    pub tags: Vec<String>,
    /// Why, in the order in which it was found.
    pub why: Vec<(TopicId, Why)>,
}

/// Why topics contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TopicError {
    /// `within` leads back to where it began.
    #[error("topics lie within each other in a circle: {0}")]
    Cycle(String),
    /// `within` names a topic that isn't there.
    #[error("topic `{topic}` lies within `{within}`, which isn't a topic")]
    Unknown {
        /// The topic.
        topic: TopicId,
        /// What it names.
        within: TopicId,
    },
    /// Two topics with one id.
    #[error("there are two topics with the id `{0}`")]
    Twice(TopicId),
}

/// All topics, prepared for looking up.
#[derive(Debug)]
pub struct TopicIndex {
    topics: Vec<Topic>,
    /// Folded ids, names and aliases → place; `None` where several topics claim one.
    labels: HashMap<String, Option<usize>>,
    /// For each topic, itself and all that it lies within.
    closures: Vec<Vec<usize>>,
    phrases: Option<AhoCorasick>,
    /// For each pattern, the topic's place, the phrase as written, and whether it keeps an article out.
    meanings: Vec<(usize, String, bool)>,
}

impl TopicIndex {
    /// Prepares topics.
    ///
    /// # Errors
    /// When they contradict each other.
    pub fn new(topics: &[Topic]) -> Result<Self, TopicError> {
        let mut places = BTreeMap::new();
        for (place, topic) in topics.iter().enumerate() {
            if places.insert(&topic.id, place).is_some() {
                return Err(TopicError::Twice(topic.id.clone()));
            }
        }
        let mut within = Vec::new();
        for topic in topics {
            let broader = topic.within.iter().map(|id| {
                places.get(id).copied().ok_or_else(|| TopicError::Unknown {
                    topic: topic.id.clone(),
                    within: id.clone(),
                })
            });
            within.push(broader.collect::<Result<Vec<_>, _>>()?);
        }
        let closures = (0..topics.len())
            .map(|place| closure(place, &within, topics))
            .collect::<Result<Vec<_>, _>>()?;
        let (phrases, meanings) = phrases(topics);
        Ok(Self {
            topics: topics.to_vec(),
            labels: labels(topics),
            closures,
            phrases,
            meanings,
        })
    }

    /// The topic at a place.
    #[must_use]
    pub fn topic(&self, place: usize) -> &Topic {
        &self.topics[place]
    }

    /// All topics, in the order of the configuration.
    #[must_use]
    pub fn topics(&self) -> &[Topic] {
        &self.topics
    }

    /// The place of a topic by its id.
    #[must_use]
    pub fn place(&self, id: &TopicId) -> Option<usize> {
        self.topics.iter().position(|topic| topic.id == *id)
    }

    /// The place of the topic that a tag, name or alias means; `None` where it means none, or several.
    #[must_use]
    pub fn find(&self, label: &str) -> Option<usize> {
        self.labels.get(&fold(label)).copied().flatten()
    }

    /// Names and aliases that several topics claim: they mean none of them.
    #[must_use]
    pub fn ambiguous(&self) -> Vec<&str> {
        let mut labels: Vec<_> = self
            .labels
            .iter()
            .filter(|(_, place)| place.is_none())
            .map(|(label, _)| label.as_str())
            .collect();
        labels.sort_unstable();
        labels
    }

    /// What an article of a source about `source_topics` is about.
    #[must_use]
    pub fn resolve(&self, article: &Article, source_topics: &[TopicId]) -> Resolved {
        let mut found: Vec<(usize, Why)> = Vec::new();
        let mut tags = Vec::new();
        for tag in &article.tags {
            match self.find(tag) {
                Some(place) => found.push((place, Why::Tag(tag.clone()))),
                None => tags.push(fold(tag)),
            }
        }
        let from_source = source_topics.iter().filter_map(|id| self.place(id));
        found.extend(from_source.map(|place| (place, Why::Source(article.source.clone()))));
        let unwanted = self.find_phrases(article, &mut found);
        let mut resolved = Resolved {
            tags,
            ..Resolved::default()
        };
        for (place, why) in found {
            if !unwanted.contains(&place) {
                resolved.own.insert(place);
                self.add(place, why, &mut resolved);
            }
        }
        resolved
    }

    fn add(&self, place: usize, why: Why, resolved: &mut Resolved) {
        if resolved.all.insert(place) {
            resolved.why.push((self.topics[place].id.clone(), why));
        }
        for broader in &self.closures[place][1..] {
            if resolved.all.insert(*broader) {
                let narrower = Why::Within(self.topics[place].id.clone());
                resolved
                    .why
                    .push((self.topics[*broader].id.clone(), narrower));
            }
        }
    }

    /// Adds the topics whose phrases stand in an article, and gives those whose `not` phrases do.
    fn find_phrases(&self, article: &Article, found: &mut Vec<(usize, Why)>) -> Vec<usize> {
        let Some(phrases) = &self.phrases else {
            return Vec::new();
        };
        let mut unwanted = Vec::new();
        for text in [&article.title, &article.summary.text] {
            let text = format!(" {} ", fold(text));
            for found_at in phrases.find_overlapping_iter(&text) {
                let (place, phrase, keeps_out) = &self.meanings[found_at.pattern().as_usize()];
                if *keeps_out {
                    unwanted.push(*place);
                } else {
                    found.push((*place, Why::Phrase(phrase.clone())));
                }
            }
        }
        unwanted
    }
}

/// A topic's place and those of all that it lies within, the nearest first.
fn closure(
    start: usize,
    within: &[Vec<usize>],
    topics: &[Topic],
) -> Result<Vec<usize>, TopicError> {
    let mut closure = vec![start];
    let mut next = 0;
    while let Some(&place) = closure.get(next) {
        for &broader in &within[place] {
            if broader == start {
                return Err(TopicError::Cycle(circle(start, within, topics)));
            }
            if !closure.contains(&broader) {
                closure.push(broader);
            }
        }
        next += 1;
    }
    Ok(closure)
}

/// The circle that leads from a topic back to it, in words.
fn circle(start: usize, within: &[Vec<usize>], topics: &[Topic]) -> String {
    let mut paths = vec![vec![start]];
    let mut seen = vec![false; topics.len()];
    while let Some(path) = paths.pop() {
        for &broader in path.last().map_or(&[][..], |last| within[*last].as_slice()) {
            if broader == start {
                let ids = path
                    .iter()
                    .chain([&start])
                    .map(|place| topics[*place].id.0.as_str());
                return ids.collect::<Vec<_>>().join(" → ");
            }
            if !std::mem::replace(&mut seen[broader], true) {
                paths.push(path.iter().copied().chain([broader]).collect());
            }
        }
    }
    topics[start].id.0.clone()
}

fn labels(topics: &[Topic]) -> HashMap<String, Option<usize>> {
    let mut labels: HashMap<String, Option<usize>> = HashMap::new();
    // An id means its topic, whatever else claims it.
    let ids: HashMap<_, _> = topics
        .iter()
        .enumerate()
        .map(|(place, topic)| (fold(&topic.id.0), place))
        .collect();
    for (place, topic) in topics.iter().enumerate() {
        for label in topic.names.values().chain(&topic.aliases) {
            let folded = fold(label);
            if !folded.is_empty() {
                let claimed = labels.entry(folded).or_insert(Some(place));
                if *claimed != Some(place) {
                    *claimed = None;
                }
            }
        }
    }
    labels.extend(ids.into_iter().map(|(id, place)| (id, Some(place))));
    labels
}

fn phrases(topics: &[Topic]) -> (Option<AhoCorasick>, Vec<(usize, String, bool)>) {
    let (mut patterns, mut meanings) = (Vec::new(), Vec::new());
    for (place, topic) in topics.iter().enumerate() {
        let wanted = topic.phrases.iter().map(|phrase| (phrase, false));
        for (phrase, keeps_out) in
            wanted.chain(topic.not_phrases.iter().map(|phrase| (phrase, true)))
        {
            let folded = fold(phrase);
            if !folded.is_empty() {
                patterns.push(pattern(&folded));
                meanings.push((place, phrase.trim_matches('"').to_owned(), keeps_out));
            }
        }
    }
    let automaton = AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .build(patterns);
    (automaton.ok().filter(|_| !meanings.is_empty()), meanings)
}

/// A phrase is found as whole words, but where its script puts no spaces between words.
fn pattern(folded: &str) -> String {
    let open = if folded.starts_with(is_unspaced) {
        ""
    } else {
        " "
    };
    // Korean puts its particles behind a word, without a space: 평양은, 평양의.
    let hangul = folded.ends_with(|c: char| ('\u{AC00}'..='\u{D7A3}').contains(&c));
    let close = if hangul || folded.ends_with(is_unspaced) {
        ""
    } else {
        " "
    };
    format!("{open}{folded}{close}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::test_data::{article, topic};

    fn index() -> TopicIndex {
        let mut north = topic("north-korea", &["korea"]);
        north.aliases = vec!["DPRK".into(), "북한".into(), "Corée du Nord".into()];
        north.phrases = vec!["\"Kim Jong-un\"".into(), "평양".into()];
        north.not_phrases = vec!["lookalike".into()];
        let mut korea = topic("korea", &["asia"]);
        korea.aliases = vec!["Corea".into()];
        let mut italian = topic("corea-street", &[]);
        italian.aliases = vec!["corea".into()];
        TopicIndex::new(&[north, korea, topic("asia", &[]), italian]).unwrap()
    }

    fn why(title: &str, tags: &[&str]) -> Vec<String> {
        let resolved = index().resolve(&article(title, tags), &[]);
        resolved
            .why
            .iter()
            .map(|(topic, why)| format!("{topic}: {}", why.words()))
            .collect()
    }

    #[test]
    fn a_tag_in_any_spelling_brings_its_topic_and_all_broader_ones() {
        let expected = [
            "north-korea: tag `COREE DU-NORD`",
            "korea: narrower topic `north-korea`",
            "asia: narrower topic `north-korea`",
        ];
        assert_eq!(why("Talks", &["COREE DU-NORD"]), expected);
    }

    #[test]
    fn a_phrase_is_found_as_whole_words_in_any_case() {
        assert_eq!(
            why("KIM JONG UN speaks", &[])[0],
            "north-korea: phrase `Kim Jong-un`"
        );
        assert_eq!(
            why("오늘 평양은 맑음", &[])[0],
            "north-korea: phrase `평양`"
        );
        assert!(why("Joakim Jong Unger wins", &[]).is_empty());
    }

    #[test]
    fn a_not_phrase_keeps_an_article_out() {
        assert!(why("Kim Jong-un lookalike arrested", &["DPRK"]).is_empty());
    }

    #[test]
    fn an_alias_of_two_topics_means_neither() {
        assert_eq!(index().ambiguous(), ["corea"]);
        assert_eq!(
            index().resolve(&article("x", &["Corea"]), &[]).tags,
            ["corea"]
        );
    }

    #[test]
    fn a_circle_is_named() {
        let topics = [topic("a", &["b"]), topic("b", &["c"]), topic("c", &["a"])];
        let error = TopicIndex::new(&topics).unwrap_err().to_string();
        assert_eq!(
            error,
            "topics lie within each other in a circle: a → b → c → a"
        );
    }
}
