//! The title of a page's article: without the site's name, and as its readers see it.

use scraper::Html;

use super::{dom, head::Head, linked::Linked, site::Site, words};

/// What stands between a title and a site's name, the stronger ones first.
const SEPARATORS: [&str; 14] = [
    " | ", " ｜ ", " :: ", " » ", " « ", " · ", " • ", " / ", " – ", " — ", " - ", " ― ", " -- ",
    ": ",
];
/// How many words a name of a site has at most, where nothing says what it is.
const LONGEST_NAME: usize = 4;

/// The title of a page's article.
pub fn title(tree: &Html, head: &Head, linked: &Linked, site: &Site) -> Option<String> {
    let stated: Vec<String> = [linked.text("headline"), linked.text("name")]
        .into_iter()
        .chain(
            [
                "og:title",
                "parsely-title",
                "sailthru.title",
                "citation_title",
                "dc.title",
                "dcterms.title",
                "dc:title",
                "twitter:title",
                "title",
                "hdl",
            ]
            .map(|name| head.meta(&[name]).map(str::to_owned)),
        )
        .flatten()
        .map(|title| without_site(&title, site, false))
        .filter(|title| !title.is_empty() && !site.is(title))
        .collect();
    let in_head = head
        .title
        .as_deref()
        .map(|title| without_site(title, site, true))
        .filter(|title| title.contains(' ') || !title.contains('.'));
    let headings = headings(tree, site);
    let shown = headings.iter().find(|heading| {
        stated
            .iter()
            .chain(&in_head)
            .any(|title| same(heading, title))
            || head.title.as_deref().is_some_and(|whole| {
                heading.chars().count() >= 10
                    && words::letters(whole).starts_with(&words::letters(heading))
            })
    });
    // One heading alone is the title in other words than those that were made for search engines and social networks
    let shown = shown.or_else(|| {
        let [only] = headings.as_slice() else {
            return None;
        };
        stated
            .iter()
            .chain(&in_head)
            .any(|title| words::resemble(only, title))
            .then_some(only)
    });
    if let Some(shown) = shown {
        return Some(shown.clone());
    }
    let first = stated
        .first()
        .or(in_head.as_ref())
        .filter(|title| !title.is_empty());
    let Some(first) = first else {
        let lesser = || {
            let places = "[class*=post-title i], [class*=entry-title i], [class*=headline i], h2";
            dom::first(tree, places)
                .map(dom::text)
                .filter(|text| !text.is_empty())
        };
        return headings
            .into_iter()
            .next()
            .or_else(lesser)
            .or_else(|| head.title.clone());
    };
    Some(whole(first, stated.iter().chain(&headings).chain(&in_head)).clone())
}

/// The headings that may be the article's: those of the first rank.
fn headings(tree: &Html, site: &Site) -> Vec<String> {
    dom::all(tree, "h1, [itemprop~=headline]")
        .into_iter()
        .take(8)
        .map(dom::text)
        .filter(|text| !text.is_empty() && text.chars().count() < 400 && !site.is(text))
        .collect()
}

fn same(one: &str, other: &str) -> bool {
    words::letters(one) == words::letters(other)
}

/// A title that was cut, whole, where another says all of it.
fn whole<'a>(title: &'a String, mut others: impl Iterator<Item = &'a String>) -> &'a String {
    let Some(start) = title
        .strip_suffix('…')
        .or_else(|| title.strip_suffix("..."))
    else {
        return title;
    };
    let start = words::letters(start);
    others
        .find(|other| other.len() > title.len() && words::letters(other).starts_with(&start))
        .unwrap_or(title)
}

/// A title without the site's name before or after it. `guess` takes a short part at its end for one, though nothing says
/// that it is: a `<title>` has it nearly always.
fn without_site(title: &str, site: &Site, guess: bool) -> String {
    let mut title = title.trim();
    loop {
        let cut = SEPARATORS.iter().find_map(|separator| {
            let named = |part: &str| {
                site.is(part)
                    || (*separator != ": "
                        && site.is_part_of(part)
                        && words_in(part) <= LONGEST_NAME)
            };
            if let Some((rest, last)) = title.rsplit_once(separator)
                && named(last)
            {
                return Some(rest);
            }
            let (first, rest) = title.split_once(separator)?;
            site.is(first).then_some(rest)
        });
        match cut {
            Some(rest) if !rest.trim().is_empty() => title = rest.trim(),
            _ => break,
        }
    }
    if guess {
        title = guessed(title);
    }
    title.to_owned()
}

/// A title without what is probably the site's name.
fn guessed(title: &str) -> &str {
    for separator in &SEPARATORS[..6] {
        if title.contains(separator) {
            let longest = title
                .split(separator)
                .max_by_key(|part| part.chars().count());
            return longest.unwrap_or(title).trim();
        }
    }
    for separator in &SEPARATORS[6..13] {
        if let Some((rest, last)) = title.rsplit_once(separator)
            && words_in(last) <= LONGEST_NAME
            && words_in(rest) > words_in(last)
        {
            return rest.trim();
        }
    }
    title
}

fn words_in(text: &str) -> usize {
    text.split_whitespace().count()
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    fn title_of(html: &str) -> Option<String> {
        let tree = Html::parse_document(html);
        let head = Head::of(&tree);
        let linked = Linked::default();
        let url = Url::parse("https://www.the-agency.example/ports").ok();
        let site = Site::of(&head, &linked, url.as_ref());
        title(&tree, &head, &linked, &site)
    }

    #[test]
    fn the_sites_name_is_no_part_of_the_title() {
        for html in [
            "<title>The port reopens | The Agency</title>",
            "<title>The port reopens - The Agency</title>",
            "<title>The Agency: The port reopens</title>",
            "<title>The port reopens – World – The Agency</title>",
            "<meta property=og:site_name content=Wire><title>x</title><meta property=og:title content='The port reopens - Wire'>",
            "<title>The port reopens « Unknown Name</title>",
        ] {
            assert_eq!(
                title_of(html).as_deref(),
                Some("The port reopens"),
                "{html}"
            );
        }
        assert_eq!(
            title_of("<title>Ports - a bold and a very long plan for all</title>").as_deref(),
            Some("Ports - a bold and a very long plan for all")
        );
    }

    #[test]
    fn the_heading_is_the_title_where_the_head_agrees() {
        let html =
            "<title>The port: reopens! | X</title><h1>The Agency</h1><h1>The Port Reopens</h1>";
        assert_eq!(title_of(html).as_deref(), Some("The Port Reopens"));
        let other = "<meta property=og:title content='The port reopens'><h1>World news</h1>";
        assert_eq!(title_of(other).as_deref(), Some("The port reopens"));
    }

    #[test]
    fn a_title_that_was_cut_is_made_whole() {
        let html = "<meta property=og:title content='The port reopens aft…'><h1>Kicker The port</h1>\
            <meta name=twitter:title content='The port reopens after a year'>";
        assert_eq!(
            title_of(html).as_deref(),
            Some("The port reopens after a year")
        );
    }
}
