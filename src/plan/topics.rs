//! All topics, prepared for looking up what an article is about.

use std::collections::{BTreeMap, HashMap};

use super::{
    about::{Place, Resolved, Why},
    fold::fold,
    phrases::Phrases,
};
use crate::domain::{Article, FormerTopic, Topic, TopicId};

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
    /// Two topics whose ids nobody could tell apart.
    #[error(
        "the ids of topics `{0}` and `{1}` differ only in case, accents or punctuation, which make no difference"
    )]
    Alike(TopicId, TopicId),
    /// An id that folding leaves nothing of.
    #[error("the id of a topic needs a letter or digit: `{0}`")]
    Blank(TopicId),
}

/// What in a topic has no effect, though it is no contradiction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TopicWarning {
    /// Several topics claim a name or alias: it means none of them.
    Ambiguous {
        /// The name or alias, folded.
        label: String,
        /// The topics that claim it.
        topics: Vec<TopicId>,
    },
    /// A name or alias is another topic's id, and means that topic.
    Taken {
        /// The name or alias, as written.
        label: String,
        /// The topic that claims it.
        topic: TopicId,
        /// The topic whose id it is.
        by: TopicId,
    },
    /// A name, alias or phrase without a letter or digit: it is never found.
    Blank {
        /// The topic.
        topic: TopicId,
        /// The name, alias or phrase, as written.
        text: String,
    },
}

impl TopicWarning {
    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Ambiguous { label, topics } => {
                let topics: Vec<_> = topics.iter().map(|topic| format!("`{topic}`")).collect();
                let topics = topics.join(", ");
                format!("`{label}` is claimed by topics {topics}, so it means none of them")
            }
            Self::Taken { label, topic, by } => {
                format!("`{label}` of topic `{topic}` is the id of topic `{by}`, and means that")
            }
            Self::Blank { topic, text } => {
                format!("`{text}` of topic `{topic}` has no letter or digit, so it is never found")
            }
        }
    }
}

/// What a label is to its topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Label {
    Id,
    Name,
    Alias,
}

/// All topics, prepared for looking up.
#[derive(Debug)]
pub struct TopicIndex {
    topics: Vec<Topic>,
    places: HashMap<TopicId, usize>,
    ids: HashMap<String, usize>,
    /// Folded ids, names and aliases → place. Those that several topics claim aren't in it.
    labels: HashMap<String, (usize, Label)>,
    /// For each topic, itself and all that it lies within, the nearest first.
    closures: Vec<Vec<usize>>,
    phrases: Phrases,
    warnings: Vec<TopicWarning>,
    /// What could be followed before, by folded id and name.
    former: Vec<FormerTopic>,
    former_labels: HashMap<String, usize>,
}

