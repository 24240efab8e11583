//! What makes an entry the same when the feed is read again, though its title was corrected.
//!
//! Its own id; where it has none, its page; where it has none of both, its words without the title. An id that stands for
//! several pages says nothing (some feeds give their own address to every entry), and neither does a page that several
//! entries share (a ticker): the next of the list tells these apart, for all of them alike, so that their order in the
//! feed doesn't matter.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write,
};

use data_encoding::HEXLOWER;
use ring::digest::{Context, SHA256};

use super::Problem;
use crate::collect::raw::{RawArticle, RawText};

/// Gives each article its id, and leaves out those that are there twice. `entry` holds the feed's own id before, or nothing.
pub fn settle(articles: Vec<RawArticle>, problems: &mut Vec<Problem>) -> Vec<RawArticle> {
    let pages_of_ids = count(&articles, |article| {
        let id = article.entry.as_str();
        Some((id, article.url.as_deref()?)).filter(|(id, _)| !id.is_empty())
    });
    let titles_of_pages = count(&articles, |article| {
        let is_named = !article.entry.is_empty();
        article
            .url
            .as_deref()
            .filter(|_| !is_named)
            .map(|page| (page, words(&article.title)))
    });
    let ids: Vec<String> = articles
        .iter()
        .map(|article| id(article, &pages_of_ids, &titles_of_pages))
        .collect();
    let mut seen = HashSet::new();
    let mut kept = Vec::with_capacity(articles.len());
    for (index, (mut article, id)) in articles.into_iter().zip(ids).enumerate() {
        if seen.insert(id.clone()) {
            article.entry = id;
            kept.push(article);
        } else {
            problems.push(Problem {
                place: format!("entry {}", index + 1),
                message: format!("has the id of an entry before it: `{id}`"),
                hint: "the first of them is taken; tell the publisher".to_owned(),
            });
        }
    }
    kept
}

fn id(
    article: &RawArticle,
    pages_of_ids: &HashMap<String, usize>,
    titles_of_pages: &HashMap<String, usize>,
) -> String {
    let several = |counts: &HashMap<String, usize>, key: &str| {
        counts.get(key).is_some_and(|number| *number > 1)
    };
    if !article.entry.is_empty() && !several(pages_of_ids, &article.entry) {
        return article.entry.clone();
    }
    match &article.url {
        Some(page) if !several(titles_of_pages, page) => page.clone(),
        _ if !article.entry.is_empty() && article.url.is_none() => article.entry.clone(),
        _ => of_words(article),
    }
}

/// How many different things each key goes with.
fn count<'a>(
    articles: &'a [RawArticle],
    pair: impl Fn(&'a RawArticle) -> Option<(&'a str, &'a str)>,
) -> HashMap<String, usize> {
    let pairs: HashSet<(&str, &str)> = articles.iter().filter_map(pair).collect();
    let mut counts = HashMap::with_capacity(pairs.len());
    for (key, _) in pairs {
        *counts.entry(key.to_owned()).or_default() += 1;
    }
    counts
}

/// A hash of what an article says; of its title only where there is nothing else.
fn of_words(article: &RawArticle) -> String {
    let texts = [words(&article.summary), words(&article.body)].map(str::trim);
    let mut said = texts.join("\0");
    if texts.iter().all(|text| text.is_empty()) {
        words(&article.title).trim().clone_into(&mut said);
    }
    if said.is_empty() {
        let _ = write!(said, "{:?} {:?}", article.tags, article.authors);
    }
    let mut hash = Context::new(&SHA256);
    for part in [
        said.as_str(),
        article.url.as_deref().unwrap_or_default(),
        &article
            .published
            .map(|time| time.to_rfc3339())
            .unwrap_or_default(),
    ] {
        hash.update(part.as_bytes());
        hash.update(b"\0");
    }
    format!("words:{}", HEXLOWER.encode(&hash.finish().as_ref()[..16]))
}

fn words(text: &RawText) -> &str {
    match text {
        RawText::None => "",
        RawText::Html(text) | RawText::Plain(text) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(id: &str, page: &str, title: &str, summary: &str) -> RawArticle {
        RawArticle {
            entry: id.to_owned(),
            url: Some(page.to_owned()).filter(|page| !page.is_empty()),
            title: RawText::Plain(title.to_owned()),
            summary: RawText::Plain(summary.to_owned()),
            ..RawArticle::default()
        }
    }

    fn ids(articles: Vec<RawArticle>) -> Vec<String> {
        settle(articles, &mut Vec::new())
            .into_iter()
            .map(|article| article.entry)
            .collect()
    }

    #[test]
    fn an_id_stays_when_the_title_is_corrected() {
        for (id, page, summary) in [("1", "", ""), ("", "/1", ""), ("", "", "The words")] {
            let told = |title| ids(vec![article(id, page, title, summary)]);
            assert_eq!(told("Wrnog"), told("Wrong"));
        }
    }

    #[test]
    fn an_id_that_stands_for_several_pages_is_none() {
        let first = || article("site", "/1", "a", "");
        let second = || article("site", "/2", "b", "");
        assert_eq!(ids(vec![first(), second()]), ["/1", "/2"]);
        assert_eq!(ids(vec![second(), first()]), ["/2", "/1"]);
    }

    #[test]
    fn entries_that_share_a_page_are_told_apart_by_their_words() {
        let told = ids(vec![
            article("", "/ticker", "Goal", "1:0"),
            article("", "/ticker", "Goal again", "2:0"),
        ]);
        assert!(told.len() == 2 && told[0] != told[1], "{told:?}");
    }

    #[test]
    fn what_is_there_twice_is_taken_once_and_told() {
        let mut problems = Vec::new();
        let twice = vec![article("1", "/1", "a", ""), article("1", "/1", "b", "")];
        assert_eq!(settle(twice, &mut problems).len(), 1);
        assert_eq!(problems[0].place, "entry 2");
    }
}
