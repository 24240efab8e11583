//! Which articles are the same one: by their page, or by their words.

use std::collections::HashMap;

use url::Url;

use super::fold::fold;
use crate::domain::Article;

/// For each article the place of the first one that is the same, which may be its own.
///
/// Sameness is handed on: where B has A's page and C has B's words, all three are one.
pub(super) fn first_copies<'a>(articles: impl Iterator<Item = &'a Article>) -> Vec<usize> {
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut first: Vec<usize> = Vec::new();
    for (place, article) in articles.enumerate() {
        first.push(place);
        for key in page(article).into_iter().chain(words(article)) {
            let other = *known.entry(key).or_insert(place);
            let (one, other) = (root(&first, place), root(&first, other));
            first[one.max(other)] = one.min(other);
        }
    }
    (0..first.len()).map(|place| root(&first, place)).collect()
}

fn root(first: &[usize], mut place: usize) -> usize {
    while first[place] != place {
        place = first[place];
    }
    place
}

/// The title with the summary, or with the body where there is none. A title alone, such as "News in brief", makes nothing the same:
/// a copy that is shown twice costs a line, an article taken for another's copy is lost.
fn words(article: &Article) -> Option<String> {
    let title = fold(&article.title);
    let text = [&article.summary, &article.body]
        .into_iter()
        .map(|text| fold(&text.text))
        .find(|text| !text.is_empty())?;
    (!title.is_empty()).then(|| format!("{title}\n{text}"))
}

/// The address of the page without what differs between copies of it: scheme, fragment, tracking parameters, a slash at its end.
/// A site's front page is no article's own: feeds without pages give it for all.
fn page(article: &Article) -> Option<String> {
    let mut url = Url::parse(article.url.as_deref()?).ok()?;
    // `#/…` and `#!…` are routes of pages made by scripts.
    if !url
        .fragment()
        .is_some_and(|fragment| fragment.starts_with(['/', '!']))
    {
        url.set_fragment(None);
    }
    let tracking = |name: &str| {
        name.starts_with("utm_") || matches!(name, "fbclid" | "gclid" | "mc_cid" | "mc_eid")
    };
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| !tracking(name))
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    if path.is_empty() && url.query().is_none() && url.fragment().is_none() {
        return None;
    }
    let text = url.as_str();
    Some(
        text.split_once(':')
            .map_or(text, |(_, rest)| rest)
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::test_data::article;

    fn same(urls: &[&str]) -> Vec<usize> {
        let articles: Vec<_> = urls
            .iter()
            .map(|url| Article {
                url: Some((*url).to_owned()),
                ..article(url, &[])
            })
            .collect();
        first_copies(articles.iter())
    }

    fn text(title: &str, summary: &str) -> Article {
        let mut article = article(title, &[]);
        article.summary.text = summary.to_owned();
        article
    }

    #[test]
    fn one_page_has_many_addresses() {
        let copies = same(&[
            "https://a.example/talks?id=7",
            "http://A.example/talks/?utm_source=feed&id=7#comments",
            "https://a.example/talks?id=7&fbclid=x&gclid=y",
            "https://a.example:443/talks?id=7",
        ]);
        assert_eq!(copies, [0, 0, 0, 0]);
    }

    #[test]
    fn pages_that_differ_stay_apart() {
        let copies = same(&[
            "https://a.example/talks?id=7",
            "https://a.example/talks?id=8",
            "https://b.example/talks?id=7",
            "https://a.example/#!/talks",
            "https://a.example/#!/cup",
        ]);
        assert_eq!(copies, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_front_page_makes_no_copies() {
        assert_eq!(
            same(&["https://a.example/", "https://a.example/?utm_medium=rss"]),
            [0, 1]
        );
    }

    #[test]
    fn the_same_words_are_a_copy_but_a_title_alone_is_none() {
        let copies = first_copies(
            [
                text("Talks resume", "In Seoul, on Monday."),
                text("TALKS RESUME", "In Seoul — on Monday"),
                text("Talks resume", "In Geneva."),
                text("News in brief", ""),
                text("News in brief", ""),
            ]
            .iter(),
        );
        assert_eq!(copies, [0, 0, 2, 3, 4]);
    }

    #[test]
    fn sameness_is_handed_on() {
        let with = |url: &str, article: Article| Article {
            url: Some(url.to_owned()),
            ..article
        };
        let copies = first_copies(
            [
                with("https://a.example/1", text("One", "First words.")),
                with("https://b.example/2", text("Two", "Other words.")),
                with("https://a.example/1", text("Two", "Other words.")),
            ]
            .iter(),
        );
        assert_eq!(copies, [0, 0, 0]);
    }
}
