//! Folding: the form in which tags, names, aliases and phrases are compared.

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::{
    CodePointMapData, CodePointMapDataBorrowed,
    props::{GeneralCategory, Script},
};

/// What a text is compared as: case, width, accents, apostrophes and dashes of every kind make no difference, and words stand one
/// space apart. `Corée du Nord` and `COREE DU-NORD` are one, `Moon jae-in` and `moon jae‑in` too.
///
/// Marks are dropped from Latin, Greek and Cyrillic letters only: elsewhere they are letters, and dropping them makes other words.
#[must_use]
pub fn fold(text: &str) -> String {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let nfkc = ComposingNormalizerBorrowed::new_nfkc().normalize(text);
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
        } else if !is_silent(c, categories) && !folded.is_empty() && !folded.ends_with(' ') {
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
            let mark = categories.get(*c) == GeneralCategory::NonspacingMark;
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

/// Characters that nobody sees, such as a soft hyphen or a mark of direction: they part no words.
fn is_silent(c: char, categories: CodePointMapDataBorrowed<'_, GeneralCategory>) -> bool {
    categories.get(c) == GeneralCategory::Format
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

/// Whether a letter belongs to a script that puts no space between words.
#[must_use]
pub fn is_unspaced(c: char) -> bool {
    matches!(
        CodePointMapData::<Script>::new().get(c),
        Script::Han
            | Script::Hiragana
            | Script::Katakana
            | Script::Thai
            | Script::Lao
            | Script::Khmer
            | Script::Myanmar
    )
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

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
