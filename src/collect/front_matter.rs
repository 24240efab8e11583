//! The fields at the head of a Markdown file: TOML between `+++`, or YAML between `---`.
//!
//! Keys that are not known are somebody else's, and are left alone.

use std::{fmt, marker::PhantomData};

use chrono::{DateTime, Utc};
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use super::{
    dates,
    raw::{Fault, RawArticle, RawText},
};
use crate::domain::{Handling, Image, Language, Person, Related};

/// The fields as the file writes them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Fields {
    title: Option<String>,
    date: Option<Time>,
    published: Option<Time>,
    updated: Option<Time>,
    lastmod: Option<Time>,
    url: Option<String>,
    link: Option<String>,
    author: Several<PersonField>,
    authors: Several<PersonField>,
    language: Option<Language>,
    lang: Option<Language>,
    tags: Several<Label>,
    categories: Several<Label>,
    topics: Several<Label>,
    summary: Option<String>,
    description: Option<String>,
    image: Option<ImageField>,
    reading_minutes: Option<u32>,
    related: Several<RelatedField>,
    draft: bool,
    pin: bool,
    boost: Option<f64>,
    correction: Option<String>,
    withdrawn: Option<Withdrawn>,
    retracted: Option<Withdrawn>,
    update: bool,
}

/// The head of a file, as far as its fields are understood.
pub struct FrontMatter {
    /// What the fields say; the body is still to come.
    pub article: RawArticle,
    /// Whether the author isn't done.
    pub draft: bool,
}

/// The front matter of `text`, and the rest of it. None where it has no front matter.
///
/// # Errors
/// Where the front matter isn't closed, isn't TOML or YAML, or a field isn't what it should be.
pub fn split(text: &str) -> Result<(Option<FrontMatter>, &str), Fault> {
    let mut lines = text.split_inclusive('\n');
    let Some(fence @ ("+++" | "---")) = lines.next().map(str::trim_end) else {
        return Ok((None, text));
    };
    let start = text.find('\n').map_or(text.len(), |at| at + 1);
    let mut end = start;
    for line in lines {
        if line.trim_end() == fence {
            let fields = &text[start..end];
            let fields = if fence == "+++" {
                from_toml(fields)
            } else {
                from_yaml(fields)
            }?;
            return Ok((Some(fields.into()), &text[end + line.len()..]));
        }
        end += line.len();
    }
    Err(Fault {
        line: Some(1),
        message: format!("the front matter that opens with `{fence}` is never closed"),
        hint: format!("end it with a line `{fence}`"),
    })
}

fn from_toml(fields: &str) -> Result<Fields, Fault> {
    toml::from_str(fields).map_err(|error| Fault {
        // The fence is line 1
        line: error
            .span()
            .map(|span| 2 + fields[..span.start.min(fields.len())].matches('\n').count()),
        message: format!(
            "front matter (TOML): {}",
            error.message().trim().replace('\n', ", ")
        ),
        hint: "correct the field, or take it out".to_owned(),
    })
}

fn from_yaml(fields: &str) -> Result<Fields, Fault> {
    if fields
        .lines()
        .all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
    {
        return Ok(Fields::default());
    }
    serde_saphyr::from_str(fields).map_err(|error| {
        let message = error.without_snippet().to_string();
        Fault {
            line: error
                .location()
                .and_then(|location| usize::try_from(location.line()).ok())
                .map(|line| line + 1),
            message: format!(
                "front matter (YAML): {}",
                message.lines().next().unwrap_or_default()
            ),
            hint: "correct the field, or take it out; a text with `: ` in it needs quotation marks"
                .to_owned(),
        }
    })
}

impl From<Fields> for FrontMatter {
    fn from(fields: Fields) -> Self {
        let labels = fields
            .tags
            .0
            .into_iter()
            .chain(fields.categories.0)
            .chain(fields.topics.0);
        Self {
            draft: fields.draft,
            article: RawArticle {
                title: fields.title.map_or(RawText::None, RawText::Plain),
                url: fields.url.or(fields.link),
                authors: fields
                    .authors
                    .0
                    .into_iter()
                    .chain(fields.author.0)
                    .map(|person| person.0)
                    .collect(),
                published: fields.published.or(fields.date).map(|time| time.0),
                updated: fields.updated.or(fields.lastmod).map(|time| time.0),
                language: fields.language.or(fields.lang),
                tags: labels.map(|label| label.0).collect(),
                summary: fields
                    .summary
                    .or(fields.description)
                    .map_or(RawText::None, RawText::Plain),
                image: fields.image.map(|image| image.0),
                reading_minutes: fields.reading_minutes,
                related: fields
                    .related
                    .0
                    .into_iter()
                    .map(|related| related.0)
                    .collect(),
                handling: Handling {
                    pin: fields.pin,
                    boost: fields.boost.map(hundredths),
                    correction: fields.correction,
                    withdrawn: fields
                        .withdrawn
                        .or(fields.retracted)
                        .and_then(Withdrawn::why),
                    update: fields.update,
                },
                ..RawArticle::default()
            },
        }
    }
}

