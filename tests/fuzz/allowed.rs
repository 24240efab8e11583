//! What may be in an article's HTML. The list is written here once more, on purpose: a mistake in the sanitiser's own
//! doesn't hide itself.

use postrider::domain::{Article, RichText};
use scraper::{Html, Node};
use url::Url;

const ELEMENTS: &str = " a abbr address article aside b bdi bdo blockquote br caption center cite code col colgroup dd del details dfn div dl \
    dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre q rp rt ruby s samp section small \
    span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr big font nav hgroup ";
const ATTRIBUTES: &str =
    " alt cite colspan datetime dir height href lang rowspan scope span src start title width ";

/// Whether nothing in an article's texts and addresses is outside what may be there.
pub fn check(article: &Article) {
    for text in [&article.summary, &article.body] {
        html(text);
        clean(&text.text);
    }
    clean(&article.title);
    assert!(!article.title.contains('\n'), "{:?}", article.title);
    let addresses = [
        article.url.as_deref(),
        article.image.as_ref().map(|image| image.url.as_str()),
    ];
    for address in addresses
        .into_iter()
        .flatten()
        .filter(|url| !url.is_empty())
    {
        let url = Url::parse(address).expect("an absolute address");
        assert!(matches!(url.scheme(), "http" | "https"), "{address}");
    }
}

fn html(text: &RichText) {
    clean(&text.html);
    // A document's parser reads some things otherwise than a fragment's
    for tree in [
        Html::parse_fragment(&text.html),
        Html::parse_document(&text.html),
    ] {
        for node in tree.tree.nodes() {
            match node.value() {
                Node::Element(element) => {
                    let name = format!(" {} ", element.name());
                    let frame = matches!(element.name(), "html" | "head" | "body");
                    assert!(
                        frame || ELEMENTS.contains(&name),
                        "<{}> in {}",
                        element.name(),
                        text.html
                    );
                    for (name, value) in element.attrs() {
                        attribute(name, value, &text.html);
                    }
                }
                Node::Comment(_) | Node::ProcessingInstruction(_) => {
                    panic!("a comment in {}", text.html)
                }
                _ => {}
            }
        }
    }
}

fn attribute(name: &str, value: &str, html: &str) {
    assert!(
        ATTRIBUTES.contains(&format!(" {name} ")),
        "{name} in {html}"
    );
    if matches!(name, "href" | "src" | "cite") {
        let url = Url::parse(value).unwrap_or_else(|_| panic!("{name}={value} in {html}"));
        let mail = name == "href" && url.scheme() == "mailto";
        assert!(
            mail || matches!(url.scheme(), "http" | "https"),
            "{name}={value} in {html}"
        );
    }
}

/// No control, no mark of a digest's hole, no override of the writing direction.
fn clean(text: &str) {
    let bad = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{e000}'..='\u{e0ff}' | '\u{202d}' | '\u{202e}')
    };
    assert!(!text.contains(bad), "{text:?}");
}
