//! Tokens → the HTML that may remain, balanced, and the same as plain text.
//!
//! What is written is made here, octet by octet: known elements, known attributes, all else escaped. So nothing that a
//! browser might understand otherwise than this does can come through.

use super::{
    super::{
        link::Links,
        plain::{self, Layout},
    },
    Keep, entities,
    nesting::bounds,
    picture,
    rules::{self, Kind, Rule},
    tokens::{Tag, Token},
};
use crate::domain::RichText;

/// A recording or a frame, of which only the address remains.
struct Embed {
    address: Option<String>,
    title: Option<String>,
}

pub(super) struct Writer<'a> {
    links: Links<'a>,
    keep: Keep,
    /// How many elements may be open at once.
    max_depth: usize,
    pub(super) html: String,
    text: Layout,
    /// The elements that are open, the outermost first.
    pub(super) open: Vec<Rule>,
    /// How many more are open that are nested too deep.
    too_deep: usize,
    /// An element that goes with all in it, and what is open in there; empty, where nothing goes.
    gone: Vec<String>,
    embed: Option<Embed>,
    /// What a `<picture>` offers.
    offered: Option<String>,
    /// Whether the last picture was only a place that a script fills: then `<noscript>` has the picture itself.
    wants_picture: bool,
}

impl<'a> Writer<'a> {
    pub(super) fn new(links: Links<'a>, keep: Keep, max_depth: usize, length: usize) -> Self {
        Self {
            links,
            keep,
            max_depth,
            html: String::with_capacity(length),
            text: Layout::default(),
            open: Vec::new(),
            too_deep: 0,
            gone: Vec::new(),
            embed: None,
            offered: None,
            wants_picture: false,
        }
    }

    pub(super) fn write(&mut self, token: Token<'_>) {
        match token {
            Token::Text(text) => self.write_text(text),
            Token::Start(tag) => self.start(&tag, &lower(tag.name)),
            Token::End(name) => self.end(&lower(name)),
        }
    }

    pub(super) fn finish(mut self) -> RichText {
        while let Some(rule) = self.open.pop() {
            self.close(rule);
        }
        let html = self.html.trim();
        RichText {
            html: if html.len() == self.html.len() {
                self.html
            } else {
                html.to_owned()
            },
            text: self.text.end(),
        }
    }

    fn write_text(&mut self, html: &str) {
        if !self.gone.is_empty() {
            return;
        }
        let text = entities::resolve(html, false);
        if self.is_between_cells() {
            if text.trim().is_empty() {
                return;
            }
            self.open_cell();
        }
        self.text.write(&text);
        push_escaped(&mut self.html, &text);
    }

    fn start(&mut self, tag: &Tag<'_>, name: &str) {
        if !self.gone.is_empty() {
            return self.start_in_gone(tag, name);
        }
        match name {
            "img" => return self.picture(tag),
            "image" => return,
            "iframe" | "embed" => return self.frame(tag),
            "audio" | "video" => {
                self.embed = Some(Embed {
                    address: tag.attribute("src").map(Into::into),
                    title: tag
                        .attribute("title")
                        .or_else(|| tag.attribute("aria-label"))
                        .map(Into::into),
                });
                self.gone.push(name.to_owned());
                return;
            }
            "picture" => self.offered = None,
            "source" => {
                let set = tag
                    .attribute("srcset")
                    .or_else(|| tag.attribute("data-srcset"));
                self.offered = self.offered.take().or(set.map(Into::into));
                return;
            }
            _ => {}
        }
        if rules::is_gone(name) || is_hidden(tag) {
            if !rules::is_empty(name) {
                self.gone.push(name.to_owned());
            }
            return;
        }
        let rule = rules::rule(name).filter(|rule| self.keep == Keep::Body || rule.in_summary);
        match rule {
            Some(rule) => self.open(rule, tag),
            None => self.lay_out(name),
        }
    }

