//! An HTML page → an article: what its JSON-LD, its Open Graph and meta elements say, in this order, and the text
//! of its article.

use scraper::{ElementRef, Html, Selector};
use serde_json::Value;
use url::Url;

use super::{
    dates, plain,
    raw::{RawArticle, RawText},
};
use crate::domain::{Image, Person};

/// The types of schema.org that are an article.
const ARTICLE_TYPES: [&str; 10] = [
    "NewsArticle",
    "Article",
    "ReportageNewsArticle",
    "AnalysisNewsArticle",
    "BackgroundNewsArticle",
    "OpinionNewsArticle",
    "BlogPosting",
    "LiveBlogPosting",
    "Report",
    "WebPage",
];
/// What surrounds an article on its page.
const FURNITURE: &str = "script, style, noscript, template, nav, header, footer, aside, form, button, iframe, dialog, \
     [role=navigation], [role=complementary], [aria-hidden=true], [hidden]";

/// The article of a page.
#[must_use]
pub fn parse(html: &str) -> RawArticle {
    let mut page = Html::parse_document(html);
    let linked = json_ld(&page);
    let meta = |names: &[&str]| meta(&page, names);
    let url = link(&page, "canonical")
        .or_else(|| meta(&["og:url"]))
        .or_else(|| linked.text("url"))
        .or_else(|| linked.text("mainEntityOfPage"));
    let base = base(&page)
        .or(url.clone())
        .and_then(|url| Url::parse(&url).ok());
    let title = linked
        .text("headline")
        .or_else(|| meta(&["og:title", "twitter:title"]))
        .or_else(|| first(&page, "article h1, h1").map(|heading| text_of(heading)))
        .or_else(|| first(&page, "title").map(|title| text_of(title)));
    let mut tags = linked.texts("keywords");
    if tags.is_empty() {
        tags = all_meta(&page, &["article:tag"]);
    }
    if tags.is_empty() {
        tags = meta(&["news_keywords", "keywords"])
            .map(|words| split_words(&words))
            .unwrap_or_default();
    }
    if let Some(section) = linked
        .text("articleSection")
        .or_else(|| meta(&["article:section"]))
    {
        tags.push(section);
    }
    let mut authors = linked.people("author");
    if authors.is_empty() {
        authors = all_meta(&page, &["author", "article:author"])
            .into_iter()
            .filter(|name| Url::parse(name).is_err())
            .map(|name| Person {
                name,
                ..Person::default()
            })
            .collect();
    }
    let summary = linked
        .text("description")
        .or_else(|| meta(&["og:description", "description", "twitter:description"]));
    let time = |key: &str, names: &[&str]| {
        linked
            .text(key)
            .or_else(|| meta(names))
            .and_then(|text| dates::parse(&text))
    };
    let mut article = RawArticle {
        title: title.map_or(RawText::None, RawText::Plain),
        authors,
        published: time(
            "datePublished",
            &["article:published_time", "date", "dc.date"],
        ),
        updated: time("dateModified", &["article:modified_time"]),
        language: linked
            .text("inLanguage")
            .or_else(|| first(&page, "html").and_then(|html| html.attr("lang").map(str::to_owned)))
            .or_else(|| meta(&["og:locale", "content-language"]))
            .and_then(|tag| tag.parse().ok()),
        tags,
        summary: summary.map_or(RawText::None, RawText::Plain),
        image: image(&page, &linked),
        url,
        base,
        ..RawArticle::default()
    };
    article.body = body(&mut page, &linked);
    article
}

