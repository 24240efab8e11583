//! The fields of a row, from their texts.

use chrono::{NaiveTime, Weekday};
use chrono_tz::Tz;

use crate::{
    config::{problem::near, zone},
    domain::{
        Address, EditionId, Frequency, Language, Length, Limit, Parts, Pause, Query, Quiet,
        Subscriber, WEEK,
    },
};

/// The names of the fields, in the order of the documentation.
pub(super) const NAMES: [&str; 16] = [
    "address",
    "name",
    "language",
    "time_zone",
    "editions",
    "topics",
    "max_articles",
    "format",
    "paused",
    "frequency",
    "at",
    "days",
    "quiet",
    "min_articles",
    "max_wait",
    "length",
];

/// What other programs call them.
const OTHER_NAMES: [(&str, &str); 8] = [
    ("email", "address"),
    ("e_mail", "address"),
    ("mail", "address"),
    ("email_address", "address"),
    ("locale", "language"),
    ("tz", "time_zone"),
    ("tags", "topics"),
    ("lists", "editions"),
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
    let name = given("name").map(Value::text).unwrap_or_default();
    if name.contains(char::is_control) {
        return Err(wrong("name", "a text of one line is expected".to_owned()));
    }
    Ok(Subscriber {
        address,
        name,
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
        format: given("format")
            .map(|value| format(&value.text()))
            .transpose()
            .map_err(|why| wrong("format", why))?,
        paused: given("paused")
            .map_or(Ok(Pause::No), |value| pause(&value.text()))
            .map_err(|why| wrong("paused", why))?,
        frequency: given("frequency")
            .map_or(Ok(Frequency::Each), |value| frequency(&value.text()))
            .map_err(|why| wrong("frequency", why))?,
        at: given("at")
            .map(|value| hour(&value.text()))
            .transpose()
            .map_err(|why| wrong("at", why))?,
        days: given("days")
            .map_or(Ok(Vec::new()), |value| days(&value.items()))
            .map_err(|why| wrong("days", why))?,
        quiet: given("quiet")
            .map_or(Ok(Vec::new()), |value| {
                value.items().iter().map(|day| quiet(day)).collect()
            })
            .map_err(|why| wrong("quiet", why))?,
        min_articles: given("min_articles")
            .map(|value| whole(&value.text()))
            .transpose()
            .map_err(|why| wrong("min_articles", why))?,
        max_wait: given("max_wait")
            .map(|value| whole(value.text().trim_end_matches('d')))
            .transpose()
            .map_err(|why| wrong("max_wait", why))?,
        length: given("length")
            .map_or(Ok(Length::Summary), |value| length(&value.text()))
            .map_err(|why| wrong("length", why))?,
    })
}

fn format(text: &str) -> Result<Parts, String> {
    match text.to_lowercase().as_str() {
        "html" => Ok(Parts::Both),
        "text" => Ok(Parts::Text),
        _ => Err(format!("`html` or `text`, not `{text}`")),
    }
}

fn zone(text: &str) -> Result<Tz, String> {
    zone::zone(text).map_err(|error| match &error.meant {
        Some(meant) => format!("{error}: write `{meant}`"),
        None => error.to_string(),
    })
}

fn edition(name: &str, editions: &[EditionId]) -> Result<EditionId, String> {
    editions
        .iter()
        .find(|edition| edition.0 == name)
        .cloned()
        .ok_or_else(|| {
            let known: Vec<_> = editions.iter().map(|edition| edition.0.as_str()).collect();
            match near(name, known.iter().copied()) {
                Some(near) => format!("there is no edition `{name}`: did you mean `{near}`?"),
                None => format!(
                    "there is no edition `{name}`; there is: {}",
                    known.join(", ")
                ),
            }
        })
}

/// A list of topics, or a query.
fn topics(value: &Value) -> Result<Query, String> {
    match value {
        Value::List(items) => Query::any_of(items).map_err(|error| error.message),
        Value::Text(text) => {
            let text = text.trim();
            Query::list_or_query(text).map_err(|error| {
                format!("{error}\n  {}", error.pointed(text).replace('\n', "\n  "))
            })
        }
    }
}

fn limit(text: &str) -> Result<Limit<u32>, String> {
    match text {
        "none" => Ok(Limit::None),
        number => match number.parse() {
            Ok(0) => Err("at least 1: whoever wants no mail has `yes` in `paused`".to_owned()),
            Ok(most) => Ok(Limit::Most(most)),
            Err(_) => Err(format!("a whole number, or `none`, not `{text}`")),
        },
    }
}

