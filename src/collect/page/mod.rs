//! An HTML page → an article: what its linked data (JSON-LD, microdata) and its head (`meta`, `link`) say of it, what it shows, and the
//! text of its article. Where several of them tell a field, each field's own file says whom it trusts.
//!
//! A page of a section gives its articles' links ([`Card`]) to [`Pages`]; [`feeds`](feeds()) finds what it offers instead.

use ego_tree::NodeId;
use scraper::{ElementRef, Html};
use url::Url;

use super::{
    language, plain,
    raw::{RawArticle, RawText},
    sanitise,
};
use crate::domain::{Image, Language};

mod address;
mod below_title;
mod body;
mod byline;
mod cards;
mod charset;
mod contents;
mod dom;
mod elsewhere;
mod feeds;
mod furniture;
mod head;
mod json_ld;
mod linked;
mod microdata;
mod picture;
mod shallow;
mod site;
mod source;
mod time;
mod title;
mod words;

pub use cards::Card;
pub use charset::decode_html;
pub use contents::{Contents, contents};
pub use feeds::{OfferedFeed, feeds};
pub use source::{Pages, collected};

use elsewhere::Elsewhere;
use head::Head;
use linked::{Known, Linked};
use site::Site;

/// How deep a page's elements may be nested, where no settings say it.
const MAX_DEPTH: usize = 256;
/// How many characters of a text tell its language surely.
const TELLING: usize = 200;

/// The article of a page of which nothing else is known.
#[must_use]
pub fn parse(html: &str) -> RawArticle {
    read(html, None, MAX_DEPTH)
}

/// The article of the page at `at`, whose elements may be nested `max_depth` deep. Its `entry` is left empty.
#[must_use]
pub fn read(html: &str, at: Option<&Url>, max_depth: usize) -> RawArticle {
    let tree = dom::parse(html, max_depth);
    Page::of(&tree, at).article().0
}

/// What is known of a page before its text is looked for.
struct Page<'a> {
    tree: &'a Html,
    head: Head,
    linked: Linked,
    site: Site,
    at: Option<&'a Url>,
}

impl<'a> Page<'a> {
    fn of(tree: &'a Html, at: Option<&'a Url>) -> Self {
        let head = Head::of(tree);
        let urls: Vec<String> = at
            .map(Url::to_string)
            .into_iter()
            .chain(head.links("canonical").map(|link| link.href.clone()))
            .chain(head.metas("og:url").map(str::to_owned))
            .collect();
        let titles: Vec<String> = ["og:title", "twitter:title"]
            .into_iter()
            .flat_map(|name| head.metas(name))
            .map(str::to_owned)
            .chain(head.title.clone())
            .chain(dom::all(tree, "h1").into_iter().take(3).map(dom::text))
            .collect();
        let linked = Linked::of(
            tree,
            &Known {
                urls: &urls,
                titles: &titles,
            },
        );
        let url = urls
            .iter()
            .find_map(|url| Url::parse(url).ok().filter(Url::has_host));
        let site = Site::of(&head, &linked, url.as_ref());
        Self {
            tree,
            head,
            linked,
            site,
            at,
        }
    }

    /// The article, and the element that holds its text.
    fn article(&self) -> (RawArticle, Option<NodeId>) {
        let Self {
            tree,
            head,
            linked,
            site,
            at,
        } = self;
        let elsewhere = Elsewhere::of(tree);
        let title = title::title(tree, head, linked, site);
        let below = below_title::lines(tree, title.as_deref(), &elsewhere);
        let (body, place) = self.body(title.as_deref());
        let url = address::address(head, linked, *at);
        let summary = self.summary(title.as_deref());
        let article = RawArticle {
            authors: byline::authors(tree, head, linked, site, &elsewhere, &below),
            published: time::published(
                tree,
                head,
                linked,
                &elsewhere,
                &below,
                url.as_ref().or(*at),
            ),
            updated: time::updated(head, linked),
            language: self.language(&body, summary.as_deref()),
            tags: self.tags(&elsewhere),
            summary: summary.map_or(RawText::None, RawText::Plain),
            image: picture::picture(tree, head, linked, place),
            base: address::base(head, *at, url.as_ref()),
            url: url.map(String::from),
            title: title.map_or(RawText::None, RawText::Plain),
            body,
            ..RawArticle::default()
        };
        (article, place)
    }

    /// The text of the article, and the element of the page that holds it.
    fn body(&self, title: Option<&str>) -> (RawText, Option<NodeId>) {
        let mut text = self.tree.clone();
        furniture::clear(&mut text);
        let place = body::place(&text);
        if let Some(place) = place {
            furniture::trim(&mut text, place, &|heading| {
                title.is_some_and(|title| words::one_holds_the_other(heading, title))
            });
            picture::load(&mut text, place);
        }
        let shown = match place {
            Some(place) => text
                .tree
                .get(place)
                .and_then(ElementRef::wrap)
                .map(|place| place.inner_html()),
            None => dom::first(&text, "body").map(|body| body.inner_html()),
        };
        let shown = shown.unwrap_or_default();
        let length = plain::from_html(&shown).len();
        // A page that is drawn by a script may have its text nowhere else
        let body = match self.linked.long_text("articleBody") {
            Some(stated) if stated.len() > 2 * length => {
                if stated.contains("</p>") || stated.contains("<br") {
                    RawText::Html(stated)
                } else {
                    RawText::Plain(stated)
                }
            }
            _ if length == 0 => RawText::None,
            _ => RawText::Html(shown),
        };
        (body, place)
    }

