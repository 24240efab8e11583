//! Texts of a page that say the same in other letters: to know a title again, or a site's name.

use std::collections::HashSet;

use crate::collect::plain;

/// How many letters two texts share at least, for one to be taken as a part of the other.
const TELLING: usize = 8;

/// The words of a text, to be asked whether it has one.
#[must_use]
pub fn set(words: &'static str) -> HashSet<&'static str> {
    words.split_whitespace().collect()
}

/// The letters and digits of a text, small.
#[must_use]
pub fn letters(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether one of two titles is the other, or has it in itself, or is its start before an ellipsis.
#[must_use]
pub fn one_holds_the_other(one: &str, other: &str) -> bool {
    let (one, other) = (letters(one), letters(other));
    if one == other {
        return !one.is_empty();
    }
    let (short, long) = if one.len() < other.len() {
        (one, other)
    } else {
        (other, one)
    };
    short.len() >= TELLING && long.contains(&short)
}

/// Whether two titles say the same in other words: most of the shorter one's are in the other.
#[must_use]
pub fn resemble(one: &str, other: &str) -> bool {
    const LEAST: usize = 3;
    let words = |text: &str| -> HashSet<String> {
        text.split_whitespace()
            .map(letters)
            .filter(|word| word.len() > 1)
            .collect()
    };
    let (one, other) = (words(one), words(other));
    let common = one.intersection(&other).count();
    common >= LEAST && common * 5 >= one.len().min(other.len()) * 3
}

/// A text without the entities and tags that templates leave in what isn't HTML, on one line.
#[must_use]
pub fn unescaped(text: &str) -> String {
    if !text.contains(['<', '&']) {
        return plain::one_line(text);
    }
    let once = plain::from_html(text);
    // Escaped by the template, and before by the editor: `&amp;quot;`
    let again = if once.contains('&') && once.contains(';') {
        plain::from_html(&once.replace('<', "&lt;"))
    } else {
        once
    };
    plain::one_line(&again)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_known_again() {
        assert!(one_holds_the_other(
            "The Port — reopens",
            "the port reopens | Agency"
        ));
        assert!(!one_holds_the_other("News", "News of the day"));
        assert!(one_holds_the_other("서울", "서울"));
        assert!(!one_holds_the_other("", ""));
    }

    #[test]
    fn titles_resemble_each_other_by_their_words() {
        assert!(resemble(
            "The port reopens after a year",
            "Port reopens: what a year it was after all"
        ));
        assert!(!resemble("The port reopens", "The talks end"));
    }

    #[test]
    fn entities_are_read_once_or_twice() {
        assert_eq!(unescaped("A &amp;quot;b&amp;quot; <i>c</i>"), "A \"b\" c");
        assert_eq!(unescaped("1 < 2"), "1 < 2");
    }
}
