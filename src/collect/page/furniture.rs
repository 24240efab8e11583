//! What stands around an article on its page: navigation, boxes of other stories, share bars, sign-ups, comments, notices.

use std::{collections::HashSet, sync::LazyLock};

use ego_tree::NodeId;
use scraper::{ElementRef, Html, node::Element};

use super::{
    dom::{self, Weights},
    words,
};

/// What nobody reads.
const SILENT: &str =
    "script, style, noscript, template, svg, canvas, iframe, object, embed, audio, video";
/// What no text of an article is in, unless it is all of it.
const NEVER: &str = "nav, form, button, input, select, textarea, dialog, menu, [hidden], [role=navigation], [role=search], [role=dialog], \
    [role=alert], [role=alertdialog], [role=complementary], [role=contentinfo], [role=banner], [role=menu], [role=toolbar], [role=tablist], \
    [role=status], [aria-modal=true]";
/// What may hold an article's text where nothing else does.
const MAYBE: &str =
    "aside, footer, [aria-hidden=true], [style*='display:none' i], [style*='display: none' i]";

/// Words in classes and ids of what is no part of a text.
static NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    words::set(
        "ad ads advert adverts advertisement advertising adslot adunit adbox adsbygoogle sponsor sponsored sponsors \
     promo promos promotion promobox outbrain taboola dfp share shares sharing sharebar sharebox sharetools \
     sharethis addthis addtoany social socials socialmedia follow related relatedposts recommended recommendation \
     recommendations recirc recirculation trending popular mostread mostpopular readmore comment comments \
     commentlist disqus respond replies newsletter newsletters subscribe subscription signup optin mailchimp \
     cookie cookies consent gdpr nav navbar navigation navi subnav menu breadcrumb breadcrumbs pagination pager \
     paging sidebar masthead footer toolbar tools toolbox widget widgets tags taglist tagcloud authorbox bio \
     byline postmeta metadata timestamp pubdate dateline popup modal overlay tooltip lightbox skip hide print \
     slideshow teaser teasers rail",
    )
});
/// The same in two words that stand together.
const PAIRS: [(&str, &str); 32] = [
    ("author", "box"),
    ("author", "info"),
    ("author", "bio"),
    ("about", "author"),
    ("author", "description"),
    ("post", "meta"),
    ("entry", "meta"),
    ("article", "meta"),
    ("article", "tags"),
    ("post", "tags"),
    ("see", "also"),
    ("read", "more"),
    ("read", "next"),
    ("more", "stories"),
    ("more", "from"),
    ("more", "on"),
    ("also", "read"),
    ("up", "next"),
    ("most", "read"),
    ("most", "viewed"),
    ("screen", "reader"),
    ("sr", "only"),
    ("visually", "hidden"),
    ("sign", "up"),
    ("call", "action"),
    ("entry", "footer"),
    ("post", "footer"),
    ("article", "footer"),
    ("post", "navigation"),
    ("post", "author"),
    ("photo", "credit"),
    ("image", "credit"),
];
/// Headings after which nothing of the article comes.
const HEADINGS: [&str; 30] = [
    "related",
    "related articles",
    "related stories",
    "related posts",
    "related content",
    "related links",
    "read more",
    "more stories",
    "more from",
    "see also",
    "you may also like",
    "you might also like",
    "recommended",
    "recommended for you",
    "trending",
    "most popular",
    "most read",
    "comments",
    "leave a comment",
    "leave a reply",
    "share this",
    "share",
    "about the author",
    "lire aussi",
    "a lire aussi",
    "mehr zum thema",
    "lesen sie auch",
    "lea también",
    "te puede interesar",
    "leggi anche",
];
/// Words that a paragraph opens with which only leads away.
const LEADS_AWAY: [&str; 24] = [
    "read more",
    "read also",
    "also read",
    "read next",
    "read:",
    "see also",
    "related:",
    "more:",
    "watch:",
    "advertisement",
    "share this",
    "follow us",
    "click here",
    "sign up",
    "subscribe",
    "lire aussi",
    "à lire aussi",
    "lesen sie auch",
    "mehr zum thema",
    "leia também",
    "lea también",
    "leggi anche",
    "читайте также",
    "loading",
];

