//! Reading a plain list of topics.

use super::{
    MOST_TERMS, Query, QueryError,
    parse::{is_minus, is_quote, quoted, too_many_terms},
};

impl Query {
    /// The query of a plain list: any of its topics, none of those that it excludes. An item is one topic's name,
    /// spaces included; `NOT sport`, `-sport` and `!sport` exclude, `=korea` and `*` are as in a query, and quotation
    /// marks around a name keep it as it is. Blank items are passed over. A list that only excludes means
    /// everything else.
    ///
    /// ```
    /// use postrider::domain::Query;
    ///
    /// let query = Query::any_of(["north korea", "economy", "-sport"]).unwrap();
    /// assert_eq!(query.to_string(), r#"("north korea" OR economy) AND NOT sport"#);
    /// ```
    ///
    /// # Errors
    ///
    /// If it has no item or too many, or an item is itself a query (`korea AND trade`).
    pub fn any_of<I>(items: I) -> Result<Self, QueryError>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let (mut wanted, mut unwanted) = (Vec::new(), Vec::new());
        for item in items {
            let item = item.as_ref().trim();
            if item.is_empty() {
                continue;
            }
            let (query, excluded) = list_item(item)?;
            let side = if excluded { &mut unwanted } else { &mut wanted };
            if !side.contains(&query) {
                side.push(query);
            }
        }
        if wanted.len() + unwanted.len() > MOST_TERMS {
            return Err(too_many_terms(0));
        }
        let positive = match wanted.len() {
            0 if unwanted.is_empty() => {
                return Err(QueryError::new(
                    "the list is empty: write `*` for everything",
                    0,
                ));
            }
            0 => Self::Any,
            1 => wanted.remove(0),
            _ => Self::Or(wanted),
        };
        if unwanted.is_empty() {
            return Ok(positive);
        }
        let unwanted = unwanted.into_iter().map(|query| Self::Not(Box::new(query)));
        Ok(Self::And(
            std::iter::once(positive).chain(unwanted).collect(),
        ))
    }

    /// The query of a text that a person wrote without saying which it is: a list with commas or semicolons (`north korea; -sport`);
    /// a query, where it has an operator, parentheses or quotation marks; else one topic's name.
    ///
    /// # Errors
    ///
    /// As for a list or a query. The place counts from the start of `text`.
    pub fn list_or_query(text: &str) -> Result<Self, QueryError> {
        let separators = separators(text);
        if separators.is_empty() {
            return if has_operator(text) {
                text.parse()
            } else {
                Self::any_of([text])
            };
        }
        let starts = std::iter::once(0).chain(separators.iter().map(|at| at + 1));
        let ends = separators.iter().copied().chain([text.len()]);
        let items: Vec<&str> = starts
            .zip(ends)
            .map(|(start, end)| &text[start..end])
            .collect();
        for item in items.iter().filter(|item| !item.trim().is_empty()) {
            list_item(item.trim()).map_err(|error| {
                let trimmed = item.len() - item.trim_start().len();
                let start = item.as_ptr() as usize - text.as_ptr() as usize;
                QueryError::new(error.message, start + trimmed + error.at)
            })?;
        }
        Self::any_of(items)
    }
}

fn has_operator(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.any(|word| matches!(word, "AND" | "OR" | "NOT" | "*"))
        || text.contains(['(', ')', '&', '|'])
        || text.contains(is_quote)
        || text
            .split_whitespace()
            .any(|word| word.starts_with('=') || word.starts_with(is_minus))
}

/// The places of the commas and semicolons outside quotation marks.
fn separators(text: &str) -> Vec<usize> {
    let mut places = Vec::new();
    let mut rest = text.char_indices();
    while let Some((at, c)) = rest.next() {
        if matches!(c, ',' | ';') {
            places.push(at);
        } else if is_quote(c)
            && let Some((_, end)) = quoted(&text[at..])
        {
            rest = text.char_indices();
            while rest.offset() < at + end && rest.next().is_some() {}
        }
    }
    places
}

