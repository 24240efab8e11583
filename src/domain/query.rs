//! What a reader follows: `korea AND NOT sport`, `(economy OR trade) asia`, `*`.
//!
//! ```text
//! or   = and { ("OR" | "|") and }
//! and  = not { ["AND" | "&"] not }
//! not  = { "NOT" | "-" | "!" } atom
//! atom = "(" or ")" | "*" | ["="] (word | '"' words '"')
//! ```
//!
//! Operators are in capitals, so that a topic may be called `or`. A query that only excludes means `*` without that.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use unicode_width::UnicodeWidthStr;

/// The most topics that a query names.
const MOST_TERMS: usize = 64;
/// The deepest nesting of parentheses and operators.
const DEEPEST: usize = 32;

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

impl QueryError {
    /// The query with a caret under the place, on two lines.
    #[must_use]
    pub fn pointed(&self, query: &str) -> String {
        let before = query.get(..self.at).unwrap_or(query);
        format!("{query}\n{}^", " ".repeat(before.width()))
    }
}

impl Query {
    /// What a plain list of topics means: any of them. An item that begins with `NOT `, `-` or `!` excludes its topic.
    ///
    /// # Errors
    /// When an item has no name, or the list is too long.
    pub fn any_of<S: AsRef<str>>(items: impl IntoIterator<Item = S>) -> Result<Self, QueryError> {
        let (mut wanted, mut unwanted) = (Vec::new(), Vec::new());
        for item in items {
            let item = item.as_ref().trim();
            let excluded = item
                .strip_prefix("NOT ")
                .or(item.strip_prefix('-'))
                .or(item.strip_prefix('!'));
            let name = excluded.unwrap_or(item).trim().trim_matches('"').trim();
            if name.is_empty() {
                return Err(error("a topic's name is missing in the list", 0));
            }
            let term = match name {
                "*" => Self::Any,
                name => match name.strip_prefix('=') {
                    Some(exact) => Self::Exactly(exact.trim().to_owned()),
                    None => Self::Topic(name.to_owned()),
                },
            };
            if excluded.is_some() {
                unwanted.push(Self::Not(Box::new(term)));
            } else {
                wanted.push(term);
            }
        }
        if wanted.len() + unwanted.len() > MOST_TERMS {
            return Err(error("a list names at most 64 topics", 0));
        }
        let wanted = if wanted.is_empty() {
            Self::Any
        } else {
            join(wanted, Self::Or)
        };
        if unwanted.is_empty() {
            return Ok(wanted);
        }
        unwanted.insert(0, wanted);
        Ok(Self::And(unwanted))
    }
}

fn error(message: &str, at: usize) -> QueryError {
    QueryError {
        message: message.to_owned(),
        at,
    }
}

