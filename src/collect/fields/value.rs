//! What stands in a field: each kind of value in all the forms in which it is written.

use std::{fmt, marker::PhantomData};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{
    Deserialize, Deserializer,
    de::{self, Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use super::super::{dates, raw::RawText};
use crate::domain::{Enclosure, Image, ImageSize, Person, Related};

/// One value, or a list of them.
#[derive(Debug)]
pub struct Several<T>(pub Vec<T>);

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
                let value = T::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Several(vec![value]))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                if text.trim().is_empty() {
                    return Ok(Several::default());
                }
                let value = T::deserialize(de::value::StrDeserializer::new(text))?;
                Ok(Several(vec![value]))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Several::default())
            }

            fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Several::default())
            }
        }

        deserializer.deserialize_any(One(PhantomData))
    }
}

/// Declares a field by the forms that its value may have: a text, and else what is said.
macro_rules! field {
    ($field:ty, $expected:literal, |$text:ident| $from_text:expr $(, $form:ident => $more:item)*) => {
        impl<'de> Deserialize<'de> for $field {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Form;

                impl<'de> Visitor<'de> for Form {
                    type Value = $field;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expected)
                    }

                    fn visit_str<E: Error>(self, $text: &str) -> Result<$field, E> {
                        $from_text.map_err(|()| E::invalid_value(de::Unexpected::Str($text), &self))
                    }

                    $($more)*
                }

                deserializer.deserialize_any(Form)
            }
        }
    };
}

/// A label: `korea`, and `2026` too.
#[derive(Debug)]
pub struct Label(pub String);

field!(Label, "a word such as `korea`", |text| Ok(Label(text.to_owned())),
    number => fn visit_i64<E: Error>(self, number: i64) -> Result<Label, E> { Ok(Label(number.to_string())) },
    number => fn visit_u64<E: Error>(self, number: u64) -> Result<Label, E> { Ok(Label(number.to_string())) },
    number => fn visit_f64<E: Error>(self, number: f64) -> Result<Label, E> {
        // A number that is no whole one is no label: `tags = 3.5`
        Err(E::invalid_value(de::Unexpected::Float(number), &self))
    },
    table => fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Label, A::Error> {
        #[derive(Deserialize)]
        struct Table { #[serde(alias = "label", alias = "title", alias = "term")] name: String }
        Ok(Label(Table::deserialize(MapAccessDeserializer::new(map))?.name))
    }
);

/// Labels: a list, or one text with commas between them.
#[derive(Debug, Default)]
pub struct Labels(pub Vec<String>);

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let labels = Several::<Label>::deserialize(deserializer)?.0;
        if let [Label(text)] = labels.as_slice() {
            let parts = text.split(',').map(|part| part.trim().to_owned());
            return Ok(Self(parts.filter(|part| !part.is_empty()).collect()));
        }
        Ok(Self(labels.into_iter().map(|label| label.0).collect()))
    }
}

/// A time: TOML's own, a text, or a number of seconds or milliseconds since 1970; none where it is left empty.
#[derive(Debug, Default, Clone, Copy)]
pub struct Time(pub Option<DateTime<Utc>>);

impl Time {
    fn of_text(text: &str) -> Result<Self, ()> {
        if text.trim().is_empty() {
            return Ok(Self(None));
        }
        match text.trim().parse() {
            Ok(number) => Self::of_number(number),
            Err(_) => dates::parse(text).map(|time| Self(Some(time))).ok_or(()),
        }
    }

    fn of_number(number: i64) -> Result<Self, ()> {
        let time = match number {
            // 20261124
            19_000_101..=29_991_231 => NaiveDate::parse_from_str(&number.to_string(), "%Y%m%d")
                .ok()
                .map(|date| date.and_time(NaiveTime::MIN).and_utc()),
            30_000_000..100_000_000_000 => DateTime::from_timestamp(number, 0),
            100_000_000_000.. => DateTime::from_timestamp_millis(number),
            _ => None,
        };
        time.map(|time| Self(Some(time))).ok_or(())
    }
}

