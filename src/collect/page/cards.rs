//! The cards of a section's page: the links to its articles, with what stands beside each of them. Articles are known by
//! how they are linked: in headings or long words, in blocks of one kind, to addresses with a date, a number or a title in
//! them; and not by where navigation, tags, authors and accounts are.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use chrono::{DateTime, Utc};
use ego_tree::NodeId;
use scraper::{ElementRef, Html};
use url::Url;

use super::{dom, furniture, json_ld, linked, picture, time, words};
use crate::domain::Image;

/// What a page tells of an article that it links.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// The article's page.
    pub url: Url,
    /// Its title; empty where a list has none.
    pub title: String,
    /// A few words about it.
    pub summary: String,
    /// When it was published.
    pub published: Option<DateTime<Utc>>,
    /// Its picture.
    pub image: Option<Image>,
    /// The link on the page; none where only its data lists it.
    pub link: Option<NodeId>,
}

/// How many links of a page are looked at.
const MOST: usize = 5000;
/// How many elements around a link may belong to its card.
const CARD: usize = 8;
/// How many elements of a card are looked at.
const PARTS: usize = 200;
/// How much speaks for a link, to be taken for an article's.
const ENOUGH: i32 = 4;
/// Parts of addresses that no article has.
static NO_ARTICLE: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    words::set(
        "tag tags topic topics author authors contributor contributors people profile profiles user users member \
     members category categories section sections login signin sign-in log-in register signup sign-up subscribe \
     subscription subscriptions account about about-us contact contact-us privacy privacy-policy terms legal \
     imprint impressum advertise careers jobs search help faq feed rss feeds newsletter newsletters share cart \
     shop page sitemap cookies donate",
    )
});
/// Endings of files that are no pages.
static FILES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    words::set("jpg jpeg png gif webp svg pdf mp3 mp4 zip xml rss json css js ics doc epub")
});

/// A link that may be an article's.
struct Link<'a> {
    element: ElementRef<'a>,
    url: Url,
    title: String,
    score: i32,
}

/// The cards of the page at `base`, each article once, in the page's order.
#[must_use]
pub fn cards(tree: &Html, base: &Url) -> Vec<Card> {
    let mut tree = tree.clone();
    let listed = listed(&tree, base);
    furniture::clear_around_cards(&mut tree);
    let links = links(&tree, base);
    let owners = owners(&links);
    let mut cards: Vec<Card> = links.iter().map(|link| card(link, &owners, base)).collect();
    // A list in the page's data is of articles, whatever their links look like
    for card in listed {
        match cards.iter_mut().find(|known| known.url == card.url) {
            Some(known) => {
                known.published = known.published.or(card.published);
                known.image = known.image.take().or(card.image);
            }
            None => cards.push(card),
        }
    }
    cards
}

/// The links to articles, each address once: with the best words that lead there.
fn links<'a>(tree: &'a Html, base: &Url) -> Vec<Link<'a>> {
    let anchors: Vec<(ElementRef, Url)> = dom::all(tree, "a[href]")
        .into_iter()
        .take(MOST)
        .filter_map(|anchor| Some((anchor, target(anchor.attr("href")?, base)?)))
        .collect();
    let mut alike: HashMap<Vec<String>, usize> = HashMap::new();
    for (anchor, _) in &anchors {
        *alike.entry(kind(*anchor)).or_default() += 1;
    }
    let mut best: Vec<Link> = Vec::new();
    let mut places: HashMap<Url, usize> = HashMap::new();
    for (element, url) in anchors {
        let title = title(element);
        let repeated = alike.get(&kind(element)).is_some_and(|count| *count >= 3);
        let score = score(element, &url, &title, repeated);
        let link = Link {
            element,
            url: url.clone(),
            title,
            score,
        };
        match places.get(&url) {
            Some(at) if best[*at].score < score => best[*at] = link,
            Some(_) => {}
            None => {
                places.insert(url, best.len());
                best.push(link);
            }
        }
    }
    best.retain(|link| link.score >= ENOUGH);
    best
}

/// An address on the same site that may be an article's, without its fragment.
fn target(href: &str, base: &Url) -> Option<Url> {
    let mut url = base.join(href.trim()).ok()?;
    url.set_fragment(None);
    let same_page = url.path() == base.path() && url.host_str() == base.host_str();
    (matches!(url.scheme(), "http" | "https")
        && !same_page
        && same_site(&url, base)
        && url.path().trim_matches('/').len() > 1
        && !is_no_article(&url))
    .then_some(url)
}

fn same_site(url: &Url, base: &Url) -> bool {
    fn bare(url: &Url) -> &str {
        let host = url.host_str().unwrap_or_default();
        host.strip_prefix("www.").unwrap_or(host)
    }
    let (one, other) = (bare(url), bare(base));
    one == other
        || one
            .strip_suffix(other)
            .is_some_and(|sub| sub.ends_with('.'))
        || other
            .strip_suffix(one)
            .is_some_and(|sub| sub.ends_with('.'))
}

