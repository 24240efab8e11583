//! The words that stand for a page's article: what an editor wrote for searchers and social networks.

use super::{head::Head, linked::Linked, words};

/// What an editor wrote to stand for the article.
pub fn summary(head: &Head, linked: &Linked, title: Option<&str>) -> Option<String> {
    let stated = linked.text("description").into_iter();
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
    .flat_map(|name| head.metas(name))
    .map(words::unescaped);
    let all: Vec<String> = stated
        .chain(in_head)
        .chain(linked.text("abstract"))
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
