//! The lines between an article's title and its text: its standfirst, its byline, its date.

use ego_tree::iter::Edge;
use scraper::{Html, Node};

use super::{dom, elsewhere::Elsewhere, words};
use crate::collect::plain;

/// How many lines below a title are looked at.
const LINES: usize = 24;
/// A line of so many characters is the text.
const TEXT: usize = 200;
/// How many characters a byline or a date line has at most.
const LONGEST: usize = 120;

/// The short lines below the title of a page, until its text begins.
pub fn lines(tree: &Html, title: Option<&str>, elsewhere: &Elsewhere) -> Vec<String> {
    let Some(title) = title else {
        return Vec::new();
    };
    let heading = dom::all(tree, "h1, h2, h3, [class*=headline i], [class*=title i]")
        .into_iter()
        .take(60)
        .filter(|heading| !elsewhere.has(*heading))
        .find(|heading| words::letters(&dom::text(*heading)) == words::letters(title));
    let Some(heading) = heading else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut silent = 0_usize;
    let after = tree
        .tree
        .root()
        .traverse()
        .skip_while(|edge| !matches!(edge, Edge::Close(node) if node.id() == heading.id()))
        .skip(1);
    for edge in after {
        let (node, opens) = match edge {
            Edge::Open(node) => (node, true),
            Edge::Close(node) => (node, false),
        };
        match node.value() {
            Node::Text(text) if opens && silent == 0 => line.push_str(text),
            Node::Element(element) => {
                if matches!(
                    element.name(),
                    "script"
                        | "style"
                        | "noscript"
                        | "template"
                        | "svg"
                        | "figure"
                        | "nav"
                        | "form"
                ) {
                    silent = if opens {
                        silent + 1
                    } else {
                        silent.saturating_sub(1)
                    };
                }
                // An item of a list in a line (`span`s beside each other) is its own
                if !dom::is_inline(element.name()) || (element.name() == "span" && opens) {
                    let whole = plain::one_line(&line);
                    line.clear();
                    let length = whole.chars().count();
                    if length >= TEXT || lines.len() >= LINES {
                        break;
                    }
                    if (1..=LONGEST).contains(&length) {
                        lines.push(whole);
                    }
                }
            }
            _ => {}
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_below_the_title_end_where_the_text_begins() {
        let text = "word ".repeat(60);
        let html = format!(
            "<p>Before</p><h1>A title</h1><p>by <a href=/ana>Ana Roe</a> / 3 March 2026</p><script>x</script><p>{text}</p><p>After</p>"
        );
        let tree = Html::parse_document(&html);
        let found = lines(&tree, Some("A title"), &Elsewhere::of(&tree));
        assert_eq!(found, ["by Ana Roe / 3 March 2026"]);
        assert!(lines(&tree, Some("Another"), &Elsewhere::of(&tree)).is_empty());
    }
}