fn join(mut terms: Vec<Query>, many: fn(Vec<Query>) -> Query) -> Query {
    match terms.len() {
        1 => terms.remove(0),
        _ => many(terms),
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Sign {
    Open,
    Close,
    And,
    Or,
    Not,
    Any,
    Name(String),
    Exactly(String),
}

/// The signs of a query with their places.
fn signs(text: &str) -> Result<Vec<(Sign, usize)>, QueryError> {
    let mut signs = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let sign = match c {
            c if c.is_whitespace() => continue,
            '(' => Sign::Open,
            ')' => Sign::Close,
            '|' => Sign::Or,
            '&' => Sign::And,
            '!' | '-' => Sign::Not,
            '*' => Sign::Any,
            _ => {
                let exactly = c == '=';
                let from = if exactly { at + 1 } else { at };
                let (word, end) = word(text, from)?;
                while rest.next_if(|(at, _)| *at < end).is_some() {}
                let quoted = text[from..].starts_with('"');
                match word.as_str() {
                    "" => return Err(error("a topic's name is missing here", from)),
                    "AND" if !quoted && !exactly => Sign::And,
                    "OR" if !quoted && !exactly => Sign::Or,
                    "NOT" if !quoted && !exactly => Sign::Not,
                    _ if exactly => Sign::Exactly(word),
                    _ => Sign::Name(word),
                }
            }
        };
        signs.push((sign, at));
    }
    Ok(signs)
}

/// The word, or the words in quotation marks, that begin at `from`, and where they end.
fn word(text: &str, from: usize) -> Result<(String, usize), QueryError> {
    let rest = &text[from..];
    if let Some(quoted) = rest.strip_prefix('"') {
        let Some(end) = quoted.find('"') else {
            return Err(error(
                "this quotation mark is never closed: write another `\"` behind the name",
                from,
            ));
        };
        return Ok((quoted[..end].trim().to_owned(), from + end + 2));
    }
    let end = rest
        .find(|c: char| c.is_whitespace() || "()|&\"".contains(c))
        .unwrap_or(rest.len());
    Ok((rest[..end].to_owned(), from + end))
}

struct Parser {
    signs: Vec<(Sign, usize)>,
    next: usize,
    end: usize,
    terms: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Sign> {
        self.signs.get(self.next).map(|(sign, _)| sign)
    }

    fn place(&self) -> usize {
        self.signs.get(self.next).map_or(self.end, |(_, at)| *at)
    }

    fn take(&mut self, sign: &Sign) -> bool {
        let found = self.peek() == Some(sign);
        self.next += usize::from(found);
        found
    }

    fn or(&mut self, depth: usize) -> Result<Query, QueryError> {
        let mut terms = vec![self.and(depth)?];
        while self.take(&Sign::Or) {
            terms.push(self.and(depth)?);
        }
        Ok(join(terms, Query::Or))
    }

    fn and(&mut self, depth: usize) -> Result<Query, QueryError> {
        let mut terms = vec![self.not(depth)?];
        loop {
            let said = self.take(&Sign::And);
            if !said && matches!(self.peek(), None | Some(Sign::Or | Sign::Close)) {
                return Ok(join(terms, Query::And));
            }
            terms.push(self.not(depth)?);
        }
    }

    fn not(&mut self, depth: usize) -> Result<Query, QueryError> {
        let at = self.place();
        if depth > DEEPEST {
            return Err(error("this is nested too deeply", at));
        }
        if self.take(&Sign::Not) {
            return Ok(Query::Not(Box::new(self.not(depth + 1)?)));
        }
        self.atom(depth)
    }

    fn atom(&mut self, depth: usize) -> Result<Query, QueryError> {
        let at = self.place();
        let sign = self.peek().cloned();
        self.next += 1;
        self.terms += usize::from(matches!(sign, Some(Sign::Name(_) | Sign::Exactly(_))));
        if self.terms > MOST_TERMS {
            return Err(error("a query names at most 64 topics", at));
        }
        match sign {
            Some(Sign::Any) => Ok(Query::Any),
            Some(Sign::Name(name)) => Ok(Query::Topic(name)),
            Some(Sign::Exactly(name)) => Ok(Query::Exactly(name)),
            Some(Sign::Open) => {
                let inner = self.or(depth + 1)?;
                if self.take(&Sign::Close) {
                    return Ok(inner);
                }
                Err(error(
                    "this parenthesis is never closed: write `)` behind what belongs in it",
                    at,
                ))
            }
            Some(Sign::Close) => Err(error(
                "there is nothing before this parenthesis: a topic is missing, or a `(`",
                at,
            )),
            Some(Sign::And | Sign::Or) => Err(error(
                "a topic is missing before this operator (a topic of that name is written in quotation marks)",
                at,
            )),
            Some(Sign::Not) | None => Err(error("a topic is missing at the end", at)),
        }
    }
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let signs = signs(text)?;
        if signs.is_empty() {
            return Err(error("the query is empty: write `*` for everything", 0));
        }
        let mut parser = Parser {
            signs,
            next: 0,
            end: text.trim_end().len(),
            terms: 0,
        };
        let query = parser.or(0)?;
        if parser.peek().is_some() {
            return Err(error(
                "this parenthesis was never opened: leave it out, or write `(` before",
                parser.place(),
            ));
        }
        Ok(query)
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
            Self::Topic(name) => write_name(name, f),
            Self::Exactly(name) => {
                f.write_str("=")?;
                write_name(name, f)
            }
            Self::Not(inner) => write!(f, "NOT {}", Inner(inner)),
            Self::And(terms) => write_terms(terms, " AND ", f),
            Self::Or(terms) => write_terms(terms, " OR ", f),
        }
    }
}

/// A term inside another one: in parentheses, if it is made of several.
struct Inner<'a>(&'a Query);

