//! Markup → tokens, whatever its wounds. Written for feeds as they are: what an XML parser must refuse (XML 1.0 §1.2), a
//! reader of news mends in the way that loses the least.
//!
//! - A `<` that begins no markup is text.
//! - A tag whose `>` or closing quote is missing ends before the next tag.
//! - A CDATA section without an end goes to the end of the element that it stands in.
//!
//! References are left as they are: [`super::entities`] knows them. Comments and processing instructions are skipped.

use memchr::{memchr, memmem};

/// A piece of markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// Text with its references.
    Text(&'a str),
    /// The text of a CDATA section.
    Cdata(&'a str),
    /// A start tag.
    Open(Tag<'a>),
    /// The name of an end tag.
    Close(&'a str),
    /// A document type declaration, from its name on.
    Doctype(&'a str),
}

/// A start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag<'a> {
    /// The name as it is written, with its prefix.
    pub name: &'a str,
    /// What stands after it.
    pub attributes: Attributes<'a>,
    /// Whether it ends its element too: `<br/>`.
    pub is_empty: bool,
}

/// The attributes of a start tag, as they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attributes<'a>(&'a str);

/// The tokens of a text.
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    text: &'a str,
    at: usize,
    /// The name of the element that is read as a whole: where a CDATA section without an end ends.
    inside: Option<&'a str>,
}

impl<'a> Tokens<'a> {
    /// The tokens of `text`.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            inside: None,
        }
    }

    /// Where the next token begins, in octets.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Goes back (or on) to a place that [`Self::position`] told.
    pub fn rewind(&mut self, position: usize) {
        self.at = position;
    }

    /// Says which element is read as a whole from here on.
    pub fn set_inside(&mut self, name: Option<&'a str>) {
        self.inside = name;
    }

    /// Where the next end tag of this name begins, from `from` on.
    pub fn find_close(&self, name: &str, from: usize) -> Option<usize> {
        let tag = format!("</{name}");
        memmem::find_iter(self.text.as_bytes().get(from..)?, tag.as_bytes())
            .find(|at| {
                let after = self.text.as_bytes().get(from + at + tag.len());
                !after.copied().is_some_and(is_name_octet)
            })
            .map(|at| from + at)
    }

    /// The text before the next `end`, which is passed over; all that is left, where there is none.
    fn until(&mut self, from: usize, end: &str) -> &'a str {
        let rest = &self.text[from..];
        let found = memmem::find(rest.as_bytes(), end.as_bytes());
        self.at = found.map_or(self.text.len(), |at| from + at + end.len());
        &rest[..found.unwrap_or(rest.len())]
    }

    /// What begins at a `<`; none where it is nothing that a reader sees.
    fn markup(&mut self) -> Option<Token<'a>> {
        let rest = &self.text[self.at..];
        let bytes = rest.as_bytes();
        match bytes.get(1) {
            Some(b'!') => self.declaration(rest),
            Some(b'?') => {
                self.instruction(rest);
                None
            }
            Some(b'/') => {
                let name = name_at(rest, 2);
                if name.is_empty() {
                    self.at += 2;
                    self.skip_past('>');
                    return None;
                }
                let after = 2 + name.len();
                let (end, closed) = find_end(&bytes[after..]);
                self.at += after + end + usize::from(closed);
                Some(Token::Close(name))
            }
            Some(first) if is_name_start(*first) => Some(self.open(rest)),
            _ => {
                let end = memchr(b'<', &bytes[1..]).map_or(bytes.len(), |at| at + 1);
                self.at += end;
                Some(Token::Text(&rest[..end]))
            }
        }
    }

    fn declaration(&mut self, rest: &'a str) -> Option<Token<'a>> {
        if rest.starts_with("<!--") {
            // Without an end it would hide the rest of the feed
            if memmem::find(&rest.as_bytes()[4..], b"-->").is_some() {
                self.until(self.at + 4, "-->");
            } else {
                self.skip_past('>');
            }
            return None;
        }
        if rest.starts_with("<![CDATA[") {
            return Some(Token::Cdata(self.cdata(self.at + 9)));
        }
        if starts_with_ignoring_case(rest, "<!doctype") {
            let end = end_of_doctype(rest.as_bytes());
            self.at += end;
            return Some(Token::Doctype(&rest[9..end.max(9)]));
        }
        self.skip_past('>');
        None
    }

    fn cdata(&mut self, from: usize) -> &'a str {
        let rest = &self.text[from..];
        let end = memmem::find(rest.as_bytes(), b"]]>");
        let inner = &rest.as_bytes()[..end.unwrap_or(rest.len())];
        // Another section that begins in it says that its own end is missing
        let is_whole = end.is_some() && memmem::find(inner, b"<![CDATA[").is_none();
        let outer = match self.inside {
            Some(name) if !is_whole => self.find_close(name, from),
            _ => None,
        };
        match outer.filter(|outer| end.is_none_or(|end| *outer < from + end)) {
            Some(outer) => {
                self.at = outer;
                &self.text[from..outer]
            }
            None => self.until(from, "]]>"),
        }
    }

    /// To the end of a processing instruction: `?>`, or the first `>` where that comes after another `<`.
    fn instruction(&mut self, rest: &str) {
        let whole = memmem::find(rest.as_bytes(), b"?>").map(|at| at + 2);
        let next_tag = memchr(b'<', &rest.as_bytes()[1..]).map(|at| at + 1);
        match whole {
            Some(end) if next_tag.is_none_or(|tag| end <= tag) => self.at += end,
            _ => self.skip_past('>'),
        }
    }

    fn skip_past(&mut self, end: char) {
        let rest = &self.text[self.at..];
        self.at += rest.find(end).map_or(rest.len(), |at| at + end.len_utf8());
    }

    fn open(&mut self, rest: &'a str) -> Token<'a> {
        let name = name_at(rest, 1);
        let after = 1 + name.len();
        let (end, closed) = find_end(&rest.as_bytes()[after..]);
        let attributes = &rest[after..after + end];
        self.at += after + end + usize::from(closed);
        let is_empty = ends_element(name, attributes);
        Token::Open(Tag {
            name,
            attributes: Attributes(if is_empty {
                &attributes[..attributes.len() - 1]
            } else {
                attributes
            }),
            is_empty,
        })
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            match memchr(b'<', rest.as_bytes()) {
                Some(0) => {
                    if let Some(token) = self.markup() {
                        return Some(token);
                    }
                }
                found => {
                    let end = found.unwrap_or(rest.len());
                    self.at += end;
                    return Some(Token::Text(&rest[..end]));
                }
            }
        }
        None
    }
}

