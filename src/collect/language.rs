//! Which language a text is written in.

use icu_locale::{LanguageIdentifier, Locale, LocaleCanonicalizer, LocaleExpander};
use icu_properties::{CodePointMapData, PropertyNamesShort, props::Script};

use crate::domain::Language;

/// How much of a text is looked at, in characters: more of it doesn't tell more.
const ENOUGH: usize = 2000;
/// How many letters tell a text's script.
const FEW_LETTERS: usize = 8;

/// The beginning of several texts, as much of it as tells a language.
pub(super) fn start(texts: [&str; 3]) -> String {
    let mut start = String::new();
    for text in texts {
        start.extend(text.chars().take(ENOUGH));
        start.push('\n');
    }
    start
}

/// The language of `text`, where it can be told reliably.
#[must_use]
pub fn detect(text: &str) -> Option<Language> {
    let start: String = text.chars().take(ENOUGH).collect();
    let found = whatlang::detect(&start)?;
    if !found.is_reliable() {
        return None;
    }
    canonical(found.lang().code())
}

/// ISO 639-3 → the tag in use (CLDR's aliases): `fra` → `fr`, `cmn` → `zh`
fn canonical(tag: &str) -> Option<Language> {
    let mut id: Locale = tag.parse().ok()?;
    LocaleCanonicalizer::new_common().canonicalize(&mut id);
    id.to_string().parse().ok()
}

/// A language as sources tell it, by the tag in use: `eng` is `en`. None where it is the tag of no language, or of many.
pub(super) fn known(told: Language) -> Option<Language> {
    let base = told.base();
    match base.as_str() {
        "mul" | "zxx" | "mis" | "qaa" => None,
        short if short.len() == 2 => Some(told),
        long if long.len() == 3 => canonical(told.as_str()),
        _ => None,
    }
}

/// Whether a text may be in `language`, as far as its script tells: Korean isn't written in Latin letters, nor English in
/// Hangul. A text in Latin letters may be any language, transcribed.
pub(super) fn can_be(language: &Language, text: &str) -> bool {
    if text.is_ascii() {
        return true;
    }
    let Some(script) = script(text).filter(|script| *script != Script::Latin) else {
        return true;
    };
    let Ok(mut id) = language.as_str().parse::<LanguageIdentifier>() else {
        return true;
    };
    let base = id.language.to_string();
    // Written in several scripts
    if matches!(
        base.as_str(),
        "sr" | "bs"
            | "mn"
            | "kk"
            | "uz"
            | "az"
            | "tg"
            | "ku"
            | "pa"
            | "ks"
            | "sd"
            | "tk"
            | "ky"
            | "ug"
            | "ha"
            | "ms"
            | "tt"
    ) {
        return true;
    }
    LocaleExpander::new_extended().maximize(&mut id);
    let Some(usual) = id.script else { return true };
    let short = PropertyNamesShort::<Script>::new();
    match (script, usual.as_str()) {
        (Script::Han, "Hans" | "Hant" | "Jpan" | "Kore")
        | (Script::Hiragana | Script::Katakana, "Jpan")
        | (Script::Hangul, "Kore") => true,
        (script, usual) => short.get(script) == Some(usual),
    }
}

/// The script of most of a text's letters.
fn script(text: &str) -> Option<Script> {
    let scripts = CodePointMapData::<Script>::new();
    let mut counts: Vec<(Script, usize)> = Vec::new();
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        // Kana tells more than the Han beside it
        let script = match scripts.get(c) {
            Script::Katakana => Script::Hiragana,
            script => script,
        };
        match counts.iter_mut().find(|(known, _)| *known == script) {
            Some((_, count)) => *count += 1,
            None => counts.push((script, 1)),
        }
    }
    let all: usize = counts.iter().map(|(_, count)| count).sum();
    let (script, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    (count >= FEW_LETTERS && count * 3 > all * 2).then_some(script)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_by_their_usual_tags() {
        let tag = |text: &str| detect(text).map(String::from);
        for (language, text) in [
            (
                "en",
                "The two governments agreed on Tuesday to reopen the railway between the ports, officials said.",
            ),
            (
                "fr",
                "Les deux gouvernements sont convenus mardi de rouvrir la ligne ferroviaire entre les ports.",
            ),
            (
                "ar",
                "اتفقت الحكومتان يوم الثلاثاء على إعادة فتح خط السكة الحديدية بين الميناءين.",
            ),
            (
                "ko",
                "두 정부는 화요일 항구 사이의 철도를 다시 열기로 합의했다고 관계자들이 밝혔다.",
            ),
            ("zh", "两国政府星期二同意重新开通两个港口之间的铁路。"),
        ] {
            assert_eq!(tag(text).as_deref(), Some(language));
        }
    }

    #[test]
    fn a_text_too_short_to_tell_has_no_language() {
        assert_eq!(detect("ok"), None);
        assert_eq!(detect(""), None);
        assert_eq!(detect("12:30"), None);
    }

    #[test]
    fn a_language_is_known_by_the_tag_in_use() {
        let known = |tag: &str| known(tag.parse().unwrap()).map(String::from);
        for (told, tag) in [
            ("en_US", "en-US"),
            ("eng", "en"),
            ("pt-br", "pt-BR"),
            ("no", "no"),
        ] {
            assert_eq!(known(told).as_deref(), Some(tag), "{told}");
        }
        assert_eq!(known("mul"), None);
    }

    #[test]
    fn a_script_says_what_a_language_cannot_be() {
        let can_be = |tag: &str, text: &str| can_be(&tag.parse().unwrap(), text);
        let korean = "두 정부는 화요일 항구 사이의 철도를 다시 열기로 합의했다.";
        assert!(can_be("ko", korean) && !can_be("en", korean) && !can_be("ja", korean));
        assert!(
            can_be("zh-Hant", "兩國政府星期二同意重新開通兩個港口")
                && can_be("ja", "両国政府港湾鉄道再開合意発表")
        );
        assert!(
            can_be("uk", "Два уряди домовилися у вівторок")
                && can_be("sr-Latn", "Две владе су се договориле")
        );
        assert!(
            can_be("en", "Seoul (서울) reopened the railway")
                && can_be("hi", "Do sarkaron ne mangalvar ko – tay kiya")
        );
        assert!(!can_be("fr", "اتفقت الحكومتان يوم الثلاثاء"));
    }
}
