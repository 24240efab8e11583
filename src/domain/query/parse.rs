//! Reading a query.

use std::str::FromStr;

use super::{MOST_DEPTH, MOST_TERMS, Query, QueryError};

#[derive(Debug, Clone, PartialEq, Eq)]
enum Sign {
    Open,
    Close,
    And,
    Or,
    Not,
    Atom(Query),
}

/// A query's signs, each with its place.
fn signs(text: &str) -> Result<Vec<(usize, Sign)>, QueryError> {
    let mut signs = Vec::new();
    let mut terms = 0;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let (sign, length) = match c {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '(' => (Sign::Open, 1),
            ')' => (Sign::Close, 1),
            '&' => (Sign::And, 1),
            '|' => (Sign::Or, 1),
            ',' | ';' => {
                return Err(QueryError::new(
                    format!("`{c}` belongs in a list of topics: in a query write OR between them"),
                    at,
                ));
            }
            c if is_minus(c) => (Sign::Not, c.len_utf8()),
            _ => word(text, at)?,
        };
        if matches!(sign, Sign::Atom(_)) {
            terms += 1;
            if terms > MOST_TERMS {
                return Err(too_many_terms(at));
            }
        }
        signs.push((at, sign));
        at += length;
    }
    Ok(signs)
}

/// The operator, `*` or name at `at`, and how long it is.
fn word(text: &str, at: usize) -> Result<(Sign, usize), QueryError> {
    let whole = &text[at..];
    let (name, exactly) = match whole.strip_prefix('=') {
        Some(rest) => (rest, true),
        None => (whole, false),
    };
    let equals = usize::from(exactly);
    let (name, length) = if name.starts_with(is_quote) {
        let (inner, end) = quoted(name).ok_or_else(|| {
            QueryError::new("this quotation mark is never closed: write another one", at)
        })?;
        if inner.trim().is_empty() {
            return Err(QueryError::new(
                "there is nothing between these quotation marks: write a topic's name",
                at,
            ));
        }
        (inner, equals + end)
    } else {
        let end = name.find(ends_word).unwrap_or(name.len());
        let name = &name[..end];
        match name {
            "" => return Err(QueryError::new("write a topic's name after `=`", at)),
            "AND" if !exactly => return Ok((Sign::And, end)),
            "OR" if !exactly => return Ok((Sign::Or, end)),
            "NOT" if !exactly => return Ok((Sign::Not, end)),
            "*" if !exactly => return Ok((Sign::Atom(Query::Any), end)),
            _ => {}
        }
        if let Some(field) = field(name) {
            return Err(QueryError::new(
                format!(
                    "`{field}:` can't be asked for in a topic query; if it is part of a topic's name, write \"{name}\" in quotation marks"
                ),
                at,
            ));
        }
        (name.to_owned(), equals + end)
    };
    let query = if exactly {
        Query::Exactly(name)
    } else {
        Query::Topic(name)
    };
    Ok((Sign::Atom(query), length))
}

pub(super) fn ends_word(c: char) -> bool {
    c.is_whitespace() || is_quote(c) || matches!(c, '(' | ')' | '&' | '|' | ',' | ';')
}

/// The field that a word such as `lang:fr` asks about. Reserved: a query that is written today keeps its meaning
/// when they come.
pub(super) fn field(word: &str) -> Option<&'static str> {
    ["lang", "source", "title"].into_iter().find(|field| {
        word.strip_prefix(field)
            .is_some_and(|rest| rest.starts_with(':'))
    })
}

struct Parser {
    signs: Vec<(usize, Sign)>,
    next: usize,
    /// Where the query ends.
    end: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Sign> {
        self.signs.get(self.next).map(|(_, sign)| sign)
    }

    fn at(&self) -> usize {
        self.signs.get(self.next).map_or(self.end, |(at, _)| *at)
    }

    fn take(&mut self, sign: &Sign) -> bool {
        let there = self.peek() == Some(sign);
        self.next += usize::from(there);
        there
    }

    fn either(&mut self, depth: usize) -> Result<Query, QueryError> {
        let mut parts = vec![self.all(depth)?];
        while self.take(&Sign::Or) {
            parts.push(self.all(depth)?);
        }
        Ok(one_or(parts, Query::Or))
    }

    fn all(&mut self, depth: usize) -> Result<Query, QueryError> {
        let mut parts = vec![self.not(depth)?];
        while self.take(&Sign::And)
            || matches!(self.peek(), Some(Sign::Open | Sign::Not | Sign::Atom(_)))
        {
            parts.push(self.not(depth)?);
        }
        Ok(one_or(parts, Query::And))
    }

    fn not(&mut self, depth: usize) -> Result<Query, QueryError> {
        let at = self.at();
        if depth > MOST_DEPTH {
            return Err(QueryError::new(
                format!("a query is nested at most {MOST_DEPTH} deep: remove some parentheses"),
                at,
            ));
        }
        match self.peek().cloned() {
            Some(Sign::Not) => {
                self.next += 1;
                Ok(Query::Not(Box::new(self.not(depth + 1)?)))
            }
            Some(Sign::Open) => {
                self.next += 1;
                let inner = self.either(depth + 1)?;
                if self.take(&Sign::Close) {
                    Ok(inner)
                } else {
                    Err(QueryError::new(
                        "this parenthesis is never closed: write `)` behind what belongs in it",
                        at,
                    ))
                }
            }
            Some(Sign::Atom(query)) => {
                self.next += 1;
                Ok(query)
            }
            Some(Sign::Close) => Err(QueryError::new("a topic's name is missing before `)`", at)),
            Some(Sign::And | Sign::Or) => Err(QueryError::new(
                "a topic's name is missing before this; if this is the name, write it in quotation marks",
                at,
            )),
            None => Err(QueryError::new("a topic's name is missing at the end", at)),
        }
    }
}