/// Whether an article is withdrawn, or why it is.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Withdrawn {
    Yes(bool),
    Because(String),
}

impl Withdrawn {
    fn why(self) -> Option<String> {
        match self {
            Self::Yes(false) => None,
            Self::Yes(true) => Some(String::new()),
            Self::Because(why) => Some(why),
        }
    }
}

/// A boost as a whole number that compares exactly, between a hundredth of the usual and a hundred times it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 1 and 10,000"
)]
fn hundredths(boost: f64) -> u32 {
    if boost.is_nan() {
        return 100;
    }
    (boost.clamp(0.01, 100.0) * 100.0).round() as u32
}

/// One value, or a list of them.
#[derive(Debug)]
struct Several<T>(Vec<T>);

impl<T> Default for Several<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Several<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct One<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for One<T> {
            type Value = Several<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one value or a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = list.next_element()? {
                    values.push(value);
                }
                Ok(Several(values))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                Ok(Several(vec![T::deserialize(MapAccessDeserializer::new(
                    map,
                ))?]))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Several(vec![T::deserialize(
                    de::value::StrDeserializer::new(text),
                )?]))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(Several::default())
            }

            fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(Several::default())
            }
        }

        deserializer.deserialize_any(One(PhantomData))
    }
}

/// A label: `korea`, and `2026` too.
#[derive(Debug)]
struct Label(String);

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Label;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a word such as `korea`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Label, E> {
                Ok(Label(text.to_owned()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Label, E> {
                Ok(Label(number.to_string()))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Label, E> {
                Ok(Label(number.to_string()))
            }
        }

        deserializer.deserialize_any(Text)
    }
}

/// A date: TOML's own, or a text.
#[derive(Debug)]
struct Time(DateTime<Utc>);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;

        impl<'de> Visitor<'de> for Written {
            type Value = Time;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date such as 2026-11-24 or 2026-11-24T07:30:00Z")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Time, E> {
                dates::parse(text)
                    .map(Time)
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Time, A::Error> {
                let written = toml::value::Datetime::deserialize(MapAccessDeserializer::new(map))?;
                self.visit_str(&written.to_string())
            }
        }

        deserializer.deserialize_any(Written)
    }
}

/// Declares what a field is when it is a table, and what it is when it is a mere text.
macro_rules! text_or_table {
    ($field:ident($value:ty), $what:literal, $table:ident { $($key:ident: $type:ty),* }, |$text:ident| $from_text:expr, |$filled:ident| $from_table:expr) => {
        #[derive(Debug)]
        struct $field($value);

        impl<'de> Deserialize<'de> for $field {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(Deserialize)]
                struct $table { $(#[serde(default)] $key: $type),* }

                struct Either;

                impl<'de> Visitor<'de> for Either {
                    type Value = $field;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($what)
                    }

                    fn visit_str<E: de::Error>(self, $text: &str) -> Result<$field, E> {
                        Ok($field($from_text))
                    }

                    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<$field, A::Error> {
                        let $filled = $table::deserialize(MapAccessDeserializer::new(map))?;
                        Ok($field($from_table))
                    }
                }

                deserializer.deserialize_any(Either)
            }
        }
    };
}

text_or_table!(
    PersonField(Person),
    "a name, or a table with `name`, `email` and `url`",
    Table { name: String, email: Option<String>, url: Option<String> },
    |text| Person { name: text.to_owned(), ..Person::default() },
    |table| Person { name: table.name, email: table.email, url: table.url }
);

text_or_table!(
    ImageField(Image),
    "the address of a picture, or a table with `url`, `alt`, `caption` and `credit`",
    Table {
        url: String,
        alt: String,
        caption: String,
        credit: String
    },
    |text| Image {
        url: text.to_owned(),
        ..Image::default()
    },
    |table| Image {
        url: table.url,
        alt: table.alt,
        caption: table.caption,
        credit: table.credit
    }
);