impl<'a> Attributes<'a> {
    /// As they are written.
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// Whether `text` stands somewhere among them.
    pub fn mention(self, text: &str) -> bool {
        !self.0.is_empty() && memmem::find(self.0.as_bytes(), text.as_bytes()).is_some()
    }

    /// The value of the first of this name, in whatever case, its references as they are.
    pub fn get(self, name: &str) -> Option<&'a str> {
        self.iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Each name and value, in their order. A value may lack its quotes, or be missing.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            rest = rest.trim_start_matches(|c: char| {
                c.is_whitespace() || matches!(c, '"' | '\'' | '=' | '/')
            });
            if rest.is_empty() {
                return None;
            }
            let end = rest
                .find(|c: char| c.is_whitespace() || c == '=')
                .unwrap_or(rest.len());
            let name = &rest[..end];
            let after = rest[end..].trim_start();
            let Some(value) = after.strip_prefix('=') else {
                rest = after;
                return Some((name, ""));
            };
            let value = value.trim_start();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
            let (value, after) = match quote {
                Some(quote) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
                None => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
            };
            rest = after;
            Some((name, value))
        })
    }
}

/// A name without its prefix.
pub fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn name_at(text: &str, from: usize) -> &str {
    let rest = &text[from..];
    let end = rest.bytes().position(|octet| !is_name_octet(octet));
    &rest[..end.unwrap_or(rest.len())]
}

fn is_name_start(octet: u8) -> bool {
    octet.is_ascii_alphabetic() || octet == b'_' || octet == b':' || octet >= 0x80
}

fn is_name_octet(octet: u8) -> bool {
    is_name_start(octet) || octet.is_ascii_digit() || matches!(octet, b'-' | b'.')
}

/// Where a tag ends, and whether with a `>`. Quotes count after an equals sign only; one without a counterpart doesn't.
fn find_end(bytes: &[u8]) -> (usize, bool) {
    let mut at = 0;
    let mut after_equals = false;
    while let Some(octet) = bytes.get(at) {
        match octet {
            b'>' => return (at, true),
            b'<' => return (at, false),
            b'"' | b'\'' if after_equals => {
                let value = &bytes[at + 1..];
                match memchr(*octet, value) {
                    Some(end) if !holds_markup(&value[..end]) => at += end + 1,
                    _ => {
                        return match memchr(b'>', value) {
                            Some(end) => (at + 1 + end, true),
                            None => (bytes.len(), false),
                        };
                    }
                }
                after_equals = false;
            }
            _ => after_equals = *octet == b'=' || (after_equals && octet.is_ascii_whitespace()),
        }
        at += 1;
    }
    (at, false)
}

