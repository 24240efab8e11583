//! A look's one stylesheet, in two: the rules that are written into the elements, and those that must stand in the head.
//!
//! A `style` element is dropped whole by some clients for one rule that they don't know (Gmail), so what is of another kind has
//! an element of its own: the rules for screens and colour schemes, and those of Outlook.com.

/// A stylesheet, split.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Stylesheet {
    /// The rules that are written into the elements.
    pub inlined: String,
    /// The content of each `style` element in the head.
    pub head: Vec<String>,
}

impl Stylesheet {
    /// Splits a stylesheet. Rules that begin with `@`, `:` or `[` belong into the head.
    pub fn new(css: &str) -> Self {
        let mut sheet = Self::default();
        let (mut general, mut marked) = (String::new(), String::new());
        for rule in rules(&without_comments(css)) {
            let place = match rule.chars().next() {
                Some('@' | ':') => &mut general,
                Some('[') => &mut marked,
                _ => &mut sheet.inlined,
            };
            place.push_str(rule);
            place.push('\n');
        }
        sheet.head = [general, marked]
            .into_iter()
            .filter(|rules| !rules.is_empty())
            .map(|rules| tight(&rules))
            .collect();
        sheet
    }
}

/// The rules of the topmost level, each with its block.
fn rules(css: &str) -> Vec<&str> {
    let mut rules = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    let mut quote = None;
    for (at, c) in css.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => depth = depth.saturating_sub(1),
            // `@import` and the like have no block.
            (None, ';') if depth == 0 => {}
            _ => continue,
        }
        if quote.is_none() && depth == 0 && matches!(c, '}' | ';') {
            rules.push(css[start..=at].trim());
            start = at + 1;
        }
    }
    let rest = css[start..].trim();
    if !rest.is_empty() {
        rules.push(rest);
    }
    rules
}

fn without_comments(css: &str) -> String {
    let mut kept = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, rest)| rest);
    }
    kept + rest
}

/// Without indentation and empty lines, which each mail would carry.
fn tight(css: &str) -> String {
    let rows = css.lines().map(str::trim).filter(|row| !row.is_empty());
    rows.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_for_the_head_are_apart_from_those_for_the_elements() {
        let sheet = Stylesheet::new(
            "/* a } { b */ a {color: red}\n@media (max-width: 9px) {\n  .x {color: blue}\n\n  .y {}\n}\n[data-ogsc] .x {color: green}\n.q {font-family: 'a}b'}\n:root {color-scheme: dark}",
        );
        assert_eq!(sheet.inlined, "a {color: red}\n.q {font-family: 'a}b'}\n");
        assert_eq!(
            sheet.head,
            [
                "@media (max-width: 9px) {\n.x {color: blue}\n.y {}\n}\n:root {color-scheme: dark}",
                "[data-ogsc] .x {color: green}"
            ]
        );
    }

    #[test]
    fn what_is_not_closed_is_not_lost() {
        let sheet = Stylesheet::new("a {color: red} b {color: blue /* no end");
        assert_eq!(sheet.inlined, "a {color: red}\nb {color: blue\n");
        assert_eq!(Stylesheet::new("").head, Vec::<String>::new());
    }
}
