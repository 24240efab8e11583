//! What a page is: one article, or a list of links to articles.

use scraper::Html;
use url::Url;

use super::{
    article::Page,
    cards::{Card, cards},
    dom,
};
use crate::collect::{
    plain,
    raw::{RawArticle, RawText},
};

/// What is on a page.
#[derive(Debug)]
pub enum Contents {
    /// One article.
    Article(Box<RawArticle>),
    /// Links to articles, in the page's order.
    Cards(Vec<Card>),
}

/// How many cards make a page one of a section, where it doesn't say that it is an article.
const CARDS: usize = 3;
/// How many characters of text make an article of a page that says nothing.
const LONG: usize = 600;

/// What is on the page at `at`, whose elements may be nested `max_depth` deep.
#[must_use]
pub fn contents(html: &str, at: &Url, max_depth: usize) -> Contents {
    let tree = dom::parse(html, max_depth);
    let page = Page::of(&tree, Some(at));
    let (article, place) = page.article();
    let base = article.base.clone().unwrap_or_else(|| at.clone());
    let cards = cards(&tree, &base);
    let says_so = page.linked.is_article()
        || page
            .head
            .meta(&["og:type"])
            .is_some_and(|kind| kind.eq_ignore_ascii_case("article"))
        || page.head.meta(&["article:published_time"]).is_some();
    let length = match &article.body {
        RawText::Html(html) => length(&plain::from_html(html)),
        RawText::Plain(text) => length(text),
        RawText::None => 0,
    };
    let in_text = cards
        .iter()
        .filter(|card| is_inside(&tree, card, place))
        .count();
    let is_front = matches!(at.path(), "" | "/");
    let is_section = if says_so {
        is_front && cards.len() >= CARDS
    } else {
        cards.len() >= CARDS && (is_front || in_text >= CARDS || length < LONG)
    };
    if is_section {
        Contents::Cards(cards)
    } else {
        Contents::Article(Box::new(article))
    }
}

/// How long a text is in letters: a character of Chinese says as much as three of them.
fn length(text: &str) -> usize {
    text.chars()
        .map(|c| if c >= '\u{2e80}' { 3 } else { 1 })
        .sum()
}

/// Whether a card's heading stands in what was taken for the page's text: then the text is one of excerpts.
fn is_inside(tree: &Html, card: &Card, place: Option<ego_tree::NodeId>) -> bool {
    let link = card.link.and_then(|id| tree.tree.get(id));
    link.is_some_and(|link| {
        let in_heading = link
            .ancestors()
            .take(3)
            .chain(link.children())
            .filter_map(|node| node.value().as_element())
            .any(|element| matches!(element.name(), "h1" | "h2" | "h3" | "h4"));
        in_heading && link.ancestors().any(|around| Some(around.id()) == place)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cards_in(html: &str) -> Option<usize> {
        let at = Url::parse("https://agency.example/world").unwrap();
        match contents(html, &at, 256) {
            Contents::Article(_) => None,
            Contents::Cards(cards) => Some(cards.len()),
        }
    }

    fn links(count: usize, around: &str) -> String {
        let mut html = String::new();
        for n in 0..count {
            let link =
                format!("<a href=/2026/11/24/title-of-number-{n}>The title of the article {n}</a>");
            html.extend([
                "<",
                around,
                ">",
                &link,
                "</",
                around,
                "><p>An excerpt of it.</p>",
            ]);
        }
        html
    }

    #[test]
    fn a_page_of_cards_is_a_section_and_one_of_text_an_article() {
        let text = "<p>This is a sentence of the article, long enough to be one.</p>".repeat(12);
        assert_eq!(
            cards_in(&format!("<main>{}</main>", links(6, "h2"))),
            Some(6)
        );
        assert_eq!(
            cards_in(&format!(
                "<article>{text}</article><div>{}</div>",
                links(6, "div")
            )),
            None
        );
        assert_eq!(cards_in("<p>Only a few words."), None);
        let said = format!(
            "<meta property=og:type content=article><article>{text}{}</article>",
            links(6, "h3")
        );
        assert_eq!(cards_in(&said), None);
    }
}
