//! The language of a page's article.

use super::{head::Head, linked::Linked};
use crate::{
    collect::{language::detect, plain, raw::RawText},
    domain::Language,
};

/// How many characters of a text tell its language surely.
const TELLING: usize = 200;

/// The language that the page says, unless its text plainly is in another.
pub fn language(
    head: &Head,
    linked: &Linked,
    body: &RawText,
    summary: Option<&str>,
) -> Option<Language> {
    let stated: Vec<Language> = [
        linked.text("inLanguage"),
        head.language.clone(),
        head.meta(&[
            "og:locale",
            "content-language",
            "language",
            "dc.language",
            "dcterms.language",
        ])
        .map(str::to_owned),
    ]
    .into_iter()
    .flatten()
    .filter_map(|tag| tag.split([',', ';', ' ']).next()?.parse().ok())
    .collect();
    let text = match body {
        RawText::Html(html) => plain::from_html(html),
        RawText::Plain(text) => text.clone(),
        RawText::None => summary.unwrap_or_default().to_owned(),
    };
    let seen = (text.chars().count() >= TELLING || stated.is_empty())
        .then(|| detect(&text))
        .flatten();
    match seen {
        Some(seen) => Some(
            stated
                .into_iter()
                .find(|stated| stated.matches(&seen))
                .unwrap_or(seen),
        ),
        None => stated.into_iter().next(),
    }
}
