//! What a subscriber can follow.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::Language;

/// The id of a topic: `north-korea`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TopicId(pub String);

impl fmt::Display for TopicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A topic as the operator declares it. Tags, names and aliases are compared after folding (case, accents, dashes).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// What the configuration and queries call it.
    pub id: TopicId,
    /// What readers see, by language.
    #[serde(default)]
    pub names: BTreeMap<Language, String>,
    /// Other names under which a tag may mean it.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Broader topics: whoever follows one of those gets this too.
    #[serde(default)]
    pub within: Vec<TopicId>,
    /// Phrases that, found as whole words in a title or summary, put an article under it.
    #[serde(default, rename = "match")]
    pub phrases: Vec<String>,
    /// Phrases that keep an article out, whatever else matched.
    #[serde(default, rename = "not")]
    pub not_phrases: Vec<String>,
}

impl Topic {
    /// Its name for a reader of `language`: in that language, else in its base language, else in English,
    /// else the first there is, else its id.
    #[must_use]
    pub fn name(&self, language: &Language) -> &str {
        self.names
            .get(language)
            .or_else(|| self.names.get(&language.base()))
            .or_else(|| {
                self.names
                    .iter()
                    .find(|(other, _)| other.matches(language))
                    .map(|(_, name)| name)
            })
            .or_else(|| self.names.get(&Language::english()))
            .or_else(|| self.names.values().next())
            .map_or(&self.id.0, String::as_str)
    }
}
