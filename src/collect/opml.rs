//! OPML (1.0, 1.1, 2.0), as readers of feeds export it: a list of feeds in folders. In and out.

use std::{collections::HashMap, fmt::Write as _};

use url::Url;

use super::{
    plain,
    xml::{self, Element, Step},
};
use crate::domain::Language;

/// How many of the folders around a feed, the nearest ones, are its labels.
const MOST_FOLDERS: usize = 16;

/// A feed that is listed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listed {
    /// Its title; empty where none is said.
    pub name: String,
    /// Its address, as it is written.
    pub url: String,
    /// The page that it is the feed of.
    pub html_url: Option<String>,
    /// Its folders from the outermost to the nearest, then its categories, each once.
    pub tags: Vec<String>,
    /// Its language.
    pub language: Option<Language>,
}

/// What an OPML file lists.
#[derive(Debug, Default)]
pub struct Opml {
    /// The feeds, in its order; one that is listed twice once, with the labels of both.
    pub feeds: Vec<Listed>,
    /// What is listed and no feed, or is listed again, and why it is left out.
    pub left_out: Vec<(Listed, String)>,
    /// The line from which on it can't be read, and what is wrong there.
    pub wound: Option<xml::Wound>,
}

/// Reads a file.
///
/// # Errors
/// In words, where it is no OPML.
pub fn read(bytes: &[u8]) -> Result<Opml, String> {
    let text = xml::decode(bytes, None);
    let mut reading = Reading::default();
    reading.opml.wound = xml::walk(&text, &mut |step| match step {
        Step::Open(element) => reading.open(&element),
        Step::Close("outline") => reading.close(),
        _ => {}
    });
    // Whatever is open where a file is cut off has all that it says
    while !reading.open.is_empty() {
        reading.close();
    }
    if !reading.is_opml {
        return Err("there is no <opml> and no <outline> in it".to_owned());
    }
    Ok(reading.opml)
}

#[derive(Default)]
struct Reading {
    opml: Opml,
    is_opml: bool,
    open: Vec<Outline>,
    /// The place of each feed by its address.
    places: HashMap<String, usize>,
}

/// An outline that is open.
struct Outline {
    listed: Listed,
    /// `type`, in small letters.
    kind: String,
    has_children: bool,
}

impl Reading {
    fn open(&mut self, element: &Element<'_>) {
        self.is_opml |= matches!(element.name, "opml" | "outline");
        if element.name != "outline" {
            return;
        }
        let first = self.open.len().saturating_sub(MOST_FOLDERS);
        let mut tags = Vec::new();
        for outline in &mut self.open[first..] {
            outline.has_children = true;
            if outline.listed.url.is_empty() && !outline.listed.name.is_empty() {
                tags.push(outline.listed.name.clone());
            }
        }
        let categories = element.get("category").unwrap_or_default();
        // A category may be a path, as `/Boston/Weather`
        let categories = categories.split([',', '/']).map(plain::one_line);
        tags.extend(categories);
        let text = |keys: &[&str]| keys.iter().find_map(|key| element.get(key));
        let kind = text(&["type"]).unwrap_or_default().to_lowercase();
        let url = match text(&["xmlurl", "feedurl"]) {
            None if matches!(kind.as_str(), "link" | "include") => None,
            None => text(&["url"]),
            some => some,
        };
        self.open.push(Outline {
            listed: Listed {
                name: plain::one_line(text(&["text", "title"]).unwrap_or_default()),
                url: url.map(web_address).unwrap_or_default(),
                html_url: text(&["htmlurl"]).map(str::to_owned),
                tags: distinct(tags),
                language: text(&["language", "lang"])
                    .and_then(|tag| tag.replace('_', "-").parse().ok()),
            },
            kind,
            has_children: false,
        });
    }

    fn close(&mut self) {
        let Some(Outline {
            listed,
            kind,
            has_children,
        }) = self.open.pop()
        else {
            return;
        };
        if listed.url.is_empty() {
            if !has_children {
                let why = match kind.as_str() {
                    "link" | "include" => "is a link, and no feed",
                    _ => "has no address (`xmlUrl`)",
                };
                self.opml.left_out.push((listed, why.to_owned()));
            }
            return;
        }
        let Some(url) = Url::parse(&listed.url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        else {
            let why = format!("has an address that is none of the web: `{}`", listed.url);
            self.opml.left_out.push((listed, why));
            return;
        };
        let Some(place) = self.places.get(url.as_str()) else {
            self.places.insert(url.to_string(), self.opml.feeds.len());
            self.opml.feeds.push(listed);
            return;
        };
        let first = &mut self.opml.feeds[*place];
        let tags = first.tags.iter().chain(&listed.tags).cloned().collect();
        first.tags = distinct(tags);
        let why = format!("is listed twice: the first is `{}`", first.name);
        self.opml.left_out.push((listed, why));
    }
}

/// `feed:` is no scheme of the web, though browsers had it.
fn web_address(url: &str) -> String {
    match url.strip_prefix("feed:") {
        Some(rest) if rest.starts_with("http") => rest.to_owned(),
        Some(rest) => format!("http:{rest}"),
        None => url.to_owned(),
    }
}

fn distinct(tags: Vec<String>) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for tag in tags {
        if !tag.is_empty() && !distinct.contains(&tag) {
            distinct.push(tag);
        }
    }
    distinct
}

