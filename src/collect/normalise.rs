//! What a parser found → an article: clean, and else as its source wrote it.

use std::collections::HashSet;

use url::Url;

use super::{
    language, plain,
    raw::{RawArticle, RawText},
    reading,
    sanitise::{Keep, is_pixel_url, sanitise},
};
use crate::domain::{
    Article, ArticleId, CollectSettings, DeclaredSource, Enclosure, Handling, Image, Person,
    Related, RichText,
};

/// The article that `raw` is, as `source` gives it. Whatever its source doesn't tell stays empty.
#[must_use]
pub fn article(raw: RawArticle, source: &DeclaredSource, _settings: &CollectSettings) -> Article {
    let base = raw.base.as_ref();
    let title = one_line(&raw.title);
    let body = rich(&raw.body, base);
    let summary = rich(&raw.summary, base);
    let language = raw
        .language
        .or_else(|| source.language.clone())
        .or_else(|| language::detect(&format!("{title}\n{}\n{}", summary.text, body.text)));
    let url = raw.url.as_deref().and_then(|url| web_address(url, base));
    Article {
        id: ArticleId::new(raw.entry),
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
        handling: handling(raw.handling),
    }
}

fn handling(raw: Handling) -> Handling {
    let line = |text: String| plain::one_line(&text);
    Handling {
        correction: raw.correction.map(line).filter(|text| !text.is_empty()),
        withdrawn: raw.withdrawn.map(line),
        ..raw
    }
}

fn rich(text: &RawText, base: Option<&Url>) -> RichText {
    match text {
        RawText::None => RichText::default(),
        RawText::Plain(text) => from_plain(plain::paragraphs(text)),
        RawText::Html(html) => {
            let html = sanitise(html, base, Keep::Body);
            let text = plain::from_html(&html);
            if text.is_empty() {
                return RichText::default();
            }
            RichText { html, text }
        }
    }
}

/// A text of plain paragraphs, both as itself and as HTML.
pub(super) fn from_plain(text: String) -> RichText {
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

    fn raw(summary: RawText, body: &str) -> RawArticle {
        RawArticle {
            entry: "1".to_owned(),
            title: RawText::Plain("A title".to_owned()),
            summary,
            body: RawText::Plain(body.to_owned()),
            ..RawArticle::default()
        }
    }

    fn article(raw: RawArticle, source: &DeclaredSource) -> Article {
        super::article(raw, source, &CollectSettings::default())
    }

    #[test]
    fn only_the_web_is_linked_to() {
        let address = |url: &str| {
            let mut linked = raw(RawText::None, "x");
            linked.url = Some(url.to_owned());
            linked.base = Url::parse("https://agency.example/a/").ok();
            article(linked, &source()).url
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
            article(raw(RawText::None, english), source)
                .language
                .map(String::from)
        };
        assert_eq!(told(&french).as_deref(), Some("fr"));
        assert_eq!(told(&source()).as_deref(), Some("en"));
    }
}