fn one_or(mut parts: Vec<Query>, many: impl Fn(Vec<Query>) -> Query) -> Query {
    if parts.len() == 1 {
        parts.remove(0)
    } else {
        many(parts)
    }
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let signs = signs(text)?;
        if signs.is_empty() {
            return Err(QueryError::new(
                "the query is empty: write `*` for everything",
                0,
            ));
        }
        let mut parser = Parser {
            signs,
            next: 0,
            end: text.trim_end().len(),
        };
        let query = parser.either(0)?;
        if parser.next < parser.signs.len() {
            return Err(QueryError::new(
                "this parenthesis was never opened: remove it, or write `(` where it begins",
                parser.at(),
            ));
        }
        Ok(query)
    }
}

/// A sign that excludes. Word processors make dashes of hyphens, and a mute that is read as a wish would be
/// the opposite of what was meant.
pub(super) fn is_minus(c: char) -> bool {
    matches!(c, '-' | '!' | '–' | '—' | '−')
}

pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»')
}

/// The text between the quotation marks that `text` begins with, and where they end. A backslash keeps a mark
/// or a backslash that belongs to the text.
pub(super) fn quoted(text: &str) -> Option<(String, usize)> {
    let open = text.chars().next().filter(|c| is_quote(*c))?;
    let mut inner = String::new();
    let mut rest = text.char_indices().skip(1);
    while let Some((at, c)) = rest.next() {
        if c == '\\' {
            match rest.next() {
                Some((_, c)) if c == '\\' || is_quote(c) => inner.push(c),
                Some((_, c)) => inner.extend(['\\', c]),
                None => return None,
            }
        } else if is_quote(c) && (c == '"') == (open == '"') {
            return Some((inner, at + c.len_utf8()));
        } else {
            inner.push(c);
        }
    }
    None
}

pub(super) fn too_many_terms(at: usize) -> QueryError {
    QueryError::new(
        format!("a query has at most {MOST_TERMS} topics: a broader topic may stand for several"),
        at,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Query {
        text.parse()
            .unwrap_or_else(|error: QueryError| panic!("{error}\n{}", error.pointed(text)))
    }

    fn topic(name: &str) -> Query {
        Query::Topic(name.to_owned())
    }

    fn not(query: Query) -> Query {
        Query::Not(Box::new(query))
    }

    fn refused(text: &str) -> String {
        let error = text.parse::<Query>().unwrap_err();
        format!("{error}\n{}", error.pointed(text))
    }

    #[test]
    fn not_binds_before_and_and_before_or() {
        let expected = Query::Or(vec![
            topic("korea"),
            Query::And(vec![topic("trade"), not(topic("sport"))]),
        ]);
        for text in [
            "korea OR trade AND NOT sport",
            "korea | trade & !sport",
            "korea OR trade -sport",
            "korea OR (trade (NOT sport))",
            "  korea\n\tOR trade –sport ",
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }

    #[test]
    fn only_capitals_are_operators_and_hyphens_join() {
        assert_eq!(
            parse("or and-1 north-korea"),
            Query::And(vec![topic("or"), topic("and-1"), topic("north-korea")])
        );
    }

    #[test]
    fn names_of_several_words_stand_in_quotation_marks_of_any_kind() {
        for text in ["\"north korea\"", "“north korea”", "«north korea»"] {
            assert_eq!(parse(text), topic("north korea"), "{text}");
        }
        assert_eq!(
            parse("=\"north korea\""),
            Query::Exactly("north korea".to_owned())
        );
        assert_eq!(parse("\"OR\""), topic("OR"));
        assert_eq!(parse(r#""the \"deal\"""#), topic("the \"deal\""));
    }

    #[test]
    fn a_bad_query_says_what_to_write_and_where() {
        assert_eq!(
            refused("평양 (sport OR trade"),
            "this parenthesis is never closed: write `)` behind what belongs in it\n평양 (sport OR trade\n     ^"
        );
        assert_eq!(
            refused("korea AND"),
            "a topic's name is missing at the end\nkorea AND\n         ^"
        );
        assert_eq!(
            refused("korea, sport"),
            "`,` belongs in a list of topics: in a query write OR between them\nkorea, sport\n     ^"
        );
        assert_eq!(
            refused("korea lang:fr"),
            "`lang:` can't be asked for in a topic query; if it is part of a topic's name, write \"lang:fr\" in quotation marks\nkorea lang:fr\n      ^"
        );
        assert_eq!(
            refused("a) b"),
            "this parenthesis was never opened: remove it, or write `(` where it begins\na) b\n ^"
        );
        assert_eq!(
            refused("é \"north"),
            "this quotation mark is never closed: write another one\né \"north\n  ^"
        );
        for text in [
            "",
            "  ",
            "OR a",
            "()",
            "=",
            "\"\"",
            "NOT",
            "a OR OR b",
            "= a",
        ] {
            assert!(text.parse::<Query>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn queries_are_bounded() {
        let many = |count: usize| vec!["a"; count].join(" ");
        assert!(many(MOST_TERMS).parse::<Query>().is_ok());
        assert!(many(MOST_TERMS + 1).parse::<Query>().is_err());
        let deep = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
        assert!(deep(MOST_DEPTH).parse::<Query>().is_ok());
        assert!(deep(MOST_DEPTH + 1).parse::<Query>().is_err());
        assert!(
            format!("{}a", "-".repeat(100_000))
                .parse::<Query>()
                .is_err()
        );
        assert!("(".repeat(100_000).parse::<Query>().is_err());
    }
}