/// A list of feeds as OPML 2.0, their labels as categories.
#[must_use]
pub fn write(title: &str, feeds: &[Listed]) -> String {
    let mut opml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n  <head>\n    <title>{}</title>\n  </head>\n  <body>\n",
        plain::escape(title)
    );
    for feed in feeds {
        let name = attribute(&feed.name);
        let _ = write!(
            opml,
            "    <outline type=\"rss\" text=\"{name}\" title=\"{name}\" xmlUrl=\"{}\"",
            attribute(&feed.url)
        );
        let optional = [
            ("htmlUrl", feed.html_url.clone()),
            (
                "category",
                Some(feed.tags.join(",")).filter(|tags| !tags.is_empty()),
            ),
            ("language", feed.language.as_ref().map(ToString::to_string)),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                let _ = write!(opml, " {name}=\"{}\"", attribute(&value));
            }
        }
        opml.push_str("/>\n");
    }
    opml + "  </body>\n</opml>\n"
}

fn attribute(text: &str) -> String {
    plain::escape(text).replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_text(text: &str) -> Opml {
        read(text.as_bytes()).unwrap()
    }

    fn feeds(text: &str) -> Vec<String> {
        let feeds = read_text(text).feeds.into_iter();
        feeds
            .map(|feed| format!("{} {} {:?}", feed.name, feed.url, feed.tags))
            .collect()
    }

    #[test]
    fn folders_and_categories_are_labels() {
        assert_eq!(
            feeds(
                r#"<opml version="2.0"><body><outline text="Tech"><outline title="Linux"><outline type="rss" text="One" xmlUrl="https://a.example/1" category="/Tech/Kernel,news"/></outline>
                <outline text="Two" xmlUrl="https://a.example/2"/></outline><outline text="Three" xmlUrl="https://a.example/3"/></body></opml>"#
            ),
            [
                r#"One https://a.example/1 ["Tech", "Linux", "Kernel", "news"]"#,
                r#"Two https://a.example/2 ["Tech"]"#,
                "Three https://a.example/3 []",
            ]
        );
    }

    #[test]
    fn what_exporters_write_wrongly_is_read() {
        assert_eq!(
            feeds(
                "\u{feff}<?xml version='1.0'?><OPML><Outline TEXT='R&D &eacute; &amp; co' XMLURL='https://a.example/?a=1&b=2'><outline title=Bare url=feed://b.example/rss>"
            ),
            [
                "Bare http://b.example/rss []",
                "R&D é & co https://a.example/?a=1&b=2 []",
            ]
        );
        let latin = b"<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><opml><body><outline text=\"\xe9t\xe9\" xmlUrl=\"https://a.example/\"/></body></opml>";
        assert_eq!(read(latin).unwrap().feeds[0].name, "été");
    }

    #[test]
    fn what_is_left_out_has_a_reason() {
        let opml = read_text(
            r#"<opml><body><outline text="A"><outline text="One" xmlUrl="https://a.example/1"/></outline><outline text="B"><outline text="Uno" xmlUrl="https://a.example/1"/></outline>
            <outline text="Empty"/><outline type="link" text="L" url="https://a.example/page"/><outline text="M" xmlUrl="mailto:a@b.example"/></body></opml>"#,
        );
        assert_eq!(opml.feeds[0].tags, ["A", "B"]);
        let left_out: Vec<_> = opml
            .left_out
            .iter()
            .map(|(listed, why)| format!("{} {why}", listed.name))
            .collect();
        assert_eq!(
            left_out,
            [
                "Uno is listed twice: the first is `One`",
                "Empty has no address (`xmlUrl`)",
                "L is a link, and no feed",
                "M has an address that is none of the web: `mailto:a@b.example`",
            ]
        );
    }

    #[test]
    fn what_is_no_opml_is_an_error_and_what_is_cut_off_gives_what_came_before() {
        for text in ["", "hello", "<html><body/></html>"] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        let opml =
            read_text("<opml>\n<body><outline text='A' xmlUrl='https://a.example/'/>\n<outline te");
        assert_eq!(opml.feeds.len(), 1);
        assert_eq!(opml.wound.unwrap().line, 3);
    }

    #[test]
    fn a_hundred_thousand_folders_in_each_other_are_no_burden() {
        let deep = "<outline text='a'>".repeat(100_000)
            + "<outline text='b' xmlUrl='https://a.example/'/>";
        assert_eq!(read_text(&format!("<opml>{deep}")).feeds[0].tags, ["a"]);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(name in "[^\\p{C}\\s][^\\p{C}]{0,20}[^\\p{C}\\s]", tags in prop::collection::hash_set("[a-z\"<>]{1,8}", 0..4)) {
            let name = plain::one_line(&name);
            let feed = Listed {
                name,
                url: "https://a.example/?a=1&b=\"2\"".to_owned(),
                html_url: Some("https://a.example/".to_owned()),
                tags: tags.into_iter().collect(),
                language: "pt-BR".parse().ok(),
            };
            let opml = read_text(&write("A & B", std::slice::from_ref(&feed)));
            prop_assert_eq!(opml.feeds, [feed]);
        }

        #[test]
        fn no_octets_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