fn is_no_article(url: &Url) -> bool {
    let parts: Vec<String> = url
        .path()
        .split('/')
        .filter(|part| !part.is_empty())
        .map(str::to_lowercase)
        .collect();
    let Some(last) = parts.last() else {
        return true;
    };
    let ending = last.rsplit_once('.').map_or("", |(_, ending)| ending);
    let named = parts.iter().any(|part| NO_ARTICLE.contains(part.as_str()));
    // `/news/topics/2026/11/24/a-title` is one nevertheless
    FILES.contains(ending)
        || (named && time::in_address(url).is_none() && last.matches('-').count() < 4)
}

/// What kind of link it is: its element's and those around it, with their classes.
fn kind(anchor: ElementRef) -> Vec<String> {
    let around = anchor.ancestors().filter_map(ElementRef::wrap).take(2);
    std::iter::once(anchor)
        .chain(around)
        .flat_map(|element| {
            [
                element.value().name(),
                element.attr("class").unwrap_or_default(),
            ]
        })
        .map(str::to_owned)
        .collect()
}

/// The words of a link: of the heading in it, where there is one, else all.
fn title(anchor: ElementRef) -> String {
    let heading = dom::inside(
        anchor,
        "h1, h2, h3, h4, h5, h6, [class*=title i], [class*=headline i]",
    );
    let text = heading.map(dom::text).filter(|text| !text.is_empty());
    text.unwrap_or_else(|| {
        let text = dom::text(anchor);
        let stated = || {
            anchor
                .attr("title")
                .or_else(|| anchor.attr("aria-label"))
                .map(words::unescaped)
        };
        if text.is_empty() {
            stated().unwrap_or_default()
        } else {
            text
        }
    })
}

fn score(anchor: ElementRef, url: &Url, title: &str, repeated: bool) -> i32 {
    let length = title.chars().count();
    // Scripts without spaces say as much in a third of the characters
    let dense = title.chars().filter(|c| !c.is_ascii()).count() * 2 > length;
    let words = title.split_whitespace().count();
    let long = if dense {
        length >= 8
    } else {
        words >= 4 && length >= 20
    };
    if title.is_empty() || length > 400 || (!long && words < 2 && !dense) {
        return 0;
    }
    let around: Vec<ElementRef> = anchor
        .ancestors()
        .filter_map(ElementRef::wrap)
        .take(CARD)
        .collect();
    let is_heading = |element: &ElementRef| {
        matches!(
            element.value().name(),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
        )
    };
    let in_heading = around.iter().take(4).any(is_heading)
        || dom::inside(anchor, "h1, h2, h3, h4, h5, h6").is_some();
    let in_card = around.iter().any(|element| {
        element.value().name() == "article"
            || dom::names(element.value()).iter().any(|name| {
                matches!(
                    name.as_str(),
                    "card"
                        | "teaser"
                        | "story"
                        | "article"
                        | "post"
                        | "headline"
                        | "title"
                        | "promo"
                        | "entry"
                )
            })
    });
    2 * i32::from(long)
        + 2 * i32::from(in_heading)
        + i32::from(in_card)
        + i32::from(repeated)
        + shape(url)
}

/// How much an address looks like an article's: a date, a number, a title in it.
fn shape(url: &Url) -> i32 {
    let last = url
        .path()
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let dated = time::in_address(url).is_some();
    let titled = last
        .split(['-', '_'])
        .filter(|word| !word.is_empty())
        .count()
        >= 4;
    let numbered = url
        .path()
        .split(|c: char| !c.is_ascii_digit())
        .any(|number| number.len() >= 5)
        || url
            .query()
            .is_some_and(|query| query.bytes().any(|c| c.is_ascii_digit()));
    2 * i32::from(dated) + 2 * i32::from(titled) + i32::from(numbered)
}

/// Which link an element around links belongs to; none where it holds several.
fn owners(links: &[Link]) -> HashMap<NodeId, Option<usize>> {
    let mut owners: HashMap<NodeId, Option<usize>> = HashMap::new();
    for (at, link) in links.iter().enumerate() {
        for around in link.element.ancestors().take(CARD) {
            owners
                .entry(around.id())
                .and_modify(|owner| *owner = owner.filter(|known| *known == at))
                .or_insert(Some(at));
        }
    }
    owners
}

fn card(link: &Link, owners: &HashMap<NodeId, Option<usize>>, base: &Url) -> Card {
    let whole = link
        .element
        .ancestors()
        .take(CARD)
        .take_while(|around| owners.get(&around.id()).is_some_and(Option::is_some))
        .filter_map(ElementRef::wrap)
        .take_while(|around| !matches!(around.value().name(), "body" | "html" | "main"))
        .last()
        .unwrap_or(link.element);
    let beside = |css: &str| -> Vec<ElementRef> {
        let selector = dom::selector(css);
        let parts = whole.descendent_elements().take(PARTS);
        parts
            .filter(|part| selector.matches(part))
            .take(10)
            .collect()
    };
    let summary = beside("p, [class*=summary i], [class*=excerpt i], [class*=description i], [class*=dek i], [class*=teaser-text i]")
        .into_iter()
        .map(dom::text)
        .find(|text| text.chars().count() >= 20 && !words::one_holds_the_other(text, &link.title))
        .unwrap_or_default();
    let published = beside("time, [datetime], [class*=date i], [class*=time i]")
        .into_iter()
        .find_map(time::of)
        .or_else(|| time::in_address(&link.url));
    let image = beside("img").into_iter().next().and_then(|img| {
        let url = picture::source(img).filter(|url| picture::is_story(url))?;
        Some(Image {
            url: base.join(&url).ok()?.into(),
            alt: img.attr("alt").unwrap_or_default().to_owned(),
            size: picture::size(img),
            ..Image::default()
        })
    });
    Card {
        url: link.url.clone(),
        title: link.title.clone(),
        summary,
        published,
        image,
        link: Some(link.element.id()),
    }
}

