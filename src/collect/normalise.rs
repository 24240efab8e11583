//! What a parser found → an article: clean, and else as its source wrote it.

use std::collections::HashSet;

use chrono::{DateTime, Datelike, Utc};
use icu_normalizer::ComposingNormalizerBorrowed;

use super::{
    byline, language,
    link::Links,
    plain,
    raw::{RawArticle, RawText},
    reading, sanitise,
    sanitise::{Keep, is_pixel_url},
};
use crate::domain::{
    Article, ArticleId, CollectSettings, DeclaredSource, Enclosure, Handling, Image, Language,
    Related, RichText,
};

/// The article that `raw` is, as `source` gives it. Whatever its source doesn't tell stays empty.
#[must_use]
pub fn article(raw: RawArticle, source: &DeclaredSource, settings: &CollectSettings) -> Article {
    let outside = Links {
        base: raw.base.as_ref(),
        page: None,
        tracking: &settings.tracking_parameters,
        pictures: Some(&raw.pictures),
    };
    let page = raw.url.as_deref().and_then(|url| outside.web(url));
    let links = Links {
        page: page.as_ref(),
        ..outside
    };
    let depth = usize::try_from(settings.max_depth).unwrap_or(usize::MAX);
    let title = title(&raw.title);
    let body = rich(&raw.body, links, depth);
    let summary = rich(&raw.summary, links, depth);
    let told = raw.language.or_else(|| source.language.clone());
    let language = written_in(told, [&title, &summary.text, &body.text]);
    let mut urls = HashSet::new();
    Article {
        id: ArticleId::new(raw.entry),
        title,
        authors: byline::authors(raw.authors, &links),
        published: raw.published.filter(is_meant),
        updated: raw.updated.filter(is_meant),
        language,
        tags: distinct(raw.tags.iter().map(|tag| unescaped(plain::one_line(tag)))),
        reading_minutes: raw
            .reading_minutes
            .filter(|minutes| *minutes > 0)
            .or_else(|| reading::minutes(&body.text)),
        summary,
        body,
        image: raw.image.and_then(|image| picture(&image, &links)),
        enclosures: raw
            .enclosures
            .into_iter()
            .filter_map(|file| {
                Some(Enclosure {
                    url: links.web(&file.url)?.into(),
                    ..file
                })
            })
            .filter(|file| urls.insert(file.url.clone()))
            .collect(),
        related: raw
            .related
            .into_iter()
            .map(|related| Related {
                title: unescaped(plain::one_line(&related.title)),
                url: related
                    .url
                    .and_then(|url| links.web(&url))
                    .map(String::from),
            })
            .filter(|related| !related.title.is_empty())
            .collect(),
        url: page.map(String::from),
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

fn rich(text: &RawText, links: Links<'_>, depth: usize) -> RichText {
    match text {
        RawText::None => RichText::default(),
        RawText::Plain(text) => from_plain(plain::paragraphs(text)),
        RawText::Html(html) => {
            let rich = match escaped_twice(html) {
                Some(html) => sanitise::rich(&html, links, Keep::Body, depth),
                None => sanitise::rich(html, links, Keep::Body, depth),
            };
            // A picture says something, empty paragraphs don't
            if rich.text.is_empty() && !rich.html.contains("<img ") {
                return RichText::default();
            }
            rich
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

/// The HTML that was meant, where a source escaped it once more than its format asks for: without tags, and what its
/// entities say is markup from its first character to its last.
fn escaped_twice(html: &str) -> Option<String> {
    let start = html.trim_start();
    if html.contains('<') || !(start.starts_with("&lt;") || start.starts_with("&#60;")) {
        return None;
    }
    let meant = sanitise::text_of(html);
    let begins = meant
        .trim_start()
        .strip_prefix('<')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    (begins && meant.trim_end().ends_with('>')).then_some(meant)
}

/// A title as plain text on one line.
fn title(text: &RawText) -> String {
    match text {
        RawText::None => String::new(),
        RawText::Plain(text) => plain::one_line(text),
        RawText::Html(html) => {
            let text = plain::one_line(&plain::from_html(html));
            if is_marked_up(&text) {
                plain::one_line(&plain::from_html(&text))
            } else {
                unescaped(text)
            }
        }
    }
}

/// Whether a title that was already resolved is still in tags: `<b>Ports</b>`.
fn is_marked_up(text: &str) -> bool {
    const MARKS: [&str; 9] = ["b", "i", "em", "strong", "u", "span", "font", "sup", "sub"];
    MARKS.iter().any(|name| {
        text.find(&format!("</{name}>")).is_some_and(|end| {
            let before = &text[..end];
            before.contains(&format!("<{name}>")) || before.contains(&format!("<{name} "))
        })
    })
}

/// A text without the entities that are left in it: it was escaped twice. `AT&T;` has none.
fn unescaped(text: String) -> String {
    if !text.contains('&') || !text.contains(';') {
        return text;
    }
    plain::one_line(&sanitise::text_of(&text))
}

/// The language that the source tells, unless the text is in a script that it isn't written in; else what the text looks
/// like.
fn written_in(told: Option<Language>, texts: [&str; 3]) -> Option<Language> {
    let start = language::start(texts);
    told.and_then(language::known)
        .filter(|told| language::can_be(told, &start))
        .or_else(|| language::detect(&start))
}

/// Whether a date is one that was meant: not what a program has where it has none (the first day of all calendars, the
/// beginning of Unix' time, the last day of years of four digits).
fn is_meant(time: &DateTime<Utc>) -> bool {
    (2..9999).contains(&time.year()) && *time != DateTime::UNIX_EPOCH
}

/// A picture's words may come without the picture: a page saved as text has its caption only.
fn picture(image: &Image, links: &Links<'_>) -> Option<Image> {
    let local = links.pictures.and_then(|pictures| pictures.get(&image.url));
    let url = links
        .picture(&image.url)
        .map(String::from)
        .filter(|url| !is_pixel_url(url))
        .unwrap_or_default();
    let words = |text: &str| unescaped(plain::one_line(text));
    let caption = words(&image.caption);
    let credit = words(&image.credit);
    let mut alt = words(&image.alt);
    if alt.is_empty() {
        alt.clone_from(&caption);
    }
    let nothing = url.is_empty() && caption.is_empty() && credit.is_empty();
    (!nothing).then_some(Image {
        url,
        alt,
        caption,
        credit,
        size: local.map_or(image.size, |picture| picture.size),
    })
}

/// Tags, each once: spellings that differ in case or in how their letters are composed are one.
fn distinct(tags: impl Iterator<Item = String>) -> Vec<String> {
    let normalizer = ComposingNormalizerBorrowed::new_nfkc();
    let mut seen = HashSet::new();
    tags.filter(|tag| {
        !tag.is_empty() && seen.insert(normalizer.normalize(&tag.to_lowercase()).into_owned())
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use url::Url;

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

    #[test]
    fn a_language_that_the_script_denies_is_not_believed() {
        let mut english = source();
        english.language = "en".parse().ok();
        let korean =
            "두 정부는 화요일 항구 사이의 철도를 다시 열기로 합의했다고 관계자들이 밝혔다.";
        let told = article(raw(RawText::None, korean), &english).language;
        assert_eq!(told.map(String::from).as_deref(), Some("ko"));
    }

    #[test]
    fn a_title_is_what_its_author_typed() {
        let title = |title: RawText| {
            let raw = RawArticle {
                title,
                ..raw(RawText::None, "")
            };
            article(raw, &source()).title
        };
        let html = |text: &str| title(RawText::Html(text.to_owned()));
        assert_eq!(html("AT&amp;T\n and <b>more</b>"), "AT&T and more");
        assert_eq!(html("AT&amp;amp;T"), "AT&T");
        assert_eq!(html("It&amp;#8217;s"), "It’s");
        assert_eq!(html("&lt;b&gt;Ports&lt;/b&gt; open"), "Ports open");
        assert_eq!(html("1 &lt; 2 &amp; 3"), "1 < 2 & 3");
        assert_eq!(html("The &lt;video&gt; element"), "The <video> element");
        assert_eq!(
            title(RawText::Plain("A <b> &amp; c".to_owned())),
            "A <b> &amp; c"
        );
    }

    #[test]
    fn html_that_was_escaped_twice_is_html() {
        let body = |html: &str| rich(&RawText::Html(html.to_owned()), Links::default(), 9);
        assert_eq!(
            body("&lt;p&gt;a &lt;b&gt;b&lt;/b&gt;&lt;/p&gt;").html,
            "<p>a <b>b</b></p>"
        );
        assert_eq!(body("Write &lt;br&gt; here").text, "Write <br> here");
        assert_eq!(body("<p>&lt;b&gt;</p>").text, "<b>");
    }

    #[test]
    fn tags_files_and_pictures_are_there_once_and_clean() {
        let file = |url: &str| Enclosure {
            url: url.to_owned(),
            media_type: None,
            length: None,
        };
        let article = article(
            RawArticle {
                tags: [
                    " Korea ",
                    "KOREA",
                    "E\u{301}lections",
                    "élections",
                    "AT&amp;T",
                    "",
                ]
                .map(str::to_owned)
                .to_vec(),
                enclosures: vec![
                    file("https://a.example/1.mp3?utm_source=rss"),
                    file("https://a.example/1.mp3"),
                    file("javascript:x"),
                ],
                image: Some(Image {
                    url: "https://pixel.example/1".to_owned(),
                    ..Image::default()
                }),
                ..raw(RawText::None, "")
            },
            &source(),
        );
        assert_eq!(article.tags, ["Korea", "E\u{301}lections", "AT&T"]);
        assert_eq!(article.enclosures, [file("https://a.example/1.mp3")]);
        assert_eq!(article.image, None);
    }

    #[test]
    fn a_date_is_kept_as_it_is_told_unless_it_means_none() {
        let published = |text: &str| {
            let raw = RawArticle {
                published: crate::collect::dates::parse(text),
                ..raw(RawText::None, "")
            };
            article(raw, &source())
                .published
                .map(|time| time.to_rfc3339())
        };
        assert_eq!(published("0001-01-01T00:00:00Z"), None);
        assert_eq!(published("Thu, 01 Jan 1970 00:00:00 GMT"), None);
        assert_eq!(published("9999-12-31T23:59:59Z"), None);
        assert_eq!(
            published("2099-01-01").as_deref(),
            Some("2099-01-01T00:00:00+00:00")
        );
        assert_eq!(
            published("1899-01-01").as_deref(),
            Some("1899-01-01T00:00:00+00:00")
        );
    }

    #[test]
    fn a_note_is_a_place_in_the_articles_page() {
        let linked = article(
            RawArticle {
                url: Some("https://agency.example/1?utm_source=rss".to_owned()),
                body: RawText::Html("<a href='#note'>1</a>".to_owned()),
                ..raw(RawText::None, "")
            },
            &source(),
        );
        assert_eq!(
            linked.body.html,
            "<a href=\"https://agency.example/1#note\">1</a>"
        );
    }
}
