//! The lines of a saved page, and what their characters tell: where a sentence starts, where it ends.

use crate::collect::{plain, reading};

/// A line with something on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its text, without spaces at its ends.
    pub text: String,
    /// Whether an empty line stands before it.
    pub gap: bool,
}

/// The lines of a text that have something on them.
#[must_use]
pub fn read(text: &str) -> Vec<Line> {
    let text = plain::clean(text);
    let mut gap = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() {
            gap = true;
        } else {
            lines.push(Line {
                text: plain::one_line(line),
                gap,
            });
            gap = false;
        }
    }
    lines
}

/// Opening quotation marks. The straight ones are both.
#[must_use]
pub fn is_opening(c: char) -> bool {
    matches!(
        c,
        '“' | '«' | '„' | '‘' | '‹' | '「' | '『' | '《' | '(' | '[' | '¿' | '¡'
    )
}

/// Closing quotation marks and brackets. The straight ones are both.
#[must_use]
pub fn is_closing(c: char) -> bool {
    matches!(c, '”' | '»' | '’' | '›' | '」' | '』' | '》' | ')' | ']')
}

/// A quotation mark of any kind.
#[must_use]
pub fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '“'
            | '”'
            | '„'
            | '«'
            | '»'
            | '‹'
            | '›'
            | '「'
            | '」'
            | '『'
            | '』'
            | '《'
            | '》'
            | '‘'
            | '’'
            | '\''
    )
}

/// Whether a text ends as a sentence does: in a full stop and the like, with quotation marks and brackets after it.
#[must_use]
pub fn ends_sentence(text: &str) -> bool {
    text.trim_end_matches(|c: char| is_quote(c) || is_closing(c) || c.is_whitespace())
        .ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', '۔', '।'])
}

/// Whether a line goes on with what stands before it: a small letter, a comma, a closing mark.
#[must_use]
pub fn continues(text: &str) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else {
        return false;
    };
    match first {
        ',' | '.' | ';' | ':' | '!' | '?' | '…' | '%' | '،' | '؛' | '؟' | '、' | '。' | '，' => {
            true
        }
        c if is_closing(c) => true,
        '\'' => chars.next().is_some_and(char::is_lowercase),
        // A name such as iPhone starts a sentence as it is
        c if reading::is_hangul(c) => {
            is_korean_particle(first_word(text)) && first_word(text) != "이"
        }
        c if c.is_lowercase() => !first_word(text).chars().skip(1).any(char::is_uppercase),
        _ => false,
    }
}

/// The first word of a line.
#[must_use]
pub fn first_word(text: &str) -> &str {
    text.split(|c: char| c.is_whitespace())
        .next()
        .unwrap_or_default()
}

/// How many words a line has; scripts without spaces count six characters as one.
#[must_use]
pub fn words(text: &str) -> usize {
    let dense = text.chars().filter(|c| reading::is_cjk(*c)).count();
    text.split_whitespace().count().max(dense / 6)
}

/// Whether a word is a Korean particle, which stands at the end of the word that it belongs to. `이` may also be a
/// word of its own.
#[must_use]
pub fn is_korean_particle(word: &str) -> bool {
    const PARTICLES: [&str; 26] = [
        "은",
        "는",
        "이",
        "가",
        "을",
        "를",
        "의",
        "에",
        "에서",
        "와",
        "과",
        "로",
        "으로",
        "도",
        "만",
        "에게",
        "께서",
        "까지",
        "부터",
        "라고",
        "이라고",
        "보다",
        "처럼",
        "에는",
        "에서는",
        "과의",
    ];
    PARTICLES.contains(&word.trim_end_matches([',', '.']))
}
