//! An article as its source wrote it → as a digest shows it: with a title, a summary that is one, the time that reading
//! takes. A desk's work, done once, before the archive takes the article in.

use super::{
    lead,
    normalise::from_plain,
    plain, reading,
    sanitise::{Keep, sanitise},
};
use crate::domain::{Article, RichText};

/// How many characters a feed's summary has, to be taken as one: fewer say nothing, more are the text itself.
const SUMMARY: std::ops::RangeInclusive<usize> = 40..=400;
/// How many characters a title has that is made of a text without one.
const LONGEST_MADE_TITLE: usize = 100;

/// How much the summaries of a source's articles are to be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Summaries {
    /// An editor wrote them to be summaries (front matter, a page's description): they are taken as they are.
    #[default]
    Chosen,
    /// A feed calls them so: they may be a few words, or the whole text.
    Offered,
}

/// The article as a digest shows it; none where there is nothing to show: no title, no text, no page.
#[must_use]
pub fn edit(article: Article, summaries: Summaries) -> Option<Article> {
    let mut article = article;
    let whole = article.summary.clone();
    if summaries == Summaries::Offered
        && article.body.is_empty()
        && whole.text.chars().count() > *SUMMARY.end()
    {
        article.body = whole.clone();
    }
    article.summary = summary(&whole, summaries, &article.title, &article.body);
    if article.title.is_empty() {
        let text = if article.summary.is_empty() {
            &whole.text
        } else {
            &article.summary.text
        };
        article.title = lead::cut(text.lines().next().unwrap_or_default(), LONGEST_MADE_TITLE);
    }
    if article.title.is_empty() {
        article.title = article.url.as_deref().map(bare_address)?;
    }
    if article.reading_minutes.is_none() {
        article.reading_minutes = reading::minutes(&article.body.text);
    }
    Some(article)
}

/// The summary to show.
fn summary(written: &RichText, summaries: Summaries, title: &str, body: &RichText) -> RichText {
    let short = || {
        let html = sanitise(&written.html, None, Keep::Summary);
        RichText {
            text: plain::from_html(&html),
            html,
        }
    };
    let repeats_title = plain::one_line(&written.text) == title;
    let good = SUMMARY.contains(&written.text.chars().count()) && !repeats_title;
    if !written.is_empty() && (summaries == Summaries::Chosen || good) {
        return short();
    }
    let lead = lead::lead(&body.text);
    if !lead.is_empty() {
        return from_plain(lead);
    }
    if repeats_title {
        RichText::default()
    } else {
        short()
    }
}

/// An address as a person would write it, for an entry of which nothing else is known.
fn bare_address(url: &str) -> String {
    let bare = url.split_once("://").map_or(url, |(_, rest)| rest);
    lead::cut(bare.trim_end_matches('/'), LONGEST_MADE_TITLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ArticleId;

    fn written(summary: &str, body: &str) -> Article {
        Article {
            id: ArticleId::new("1"),
            url: None,
            title: "A title".to_owned(),
            authors: Vec::new(),
            published: None,
            updated: None,
            language: None,
            tags: Vec::new(),
            summary: from_plain(summary.to_owned()),
            body: from_plain(body.to_owned()),
            image: None,
            enclosures: Vec::new(),
            reading_minutes: None,
            related: Vec::new(),
            source: "Agency".to_owned(),
            handling: crate::domain::Handling::default(),
        }
    }

    #[test]
    fn a_feeds_summary_is_taken_if_it_says_enough_and_is_short_enough() {
        let summary = |summaries, summary: &str, body: &str| {
            edit(written(summary, body), summaries)
                .unwrap()
                .summary
                .text
        };
        let good = "A summary of a reasonable length, as an editor writes it.";
        let offered = |text: &str, body: &str| summary(Summaries::Offered, text, body);
        assert_eq!(offered(good, "The body. More. And more."), good);
        assert_eq!(
            offered("Short", "The body. More. And more."),
            "The body. More."
        );
        assert_eq!(offered("Short", ""), "Short");
        assert_eq!(offered("A title", ""), "");
        assert_eq!(summary(Summaries::Chosen, "Ours", "Body."), "Ours");
        assert_eq!(summary(Summaries::Chosen, "", "Body."), "Body.");
    }

    #[test]
    fn a_long_description_is_the_body() {
        let long = "A sentence that goes on for a while. ".repeat(20);
        let article = edit(written(long.trim(), ""), Summaries::Offered).unwrap();
        assert_eq!(article.body.text, long.trim());
        assert!(article.summary.text.chars().count() <= 280);
        assert_eq!(article.reading_minutes, Some(1));
    }

    #[test]
    fn an_entry_without_a_title_gets_one_and_without_anything_is_none() {
        let untitled = |summary: &str, body: &str| Article {
            title: String::new(),
            ..written(summary, body)
        };
        let title = |article| edit(article, Summaries::Offered).map(|article| article.title);
        assert_eq!(
            title(untitled("", "Only a body here. And more.")).as_deref(),
            Some("Only a body here. And more.")
        );
        assert_eq!(title(untitled("A note", "")).as_deref(), Some("A note"));
        let bare = Article {
            url: Some("https://agency.example/2026/ports/".to_owned()),
            ..untitled("", "")
        };
        assert_eq!(title(bare).as_deref(), Some("agency.example/2026/ports"));
        assert_eq!(title(untitled("", "")), None);
    }
}