/// The text of the page's article: the element that says it is, else the page without what surrounds it.
fn body(page: &mut Html, linked: &Linked) -> RawText {
    let needless: Vec<_> = page
        .select(&selector(FURNITURE))
        .filter(|element| element.value().name() != "header" || !contains(*element, "p"))
        .chain(page.select(&selector("h1")))
        .map(|element| element.id())
        .collect();
    for id in needless {
        if let Some(mut node) = page.tree.get_mut(id) {
            node.detach();
        }
    }
    let found = [
        "[itemprop=articleBody]",
        "article",
        "[role=article]",
        "main",
        "[role=main]",
        "body",
    ]
    .iter()
    .filter_map(|place| first(page, place))
    .find(|element| element.text().any(|text| !text.trim().is_empty()));
    let shown = found
        .map(|element| element.inner_html())
        .unwrap_or_default();
    // A page that is drawn by a script may have its text nowhere else
    match linked.text("articleBody") {
        Some(text) if text.len() > 2 * plain::from_html(&shown).len() => RawText::Plain(text),
        _ if shown.is_empty() => RawText::None,
        _ => RawText::Html(shown),
    }
}

fn image(page: &Html, linked: &Linked) -> Option<Image> {
    let mut image = linked.image().unwrap_or_default();
    if image.url.is_empty() {
        image.url =
            meta(page, &["og:image:secure_url", "og:image", "twitter:image"]).unwrap_or_default();
    }
    if image.alt.is_empty() {
        image.alt = meta(page, &["og:image:alt", "twitter:image:alt"]).unwrap_or_default();
    }
    let figure = first(page, "article figure, main figure, figure")
        .filter(|figure| contains(*figure, "img"));
    if let Some(figure) = figure {
        let picture = figure.select(&selector("img")).next();
        let attribute = |name| {
            picture
                .and_then(|img| img.attr(name))
                .unwrap_or_default()
                .to_owned()
        };
        if image.url.is_empty() {
            image.url = attribute("src");
        }
        if image.alt.is_empty() {
            image.alt = attribute("alt");
        }
        if let Some(caption) = figure.select(&selector("figcaption")).next()
            && image.caption.is_empty()
        {
            let credit = caption
                .select(&selector(
                    "[class*=credit], [itemprop=copyrightHolder], cite, small",
                ))
                .next()
                .map(|credit| text_of(credit))
                .unwrap_or_default();
            let whole = text_of(caption);
            let words = whole.strip_suffix(credit.as_str()).unwrap_or(&whole);
            words.trim().clone_into(&mut image.caption);
            if image.credit.is_empty() {
                credit
                    .trim_start_matches(['©', ' '])
                    .clone_into(&mut image.credit);
            }
        }
    }
    (!image.url.is_empty() || !image.caption.is_empty()).then_some(image)
}

/// The JSON-LD object that describes the page's article; an empty one where there is none.
struct Linked(Value);

fn json_ld(page: &Html) -> Linked {
    let mut candidates = Vec::new();
    for block in page.select(&selector("script[type='application/ld+json']")) {
        let json: String = block.text().collect();
        match serde_json::from_str(json.trim()) {
            Ok(Value::Array(list)) => candidates.extend(list),
            Ok(mut object) => {
                if let Some(Value::Array(graph)) = object.get_mut("@graph").map(Value::take) {
                    candidates.extend(graph);
                }
                candidates.push(object);
            }
            // A broken block is common, and the page says the same elsewhere
            Err(_) => {}
        }
    }
    let rank = |value: &Value| {
        let types = texts_of(value.get("@type"));
        ARTICLE_TYPES
            .iter()
            .position(|known| types.iter().any(|found| found == known))
    };
    let best = candidates
        .into_iter()
        .filter(|value| rank(value).is_some())
        .min_by_key(rank);
    Linked(best.unwrap_or_default())
}

impl Linked {
    fn text(&self, key: &str) -> Option<String> {
        self.texts(key).into_iter().next()
    }

    fn texts(&self, key: &str) -> Vec<String> {
        let texts = texts_of(self.0.get(key));
        match (key, texts.as_slice()) {
            ("keywords", [one]) => split_words(one),
            _ if key == "articleBody" => texts,
            _ => texts.iter().map(|text| unescape(text)).collect(),
        }
    }

