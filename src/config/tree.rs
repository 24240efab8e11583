//! A TOML document as a tree in which every value knows where it came from: a line of the file or a variable.

use std::{ops::Range, sync::Arc};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::problem::{Origin, Problem};

/// A value and where it came from.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where it came from.
    pub origin: Origin,
    /// What it is.
    pub value: Value,
    /// Its text as it was written: a variable's `2026` may be meant as a name.
    pub written: String,
    /// Where a string's content begins in the file, if it stands there without escapes.
    content_at: Option<usize>,
}

/// What a value is.
#[derive(Debug, Clone)]
pub enum Value {
    /// A string.
    String(String),
    /// A whole number that fits.
    Integer(i64),
    /// Another number.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// A date, a time, or both.
    Datetime,
    /// A list.
    Array(Vec<Node>),
    /// A table.
    Table(Table),
}

/// A table, its entries in the file's order.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its header, or the variable that made it.
    pub origin: Origin,
    /// What is in it.
    pub entries: Vec<Entry>,
}

/// A key and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub origin: Origin,
    /// The value.
    pub node: Node,
}

impl Table {
    /// An empty table.
    #[must_use]
    pub fn new(origin: &Origin) -> Self {
        Self {
            origin: origin.clone(),
            entries: Vec::new(),
        }
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.node)
    }

    /// The tables of a list of tables; none, where it is something else.
    pub fn tables(&self, key: &str) -> impl Iterator<Item = &Table> {
        let nodes = match self.get(key).map(|node| &node.value) {
            Some(Value::Array(nodes)) => nodes.as_slice(),
            _ => &[],
        };
        nodes.iter().filter_map(Node::as_table)
    }
}

impl Node {
    /// A value that nobody wrote in the file.
    #[must_use]
    pub fn new(origin: &Origin, value: Value) -> Self {
        Self {
            origin: origin.clone(),
            value,
            written: String::new(),
            content_at: None,
        }
    }

    /// The table that it is.
    #[must_use]
    pub fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The table that it is, to change.
    pub fn as_table_mut(&mut self) -> Option<&mut Table> {
        match &mut self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// What it is, in words.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::String(_) => "a string",
            Value::Integer(_) | Value::Float(_) => "a number",
            Value::Boolean(_) => "a boolean",
            Value::Datetime => "a date or time",
            Value::Array(_) => "a list",
            Value::Table(_) => "a table",
        }
    }

    /// Its text, if it is a string. What a variable holds can always be one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match (&self.value, &self.origin) {
            (Value::String(text), _) => Some(text),
            (_, Origin::Variable(_)) => Some(&self.written),
            _ => None,
        }
    }

    /// The place of a part of a string: octets of the string, as near as the file can show them.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Origin {
        match self.content_at {
            Some(at) => Origin::File(at + range.start..at + range.end),
            None => self.origin.clone(),
        }
    }
}

/// Reads a document.
///
/// # Errors
/// The first place where it isn't TOML: what follows such a place is guesswork.
pub fn read(text: &str) -> Result<Table, Problem> {
    let document = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(Origin::Whole, Origin::File);
        Problem::new(at, format!("not TOML: {}", error.message()))
    })?;
    Ok(Table {
        origin: Origin::Whole,
        entries: entries(document.get_ref(), &Place::File(text)),
    })
}

/// Reads what a variable holds: TOML where it is, else a string.
#[must_use]
pub fn variable(name: &str, text: &str) -> Node {
    let place = Place::Variable(name.into(), text);
    match DeValue::parse(text) {
        Ok(value) => Node {
            written: text.to_owned(),
            ..node(&value, &place)
        },
        Err(_) => Node {
            written: text.to_owned(),
            ..Node::new(&place.origin(0..0), Value::String(text.to_owned()))
        },
    }
}

enum Place<'a> {
    File(&'a str),
    Variable(Arc<str>, &'a str),
}

impl Place<'_> {
    fn origin(&self, span: Range<usize>) -> Origin {
        match self {
            Self::File(_) => Origin::File(span),
            Self::Variable(name, _) => Origin::Variable(name.clone()),
        }
    }

    fn text(&self, span: Range<usize>) -> &str {
        let (Self::File(text) | Self::Variable(_, text)) = self;
        text.get(span).unwrap_or_default()
    }
}

fn entries(table: &DeTable<'_>, place: &Place<'_>) -> Vec<Entry> {
    let mut entries: Vec<(usize, Entry)> = table
        .iter()
        .map(|(key, value)| {
            let entry = Entry {
                key: key.get_ref().to_string(),
                origin: place.origin(key.span()),
                node: node(value, place),
            };
            (key.span().start, entry)
        })
        .collect();
    entries.sort_by_key(|(start, _)| *start);
    entries.into_iter().map(|(_, entry)| entry).collect()
}

fn node(spanned: &Spanned<DeValue<'_>>, place: &Place<'_>) -> Node {
    let origin = place.origin(spanned.span());
    let written = place.text(spanned.span());
    let mut content_at = None;
    let value = match spanned.get_ref() {
        DeValue::String(text) => {
            let quotes = written.find(|c| c != '"' && c != '\'').unwrap_or(0);
            if matches!(place, Place::File(_)) && written[quotes..].starts_with(text.as_ref()) {
                content_at = Some(spanned.span().start + quotes);
            }
            Value::String(text.to_string())
        }
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Value::Float(f64::INFINITY), Value::Integer),
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(value) => Value::Boolean(*value),
        DeValue::Datetime(_) => Value::Datetime,
        DeValue::Array(nodes) => Value::Array(nodes.iter().map(|each| node(each, place)).collect()),
        DeValue::Table(table) => Value::Table(Table {
            origin: origin.clone(),
            entries: entries(table, place),
        }),
    };
    Node {
        origin,
        written: written.to_owned(),
        value,
        content_at,
    }
}
