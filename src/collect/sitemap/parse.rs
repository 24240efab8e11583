//! A sitemap's text → what it lists (sitemaps.org 0.9, Google's extensions for news and images, or a list of addresses).

use chrono::{DateTime, Utc};
use url::Url;

use super::super::{
    dates, plain,
    raw::{RawArticle, RawText},
    xml::{self, Step, Wound},
};
use crate::domain::Image;

/// What a sitemap lists.
#[derive(Debug, Default)]
pub struct Listed {
    /// Pages, in its order.
    pub pages: Vec<Entry>,
    /// Other sitemaps, in its order.
    pub sitemaps: Vec<Nested>,
    /// The name of the publication, where it says one.
    pub publication: Option<String>,
    /// How many of its entries have no address that can be read.
    pub without_address: usize,
    /// Where it can't be read any further.
    pub wound: Option<Wound>,
}

/// A page, and what a sitemap says of it.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// Its address.
    pub url: Option<Url>,
    /// When it was last changed.
    pub lastmod: Option<DateTime<Utc>>,
    /// What the extensions say of the article there: title, date, language, labels, picture.
    pub article: RawArticle,
}

/// A sitemap that is listed in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nested {
    /// Its address.
    pub url: Url,
    /// When it was last changed.
    pub lastmod: Option<DateTime<Utc>>,
}

/// What is being read: the innermost of these elements tells whose `loc` or `title` it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Page,
    Sitemap,
    News,
    Publication,
    Image,
    /// `video:video` and other people's.
    Other,
}

/// The sitemap of a text; none where it is none.
pub fn parse(text: &str, base: &Url) -> Option<Listed> {
    if !text.trim_start().starts_with('<') {
        return plain_list(text, base);
    }
    let mut reading = Reading {
        base,
        listed: Listed::default(),
        stack: Vec::new(),
        text: String::new(),
        entry: Entry::default(),
        seen: false,
    };
    let wound = xml::walk(text, &mut |step| reading.step(step));
    let Reading {
        mut listed, seen, ..
    } = reading;
    listed.wound = wound;
    seen.then_some(listed)
}

struct Reading<'a> {
    base: &'a Url,
    listed: Listed,
    stack: Vec<(String, Inside)>,
    text: String,
    entry: Entry,
    /// Whether anything of a sitemap was there.
    seen: bool,
}

