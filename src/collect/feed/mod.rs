//! A feed's octets → articles not yet clean. feed-rs reads the dialects; what it leaves to its caller is here.

use std::collections::{HashMap, HashSet};

use feed_rs::{
    model::{self, Entry, MediaObject},
    parser,
};
use serde::Serialize;
use url::Url;

mod entry_languages;

use super::{
    Document, Problem, dates, page as html, plain,
    raw::{RawArticle, RawText},
};
use crate::domain::{CollectSettings, Enclosure, Image, Language, Person};

/// What a feed says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct FeedInfo {
    /// Its title, plain text.
    pub title: Option<String>,
    /// The page that it is the feed of.
    pub link: Option<String>,
    /// Its language.
    pub language: Option<Language>,
    /// The address of its picture.
    pub image: Option<String>,
}

/// A feed that was read.
#[derive(Debug, Default)]
pub struct ParsedFeed {
    /// About the feed.
    pub info: FeedInfo,
    /// Its entries, in its order.
    pub articles: Vec<RawArticle>,
    /// What was wrong with single entries.
    pub problems: Vec<Problem>,
}

/// The entries of a feed (RSS, Atom, RDF, JSON Feed).
///
/// # Errors
/// The parser's words, where the octets are no feed.
pub fn parse(document: &Document, _settings: &CollectSettings) -> Result<ParsedFeed, String> {
    let (bytes, base) = (document.bytes.as_slice(), &document.url);
    let feed = parser::Builder::new()
        .base_uri(Some(base.as_str()))
        .sanitize_content(false)
        .timestamp_parser(dates::parse)
        // Not feed-rs's own: those change when a title is corrected
        .id_generator(|_, _, _| String::new())
        .build()
        .parse(bytes)
        .map_err(|error| error.to_string())?;
    let info = FeedInfo {
        title: feed
            .title
            .as_ref()
            .map(|title| plain::one_line(&plain::from_html(&title.content)))
            .filter(|title| !title.is_empty()),
        link: page(&feed.links),
        language: feed
            .language
            .as_deref()
            .and_then(|tag| tag.trim().parse().ok()),
        image: feed
            .logo
            .as_ref()
            .or(feed.icon.as_ref())
            .map(|image| image.uri.clone()),
    };
    let languages = entry_languages::read(bytes);
    // Unless each entry was found, whose language is whose isn't known
    let languages = if languages.len() == feed.entries.len() {
        languages
    } else {
        Vec::new()
    };
    let mut parsed = ParsedFeed {
        info,
        ..ParsedFeed::default()
    };
    let mut seen = HashSet::new();
    for (index, entry) in feed.entries.iter().enumerate() {
        let told = languages.get(index).cloned().flatten();
        let article = raw(entry, base, told.or_else(|| parsed.info.language.clone()));
        if article.entry.is_empty() {
            parsed.problems.push(Problem {
                place: format!("entry {}", index + 1),
                message: "has no id, no link, no title and no text".to_owned(),
                hint: "nothing to do: it is left out".to_owned(),
            });
        } else if seen.insert(article.entry.clone()) {
            parsed.articles.push(article);
        } else {
            parsed.problems.push(Problem {
                place: format!("entry {}", index + 1),
                message: format!("has the id of an entry before it: `{}`", article.entry),
                hint: "the first of them is taken; tell the publisher".to_owned(),
            });
        }
    }
    Ok(parsed)
}

fn raw(entry: &Entry, base: &Url, language: Option<Language>) -> RawArticle {
    let base = entry
        .base
        .as_deref()
        .and_then(|own| base.join(own).ok())
        .unwrap_or_else(|| base.clone());
    let guid_is_page =
        Url::parse(&entry.id).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    let url = page(&entry.links).or_else(|| guid_is_page.then(|| entry.id.clone()));
    let title = entry.title.as_ref().map_or(RawText::None, title);
    let summary = entry.summary.as_ref().map_or(RawText::None, |text| {
        content(&text.content, text.content_type.subty().as_str())
    });
    let body = entry.content.as_ref().map_or(RawText::None, |content_of| {
        content_of.body.as_ref().map_or(RawText::None, |body| {
            content(body, content_of.content_type.subty().as_str())
        })
    });
    let image = entry
        .media
        .iter()
        .find_map(picture)
        .or_else(|| linked_picture(&entry.links))
        .or_else(|| {
            [&body, &summary].into_iter().find_map(|text| match text {
                RawText::Html(html) => html::first_picture(html),
                _ => None,
            })
        });
    RawArticle {
        entry: identity(entry, url.as_deref()),
        url,
        title,
        authors: authors(entry),
        published: entry.published,
        // feed-rs repeats the one in the other
        updated: entry
            .updated
            .filter(|updated| Some(*updated) != entry.published),
        language: entry
            .language
            .as_deref()
            .and_then(|tag| tag.parse().ok())
            .or(language),
        tags: entry.categories.iter().map(tag).collect(),
        summary,
        body,
        image,
        enclosures: enclosures(entry),
        base: Some(base),
        ..RawArticle::default()
    }
}

