//! Foreign HTML → HTML that is safe in a mail: an allow-list of elements that carry text, nothing executable,
//! no style, no tracker's pixel.
//!
//! A first pass over the tree takes out what a filter of elements can't see (hidden text, pixels); ammonia has the
//! last word, so whatever that pass writes is cleaned too.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use ammonia::{Builder, UrlRelative};
use ego_tree::NodeId;
use scraper::{Html, Node, node::Element};
use url::Url;

use super::plain;

/// What may remain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Text with pictures, tables and headings.
    Body,
    /// Text alone.
    Summary,
}

/// Elements of a summary.
const TEXT: [&str; 29] = [
    "a",
    "abbr",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "cite",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "i",
    "ins",
    "kbd",
    "li",
    "ol",
    "p",
    "q",
    "s",
    "small",
    "strong",
    "sub",
    "sup",
    "u",
    "ul",
];
/// Elements that only a body may have, too.
const BLOCKS: [&str; 27] = [
    "address",
    "article",
    "aside",
    "caption",
    "center",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "img",
    "main",
    "pre",
    "section",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
];
/// Elements that go with all that is in them.
const GONE: [&str; 20] = [
    "applet", "audio", "button", "canvas", "datalist", "dialog", "embed", "iframe", "math",
    "noembed", "noframes", "noscript", "object", "option", "script", "select", "style", "svg",
    "template", "textarea",
];

/// `html` without all that isn't allowed. Relative links are resolved against `base`; without one they lose their
/// target. Links and pictures are `http` or `https`, links `mailto` too.
#[must_use]
pub fn sanitise(html: &str, base: Option<&Url>, keep: Keep) -> String {
    let html = plain::clean(html);
    if !html.contains(['<', '&']) {
        return plain::escape(html.trim());
    }
    let cleared = clear(&html);
    let mut builder = if keep == Keep::Body { &BODY } else { &SUMMARY }.builder();
    builder.url_relative(base.map_or(UrlRelative::Deny, |base| {
        UrlRelative::RewriteWithBase(base.clone())
    }));
    // A numeric reference can write a mark that the text itself didn't hold.
    plain::clean(builder.clean(&cleared).to_string().trim()).into_owned()
}

struct Rules {
    tags: HashSet<&'static str>,
}

static BODY: LazyLock<Rules> = LazyLock::new(|| Rules {
    tags: TEXT.into_iter().chain(BLOCKS).collect(),
});
static SUMMARY: LazyLock<Rules> = LazyLock::new(|| Rules {
    tags: TEXT.into_iter().collect(),
});

impl Rules {
    fn builder(&self) -> Builder<'static> {
        let attributes = HashMap::from([
            ("a", HashSet::from(["href"])),
            ("img", HashSet::from(["src", "alt", "width", "height"])),
            ("td", HashSet::from(["colspan", "rowspan"])),
            ("th", HashSet::from(["colspan", "rowspan"])),
            ("ol", HashSet::from(["start"])),
        ]);
        let mut builder = Builder::empty();
        builder
            .tags(self.tags.clone())
            .clean_content_tags(GONE.into_iter().collect())
            .tag_attributes(attributes)
            .generic_attributes(HashSet::from(["dir", "lang"]))
            .url_schemes(HashSet::from(["http", "https", "mailto"]))
            .link_rel(None)
            .attribute_filter(|element, attribute, value| match (element, attribute) {
                ("img", "src") if value.to_ascii_lowercase().starts_with("mailto:") => None,
                ("img", "width" | "height") => value.parse::<u16>().is_ok().then(|| value.into()),
                _ => Some(value.into()),
            });
        builder
    }
}

/// The same HTML without hidden elements, tracker's pixels, and pictures that have no address left.
fn clear(html: &str) -> String {
    let mut tree = Html::parse_fragment(html);
    let needless: Vec<NodeId> = tree
        .tree
        .nodes()
        .filter(|node| match node.value() {
            Node::Element(element) => is_hidden(element) || is_needless_picture(element),
            _ => false,
        })
        .map(|node| node.id())
        .collect();
    if needless.is_empty() {
        return html.to_owned();
    }
    for id in needless {
        if let Some(mut node) = tree.tree.get_mut(id) {
            node.detach();
        }
    }
    tree.root_element().inner_html()
}

fn is_hidden(element: &Element) -> bool {
    let style = style_of(element);
    element.attr("hidden").is_some()
        || ["display:none", "visibility:hidden", "mso-hide:all"]
            .iter()
            .any(|hiding| style.contains(hiding))
}

fn is_needless_picture(element: &Element) -> bool {
    if element.name() != "img" {
        return false;
    }
    let address = element.attr("src").unwrap_or_default().trim();
    let scheme_is_foreign =
        Url::parse(address).is_ok_and(|url| !matches!(url.scheme(), "http" | "https"));
    address.is_empty() || scheme_is_foreign || is_pixel(element) || is_pixel_url(address)
}

/// Whether a picture is too small to be seen.
fn is_pixel(element: &Element) -> bool {
    let style = style_of(element);
    let tiny = |name: &str| {
        let attribute = element
            .attr(name)
            .map(|value| value.trim().trim_end_matches("px").trim().parse::<f32>());
        let in_style = [0, 1].iter().any(|n| {
            style.split(';').any(|rule| {
                rule.strip_prefix(name)
                    .and_then(|rule| rule.strip_prefix(':'))
                    .is_some_and(|value| value == n.to_string() || value == format!("{n}px"))
            })
        });
        matches!(attribute, Some(Ok(size)) if size <= 1.0) || in_style
    };
    tiny("width") || tiny("height")
}

