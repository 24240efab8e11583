//! XML as it is found: read leniently, as far as it goes.
//!
//! Names are without their prefix and in small letters: prefixes are declared wrongly as often as not. Entities are
//! resolved where they are XML's or HTML's; a document's own are not read, so nothing can be expanded or fetched.

use std::borrow::Cow;

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{charset, plain};

/// How long an entity's name is at most: what is longer is an ampersand in a text.
const LONGEST_ENTITY: usize = 32;

/// A step through a document.
#[derive(Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// An element begins.
    Open(Element<'a>),
    /// A piece of text; there may be several in a row.
    Text(Cow<'a, str>),
    /// The element of this name ends.
    Close(&'a str),
}

/// The beginning of an element.
#[derive(Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// Its name, without a prefix, in small letters.
    pub name: &'a str,
    /// Its attributes, their names in small letters.
    pub attributes: Vec<(String, String)>,
}

impl Element<'_> {
    /// The value of an attribute, if it says something.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }
}

/// Where a document can't be read any further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wound {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

/// The text of a document: by its byte order mark, what HTTP says, what it says itself, or how it looks (RFC 7303).
#[must_use]
pub fn decode(bytes: &[u8], content_type: Option<&str>) -> String {
    let by_http = content_type.and_then(|text| after(text, "charset="));
    let head = &bytes[..bytes.len().min(256)];
    let head = String::from_utf8_lossy(head);
    let by_itself = head
        .find("?>")
        .and_then(|end| after(&head[..end], "encoding="));
    charset::decode_as(bytes, by_http.or(by_itself).as_deref())
}

/// The value that follows `key`, with or without quotes.
fn after(text: &str, key: &str) -> Option<String> {
    let at = text.to_ascii_lowercase().find(key)? + key.len();
    let value = text.get(at..)?.trim_start_matches(['"', '\'', ' ']);
    let end = value
        .find(|c: char| !c.is_ascii_alphanumeric() && !"-_:.".contains(c))
        .unwrap_or(value.len());
    (end > 0).then(|| value[..end].to_owned())
}

/// Goes through a document, and says where it can't go on. An end without the end of its elements is one such place.
pub fn walk(text: &str, see: &mut impl FnMut(Step<'_>)) -> Option<Wound> {
    // Whatever stands before the first element is not the document's
    let start = text.find('<').unwrap_or(text.len());
    let mut reader = Reader::from_str(&text[start..]);
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    config.allow_unmatched_ends = true;
    config.check_end_names = false;
    let line_at = |position: u64| {
        let at = start.saturating_add(usize::try_from(position).unwrap_or(usize::MAX));
        1 + text[..text.floor_char_boundary(at)].matches('\n').count()
    };
    let mut open = 0_usize;
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                open += 1;
                opened(&element, see);
            }
            Ok(Event::Empty(element)) => {
                let name = opened(&element, see);
                see(Step::Close(&name));
            }
            Ok(Event::End(element)) => {
                open = open.saturating_sub(1);
                let name = local(element.name().0);
                see(Step::Close(&name));
            }
            Ok(Event::Text(piece)) => see(Step::Text(Cow::Borrowed(&piece))),
            Ok(Event::CData(piece)) => see(Step::Text(Cow::Borrowed(&piece))),
            Ok(Event::GeneralRef(name)) => see(Step::Text(resolve(&name).into())),
            Ok(Event::Eof) if open > 0 => {
                return Some(Wound {
                    line: line_at(u64::MAX),
                    message: "it ends in the middle".to_owned(),
                });
            }
            Ok(Event::Eof) => return None,
            Ok(_) => {}
            Err(error) => {
                return Some(Wound {
                    line: line_at(reader.error_position()),
                    message: error.to_string(),
                });
            }
        }
    }
}

fn opened(element: &BytesStart<'_>, see: &mut impl FnMut(Step<'_>)) -> String {
    let name = local(element.name().0);
    let mut attributes = element.html_attributes();
    let attributes = attributes
        .with_checks(false)
        .filter_map(Result::ok)
        .map(|attribute| (local(attribute.key.0), unescape(&attribute.value)))
        .collect();
    see(Step::Open(Element {
        name: &name,
        attributes,
    }));
    name
}

fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or(name).to_lowercase()
}

/// A text with its entities resolved; an ampersand that begins none stays.
#[must_use]
pub fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let name = rest.split(';').next().unwrap_or_default();
        let is_entity = name.len() < rest.len()
            && name.len() <= LONGEST_ENTITY
            && !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '#');
        if is_entity {
            out.push_str(&resolve(name));
            rest = &rest[name.len() + 1..];
        } else {
            out.push('&');
        }
    }
    out + rest
}

/// What an entity stands for; itself, where nobody knows.
fn resolve(name: &str) -> String {
    let known = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    };
    let whole = format!("&{name};");
    match known {
        Some(c) => c.to_string(),
        None if name == "nbsp" => "\u{a0}".to_owned(),
        None => plain::from_html(&whole),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn steps(text: &str) -> (Vec<String>, Option<Wound>) {
        let mut steps = Vec::new();
        let wound = walk(text, &mut |step| {
            steps.push(match step {
                Step::Open(element) => format!("<{} {:?}", element.name, element.attributes),
                Step::Text(text) => text.into_owned(),
                Step::Close(name) => format!("/{name}"),
            });
        });
        (steps, wound)
    }

    #[test]
    fn prefixes_case_and_entities_are_no_obstacle() {
        let (steps, wound) =
            steps("junk<A><x:B C=d e='&eacute;&amp;f&g'>1 & 2&#233;&bad;</x:B></A>");
        assert_eq!(
            steps,
            [
                "<a []",
                "<b [(\"c\", \"d\"), (\"e\", \"é&f&g\")]",
                "1 ",
                "& 2",
                "é",
                "&bad;",
                "/b",
                "/a"
            ]
        );
        assert_eq!(wound, None);
    }

    #[test]
    fn a_wound_is_told_with_its_line() {
        let (steps, wound) = steps("<a>\n<b>1</b>\n<b");
        assert_eq!(steps.len(), 6);
        assert_eq!(wound.unwrap().line, 3);
        assert_eq!(super::walk("<a>\n", &mut |_| {}).unwrap().line, 2);
    }

    #[test]
    fn entities_of_the_document_are_not_expanded() {
        let (steps, _) = steps(
            "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c SYSTEM \"file:///etc/passwd\">]><a>&b;&c;</a>",
        );
        assert_eq!(steps, ["<a []", "&b;", "&c;", "/a"]);
    }

    #[test]
    fn the_encoding_is_https_then_its_own() {
        let latin = b"<?xml version='1.0' encoding='ISO-8859-15'?><a>\xa4</a>";
        assert!(decode(latin, None).ends_with("<a>€</a>"));
        assert!(decode(latin, Some("text/xml; charset=\"iso-8859-1\"")).contains('¤'));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}|[<>/&;!?a\\[\\]'\"= -]{0,80}") {
            steps(&text);
            let _ = unescape(&text);
        }
    }
}
