//! Languages, as BCP 47 tags.

use std::{fmt, str::FromStr};

use icu_locale::{LanguageIdentifier, LocaleDirectionality, LocaleExpander};
use serde::{Deserialize, Serialize};

/// A language tag in its canonical form (BCP 47): `fr`, `pt-BR`, `zh-Hant`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language(String);

/// Which way a script runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Left to right.
    Ltr,
    /// Right to left.
    Rtl,
}

/// A text that is no language tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a language tag such as `fr` or `pt-BR`: `{0}`")]
pub struct LanguageError(String);

impl Language {
    /// English, the language of last resort.
    #[must_use]
    pub fn english() -> Self {
        Self("en".to_owned())
    }

    /// The tag itself: `pt-BR`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The tag without its regions and scripts: `pt` for `pt-BR`.
    #[must_use]
    pub fn base(&self) -> Self {
        let end = self.0.find('-').unwrap_or(self.0.len());
        Self(self.0[..end].to_owned())
    }

    /// The language as it is written: its base, and for traditional Chinese its script: `zh-Hant` for `zh-TW`, `pt` for `pt-BR`.
    #[must_use]
    pub fn family(&self) -> Self {
        let base = self.base();
        let traditional = || {
            let mut id = LanguageIdentifier::from_str(&self.0).ok()?;
            LocaleExpander::new_common().maximize(&mut id);
            id.script.filter(|script| script.as_str() == "Hant")
        };
        match base.as_str() {
            "zh" if traditional().is_some() => Self("zh-Hant".to_owned()),
            _ => base,
        }
    }

    /// Whether a text in `other` serves a reader of this language: `pt` and `pt-BR` serve each other.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.base() == other.base()
    }

    /// Which way its script runs (CLDR).
    #[must_use]
    pub fn direction(&self) -> Direction {
        let rtl = LanguageIdentifier::from_str(&self.0)
            .is_ok_and(|id| LocaleDirectionality::new_common().is_right_to_left(&id));
        if rtl { Direction::Rtl } else { Direction::Ltr }
    }
}

impl Direction {
    /// The value of HTML's `dir` attribute.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }
}

impl FromStr for Language {
    type Err = LanguageError;

    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        let error = || LanguageError(tag.to_owned());
        let id =
            LanguageIdentifier::from_str(&tag.trim().replace('_', "-")).map_err(|_| error())?;
        if id.language.is_unknown() {
            return Err(error());
        }
        Ok(Self(id.to_string()))
    }
}

impl TryFrom<String> for Language {
    type Error = LanguageError;

    fn try_from(tag: String) -> Result<Self, Self::Error> {
        tag.parse()
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_canonical() {
        let tag = |text: &str| text.parse::<Language>().map(String::from);
        assert_eq!(tag("PT_br"), Ok("pt-BR".to_owned()));
        assert_eq!(tag("zh-hant"), Ok("zh-Hant".to_owned()));
        assert!(tag("").is_err() && tag("english please").is_err());
    }

    #[test]
    fn a_region_tells_how_chinese_is_written() {
        let family = |tag: &str| {
            tag.parse::<Language>()
                .map(|tag| String::from(tag.family()))
        };
        for (tag, expected) in [
            ("zh-TW", "zh-Hant"),
            ("zh-Hant-HK", "zh-Hant"),
            ("zh-CN", "zh"),
            ("zh", "zh"),
            ("pt-BR", "pt"),
        ] {
            assert_eq!(family(tag), Ok(expected.to_owned()));
        }
    }

    #[test]
    fn arabic_runs_right_to_left() -> Result<(), LanguageError> {
        assert_eq!("ar".parse::<Language>()?.direction(), Direction::Rtl);
        assert_eq!("ko".parse::<Language>()?.direction(), Direction::Ltr);
        Ok(())
    }
}