/// One of a few words.
fn word<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, String> {
    let lower = text.to_lowercase();
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == lower) {
        return Ok(*value);
    }
    let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
    Err(match near(&lower, known.iter().copied()) {
        Some(near) => format!("there is no `{text}`: did you mean `{near}`?"),
        None => format!("there is no `{text}`; there is: {}", known.join(", ")),
    })
}

fn frequency(text: &str) -> Result<Frequency, String> {
    word(
        text,
        &Frequency::ALL.map(|frequency| (frequency.as_str(), frequency)),
    )
}

fn length(text: &str) -> Result<Length, String> {
    word(
        text,
        &[("summary", Length::Summary), ("full", Length::Full)],
    )
}

fn hour(text: &str) -> Result<NaiveTime, String> {
    NaiveTime::parse_from_str(text, "%H:%M")
        .or_else(|_| NaiveTime::parse_from_str(text, "%H:%M:00"))
        .map_err(|_| format!("a time of day such as `07:00` is expected, not `{text}`"))
}

fn day(text: &str) -> Result<Weekday, String> {
    text.parse()
        .map_err(|_| format!("not a day of the week such as `mon`: `{text}`"))
}

fn days(items: &[String]) -> Result<Vec<Weekday>, String> {
    let days: Vec<Weekday> = items
        .iter()
        .map(|item| day(item))
        .collect::<Result<_, _>>()?;
    Ok(WEEK.into_iter().filter(|day| days.contains(day)).collect())
}

fn quiet(text: &str) -> Result<Quiet, String> {
    let date = text.parse().map(Quiet::Date);
    date.or_else(|_| day(text).map(Quiet::Day)).map_err(|_| {
        format!("a day such as `sun` or a date such as `2026-12-25` is expected, not `{text}`")
    })
}

fn whole(text: &str) -> Result<u32, String> {
    match text.trim().parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(format!(
            "a whole number from 1 on is expected, not `{text}`"
        )),
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
    let meant = OTHER_NAMES.iter().find(|(other, _)| *other == folded);
    Err(
        match meant.map(|(_, name)| *name).or(near(&folded, NAMES)) {
            Some(near) => format!("there is no `{name}`: did you mean `{near}`?"),
            None => format!("there is no `{name}`; there is: {}", NAMES.join(", ")),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(name: &'static str, text: &str) -> String {
        let fields = [
            ("address", Value::Text("ann@a.example".into())),
            (name, Value::Text(text.into())),
        ];
        subscriber(&fields, &[EditionId("daily".into())]).unwrap_err()
    }

    #[test]
    fn a_wrong_field_says_what_to_write() {
        assert_eq!(
            wrong("time_zone", "EST"),
            "time_zone: not a time zone such as `Europe/Paris` or `UTC`: `EST`: write `America/New_York`"
        );
        assert_eq!(
            wrong("editions", "dayly"),
            "editions: there is no edition `dayly`: did you mean `daily`?"
        );
        assert_eq!(
            wrong("editions", "sunday"),
            "editions: there is no edition `sunday`; there is: daily"
        );
        assert_eq!(
            wrong("max_articles", "0"),
            "max_articles: at least 1: whoever wants no mail has `yes` in `paused`"
        );
        assert_eq!(
            wrong("max_articles", "a few"),
            "max_articles: a whole number, or `none`, not `a few`"
        );
        assert_eq!(
            wrong("format", "pdf"),
            "format: `html` or `text`, not `pdf`"
        );
        assert_eq!(
            wrong("frequency", "weekley"),
            "frequency: there is no `weekley`: did you mean `weekly`?"
        );
        assert_eq!(
            wrong("at", "7am"),
            "at: a time of day such as `07:00` is expected, not `7am`"
        );
        assert_eq!(
            wrong("quiet", "sun; christmas"),
            "quiet: a day such as `sun` or a date such as `2026-12-25` is expected, not `christmas`"
        );
        assert_eq!(
            wrong("paused", "maybe"),
            "paused: `yes`, `no`, or the first day of mail again as `2026-12-01`, not `maybe`"
        );
        assert_eq!(
            wrong("name", "Ann\r\nBcc: bob@a.example"),
            "name: a text of one line is expected"
        );
    }

    #[test]
    fn what_another_program_calls_a_field_is_told_by_our_name() {
        let told = |name| known(name).unwrap_err();
        assert_eq!(
            told("E-Mail"),
            "there is no `E-Mail`: did you mean `address`?"
        );
        assert_eq!(
            told("timezone"),
            "there is no `timezone`: did you mean `time_zone`?"
        );
        assert_eq!(known("Time Zone"), Ok("time_zone"));
        assert!(told("shoe size").starts_with("there is no `shoe size`; there is: address, name,"));
    }
}