impl Reading<'_> {
    fn step(&mut self, step: Step<'_>) {
        match step {
            Step::Text(piece) => self.text.push_str(&piece),
            Step::Open(element) => {
                self.text.clear();
                let inside = match element.name {
                    "urlset" | "sitemapindex" => {
                        self.seen = true;
                        return;
                    }
                    "url" if self.stack.len() <= 1 => {
                        // Where the one before has no end
                        self.end_entry();
                        Inside::Page
                    }
                    "sitemap" => {
                        self.end_entry();
                        Inside::Sitemap
                    }
                    "news" => Inside::News,
                    "publication" => Inside::Publication,
                    "image" if element.attributes.is_empty() => Inside::Image,
                    "video" | "pagemap" => Inside::Other,
                    _ => return,
                };
                self.stack.push((element.name.to_owned(), inside));
            }
            Step::Close(name) => self.close(name),
        }
    }

    fn inside(&self) -> Option<Inside> {
        self.stack.last().map(|(_, inside)| *inside)
    }

    fn close(&mut self, name: &str) {
        let text = plain::one_line(&std::mem::take(&mut self.text));
        let ends = self.stack.last().is_some_and(|(open, _)| open == name);
        if !ends {
            if let Some(inside) = self.inside().filter(|_| !text.is_empty()) {
                self.field(inside, name, text);
            }
            return;
        }
        if self.stack.len() == 1 {
            self.end_entry();
        } else {
            self.stack.pop();
        }
    }

    /// Takes in the entry that is open, if one is.
    fn end_entry(&mut self) {
        let inside = self.stack.first().map(|(_, inside)| *inside);
        self.stack.clear();
        let entry = std::mem::take(&mut self.entry);
        let is_entry = matches!(inside, Some(Inside::Page | Inside::Sitemap));
        self.seen |= is_entry;
        match entry.url.clone() {
            None => self.listed.without_address += usize::from(is_entry),
            Some(url) if inside == Some(Inside::Sitemap) => self.listed.sitemaps.push(Nested {
                url,
                lastmod: entry.lastmod,
            }),
            Some(_) => self.listed.pages.push(entry),
        }
    }

    fn field(&mut self, inside: Inside, name: &str, text: String) {
        let article = &mut self.entry.article;
        let language = |text: &str| text.replace('_', "-").parse().ok();
        match (inside, name) {
            (Inside::Page | Inside::Sitemap, "loc") => self.entry.url = address(&text, self.base),
            (Inside::Page | Inside::Sitemap, "lastmod") => self.entry.lastmod = dates::parse(&text),
            // Some write the parts of `news:news` without it
            (Inside::Page | Inside::News, "title") => article.title = words(text),
            (Inside::Page | Inside::News, "publication_date") => {
                article.published = dates::parse(&text);
            }
            (Inside::Page | Inside::News, "keywords") => article.tags = labels(&text),
            (Inside::Page | Inside::News | Inside::Publication, "language") => {
                article.language = language(&text).or(article.language.take());
            }
            (Inside::Publication, "name") => {
                self.listed.publication.get_or_insert(text);
            }
            (Inside::Image, part) => {
                let image = article.image.get_or_insert_with(Image::default);
                let field = match part {
                    "loc" => &mut image.url,
                    "title" => &mut image.alt,
                    "caption" => &mut image.caption,
                    _ => return,
                };
                // The first of several pictures
                if field.is_empty() {
                    *field = text;
                }
            }
            _ => {}
        }
    }
}

/// A title, which many escape once more than XML wants it.
fn words(text: String) -> RawText {
    if text.contains('&') && text.contains(';') {
        RawText::Html(plain::escape(&xml::unescape(&text)))
    } else {
        RawText::Plain(text)
    }
}

fn labels(text: &str) -> Vec<String> {
    text.split([',', ';', '،', '、', '，'])
        .map(|label| label.trim().to_owned())
        .filter(|label| !label.is_empty())
        .collect()
}

fn address(text: &str, base: &Url) -> Option<Url> {
    let url = base.join(text.trim()).ok()?;
    matches!(url.scheme(), "http" | "https")
        .then_some(url)
        .filter(Url::has_host)
}