    /// In an element that goes, only what ends it or brings something is looked at.
    fn start_in_gone(&mut self, tag: &Tag<'_>, name: &str) {
        let outermost = self.gone.first().map(String::as_str);
        if let Some(embed) = &mut self.embed {
            if name == "source" && embed.address.is_none() {
                embed.address = tag.attribute("src").map(Into::into);
            }
        } else if outermost == Some("noscript") && name == "img" && self.wants_picture {
            self.wants_picture = false;
            return self.picture(tag);
        }
        // `<p hidden>x<p>y`: the second ends the first
        if self.gone.len() == 1 && outermost == Some(name) && has_optional_end(name) {
            self.gone.clear();
            return self.start(tag, name);
        }
        if !rules::is_empty(name) && self.gone.len() <= self.max_depth {
            self.gone.push(name.to_owned());
        }
    }

    fn end(&mut self, name: &str) {
        if !self.gone.is_empty() {
            if let Some(at) = self.gone.iter().rposition(|open| open == name) {
                self.gone.truncate(at);
                if at == 0 {
                    self.end_gone();
                }
                return;
            }
            let ended = self.gone.first().is_some_and(|gone| has_optional_end(gone))
                && self.open.iter().any(|rule| rule.name == name);
            if !ended {
                return;
            }
            self.gone.clear();
        }
        if name == "br" {
            return self.line_break();
        }
        if self.too_deep > 0 {
            self.too_deep -= usize::from(rules::rule(name).is_some());
            return;
        }
        let Some(rule) =
            rules::rule(name).filter(|rule| self.keep == Keep::Body || rule.in_summary)
        else {
            return self.lay_out(name);
        };
        if let Some(at) = self.find(
            |open| open.name == rule.name,
            |open| bounds(open, rule.kind),
        ) {
            self.close_to(at);
        }
    }

    fn end_gone(&mut self) {
        if let Some(embed) = self.embed.take() {
            self.link(&embed);
        }
    }

    pub(super) fn close(&mut self, rule: Rule) {
        self.html.extend(["</", rule.name, ">"]);
        self.lay_out(rule.name);
    }

    fn open(&mut self, rule: Rule, tag: &Tag<'_>) {
        if self.too_deep > 0 || self.open.len() >= self.max_depth {
            self.too_deep += usize::from(rule.kind != Kind::Empty);
            return;
        }
        if rule.kind == Kind::Empty {
            return match rule.name {
                "br" => self.line_break(),
                "wbr" => self.html.push_str("<wbr>"),
                name => {
                    self.make_way(rule);
                    self.html.extend(["<", name, ">"]);
                    self.lay_out(name);
                }
            };
        }
        self.make_way(rule);
        if !self.has_place(rule) {
            return self.lay_out(rule.name);
        }
        self.lay_out(rule.name);
        self.html.extend(["<", rule.name]);
        self.attributes(rule.name, tag);
        self.html.push('>');
        self.open.push(rule);
    }

    fn attributes(&mut self, name: &str, tag: &Tag<'_>) {
        if tag.is_bare() {
            return;
        }
        if name == "a"
            && let Some(url) = tag
                .attribute("href")
                .and_then(|address| self.links.target(&address))
        {
            push_attribute(&mut self.html, "href", url.as_str());
        }
        for attribute in rules::attributes(name).iter().chain(&["dir", "lang"]) {
            if let Some(value) = tag.attribute(attribute)
                && let Some(value) = rules::value(attribute, &value)
            {
                push_attribute(&mut self.html, attribute, value);
            }
        }
    }

    fn line_break(&mut self) {
        if self.too_deep == 0 && self.is_between_cells() {
            return;
        }
        self.html.push_str("<br>");
        self.text.line_break();
    }

