//! Which language a text is written in.

use icu_locale::{Locale, LocaleCanonicalizer};

use crate::domain::Language;

/// How much of a text is looked at, in characters: more of it doesn't tell more.
const ENOUGH: usize = 2000;

/// The language of `text`, where it can be told reliably.
#[must_use]
pub fn detect(text: &str) -> Option<Language> {
    let start: String = text.chars().take(ENOUGH).collect();
    let found = whatlang::detect(&start)?;
    if !found.is_reliable() {
        return None;
    }
    // ISO 639-3 → the tag in use (CLDR's aliases): `fra` → `fr`, `cmn` → `zh`
    let mut id: Locale = found.lang().code().parse().ok()?;
    LocaleCanonicalizer::new_common().canonicalize(&mut id);
    id.to_string().parse().ok()
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
}
