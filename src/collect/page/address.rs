//! The address of a page's article: what the page calls canonical, unless that is plainly another page.

use url::Url;

use super::{head::Head, linked::Linked};

/// The address of the article. `at` is where the page was found.
pub fn address(head: &Head, linked: &Linked, at: Option<&Url>) -> Option<Url> {
    let canonical = head.links("canonical").map(|link| link.href.clone());
    let in_head = ["og:url", "parsely-link", "twitter:url"]
        .into_iter()
        .flat_map(|name| head.metas(name))
        .map(str::to_owned);
    let in_data = ["url", "mainEntityOfPage", "@id"]
        .iter()
        .filter_map(|key| linked.text(key));
    canonical
        .chain(in_head)
        .chain(in_data)
        .filter_map(|address| absolute(&address, at))
        .find(|url| is_plausible(url, at))
        .or_else(|| at.filter(|url| is_web(url)).cloned())
}

/// What relative links on the page are relative to.
pub fn base(head: &Head, at: Option<&Url>, article: Option<&Url>) -> Option<Url> {
    let stated = head.base.as_deref().and_then(|base| absolute(base, at));
    let at = at.filter(|url| is_web(url));
    stated.or_else(|| at.or(article).cloned())
}

fn absolute(address: &str, at: Option<&Url>) -> Option<Url> {
    let url = match at {
        Some(at) if is_web(at) => at.join(address),
        _ => Url::parse(address),
    };
    url.ok().filter(is_web)
}

/// Whether an article can have this address: a front page is none's, unless it was found there.
fn is_plausible(url: &Url, at: Option<&Url>) -> bool {
    let is_front = |url: &Url| matches!(url.path(), "/" | "") && url.query().is_none();
    !is_front(url) || at.is_some_and(|at| is_web(at) && is_front(at))
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::*;

    fn address_of(html: &str, at: &str) -> Option<String> {
        let head = Head::of(&Html::parse_document(html));
        address(&head, &Linked::default(), Url::parse(at).ok().as_ref()).map(String::from)
    }

    #[test]
    fn the_canonical_address_counts_unless_it_is_the_front_page() {
        let at = "https://a.example/x?ref=1";
        let told = |html| address_of(html, at);
        assert_eq!(
            told("<link rel=canonical href=/x>").as_deref(),
            Some("https://a.example/x")
        );
        let front = "<link rel=canonical href=https://a.example/><meta property=og:url content=/y>";
        assert_eq!(told(front).as_deref(), Some("https://a.example/y"));
        assert_eq!(told("").as_deref(), Some(at));
        assert_eq!(
            address_of("<link rel=canonical href=/x>", "file:///x.html"),
            None
        );
    }
}