/// The guid, else the page, else the words: what stays the same when the feed is read again.
fn identity(entry: &Entry, url: Option<&str>) -> String {
    if !entry.id.trim().is_empty() {
        return entry.id.trim().to_owned();
    }
    let text = |text: &Option<model::Text>| {
        text.as_ref()
            .map(|text| text.content.trim().to_owned())
            .unwrap_or_default()
    };
    let body = || {
        entry
            .content
            .as_ref()
            .and_then(|content| content.body.clone())
            .unwrap_or_default()
    };
    url.map(str::to_owned)
        .or_else(|| Some(text(&entry.title)).filter(|title| !title.is_empty()))
        .or_else(|| Some(text(&entry.summary)).filter(|summary| !summary.is_empty()))
        .unwrap_or_else(body)
}

/// A title is plain text where its type says so. RSS has no types: entities or tags in it make it HTML.
fn title(text: &model::Text) -> RawText {
    let is_html = text.content_type.subty() != "plain" || has_entities_or_tags(&text.content);
    if is_html {
        RawText::Html(text.content.clone())
    } else {
        RawText::Plain(text.content.clone())
    }
}

fn content(text: &str, subtype: &str) -> RawText {
    match subtype {
        "plain" if !has_entities_or_tags(text) => RawText::Plain(text.to_owned()),
        _ => RawText::Html(text.to_owned()),
    }
}

fn has_entities_or_tags(text: &str) -> bool {
    let entity = text.split('&').skip(1).any(|rest| {
        rest.split_once(';').is_some_and(|(name, _)| {
            name.len() <= 10
                && name.starts_with(|c: char| c == '#' || c.is_ascii_alphabetic())
                && name.chars().skip(1).all(|c| c.is_ascii_alphanumeric())
        })
    });
    let tag = text.split('<').skip(1).any(|rest| {
        rest.contains('>')
            && rest
                .trim_start_matches('/')
                .starts_with(|c: char| c.is_ascii_alphabetic())
    });
    entity || tag
}

/// The page that a feed or an entry belongs to.
fn page(links: &[model::Link]) -> Option<String> {
    let is_page = |link: &&model::Link| link.target.is_none();
    links
        .iter()
        .filter(is_page)
        .find(|link| {
            link.rel.as_deref() == Some("alternate")
                && link
                    .media_type
                    .as_deref()
                    .is_none_or(|kind| kind.contains("html"))
        })
        .or_else(|| links.iter().filter(is_page).find(|link| link.rel.is_none()))
        .or_else(|| {
            links
                .iter()
                .filter(is_page)
                .find(|link| link.rel.as_deref() == Some("alternate"))
        })
        .map(|link| link.href.clone())
}

fn authors(entry: &Entry) -> Vec<Person> {
    let mut seen = HashSet::new();
    entry
        .authors
        .iter()
        .map(|person| Person {
            name: person.name.clone().unwrap_or_default(),
            email: person.email.clone(),
            url: person.uri.clone(),
        })
        .filter(|person| seen.insert((person.name.clone(), person.email.clone())))
        .collect()
}

fn tag(category: &model::Category) -> String {
    let label = category
        .label
        .as_deref()
        .filter(|label| !label.trim().is_empty());
    plain::one_line(&plain::from_html(label.unwrap_or(&category.term)))
}