field!(Time, "a date such as 2026-11-24 or 2026-11-24T07:30:00Z", |text| Time::of_text(text),
    nothing => fn visit_unit<E: Error>(self) -> Result<Time, E> { Ok(Time(None)) },
    nothing => fn visit_none<E: Error>(self) -> Result<Time, E> { Ok(Time(None)) },
    number => fn visit_i64<E: Error>(self, number: i64) -> Result<Time, E> {
        Time::of_number(number).map_err(|()| E::invalid_value(de::Unexpected::Signed(number), &self))
    },
    number => fn visit_u64<E: Error>(self, number: u64) -> Result<Time, E> {
        self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    },
    number => fn visit_f64<E: Error>(self, number: f64) -> Result<Time, E> {
        // Seconds, as Python and JavaScript give them
        #[expect(clippy::cast_possible_truncation, reason = "fractions are dropped, and the cast saturates")]
        self.visit_i64(number as i64)
    },
    table => fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Time, A::Error> {
        let written = toml::value::Datetime::deserialize(MapAccessDeserializer::new(map))?;
        self.visit_str(&written.to_string())
    }
);

/// `published`: when it was, or, as Jekyll has it, whether it is.
#[derive(Debug, Default)]
pub struct Published {
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// It isn't.
    pub never: bool,
}

impl From<Time> for Published {
    fn from(time: Time) -> Self {
        Self {
            at: time.0,
            never: false,
        }
    }
}

field!(Published, "a date such as 2026-11-24T07:30:00Z", |text| match text.trim() {
        "false" | "no" => Ok(Published { at: None, never: true }),
        "true" | "yes" => Ok(Published::default()),
        text => Time::of_text(text).map(Published::from),
    },
    flag => fn visit_bool<E: Error>(self, is: bool) -> Result<Published, E> { Ok(Published { at: None, never: !is }) },
    nothing => fn visit_unit<E: Error>(self) -> Result<Published, E> { Ok(Published::default()) },
    nothing => fn visit_none<E: Error>(self) -> Result<Published, E> { Ok(Published::default()) },
    number => fn visit_i64<E: Error>(self, number: i64) -> Result<Published, E> {
        Time::deserialize(de::value::I64Deserializer::new(number)).map(Published::from)
    },
    number => fn visit_u64<E: Error>(self, number: u64) -> Result<Published, E> {
        Time::deserialize(de::value::U64Deserializer::new(number)).map(Published::from)
    },
    table => fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Published, A::Error> {
        Time::deserialize(MapAccessDeserializer::new(map)).map(Published::from)
    }
);

/// Yes or no.
#[derive(Debug, Default, Clone, Copy)]
pub struct Flag(pub bool);

field!(Flag, "`true` or `false`", |text| match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Ok(Flag(true)),
        "false" | "no" | "off" | "" => Ok(Flag(false)),
        _ => Err(()),
    },
    flag => fn visit_bool<E: Error>(self, is: bool) -> Result<Flag, E> { Ok(Flag(is)) },
    nothing => fn visit_unit<E: Error>(self) -> Result<Flag, E> { Ok(Flag(false)) },
    nothing => fn visit_none<E: Error>(self) -> Result<Flag, E> { Ok(Flag(false)) }
);

/// A text: HTML where elements are in it, else plain; a table says which.
#[derive(Debug)]
pub struct TextField(pub RawText);

impl TextField {
    fn of(text: &str) -> Self {
        Self(match text {
            _ if text.trim().is_empty() => RawText::None,
            _ if has_elements(text) => RawText::Html(text.to_owned()),
            _ => RawText::Plain(text.to_owned()),
        })
    }
}

field!(TextField, "a text, or a table with `html` or `text`", |text| Ok(TextField::of(text)),
    number => fn visit_i64<E: Error>(self, number: i64) -> Result<TextField, E> { self.visit_str(&number.to_string()) },
    number => fn visit_u64<E: Error>(self, number: u64) -> Result<TextField, E> { self.visit_str(&number.to_string()) },
    table => fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TextField, A::Error> {
        #[derive(Deserialize)]
        #[serde(default)]
        #[derive(Default)]
        struct Table { html: Option<String>, text: Option<String> }
        let table = Table::deserialize(MapAccessDeserializer::new(map))?;
        let said = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        Ok(TextField(said(&table.html).map(RawText::Html)
            .or_else(|| said(&table.text).map(RawText::Plain))
            .unwrap_or_default()))
    }
);