/// An item of a list without what excludes it, and whether it is excluded.
fn list_item(item: &str) -> Result<(Query, bool), QueryError> {
    let mut name = item;
    let mut excluded = false;
    while let Some(rest) = without_not(name) {
        excluded = !excluded;
        name = rest.trim_start();
    }
    let at = item.len() - name.len();
    let (name, exactly) = match name.strip_prefix('=') {
        Some(rest) => (rest.trim(), true),
        None => (name.trim(), false),
    };
    if name == "*" && !exactly {
        return Ok((Query::Any, excluded));
    }
    let topic = match quoted(name) {
        Some((text, end)) if end == name.len() => text,
        _ => {
            if let Some(word) = name
                .split_whitespace()
                .find(|word| matches!(*word, "AND" | "OR" | "NOT"))
            {
                let place = item.find(word).unwrap_or(at);
                return Err(QueryError::new(
                    format!(
                        "an item of a list is one topic: write the whole as one query, or \"{name}\" in quotation marks if `{word}` is part of its name"
                    ),
                    place,
                ));
            }
            name.to_owned()
        }
    };
    if topic.trim().is_empty() {
        return Err(QueryError::new("a topic's name is missing here", at));
    }
    let query = if exactly {
        Query::Exactly(topic)
    } else {
        Query::Topic(topic)
    };
    Ok((query, excluded))
}

/// What follows a NOT in whatever form, if the text begins with one.
fn without_not(text: &str) -> Option<&str> {
    text.strip_prefix(is_minus).or_else(|| {
        text.strip_prefix("NOT")
            .filter(|rest| rest.starts_with(char::is_whitespace))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_any_of_its_topics() {
        let list = |items: &[&str]| Query::any_of(items).map(|query| query.to_string());
        assert_eq!(
            list(&["north korea", " economy ", "", "economy"]).as_deref(),
            Ok("\"north korea\" OR economy")
        );
        assert_eq!(list(&["Q&A"]).as_deref(), Ok("\"Q&A\""));
        assert_eq!(list(&["=korea", "*"]).as_deref(), Ok("=korea OR *"));
        assert_eq!(list(&["\"-20 degrees\""]).as_deref(), Ok("\"-20 degrees\""));
        assert!(list(&[]).is_err() && list(&["-"]).is_err());
        assert!(list(&["korea AND trade"]).is_err());
    }

    #[test]
    fn a_mute_works_in_a_list() {
        let list = |items: &[&str]| Query::any_of(items).map(|query| query.to_string());
        assert_eq!(
            list(&["korea", "NOT north korea", "!sport"]).as_deref(),
            Ok("korea AND NOT \"north korea\" AND NOT sport")
        );
        assert_eq!(
            list(&["-sport", "NOT culture"]).as_deref(),
            Ok("* AND NOT sport AND NOT culture")
        );
    }

    #[test]
    fn a_cell_holds_a_list_or_a_query() {
        let cell = |text: &str| Query::list_or_query(text).map(|query| query.to_string());
        assert_eq!(
            cell("north korea; trade, -sport").as_deref(),
            Ok("(\"north korea\" OR trade) AND NOT sport")
        );
        assert_eq!(
            cell("korea AND NOT sport").as_deref(),
            Ok("korea AND NOT sport")
        );
        assert_eq!(cell("north korea").as_deref(), Ok("\"north korea\""));
        assert_eq!(cell("*, -sport").as_deref(), Ok("* AND NOT sport"));
        assert_eq!(
            cell("\"north korea\", trade;").as_deref(),
            Ok("\"north korea\" OR trade")
        );
        assert_eq!(
            cell("\"bread, salt\" OR tea").as_deref(),
            Ok("\"bread, salt\" OR tea")
        );
        let text = "평양; tea AND milk";
        assert_eq!(
            Query::list_or_query(text).unwrap_err().pointed(text),
            "평양; tea AND milk\n          ^"
        );
    }
}