    /// What an editor wrote to stand for the article.
    fn summary(&self, title: Option<&str>) -> Option<String> {
        let stated = self.linked.text("description").into_iter();
        let in_head = [
            "og:description",
            "description",
            "twitter:description",
            "dc.description",
            "dcterms.abstract",
            "dcterms.description",
            "sailthru.description",
            "parsely-description",
            "citation_abstract",
            "abstract",
            "excerpt",
        ]
        .into_iter()
        .flat_map(|name| self.head.metas(name))
        .map(words::unescaped);
        let all: Vec<String> = stated
            .chain(in_head)
            .chain(self.linked.text("abstract"))
            .filter(|text| !text.is_empty() && Some(text.as_str()) != title)
            .collect();
        let first = all.first()?;
        let cut = first
            .strip_suffix('…')
            .or_else(|| first.strip_suffix("..."))
            .map(str::trim);
        let whole = cut.and_then(|start| {
            all.iter()
                .find(|other| other.len() > first.len() && other.starts_with(start))
        });
        Some(whole.unwrap_or(first).clone())
    }

    fn tags(&self, elsewhere: &Elsewhere) -> Vec<String> {
        let in_head = [
            "article:tag",
            "og:article:tag",
            "video:tag",
            "book:tag",
            "news_keywords",
            "parsely-tags",
            "sailthru.tags",
            "citation_keywords",
        ];
        let mut tags = self.linked.texts("keywords");
        if tags.is_empty() {
            tags = in_head
                .iter()
                .map(|name| self.head.metas(name).map(str::to_owned).collect::<Vec<_>>())
                .find(|tags| !tags.is_empty())
                .unwrap_or_default();
        }
        if tags.is_empty() {
            tags = self.shown_tags(elsewhere);
        }
        if tags.is_empty() {
            tags = ["keywords", "dc.subject", "dcterms.subject", "dc:subject"]
                .iter()
                .map(|name| self.head.metas(name).map(str::to_owned).collect::<Vec<_>>())
                .find(|tags| !tags.is_empty())
                .unwrap_or_default();
        }
        let mut tags: Vec<String> = tags.iter().flat_map(|words| split_words(words)).collect();
        let section = self.linked.text("articleSection").or_else(|| {
            self.head
                .meta(&["article:section", "parsely-section"])
                .map(str::to_owned)
        });
        tags.extend(section);
        tags
    }

    /// The tags that the page shows: links to the lists of what else has them.
    fn shown_tags(&self, elsewhere: &Elsewhere) -> Vec<String> {
        const MOST: usize = 15;
        [
            "a[rel~=tag]",
            "a[href*='/tag/'], a[href*='/tags/'], a[href*='/topic/'], a[href*='/topics/']",
        ]
        .iter()
        .map(|links| {
            let links = dom::all(self.tree, links).into_iter().take(100);
            let tags = links.filter(|link| !elsewhere.has(*link)).map(dom::text);
            tags.filter(|tag| (1..=60).contains(&tag.chars().count()))
                .collect::<Vec<_>>()
        })
        // More are those of the whole site
        .find(|tags| (1..=MOST).contains(&tags.len()))
        .unwrap_or_default()
    }

    /// The language that the page says, unless its text plainly is in another.
    fn language(&self, body: &RawText, summary: Option<&str>) -> Option<Language> {
        let stated: Vec<Language> = [
            self.linked.text("inLanguage"),
            self.head.language.clone(),
            self.head
                .meta(&[
                    "og:locale",
                    "content-language",
                    "language",
                    "dc.language",
                    "dcterms.language",
                ])
                .map(str::to_owned),
        ]
        .into_iter()
        .flatten()
        .filter_map(|tag| tag.split([',', ';', ' ']).next()?.parse().ok())
        .collect();
        let text = match body {
            RawText::Html(html) => plain::from_html(html),
            RawText::Plain(text) => text.clone(),
            RawText::None => summary.unwrap_or_default().to_owned(),
        };
        let seen = (text.chars().count() >= TELLING || stated.is_empty())
            .then(|| language::detect(&text))
            .flatten();
        match seen {
            Some(seen) => Some(
                stated
                    .into_iter()
                    .find(|stated| stated.matches(&seen))
                    .unwrap_or(seen),
            ),
            None => stated.into_iter().next(),
        }
    }
}

fn split_words(words: &str) -> Vec<String> {
    words
        .split([',', ';', '،', '、', '|'])
        .map(|word| word.trim().to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

/// The addresses and alternative text of the first picture in a text, for feeds that name none.
#[must_use]
pub fn first_picture(html: &str) -> Option<Image> {
    let tree = Html::parse_fragment(html);
    let shown = dom::all(&tree, "img").into_iter().find_map(|img| {
        let tiny = |name| {
            img.attr(name)
                .is_some_and(|size| matches!(size.trim(), "0" | "1"))
        };
        let url = picture::source(img)?;
        (!tiny("width") && !tiny("height") && !sanitise::is_pixel_url(&url)).then_some((url, img))
    })?;
    Some(Image {
        url: shown.0,
        alt: shown.1.attr("alt").unwrap_or_default().to_owned(),
        ..Image::default()
    })
}

#[cfg(test)]
mod tests;
