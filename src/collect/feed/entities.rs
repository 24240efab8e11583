//! References to characters and entities (XML 1.0 §4.1) → the text that they stand for.
//!
//! XML's own five, HTML's named ones (feeds use them undeclared), and those that the document's own declaration defines,
//! expanded within a bound. External entities are never read. An ampersand that begins no reference is itself.

use std::{borrow::Cow, cell::Cell, collections::HashMap};

use encoding_rs::WINDOWS_1252;
use markup5ever::data::NAMED_ENTITIES;
use memchr::memchr;

/// How deep entities may refer to each other.
const DEEPEST: usize = 16;
/// Names of HTML's entities are no longer than this.
const LONGEST_NAME: usize = 32;

/// The entities of a document.
#[derive(Debug)]
pub struct Entities<'a> {
    declared: HashMap<&'a str, &'a str>,
    /// How many octets declared entities may still expand to.
    left: Cell<usize>,
    exhausted: Cell<bool>,
}

impl<'a> Entities<'a> {
    /// Those that every document has; declared ones may add `room` octets to it in all.
    pub fn new(room: usize) -> Self {
        Self {
            declared: HashMap::new(),
            left: Cell::new(room),
            exhausted: Cell::new(false),
        }
    }

    /// Takes those that a document type declaration declares itself. The first of a name counts (XML 1.0 §4.2).
    pub fn declare(&mut self, doctype: &'a str) {
        for declaration in doctype.split("<!ENTITY").skip(1) {
            let declaration = declaration.trim_start();
            let name_end = declaration
                .find(char::is_whitespace)
                .unwrap_or(declaration.len());
            let (name, value) = declaration.split_at(name_end);
            let value = value.trim_start();
            let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
                continue;
            };
            if let Some((value, _)) = value[1..].split_once(quote) {
                self.declared.entry(name).or_insert(value);
            }
        }
    }

    /// Whether they would have expanded to more than they may.
    pub fn are_exhausted(&self) -> bool {
        self.exhausted.get()
    }

    /// `text` with what its references stand for.
    pub fn decode<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if memchr(b'&', text.as_bytes()).is_none() {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        for (piece, reference) in References(text) {
            out.push_str(piece);
            if let Some(reference) = reference {
                self.write(reference, &mut out);
            }
        }
        Cow::Owned(out)
    }

    /// `text` with what the document's own entities stand for; other references stay, for a reader of HTML.
    pub fn expand<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.declared.is_empty() || memchr(b'&', text.as_bytes()).is_none() {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        for (piece, reference) in References(text) {
            out.push_str(piece);
            match reference {
                Some(name) if self.declared.contains_key(name) => self.write(name, &mut out),
                Some(name) => out.extend(["&", name, ";"]),
                None => {}
            }
        }
        Cow::Owned(out)
    }

    /// Writes what `reference` stands for; itself, where it is unknown or would go too far.
    fn write(&self, reference: &str, out: &mut String) {
        let before = out.len();
        if !self.try_write(reference, out, 0) {
            out.truncate(before);
            out.extend(["&", reference, ";"]);
        }
    }

    fn try_write(&self, reference: &str, out: &mut String, depth: usize) -> bool {
        if let Some(number) = reference.strip_prefix('#') {
            return character(number).map(|c| out.push(c)).is_some();
        }
        match reference {
            "amp" => out.push('&'),
            "lt" => out.push('<'),
            "gt" => out.push('>'),
            "quot" => out.push('"'),
            "apos" => out.push('\''),
            name => {
                if let Some(value) = self.declared.get(name) {
                    return self.try_expand(value, out, depth);
                }
                let Some((first, second)) = named(name) else {
                    return false;
                };
                out.extend(
                    [first, second]
                        .into_iter()
                        .filter_map(char::from_u32)
                        .filter(|c| *c != '\0'),
                );
            }
        }
        true
    }

    fn try_expand(&self, value: &str, out: &mut String, depth: usize) -> bool {
        if depth == DEEPEST || self.exhausted.get() {
            return false;
        }
        for (piece, reference) in References(value) {
            let Some(left) = self.left.get().checked_sub(piece.len() + 1) else {
                self.exhausted.set(true);
                return false;
            };
            self.left.set(left);
            out.push_str(piece);
            if let Some(reference) = reference
                && !self.try_write(reference, out, depth + 1)
            {
                if self.exhausted.get() {
                    return false;
                }
                out.extend(["&", reference, ";"]);
            }
        }
        true
    }
}

