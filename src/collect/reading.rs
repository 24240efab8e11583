//! How long reading takes.

use unicode_segmentation::UnicodeSegmentation;

const WORDS_A_MINUTE: usize = 230;
const CHARACTERS_A_MINUTE: usize = 500;

/// The minutes that reading `text` takes, one at least; none for an empty text.
#[must_use]
pub fn minutes(text: &str) -> Option<u32> {
    if text.trim().is_empty() {
        return None;
    }
    let dense = text.chars().filter(|c| is_cjk(*c)).count();
    let words = text
        .unicode_words()
        .filter(|word| !word.contains(is_cjk))
        .count();
    // In units of 1/(words × characters) minute, so that both add up exactly
    let work = words * CHARACTERS_A_MINUTE + dense * WORDS_A_MINUTE;
    let minutes = work.div_ceil(WORDS_A_MINUTE * CHARACTERS_A_MINUTE).max(1);
    u32::try_from(minutes).ok()
}

/// Whether a character is of a script that is counted by characters: Han, kana, hangul.
#[must_use]
pub fn is_cjk(c: char) -> bool {
    is_hangul(c)
        || matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Whether a character is hangul.
#[must_use]
pub fn is_hangul(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_characters_add_up() {
        assert_eq!(minutes(""), None);
        assert_eq!(minutes("one word"), Some(1));
        assert_eq!(minutes(&"word ".repeat(460)), Some(2));
        assert_eq!(minutes(&"word ".repeat(461)), Some(3));
        assert_eq!(minutes(&"가나다라마 ".repeat(200)), Some(2));
        assert_eq!(
            minutes(&format!("{}{}", "word ".repeat(230), "字".repeat(500))),
            Some(2)
        );
    }
}
