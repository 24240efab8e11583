//! The HTML part as a frame of the page shows it.
//!
//! Two things are changed for the frame's sake, and nothing in the file: links open beside the page, and where a view asks for it the media
//! queries for light and dark are decided by the view and not by the system, so that both can be looked at on any machine.

/// Which colours a view asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    /// As on a system set to light.
    Light,
    /// As on a system set to dark.
    Dark,
}

impl Scheme {
    /// The value of CSS's `color-scheme`.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The part, for a frame.
pub(super) fn framed(html: &str, scheme: Option<Scheme>) -> String {
    let html = match scheme {
        Some(scheme) => decided(html, scheme),
        None => html.to_owned(),
    };
    with_links_beside(&html)
}

/// `base` with a target, as the head's first child. Without a head there is no place for it: links then stay in the frame.
fn with_links_beside(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let open = lower
        .match_indices("<head")
        .map(|(at, _)| at + "<head".len())
        .find(|&at| lower[at..].starts_with(['>', ' ', '\r', '\n', '\t']));
    match open.and_then(|at| Some(at + lower[at..].find('>')? + 1)) {
        Some(at) => format!("{}<base target=\"_blank\">{}", &html[..at], &html[at..]),
        None => html.to_owned(),
    }
}

/// The media queries `(prefers-color-scheme: …)` made always or never true.
fn decided(html: &str, scheme: Scheme) -> String {
    const FEATURE: &str = "(prefers-color-scheme";
    let lower = html.to_ascii_lowercase();
    let mut out = String::with_capacity(html.len());
    let mut kept = 0;
    for (at, _) in lower.match_indices(FEATURE) {
        // One inside another is part of what was replaced.
        if at < kept {
            continue;
        }
        let Some(length) = lower[at..].find(')') else {
            break;
        };
        let end = at + length + 1;
        let wanted = lower[at + FEATURE.len()..end - 1]
            .trim_start_matches([' ', ':'])
            .trim_end();
        let answer = if wanted == scheme.as_str() {
            "(min-width:0)"
        } else {
            "(max-width:0)"
        };
        out.push_str(&html[kept..at]);
        out.push_str(answer);
        kept = end;
    }
    out.push_str(&html[kept..]);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_view_decides_the_queries_for_light_and_dark() {
        let html = "@media screen and (prefers-color-scheme: DARK){a} @media (prefers-color-scheme:light){b}";
        assert_eq!(
            framed(html, Some(Scheme::Dark)),
            "@media screen and (min-width:0){a} @media (max-width:0){b}"
        );
        assert_eq!(
            framed(html, Some(Scheme::Light)),
            "@media screen and (max-width:0){a} @media (min-width:0){b}"
        );
        assert_eq!(framed(html, None), html);
    }

    #[test]
    fn links_open_beside_the_page() {
        assert_eq!(
            framed("<HEAD lang=a><title>", None),
            "<HEAD lang=a><base target=\"_blank\"><title>"
        );
        assert_eq!(framed("<header><p>", None), "<header><p>");
    }

    proptest! {
        #[test]
        fn any_html_can_be_framed(html in "(<head|>|\\(prefers-color-scheme|: ?|dark|light|\\)|[é한 a-z]){0,30}") {
            framed(&html, Some(Scheme::Dark));
        }
    }
}