/// Whether a reference of this name means something in HTML.
pub fn is_of_html(name: &str) -> bool {
    match name.strip_prefix('#') {
        Some(number) => number.len() < 10 && character(number).is_some(),
        None => named(name).is_some(),
    }
}

fn named(name: &str) -> Option<(u32, u32)> {
    let mut key = [0_u8; LONGEST_NAME + 1];
    key.get_mut(..name.len())?.copy_from_slice(name.as_bytes());
    *key.get_mut(name.len())? = b';';
    let found = NAMED_ENTITIES.get(str::from_utf8(&key[..=name.len()]).ok()?)?;
    (found.0 != 0).then_some(*found)
}

/// The character of a number, decimal or after an `x`. Those of 128 to 159 are Windows', as everybody means them.
fn character(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
        None => number.parse().ok()?,
    };
    if let Ok(octet @ 0x80..=0x9f) = u8::try_from(code) {
        return WINDOWS_1252
            .decode_without_bom_handling(&[octet])
            .0
            .chars()
            .next();
    }
    Some(match char::from_u32(code) {
        Some(c) if !c.is_control() || matches!(c, '\t' | '\n' | '\r') => c,
        _ => char::REPLACEMENT_CHARACTER,
    })
}

/// The pieces of a text between its references, each with the name of the reference after it.
struct References<'t>(&'t str);

impl<'t> Iterator for References<'t> {
    type Item = (&'t str, Option<&'t str>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let mut from = 0;
        while let Some(at) = memchr(b'&', &self.0.as_bytes()[from..]) {
            let at = from + at;
            let name = reference_at(&self.0[at + 1..]);
            if let Some(name) = name {
                let piece = &self.0[..at];
                self.0 = &self.0[at + name.len() + 2..];
                return Some((piece, Some(name)));
            }
            from = at + 1;
        }
        Some((std::mem::take(&mut self.0), None))
    }
}

/// The name of a reference that begins a text, after its ampersand.
fn reference_at(text: &str) -> Option<&str> {
    let end = text.bytes().take(64).position(|octet| {
        !(octet.is_ascii_alphanumeric() || matches!(octet, b'#' | b'_' | b'-' | b'.' | b':'))
    })?;
    (end > 0 && text.as_bytes()[end] == b';').then(|| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> String {
        Entities::new(0).decode(text).into_owned()
    }

    #[test]
    fn references_are_what_they_stand_for() {
        assert_eq!(
            decoded("&lt;b&gt; &amp;amp; &#233;&#xe9;&eacute;"),
            "<b> &amp; ééé"
        );
        assert_eq!(decoded("&nbsp;&hellip;"), "\u{a0}…");
    }

    #[test]
    fn a_stray_ampersand_is_itself() {
        for text in [
            "AT&T",
            "a & b",
            "?a=1&copy=2",
            "&unknown;",
            "&;",
            "&",
            "&#;",
        ] {
            assert_eq!(decoded(text), text);
        }
    }

    #[test]
    fn characters_that_cannot_be_meant_are_mended() {
        assert_eq!(decoded("don&#146;t"), "don’t");
        assert_eq!(decoded("&#0;&#xD800;"), "\u{fffd}\u{fffd}");
    }

    #[test]
    fn a_document_may_declare_its_own() {
        let mut entities = Entities::new(1000);
        entities.declare(" x [<!ENTITY who 'Ana &amp; <b>Bo</b>'><!ENTITY all \"&who;!\"><!ENTITY file SYSTEM 'file:///etc/passwd'>]");
        assert_eq!(entities.decode("&all;"), "Ana & <b>Bo</b>!");
        assert_eq!(entities.decode("&file;"), "&file;");
        assert_eq!(
            entities.expand("&who; &amp; &nbsp;"),
            "Ana & <b>Bo</b> &amp; &nbsp;"
        );
    }

    #[test]
    fn what_would_expand_without_measure_stays_a_reference() {
        let mut entities = Entities::new(10_000);
        let mut declarations = String::new();
        for n in 1..20 {
            let value = format!("&e{};", n - 1).repeat(10);
            declarations.extend(["<!ENTITY e", &n.to_string(), " '", &value, "'>"]);
        }
        let all = format!("<!ENTITY e0 'lol'><!ENTITY me 'I &me;'>{declarations}");
        entities.declare(&all);
        assert!(entities.decode("&me;").len() < 100);
        assert_eq!(entities.decode("&e15;"), "&e15;");
        assert!(entities.are_exhausted());
    }
}
