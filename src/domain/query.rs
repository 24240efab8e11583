//! What a reader follows: `korea AND NOT sport`, `(economy OR trade) asia`, `*`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A topic query. Its names are texts here; what they mean is the topics' to say.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Query {
    /// `*`: everything.
    Any,
    /// A topic, alias or tag, with all topics within it.
    Topic(String),
    /// `=korea`: that topic itself, without the topics within it.
    Exactly(String),
    /// `NOT q`.
    Not(Box<Query>),
    /// `a AND b`, also written `a b`.
    And(Vec<Query>),
    /// `a OR b`; a plain list of topics is one of these.
    Or(Vec<Query>),
}

/// Where and why a query can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    /// What is wrong, and what to write instead.
    pub message: String,
    /// The place, in octets from the start of the query.
    pub at: usize,
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim() {
            "*" | "" => Ok(Self::Any),
            topic => Ok(Self::Topic(topic.to_owned())),
        }
    }
}

impl TryFrom<String> for Query {
    type Error = QueryError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Query> for String {
    fn from(query: Query) -> Self {
        query.to_string()
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Topic(topic) => f.write_str(topic),
            _ => f.write_str("?"),
        }
    }
}
