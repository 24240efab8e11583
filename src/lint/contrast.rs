//! A02 and A03: how well text is read on what lies behind it, by day and by night (WCAG 2.2, 1.4.3).
//!
//! By day the colours are those in the elements' own styles; by night, those rules of the head that stand in
//! `@media (prefers-color-scheme: dark)` and select by one class or element come over them, as clients apply them.

use std::collections::HashMap;

use scraper::{ElementRef, Html, Node};

use super::{Findings, html::is_hidden};
use crate::domain::Colour;

/// Colours by selector: a class with its dot, or an element's name.
type Rules = HashMap<String, Vec<(String, String)>>;

pub(super) fn check(html: &str, document: &Html, findings: &mut Findings) {
    let night = dark_rules(html);
    for node in document.tree.nodes() {
        let Node::Text(text) = node.value() else {
            continue;
        };
        let text = text.trim();
        let Some(element) = node.parent().and_then(ElementRef::wrap) else {
            continue;
        };
        let around: Vec<_> = std::iter::once(element)
            .chain(element.ancestors().filter_map(ElementRef::wrap))
            .collect();
        let unread = ["style", "title", "script", "head"];
        let skipped =
            |outer: &ElementRef| is_hidden(outer) || unread.contains(&outer.value().name());
        if !text.chars().any(char::is_alphanumeric) || around.iter().any(skipped) {
            continue;
        }
        let size = around
            .iter()
            .find_map(|outer| pixels(&own(outer, "font-size")?));
        if let Some(size) = size.filter(|size| *size < 14.0) {
            findings.tell("A03", text, format!("text of {size} pixels"));
        }
        let bold = around
            .iter()
            .find_map(|outer| own(outer, "font-weight"))
            .is_some_and(|weight| weight == "bold" || weight.as_str() >= "700");
        let large = size.is_some_and(|size| size >= 24.0 || bold && size >= 18.66);
        let needed = if large { 3.0 } else { 4.5 };
        for (scheme, rules) in [("light", &Rules::new()), ("dark", &night)] {
            if scheme == "dark" && rules.is_empty() {
                continue;
            }
            let of = |property: &str| {
                around
                    .iter()
                    .find_map(|outer| colour(outer, property, rules))
            };
            let ink = of("color").unwrap_or(Colour::new([0; 3]));
            let behind = of("background-color").unwrap_or(Colour::new([255; 3]));
            let ratio = ink.contrast(behind);
            if ratio < needed {
                findings.tell(
                    "A02",
                    text,
                    format!("contrast {ratio:.2} ({ink} on {behind}, {scheme})"),
                );
            }
        }
    }
}

/// A property of an element's own style.
fn own(element: &ElementRef, property: &str) -> Option<String> {
    let style = element.attr("style")?;
    let declarations = style
        .split(';')
        .filter_map(|declaration| declaration.split_once(':'));
    declarations
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case(property))
        .map(|(_, value)| value.trim().to_lowercase())
        .next_back()
}

fn colour(element: &ElementRef, property: &str, rules: &Rules) -> Option<Colour> {
    let classes = element.value().classes().map(|class| format!(".{class}"));
    let selectors = classes.chain([element.value().name().to_owned()]);
    let over = selectors
        .filter_map(|selector| rules.get(&selector))
        .flatten()
        .filter(|(name, _)| name == property)
        .map(|(_, value)| value.clone())
        .last();
    over.or_else(|| own(element, property))
        .or_else(|| {
            element
                .attr("bgcolor")
                .filter(|_| property == "background-color")
                .map(str::to_owned)
        })
        .and_then(|value| value.split_whitespace().next()?.parse().ok())
}

fn pixels(size: &str) -> Option<f64> {
    size.strip_suffix("px")?.trim().parse().ok()
}

/// The rules for the night.
fn dark_rules(html: &str) -> Rules {
    let mut rules = Rules::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once("(prefers-color-scheme: dark)") {
        rest = after;
        let Some((_, block)) = after.split_once('{') else {
            break;
        };
        let mut block = block;
        while let Some((selectors, after)) = block.split_once('{') {
            if selectors.contains('}') {
                break;
            }
            let Some((declarations, after)) = after.split_once('}') else {
                break;
            };
            for selector in selectors.split(',') {
                for (name, value) in declarations
                    .split(';')
                    .filter_map(|each| each.split_once(':'))
                {
                    let value = value.replace("!important", "").trim().to_lowercase();
                    let declared = (name.trim().to_lowercase(), value);
                    rules
                        .entry(selector.trim().to_owned())
                        .or_default()
                        .push(declared);
                }
            }
            block = after;
            if block.trim_start().starts_with('}') {
                break;
            }
        }
    }
    rules
}