    fn people(&self, key: &str) -> Vec<Person> {
        objects(self.0.get(key))
            .into_iter()
            .filter_map(|value| {
                let part = |key| texts_of(value.get(key)).into_iter().next();
                let name = value.as_str().map(str::to_owned).or_else(|| part("name"))?;
                Some(Person {
                    name: unescape(&name),
                    email: part("email"),
                    url: part("url"),
                })
            })
            .collect()
    }

    fn image(&self) -> Option<Image> {
        let value = objects(self.0.get("image")).into_iter().next()?;
        let part = |key| {
            texts_of(value.get(key))
                .into_iter()
                .next()
                .map(|text| unescape(&text))
        };
        Some(Image {
            url: value
                .as_str()
                .map(str::to_owned)
                .or_else(|| part("url"))
                .or_else(|| part("contentUrl"))?,
            alt: part("alternateName").unwrap_or_default(),
            caption: part("caption")
                .or_else(|| part("description"))
                .unwrap_or_default(),
            credit: part("creditText")
                .or_else(|| part("copyrightHolder"))
                .unwrap_or_default(),
        })
    }
}

fn objects(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(Value::Null) | None => Vec::new(),
        Some(value) => vec![value],
    }
}

/// The texts that a value is or holds: JSON-LD writes `"x"`, `["x"]`, `{"@id": "x"}` and `{"name": "x"}` alike.
fn texts_of(value: Option<&Value>) -> Vec<String> {
    objects(value)
        .into_iter()
        .filter_map(|value| {
            let text = value.as_str().or_else(|| {
                ["name", "@id", "url"]
                    .iter()
                    .find_map(|key| value.get(key)?.as_str())
            })?;
            (!text.trim().is_empty()).then(|| text.to_owned())
        })
        .collect()
}

/// JSON-LD is no HTML, yet many sites write entities in it.
fn unescape(text: &str) -> String {
    plain::one_line(&plain::from_html(text))
}

fn split_words(words: &str) -> Vec<String> {
    words
        .split([',', ';', '،', '、'])
        .map(|word| word.trim().to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

fn meta(page: &Html, names: &[&str]) -> Option<String> {
    names
        .iter()
        .find_map(|name| all_meta(page, &[name]).into_iter().next())
}

fn all_meta(page: &Html, names: &[&str]) -> Vec<String> {
    page.select(&selector("meta[content]"))
        .filter(|meta| {
            ["name", "property", "itemprop", "http-equiv"]
                .iter()
                .filter_map(|key| meta.attr(key))
                .any(|name| names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name)))
        })
        .filter_map(|meta| meta.attr("content"))
        .map(plain::one_line)
        .filter(|content| !content.is_empty())
        .collect()
}

fn link(page: &Html, rel: &str) -> Option<String> {
    page.select(&selector("link[rel][href]"))
        .find(|link| {
            link.attr("rel")
                .is_some_and(|found| found.eq_ignore_ascii_case(rel))
        })
        .and_then(|link| link.attr("href"))
        .map(str::to_owned)
}

fn base(page: &Html) -> Option<String> {
    first(page, "base[href]")?.attr("href").map(str::to_owned)
}

/// The feed that a page offers, as it writes its address.
#[must_use]
pub fn offered_feed(html: &str) -> Option<String> {
    let page = Html::parse_document(html);
    let feed = page
        .select(&selector("link[rel~=alternate][type][href]"))
        .find(|link| {
            let media_type = link.attr("type").unwrap_or_default();
            ["rss+xml", "atom+xml", "feed+json", "rdf+xml"]
                .iter()
                .any(|kind| media_type.contains(kind))
        })?;
    feed.attr("href").map(str::to_owned)
}

/// The addresses and alternative text of the first picture in a text, for feeds that name none.
#[must_use]
pub fn first_picture(html: &str) -> Option<Image> {
    let tree = Html::parse_fragment(html);
    let picture = tree.select(&selector("img[src]")).find(|img| {
        let tiny = |name| {
            img.attr(name)
                .is_some_and(|size| matches!(size.trim(), "0" | "1"))
        };
        !tiny("width")
            && !tiny("height")
            && !img.attr("src").is_some_and(super::sanitise::is_pixel_url)
    })?;
    let attribute = |name| picture.attr(name).unwrap_or_default().to_owned();
    Some(Image {
        url: attribute("src"),
        alt: attribute("alt"),
        ..Image::default()
    })
}