/// The largest picture of a media object, with its words.
fn picture(media: &MediaObject) -> Option<Image> {
    let is_picture = |content: &&model::MediaContent| match &content.content_type {
        Some(kind) => kind.ty() == "image",
        None => content
            .url
            .as_ref()
            .is_some_and(|url| looks_like_picture(url.path())),
    };
    let largest = media
        .content
        .iter()
        .filter(is_picture)
        .max_by_key(|content| content.width.unwrap_or_default());
    let url = largest
        .and_then(|content| content.url.as_ref().map(Url::to_string))
        .or_else(|| {
            media
                .thumbnails
                .first()
                .map(|thumbnail| thumbnail.image.uri.clone())
        })?;
    let words = |text: &Option<model::Text>| {
        text.as_ref()
            .map(|text| plain::one_line(&plain::from_html(&text.content)))
            .unwrap_or_default()
    };
    let credits: Vec<&str> = media
        .credits
        .iter()
        .map(|credit| credit.entity.trim())
        .collect();
    Some(Image {
        url,
        alt: words(&media.title),
        caption: words(&media.description),
        credit: credits.join(", "),
    })
}

fn linked_picture(links: &[model::Link]) -> Option<Image> {
    let link = links.iter().find(|link| {
        link.rel.as_deref() == Some("enclosure")
            && link
                .media_type
                .as_deref()
                .is_some_and(|kind| kind.starts_with("image/"))
    })?;
    Some(Image {
        url: link.href.clone(),
        alt: link.title.clone().unwrap_or_default(),
        ..Image::default()
    })
}

fn looks_like_picture(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    [".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"]
        .iter()
        .any(|end| path.ends_with(end))
}