/// Takes out of a page what is never a part of a text.
pub fn clear(tree: &mut Html) {
    let silent: Vec<NodeId> = dom::all(tree, SILENT)
        .into_iter()
        .map(|element| element.id())
        .collect();
    dom::remove(tree, silent);
    let never: Vec<NodeId> = {
        let weights = dom::weigh(tree.root_element());
        // ASP.NET puts a whole page into one form
        let never = dom::all(tree, NEVER)
            .into_iter()
            .filter(|element| share(&weights, *element, tree) < 0.5);
        never.map(|element| element.id()).collect()
    };
    dom::remove(tree, never);
    let named: Vec<NodeId> = {
        let weights = dom::weigh(tree.root_element());
        let maybe = dom::all(tree, MAYBE)
            .into_iter()
            .filter(|element| share(&weights, *element, tree) < 0.4);
        let named = tree
            .root_element()
            .descendent_elements()
            .filter(|element| {
                !dom::is_inline(element.value().name()) || element.value().name() == "span"
            })
            .filter(|element| {
                is_named_so(element.value()) && share(&weights, *element, tree) < 0.3
            });
        maybe.chain(named).map(|element| element.id()).collect()
    };
    dom::remove(tree, named);
}

/// Takes out of a page that links articles what links none: scripts, forms, navigation, its head and its foot.
pub fn clear_around_cards(tree: &mut Html) {
    const AROUND: &str = "nav, footer, form, dialog, menu, [role=navigation], [role=search], [role=contentinfo], [role=dialog], [role=menu], [hidden], \
        body > header, [class*=breadcrumb i], [id=footer], [class*=comment i], [class*=cookie i]";
    let around: Vec<NodeId> = dom::all(tree, SILENT)
        .into_iter()
        .chain(dom::all(tree, AROUND))
        .filter(|element| !matches!(element.value().name(), "body" | "html" | "main" | "article"))
        .map(|element| element.id())
        .collect();
    dom::remove(tree, around);
}

/// The share of the page's prose that is in an element.
#[expect(clippy::cast_precision_loss, reason = "a share needs no more")]
fn share(weights: &Weights, element: ElementRef, tree: &Html) -> f64 {
    let prose = |id| weights.get(&id).map_or(0, |weight| weight.prose);
    prose(element.id()) as f64 / prose(tree.root_element().id()).max(1) as f64
}

fn is_named_so(element: &Element) -> bool {
    if matches!(
        element.name(),
        "body" | "html" | "article" | "main" | "p" | "h1" | "blockquote"
    ) {
        return false;
    }
    let names = dom::names(element);
    names.iter().any(|name| NAMES.contains(name.as_str()))
        || names
            .windows(2)
            .any(|two| PAIRS.contains(&(two[0].as_str(), two[1].as_str())))
}

/// Takes out of an article's element what is no text of it: lists of links, what leads away, its title, its end of other
/// stories. `is_title` knows the title again.
pub fn trim(tree: &mut Html, place: NodeId, is_title: &dyn Fn(&str) -> bool) {
    let Some(element) = tree.tree.get(place).and_then(ElementRef::wrap) else {
        return;
    };
    let weights = dom::weigh(element);
    let whole = weights.get(&place).copied().unwrap_or_default();
    let mut needless = Vec::new();
    let mut gone = HashSet::new();
    let mut before_text = true;
    for inner in element.descendent_elements().skip(1) {
        let Some(weight) = weights.get(&inner.id()) else {
            continue;
        };
        if inner
            .parent()
            .is_some_and(|around| gone.contains(&around.id()))
        {
            gone.insert(inner.id());
            continue;
        }
        let name = inner.value().name();
        let text = || dom::text(inner);
        let drop = match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let text = text();
                (before_text && is_title(&text))
                    || name == "h1" && is_title(&text)
                    || is_closing(&text)
            }
            "p" | "li" | "strong" => {
                let short = weight.text < 160;
                let away = short && leads_away(&text());
                (away && (weight.linked > 0 || weight.text < 40))
                    || (name == "p"
                        && short
                        && weight.link_share() > 0.9
                        && weight.text > 0
                        && leads_off(inner))
            }
            "ul" | "ol" | "div" | "section" | "table" | "dl" | "aside" => {
                weight.text > 0
                    && weight.link_share() > 0.6
                    && weight.prose * 5 < whole.prose
                    && weight.figures == 0
            }
            "time" => before_text && !is_in_paragraph(inner),
            // The lead picture is shown beside the text, with its caption
            "figure" | "figcaption" => before_text,
            _ => false,
        };
        let drop = drop || before_text && is_caption(inner.value());
        if drop {
            gone.insert(inner.id());
            needless.push(inner.id());
        } else if weight.prose > 0 && matches!(name, "p" | "pre" | "blockquote") {
            before_text = false;
        }
    }
    dom::remove(tree, needless);
}

