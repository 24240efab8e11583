//! What a parser found → an article: clean texts, a summary, a language, the time that reading takes.

use std::collections::HashSet;

use url::Url;

use super::{
    language, lead, plain,
    raw::{RawArticle, RawSummary, RawText},
    reading,
    sanitise::{Keep, is_pixel_url, sanitise},
};
use crate::domain::{
    Article, ArticleId, DeclaredSource, Enclosure, Image, Person, Related, RichText,
};

/// How many characters a feed's summary has, to be taken as one: fewer say nothing, more are the text itself.
const SUMMARY: std::ops::RangeInclusive<usize> = 40..=400;
/// How many characters a title has that is made of a text without one.
const LONGEST_MADE_TITLE: usize = 100;

/// The article that `raw` is, as `source` gives it; none if it has neither a title nor a text.
#[must_use]
pub fn article(raw: RawArticle, source: &DeclaredSource) -> Option<Article> {
    let base = raw.base.as_ref();
    let mut title = one_line(&raw.title);
    let mut body = rich(&raw.body, base, Keep::Body);
    let summary = summary(&raw.summary, &title, &mut body, base);
    if title.is_empty() {
        title = lead::cut(
            summary.text.lines().next().unwrap_or_default(),
            LONGEST_MADE_TITLE,
        );
    }
    if title.is_empty() {
        return None;
    }
    let language = raw
        .language
        .or_else(|| source.language.clone())
        .or_else(|| language::detect(&format!("{title}\n{}\n{}", summary.text, body.text)));
    let url = raw.url.as_deref().and_then(|url| web_address(url, base));
    Some(Article {
        id: ArticleId::new(&source.name, &raw.entry),
        title,
        authors: raw
            .authors
            .into_iter()
            .filter_map(|person| author(person, base))
            .collect(),
        published: raw.published,
        updated: raw.updated,
        language,
        tags: distinct(raw.tags.iter().map(|tag| plain::one_line(tag))),
        reading_minutes: raw
            .reading_minutes
            .filter(|minutes| *minutes > 0)
            .or_else(|| reading::minutes(&body.text)),
        summary,
        body,
        image: raw.image.and_then(|image| picture(&image, base)),
        enclosures: raw
            .enclosures
            .into_iter()
            .filter_map(|file| {
                Some(Enclosure {
                    url: web_address(&file.url, base)?,
                    ..file
                })
            })
            .collect(),
        related: raw
            .related
            .into_iter()
            .map(|related| Related {
                title: plain::one_line(&related.title),
                url: related.url.and_then(|url| web_address(&url, base)),
            })
            .filter(|related| !related.title.is_empty())
            .collect(),
        url,
        source: plain::one_line(&source.name),
    })
}

/// The summary to show. A feed's long description without a body beside it is the body.
fn summary(raw: &RawSummary, title: &str, body: &mut RichText, base: Option<&Url>) -> RichText {
    let offered = match raw {
        RawSummary::Chosen(text) => {
            let chosen = rich(text, base, Keep::Summary);
            if !chosen.is_empty() {
                return chosen;
            }
            RichText::default()
        }
        RawSummary::Offered(text) => {
            let offered = rich(text, base, Keep::Summary);
            if body.is_empty() && offered.text.chars().count() > *SUMMARY.end() {
                *body = rich(text, base, Keep::Body);
            }
            offered
        }
        RawSummary::None => RichText::default(),
    };
    let repeats_title = plain::one_line(&offered.text) == title;
    if SUMMARY.contains(&offered.text.chars().count()) && !repeats_title {
        return offered;
    }
    let lead = lead::lead(&body.text);
    if !lead.is_empty() {
        return from_plain(lead);
    }
    if repeats_title {
        RichText::default()
    } else {
        offered
    }
}

fn rich(text: &RawText, base: Option<&Url>, keep: Keep) -> RichText {
    match text {
        RawText::None => RichText::default(),
        RawText::Plain(text) => from_plain(plain::paragraphs(text)),
        RawText::Html(html) => {
            let html = sanitise(html, base, keep);
            let text = plain::from_html(&html);
            if text.is_empty() {
                return RichText::default();
            }
            RichText { html, text }
        }
    }
}

fn from_plain(text: String) -> RichText {
    RichText {
        html: plain::to_html(&text),
        text,
    }
}

fn one_line(text: &RawText) -> String {
    match text {
        RawText::None => String::new(),
        RawText::Plain(text) => plain::one_line(text),
        RawText::Html(html) => plain::one_line(&plain::from_html(html)),
    }
}

fn author(person: Person, base: Option<&Url>) -> Option<Person> {
    let mut name = plain::one_line(&person.name);
    let email = person
        .email
        .map(|email| plain::one_line(&email))
        .filter(|email| email.contains('@') && !email.contains(' '));
    if name.is_empty() {
        name = email.clone()?;
    }
    Some(Person {
        name,
        email,
        url: person.url.and_then(|url| web_address(&url, base)),
    })
}

