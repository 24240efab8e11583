//! What a reader follows: `korea AND NOT sport`, `(economy OR trade) asia`, `*`.
//!
//! ```text
//! either = all { ("OR" | "|") all }
//! all    = not { ["AND" | "&"] not }
//! not    = { "NOT" | "-" | "!" } atom
//! atom   = "(" either ")" | "*" | ["="] (word | '"' text '"')
//! ```
//!
//! Operators are words in capitals, so that a topic may be called `or`. A name of several words stands in quotation
//! marks. A query has at most [`MOST_TERMS`] names and is nested at most [`MOST_DEPTH`] deep, so that everything
//! which walks one is bounded.

mod list;
mod parse;

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_width::UnicodeWidthStr;

use self::parse::{ends_word, field, is_minus, is_quote};

/// How many names a query may have.
pub const MOST_TERMS: usize = 64;
/// How many parentheses and NOTs a query may open at one place.
pub const MOST_DEPTH: usize = 32;

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
    /// The place, in octets from the start of the query; for a list, from the start of the item at fault.
    pub at: usize,
}

impl QueryError {
    fn new(message: impl Into<String>, at: usize) -> Self {
        Self {
            message: message.into(),
            at,
        }
    }

    /// The query on a line, and a caret under the place on the next.
    ///
    /// ```
    /// use postrider::domain::Query;
    ///
    /// let query = "평양 AND (sport";
    /// let error = query.parse::<Query>().unwrap_err();
    /// assert_eq!(error.pointed(query), "평양 AND (sport\n         ^");
    /// ```
    #[must_use]
    pub fn pointed(&self, query: &str) -> String {
        let printable = |text: &str| text.replace(|c: char| c.is_control(), " ");
        let before = printable(&query[..query.floor_char_boundary(self.at)]);
        format!("{}\n{}^", printable(query), " ".repeat(before.width()))
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

/// Writes the query with as few parentheses as it needs: it is read back as the same query.
impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Topic(name) => write_name(name, f),
            Self::Exactly(name) => {
                f.write_str("=")?;
                write_name(name, f)
            }
            Self::Not(query) => {
                f.write_str("NOT ")?;
                write_bracketed(query, matches!(**query, Self::And(_) | Self::Or(_)), f)
            }
            Self::And(parts) if parts.is_empty() => f.write_str("*"),
            Self::Or(parts) if parts.is_empty() => f.write_str("NOT *"),
            Self::And(parts) => write_joined(parts, " AND ", f, |part| {
                matches!(part, Self::And(_) | Self::Or(_))
            }),
            Self::Or(parts) => write_joined(parts, " OR ", f, |part| matches!(part, Self::Or(_))),
        }
    }
}

fn write_joined(
    parts: &[Query],
    operator: &str,
    f: &mut fmt::Formatter<'_>,
    needs_brackets: impl Fn(&Query) -> bool,
) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(operator)?;
        }
        write_bracketed(part, needs_brackets(part), f)?;
    }
    Ok(())
}

fn write_bracketed(query: &Query, brackets: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if brackets {
        write!(f, "({query})")
    } else {
        write!(f, "{query}")
    }
}

fn write_name(name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let plain = !name.is_empty()
        && !matches!(name, "*" | "AND" | "OR" | "NOT")
        && !name.starts_with('=')
        && !name.starts_with(is_minus)
        && !name.contains(ends_word)
        && field(name).is_none();
    if plain {
        return f.write_str(name);
    }
    f.write_str("\"")?;
    for c in name.chars() {
        if c == '\\' || is_quote(c) {
            f.write_str("\\")?;
        }
        write!(f, "{c}")?;
    }
    f.write_str("\"")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn queries() -> impl Strategy<Value = Query> {
        let name = prop_oneof![
            "[a-c]{1,2}",
            "\\PC*[a-z가*]\\PC*",
            "(AND|OR|NOT|-x|=x|lang:x|\\*)"
        ];
        let leaf = prop_oneof![
            Just(Query::Any),
            name.clone().prop_map(Query::Topic),
            name.prop_map(Query::Exactly),
        ];
        leaf.prop_recursive(4, 40, 4, |inner| {
            prop_oneof![
                inner.clone().prop_map(|query| Query::Not(Box::new(query))),
                prop::collection::vec(inner.clone(), 2..4).prop_map(Query::And),
                prop::collection::vec(inner, 2..4).prop_map(Query::Or),
            ]
        })
        .prop_filter("within the bounds", |query| {
            !matches!(query.to_string().parse::<Query>(), Err(error) if error.message.contains("at most"))
        })
    }

    proptest! {
        #[test]
        fn a_query_is_read_back_as_it_is_written(query in queries()) {
            prop_assert_eq!(query.to_string().parse::<Query>(), Ok(query));
        }

        #[test]
        fn any_text_is_a_query_or_an_error_that_points_into_it(text in "\\PC*|[ab()\"&|,;=! *-]*|([ab]|AND|OR|NOT|[ ()])*") {
            for result in [text.parse::<Query>(), Query::list_or_query(&text), Query::any_of([&text])] {
                match result {
                    Ok(query) => prop_assert!(query.to_string().parse::<Query>().is_ok()),
                    Err(error) => {
                        prop_assert!(text.is_char_boundary(error.at), "{}", error.at);
                        prop_assert!(error.pointed(&text).ends_with('^'));
                    }
                }
            }
        }
    }
}