fn is_caption(element: &Element) -> bool {
    !matches!(element.name(), "p" | "article" | "main")
        && dom::names(element).iter().any(|name| {
            matches!(
                name.as_str(),
                "caption" | "captions" | "figcaption" | "credit"
            )
        })
}

fn is_in_paragraph(element: ElementRef) -> bool {
    element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .take(4)
        .any(|around| matches!(around.value().name(), "p" | "li" | "blockquote"))
}

/// Whether a paragraph that is one link leads off the text: it has no neighbour in a list of such that is a text itself.
fn leads_off(paragraph: ElementRef) -> bool {
    dom::inside(paragraph, "img").is_none()
}

fn is_closing(heading: &str) -> bool {
    let heading = heading.to_lowercase();
    HEADINGS.contains(&heading.trim_matches(|c: char| !c.is_alphanumeric()))
}

fn leads_away(text: &str) -> bool {
    let text = text.to_lowercase();
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    LEADS_AWAY.iter().any(|opening| text.starts_with(opening))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::plain;

    const TEXT: &str = "This is a sentence of the article, long enough to be one. ";

    fn left(html: &str) -> String {
        let mut tree = Html::parse_document(&format!(
            "<body><div id=x><p>{TEXT}</p>{html}<p>{TEXT}</p></div>"
        ));
        clear(&mut tree);
        let place = dom::first(&tree, "#x").unwrap().id();
        trim(&mut tree, place, &|text| text == "A title");
        let html = dom::first(&tree, "#x").unwrap().inner_html();
        plain::from_html(&html)
            .replace(TEXT.trim(), "")
            .trim()
            .to_owned()
    }

    #[test]
    fn what_stands_around_a_text_goes() {
        for html in [
            "<nav>Home</nav>",
            "<div class='share-bar'>Tweet</div>",
            "<div id=relatedPosts><p>Another story that is told elsewhere.</p></div>",
            "<section class=newsletter-signup>Your address</section>",
            "<div class=comments><p>I do not think so, said nobody at all.</p></div>",
            "<ul><li><a href=/a>One</a><li><a href=/b>Two</a></ul>",
            "<p><b>Read more:</b> <a href=/x>Another</a></p>",
            "<h2>Related articles</h2>",
            "<aside>Box</aside><h1>A title</h1>",
            "<aside>Box</aside>",
        ] {
            assert_eq!(left(html), "", "{html}");
        }
    }

    #[test]
    fn what_belongs_to_a_text_stays() {
        for (html, kept) in [
            (
                "<ul><li>One <a href=/a>thing</a> of several</ul>",
                "One thing of several",
            ),
            ("<h2>A part</h2>", "A part"),
            ("<blockquote>Quoted</blockquote>", "Quoted"),
            (
                "<div class='loading-zone header-photo'>Words</div>",
                "Words",
            ),
        ] {
            assert_eq!(left(html), kept);
        }
    }

    #[test]
    fn a_name_does_not_take_the_text_itself_away() {
        let mut tree = Html::parse_document(&format!(
            "<div class='post sidebar-none comments-open'><p>{TEXT}</p><p>{TEXT}</p></div>"
        ));
        clear(&mut tree);
        assert!(dom::first(&tree, "p").is_some());
    }
}
