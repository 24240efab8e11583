//! format=flowed with delsp=yes (RFC 3676): long lines broken at 72 columns so that every reader can join them again.
//!
//! A soft break is a space before the line's end, which the reader deletes together with the break: after a word it follows
//! the word's own space, between Chinese or Japanese characters it stands alone.

use textwrap::WordSeparator;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::domain::digest::OPEN;

/// The columns of a line without its soft break.
const WIDTH: usize = 72;
/// The line above a signature, the only one that keeps its space (RFC 3676 section 4.3).
const SIGNATURE: &str = "-- ";

/// A text as it goes into the mail. Each of its lines is a paragraph of its own.
/// It ends in a line break, if it isn't empty.
pub(super) fn flow(text: &str) -> String {
    let mut flowed = String::with_capacity(text.len() + text.len() / 32);
    for line in text.lines() {
        flow_line(line, &mut flowed);
    }
    flowed
}

fn flow_line(line: &str, flowed: &mut String) {
    if line == SIGNATURE {
        flowed.push_str("-- \n");
        return;
    }
    let line = line.trim_end_matches(' ');
    // No character is wider than its octets.
    if line.len() <= WIDTH || is_fixed(line) {
        push_line(line, flowed);
        return;
    }
    for row in rows(line, WIDTH) {
        push_line(&row, flowed);
    }
}

/// A link is never broken; neither is a line with a reader's own value, whose length differs.
fn is_fixed(line: &str) -> bool {
    line.contains(OPEN) || (is_link(line) && !line.contains(' '))
}

fn is_link(word: &str) -> bool {
    word.contains("://")
}

/// Space-stuffing (section 4.4). A line that begins with a reader's own value is stuffed too: who knows how that begins.
fn push_line(line: &str, flowed: &mut String) {
    if line.starts_with([' ', '>', OPEN]) || line.starts_with("From ") {
        flowed.push(' ');
    }
    flowed.push_str(line);
    flowed.push('\n');
}

/// The line in rows of `width` columns, all but the last with their soft break.
fn rows(line: &str, width: usize) -> Vec<String> {
    let mut rows = Vec::new();
    let (mut row, mut columns) = (String::new(), 0);
    for (word, space) in pieces(line, width) {
        let wide = word.width();
        // "--" and its soft break would be a signature
        if columns + wide > width && !row.is_empty() && row != "--" {
            row.push(' ');
            rows.push(std::mem::take(&mut row));
            columns = 0;
        }
        row.push_str(word);
        row.push_str(space);
        columns += wide + space.len();
    }
    rows.push(row);
    rows
}

/// The pieces between which a line may be broken, each with the spaces after it.
/// A word that is wider than a row is cut, unless it is a link.
pub(super) fn pieces(line: &str, width: usize) -> Vec<(&str, &str)> {
    let mut pieces = Vec::new();
    for run in line.split_inclusive(' ') {
        let word = run.trim_end_matches(' ');
        let space = &run[word.len()..];
        if word.is_empty() || is_link(word) {
            pieces.push((word, space));
            continue;
        }
        for part in WordSeparator::UnicodeBreakProperties.find_words(word) {
            cut(part.word, width, &mut pieces);
        }
        if let Some(last) = pieces.last_mut() {
            last.1 = space;
        }
    }
    pieces
}

fn cut<'a>(mut word: &'a str, width: usize, pieces: &mut Vec<(&'a str, &'a str)>) {
    while word.width() > width {
        let mut columns = 0;
        let end = word.char_indices().find(|(at, c)| {
            columns += c.width().unwrap_or(0);
            *at > 0 && columns > width
        });
        let Some((end, _)) = end else { break };
        let (start, rest) = word.split_at(end);
        pieces.push((start, ""));
        word = rest;
    }
    pieces.push((word, ""));
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A reader's side of RFC 3676 section 4.2: the paragraphs again.
    pub(in crate::render) fn unflow(text: &str) -> Vec<String> {
        let mut paragraphs = Vec::new();
        let mut paragraph = String::new();
        for line in text.lines() {
            let line = line.strip_prefix(' ').unwrap_or(line);
            match line.strip_suffix(' ') {
                Some(soft) if line != SIGNATURE => paragraph.push_str(soft),
                _ => {
                    paragraph.push_str(line);
                    paragraphs.push(std::mem::take(&mut paragraph));
                }
            }
        }
        paragraphs
    }

    #[test]
    fn words_keep_their_space_and_characters_get_none() {
        let english = "word ".repeat(20);
        let flowed = flow(&english);
        assert!(
            flowed
                .lines()
                .next()
                .is_some_and(|line| line.ends_with("word  ")),
            "{flowed}"
        );
        let chinese = flow(&"字".repeat(50));
        assert_eq!(
            chinese.lines().next(),
            Some(format!("{} ", "字".repeat(36)).as_str())
        );
    }

    #[test]
    fn links_holes_and_the_signature_stay_whole() {
        let link = format!("https://a.example/{}", "x/".repeat(60));
        let hole = format!(
            "Sent to {OPEN}x{} {}",
            crate::domain::digest::CLOSE,
            "y ".repeat(60)
        );
        for line in [link.as_str(), hole.trim_end(), "-- "] {
            assert_eq!(flow(line), format!("{line}\n"));
        }
    }

    #[test]
    fn what_looks_like_a_quote_or_an_envelope_is_stuffed() {
        assert_eq!(flow(">x\nFrom y\n  z\n"), " >x\n From y\n   z\n");
    }

    fn paragraph() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            "[a-zà-ÿ]{1,12}",
            "[a-z]{60,200}",
            "[一-龥]{1,90}",
            "[가-힣]{1,8}",
            "[ء-ي]{1,9}",
            "[>-]{1,3}",
            "From",
            "\\PC{0,9}",
        ];
        proptest::collection::vec(word, 0..40)
            .prop_map(|words| super::super::clean::line(&words.join(" ")))
    }

    proptest! {
        #[test]
        fn a_reader_gets_the_paragraphs_back(paragraphs in proptest::collection::vec(paragraph(), 1..6)) {
            let flowed = flow(&(paragraphs.join("\n") + "\n"));
            prop_assert_eq!(unflow(&flowed), paragraphs);
        }

        #[test]
        fn no_line_is_wider_than_78_columns(paragraph in paragraph()) {
            for line in flow(&paragraph).lines().filter(|line| !line.contains("://")) {
                prop_assert!(line.width() <= 78, "{} columns: {line:?}", line.width());
            }
        }
    }
}
