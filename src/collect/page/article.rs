//! All that is known of a page, and the article that it makes.

use ego_tree::NodeId;
use scraper::{ElementRef, Html};
use url::Url;

use super::{
    address, below_title, body, byline, dom,
    elsewhere::Elsewhere,
    furniture,
    head::Head,
    language,
    linked::{Known, Linked},
    picture,
    site::Site,
    summary, tags, time, title, words,
};
use crate::collect::{
    plain,
    raw::{RawArticle, RawText},
};

/// What is known of a page before its text is looked for.
pub struct Page<'a> {
    tree: &'a Html,
    /// What its head says.
    pub head: Head,
    /// What its linked data say of its article.
    pub linked: Linked,
    site: Site,
    at: Option<&'a Url>,
}

impl<'a> Page<'a> {
    /// What `tree` says, found at `at`.
    pub fn of(tree: &'a Html, at: Option<&'a Url>) -> Self {
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
    pub fn article(&self) -> (RawArticle, Option<NodeId>) {
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
        let summary = summary::summary(head, linked, title.as_deref());
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
            language: language::language(head, linked, &body, summary.as_deref()),
            tags: tags::tags(tree, head, linked, &elsewhere),
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
}
