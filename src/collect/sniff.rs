//! What a document is, by its content: a feed, a sitemap or a page.

use super::{Document, xml};

/// How many octets are looked at.
const LOOKED_AT: usize = 16 << 10;

/// The kind of source that a document is, as in a `[[source]]`: `feed`, `sitemap`, `page`. What looks like none of them is
/// a feed, so that its parser says what is wrong.
#[must_use]
pub fn kind(document: &Document) -> &'static str {
    let head = &document.bytes[..document.bytes.len().min(LOOKED_AT)];
    let text = xml::decode(head, document.content_type.as_deref()).to_lowercase();
    let start = text.trim_start();
    if start.starts_with(['{', '[']) {
        return "feed";
    }
    if start.starts_with("http://") || start.starts_with("https://") {
        return "sitemap";
    }
    let names = Names(start);
    for name in names.take(50) {
        match name {
            "rss" | "feed" | "rdf" | "channel" | "item" | "entry" => return "feed",
            "urlset" | "sitemapindex" => return "sitemap",
            "!doctype html" | "html" | "head" | "body" | "title" | "div" | "article" | "p" => {
                return "page";
            }
            _ => {}
        }
    }
    let by_http = document.content_type.as_deref().unwrap_or_default();
    if by_http.contains("text/html") {
        "page"
    } else {
        "feed"
    }
}

/// The names of a document's elements, without prefixes, comments and instructions.
struct Names<'a>(&'a str);

impl<'a> Iterator for Names<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            let rest = &self.0[self.0.find('<')? + 1..];
            if let Some(comment) = rest.strip_prefix("!--") {
                self.0 = &comment[comment.find("-->")?..];
                continue;
            }
            self.0 = rest;
            if let Some(of) = rest.strip_prefix("!doctype") {
                if of.trim_start().starts_with("html") {
                    return Some("!doctype html");
                }
                continue;
            }
            let end = rest
                .find(|c: char| c.is_whitespace() || matches!(c, '>' | '/' | '<'))
                .unwrap_or(rest.len());
            let name = &rest[..end];
            if name.starts_with(|c: char| c.is_alphabetic()) {
                return Some(name.rsplit(':').next().unwrap_or(name));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    #[test]
    fn a_document_tells_what_it_is() {
        let kind = |text: &str| {
            super::kind(&Document {
                bytes: text.as_bytes().to_owned(),
                url: Url::parse("https://a.example/").unwrap(),
                content_type: None,
            })
        };
        for feed in [
            "<?xml version='1.0'?><!-- <html> --><rss>",
            "<rdf:RDF>",
            "junk <a:feed xmlns:a='x'>",
            "{\"version\": \"\"}",
            "<!DOCTYPE rss PUBLIC 'x'><rss>",
            "",
            "hello",
        ] {
            assert_eq!(kind(feed), "feed", "{feed}");
        }
        for sitemap in ["<urlset>", "<x:sitemapindex>", "https://a.example/1\n"] {
            assert_eq!(kind(sitemap), "sitemap", "{sitemap}");
        }
        for page in [
            "<!DOCTYPE html>",
            "<HTML lang=en>",
            "\u{feff}\n<title>A</title>",
            "<!doctype  html public ''>",
        ] {
            assert_eq!(kind(page), "page", "{page}");
        }
    }
}
