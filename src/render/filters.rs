//! What templates can do with a text beyond Tera's own filters.

use tera::{Kwargs, State, Tera, TeraResult};
use unicode_width::UnicodeWidthStr;

use super::flow::pieces;

/// Makes the filters known.
pub(super) fn register(tera: &mut Tera) {
    tera.register_filter("shorten", shorten_filter);
    tera.register_filter("fill", fill);
    tera.register_filter("underline", underline);
}

/// `{{ title | shorten(width=60) }}`: at most so many columns, cut between words, with an ellipsis where something is missing.
#[allow(clippy::needless_pass_by_value)] // Tera's signature
fn shorten_filter(text: &str, kwargs: Kwargs, _: &State) -> TeraResult<String> {
    Ok(shorten(text, kwargs.must_get("width")?))
}

/// `{{ labels.why | fill(edition=edition.name) }}`: each value in place of its name in braces.
#[allow(clippy::needless_pass_by_value)] // Tera's signature
fn fill(text: &str, kwargs: Kwargs, _: &State) -> String {
    let values: Vec<_> = kwargs
        .iter()
        .map(|(name, value)| (format!("{{{name}}}"), value.to_string()))
        .collect();
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        let found = values.iter().find(|(name, _)| rest.starts_with(name));
        let (value, end) = found.map_or(("{", 1), |(name, value)| (value, name.len()));
        filled.push_str(value);
        rest = &rest[end..];
    }
    filled.push_str(rest);
    filled
}

/// `{{ topic.name | underline }}`: hyphens under a heading in plain text.
#[allow(clippy::needless_pass_by_value)] // Tera's signature
fn underline(text: &str, _: Kwargs, _: &State) -> String {
    "-".repeat(text.width().clamp(3, 72))
}

/// The text in at most `width` columns.
pub(super) fn shorten(text: &str, width: usize) -> String {
    let text = text.trim();
    if text.width() <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for (word, space) in pieces(text, width.saturating_sub(1).max(1)) {
        if short.width() + word.width() >= width {
            break;
        }
        short.push_str(word);
        short.push_str(space);
    }
    let end = short.trim_end_matches([
        ' ', ',', ';', ':', '.', '-', '–', '—', '،', '、', '。', '·', '/', '|', '(', '«', '“',
    ]);
    format!("{end}…")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_title_is_cut_between_words() {
        assert_eq!(shorten("Talks resume, officials say", 20), "Talks resume…");
        assert_eq!(shorten("short", 20), "short");
        assert_eq!(
            shorten("서울에서 회담이 다시 열린다", 16),
            "서울에서 회담이…"
        );
        assert_eq!(shorten("一二三四五六七八九十", 9), "一二三四…");
    }

    proptest! {
        #[test]
        fn a_shortened_text_fits(text in "\\PC{0,80}", width in 2_usize..60) {
            prop_assert!(shorten(&text, width).width() <= width.max(text.trim().width().min(width)));
        }
    }
}
