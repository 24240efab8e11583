//! HTML whose elements aren't nested without end. A parser of HTML looks through all open elements again and again, so a
//! page that only opens them would hold it up for ever: what is deeper than sound is left out before the parser sees it.

use std::borrow::Cow;

/// How many elements that a parser may have closed by itself are counted as open for each level.
const SLACK: usize = 2;

/// How many elements that format text may be open at once: a parser opens all of them again in each paragraph.
const FORMATS: usize = 8;

/// `html` without the tags that would open more than `max_depth` elements within each other. Their text stays.
#[must_use]
pub fn shallow(html: &str, max_depth: usize) -> Cow<'_, str> {
    let mut blocks = Opened::up_to(max_depth.saturating_mul(SLACK));
    let mut formats = Opened::up_to(FORMATS);
    let mut kept: Option<String> = None;
    let mut copied = 0;
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let tag = &rest[start..];
        let at = html.len() - tag.len();
        let Some(end) = tag_end(tag) else { break };
        rest = &tag[end..];
        let stays = match Tag::of(tag) {
            Tag::Open => blocks.open(),
            Tag::Close => blocks.close(),
            Tag::Format => formats.open(),
            Tag::Unformat => formats.close(),
            Tag::Raw(name) => {
                rest = &rest[raw_end(rest, name)..];
                true
            }
            Tag::Other => true,
        };
        if !stays {
            let kept = kept.get_or_insert_default();
            kept.push_str(&html[copied..at]);
            copied = at + end;
        }
    }
    match kept {
        None => Cow::Borrowed(html),
        Some(mut kept) => {
            kept.push_str(&html[copied..]);
            Cow::Owned(kept)
        }
    }
}

/// The elements of one kind that are open, as far as they may be.
struct Opened {
    limit: usize,
    open: usize,
    /// How many were left out, and are still to be closed.
    left_out: usize,
}

impl Opened {
    fn up_to(limit: usize) -> Self {
        Self {
            limit,
            open: 0,
            left_out: 0,
        }
    }

    /// Whether the tag that opens one stays.
    fn open(&mut self) -> bool {
        let stays = self.open < self.limit;
        self.open += usize::from(stays);
        self.left_out += usize::from(!stays);
        stays
    }

    /// Whether the tag that closes one stays: not where the one that it closes was left out.
    fn close(&mut self) -> bool {
        let stays = self.left_out == 0;
        self.left_out = self.left_out.saturating_sub(1);
        self.open = self.open.saturating_sub(usize::from(stays));
        stays
    }
}

enum Tag<'a> {
    /// It opens an element that stays open.
    Open,
    /// It closes one.
    Close,
    /// It opens one that formats text.
    Format,
    /// It closes one that formats text.
    Unformat,
    /// It opens one whose content is no markup.
    Raw(&'a str),
    /// None of these, or an element that closes itself or is closed by its like.
    Other,
}

impl<'a> Tag<'a> {
    fn of(tag: &'a str) -> Self {
        let inner = &tag[1..];
        let (closes, inner) = match inner.strip_prefix('/') {
            Some(inner) => (true, inner),
            None => (false, inner),
        };
        let end = inner
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
            .unwrap_or(inner.len());
        let name = &inner[..end];
        let is = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        if !name.starts_with(|c: char| c.is_ascii_alphabetic())
            || is(&[
                "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta",
                "param", "source", "track", "wbr", "html", "head", "body", "li", "dt", "dd",
                "option",
            ])
        {
            return Self::Other;
        }
        let formats = is(&[
            "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt",
            "u",
        ]);
        match (formats, closes) {
            (true, true) => return Self::Unformat,
            (true, false) => return Self::Format,
            (false, true) => return Self::Close,
            (false, false) => {}
        }
        if is(&["script", "style", "textarea", "title", "xmp", "noscript"]) {
            return Self::Raw(name);
        }
        // A paragraph is closed by the next one, and by every block
        if is(&["p", "tr", "td", "th", "tbody"]) {
            return Self::Other;
        }
        Self::Open
    }
}

/// Where the tag ends that `text` begins with: after its `>`.
fn tag_end(text: &str) -> Option<usize> {
    if text.starts_with("<!--") {
        return text.find("-->").map(|at| at + 3);
    }
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') if text.as_bytes()[at - 1] == b'=' => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    // A quote that nobody closes hides the rest from the parser too
    None
}

/// Where the content of a raw element ends: before its end tag.
fn raw_end(text: &str, name: &str) -> usize {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(at) = text[from..].find("</") {
        let start = from + at;
        let found = &bytes[start + 2..];
        if found.len() >= name.len() && found[..name.len()].eq_ignore_ascii_case(name.as_bytes()) {
            return start;
        }
        from = start + 2;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn a_usual_page_stays_as_it_is() {
        let page = "<!doctype html><title>a<b</title><p>One<p>Two<br><script>if (a<b) {'<div>'}</script><a href='>'>x</a>";
        assert!(matches!(shallow(page, 3), Cow::Borrowed(_)));
    }

    #[test]
    fn what_is_too_deep_lends_its_text() {
        let page = format!("{}text", "<div>".repeat(10));
        assert_eq!(shallow(&page, 2), format!("{}text", "<div>".repeat(4)));
    }

    #[test]
    fn what_was_left_out_is_not_closed() {
        let page = format!("{}{}", "<div>".repeat(4), "<div><a>x</a>".repeat(3));
        assert_eq!(shallow(&page, 2), format!("{}xxx", "<div>".repeat(4)));
    }

    #[test]
    fn formats_that_nobody_closes_are_few() {
        assert_eq!(
            shallow(&"<b>x".repeat(10), 256),
            format!("{}xx", "<b>x".repeat(8))
        );
    }

    #[test]
    fn a_million_open_elements_take_no_time() {
        let start = Instant::now();
        let page = "<div><p>x".repeat(200_000);
        let tree = super::super::dom::parse(&page, 256);
        assert!(tree.tree.nodes().count() > 200_000);
        assert!(start.elapsed() < Duration::from_secs(20));
    }
}
