//! The words around the articles, by language, with plural forms (CLDR).
//!
//! A label that a language lacks is taken from its base language, then from the edition's first language,
//! then from English. A reader never sees a label's key.

use std::collections::BTreeMap;

use icu_decimal::{DecimalFormatter, input::Decimal, options::DecimalFormatterOptions};
use icu_locale::Locale;
use icu_plurals::{PluralCategory, PluralRules};
use serde::Deserialize;

use super::{RenderError, Templates};
use crate::domain::{Language, digest::strip_marks};

/// One label as the file has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Label {
    /// The same for every number: `see_also = "See also"`.
    Plain(String),
    /// By plural category: `stories = { one = "{n} story", other = "{n} stories" }`.
    Counted(BTreeMap<Category, String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Category {
    Zero,
    One,
    Two,
    Few,
    Many,
    Other,
}

/// All labels of all languages.
#[derive(Debug)]
pub(super) struct Labels {
    languages: BTreeMap<Language, BTreeMap<String, Label>>,
}

/// The labels for a reader of one language, with the gaps filled.
#[derive(Debug)]
pub(super) struct Words {
    labels: BTreeMap<String, (Label, Language)>,
    /// How each of the languages counts.
    counting: BTreeMap<Language, Counting>,
}

/// How a language counts: its plural forms, and its digits (CLDR).
#[derive(Debug)]
struct Counting {
    plurals: Option<PluralRules>,
    digits: Option<DecimalFormatter>,
}

impl Labels {
    /// From the files `labels/LANGUAGE.toml`.
    pub fn new(templates: &Templates) -> Result<Self, RenderError> {
        let mut languages = BTreeMap::new();
        for (name, origin, text) in templates.folder("labels/") {
            let broken = |report: String| RenderError::Labels {
                file: origin.to_owned(),
                report,
            };
            let Some(tag) = name.strip_suffix(".toml") else {
                continue;
            };
            let language: Language = tag
                .parse()
                .map_err(|_| broken("its name is no language tag such as `fr`".to_owned()))?;
            let labels = toml::from_str(text).map_err(|error| broken(error.to_string()))?;
            languages.insert(language, labels);
        }
        Ok(Self { languages })
    }

    /// The labels for a reader of `language`; `last_resort` is the edition's first language.
    pub fn words(&self, language: &Language, last_resort: &Language) -> Words {
        let english = Language::english();
        let mut labels = BTreeMap::new();
        for wanted in [language, last_resort, &english] {
            let relatives = self.languages.keys().filter(|other| other.matches(wanted));
            for found in [wanted, &wanted.family(), &wanted.base()]
                .into_iter()
                .chain(relatives)
            {
                for (key, label) in self.languages.get(found).into_iter().flatten() {
                    labels
                        .entry(key.clone())
                        .or_insert_with(|| (label.clone(), found.clone()));
                }
            }
        }
        let used = labels.values().map(|(_, language)| language.clone());
        let counting = used.map(|language: Language| {
            let counting = Counting::new(&language);
            (language, counting)
        });
        Words {
            counting: counting.collect(),
            labels,
        }
    }
}

/// The labels that the files of these languages lack, of those that English has. A language without a file lacks all.
///
/// # Errors
/// When a file of labels is broken.
pub fn missing_labels(
    templates: &Templates,
    languages: &[Language],
) -> Result<Vec<(Language, Vec<String>)>, RenderError> {
    let labels = Labels::new(templates)?.languages;
    let all: Vec<_> = labels
        .get(&Language::english())
        .into_iter()
        .flatten()
        .map(|(key, _)| key)
        .collect();
    let missing = languages.iter().map(|language| {
        let files = [language.clone(), language.family(), language.base()];
        let known = |key: &&&String| {
            files
                .iter()
                .any(|file| labels.get(file).is_some_and(|own| own.contains_key(**key)))
        };
        let gaps = all
            .iter()
            .filter(|key| !known(key))
            .map(|key| (*key).clone());
        (language.clone(), gaps.collect())
    });
    Ok(missing.collect())
}

impl Words {
    /// A label; empty where no language has it, which the sample digest finds out before the first mail.
    pub fn get(&self, key: &str) -> String {
        self.count(key, 0)
    }

    /// A label for a number of things, with the number in place of `{n}`.
    pub fn count(&self, key: &str, n: usize) -> String {
        let Some((label, language)) = self.labels.get(key) else {
            return String::new();
        };
        let text = match label {
            Label::Plain(text) => text,
            Label::Counted(forms) => forms
                .get(&self.category(language, n))
                .or_else(|| forms.get(&Category::Other))
                .or_else(|| forms.values().next_back())
                .map_or("", String::as_str),
        };
        let counting = self.counting.get(language);
        let digits = counting.and_then(|counting| counting.digits.as_ref());
        let number = match digits {
            Some(digits) if text.contains("{n}") => {
                digits.format(&Decimal::from(n as u64)).to_string()
            }
            _ => n.to_string(),
        };
        strip_marks(&text.replace("{n}", &number)).into_owned()
    }

    fn category(&self, language: &Language, n: usize) -> Category {
        let counting = self.counting.get(language);
        let rules = counting.and_then(|counting| counting.plurals.as_ref());
        match rules.map_or(PluralCategory::Other, |rules| rules.category_for(n)) {
            PluralCategory::Zero => Category::Zero,
            PluralCategory::One => Category::One,
            PluralCategory::Two => Category::Two,
            PluralCategory::Few => Category::Few,
            PluralCategory::Many => Category::Many,
            PluralCategory::Other => Category::Other,
        }
    }

    /// The labels that need no number, for the templates.
    pub fn plain(&self) -> BTreeMap<&str, String> {
        self.labels
            .iter()
            .filter(|(_, (label, _))| matches!(label, Label::Plain(_)))
            .map(|(key, _)| (key.as_str(), self.get(key)))
            .collect()
    }
}

impl Counting {
    fn new(language: &Language) -> Self {
        let locale = language.as_str().parse::<Locale>().ok();
        Self {
            plurals: locale
                .as_ref()
                .and_then(|locale| PluralRules::try_new_cardinal(locale.into()).ok()),
            digits: locale.as_ref().and_then(|locale| {
                DecimalFormatter::try_new(locale.into(), DecimalFormatterOptions::default()).ok()
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(tag: &str) -> Language {
        tag.parse().expect("a tag")
    }

    fn labels(files: &[(&str, &str)]) -> Labels {
        let content = files
            .iter()
            .map(|(name, text)| (format!("labels/{name}.toml"), (*text).to_owned()))
            .collect();
        Labels::new(&Templates::from_content(content)).expect("labels")
    }

    #[test]
    fn a_missing_label_falls_back_to_base_then_edition_then_english() {
        let labels = labels(&[
            ("en", "a = 'a en'\nb = 'b en'\nc = 'c en'\nd = 'd en'"),
            ("fr", "a = 'a fr'\nb = 'b fr'\nc = 'c fr'"),
            ("pt", "a = 'a pt'\nb = 'b pt'"),
            ("pt-BR", "a = 'a br'"),
        ]);
        let words = labels.words(&language("pt-BR"), &language("fr"));
        let got: Vec<_> = ["a", "b", "c", "d"].map(|key| words.get(key)).into();
        assert_eq!(got, ["a br", "b pt", "c fr", "d en"]);
        assert_eq!(
            labels.words(&language("xh"), &language("yo")).get("a"),
            "a en"
        );
    }

    #[test]
    fn numbers_take_the_plural_form_of_their_language() {
        let labels = Labels::new(&Templates::built_in()).expect("built-in labels");
        let stories = |tag: &str, n| {
            let language = language(tag);
            labels.words(&language, &language).count("stories", n)
        };
        assert_eq!(stories("en", 1), "1 story");
        assert_eq!(stories("en", 9), "9 stories");
        assert_eq!(stories("fr", 1), "1 article");
        assert_eq!(stories("ko", 3), "기사 3건");
        assert_eq!(stories("ru", 3), "3 материала");
        assert_eq!(stories("ru", 5), "5 материалов");
        assert_eq!(stories("fa", 12), "۱۲ خبر");
        assert_eq!(stories("zh-TW", 12), "12 篇文章");
        assert_eq!(stories("pl", 22), "22 artykuły");
        let arabic: Vec<_> = [1, 2, 3, 11].map(|n| stories("ar", n)).into();
        assert_eq!(arabic, ["خبر واحد", "خبران", "3 أخبار", "11 خبرًا"]);
    }

    #[test]
    fn gaps_are_listed() {
        let mut content = Templates::built_in().content().clone();
        content.insert("labels/xh.toml".into(), "unsubscribe = 'Phuma'".into());
        let templates = Templates::from_content(content);
        let missing = missing_labels(&templates, &["fr", "pt-BR", "zh-TW", "xh"].map(language))
            .expect("labels");
        let counts: Vec<_> = missing.iter().map(|(_, gaps)| gaps.len()).collect();
        assert_eq!(counts[..3], [0, 0, 0]);
        assert!(counts[3] > 20 && !missing[3].1.contains(&"unsubscribe".to_owned()));
    }

    #[test]
    fn every_language_has_every_label() {
        let labels = Labels::new(&Templates::built_in()).expect("built-in labels");
        let english: Vec<_> = labels.languages[&Language::english()].keys().collect();
        for (language, words) in &labels.languages {
            assert_eq!(words.keys().collect::<Vec<_>>(), english, "{language}");
        }
    }
}
