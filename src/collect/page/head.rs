//! What a page says of itself in its `meta`, `link`, `base` and `html` elements, gathered in one walk.

use scraper::{ElementRef, Html};

use super::dom;
use crate::collect::plain;

/// What stands in a page's head.
#[derive(Debug, Default)]
pub struct Head {
    metas: Vec<(String, String)>,
    links: Vec<Link>,
    /// `<base href>`, as it is written.
    pub base: Option<String>,
    /// The text of `<title>`.
    pub title: Option<String>,
    /// `<html lang>`.
    pub language: Option<String>,
}

/// A `link` element.
#[derive(Debug)]
pub struct Link {
    /// Its `rel`, in lower case.
    pub rel: String,
    /// Its `href`, as it is written.
    pub href: String,
}

impl Head {
    /// Reads the head of a page.
    pub fn of(tree: &Html) -> Self {
        let mut head = Self::default();
        for element in dom::all(tree, "meta, link[href], base[href], title, html") {
            let attribute = |name| plain::one_line(element.attr(name).unwrap_or_default());
            match element.value().name() {
                "meta" => head.metas.extend(meta(element)),
                "link" => head.links.push(Link {
                    rel: attribute("rel").to_lowercase(),
                    href: attribute("href"),
                }),
                "base" if head.base.is_none() => head.base = Some(attribute("href")),
                // A picture drawn in SVG has a title too
                "title" if head.title.is_none() => {
                    let title = plain::one_line(&element.text().collect::<String>());
                    head.title = Some(title).filter(|title| !title.is_empty());
                }
                "html" => {
                    let tag = element.attr("lang").or_else(|| element.attr("xml:lang"));
                    head.language = tag.map(str::to_owned);
                }
                _ => {}
            }
        }
        head
    }

    /// The first content of the first of `names` that has one. Names are in lower case.
    pub fn meta(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.metas(name).next())
    }

    /// All contents of a name, in the page's order.
    pub fn metas<'a, 'b>(&'a self, name: &'b str) -> impl Iterator<Item = &'a str> + use<'a, 'b> {
        self.metas
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, content)| content.as_str())
    }

    /// The links of a page that have `rel` among their relations.
    pub fn links<'a>(&'a self, rel: &'a str) -> impl Iterator<Item = &'a Link> {
        self.links
            .iter()
            .filter(move |link| link.rel.split(' ').any(|found| found == rel))
    }

    /// What a label of a Twitter card stands beside: `twitter:label1` "Written by", `twitter:data1` the name.
    pub fn labelled(&self, is_label: impl Fn(&str) -> bool) -> Option<&str> {
        ["1", "2", "3"].iter().find_map(|n| {
            let label = self.meta(&[&format!("twitter:label{n}")])?;
            if !is_label(&label.to_lowercase()) {
                return None;
            }
            self.meta(&[&format!("twitter:data{n}")])
        })
    }
}

fn meta(element: ElementRef) -> impl Iterator<Item = (String, String)> {
    // `value` is a common slip for `content`
    let content = element.attr("content").or_else(|| element.attr("value"));
    let content = plain::one_line(&unescaped(content.unwrap_or_default()));
    ["name", "property", "itemprop", "http-equiv"]
        .into_iter()
        .filter_map(move |key| element.attr(key))
        .flat_map(|names| {
            names
                .split_whitespace()
                .map(str::to_ascii_lowercase)
                .collect::<Vec<_>>()
        })
        .filter(|_| !content.is_empty())
        .map(|name| (name, content.clone()))
        .collect::<Vec<_>>()
        .into_iter()
}

/// Many pages escape what their templates have escaped already.
fn unescaped(text: &str) -> String {
    if text.contains('&') && text.contains(';') {
        plain::from_html(&text.replace('<', "&lt;"))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(html: &str) -> Head {
        Head::of(&Html::parse_document(html))
    }

    #[test]
    fn a_meta_is_found_by_any_of_its_names_in_the_order_that_is_asked_for() {
        let head = head(
            "<meta property='OG:Title' content=' One &amp;amp; two '><meta name=a content=''><meta name='a b' content=2>",
        );
        assert_eq!(head.meta(&["none", "og:title"]), Some("One & two"));
        assert_eq!(head.meta(&["a"]), Some("2"));
    }

    #[test]
    fn a_twitter_cards_label_tells_what_its_data_is() {
        let head = head(
            "<meta name=twitter:label1 content='Time to read'><meta name=twitter:data1 content='3 minutes'>\
             <meta name=twitter:label2 content='Written by'><meta name=twitter:data2 content='Ana Roe'>",
        );
        assert_eq!(
            head.labelled(|label| label.contains("written")),
            Some("Ana Roe")
        );
    }
}