impl fmt::Display for Inner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Query::And(_) | Query::Or(_) => write!(f, "({})", self.0),
            other => other.fmt(f),
        }
    }
}

fn write_terms(terms: &[Query], operator: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, term) in terms.iter().enumerate() {
        if index > 0 {
            f.write_str(operator)?;
        }
        write!(f, "{}", Inner(term))?;
    }
    Ok(())
}

fn write_name(name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let plain = name
        .chars()
        .all(|c| !c.is_whitespace() && !"()|&\"".contains(c))
        && !name.starts_with(['!', '-', '*', '='])
        && !matches!(name, "AND" | "OR" | "NOT");
    if plain {
        f.write_str(name)
    } else {
        write!(f, "\"{name}\"")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> String {
        text.parse::<Query>()
            .map_or_else(|error| error.to_string(), |query| query.to_string())
    }

    #[test]
    fn operators_bind_as_one_expects() {
        assert_eq!(read("korea AND NOT sport"), "korea AND NOT sport");
        assert_eq!(read("korea -sport"), "korea AND NOT sport");
        assert_eq!(read("a OR b c"), "a OR (b AND c)");
        assert_eq!(
            read("(economy | trade) & asia"),
            "(economy OR trade) AND asia"
        );
        assert_eq!(read("\"north korea\" or"), "\"north korea\" AND or");
        assert_eq!(read("NOT NOT =korea"), "NOT NOT =korea");
        assert_eq!(read("moon-jae-in"), "moon-jae-in");
    }

    #[test]
    fn a_list_is_any_of_its_topics_without_those_it_excludes() {
        let list = |items: &[&str]| Query::any_of(items).map(|query| query.to_string());
        assert_eq!(
            list(&["korea", "North Korea"]).as_deref(),
            Ok("korea OR \"North Korea\"")
        );
        assert_eq!(
            list(&["korea", "-sport"]).as_deref(),
            Ok("korea AND NOT sport")
        );
        assert_eq!(list(&["NOT sport"]).as_deref(), Ok("* AND NOT sport"));
        assert!(list(&["korea", " "]).is_err());
    }

    #[test]
    fn a_bad_query_is_pointed_at() {
        let pointed = |text: &str| {
            let error = text.parse::<Query>().unwrap_err();
            format!("{error}\n{}", error.pointed(text))
        };
        assert_eq!(
            pointed("korea AND (sport"),
            "this parenthesis is never closed: write `)` behind what belongs in it\nkorea AND (sport\n          ^"
        );
        assert_eq!(
            pointed("북한 AND OR x"),
            "a topic is missing before this operator (a topic of that name is written in quotation marks)\n북한 AND OR x\n         ^"
        );
        assert_eq!(
            pointed("korea NOT"),
            "a topic is missing at the end\nkorea NOT\n         ^"
        );
        assert!(pointed("").starts_with("the query is empty"));
        assert!(pointed("a) b").starts_with("this parenthesis was never opened"));
    }

    fn queries() -> impl Strategy<Value = Query> {
        let name = prop_oneof![
            "[a-z]{1,6}",
            "[a-z]{1,4} [a-z]{1,4}",
            Just("AND".to_owned()),
            Just("-x".to_owned())
        ];
        let leaf = prop_oneof![
            Just(Query::Any),
            name.clone().prop_map(Query::Topic),
            name.prop_map(Query::Exactly)
        ];
        leaf.prop_recursive(4, 20, 4, |inner| {
            prop_oneof![
                inner.clone().prop_map(|query| Query::Not(Box::new(query))),
                proptest::collection::vec(inner.clone(), 2..4).prop_map(Query::And),
                proptest::collection::vec(inner, 2..4).prop_map(Query::Or),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_written_query_is_read_back(query in queries()) {
            prop_assert_eq!(query.to_string().parse::<Query>(), Ok(query));
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "(\\PC|[()|&!\" -]){0,60}") {
            if let Err(error) = text.parse::<Query>() {
                let _ = error.pointed(&text);
            }
        }

        #[test]
        fn deep_nesting_ends_in_an_error_and_not_in_the_stack(depth in 40_usize..5000, sign in "[(!-]") {
            let text = sign.repeat(depth) + "a";
            prop_assert!(text.parse::<Query>().is_err());
        }
    }
}
