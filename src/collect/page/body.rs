//! The text of a page's article: the element whose paragraphs it is.

use std::collections::HashMap;

use ego_tree::NodeId;
use scraper::{ElementRef, Html, node::Element};

use super::dom::{self, Weights};

/// Words in classes and ids of what holds an article's text, each alone or two together.
const HOLDERS: [&str; 26] = [
    "articlebody",
    "article-body",
    "article-content",
    "article-text",
    "articletext",
    "articlecontent",
    "article__body",
    "article__content",
    "entry-content",
    "entrycontent",
    "post-content",
    "post-body",
    "postbody",
    "postcontent",
    "post__content",
    "story-body",
    "storybody",
    "story-content",
    "storytext",
    "story-text",
    "body-text",
    "bodytext",
    "news-content",
    "content-body",
    "main-content",
    "text-content",
];
/// How many characters of one paragraph count: a long notice shouldn't weigh more than an article.
const COUNTED: usize = 800;
/// How much prose beside it makes the element around a text the better one.
const BESIDE: f64 = 0.12;

/// The element of `tree` that holds the article's text, where one does. What stands around it is gone already.
pub fn place(tree: &Html) -> Option<NodeId> {
    let root = dom::first(tree, "body").unwrap_or_else(|| tree.root_element());
    let weights = dom::weigh(root);
    match best(root, &weights) {
        Some(best) => Some(widened(best, &weights).id()),
        // A text of a few words has no paragraphs to know it by
        None => [
            "[itemprop~=articleBody]",
            "article",
            "main, [role=main]",
            "body",
        ]
        .iter()
        .filter_map(|holder| dom::first(tree, holder))
        .find(|holder| {
            weights
                .get(&holder.id())
                .is_some_and(|weight| weight.text > 0)
        })
        .map(|holder| holder.id()),
    }
}

/// The element whose paragraphs are the most, weighed by what it is.
fn best<'a>(root: ElementRef<'a>, weights: &Weights) -> Option<ElementRef<'a>> {
    let mut credits: HashMap<NodeId, f64> = HashMap::new();
    for element in root.descendent_elements() {
        let Some(weight) = weights.get(&element.id()) else {
            continue;
        };
        let prose = own_prose(element, weights, weight.prose);
        if prose == 0 {
            continue;
        }
        #[expect(clippy::cast_precision_loss, reason = "a score needs no more")]
        let credit = prose.min(COUNTED) as f64 * (1.0 - weight.link_share());
        let is_paragraph = matches!(
            element.value().name(),
            "p" | "pre" | "blockquote" | "dd" | "li"
        );
        if !is_paragraph {
            *credits.entry(element.id()).or_default() += credit * 1.2;
        }
        for (around, share) in element
            .ancestors()
            .filter_map(ElementRef::wrap)
            .zip([1.0, 0.6, 0.3])
        {
            *credits.entry(around.id()).or_default() += credit * share;
        }
    }
    let score = |element: &ElementRef| {
        let credit = credits.get(&element.id()).copied().unwrap_or_default();
        let links = weights
            .get(&element.id())
            .map_or(0.0, dom::Weight::link_share);
        credit * (1.0 - links) * favour(element.value())
    };
    std::iter::once(root)
        .chain(root.descendent_elements())
        .filter(|element| credits.contains_key(&element.id()))
        .max_by(|one, other| score(one).total_cmp(&score(other)))
}

/// The prose that stands in an element and in no block inside it.
fn own_prose(element: ElementRef, weights: &Weights, prose: usize) -> usize {
    let inner: usize = element
        .child_elements()
        .filter_map(|child| weights.get(&child.id()))
        .map(|weight| weight.prose)
        .sum();
    prose.saturating_sub(inner)
}

/// How much more, or less, an element is trusted for what it says it is.
fn favour(element: &Element) -> f64 {
    let property = element
        .attr("itemprop")
        .or_else(|| element.attr("property"))
        .unwrap_or_default();
    if property
        .split(' ')
        .any(|name| matches!(name.trim_start_matches("schema:"), "articleBody" | "text"))
    {
        return 3.0;
    }
    let names = [element.attr("class"), element.attr("id")];
    let named = names.into_iter().flatten().any(|names| {
        let names = names.to_ascii_lowercase();
        HOLDERS.iter().any(|holder| names.contains(holder))
    });
    match element.name() {
        _ if named => 2.0,
        "article" => 1.5,
        "main" => 1.2,
        "p" | "span" | "a" | "li" | "ul" | "ol" | "form" | "figure" | "figcaption" => 0.5,
        "header" | "footer" | "aside" => 0.3,
        _ => 1.0,
    }
}

/// The element around `found`, as long as it holds notably more of the text: an article in several sections.
fn widened<'a>(found: ElementRef<'a>, weights: &Weights) -> ElementRef<'a> {
    let prose = |element: &ElementRef| {
        #[expect(clippy::cast_precision_loss, reason = "a share needs no more")]
        weights
            .get(&element.id())
            .map_or(0.0, |weight| weight.prose as f64)
    };
    let mut best = found;
    let mut current = found;
    for around in found.ancestors().filter_map(ElementRef::wrap).take(3) {
        if matches!(around.value().name(), "body" | "html") || favour(best.value()) >= 2.0 {
            break;
        }
        let links = weights
            .get(&around.id())
            .map_or(1.0, dom::Weight::link_share);
        if prose(&around) > prose(&current) * (1.0 + BESIDE) && links < 0.35 {
            best = around;
        }
        current = around;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::plain;

    const TEXT: &str = "This is a sentence of the article, long enough to be one.";

    fn text_of(html: &str) -> String {
        let tree = Html::parse_document(html);
        let place = place(&tree)
            .and_then(|id| tree.tree.get(id))
            .and_then(ElementRef::wrap);
        place
            .map(|place| plain::from_html(&place.inner_html()))
            .unwrap_or_default()
    }

    #[test]
    fn the_text_is_where_the_paragraphs_are() {
        let paragraphs = format!("<p>{TEXT}</p>").repeat(3);
        let expected = [TEXT; 3].join("\n\n");
        for html in [
            format!(
                "<div><a href=/>Home</a> <a href=/x>News</a></div><div id=a>{paragraphs}</div><div><p>Short notice of rights.</p></div>"
            ),
            format!("<div><div>{paragraphs}</div></div><div><p>{TEXT}</p></div>"),
            format!(
                "<table><tr><td>{TEXT}<br><br>{TEXT}<br><br>{TEXT}</td><td><a href=/>Home</a></td></tr></table>"
            ),
        ] {
            assert_eq!(text_of(&html), expected, "{html}");
        }
    }

    #[test]
    fn a_text_in_sections_is_whole() {
        let html = format!(
            "<div><section><p>{TEXT}</p><p>{TEXT}</p></section><section><p>{TEXT}</p></section></div>"
        );
        assert_eq!(text_of(&html), [TEXT; 3].join("\n\n"));
    }

    #[test]
    fn a_few_words_are_a_text_too() {
        assert_eq!(
            text_of("<nav>x</nav><article>Three words here</article>"),
            "Three words here"
        );
        assert_eq!(text_of(""), "");
    }
}
