//! What a subscriber can follow.

use std::{collections::BTreeMap, fmt};

use chrono::NaiveDate;
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
    /// Whether these phrases are looked for in the whole text too.
    #[serde(default)]
    pub body: bool,
    /// Phrases that keep an article out, whatever else matched.
    #[serde(default, rename = "not")]
    pub not_phrases: Vec<String>,
}

impl Topic {
    /// Its name for a reader of `language`: in that language, else in its base language, else in English,
    /// else the first there is, else its id.
    #[must_use]
    pub fn name(&self, language: &Language) -> &str {
        name_in(&self.names, language).unwrap_or(&self.id.0)
    }
}

/// A topic that there is no more: those who follow it follow another one instead, or nothing, and are told once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerTopic {
    /// What queries still call it.
    pub id: TopicId,
    /// What readers called it, by language.
    pub names: BTreeMap<Language, String>,
    /// What its followers follow now.
    pub into: Option<TopicId>,
    /// The date from which on this holds.
    pub since: NaiveDate,
}

impl FormerTopic {
    /// Its name for a reader of `language`, as [`Topic::name`] finds it.
    #[must_use]
    pub fn name(&self, language: &Language) -> &str {
        name_in(&self.names, language).unwrap_or(&self.id.0)
    }
}

fn name_in<'a>(names: &'a BTreeMap<Language, String>, language: &Language) -> Option<&'a str> {
    let relative = || names.iter().find(|(other, _)| other.matches(language));
    names
        .get(language)
        .or_else(|| names.get(&language.base()))
        .or_else(|| relative().map(|(_, name)| name))
        .or_else(|| names.get(&Language::english()))
        .or_else(|| names.values().next())
        .map(String::as_str)
}