fn first<'a>(page: &'a Html, place: &str) -> Option<ElementRef<'a>> {
    page.select(&selector(place)).next()
}

fn contains(element: ElementRef, place: &str) -> bool {
    element.select(&selector(place)).next().is_some()
}

fn text_of(element: ElementRef) -> String {
    plain::one_line(&element.text().collect::<String>())
}

#[expect(
    clippy::expect_used,
    reason = "every selector is a constant of this file, and the tests use each"
)]
fn selector(text: &str) -> Selector {
    Selector::parse(text).expect("a constant selector is valid")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<!doctype html><html lang="fr"><head><title>Le port | Agence</title>
        <link rel="canonical" href="https://agency.example/fr/port">
        <meta property="og:title" content="Le port (og)"><meta name="description" content="Un résumé &amp; plus.">
        <script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"Organization","name":"Agence"},
        {"@type":"NewsArticle","headline":"Le port rouvre","datePublished":"2024-03-12T10:15:00+01:00",
        "author":[{"@type":"Person","name":"Ana Roe","url":"https://agency.example/ana"}],"keywords":"ports, commerce",
        "image":{"@type":"ImageObject","url":"https://images.example/port.jpg","caption":"Le port."}}]}</script></head>
        <body><nav>Menu</nav><article><h1>Le port rouvre</h1><p>Premier <a href="/x">lien</a>.</p><aside>Pub</aside>
        <h2>Suite</h2><p>Second.</p></article><footer>Pied</footer></body></html>"#;

    #[test]
    fn json_ld_then_open_graph_then_the_page_itself() {
        let article = parse(PAGE);
        assert_eq!(article.title, RawText::Plain("Le port rouvre".into()));
        assert_eq!(
            article.url.as_deref(),
            Some("https://agency.example/fr/port")
        );
        assert_eq!(
            article.published.unwrap().to_rfc3339(),
            "2024-03-12T09:15:00+00:00"
        );
        assert_eq!(
            article.authors[0].url.as_deref(),
            Some("https://agency.example/ana")
        );
        assert_eq!(article.tags, ["ports", "commerce"]);
        assert_eq!(article.language.unwrap().as_str(), "fr");
        assert_eq!(article.image.unwrap().caption, "Le port.");
        assert_eq!(article.summary, RawText::Plain("Un résumé & plus.".into()));
    }

    #[test]
    fn the_body_is_the_article_without_what_surrounds_it() {
        let RawText::Html(body) = parse(PAGE).body else {
            panic!()
        };
        assert_eq!(plain::from_html(&body), "Premier lien.\n\nSuite\n\nSecond.");
    }

    #[test]
    fn a_page_with_nothing_but_text_is_an_article_too() {
        let article = parse("<title>A title</title><p>Some text.");
        assert_eq!(article.title, RawText::Plain("A title".into()));
        assert_eq!(article.body, RawText::Html("<p>Some text.</p>".into()));
        assert_eq!(parse("").body, RawText::None);
    }

    #[test]
    fn a_figure_tells_caption_and_credit() {
        let image = parse("<h1>T</h1><figure><img src=https://i.example/a.jpg alt='A bridge'><figcaption>A bridge at dusk. <span class=photo-credit>© Agency</span></figcaption></figure>").image.unwrap();
        assert_eq!(
            (image.caption.as_str(), image.credit.as_str()),
            ("A bridge at dusk.", "Agency")
        );
    }

    #[test]
    fn a_page_tells_where_its_feed_is() {
        let page = "<link rel=alternate type=application/rss+xml href=/feed.xml>";
        assert_eq!(offered_feed(page).as_deref(), Some("/feed.xml"));
    }
}
