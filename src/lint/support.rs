//! W08: what mail clients leave out, by the data of caniemail.

use std::{collections::BTreeSet, sync::LazyLock};

use scraper::ElementRef;

use super::{Findings, html::tag};

static DATA: &str = include_str!("support.tsv");

/// Layout hangs on these; whatever else a client leaves out is decoration.
const LAYOUT: [&str; 17] = [
    "css-display-flex",
    "css-display-grid",
    "css-position",
    "css-float",
    "css-variables",
    "css-unit-rem",
    "css-unit-calc",
    "css-unit-vw",
    "css-unit-vh",
    "css-gap",
    "css-grid-template",
    "css-flex-direction",
    "css-background-image",
    "css-transform",
    "css-at-import",
    "css-column-count",
    "css-object-fit",
];

/// The clients, and for each feature their letters.
struct Table {
    clients: Vec<&'static str>,
    rows: Vec<(&'static str, &'static str)>,
}

/// The clients that leave a feature out, by its name in the data.
fn without(feature: &str) -> Vec<&'static str> {
    static TABLE: LazyLock<Table> = LazyLock::new(|| {
        let mut rows = DATA.lines().filter(|row| !row.starts_with('#'));
        let clients = rows.next().unwrap_or_default().split('\t').skip(1);
        Table {
            clients: clients.collect(),
            rows: rows.filter_map(|row| row.split_once('\t')).collect(),
        }
    });
    let Table { clients, rows } = &*TABLE;
    let Ok(at) = rows.binary_search_by(|(name, _)| (*name).cmp(feature)) else {
        return Vec::new();
    };
    let letters = rows[at].1.chars();
    let missing = clients
        .iter()
        .zip(letters)
        .filter(|(_, letter)| *letter == 'n');
    missing.map(|(client, _)| *client).collect()
}

pub(super) fn check(html: &str, elements: &[ElementRef], findings: &mut Findings) {
    let mut decoration = BTreeSet::new();
    let mut tell = |feature: String, place: String, findings: &mut Findings| {
        let clients = without(&feature);
        if clients.is_empty() {
            return;
        }
        if LAYOUT.contains(&feature.as_str()) {
            let short = feature.trim_start_matches("css-");
            findings.tell(
                "W08",
                place,
                format!("{short}, which {} leave out", clients.join(", ")),
            );
        } else {
            decoration.insert(feature);
        }
    };
    for element in elements {
        for feature in of_style(element.attr("style").unwrap_or_default()) {
            tell(feature, tag(element), findings);
        }
        if ["head", "body", "style", "meta"].contains(&element.value().name()) {
            continue;
        }
        tell(
            format!("html-{}", element.value().name()),
            tag(element),
            findings,
        );
    }
    for style in html.split("<style>").skip(1) {
        let block = style.split("</style>").next().unwrap_or_default();
        for declarations in block.split('{').skip(1) {
            let declarations = declarations.split('}').next().unwrap_or_default();
            for feature in of_style(declarations) {
                tell(feature, declarations.to_owned(), findings);
            }
        }
        if block.contains("@import") {
            tell("css-at-import".to_owned(), "@import".to_owned(), findings);
        }
    }
    if !decoration.is_empty() {
        let names = decoration
            .iter()
            .map(|name| name.trim_start_matches("css-").trim_start_matches("html-"));
        findings.tell(
            "W08I",
            names.collect::<Vec<_>>().join(", "),
            "features that some clients leave out",
        );
    }
}

/// The features that declarations use.
fn of_style(style: &str) -> Vec<String> {
    let mut features = Vec::new();
    for (name, value) in style
        .split(';')
        .filter_map(|declaration| declaration.split_once(':'))
    {
        let (name, value) = (name.trim().to_lowercase(), value.trim().to_lowercase());
        if name.starts_with("--") || value.contains("var(") {
            features.push("css-variables".to_owned());
        }
        match name.as_str() {
            "display" => features.push(format!(
                "css-display-{}",
                value
                    .trim_start_matches("inline-")
                    .split(' ')
                    .next()
                    .unwrap_or_default()
            )),
            "position" if value.starts_with("static") => {}
            "row-gap" | "column-gap" => features.push("css-gap".to_owned()),
            "background" if value.contains("url(") => {
                features.push("css-background-image".to_owned());
            }
            _ => features.push(format!("css-{name}")),
        }
        for (unit, feature) in [
            ("rem", "css-unit-rem"),
            ("vw", "css-unit-vw"),
            ("vh", "css-unit-vh"),
        ] {
            let used = value.split([' ', ',', '(', ')']).any(|word| {
                word.strip_suffix(unit)
                    .is_some_and(|number| number.parse::<f64>().is_ok())
            });
            if used {
                features.push(feature.to_owned());
            }
        }
        if value.contains("calc(") {
            features.push("css-unit-calc".to_owned());
        }
    }
    features
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_is_sorted_and_says_who_leaves_what_out() {
        let names: Vec<_> = DATA.lines().skip(3).collect();
        assert!(names.is_sorted());
        assert!(without("css-display-flex").contains(&"Outlook for Windows"));
        assert!(without("css-display-grid").contains(&"Gmail"));
        assert!(without("css-font-size").is_empty());
    }

    #[test]
    fn features_are_found_in_declarations() {
        assert_eq!(
            of_style("display: inline-flex; width: calc(1px + 2rem)"),
            [
                "css-display-flex",
                "css-width",
                "css-unit-rem",
                "css-unit-calc"
            ][..]
        );
        assert!(of_style("display:none").contains(&"css-display-none".to_owned()));
    }
}
