//! The fields of a row, from their texts.

use chrono_tz::Tz;

use crate::domain::{Address, EditionId, Language, Limit, Pause, Query, Subscriber};

/// The names of the fields, in the order of the documentation.
pub(super) const NAMES: [&str; 8] = [
    "address",
    "name",
    "language",
    "time_zone",
    "editions",
    "topics",
    "max_articles",
    "paused",
];

/// A value of a field: one text, or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// One text: a list in it is parted by commas or semicolons.
    Text(String),
    /// A list.
    List(Vec<String>),
}

impl Value {
    fn items(&self) -> Vec<String> {
        match self {
            Self::Text(text) => text
                .split([',', ';'])
                .map(|item| item.trim().to_owned())
                .filter(|item| !item.is_empty())
                .collect(),
            Self::List(items) => items.iter().map(|item| item.trim().to_owned()).collect(),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.trim().to_owned(),
            Self::List(items) => items.join(", "),
        }
    }

    fn is_empty(&self) -> bool {
        self.text().is_empty()
    }
}

/// A subscriber from the fields of a row: name and value, each name once.
pub(super) fn subscriber(
    fields: &[(&'static str, Value)],
    editions: &[EditionId],
) -> Result<Subscriber, String> {
    let given = |name: &str| {
        fields
            .iter()
            .find(|(known, value)| *known == name && !value.is_empty())
            .map(|(_, value)| value)
    };
    let wrong = |name: &str, why: String| format!("{name}: {why}");
    let address = given("address").ok_or_else(|| wrong("address", "there is none".to_owned()))?;
    let address: Address = address
        .text()
        .parse()
        .map_err(|error| wrong("address", format!("{error}")))?;
    let languages = given("language").map(Value::items).unwrap_or_default();
    let languages: Vec<Language> = languages
        .iter()
        .map(|tag| tag.parse())
        .collect::<Result<_, _>>()
        .map_err(|error| wrong("language", format!("{error}")))?;
    let time_zone = given("time_zone")
        .map(|value| zone(&value.text()))
        .transpose()
        .map_err(|why| wrong("time_zone", why))?;
    let names = given("editions").map(Value::items).unwrap_or_default();
    let wanted = names
        .into_iter()
        .map(|name| edition(&name, editions))
        .collect::<Result<_, _>>();
    Ok(Subscriber {
        address,
        name: given("name").map(Value::text).unwrap_or_default(),
        languages,
        time_zone,
        editions: wanted.map_err(|why| wrong("editions", why))?,
        topics: given("topics")
            .map(topics)
            .transpose()
            .map_err(|why| wrong("topics", why))?,
        max_articles: given("max_articles")
            .map(|value| limit(&value.text()))
            .transpose()
            .map_err(|why| wrong("max_articles", why))?,
        paused: given("paused")
            .map_or(Ok(Pause::No), |value| pause(&value.text()))
            .map_err(|why| wrong("paused", why))?,
    })
}

fn zone(text: &str) -> Result<Tz, String> {
    text.parse()
        .map_err(|_| format!("not a time zone such as `Europe/Paris`: `{text}`"))
}

fn edition(name: &str, editions: &[EditionId]) -> Result<EditionId, String> {
    editions
        .iter()
        .find(|edition| edition.0 == name)
        .cloned()
        .ok_or_else(|| {
            let known: Vec<_> = editions.iter().map(|edition| edition.0.as_str()).collect();
            format!(
                "there is no edition `{name}`; there is: {}",
                known.join(", ")
            )
        })
}

/// A list of topics, or a query: a text is a query if it has an operator, parentheses or quotation marks.
fn topics(value: &Value) -> Result<Query, String> {
    let text = match value {
        Value::List(items) => return Query::any_of(items).map_err(|error| error.message),
        Value::Text(text) => text.trim(),
    };
    let operator = text
        .split_whitespace()
        .any(|word| matches!(word, "AND" | "OR" | "NOT"));
    if operator || text.contains(['(', ')', '"', '|', '&', '!', '=', '*']) || text.starts_with('-')
    {
        return text
            .parse()
            .map_err(|error: crate::domain::query::QueryError| {
                format!("{error}\n  {}", error.pointed(text).replace('\n', "\n  "))
            });
    }
    Query::any_of(value.items()).map_err(|error| error.message)
}

fn limit(text: &str) -> Result<Limit<u32>, String> {
    match text {
        "none" => Ok(Limit::None),
        number => number
            .parse()
            .map(Limit::Most)
            .map_err(|_| format!("a whole number, or `none`, not `{text}`")),
    }
}

fn pause(text: &str) -> Result<Pause, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" => Ok(Pause::Open),
        "false" | "no" => Ok(Pause::No),
        date => date.parse().map(Pause::Until).map_err(|_| {
            format!("`yes`, `no`, or the first day of mail again as `2026-12-01`, not `{text}`")
        }),
    }
}

/// The field of this name.
pub(super) fn known(name: &str) -> Result<&'static str, String> {
    let folded = name.trim().to_lowercase().replace([' ', '-'], "_");
    if let Some(known) = NAMES.iter().find(|known| **known == folded) {
        return Ok(known);
    }
    let near = NAMES
        .iter()
        .filter(|known| strsim::damerau_levenshtein(known, &folded) <= 2)
        .min_by_key(|known| strsim::damerau_levenshtein(known, &folded));
    Err(match near {
        Some(near) => format!("there is no `{name}`: did you mean `{near}`?"),
        None => format!("there is no `{name}`; there is: {}", NAMES.join(", ")),
    })
}