/// Whether elements are in a text: the end of one, or one of those that have no end.
fn has_elements(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        let rest = &text[at + 1..];
        let closes = rest.strip_prefix('/');
        let name = closes.unwrap_or(rest);
        let end = name
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(name.len());
        let void = ["br", "hr", "img", "p"]
            .iter()
            .any(|known| name[..end].eq_ignore_ascii_case(known));
        let is_tag = end > 0
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name[end..].contains('>');
        is_tag && (closes.is_some() || void)
    })
}

/// An author: a name, or a table.
#[derive(Debug)]
pub struct PersonField(pub Person);

field!(PersonField, "a name, or a table with `name`, `email` and `url`",
    |text| Ok(PersonField(Person { name: text.to_owned(), ..Person::default() })),
    table => fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PersonField, A::Error> {
        #[derive(Deserialize, Default)]
        #[serde(default)]
        struct Table { name: String, email: Option<String>, url: Option<String> }
        let Table { name, email, url } = Table::deserialize(MapAccessDeserializer::new(map))?;
        Ok(PersonField(Person { name, email, url }))
    }
);

/// A picture: its address, or a table.
#[derive(Debug)]
pub struct ImageField(pub Image);

field!(ImageField, "the address of a picture, or a table with `url`, `alt`, `caption`, `credit`, `width` and `height`",
    |text| Ok(ImageField(Image { url: text.to_owned(), ..Image::default() })),
    table => fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ImageField, A::Error> {
        #[derive(Deserialize, Default)]
        #[serde(default)]
        struct Table {
            #[serde(alias = "src", alias = "image")] url: String,
            alt: Option<String>, caption: Option<String>, credit: Option<String>,
            width: Option<u32>, height: Option<u32>,
        }
        let table = Table::deserialize(MapAccessDeserializer::new(map))?;
        Ok(ImageField(Image {
            url: table.url,
            alt: table.alt.unwrap_or_default(),
            caption: table.caption.unwrap_or_default(),
            credit: table.credit.unwrap_or_default(),
            size: table.width.zip(table.height).and_then(|(width, height)| ImageSize::new(width, height)),
        }))
    }
);

/// A file: its address, or a table.
#[derive(Debug)]
pub struct EnclosureField(pub Enclosure);

field!(EnclosureField, "the address of a file, or a table with `url`, `media_type` and `length`",
    |text| Ok(EnclosureField(Enclosure { url: text.to_owned(), ..Enclosure::default() })),
    table => fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<EnclosureField, A::Error> {
        #[derive(Deserialize)]
        struct Table {
            url: String,
            #[serde(default, alias = "type", alias = "mime_type")] media_type: Option<String>,
            #[serde(default, alias = "size_in_bytes")] length: Option<u64>,
        }
        let Table { url, media_type, length } = Table::deserialize(MapAccessDeserializer::new(map))?;
        Ok(EnclosureField(Enclosure { url, media_type, length }))
    }
);

/// Another article: its title, or a table.
#[derive(Debug)]
pub struct RelatedField(pub Related);

field!(RelatedField, "a title, or a table with `title` and `url`",
    |text| Ok(RelatedField(Related { title: text.to_owned(), url: None })),
    table => fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RelatedField, A::Error> {
        #[derive(Deserialize)]
        struct Table { title: String, #[serde(default)] url: Option<String> }
        let Table { title, url } = Table::deserialize(MapAccessDeserializer::new(map))?;
        Ok(RelatedField(Related { title, url }))
    }
);

/// Whether an article is withdrawn, or why it is.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Withdrawn {
    /// It is, or isn't.
    Is(bool),
    /// It is, for this reason.
    Because(String),
}

impl Withdrawn {
    /// Why it is; empty where nobody says, none where it isn't.
    pub fn why(self) -> Option<String> {
        match self {
            Self::Is(false) => None,
            Self::Is(true) => Some(String::new()),
            Self::Because(why) => Some(why),
        }
    }
}