impl TopicIndex {
    /// Prepares topics.
    ///
    /// # Errors
    /// When they contradict each other.
    pub fn new(topics: &[Topic]) -> Result<Self, TopicError> {
        let mut places = HashMap::new();
        for (place, topic) in topics.iter().enumerate() {
            if places.insert(topic.id.clone(), place).is_some() {
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
        let mut warnings = Vec::new();
        let labels = labels(topics, &mut warnings)?;
        for topic in topics {
            let phrases = topic.phrases.iter().chain(&topic.not_phrases);
            warnings.extend(blank(topic, phrases));
        }
        Ok(Self {
            phrases: Phrases::new(topics),
            topics: topics.to_vec(),
            ids: places
                .iter()
                .map(|(id, place)| (id.0.clone(), *place))
                .collect(),
            places,
            labels,
            closures,
            warnings,
            former: Vec::new(),
            former_labels: HashMap::new(),
        })
    }

    /// The same, with the topics that could be followed before.
    #[must_use]
    pub fn with_former(mut self, former: &[FormerTopic]) -> Self {
        for (place, topic) in former.iter().enumerate() {
            for label in [&topic.id.0].into_iter().chain(topic.names.values()) {
                let folded = fold(label);
                if !folded.is_empty() {
                    self.former_labels.entry(folded).or_insert(place);
                }
            }
        }
        self.former = former.to_vec();
        self
    }

    /// The topic that a name meant before, if no topic's id has that name today.
    #[must_use]
    pub fn former(&self, label: &str) -> Option<&FormerTopic> {
        if self.former.is_empty() {
            return None;
        }
        let folded = fold(label);
        if matches!(self.labels.get(&folded), Some((_, Label::Id))) {
            return None;
        }
        self.former_labels
            .get(&folded)
            .map(|place| &self.former[*place])
    }

    /// A topic that could be followed before, by its id.
    #[must_use]
    pub fn former_by_id(&self, id: &TopicId) -> Option<&FormerTopic> {
        self.former.iter().find(|topic| topic.id == *id)
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
        self.places.get(id).copied()
    }

    /// The place of the topic that a tag, name or alias means; `None` where it means none, or several.
    #[must_use]
    pub fn find(&self, label: &str) -> Option<usize> {
        // An id means its topic, whatever else is called so; most queries are made of ids.
        if let Some(place) = self.ids.get(label) {
            return Some(*place);
        }
        self.labels.get(&fold(label)).map(|(place, _)| *place)
    }

    /// What in the topics has no effect.
    #[must_use]
    pub fn warnings(&self) -> &[TopicWarning] {
        &self.warnings
    }

    /// Names and aliases that several topics claim, folded: they mean none of them.
    #[must_use]
    pub fn ambiguous(&self) -> Vec<&str> {
        let warnings = self.warnings.iter();
        warnings
            .filter_map(|warning| match warning {
                TopicWarning::Ambiguous { label, .. } => Some(label.as_str()),
                _ => None,
            })
            .collect()
    }

    /// What an article of a source about `source_topics` is about.
    #[must_use]
    pub fn resolve(&self, article: &Article, source_topics: &[TopicId]) -> Resolved {
        let mut resolved = Resolved::default();
        let mut found: Vec<(usize, Why)> = Vec::new();
        for tag in &article.tags {
            let folded = fold(tag);
            match self.labels.get(&folded) {
                Some((place, Label::Id)) => found.push((*place, Why::Tag(tag.clone()))),
                Some((place, Label::Name)) => found.push((*place, Why::Name(tag.clone()))),
                Some((place, Label::Alias)) => found.push((*place, Why::Alias(tag.clone()))),
                None if folded.is_empty() || resolved.tags.contains(&folded) => {}
                None => resolved.tags.push(folded),
            }
        }
        let from_source = source_topics.iter().filter_map(|id| self.place(id));
        found.extend(from_source.map(|place| (place, Why::Source(article.source.clone()))));
        let unwanted = self.find_phrases(article, &mut found);
        found.retain(|(place, _)| !unwanted.contains(place));
        for (place, why) in &found {
            resolved.own.insert(*place);
            resolved.all.insert(*place);
            let why = (self.topics[*place].id.clone(), why.clone());
            if !resolved.why.contains(&why) {
                resolved.why.push(why);
            }
        }
        // After all reasons of its own: `within` is told only where it is the only one.
        for (place, _) in &found {
            for broader in &self.closures[*place][1..] {
                if !unwanted.contains(broader) && resolved.all.insert(*broader) {
                    let narrower = Why::Within(self.topics[*place].id.clone());
                    let id = self.topics[*broader].id.clone();
                    resolved.why.push((id, narrower));
                }
            }
        }
        resolved
    }

    /// Adds the topics whose phrases stand in an article, and gives those whose `not` phrases do.
    fn find_phrases(&self, article: &Article, found: &mut Vec<(usize, Why)>) -> Vec<usize> {
        let mut unwanted = Vec::new();
        let any_body = self.topics.iter().any(|topic| topic.body);
        for (place, text) in [
            (Place::Title, &article.title),
            (Place::Summary, &article.summary.text),
            (Place::Body, &article.body.text),
        ] {
            // Bodies are long, and few topics want them.
            if place == Place::Body && !any_body {
                continue;
            }
            let folded = fold(text);
            let counts = |topic: usize| place != Place::Body || self.topics[topic].body;
            let found_here = self.phrases.find(&folded);
            for meaning in found_here.filter(|meaning| counts(meaning.topic)) {
                if meaning.keeps_out {
                    unwanted.push(meaning.topic);
                } else {
                    found.push((meaning.topic, Why::Phrase(meaning.phrase.clone(), place)));
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

/// What each folded id, name and alias means.
fn labels(
    topics: &[Topic],
    warnings: &mut Vec<TopicWarning>,
) -> Result<HashMap<String, (usize, Label)>, TopicError> {
    let mut claims: BTreeMap<String, Vec<(Label, usize, &str)>> = BTreeMap::new();
    for (place, topic) in topics.iter().enumerate() {
        if fold(&topic.id.0).is_empty() {
            return Err(TopicError::Blank(topic.id.clone()));
        }
        let names = topic.names.values().map(|name| (Label::Name, name));
        let aliases = topic.aliases.iter().map(|alias| (Label::Alias, alias));
        let all = [(Label::Id, &topic.id.0)].into_iter();
        for (label, text) in all.chain(names).chain(aliases) {
            claims
                .entry(fold(text))
                .or_default()
                .push((label, place, text));
        }
        warnings.extend(blank(topic, topic.names.values().chain(&topic.aliases)));
    }
    claims.remove("");
    let mut labels = HashMap::new();
    for (folded, mut claims) in claims {
        claims.sort_unstable();
        claims.dedup_by_key(|(_, place, _)| *place);
        let (label, owner, _) = claims[0];
        let others = &claims[1..];
        let id = |place: usize| topics[place].id.clone();
        if label == Label::Id {
            for (other, place, text) in others.iter().filter(|(_, place, _)| *place != owner) {
                if *other == Label::Id {
                    return Err(TopicError::Alike(id(owner), id(*place)));
                }
                warnings.push(TopicWarning::Taken {
                    label: (*text).to_owned(),
                    topic: id(*place),
                    by: id(owner),
                });
            }
        } else if others.iter().any(|(_, place, _)| *place != owner) {
            let mut places: Vec<usize> = claims.iter().map(|(_, place, _)| *place).collect();
            places.sort_unstable();
            places.dedup();
            warnings.push(TopicWarning::Ambiguous {
                label: folded,
                topics: places.into_iter().map(id).collect(),
            });
            continue;
        }
        labels.insert(folded, (owner, label));
    }
    Ok(labels)
}

/// A warning for each of a topic's texts of which folding leaves nothing.
fn blank<'a>(
    topic: &'a Topic,
    texts: impl Iterator<Item = &'a String>,
) -> impl Iterator<Item = TopicWarning> {
    texts
        .filter(|text| fold(text).is_empty())
        .map(|text| TopicWarning::Blank {
            topic: topic.id.clone(),
            text: text.clone(),
        })
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
            "north-korea: tag `COREE DU-NORD`, an alias",
            "korea: narrower topic `north-korea`",
            "asia: narrower topic `north-korea`",
        ];
        assert_eq!(why("Talks", &["COREE DU-NORD"]), expected);
    }

    #[test]
    fn a_reason_of_its_own_is_told_before_a_narrower_topic() {
        let expected = [
            "north-korea: tag `dprk`, an alias",
            "korea: tag `Korea`",
            "asia: narrower topic `north-korea`",
        ];
        assert_eq!(why("Talks", &["dprk", "Korea"]), expected);
    }

    #[test]
    fn all_reasons_are_told_each_once() {
        let mut talks = article("Kim Jong-un, KIM JONG UN", &["DPRK"]);
        talks.summary.text = "In Pyongyang (평양)".into();
        let resolved = index().resolve(&talks, &[TopicId("asia".into())]);
        let words: Vec<_> = resolved.why.iter().map(|(_, why)| why.words()).collect();
        let expected = [
            "tag `DPRK`, an alias",
            "source `wire`",
            "phrase `Kim Jong-un` in the title",
            "phrase `평양` in the summary",
            "narrower topic `north-korea`",
        ];
        assert_eq!(words, expected);
    }

    #[test]
    fn a_phrase_is_looked_for_in_the_whole_text_where_its_topic_asks_for_it() {
        let (mut asks, mut other) = (topic("asks", &[]), topic("other", &[]));
        asks.phrases = vec!["Wonsan".into()];
        asks.body = true;
        other.phrases = vec!["Wonsan".into()];
        let index = TopicIndex::new(&[asks, other]).unwrap();
        let mut ferry = article("Ferry sails", &[]);
        ferry.body.text = "It goes to Wonsan.".into();
        let words: Vec<_> = index
            .resolve(&ferry, &[])
            .why
            .iter()
            .map(|(topic, why)| format!("{topic}: {}", why.words()))
            .collect();
        assert_eq!(words, ["asks: phrase `Wonsan` in the text"]);
    }

    #[test]
    fn a_not_phrase_keeps_an_article_out_whatever_brought_it() {
        assert!(why("Kim Jong-un lookalike arrested", &["DPRK"]).is_empty());
        let mut bbq = topic("korea", &["asia"]);
        bbq.not_phrases = vec!["barbecue".into()];
        let north = topic("north-korea", &["korea"]);
        let index = TopicIndex::new(&[north, bbq, topic("asia", &[])]).unwrap();
        let about = index.resolve(&article("A barbecue", &["north-korea"]), &[]);
        let topics: Vec<_> = about
            .why
            .iter()
            .map(|(topic, _)| topic.0.as_str())
            .collect();
        assert_eq!(topics, ["north-korea", "asia"]);
    }

    #[test]
    fn an_alias_of_two_topics_means_neither_and_is_warned_about() {
        let words: Vec<_> = index().warnings().iter().map(TopicWarning::words).collect();
        assert_eq!(
            words,
            ["`corea` is claimed by topics `korea`, `corea-street`, so it means none of them"]
        );
        assert_eq!(
            index()
                .resolve(&article("x", &["Corea", "COREA", "!"]), &[])
                .tags,
            ["corea"]
        );
    }

    #[test]
    fn an_id_means_its_topic_whatever_else_claims_it() {
        let mut north = topic("north-korea", &[]);
        north.aliases = vec!["Korea".into(), "...".into()];
        north.phrases = vec!["\"\"".into()];
        let index = TopicIndex::new(&[north, topic("korea", &[])]).unwrap();
        assert_eq!(index.find("KOREA"), Some(1));
        let words: Vec<_> = index.warnings().iter().map(TopicWarning::words).collect();
        assert_eq!(
            words,
            [
                "`...` of topic `north-korea` has no letter or digit, so it is never found",
                "`Korea` of topic `north-korea` is the id of topic `korea`, and means that",
                "`\"\"` of topic `north-korea` has no letter or digit, so it is never found",
            ]
        );
    }

    #[test]
    fn topics_that_contradict_each_other_are_refused_by_name() {
        let error = |topics: &[Topic]| TopicIndex::new(topics).unwrap_err().to_string();
        assert_eq!(
            error(&[topic("a", &["b"]), topic("b", &["c"]), topic("c", &["a"])]),
            "topics lie within each other in a circle: a → b → c → a"
        );
        assert_eq!(
            error(&[topic("a", &["a"])]),
            "topics lie within each other in a circle: a → a"
        );
        assert_eq!(
            error(&[topic("a", &["z"])]),
            "topic `a` lies within `z`, which isn't a topic"
        );
        assert_eq!(
            error(&[topic("a", &[]), topic("a", &[])]),
            "there are two topics with the id `a`"
        );
        assert_eq!(
            error(&[topic("north-korea", &[]), topic("North Korea", &[])]),
            "the ids of topics `north-korea` and `North Korea` differ only in case, accents or punctuation, which make no difference"
        );
        assert_eq!(
            error(&[topic("🎉", &[])]),
            "the id of a topic needs a letter or digit: `🎉`"
        );
    }
}