/// The articles of a list in the page's JSON-LD.
fn listed(tree: &Html, base: &Url) -> Vec<Card> {
    let things = json_ld::things(tree);
    let parts: Vec<Card> = things
        .iter()
        .filter(|thing| !thing.is_whole)
        .filter_map(|thing| {
            let text = |key: &str| {
                thing
                    .object
                    .get(key)
                    .and_then(|value| linked::texts_of(value).into_iter().next())
            };
            Some(Card {
                url: target(&text("url").or_else(|| text("@id"))?, base)?,
                title: text("headline")
                    .or_else(|| text("name"))
                    .unwrap_or_default(),
                summary: text("description").unwrap_or_default(),
                published: text("datePublished").and_then(|date| time::parse(&date)),
                image: text("image")
                    .and_then(|url| base.join(&url).ok())
                    .map(|url| Image {
                        url: url.into(),
                        ..Image::default()
                    }),
                link: None,
            })
        })
        .collect();
    // A list item and the article in it are one
    let mut distinct: Vec<Card> = Vec::new();
    for card in parts {
        match distinct.iter_mut().find(|known| known.url == card.url) {
            Some(known) if known.title.is_empty() => *known = card,
            Some(_) => {}
            None => distinct.push(card),
        }
    }
    // Where a page's own path is listed (`BreadcrumbList`), it is no list of articles
    distinct.retain(|card| shape(&card.url) > 0 || card.published.is_some());
    distinct
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cards_of(html: &str) -> Vec<Card> {
        let base = Url::parse("https://www.agency.example/world/").unwrap();
        cards(&Html::parse_document(html), &base)
    }

    const SECTION: &str = "<nav><a href=/world/>World news of the whole day</a></nav><main>
        <article class=card><a href=/2026/11/24/port-reopens><img src=/i/port.jpg alt='A port'></a>
          <h2><a href=/2026/11/24/port-reopens#top>The port reopens after a year</a></h2>
          <p>It had been closed since the storm of the last winter.</p><a href=/tag/ports>Ports and ships of the world</a><time datetime=2026-11-24T10:00:00Z>Today</time></article>
        <article class=card><h2><a href=https://agency.example/world/talks-end-without-a-result-123456>Talks end without a result</a></h2><a href=/author/ana>By Ana Roe of the Agency</a></article>
        </main><footer><a href=/privacy>How we keep your data private</a><a href=https://social.example/agency-on-social-networks-now>Follow us on all the networks</a></footer>";

    #[test]
    fn a_section_gives_its_articles_with_what_stands_beside_them() {
        let cards = cards_of(SECTION);
        let urls: Vec<&str> = cards.iter().map(|card| card.url.as_str()).collect();
        assert_eq!(
            urls,
            [
                "https://www.agency.example/2026/11/24/port-reopens",
                "https://agency.example/world/talks-end-without-a-result-123456"
            ]
        );
        assert_eq!(cards[0].title, "The port reopens after a year");
        assert_eq!(
            cards[0].summary,
            "It had been closed since the storm of the last winter."
        );
        assert_eq!(cards[0].image.as_ref().unwrap().alt, "A port");
        assert_eq!(
            cards[0].published.unwrap().to_rfc3339(),
            "2026-11-24T10:00:00+00:00"
        );
        assert!(cards[1].summary.is_empty() && cards[1].image.is_none());
    }

    #[test]
    fn a_list_in_the_pages_data_counts_too() {
        let page = r#"<script type="application/ld+json">{"@type":"ItemList","itemListElement":[
            {"@type":"ListItem","position":1,"url":"/a/port-reopens-after-a-year"},
            {"@type":"ListItem","item":{"@type":"NewsArticle","url":"/b/9876543","headline":"Talks end"}},
            {"@type":"ListItem","name":"Home","item":"https://www.agency.example/x"}]}</script>"#;
        let titles: Vec<String> = cards_of(page).into_iter().map(|card| card.title).collect();
        assert_eq!(titles, ["", "Talks end"]);
    }

    #[test]
    fn navigation_is_no_card() {
        let page = "<ul><li><a href=/a>Home</a><li><a href=/b>World</a><li><a href=/c>Sport</a><li><a href=/login>Sign in to your account</a></ul>";
        assert_eq!(cards_of(page), []);
    }
}