    fn picture(&mut self, tag: &Tag<'_>) {
        if is_hidden(tag) {
            return;
        }
        let Some(url) = picture::address(tag, &self.links, self.offered.as_deref()) else {
            self.wants_picture = !picture::is_pixel(tag);
            return;
        };
        self.wants_picture = false;
        self.offered = None;
        if self.keep == Keep::Summary {
            return;
        }
        if self.is_between_cells() {
            self.open_cell();
        }
        self.html.push_str("<img");
        push_attribute(&mut self.html, "src", url.as_str());
        for attribute in rules::attributes("img") {
            if let Some(value) = tag.attribute(attribute)
                && let Some(value) = rules::value(attribute, &plain::one_line(&value))
            {
                push_attribute(&mut self.html, attribute, value);
            }
        }
        self.html.push('>');
    }

    fn frame(&mut self, tag: &Tag<'_>) {
        if is_hidden(tag) || picture::is_pixel(tag) {
            return;
        }
        let address = ["src", "data-src"]
            .iter()
            .find_map(|name| tag.attribute(name));
        self.link(&Embed {
            address: address.map(Into::into),
            title: tag.attribute("title").map(Into::into),
        });
    }

    /// A link to what a mail can't show, with its title or host as text. A site's front page is no recording.
    fn link(&mut self, embed: &Embed) {
        let url = embed
            .address
            .as_deref()
            .and_then(|address| self.links.web(address));
        let Some(url) = url.filter(|url| url.path().len() > 1) else {
            return;
        };
        let in_link = self
            .find(|open| open.name == "a", |open| bounds(open, Kind::Inline))
            .is_some();
        if in_link || self.keep == Keep::Summary {
            return;
        }
        if self.is_between_cells() {
            self.open_cell();
        }
        let host = url.host_str().unwrap_or_default();
        let title = plain::one_line(embed.title.as_deref().unwrap_or_default());
        let text = if title.is_empty() {
            host.strip_prefix("www.").unwrap_or(host)
        } else {
            &title
        };
        self.html.push_str("<a");
        push_attribute(&mut self.html, "href", url.as_str());
        self.html.push('>');
        push_escaped(&mut self.html, text);
        self.html.push_str("</a>");
        self.text.write(text);
    }

    pub(super) fn lay_out(&mut self, name: &str) {
        if matches!(name, "td" | "th") {
            self.text.write(" ");
        } else {
            self.text.gap(plain::gap_around(name));
        }
    }
}

fn has_optional_end(name: &str) -> bool {
    matches!(
        name,
        "p" | "li" | "dt" | "dd" | "td" | "th" | "tr" | "tbody" | "thead" | "tfoot" | "option"
    )
}

/// Whether an element is hidden from those who see the page.
fn is_hidden(tag: &Tag<'_>) -> bool {
    if tag.is_bare() {
        return false;
    }
    if tag.attribute("hidden").is_some() {
        return true;
    }
    let style = super::style(tag);
    !style.is_empty()
        && ["display:none", "visibility:hidden", "mso-hide:all"]
            .iter()
            .any(|hiding| style.contains(hiding))
}

fn lower(name: &str) -> std::borrow::Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        name.to_ascii_lowercase().into()
    } else {
        name.into()
    }
}

fn push_attribute(html: &mut String, name: &str, value: &str) {
    html.extend([" ", name, "=\""]);
    let value = plain::clean(value);
    let mut rest = &*value;
    let is_special = |byte: u8| matches!(byte, b'&' | b'"' | b'<' | b'>');
    while let Some(at) = rest.bytes().position(is_special) {
        html.push_str(&rest[..at]);
        html.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'"' => "&quot;",
            b'<' => "&lt;",
            _ => "&gt;",
        });
        rest = &rest[at + 1..];
    }
    html.push_str(rest);
    html.push('"');
}

fn push_escaped(html: &mut String, text: &str) {
    let mut rest = text;
    let is_special = |byte: u8| matches!(byte, b'&' | b'<' | b'>');
    while let Some(at) = rest.bytes().position(is_special) {
        html.push_str(&rest[..at]);
        html.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            _ => "&gt;",
        });
        rest = &rest[at + 1..];
    }
    html.push_str(rest);
}
