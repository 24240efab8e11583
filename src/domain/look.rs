//! How a digest looks, and the forms that an article takes in it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The name of a look: a set of templates and one stylesheet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Look(pub String);

impl Default for Look {
    fn default() -> Self {
        Self("broadsheet".to_owned())
    }
}

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How much of an article a reader wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// Its summary; the rest is behind a link.
    #[default]
    Summary,
    /// The whole text, where the source gives it.
    Full,
}

/// What a mail is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Parts {
    /// HTML, and the same in plain text.
    #[default]
    Both,
    /// Plain text alone.
    Text,
}

/// The form of an article in a digest, from the largest to the smallest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// The whole text.
    Full,
    /// The first story of a digest: large image, large title.
    Lead,
    /// Image, title, summary, byline.
    Card,
    /// Title, summary, byline.
    Short,
    /// Title and link alone.
    Line,
}

impl Form {
    /// All of them, from the largest to the smallest.
    pub const ALL: [Self; 5] = [Self::Full, Self::Lead, Self::Card, Self::Short, Self::Line];

    /// Its name in templates.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Lead => "lead",
            Self::Card => "card",
            Self::Short => "short",
            Self::Line => "line",
        }
    }
}
