//! Lines of text → whole sentences. Where the page had a link, a copy of it breaks the line before and after the
//! link's words; a quotation mark beside one stands alone.

use super::{
    classify::Item,
    credit,
    lines::{
        Line, continues, ends_sentence, first_word, is_closing, is_korean_particle, is_opening,
        is_quote, words,
    },
    words::{UNFINISHED, fold},
};
use crate::collect::reading::{is_cjk, is_hangul};

/// How long a crosshead is at most, in words and characters.
pub const CROSSHEAD: (usize, usize) = (12, 90);
/// How long a line is at most in a text that was wrapped.
const WRAPPED: usize = 100;

/// What the page's text does, for all of its lines.
struct Habits {
    /// Whether empty lines stand between paragraphs, and only there.
    gaps_tell: bool,
    /// Whether the lines were broken to a width.
    wrapped: bool,
    /// Whether quotation marks and high punctuation have a no-break space beside them, as in French.
    french: bool,
}

/// What is known of the paragraph that may go on.
struct Paragraph {
    /// Whether it is the page's first text.
    is_lead: bool,
    /// Whether something that is no text stands after it.
    interrupted: bool,
    /// Whether it is of several pieces already: then it is no crosshead.
    pieced: bool,
}

/// The same items, each paragraph's lines joined to one.
#[must_use]
pub fn join(items: Vec<Item>, french: bool) -> Vec<Item> {
    let texts: Vec<&Line> = items
        .iter()
        .filter_map(|item| {
            if let Item::Text(line) = item {
                Some(line)
            } else {
                None
            }
        })
        .collect();
    let gaps = texts.iter().skip(1).filter(|line| line.gap).count();
    let longest = texts
        .iter()
        .map(|line| line.text.chars().count())
        .max()
        .unwrap_or_default();
    let habits = Habits {
        gaps_tell: gaps > 0 && gaps + 1 < texts.len(),
        wrapped: longest <= WRAPPED && texts.len() > 8,
        french,
    };
    let mut joined: Vec<Item> = Vec::new();
    // The paragraph that may go on; a cross-reference or an offer may stand in its middle
    let mut open: Option<usize> = None;
    let mut pieced = false;
    let mut lines = items.into_iter().peekable();
    while let Some(item) = lines.next() {
        match item {
            Item::Text(line) => {
                let after = match lines.peek() {
                    Some(Item::Text(after)) => Some(after.text.as_str()),
                    _ => None,
                };
                let so_far = Paragraph {
                    is_lead: open.is_some_and(|at| {
                        !joined[..at]
                            .iter()
                            .any(|item| matches!(item, Item::Text(_)))
                    }),
                    interrupted: open.is_some_and(|at| at + 1 != joined.len()),
                    pieced,
                };
                if let Some(Item::Text(paragraph)) = open.and_then(|at| joined.get_mut(at))
                    && belongs(&paragraph.text, &so_far, &line, after, &habits)
                {
                    let marks = |text: &str| !text.contains(char::is_alphanumeric);
                    pieced |= !marks(&line.text) && !ends_open(&paragraph.text);
                    paragraph.text = glue(&paragraph.text, &line.text, habits.french);
                    continue;
                }
                open = Some(joined.len());
                pieced = false;
                joined.push(Item::Text(line));
            }
            Item::CrossReference(_) | Item::Furniture => joined.push(item),
            _ => {
                open = None;
                joined.push(item);
            }
        }
    }
    joined
}

/// Whether `line` goes on with the paragraph that ends in `text`. `after` is the line that follows it.
fn belongs(
    text: &str,
    so_far: &Paragraph,
    line: &Line,
    after: Option<&str>,
    habits: &Habits,
) -> bool {
    let next = line.text.as_str();
    let complete = ends_sentence(text) && !has_open_quote(text, next);
    if ends_open(text) || (next.chars().all(|c| !c.is_alphanumeric()) && !starts_open(text, next)) {
        return true;
    }
    if credit::is_only_credit(next) && !complete_with_credit(text) && so_far.is_lead {
        return true;
    }
    if continues(next) || (next.starts_with('"') && straight_quote_is_open(text) && !complete) {
        let new_paragraph = complete && (line.gap || is_particle(first_word(next)));
        return !new_paragraph || !first_alphanumeric_first(next);
    }
    if complete || complete_with_credit(text) {
        return habits.wrapped
            && habits.gaps_tell
            && !line.gap
            && !so_far.interrupted
            && ends_sentence(text);
    }
    if so_far.interrupted || text.ends_with([':', '：']) {
        return false;
    }
    if is_unfinished(text) {
        return true;
    }
    let crosshead = !so_far.pieced && can_be_crosshead(text);
    let in_sentence = is_link_text(next, after);
    if habits.gaps_tell && !line.gap {
        return in_sentence || !crosshead || habits.wrapped && text.chars().count() > 50;
    }
    // A paragraph without an end goes on; a crosshead or a lead may have none
    !crosshead && (!so_far.is_lead || (in_sentence && !(habits.gaps_tell && line.gap)))
}

