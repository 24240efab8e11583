//! Plain text: clean characters, one line, paragraphs; and HTML as plain text.

use std::borrow::Cow;

use super::{
    link::Links,
    sanitise::{self, Keep},
};
use crate::domain::digest::strip_marks;

/// The same text without characters that no article needs: controls, the marks of a digest's holes,
/// zero-width spaces, overrides of the writing direction. Line breaks and tabs stay; CRLF becomes LF.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    fn needless(c: char) -> bool {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(
                c,
                '\u{200b}'
                    | '\u{2060}'
                    | '\u{feff}'
                    | '\u{202d}'
                    | '\u{202e}'
                    | '\u{fffe}'
                    | '\u{ffff}'
            )
    }
    let is_usual = |byte: u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
    if text.bytes().all(is_usual) {
        return text.into();
    }
    let text = strip_marks(text);
    if !text.contains(|c| needless(c) || matches!(c, '\u{2028}' | '\u{2029}')) {
        return text;
    }
    let text = text
        .replace("\r\n", "\n")
        .replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    text.chars()
        .filter(|c| !needless(*c))
        .collect::<String>()
        .into()
}

/// A text on one line, its spaces single. A no-break space stays one.
#[must_use]
pub fn one_line(text: &str) -> String {
    let text = clean(text);
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match (is_breaking_space(c), line.chars().next_back()) {
            (true, None | Some(' ')) => {}
            (true, Some(_)) => line.push(' '),
            (false, _) => line.push(c),
        }
    }
    line.trim().to_owned()
}

/// A plain text with single empty lines between its paragraphs, each on one line.
#[must_use]
pub fn paragraphs(text: &str) -> String {
    let text = clean(text);
    let mut paragraphs: Vec<Vec<&str>> = vec![Vec::new()];
    for line in text.lines() {
        if line.trim().is_empty() {
            paragraphs.push(Vec::new());
        } else if let Some(paragraph) = paragraphs.last_mut() {
            paragraph.push(line);
        }
    }
    let paragraphs: Vec<String> = paragraphs
        .iter()
        .filter(|lines| !lines.is_empty())
        .map(|lines| one_line(&lines.join(" ")))
        .collect();
    paragraphs.join("\n\n")
}

/// HTML in plain text: paragraphs separated by an empty line, items of a list each on their line,
/// no footnotes for links, no decoration. Nothing of what HTML doesn't show.
#[must_use]
pub fn from_html(html: &str) -> String {
    if !html.contains(['<', '&']) {
        return paragraphs(html);
    }
    sanitise::rich(html, Links::default(), Keep::Body, sanitise::MAX_DEPTH).text
}

/// A plain text, with empty lines between its paragraphs, as HTML.
#[must_use]
pub fn to_html(text: &str) -> String {
    let mut html = String::new();
    for paragraph in text
        .split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty())
    {
        html.extend(["<p>", &escape(paragraph).replace('\n', "<br>"), "</p>"]);
    }
    html
}

/// A plain text as the content of an element.
#[must_use]
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn is_breaking_space(c: char) -> bool {
    c == ' ' || c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}')
}

/// How many line breaks an element wants around itself.
pub(super) fn gap_around(name: &str) -> usize {
    match name {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "pre" | "ul" | "ol"
        | "dl" | "table" | "figure" | "hr" | "article" | "section" => 2,
        "div" | "li" | "dt" | "dd" | "tr" | "figcaption" | "header" | "footer" | "main"
        | "aside" | "address" | "center" | "caption" => 1,
        _ => 0,
    }
}

/// Text as it is laid out: runs of spaces are one, gaps are never wider than an empty line.
#[derive(Default)]
pub(super) struct Layout {
    text: String,
    gap: usize,
}

impl Layout {
    /// Writes a text that is clean.
    pub(super) fn write(&mut self, piece: &str) {
        let mut rest = piece;
        while !rest.is_empty() {
            let end = rest.find(is_breaking_space).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            if !word.is_empty() {
                self.fill_gap();
                self.text.push_str(word);
            }
            rest = after.trim_start_matches(is_breaking_space);
            if rest.len() < after.len()
                && self.gap == 0
                && !self.text.is_empty()
                && !self.text.ends_with([' ', '\n'])
            {
                self.text.push(' ');
            }
        }
    }

    fn fill_gap(&mut self) {
        if self.gap > 0 {
            self.text.truncate(self.text.trim_end_matches(' ').len());
            if !self.text.is_empty() {
                self.text.extend(std::iter::repeat_n('\n', self.gap));
            }
            self.gap = 0;
        }
    }

    pub(super) fn gap(&mut self, lines: usize) {
        self.gap = self.gap.max(lines);
    }

    /// Two in a row are how old pages write paragraphs.
    pub(super) fn line_break(&mut self) {
        self.gap = (self.gap + 1).min(2);
    }

    pub(super) fn end(self) -> String {
        self.text.trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_separated_by_one_empty_line() {
        let html = "<h2>Water</h2>\n<p>One\n  <a href='https://a.example/'>two</a>.</p><div><p>Three&nbsp;%</p></div><ul><li>a</li><li>b</li></ul>";
        assert_eq!(from_html(html), "Water\n\nOne two.\n\nThree\u{a0}%\n\na\nb");
        assert_eq!(from_html("a<br>b<br><br>c"), "a\nb\n\nc");
        assert_eq!(from_html("<style>p{}</style>x<script>y</script>"), "x");
    }

    #[test]
    fn a_text_cannot_bring_a_hole_or_a_control() {
        assert_eq!(
            one_line("a\u{e000}\u{e012}\u{e001}b\u{0}\u{1b}[0m\r\nc"),
            "ab[0m c"
        );
        assert_eq!(from_html("a&#xE000;&#x202E;b"), "ab");
    }

    #[test]
    fn plain_text_becomes_html_that_says_the_same() {
        let html = to_html("1 < 2 & <b>\n\nnext");
        assert_eq!(html, "<p>1 &lt; 2 &amp; &lt;b&gt;</p><p>next</p>");
        assert_eq!(from_html(&html), "1 < 2 & <b>\n\nnext");
    }
}
