//! Folding: the form in which tags, names, aliases and phrases are compared.

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::{
    CodePointMapData, CodePointMapDataBorrowed, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory, Script},
};

/// What a text is compared as: case, width, accents, apostrophes and dashes of every kind make no difference, and words stand one
/// space apart. `Corée du Nord` and `COREE DU-NORD` are one, `Moon jae-in` and `moon jae‑in` too.
///
/// Marks are dropped from Latin, Greek and Cyrillic letters only: elsewhere they are letters, and dropping them makes other words.
#[must_use]
pub fn fold(text: &str) -> String {
    let categories = CodePointMapData::<GeneralCategory>::new();
    // Before all else: a soft hyphen between a letter and its accent would keep them apart.
    let seen: String = text.chars().filter(|c| !is_silent(*c)).collect();
    let nfkc = ComposingNormalizerBorrowed::new_nfkc().normalize(&seen);
    let cased = CaseMapper::new().fold_string(&nfkc);
    let bare = without_accents(
        &DecomposingNormalizerBorrowed::new_nfd().normalize(&cased),
        categories,
    );
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(&bare);
    let mut folded = String::with_capacity(composed.len());
    for c in composed.chars() {
        if is_word(c, categories) {
            push_letter(c, &mut folded);
        } else if !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

fn without_accents(
    text: &str,
    categories: CodePointMapDataBorrowed<'_, GeneralCategory>,
) -> String {
    let scripts = CodePointMapData::<Script>::new();
    let mut after_plain_letter = false;
    text.chars()
        .filter(|c| {
            let mark = matches!(
                categories.get(*c),
                GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark
            );
            if !mark {
                after_plain_letter = matches!(
                    scripts.get(*c),
                    Script::Latin | Script::Greek | Script::Cyrillic
                );
            }
            !(mark && after_plain_letter)
        })
        .collect()
}

fn is_word(c: char, categories: CodePointMapDataBorrowed<'_, GeneralCategory>) -> bool {
    c.is_alphanumeric()
        || matches!(
            categories.get(c),
            GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark
        )
}

/// Characters that nobody sees, such as a soft hyphen, a joiner or a mark of direction: they part no words.
fn is_silent(c: char) -> bool {
    CodePointMapData::<GeneralCategory>::new().get(c) == GeneralCategory::Format
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Letters that no decomposition brings to their plain form.
fn push_letter(c: char, folded: &mut String) {
    match c {
        'ı' => folded.push('i'),
        'ø' => folded.push('o'),
        'đ' => folded.push('d'),
        'ł' => folded.push('l'),
        'æ' => folded.push_str("ae"),
        'œ' => folded.push_str("oe"),
        c => folded.push(c),
    }
}

/// Whether two letters that stand side by side can belong to different words: where one is of a script that puts no space between
/// words, or the scripts differ as they do around `AI` in `생성형 AI가`.
#[must_use]
pub fn parts_words(before: char, after: char) -> bool {
    if before.is_ascii() && after.is_ascii() {
        return before == ' ' || after == ' ';
    }
    before == ' '
        || after == ' '
        || is_unspaced(before)
        || is_unspaced(after)
        || is_hangul(before) != is_hangul(after)
}

/// Whether a letter belongs to a script that puts no space between words.
#[must_use]
pub fn is_unspaced(c: char) -> bool {
    // The mark of a long vowel is of no script of its own: メーカー.
    c == 'ー'
        || matches!(
            CodePointMapData::<Script>::new().get(c),
            Script::Han
                | Script::Hiragana
                | Script::Katakana
                | Script::Bopomofo
                | Script::Yi
                | Script::Thai
                | Script::Lao
                | Script::Khmer
                | Script::Myanmar
        )
}

/// Whether a letter is Korean: words there carry their particles behind them, without a space.
#[must_use]
pub fn is_hangul(c: char) -> bool {
    CodePointMapData::<Script>::new().get(c) == Script::Hangul
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_name_are_one() {
        for (a, b) in [
            ("Corée du Nord", "COREE DU-NORD"),
            ("İstanbul", "ISTANBUL"),
            ("ＡＩ", "ai"),
            ("Ёлка", "елка"),
            ("Moon jae-in", "moon jae\u{2011}in"),
            ("Moon jae-in", "MOON JAE-IN"),
            ("L’Équipe", "l'equipe"),
            ("#Climate", "climate"),
            ("Łódź", "lodz"),
            ("Straße", "STRASSE"),
            ("Æ Œ Đ Ø ı", "ae oe d o i"),
            ("Co\u{AD}rée\u{200E}", "coree"),
            ("  AI \u{1F916} & robots! ", "ai robots"),
        ] {
            assert_eq!(fold(a), fold(b), "{a} {b}");
        }
    }

    #[test]
    fn marks_that_are_letters_stay() {
        assert_eq!(fold("がくせい"), "がくせい");
        assert_eq!(fold("हिन्दी"), "हिन्दी");
        assert_eq!(fold("북한"), "북한");
    }

    #[test]
    fn an_accent_behind_something_unseen_is_an_accent() {
        assert_eq!(fold("e\u{AD}\u{301}t\u{200D}\u{E9}"), "ete");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn folding_twice_is_folding_once(text in proptest::collection::vec(any::<char>(), 0..12), marks in "[a-zæıßΐ\u{300}-\u{36F}\u{AD}\u{200D}\u{E000} #가-깋\u{1100}-\u{1112}ªº℡ﬁ]{0,12}") {
            let text = text.into_iter().chain(marks.chars()).collect::<String>();
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn a_folded_text_is_words_one_space_apart(text in ".{0,40}") {
            let folded = fold(&text);
            prop_assert_eq!(folded.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "), folded);
        }
    }
}
