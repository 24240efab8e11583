//! A page as a tree: parsed once, never deeper than is sound, and asked in few words.

use std::collections::HashMap;

use ego_tree::{NodeId, iter::Edge};
use scraper::{ElementRef, Html, Node, Selector, node::Element};

use super::shallow::shallow;
use crate::collect::plain;

/// The tree of `html`, whose elements are nested at most `max_depth` deep; deeper ones lend their text to those above.
#[must_use]
pub fn parse(html: &str, max_depth: usize) -> Html {
    Html::parse_document(&shallow(html, max_depth))
}

/// All elements that `css` selects, in the page's order.
pub fn all<'a>(tree: &'a Html, css: &str) -> Vec<ElementRef<'a>> {
    tree.select(&selector(css)).collect()
}

/// The first element that `css` selects.
pub fn first<'a>(tree: &'a Html, css: &str) -> Option<ElementRef<'a>> {
    tree.select(&selector(css)).next()
}

/// The first element inside `element` that `css` selects.
pub fn inside<'a>(element: ElementRef<'a>, css: &str) -> Option<ElementRef<'a>> {
    element.select(&selector(css)).next()
}

/// How many octets of an element's text are read: what is longer is a text, and no title, name or date.
const LONGEST: usize = 4000;

/// The text that an element shows, on one line: its beginning, where it is long.
pub fn text(element: ElementRef) -> String {
    let mut text = String::new();
    let mut hidden = 0_usize;
    for edge in element.traverse() {
        if text.len() > LONGEST {
            break;
        }
        match edge {
            Edge::Open(node) => match node.value() {
                Node::Text(piece) if hidden == 0 => text.push_str(piece),
                Node::Element(inner) => {
                    hidden += usize::from(is_silent(inner));
                    if !is_inline(inner.name()) {
                        text.push(' ');
                    }
                }
                _ => {}
            },
            Edge::Close(node) => {
                if let Node::Element(inner) = node.value() {
                    hidden -= usize::from(is_silent(inner));
                    if !is_inline(inner.name()) {
                        text.push(' ');
                    }
                }
            }
        }
    }
    plain::one_line(&text)
}

/// The words of an element's classes and id: `post-authorBox` has `post`, `author` and `box`.
pub fn names(element: &Element) -> Vec<String> {
    let mut words = Vec::new();
    for value in [element.attr("class"), element.attr("id")]
        .into_iter()
        .flatten()
    {
        let mut word = String::new();
        for c in value.chars() {
            let starts = c.is_uppercase() && word.chars().last().is_some_and(char::is_lowercase);
            if (starts || !c.is_alphanumeric()) && !word.is_empty() {
                words.push(std::mem::take(&mut word).to_lowercase());
            }
            if c.is_alphanumeric() {
                word.push(c);
            }
        }
        if !word.is_empty() {
            words.push(word.to_lowercase());
        }
    }
    words
}

/// Whether an element runs within a line of text.
pub fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "acronym"
            | "b"
            | "bdi"
            | "bdo"
            | "big"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "ins"
            | "kbd"
            | "label"
            | "mark"
            | "q"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "wbr"
    )
}

/// Whether an element holds text that nobody reads.
fn is_silent(element: &Element) -> bool {
    matches!(
        element.name(),
        "script" | "style" | "template" | "noscript" | "iframe" | "svg"
    )
}

/// Takes the elements of `ids` out of the tree, with all that is in them.
pub fn remove(tree: &mut Html, ids: impl IntoIterator<Item = NodeId>) {
    for id in ids {
        if let Some(mut node) = tree.tree.get_mut(id) {
            node.detach();
        }
    }
}

/// Gives the element `id` another value of an attribute.
pub fn set_attribute(tree: &mut Html, id: NodeId, name: &str, value: &str) {
    let Some(mut node) = tree.tree.get_mut(id) else {
        return;
    };
    let Node::Element(element) = node.value() else {
        return;
    };
    if let Some((_, known)) = element
        .attrs
        .iter_mut()
        .find(|(known, _)| &*known.local == name)
    {
        *known = value.into();
    } else if let Some((other, _)) = element.attrs.first() {
        let mut new = other.clone();
        new.local = name.into();
        element.attrs.push((new, value.into()));
        // The order that `Element::attr` searches by
        element
            .attrs
            .sort_unstable_by(|one, other| one.0.cmp(&other.0));
    }
}

