//! HTML as tags and texts, in one pass over it and without a tree: as the tokenizer of HTML's standard (section 13.2.5)
//! tells them apart, in time that grows with the length alone, whatever a hostile page nests.

use std::borrow::Cow;

use super::entities;

/// One piece of HTML.
#[derive(Debug)]
pub(super) enum Token<'a> {
    /// Text, with its entities.
    Text(&'a str),
    /// The beginning of an element.
    Start(Tag<'a>),
    /// The end of an element, by its name as it is written.
    End(&'a str),
}

/// The beginning of an element.
#[derive(Debug)]
pub(super) struct Tag<'a> {
    /// Its name as it is written.
    pub name: &'a str,
    /// Its attributes as they are written, names and values: the first of them, and no more than an element can mean.
    attributes: Vec<(&'a str, &'a str)>,
}

/// How many attributes of an element are looked at.
const MOST_ATTRIBUTES: usize = 100;

/// Elements whose content is no markup, whatever it looks like. The content goes with them.
const RAW: [&str; 8] = [
    "script",
    "style",
    "textarea",
    "title",
    "xmp",
    "noembed",
    "noframes",
    "plaintext",
];

/// The tokens of `html`. Comments, declarations and what a tag without an end swallows are none.
pub(super) struct Tokens<'a> {
    rest: &'a str,
    /// Whether no comment ends any more: the rest needn't be searched again.
    no_comment_ends: bool,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(html: &'a str) -> Self {
        Self {
            rest: html,
            no_comment_ends: false,
        }
    }

    /// The rest after `count` octets, which end at a character's end.
    fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    /// Goes on behind the next `end`; to the end of all, where there is none.
    fn skip_past(&mut self, end: &str) {
        match self.rest.find(end) {
            Some(at) => self.skip(at + end.len()),
            None => self.rest = "",
        }
    }

    /// A comment, at whose `<!--` the rest begins.
    fn skip_comment(&mut self) {
        self.skip(4);
        if let Some(length) = [">", "->"]
            .iter()
            .find(|end| self.rest.starts_with(**end))
            .map(|end| end.len())
        {
            return self.skip(length);
        }
        let mut marks = self
            .rest
            .match_indices("--")
            .take_while(|_| !self.no_comment_ends);
        let end = marks.find_map(|(at, _)| {
            let after = &self.rest[at + 2..];
            let ends = [(">", 3), ("!>", 4), ("->", 4)];
            let ends = ends.iter().find(|(end, _)| after.starts_with(end));
            ends.map(|(_, length)| at + length)
        });
        if let Some(end) = end {
            self.skip(end);
        } else {
            // What is cut off or was never closed doesn't swallow the rest
            self.no_comment_ends = true;
            self.skip_past(">");
        }
    }

    /// A tag whose name begins here; none where it has no end.
    fn tag(&mut self) -> Option<Tag<'a>> {
        let length = self
            .rest
            .find(|c: char| is_space(c) || matches!(c, '/' | '>'))
            .unwrap_or(self.rest.len());
        let name = &self.rest[..length];
        self.skip(length);
        let mut attributes = Attributes { rest: self.rest };
        let first = attributes.by_ref().take(MOST_ATTRIBUTES).collect();
        while attributes.next().is_some() {}
        self.rest = attributes.rest;
        if self.rest.is_empty() {
            return None;
        }
        self.skip(1);
        Some(Tag {
            name,
            attributes: first,
        })
    }

    /// Goes on behind the end tag of an element whose content is no markup.
    fn skip_raw(&mut self, name: &str) {
        while let Some(at) = self.rest.find("</") {
            self.skip(at + 2);
            let is_end = self
                .rest
                .get(..name.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(name))
                && self.rest[name.len()..]
                    .starts_with(|c: char| is_space(c) || matches!(c, '/' | '>'));
            if is_end {
                self.tag();
                return;
            }
        }
        self.rest = "";
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let bytes = self.rest.as_bytes();
            match bytes {
                [] => return None,
                [b'<', b'!', b'-', b'-', ..] => self.skip_comment(),
                [b'<', b'/', letter, ..] if letter.is_ascii_alphabetic() => {
                    self.skip(2);
                    if let Some(tag) = self.tag() {
                        return Some(Token::End(tag.name));
                    }
                }
                [b'<', b'/'] => self.rest = "",
                [b'<', b'!' | b'?' | b'/', ..] => self.skip_past(">"),
                [b'<', letter, ..] if letter.is_ascii_alphabetic() => {
                    self.skip(1);
                    let Some(tag) = self.tag() else { continue };
                    if let Some(raw) = RAW.iter().find(|raw| tag.name.eq_ignore_ascii_case(raw)) {
                        self.skip_raw(raw);
                    } else {
                        return Some(Token::Start(tag));
                    }
                }
                _ => {
                    let from = usize::from(bytes[0] == b'<');
                    let length = self.rest[from..]
                        .find('<')
                        .map_or(self.rest.len(), |at| from + at);
                    let text = &self.rest[..length];
                    self.skip(length);
                    return Some(Token::Text(text));
                }
            }
        }
    }
}

impl<'a> Tag<'a> {
    /// The value of an attribute, its entities resolved: of several, the first.
    pub(super) fn attribute(&self, name: &str) -> Option<Cow<'a, str>> {
        self.attributes
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| entities::resolve(value, true))
    }

    /// Whether it has any attribute.
    pub(super) fn is_bare(&self) -> bool {
        self.attributes.is_empty()
    }
}

/// The attributes of a tag; the rest begins with the tag's `>`, or is empty where it has none.
struct Attributes<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<(&'a str, &'a str)> {
        let rest = self.rest.trim_start_matches(|c| is_space(c) || c == '/');
        self.rest = rest;
        if rest.is_empty() || rest.starts_with('>') {
            return None;
        }
        // A name may begin with `=`
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let length = rest[first..]
            .find(|c: char| is_space(c) || matches!(c, '/' | '>' | '='))
            .map_or(rest.len(), |at| first + at);
        let (name, rest) = rest.split_at(length);
        let Some(value) = rest.trim_start_matches(is_space).strip_prefix('=') else {
            self.rest = rest;
            return Some((name, ""));
        };
        let value = value.trim_start_matches(is_space);
        if let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            let value = &value[1..];
            let (value, rest) = value.split_once(quote).unwrap_or((value, ""));
            self.rest = rest;
            return Some((name, value));
        }
        let length = value
            .find(|c: char| is_space(c) || c == '>')
            .unwrap_or(value.len());
        let (value, rest) = value.split_at(length);
        self.rest = rest;
        Some((name, value))
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}