/// A list of addresses, one a line.
fn plain_list(text: &str, base: &Url) -> Option<Listed> {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let is_address = |line: &&str| line.starts_with("http://") || line.starts_with("https://");
    if !lines.first().is_some_and(is_address) {
        return None;
    }
    let mut listed = Listed::default();
    for line in lines {
        match Some(line)
            .filter(is_address)
            .and_then(|line| address(line, base))
        {
            Some(url) => listed.pages.push(Entry {
                url: Some(url),
                ..Entry::default()
            }),
            None => listed.without_address += 1,
        }
    }
    Some(listed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<Listed> {
        parse(
            text,
            &Url::parse("https://agency.example/sitemap.xml").unwrap(),
        )
    }

    #[test]
    fn a_news_sitemap_tells_title_date_language_labels_and_picture() {
        let listed = read(
            r#"<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="i" xmlns:xhtml="x">
            <url><loc>https://agency.example/1?a=1&amp;b=2</loc><lastmod>2026-11-24T08:00:00Z</lastmod>
            <xhtml:link rel="alternate" hreflang="fr" href="https://agency.example/fr/1"/>
            <news:news><news:publication><news:name>The Agency</news:name><news:language>zh-tw</news:language></news:publication>
            <news:publication_date>2026-11-24T09:00:00+02:00</news:publication_date><news:title>Ports &amp;amp; <![CDATA[rails]]></news:title><news:keywords>Korea, Trade; ports</news:keywords></news:news>
            <image:image><image:loc>https://i.example/1.jpg</image:loc><image:title>Cranes</image:title><image:caption>Cranes at dusk.</image:caption></image:image>
            <image:image><image:loc>https://i.example/2.jpg</image:loc></image:image>
            <video:video><video:title>Not the title</video:title></video:video></url>
            <url><loc>/2?a=1&b=2</loc></url><url><lastmod>2026</lastmod></url></urlset>"#,
        )
        .unwrap();
        assert_eq!(listed.publication.as_deref(), Some("The Agency"));
        assert_eq!((listed.pages.len(), listed.without_address), (2, 1));
        let first = &listed.pages[0];
        assert_eq!(
            first.url.as_ref().unwrap().as_str(),
            "https://agency.example/1?a=1&b=2"
        );
        let article = &first.article;
        assert_eq!(article.title, RawText::Html("Ports &amp; rails".into()));
        assert_eq!(
            article.published.unwrap().to_rfc3339(),
            "2026-11-24T07:00:00+00:00"
        );
        assert_eq!(article.language.as_ref().unwrap().as_str(), "zh-TW");
        assert_eq!(article.tags, ["Korea", "Trade", "ports"]);
        let image = article.image.as_ref().unwrap();
        assert_eq!(
            (
                image.url.as_str(),
                image.alt.as_str(),
                image.caption.as_str()
            ),
            ("https://i.example/1.jpg", "Cranes", "Cranes at dusk.")
        );
        let second = listed.pages[1].url.as_ref().unwrap();
        assert_eq!(second.as_str(), "https://agency.example/2?a=1&b=2");
    }

    #[test]
    fn an_entry_without_an_end_ends_where_the_next_begins() {
        let listed = read(
            "<urlset><url><loc>https://a.example/1</loc><url><loc>https://a.example/2</loc></url></urlset>",
        );
        assert_eq!(listed.unwrap().pages.len(), 2);
    }

    #[test]
    fn an_index_lists_sitemaps() {
        let listed = read(
            "<sitemapindex><sitemap><loc>a.xml.gz</loc><lastmod>2026-11-24</lastmod></sitemap><sitemap><loc>https://b.example/b.xml</loc></sitemap></sitemapindex>",
        )
        .unwrap();
        let urls: Vec<_> = listed
            .sitemaps
            .iter()
            .map(|nested| nested.url.as_str())
            .collect();
        assert_eq!(
            urls,
            ["https://agency.example/a.xml.gz", "https://b.example/b.xml"]
        );
        assert!(listed.sitemaps[0].lastmod.is_some());
    }

    #[test]
    fn a_sitemap_that_is_cut_off_gives_the_entries_before_the_cut() {
        let listed =
            read("<urlset>\n<url><loc>https://a.example/1</loc></url>\n<url><loc>https://a.ex")
                .unwrap();
        assert_eq!(listed.pages.len(), 1);
        assert_eq!(listed.wound.unwrap().line, 3);
    }

    #[test]
    fn a_list_of_addresses_is_a_sitemap_and_a_page_is_none() {
        let listed = read("https://a.example/1\n\nhttps://a.example/2\nno\n").unwrap();
        assert_eq!((listed.pages.len(), listed.without_address), (2, 1));
        for text in [
            "<html><body>x</body></html>",
            "hello",
            "",
            "<rss><channel/></rss>",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
        assert!(read("<urlset></urlset>").unwrap().pages.is_empty());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(pieces in prop::collection::vec(prop::sample::select(vec![
            "<urlset>", "<url>", "</url>", "<loc>", "https://a.example/", "</loc>", "<news:news>", "</news:news>", "<title>", "&amp;", "&", "<![CDATA[",
            "]]>", "<sitemap>", "</sitemap>", "<image:image>", "<lastmod>", "2026-11-24", "</", "<!--", "<?", "\n",
        ]), 0..30)) {
            read(&pieces.concat());
        }
    }
}