text_or_table!(
    RelatedField(Related),
    "a title, or a table with `title` and `url`",
    Table { title: String, url: Option<String> },
    |text| Related { title: text.to_owned(), url: None },
    |table| Related { title: table.title, url: table.url }
);

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> RawArticle {
        split(text).unwrap().0.unwrap().article
    }

    #[test]
    fn toml_and_yaml_say_the_same() {
        let toml = read(
            "+++\ntitle = \"Ports\"\ndate = 2026-11-24T07:30:00Z\nauthor = \"A. Roe\"\ntags = [\"korea\"]\ntopics = \"trade\"\nlang = \"en\"\nimage = { url = \"https://i.example/a.jpg\", alt = \"A port\", credit = \"Agency\" }\nrelated = [\"One\", { title = \"Two\", url = \"https://a.example/2\" }]\nreading_minutes = 3\nsomebody_elses = 1\n+++\nBody\n",
        );
        let yaml = read(
            "---\ntitle: Ports\ndate: 2026-11-24T07:30:00Z\nauthor: A. Roe\ntags:\n  - korea\ntopics: trade\nlang: en\nimage:\n  url: https://i.example/a.jpg\n  alt: A port\n  credit: Agency\nrelated:\n  - One\n  - title: Two\n    url: https://a.example/2\nreading_minutes: 3\nsomebody_elses: 1\n---\nBody\n",
        );
        for article in [&toml, &yaml] {
            assert_eq!(article.title, RawText::Plain("Ports".into()));
            assert_eq!(
                article.published.unwrap().to_rfc3339(),
                "2026-11-24T07:30:00+00:00"
            );
            assert_eq!(article.authors[0].name, "A. Roe");
            assert_eq!(article.tags, ["korea", "trade"]);
            assert_eq!(article.language.as_ref().unwrap().as_str(), "en");
            assert_eq!(article.image.as_ref().unwrap().credit, "Agency");
            assert_eq!(
                article.related[1].url.as_deref(),
                Some("https://a.example/2")
            );
            assert_eq!(article.reading_minutes, Some(3));
        }
    }

    #[test]
    fn an_editor_says_how_an_article_is_to_be_treated() {
        let handling = |head: &str| read(&format!("---\n{head}\n---\n")).handling;
        let said = handling("pin: true\nboost: 1.5\nupdate: true\ncorrection: it was three to two");
        assert!(said.pin && said.update);
        assert_eq!(said.boost, Some(150));
        assert_eq!(said.correction.as_deref(), Some("it was three to two"));
        assert_eq!(handling("withdrawn: true").withdrawn.as_deref(), Some(""));
        let because = handling("retracted: it was a hoax").withdrawn;
        assert_eq!(because.as_deref(), Some("it was a hoax"));
        assert!(handling("retracted: false\npin: false").is_usual());
    }

    #[test]
    fn a_date_without_a_time_and_a_date_in_words_are_dates() {
        let date = |head: &str| read(head).published.unwrap().to_rfc3339();
        assert_eq!(
            date("+++\ndate = 2026-11-24\n+++\n"),
            "2026-11-24T00:00:00+00:00"
        );
        assert_eq!(
            date("---\ndate: 2026-11-24 07:30\n---\n"),
            "2026-11-24T07:30:00+00:00"
        );
    }

    #[test]
    fn an_error_names_the_line_and_what_is_wrong() {
        let fault = split("+++\ntitle = \"A\"\ndate = \"soon\"\n+++\n")
            .err()
            .unwrap();
        assert_eq!(fault.line, Some(3));
        assert_eq!(
            fault.message,
            "front matter (TOML): invalid value: string \"soon\", expected a date such as 2026-11-24 or 2026-11-24T07:30:00Z"
        );
        let fault = split("---\ntitle: A\ntags:\n  - a\nreading_minutes: many\n---\n")
            .err()
            .unwrap();
        assert_eq!(fault.line, Some(5));
        assert_eq!(split("+++\ntitle = 1").err().unwrap().line, Some(1));
    }

    #[test]
    fn a_text_without_front_matter_is_left_alone() {
        let (head, rest) = split("# A title\n\n---\n").unwrap();
        assert!(head.is_none());
        assert_eq!(rest, "# A title\n\n---\n");
        assert_eq!(split("---\r\ntitle: A\r\n---\r\nB").unwrap().1, "B");
    }
}
