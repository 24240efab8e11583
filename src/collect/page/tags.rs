//! The labels of a page's article.

use scraper::Html;

use super::{dom, elsewhere::Elsewhere, head::Head, linked::Linked};

/// The labels of a page's article: as its linked data has them, else its head, else as it shows them; its section last.
pub fn tags(tree: &Html, head: &Head, linked: &Linked, elsewhere: &Elsewhere) -> Vec<String> {
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
    let mut tags = linked.texts("keywords");
    if tags.is_empty() {
        tags = in_head
            .iter()
            .map(|name| head.metas(name).map(str::to_owned).collect::<Vec<_>>())
            .find(|tags| !tags.is_empty())
            .unwrap_or_default();
    }
    if tags.is_empty() {
        tags = shown(tree, elsewhere);
    }
    if tags.is_empty() {
        tags = ["keywords", "dc.subject", "dcterms.subject", "dc:subject"]
            .iter()
            .map(|name| head.metas(name).map(str::to_owned).collect::<Vec<_>>())
            .find(|tags| !tags.is_empty())
            .unwrap_or_default();
    }
    let mut tags: Vec<String> = tags.iter().flat_map(|words| split_words(words)).collect();
    let section = linked.text("articleSection").or_else(|| {
        head.meta(&["article:section", "parsely-section"])
            .map(str::to_owned)
    });
    tags.extend(section);
    tags
}

/// The tags that the page shows: links to the lists of what else has them.
fn shown(tree: &Html, elsewhere: &Elsewhere) -> Vec<String> {
    const MOST: usize = 15;
    [
        "a[rel~=tag]",
        "a[href*='/tag/'], a[href*='/tags/'], a[href*='/topic/'], a[href*='/topics/']",
    ]
    .iter()
    .map(|links| {
        let links = dom::all(tree, links).into_iter().take(100);
        let tags = links.filter(|link| !elsewhere.has(*link)).map(dom::text);
        tags.filter(|tag| (1..=60).contains(&tag.chars().count()))
            .collect::<Vec<_>>()
    })
    // More are those of the whole site
    .find(|tags| (1..=MOST).contains(&tags.len()))
    .unwrap_or_default()
}

fn split_words(words: &str) -> Vec<String> {
    words
        .split([',', ';', '،', '、', '|'])
        .map(|word| word.trim().to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}