/// Whether a value between quotes is rather the text between two tags, one of which lacks a quote.
fn holds_markup(value: &[u8]) -> bool {
    value
        .windows(2)
        .any(|pair| pair[0] == b'<' && matches!(pair[1], b'/' | b'!' | b'?'))
}

/// Whether a tag ends with `/`, and not its last value, as HTML has it: `<a href=/news/>`.
fn ends_element(name: &str, attributes: &str) -> bool {
    attributes.strip_suffix('/').is_some_and(|before| {
        before
            .chars()
            .next_back()
            .is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '\''))
            || !before.contains('=')
            || !name.eq_ignore_ascii_case("a")
    })
}

/// Where a document type declaration ends, an internal subset and quoted values passed over.
fn end_of_doctype(bytes: &[u8]) -> usize {
    let first_end = memchr(b'>', bytes).map_or(bytes.len(), |at| at + 1);
    let subset = memchr(b'[', &bytes[..first_end]);
    let Some(subset) = subset else {
        return first_end;
    };
    let mut quote = None;
    for (at, octet) in bytes.iter().enumerate().skip(subset) {
        match (quote, octet) {
            (None, b'"' | b'\'') => quote = Some(*octet),
            (Some(open), _) if open == *octet => quote = None,
            (None, b']') => {
                let rest = &bytes[at..];
                return at + memchr(b'>', rest).map_or(rest.len(), |end| end + 1);
            }
            _ => {}
        }
    }
    first_end
}

fn starts_with_ignoring_case(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|found| found.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        Tokens::new(text)
            .map(|token| match token {
                Token::Text(text) => format!("t {text}"),
                Token::Cdata(text) => format!("c {text}"),
                Token::Close(name) => format!("/{name}"),
                Token::Doctype(text) => format!("!{text}"),
                Token::Open(tag) => {
                    let attributes: Vec<_> = tag
                        .attributes
                        .iter()
                        .map(|(name, value)| format!(" {name}={value}"))
                        .collect();
                    let end = if tag.is_empty { "/" } else { "" };
                    format!("<{}{}{end}", tag.name, attributes.concat())
                }
            })
            .collect()
    }

    #[test]
    fn whole_markup_is_read_as_it_is() {
        assert_eq!(
            told(
                "<?xml version='1.0'?><a:b c=\"1>2\" d='e'><!-- <x> -->f&amp;<g/><![CDATA[<h>]]></a:b>"
            ),
            ["<a:b c=1>2 d=e", "t f&amp;", "<g/", "c <h>", "/a:b"]
        );
        assert_eq!(
            told("<!DOCTYPE x [<!ENTITY e ']>'>]><x>"),
            ["! x [<!ENTITY e ']>'>]>", "<x"]
        );
    }

    #[test]
    fn what_begins_no_markup_is_text() {
        assert_eq!(told("1 < 2 <3 <"), ["t 1 ", "t < 2 ", "t <3 ", "t <"]);
    }

    #[test]
    fn a_tag_without_its_end_ends_before_the_next() {
        assert_eq!(told("<a b=1<c>"), ["<a b=1", "<c"]);
        assert_eq!(told("</a<c>"), ["/a", "<c"]);
        assert_eq!(told("<a b=\"1><c></c>\"d"), ["<a b=1", "<c", "/c", "t \"d"]);
    }

    #[test]
    fn values_may_lack_quotes() {
        assert_eq!(told("<a href=/x/ b c='d'e=f>"), ["<a href=/x/ b= c=d e=f"]);
        assert_eq!(told("<a href=/x/>"), ["<a href=/x/"]);
        assert_eq!(told("<br/><link b=c/>"), ["<br/", "<link b=c/"]);
    }

    #[test]
    fn a_section_without_its_end_ends_with_its_element() {
        let mut tokens = Tokens::new("<![CDATA[one</a><a><![CDATA[two]]></a>");
        tokens.set_inside(Some("a"));
        let texts: Vec<_> = tokens
            .filter(|token| matches!(token, Token::Cdata(_)))
            .collect();
        assert_eq!(texts, [Token::Cdata("one"), Token::Cdata("two")]);
    }

    #[test]
    fn a_comment_or_instruction_without_its_end_hides_nothing() {
        assert_eq!(told("<!-- a ><b>"), ["<b"]);
        assert_eq!(told("<?xml version='1.0'><b>?>"), ["<b", "t ?>"]);
    }
}
