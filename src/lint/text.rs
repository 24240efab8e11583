//! The plain-text part: T, and what it must say for P.

use unicode_width::UnicodeWidthStr as _;

use super::{Findings, Setup, parts::Parts};

pub(super) fn check(parts: &Parts, setup: &Setup, findings: &mut Findings) {
    let Some((text, flowed)) = &parts.text else {
        findings.tell("T00", "", "no plain-text part");
        return;
    };
    findings.tell_if(!flowed, "T02", "", "the text isn't flowed");
    for line in text.lines() {
        let columns = line.width();
        let has_link = line.contains("://") || line.contains("mailto:") || line.contains('@');
        findings.tell_if(
            columns > 78 && !has_link,
            "T01",
            line,
            "a line over 78 columns",
        );
        let hidden = |c: char| {
            c == '\t'
                || matches!(
                    c,
                    '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{202a}'..='\u{202e}'
                )
        };
        findings.tell_if(
            line.contains(hidden),
            "T06",
            line,
            "a character that nobody sees",
        );
    }
    for residue in residues(text) {
        findings.tell("T04", residue, "markup in plain text");
    }
    let leaves = text.contains("https://") && text.contains("/u/") || text.contains("mailto:");
    let link = leave_link(parts);
    findings.tell_if(
        !link.map_or(leaves, |link| text.contains(&link)),
        "T05",
        "",
        "no link to leave in the text",
    );
    findings.tell_if(
        !text.lines().any(|line| line == "-- "),
        "T08",
        "",
        "no line `-- ` above the footer",
    );
    said(text, "the text", setup, findings);
}

/// What both parts must say.
pub(super) fn said(text: &str, part: &str, setup: &Setup, findings: &mut Findings) {
    let flat = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let all = flat(text);
    for (wanted, id, what) in [
        (&setup.postal_address, "P01", "no postal address"),
        (&setup.publisher, "P02", "no sender's name"),
    ] {
        let missing = !wanted.is_empty() && !all.contains(&flat(wanted));
        findings.tell_if(missing, id, wanted.clone(), format!("{what} in {part}"));
    }
}

/// The link to leave of the header, by which those in the parts are known: its token is in all of them.
pub(super) fn leave_link(parts: &Parts) -> Option<String> {
    let value = parts.one("list-unsubscribe");
    let links = value.split(['<', '>', ',', ' ']);
    let token = links
        .filter_map(|link| link.rsplit(['/', '=', '?', ' ']).next())
        .map(|token| token.trim_start_matches("unsubscribe%20"))
        .find(|token| token.len() >= 26)?;
    Some(token.to_owned())
}

/// Tags, entities, and a template's braces.
fn residues(text: &str) -> impl Iterator<Item = &str> {
    let tag = |word: &str| {
        let inner = word
            .strip_prefix('<')
            .map(|word| word.trim_start_matches('/'));
        let name = inner.map(|inner| inner.split(['>', ' ', '/']).next().unwrap_or_default());
        name.is_some_and(|name| {
            [
                "p", "br", "a", "div", "span", "table", "td", "tr", "img", "b", "i", "em", "strong",
            ]
            .contains(&name)
        })
    };
    let entity = |word: &str| {
        [
            "&amp;", "&nbsp;", "&lt;", "&gt;", "&quot;", "&#39;", "&#x27;",
        ]
        .iter()
        .any(|entity| word.contains(entity))
    };
    let braces = |word: &str| word.contains("{{") || word.contains("}}") || word.contains("{%");
    text.split_whitespace()
        .filter(move |word| tag(word) || entity(word) || braces(word))
}