/// Whether an address is one of those that count readers, or that only keep a place free.
#[must_use]
pub fn is_pixel_url(address: &str) -> bool {
    const HOSTS: [&str; 9] = [
        "pixel.",
        "pixels.",
        "stats.",
        "beacon.",
        "tracking.",
        "b.scorecardresearch.com",
        "www.google-analytics.com",
        "ad.doubleclick.net",
        "feeds.feedburner.com",
    ];
    const FILES: [&str; 12] = [
        "pixel",
        "pixel.gif",
        "pixel.png",
        "1x1.gif",
        "1x1.png",
        "blank.gif",
        "clear.gif",
        "spacer.gif",
        "transparent.gif",
        "open.gif",
        "beacon.gif",
        "track.gif",
    ];
    let Ok(url) = Url::parse(address) else {
        let file = address.rsplit('/').next().unwrap_or_default();
        return FILES.contains(&file);
    };
    let host = url.host_str().unwrap_or_default();
    let file = url
        .path()
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    HOSTS.iter().any(|known| host.starts_with(known)) || FILES.contains(&file.as_str())
}

fn style_of(element: &Element) -> String {
    let style = element.attr("style").unwrap_or_default();
    style
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn body(html: &str) -> String {
        let base = Url::parse("https://agency.example/news/").unwrap();
        sanitise(html, Some(&base), Keep::Body)
    }

    #[test]
    fn what_runs_or_styles_is_gone() {
        assert_eq!(
            body(
                "<p onclick='x()' style='color:red' class=a>One<script>alert(1)</script><style>p{}</style></p>"
            ),
            "<p>One</p>"
        );
        assert_eq!(body("<a href='javascript:alert(1)'>x</a>"), "<a>x</a>");
        assert_eq!(
            body("<iframe src='https://a.example'>no</iframe><form><input>text</form>"),
            "text"
        );
        assert_eq!(
            body("<svg><script>1</script></svg><math><mtext></mtext></math>ok"),
            "ok"
        );
    }

    #[test]
    fn links_are_resolved_and_only_to_the_web_or_mail() {
        assert_eq!(
            body("<a href='../a?b=1&c'>x</a>"),
            r#"<a href="https://agency.example/a?b=1&amp;c">x</a>"#
        );
        assert_eq!(
            body("<a href='mailto:a@b.example'>x</a>"),
            r#"<a href="mailto:a@b.example">x</a>"#
        );
        assert_eq!(body("<a href='ftp://b.example'>x</a>"), "<a>x</a>");
        assert_eq!(sanitise("<a href='/a'>x</a>", None, Keep::Body), "<a>x</a>");
    }

    #[test]
    fn trackers_pixels_are_gone_and_pictures_stay() {
        for pixel in [
            "<img src='https://a.example/p.gif' width=1 height=1>",
            "<img src='https://a.example/p.gif' width='0'>",
            "<img src='https://a.example/p.gif' style='width: 1px; height:1px'>",
            "<img src='https://pixel.example/x?u=1'>",
            "<img src='https://a.example/open.gif?id=3'>",
            "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>",
            "<img alt='no address'>",
        ] {
            assert_eq!(body(&format!("<p>a{pixel}b</p>")), "<p>ab</p>", "{pixel}");
        }
        assert_eq!(
            body("<img src='/i.jpg' alt='A bridge' width=600 onerror=x()>"),
            r#"<img src="https://agency.example/i.jpg" alt="A bridge" width="600">"#
        );
    }

    #[test]
    fn hidden_text_stays_hidden() {
        assert_eq!(
            body("<p>a</p><div style='display: none'>preheader</div>"),
            "<p>a</p>"
        );
    }

    #[test]
    fn a_summary_has_no_pictures() {
        let html = "<p>a <b>b</b><img src='https://a.example/i.jpg'></p>";
        assert_eq!(sanitise(html, None, Keep::Summary), "<p>a <b>b</b></p>");
    }

    #[test]
    fn the_marks_of_holes_are_gone_however_they_are_written() {
        assert_eq!(body("<p>a&#xE000;b\u{e010}c</p>"), "<p>abc</p>");
    }

    proptest! {
        #[test]
        fn nothing_outside_the_allow_list_comes_through(
            pieces in prop::collection::vec(
                prop_oneof![
                    prop::sample::select(vec![
                        "<script>", "</script>", "<svg>", "<math>", "<style>", "<table>", "<td>", "<img src=x onerror=y>",
                        "<a href='javascript:x'>", "<!--", "-->", "<![CDATA[", "<noscript>", "<p style=x>", "</p>", "\"", "'",
                        "<mglyph>", "<form>", "<iframe srcdoc='", "<textarea>", "<title>", "<base href=//x>", "<template>",
                        "<img width=1 src=https://a.example/>", "&lt;script&gt;", "&#60;", "<div hidden>",
                    ]).prop_map(str::to_owned),
                    ".{0,12}",
                ],
                0..16,
            )
        ) {
            let clean = body(&pieces.concat());
            let allowed: HashSet<&str> = TEXT.into_iter().chain(BLOCKS).collect();
            for node in Html::parse_fragment(&clean).root_element().descendants().skip(1) {
                if let Node::Element(element) = node.value() {
                    prop_assert!(allowed.contains(element.name()), "{clean}");
                    for (name, value) in element.attrs() {
                        prop_assert!(!name.starts_with("on") && name != "style", "{clean}");
                        prop_assert!(!value.to_ascii_lowercase().trim().starts_with("javascript:"), "{clean}");
                    }
                }
            }
        }
    }
}
