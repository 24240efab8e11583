//! Which articles are the same one: by their page, or by their words.

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};
use url::Url;

use crate::{domain::Article, plan::fold::fold};

/// How much of a summary is compared.
const BEGINNING: usize = 300;

/// What stands for the whole words of an article: equal for articles whose title and text are, apart from case, accents and
/// punctuation. None where there is a title alone, such as "News in brief": a copy that is shown twice costs a line, an article taken
/// for another's copy is lost.
#[must_use]
pub fn wording(article: &Article) -> Option<String> {
    let title = fold(&article.title);
    let text = [&article.summary, &article.body]
        .into_iter()
        .map(|text| fold(&text.text))
        .find(|text| !text.is_empty())?;
    let hash = digest(&SHA256, format!("{title}\n{text}").as_bytes());
    (!title.is_empty()).then(|| HEXLOWER.encode(&hash.as_ref()[..16]))
}

/// The words of a title and of the beginning of its summary, each once.
#[must_use]
pub fn words(article: &Article) -> BTreeSet<String> {
    let summary = &article.summary.text;
    let beginning = &summary[..summary.floor_char_boundary(BEGINNING)];
    let folded = fold(&format!("{} {beginning}", article.title));
    folded.split(' ').map(str::to_owned).collect()
}

/// Whether two sets of words are nearly one: an agency's text under another paper's name.
#[must_use]
pub fn nearly_same(one: &BTreeSet<String>, other: &BTreeSet<String>) -> bool {
    let shared = one.intersection(other).count();
    let all = one.len() + other.len() - shared;
    // Of three words, one that differs is half the news.
    one.len().min(other.len()) >= 6 && shared * 5 >= all * 4
}

/// The address of the page without what differs between addresses of it: scheme, `www.`, the hosts and paths of mobile and AMP
/// versions, fragment, `tracking` parameters (a name, or its beginning before a `*`), the order of the others, a slash at its end.
/// A site's front page is no article's own: feeds without pages give it for all.
#[must_use]
pub fn page(url: &str, tracking: &[String]) -> Option<String> {
    let mut url = unwrapped(Url::parse(url.trim()).ok()?);
    // `#/…` and `#!…` are routes of pages made by scripts.
    let is_route = |fragment: &str| fragment.starts_with(['/', '!']);
    if !url.fragment().is_some_and(is_route) {
        url.set_fragment(None);
    }
    let mut kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, value)| !is_tracking(name, tracking) && !is_amp_switch(name, value))
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    kept.sort();
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    let host = plain_host(url.host_str()?).to_owned();
    let path = plain_path(url.path());
    if path.is_empty() && url.query().is_none() && url.fragment().is_none() {
        return None;
    }
    let port = url.port().filter(|port| *port != 80 && *port != 443);
    let mut page = host;
    if let Some(port) = port {
        page.push(':');
        page.push_str(&port.to_string());
    }
    page.push_str(path);
    for (mark, part) in [('?', url.query()), ('#', url.fragment())] {
        if let Some(part) = part {
            page.push(mark);
            page.push_str(part);
        }
    }
    Some(page)
}

/// The address that a cache of AMP pages holds: `https://a-example.cdn.ampproject.org/c/s/a.example/talks`.
fn unwrapped(url: Url) -> Url {
    let host = url.host_str().unwrap_or_default();
    let held = if host.ends_with(".cdn.ampproject.org") {
        let path = url.path();
        path.strip_prefix("/c/s/")
            .or_else(|| path.strip_prefix("/v/s/"))
            .or_else(|| path.strip_prefix("/c/"))
    } else if host.split('.').rev().nth(1) == Some("google") {
        url.path()
            .strip_prefix("/amp/s/")
            .or_else(|| url.path().strip_prefix("/amp/"))
    } else {
        None
    };
    let held = held.and_then(|held| {
        let query = url
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        Url::parse(&format!("https://{held}{query}")).ok()
    });
    held.unwrap_or(url)
}

fn is_tracking(name: &str, tracking: &[String]) -> bool {
    let name = name.to_ascii_lowercase();
    tracking.iter().any(|known| match known.strip_suffix('*') {
        Some(beginning) => name.starts_with(&beginning.to_ascii_lowercase()),
        None => name == known.to_ascii_lowercase(),
    })
}

fn is_amp_switch(name: &str, value: &str) -> bool {
    match name.to_ascii_lowercase().as_str() {
        "amp" => matches!(value, "" | "1" | "true"),
        "outputtype" => value.eq_ignore_ascii_case("amp"),
        _ => false,
    }
}

/// A host without the labels that name another version of the same site.
fn plain_host(host: &str) -> &str {
    let mut plain = host;
    while let Some((label, rest)) = plain.split_once('.') {
        // What is left must be a site still: `m.example` is one.
        if !matches!(label, "www" | "m" | "mobile" | "amp") || !rest.contains('.') {
            break;
        }
        plain = rest;
    }
    plain
}