/// A picture's words may come without the picture: a page saved as text has its caption only.
fn picture(image: &Image, base: Option<&Url>) -> Option<Image> {
    let url = web_address(&image.url, base)
        .filter(|url| !is_pixel_url(url))
        .unwrap_or_default();
    let caption = plain::one_line(&image.caption);
    let credit = plain::one_line(&image.credit);
    let mut alt = plain::one_line(&image.alt);
    if alt.is_empty() {
        alt.clone_from(&caption);
    }
    let nothing = url.is_empty() && caption.is_empty() && credit.is_empty();
    (!nothing).then_some(Image {
        url,
        alt,
        caption,
        credit,
    })
}

/// An absolute `http` or `https` URL.
fn web_address(url: &str, base: Option<&Url>) -> Option<String> {
    let url = plain::one_line(url);
    if url.is_empty() {
        return None;
    }
    let url = match base {
        Some(base) => base.join(&url),
        None => Url::parse(&url),
    }
    .ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then(|| url.to_string())
}

fn distinct(tags: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = HashSet::new();
    tags.filter(|tag| !tag.is_empty() && seen.insert(tag.to_lowercase()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SourcePlace;

    fn source() -> DeclaredSource {
        DeclaredSource {
            name: "Agency".to_owned(),
            place: SourcePlace::Folder("articles".into()),
            priority: crate::domain::Priority::default(),
            language: None,
            topics: Vec::new(),
        }
    }

    fn raw(summary: RawSummary, body: &str) -> RawArticle {
        RawArticle {
            entry: "1".to_owned(),
            title: RawText::Plain("A title".to_owned()),
            summary,
            body: RawText::Plain(body.to_owned()),
            ..RawArticle::default()
        }
    }

    fn offered(text: &str) -> RawSummary {
        RawSummary::Offered(RawText::Html(text.to_owned()))
    }

    #[test]
    fn a_feeds_summary_is_taken_if_it_says_enough_and_is_short_enough() {
        let summary = |raw: RawArticle| article(raw, &source()).unwrap().summary.text;
        let good = "A summary of a reasonable length, as an editor writes it.";
        assert_eq!(
            summary(raw(offered(good), "The body. More. And more.")),
            good
        );
        assert_eq!(
            summary(raw(offered("Short"), "The body. More. And more.")),
            "The body. More."
        );
        assert_eq!(summary(raw(offered("Short"), "")), "Short");
        assert_eq!(summary(raw(offered("A title"), "")), "");
        assert_eq!(
            summary(raw(
                RawSummary::Chosen(RawText::Plain("Ours".into())),
                "Body."
            )),
            "Ours"
        );
    }

    #[test]
    fn a_long_description_is_the_body() {
        let long = "A sentence that goes on for a while. ".repeat(20);
        let article = article(raw(offered(&long), ""), &source()).unwrap();
        assert_eq!(article.body.text, long.trim());
        assert!(article.summary.text.chars().count() <= 280);
        assert_eq!(article.reading_minutes, Some(1));
    }

    #[test]
    fn an_entry_without_a_title_gets_one_and_without_anything_is_none() {
        let mut untitled = raw(RawSummary::None, "Only a body here. And more.");
        untitled.title = RawText::None;
        assert_eq!(
            article(untitled, &source()).unwrap().title,
            "Only a body here. And more."
        );
        let mut empty = raw(RawSummary::None, " \n");
        empty.title = RawText::Plain("\u{e000}".into());
        assert_eq!(article(empty, &source()), None);
    }

    #[test]
    fn only_the_web_is_linked_to() {
        let address = |url: &str| {
            let mut linked = raw(RawSummary::None, "x");
            linked.url = Some(url.to_owned());
            linked.base = Url::parse("https://agency.example/a/").ok();
            article(linked, &source()).unwrap().url
        };
        assert_eq!(
            address("../b?c").as_deref(),
            Some("https://agency.example/b?c")
        );
        assert_eq!(address("javascript:alert(1)"), None);
        assert_eq!(address("file:///etc/passwd"), None);
    }

    #[test]
    fn the_language_is_the_articles_then_the_sources_then_what_the_text_looks_like() {
        let mut french = source();
        french.language = "fr".parse().ok();
        let english =
            "The two governments agreed on Tuesday to reopen the railway between the ports.";
        let told = |source: &DeclaredSource| {
            article(raw(RawSummary::None, english), source)
                .unwrap()
                .language
                .map(String::from)
        };
        assert_eq!(told(&french).as_deref(), Some("fr"));
        assert_eq!(told(&source()).as_deref(), Some("en"));
    }
}
