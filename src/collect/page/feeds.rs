//! The feeds that a page offers.

use scraper::Html;
use url::Url;

use super::dom;
use crate::collect::plain;

/// A feed that a page links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedFeed {
    /// Where it is.
    pub url: Url,
    /// What the page calls it; empty where it gives it no name.
    pub title: String,
    /// The media type that the page says it has.
    pub media_type: Option<String>,
}

/// How many feeds of a page are looked at.
const MOST: usize = 100;
/// Words in the names and addresses of feeds that aren't of articles.
const ASIDE: [&str; 6] = [
    "comment",
    "replies",
    "kommentar",
    "commentaire",
    "comentario",
    "commenti",
];

/// The feeds that the page at `base` offers: those that its head declares, the main ones before those of comments, or else
/// those that its links look like.
#[must_use]
pub fn feeds(html: &str, base: &Url) -> Vec<OfferedFeed> {
    let tree = dom::parse(html, super::MAX_DEPTH);
    let stated = dom::first(&tree, "base[href]")
        .and_then(|element| base.join(element.attr("href")?.trim()).ok())
        .unwrap_or_else(|| base.clone());
    let declared = declared(&tree, &stated);
    if declared.is_empty() {
        linked(&tree, &stated)
    } else {
        declared
    }
}

fn declared(tree: &Html, base: &Url) -> Vec<OfferedFeed> {
    let mut feeds = Vec::new();
    for link in dom::all(
        tree,
        "link[rel~=alternate i][href], link[rel~=feed i][href]",
    )
    .into_iter()
    .take(MOST)
    {
        let media_type = link.attr("type").unwrap_or_default().trim().to_lowercase();
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        let is_feed = matches!(
            essence,
            "application/rss+xml"
                | "application/atom+xml"
                | "application/rdf+xml"
                | "application/feed+json"
                | "application/x.atom+xml"
                | "application/x-atom+xml"
                | "text/rss+xml"
        ) || (link
            .attr("rel")
            .is_some_and(|rel| rel.eq_ignore_ascii_case("feed")));
        // Also `application/json`, which may be anything else, and XML, where its name says so
        let looks_so = matches!(
            essence,
            "application/json" | "application/xml" | "text/xml" | "rss" | "atom"
        ) && link.attr("href").is_some_and(looks_like_feed);
        if is_feed || looks_so {
            push(
                &mut feeds,
                base,
                link.attr("href"),
                link.attr("title").unwrap_or_default(),
                Some(essence),
            );
        }
    }
    feeds.sort_by_key(is_aside);
    feeds
}

/// Links in the text of a page that look like feeds of its own site.
fn linked(tree: &Html, base: &Url) -> Vec<OfferedFeed> {
    let mut feeds = Vec::new();
    for link in dom::all(tree, "a[href]") {
        let Some(href) = link.attr("href").filter(|href| looks_like_feed(href)) else {
            continue;
        };
        push(&mut feeds, base, Some(href), &dom::text(link), None);
        if feeds.len() >= MOST {
            break;
        }
    }
    let domain = |url: &Url| {
        let host = url.host_str().unwrap_or_default();
        host.rsplit('.')
            .take(2)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    feeds.retain(|feed| {
        domain(&feed.url) == domain(base)
            || feed
                .url
                .host_str()
                .is_some_and(|host| host.starts_with("feeds."))
    });
    feeds.sort_by_key(|feed| {
        (
            is_aside(feed),
            feed.url.path().trim_end_matches('/').matches('/').count(),
        )
    });
    feeds
}

fn push(
    feeds: &mut Vec<OfferedFeed>,
    base: &Url,
    href: Option<&str>,
    title: &str,
    media_type: Option<&str>,
) {
    let href = href.unwrap_or_default().trim();
    // `feed:https://…` and `feed://…` are how browsers once were told
    let href = match href.strip_prefix("feed:") {
        Some(rest) if rest.starts_with("http") => rest.to_owned(),
        Some(rest) => format!("https:{rest}"),
        None => href.to_owned(),
    };
    let Ok(mut url) = base.join(&href) else {
        return;
    };
    url.set_fragment(None);
    let is_known = feeds.iter().any(|known| known.url == url);
    if matches!(url.scheme(), "http" | "https") && !is_known {
        feeds.push(OfferedFeed {
            url,
            title: plain::one_line(title),
            media_type: media_type
                .filter(|kind| kind.contains('/'))
                .map(str::to_owned),
        });
    }
}

fn is_aside(feed: &OfferedFeed) -> bool {
    let words = format!("{} {}", feed.title, feed.url.path()).to_lowercase();
    ASIDE.iter().any(|word| words.contains(word))
}

/// Whether an address looks like a feed's: `/feed`, `/rss.xml`, `/atom/`, `?feed=rss2`.
fn looks_like_feed(href: &str) -> bool {
    let href = href.trim().to_lowercase();
    let (path, query) = href.split_once('?').unwrap_or((&href, ""));
    let last = path
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let (name, ending) = last.rsplit_once('.').unwrap_or((last, ""));
    let is_feed = |name: &str| matches!(name, "feed" | "feeds" | "rss" | "rss2" | "atom" | "rdf");
    let by_name = match ending {
        "rss" | "atom" | "rdf" => true,
        "xml" | "json" => ["feed", "rss", "atom"]
            .iter()
            .any(|word| name.contains(word)),
        "" | "php" | "aspx" => is_feed(name),
        _ => false,
    };
    let by_query = query
        .split('&')
        .any(|part| part.starts_with("feed=") || part == "format=feed" || part == "format=rss");
    by_name || by_query
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(html: &str) -> Vec<String> {
        let base = Url::parse("https://agency.example/world/").unwrap();
        feeds(html, &base)
            .into_iter()
            .map(|feed| feed.url.to_string())
            .collect()
    }

    #[test]
    fn declared_feeds_come_before_those_of_comments() {
        let page = "<link rel=alternate type=application/rss+xml title='Agency » Comments Feed' href=/comments/feed>\
            <link rel='Alternate nofollow' type='application/atom+xml; charset=utf-8' title=Agency href=atom.xml>\
            <link rel=alternate hreflang=fr href=/fr><link rel=alternate type=application/json href=/wp-json/x>\
            <link rel=alternate type=application/rss+xml href=javascript:x>";
        assert_eq!(
            urls(page),
            [
                "https://agency.example/world/atom.xml",
                "https://agency.example/comments/feed"
            ]
        );
        let base = Url::parse("https://agency.example/").unwrap();
        let first = feeds(page, &base).remove(0);
        assert_eq!(
            (first.title.as_str(), first.media_type.as_deref()),
            ("Agency", Some("application/atom+xml"))
        );
    }

    #[test]
    fn links_that_look_like_feeds_do_where_nothing_is_declared() {
        let page = "<a href=/world/rss.xml>World</a><a href=/feed/>All</a><a href=/feedback>Write</a><a href=https://else.example/rss>x</a>";
        assert_eq!(
            urls(page),
            [
                "https://agency.example/feed/",
                "https://agency.example/world/rss.xml"
            ]
        );
    }

    #[test]
    fn the_base_of_a_page_and_the_scheme_of_feeds_are_known() {
        let page = "<base href=/sub/><link rel=alternate type=application/feed+json href=feed.json><link rel=alternate type=application/rss+xml href=feed://agency.example/x>";
        assert_eq!(
            urls(page),
            [
                "https://agency.example/sub/feed.json",
                "https://agency.example/x"
            ]
        );
    }
}