/// A path without the parts that name another version of the same page.
fn plain_path(path: &str) -> &str {
    let plain = path.trim_end_matches('/');
    let plain = plain
        .strip_suffix("/amp")
        .or_else(|| plain.strip_suffix(".amp"))
        .unwrap_or(plain);
    let plain = if plain == "/amp" { "" } else { plain };
    plain
        .strip_prefix("/amp")
        .filter(|rest| rest.starts_with('/'))
        .unwrap_or(plain)
        .trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{domain::CollectSettings, plan::test_data::article};

    fn page_of(url: &str) -> Option<String> {
        page(url, &CollectSettings::default().tracking_parameters)
    }

    #[test]
    fn one_page_has_many_addresses() {
        for url in [
            "https://a.example/talks?id=7",
            "http://A.example/talks/?utm_source=feed&id=7#comments",
            "https://a.example/talks?id=7&fbclid=x&GCLID=y",
            "https://a.example:443/talks?id=7",
            "https://www.a.example/talks?id=7",
            "https://m.a.example/talks?id=7",
            "https://amp.a.example/talks?id=7",
            "https://a.example/talks/amp/?id=7",
            "https://a.example/amp/talks?id=7",
            "https://a.example/talks?amp=1&id=7",
            "https://a-example.cdn.ampproject.org/c/s/a.example/talks?id=7",
            "https://www.google.com/amp/s/www.a.example/talks?id=7",
        ] {
            assert_eq!(
                page_of(url).as_deref(),
                Some("a.example/talks?id=7"),
                "{url}"
            );
        }
        assert_eq!(
            page_of("https://a.example/?b=1&a=2"),
            page_of("https://a.example?a=2&b=1")
        );
    }

    #[test]
    fn pages_that_differ_stay_apart() {
        let pages: BTreeSet<_> = [
            "https://a.example/talks?id=7",
            "https://a.example/talks?id=8",
            "https://b.example/talks?id=7",
            "https://a.example/#!/talks",
            "https://a.example/#!/cup",
            "https://a.example/example",
            "https://a.example/stamp",
            "https://m.example/stamp",
            "https://a.example:8080/talks",
        ]
        .map(page_of)
        .into();
        assert_eq!(pages.len(), 9);
    }

    #[test]
    fn a_front_page_is_no_articles_own() {
        for url in [
            "https://a.example/",
            "https://a.example/?utm_medium=rss",
            "https://a.example/amp/",
            "no address",
        ] {
            assert_eq!(page_of(url), None, "{url}");
        }
    }

    fn text(title: &str, summary: &str) -> Article {
        let mut article = article(title, &[]);
        article.summary.text = summary.to_owned();
        article
    }

    #[test]
    fn the_same_words_are_a_copy_but_a_title_alone_is_none() {
        let same = |one: Article, other: Article| {
            wording(&one).is_some() && wording(&one) == wording(&other)
        };
        assert!(same(
            text("Talks resume", "In Seoul, on Monday."),
            text("TALKS RESUME", "In Seoul — on Monday")
        ));
        assert!(!same(
            text("Talks resume", "In Seoul."),
            text("Talks resume", "In Geneva.")
        ));
        assert!(!same(text("News in brief", ""), text("News in brief", "")));
    }

    #[test]
    fn an_agencys_text_with_a_word_changed_is_nearly_the_same() {
        let near = |one: &str, other: &str| {
            nearly_same(
                &words(&text("Ferry to Wonsan sails again", one)),
                &words(&text("Ferry to Wonsan sails again", other)),
            )
        };
        let summary = "After nineteen years a passenger ship has left Sokcho for the northern port, with two hundred people on board.";
        assert!(near(summary, &summary.replace("people", "passengers")));
        assert!(!near(
            summary,
            "The mayor of Sokcho met the press on Monday and spoke about tourism, fish, and a bridge."
        ));
        assert!(!nearly_same(
            &words(&text("Rain", "")),
            &words(&text("Rain", ""))
        ));
    }

    proptest! {
        #[test]
        fn the_address_of_a_page_is_its_own_page(host in "(www\\.|m\\.|amp\\.){0,2}[a-c]\\.example", path in "(/(amp|[a-c]{1,3}|[a-c]\\.amp)){0,3}/?", query in "(\\?([a-c]=[a-c]|utm_x=1|amp=1)(&[a-c]=\\PC{0,3})?)?") {
            let url = format!("https://{host}{path}{query}");
            if let Some(once) = page_of(&url) {
                let twice = page_of(&format!("http://{once}"));
                prop_assert!(twice.is_none() || twice.as_ref() == Some(&once) || once.contains("amp"), "{url} {once} {twice:?}");
            }
        }

        #[test]
        fn any_address_is_read_without_a_panic(text in "\\PC{0,60}|https?://\\PC{0,40}") {
            let _ = page_of(&text);
        }
    }
}
