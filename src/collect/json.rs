//! JSON that is no feed → articles: an article a line (JSON Lines), a list of articles, or a single one. Its fields are
//! [`super::fields`]'.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::{
    Problem,
    fields::{Fields, Written},
    raw::{RawArticle, RawText},
};

const NO_OBJECT: &str = "not a JSON object";

/// What a JSON document is.
#[derive(Debug)]
pub enum Document {
    /// A JSON Feed: for the parser of feeds.
    Feed,
    /// Articles, and what was wrong with others.
    Articles(Vec<RawArticle>, Vec<Problem>),
}

/// Reads a text that begins with `{` or `[`.
#[must_use]
pub fn parse(text: &str) -> Document {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(object)) if object.contains_key("items") => Document::Feed,
        Ok(Value::Array(list)) => collect(
            (1..)
                .zip(list)
                .map(|(number, value)| (format!("article {number}"), of_value(&value))),
        ),
        Ok(value) => collect([("article 1".to_owned(), of_value(&value))].into_iter()),
        Err(_) => collect(
            (1..)
                .zip(text.lines())
                .filter(|(_, line)| !line.trim().is_empty())
                .map(|(number, line)| (format!("line {number}"), read_line(line))),
        ),
    }
}

fn of_value(value: &Value) -> Result<Fields, String> {
    if !value.is_object() {
        return Err(NO_OBJECT.to_owned());
    }
    Fields::deserialize(value).map_err(|error| error.to_string())
}

fn read_line(line: &str) -> Result<Fields, String> {
    if !line.trim_start().starts_with('{') {
        return Err(NO_OBJECT.to_owned());
    }
    serde_json::from_str(line).map_err(|error| {
        let words = error.to_string();
        // The line is known better than serde_json does
        words.replace(&format!(" at line 1 column {}", error.column()), "")
            + &format!(" (column {})", error.column())
    })
}

fn collect(read: impl Iterator<Item = (String, Result<Fields, String>)>) -> Document {
    let (mut articles, mut problems) = (Vec::new(), Vec::new());
    let mut places: HashMap<String, String> = HashMap::new();
    for (place, fields) in read {
        let written = match fields {
            Ok(fields) => Written::from(fields),
            Err(message) => {
                problems.push(Problem {
                    place,
                    message,
                    hint: "an article is one JSON object on one line, such as {\"title\": \"Ports reopen\"}".to_owned(),
                });
                continue;
            }
        };
        if written.draft {
            continue;
        }
        let article = identified(written.article);
        if article.entry.is_empty() {
            problems.push(Problem {
                place,
                message: "has no `title`, no `url`, no `id` and no text".to_owned(),
                hint: "a `title` alone is enough".to_owned(),
            });
        } else if let Some(first) = places.get(&article.entry) {
            problems.push(Problem {
                message: format!("has the id of {first}: `{}`", article.entry),
                place,
                hint: "give each article an `id` of its own".to_owned(),
            });
        } else {
            places.insert(article.entry.clone(), place);
            articles.push(article);
        }
    }
    Document::Articles(articles, problems)
}

/// With an id: what it says itself, else its page, else its words.
fn identified(mut article: RawArticle) -> RawArticle {
    let words = |text: &RawText| match text {
        RawText::None => None,
        RawText::Html(text) | RawText::Plain(text) => Some(text.trim().to_owned()),
    };
    if article.entry.trim().is_empty() {
        article.entry = (article.url.clone())
            .or_else(|| words(&article.title))
            .or_else(|| words(&article.summary))
            .or_else(|| words(&article.body))
            .unwrap_or_default();
    }
    article
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<RawArticle>, Vec<String>) {
        match parse(text) {
            Document::Articles(articles, problems) => {
                (articles, problems.iter().map(ToString::to_string).collect())
            }
            Document::Feed => panic!("a feed"),
        }
    }

    #[test]
    fn a_line_is_an_article_and_a_title_is_enough() {
        let (articles, problems) =
            read("{\"title\": \"One\"}\n\n{\"id\": 7, \"title\": \"Two\", \"unknown\": [1]}\n");
        assert_eq!(problems, [""; 0]);
        let entries: Vec<_> = articles.iter().map(|article| &article.entry).collect();
        assert_eq!(entries, ["One", "7"]);
    }

    #[test]
    fn a_bad_line_is_told_with_its_number_and_the_others_go_on() {
        let (articles, problems) = read(
            "{\"title\": \"One\"}\n{\"title\": \n{\"title\": \"Two\", \"date\": \"soon\"}\n{}\n{\"title\": \"One\"}\n[1]\n{\"title\": \"Three\"}",
        );
        assert_eq!(articles.len(), 2);
        assert_eq!(
            problems,
            [
                "line 2: EOF while parsing a value (column 10)",
                "line 3: invalid value: string \"soon\", expected a date such as 2026-11-24 or 2026-11-24T07:30:00Z (column 31)",
                "line 4: has no `title`, no `url`, no `id` and no text",
                "line 5: has the id of line 1: `One`",
                "line 6: not a JSON object",
            ]
        );
    }

    #[test]
    fn a_list_and_a_single_object_are_articles_too() {
        assert_eq!(read(r#"[{"title": "One"}, {"title": "Two"}]"#).0.len(), 2);
        assert_eq!(read("{\n \"title\": \"One\"\n}").0.len(), 1);
        assert!(matches!(
            parse(r#"{"version": "https://jsonfeed.org/version/1.1", "items": []}"#),
            Document::Feed
        ));
    }
}