/// Recordings and other files; pictures are the article's.
fn enclosures(entry: &Entry) -> Vec<Enclosure> {
    let linked = entry
        .links
        .iter()
        .filter(|link| link.rel.as_deref() == Some("enclosure"))
        .map(|link| Enclosure {
            url: link.href.clone(),
            media_type: link.media_type.clone(),
            length: link.length,
        });
    let media = entry
        .media
        .iter()
        .flat_map(|media| &media.content)
        .filter_map(|content| {
            Some(Enclosure {
                url: content.url.as_ref()?.to_string(),
                media_type: content.content_type.as_ref().map(ToString::to_string),
                length: content.size,
            })
        });
    let mut by_url: HashMap<String, usize> = HashMap::new();
    let mut files: Vec<Enclosure> = Vec::new();
    for file in linked.chain(media) {
        let is_picture = file.media_type.as_deref().map_or_else(
            || looks_like_picture(file.url.split('?').next().unwrap_or_default()),
            |kind| kind.starts_with("image/"),
        );
        if !is_picture && !by_url.contains_key(&file.url) {
            by_url.insert(file.url.clone(), files.len());
            files.push(file);
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn try_read(bytes: &[u8], base: &Url) -> Result<ParsedFeed, String> {
        let document = Document {
            bytes: bytes.to_owned(),
            url: base.clone(),
            content_type: None,
        };
        parse(&document, &CollectSettings::default())
    }

    fn read(text: &str) -> ParsedFeed {
        try_read(
            text.as_bytes(),
            &Url::parse("https://agency.example/feed.xml").unwrap(),
        )
        .unwrap()
    }

    #[test]
    fn rss_with_media_is_read_whole() {
        let feed = read(
            r#"<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Agency</title><language>en</language>
            <item><title>Trade &amp;amp; ports</title><link>https://agency.example/1</link><guid isPermaLink="false">g1</guid>
            <description>&lt;p&gt;A &lt;b&gt;summary&lt;/b&gt;.&lt;/p&gt;</description><content:encoded><![CDATA[<p>Body <a href="/x">x</a></p>]]></content:encoded>
            <dc:creator>Ana Roe</dc:creator><category>Korea</category><pubDate>Tue, 12 Mar 2024 10:15:00 +0000</pubDate>
            <media:content url="https://images.example/1.jpg" medium="image" type="image/jpeg"><media:title>Cranes</media:title><media:description>Cranes at dusk.</media:description><media:credit>Agency</media:credit></media:content></item>
            <item><title>Second</title><guid>https://agency.example/2</guid></item></channel></rss>"#,
        );
        let [first, second] = feed.articles.as_slice() else {
            panic!("{feed:?}")
        };
        assert_eq!(first.entry, "g1");
        assert_eq!(first.title, RawText::Html("Trade &amp; ports".into()));
        assert_eq!(first.authors[0].name, "Ana Roe");
        assert_eq!(first.tags, ["Korea"]);
        assert_eq!(
            first.body,
            RawText::Html("<p>Body <a href=\"/x\">x</a></p>".into())
        );
        assert_eq!(first.updated, None);
        let image = first.image.as_ref().unwrap();
        assert_eq!(
            (
                image.alt.as_str(),
                image.caption.as_str(),
                image.credit.as_str()
            ),
            ("Cranes", "Cranes at dusk.", "Agency")
        );
        assert_eq!(first.language.as_ref().unwrap().as_str(), "en");
        assert_eq!(second.url.as_deref(), Some("https://agency.example/2"));
        assert_eq!(second.published, None);
    }

    #[test]
    fn each_entry_of_an_atom_feed_has_its_own_language() {
        let feed = read(
            r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>A</title><id>a</id>
            <entry xml:lang="fr"><id>1</id><title>Un</title><link href="/fr/1"/></entry><entry><id>2</id><title type="text">A &lt;b&gt; &amp; c</title></entry></feed>"#,
        );
        let languages: Vec<_> = feed
            .articles
            .iter()
            .map(|article| article.language.clone().unwrap().to_string())
            .collect();
        assert_eq!(languages, ["fr", "en"]);
        assert_eq!(
            feed.articles[0].url.as_deref(),
            Some("https://agency.example/fr/1")
        );
    }

    #[test]
    fn json_feed_and_rdf_are_feeds_too() {
        let json = read(
            r#"{"version":"https://jsonfeed.org/version/1.1","title":"A","items":[{"id":"1","url":"https://a.example/1","title":"One","content_html":"<p>x</p>","tags":["korea"]}]}"#,
        );
        assert_eq!(json.articles[0].tags, ["korea"]);
        let rdf = read(
            r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x"><title>A</title><link>https://a.example</link><description>d</description></channel><item rdf:about="https://a.example/1"><title>One</title><link>https://a.example/1</link></item></rdf:RDF>"#,
        );
        assert_eq!(rdf.articles[0].url.as_deref(), Some("https://a.example/1"));
    }

    #[test]
    fn an_id_stays_when_the_title_is_corrected() {
        let entry = |title: &str| {
            read(&format!(r#"<rss version="2.0"><channel><item><title>{title}</title><link>https://a.example/1</link></item></channel></rss>"#))
                .articles[0].entry.clone()
        };
        assert_eq!(entry("Wrnog"), entry("Right"));
    }

    #[test]
    fn an_id_used_twice_is_reported_and_the_rest_goes_on() {
        let feed = read(
            r#"<rss version="2.0"><channel><item><guid>1</guid><title>a</title></item><item><guid>1</guid><title>b</title></item><item><guid>2</guid><title>c</title></item></channel></rss>"#,
        );
        assert_eq!(feed.articles.len(), 2);
        assert_eq!(feed.problems[0].place, "entry 2");
    }

    #[test]
    fn what_is_no_feed_is_an_error() {
        let base = Url::parse("https://a.example/").unwrap();
        for text in [
            "",
            "hello",
            "<html><body></body></html>",
            "{}",
            "<rss version=\"2.0\"><channel>",
        ] {
            let _ = try_read(text.as_bytes(), &base).map(|feed| assert!(feed.articles.is_empty()));
        }
        assert!(try_read(b"<html></html>", &base).is_err());
    }

    proptest! {
        #[test]
        fn no_octets_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let base = Url::parse("https://a.example/").unwrap();
            let _ = try_read(&bytes, &base);
        }

        #[test]
        fn no_broken_feed_makes_it_panic(pieces in prop::collection::vec(prop::sample::select(vec![
            "<rss version='2.0'>", "<channel>", "<item>", "</item>", "<title>", "</title>", "<media:content url='x'>", "<entry>",
            "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:media='http://search.yahoo.com/mrss/'>", "</entry>", "<media:group>", "<![CDATA[", "]]>",
            "<content type='xhtml'>", "<link href='::'/>", "&#xE000;", "&bad;", "<!--", "-->", "<updated>0</updated>", "<entry xml:lang='fr'>",
        ]), 0..20)) {
            let base = Url::parse("https://a.example/").unwrap();
            let _ = try_read(pieces.concat().as_bytes(), &base);
        }
    }
}