/// Whether a line can be the words of a link in the middle of a sentence.
fn is_link_text(line: &str, after: Option<&str>) -> bool {
    !ends_sentence(line) && line.chars().count() <= 90 && after.is_some_and(continues)
}

/// A short text in one piece, without an end.
#[must_use]
pub fn can_be_crosshead(text: &str) -> bool {
    let question = text.ends_with(['?', '!', '？', '؟']) && !text.starts_with(is_quote);
    words(text) <= CROSSHEAD.0
        && text.chars().count() <= CROSSHEAD.1
        && (question || !ends_sentence(text))
        && !text.ends_with([',', ';', ':', '：', '،'])
        && !text.contains(". ")
        && !is_unfinished(text)
        && text.chars().any(char::is_alphanumeric)
}

/// Whether a text ends in a word after which none ends: `of`, `avec`, a comma, a hyphen.
fn is_unfinished(text: &str) -> bool {
    let last = text
        .split(|c: char| c.is_whitespace())
        .next_back()
        .unwrap_or_default();
    let small = last.chars().next().is_some_and(|c| !c.is_uppercase());
    text.ends_with([',', ';', '،', '、', '-', '–', '—'])
        || (small && UNFINISHED.contains(&fold(last)))
}

fn complete_with_credit(text: &str) -> bool {
    credit::split(text).is_some_and(|caption| caption.sure && !caption.words.is_empty())
}

/// Whether a text ends in a mark that something must follow: `“`, `«`, `(`, `l’`.
fn ends_open(text: &str) -> bool {
    text.ends_with(is_opening)
        || (text.ends_with('"') && straight_quote_is_open(text))
        || ends_elided(text)
}

/// Whether a line of marks opens something new after a text that is complete.
fn starts_open(text: &str, marks: &str) -> bool {
    let opens =
        marks.chars().any(is_opening) || (marks.contains('"') && !straight_quote_is_open(text));
    opens && ends_sentence(text)
}

fn straight_quote_is_open(text: &str) -> bool {
    !text.matches('"').count().is_multiple_of(2)
}

/// Whether a quotation is open at the end of `text` that `next` closes.
fn has_open_quote(text: &str, next: &str) -> bool {
    let open = |opening: char, closing: char| {
        text.matches(opening).count() > text.matches(closing).count() && next.starts_with(closing)
    };
    open('«', '»') || open('“', '”') || (straight_quote_is_open(text) && next.starts_with('"'))
}

fn ends_elided(text: &str) -> bool {
    let last = text
        .split(|c: char| c.is_whitespace() || is_opening(c))
        .next_back()
        .unwrap_or_default();
    let letters = last.trim_end_matches(['\'', '’']);
    letters.len() < last.len()
        && matches!(
            letters.to_lowercase().as_str(),
            "l" | "d"
                | "s"
                | "n"
                | "j"
                | "c"
                | "m"
                | "t"
                | "qu"
                | "jusqu"
                | "lorsqu"
                | "puisqu"
                | "aujourd"
        )
}

fn first_alphanumeric_first(text: &str) -> bool {
    text.starts_with(char::is_alphanumeric)
}

/// A small word that a name, and so a paragraph, may start with: `de Gaulle`, `al-Assad`.
fn is_particle(word: &str) -> bool {
    let word = word.split('-').next().unwrap_or_default();
    matches!(
        word,
        "de" | "du"
            | "van"
            | "von"
            | "al"
            | "el"
            | "bin"
            | "ibn"
            | "da"
            | "di"
            | "le"
            | "la"
            | "ben"
            | "abu"
    )
}

/// Two pieces of a sentence, with the space between them that belongs there.
fn glue(text: &str, next: &str, french: bool) -> String {
    let (Some(last), Some(first)) = (text.chars().next_back(), next.chars().next()) else {
        return format!("{text}{next}");
    };
    let no_break = if french { "\u{a0}" } else { "" };
    let space = match (last, first) {
        ('«', _) | (_, '»' | ';' | ':' | '!' | '?' | '%') => no_break,
        (_, ',' | '.' | '…' | '،' | '؛' | '؟' | '、' | '。' | '，') => "",
        (_, c) if is_closing(c) => "",
        (_, '\'') if next.chars().nth(1).is_some_and(char::is_lowercase) => "",
        (_, '-') if next.chars().nth(1).is_some_and(char::is_alphabetic) => "",
        ('-', _) if text.chars().rev().nth(1).is_some_and(char::is_alphabetic) => "",
        ('/', _) => "",
        ('"', _) | (_, '"') if straight_quote_is_open(text) => "",
        (c, _) if is_opening(c) => "",
        _ if ends_elided(text) => "",
        (a, b) if is_cjk(a) && is_cjk(b) && !is_hangul(a) => "",
        (a, _) if is_hangul(a) && is_korean_particle(first_word(next)) => "",
        _ => " ",
    };
    format!("{text}{space}{next}")
}