/// How much text is in each element: counted once, from the leaves up.
pub type Weights = HashMap<NodeId, Weight>;

/// How much text is in an element, in characters that aren't spaces.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weight {
    /// All of it.
    pub text: usize,
    /// That of links.
    pub linked: usize,
    /// That of whole paragraphs: sentences, not labels.
    pub prose: usize,
    /// That which stands in the element itself, within no block inside it.
    pub own: usize,
    /// How many figures and quotations are in it.
    pub figures: usize,
}

impl Weight {
    /// The share of its text that is links.
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more")]
    pub fn link_share(&self) -> f64 {
        self.linked as f64 / self.text.max(1) as f64
    }
}

/// The characters that make a paragraph of a `p`, and of text that stands in no paragraph.
const PARAGRAPH: usize = 20;
const BARE: usize = 80;

/// Weighs each element under `root`.
pub fn weigh(root: ElementRef) -> Weights {
    let mut weights = Weights::new();
    let mut open: Vec<(Weight, usize)> = Vec::new();
    for edge in root.traverse() {
        match edge {
            Edge::Open(node) => match node.value() {
                Node::Element(_) => open.push((Weight::default(), 0)),
                Node::Text(text) => {
                    if let Some((weight, _)) = open.last_mut() {
                        let length = text.chars().filter(|c| !c.is_whitespace()).count();
                        weight.text += length;
                        weight.own += length;
                    }
                }
                _ => {}
            },
            Edge::Close(node) => {
                let Node::Element(element) = node.value() else {
                    continue;
                };
                let Some((mut weight, _)) = open.pop() else {
                    continue;
                };
                if element.name() == "a" {
                    weight.linked = weight.text;
                }
                let inline = is_inline(element.name());
                let own = weight.own.saturating_sub(weight.linked);
                if !inline && own >= least(element.name()) {
                    weight.prose += own;
                }
                weights.insert(node.id(), weight);
                if let Some((parent, _)) = open.last_mut() {
                    parent.text += weight.text;
                    parent.linked += weight.linked;
                    parent.prose += weight.prose;
                    let is_figure = matches!(element.name(), "figure" | "blockquote");
                    parent.figures += weight.figures + usize::from(is_figure);
                    if inline {
                        parent.own += weight.own;
                    }
                }
            }
        }
    }
    weights
}

fn least(name: &str) -> usize {
    match name {
        "p" | "pre" | "blockquote" | "dd" => PARAGRAPH,
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "figcaption" | "caption" | "button" => usize::MAX,
        _ => BARE,
    }
}

/// The selector of a constant text.
#[expect(
    clippy::expect_used,
    reason = "every selector is a constant of this folder, and the tests use each"
)]
pub fn selector(css: &str) -> Selector {
    Selector::parse(css).expect("a constant selector is valid")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_ids_are_words() {
        let tree = Html::parse_fragment("<div class='post-authorBox LEAD' id=x_1>");
        let div = first(&tree, "div").unwrap();
        assert_eq!(
            names(div.value()),
            ["post", "author", "box", "lead", "x", "1"]
        );
    }

    #[test]
    fn text_is_what_is_seen_and_blocks_part_words() {
        let tree = Html::parse_fragment("<div>a<b>b</b><p>c</p>d<script>e</script></div>");
        assert_eq!(text(first(&tree, "div").unwrap()), "ab c d");
    }

    #[test]
    fn prose_is_paragraphs_and_not_links_or_labels() {
        let tree = Html::parse_fragment(
            "<div><p>Twenty characters and more of it.</p><p><a>Twenty characters and more of it.</a></p><p>Label</p></div>",
        );
        let div = first(&tree, "div").unwrap();
        let weight = weigh(div)[&div.id()];
        assert_eq!((weight.text, weight.linked, weight.prose), (61, 28, 28));
    }
}
