//! What stands in an element that is read as a whole, and the text that it makes: plain or HTML, as its type says or as it
//! looks.

use std::borrow::Cow;

use data_encoding::BASE64_MIME_PERMISSIVE;

use super::{
    entities::{self, Entities},
    markup::{Attributes, Tag, local},
    names::Dialect,
};
use crate::collect::{charset, raw::RawText};

/// A piece of an element's content.
#[derive(Debug, Clone, Copy)]
pub enum Piece<'a> {
    /// Text with its references.
    Text(&'a str),
    /// The text of a CDATA section.
    Cdata(&'a str),
    /// A start tag.
    Open(Tag<'a>),
    /// An end tag.
    Close(&'a str),
}

/// An element that was read as a whole.
#[derive(Debug)]
pub struct Content<'a> {
    /// Its own attributes.
    pub attributes: Attributes<'a>,
    /// What stands in it.
    pub pieces: Vec<Piece<'a>>,
    /// Whether the document ended in it.
    pub is_cut: bool,
}

/// What a text is whose element tells no type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usual {
    /// Plain in Atom; in RSS as it looks, with caution: `1 < 2`.
    Plain,
    /// HTML, if anything in it looks so.
    Html,
    /// Markup that stands there unescaped.
    Markup,
}

/// What an element says that its text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Guessed,
    Html,
    Markup,
    Base64,
}

impl<'a> Content<'a> {
    /// Its text, without tags, trimmed.
    pub fn text(&self, entities: &Entities) -> String {
        match self.pieces.as_slice() {
            [] => String::new(),
            [Piece::Text(text)] => entities.decode(text).trim().to_owned(),
            pieces => written(pieces, entities).trim().to_owned(),
        }
    }

    /// Whether elements stand in it. An end tag alone is a wound.
    pub fn has_tags(&self) -> bool {
        self.pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Open(_)))
    }

    /// Its text as an article's: what Atom (RFC 4287 §3.1, §4.1.3) and Atom 0.3 (`mode`) call its type, else `usual`.
    pub fn words(&self, usual: Usual, dialect: Dialect, entities: &Entities) -> RawText {
        let kind = self.kind(usual, dialect);
        if self.has_tags() && kind != Kind::Base64 {
            let pieces = match kind {
                Kind::Markup => without_division(&self.pieces),
                _ => &self.pieces,
            };
            return text_of(
                markup(pieces, kind == Kind::Markup, entities),
                RawText::Html,
            );
        }
        let text = self.text(entities);
        match kind {
            // Nobody means `&amp;` in a line without tags: it was escaped once too often
            Kind::Plain if has_entity(&text) && !text.contains(['<', '\n']) => {
                text_of(text, RawText::Html)
            }
            Kind::Guessed if looks_like_html(&text) => text_of(text, RawText::Html),
            Kind::Html | Kind::Markup if may_be_html(&text) => text_of(text, RawText::Html),
            Kind::Plain | Kind::Guessed | Kind::Html | Kind::Markup => {
                text_of(text, RawText::Plain)
            }
            Kind::Base64 => {
                let decoded = BASE64_MIME_PERMISSIVE
                    .decode(text.as_bytes())
                    .ok()
                    .and_then(|octets| String::from_utf8(octets).ok())
                    .unwrap_or(text);
                if may_be_html(&decoded) {
                    text_of(decoded, RawText::Html)
                } else {
                    text_of(decoded, RawText::Plain)
                }
            }
        }
    }

    fn kind(&self, usual: Usual, dialect: Dialect) -> Kind {
        let attribute = |name| {
            let value: Option<&str> = self.attributes.get(name);
            value.map(|value| value.trim().to_ascii_lowercase())
        };
        if attribute("mode").as_deref() == Some("base64") {
            return Kind::Base64;
        }
        let plain = match dialect {
            Dialect::Atom => Kind::Plain,
            Dialect::Rss => Kind::Guessed,
        };
        match attribute("type").as_deref().map(essence) {
            None | Some("") => match usual {
                Usual::Plain => plain,
                Usual::Html => Kind::Html,
                Usual::Markup => Kind::Markup,
            },
            Some("text" | "plain" | "text/plain") => plain,
            Some("html" | "text/html") => Kind::Html,
            Some("xhtml") => Kind::Markup,
            Some(xml) if xml.ends_with("+xml") || xml.ends_with("/xml") => Kind::Markup,
            Some(text) if text.starts_with("text/") || !text.contains('/') => plain,
            Some(_) => Kind::Base64,
        }
    }

    /// The `xml:base` and `xml:lang` that stand nearest to its text: its own, or its XHTML division's.
    pub fn nearest(&self, name: &str) -> Option<&'a str> {
        let inner = match without_division(&self.pieces) {
            inner if inner.len() == self.pieces.len() => None,
            _ => self.pieces.iter().find_map(|piece| match piece {
                Piece::Open(tag) => tag.attributes.get(name),
                _ => None,
            }),
        };
        inner.or_else(|| self.attributes.get(name))
    }
}

/// A media type without its parameters.
fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

fn text_of(text: String, kind: fn(String) -> RawText) -> RawText {
    if text.trim().is_empty() {
        return RawText::None;
    }
    kind(charset::decode_twice_encoded(&text).unwrap_or(text))
}

/// The text of pieces, without tags.
pub fn written(pieces: &[Piece], entities: &Entities) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(piece) => text.push_str(&entities.decode(piece)),
            Piece::Cdata(piece) => text.push_str(piece),
            Piece::Open(_) | Piece::Close(_) => {}
        }
    }
    text
}

/// Pieces as HTML. In markup proper all text is text; where escaped HTML and tags are mixed, either may be meant.
fn markup(pieces: &[Piece], is_proper: bool, entities: &Entities) -> String {
    let mut html = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => html.push_str(&html_text(text, is_proper, entities)),
            Piece::Cdata(text) if is_proper => html.push_str(&escaped(text)),
            Piece::Cdata(text) => html.push_str(text),
            Piece::Open(tag) => open(tag, &mut html, entities),
            Piece::Close(name) => html.extend(["</", local(name), ">"]),
        }
    }
    html.trim().to_owned()
}

fn html_text<'t>(text: &'t str, is_proper: bool, entities: &Entities) -> Cow<'t, str> {
    if !is_proper {
        let decoded = entities.decode(text);
        if looks_like_html(&decoded) {
            return decoded;
        }
    }
    entities.expand(text)
}

fn open(tag: &Tag, html: &mut String, entities: &Entities) {
    let name = local(tag.name);
    html.extend(["<", name]);
    html.push_str(&entities.expand(tag.attributes.as_str()));
    html.push('>');
    if tag.is_empty && !is_void(name) {
        html.extend(["</", name, ">"]);
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// XHTML in Atom stands in a `div` that doesn't belong to it (RFC 4287 §3.1.1.3).
fn without_division<'p, 'a>(pieces: &'p [Piece<'a>]) -> &'p [Piece<'a>] {
    let is_space = |piece: &Piece| matches!(piece, Piece::Text(text) if text.trim().is_empty());
    let Some(first) = pieces.iter().position(|piece| !is_space(piece)) else {
        return pieces;
    };
    let Some(last) = pieces.iter().rposition(|piece| !is_space(piece)) else {
        return pieces;
    };
    let is_division = |name: &str| local(name).eq_ignore_ascii_case("div");
    let mut depth = 0_usize;
    for (at, piece) in pieces.iter().enumerate().take(last + 1).skip(first) {
        match piece {
            Piece::Open(tag) if !tag.is_empty && is_division(tag.name) => depth += 1,
            Piece::Close(name) if is_division(name) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return if at == last && at > first {
                &pieces[first + 1..last]
            } else {
                pieces
            };
        }
    }
    pieces
}

/// Whether a plain text is rather HTML: it has an end tag, an empty element or an entity, and all its tags are HTML's. A
/// doubtful text is plain: nothing of it is lost then.
pub fn looks_like_html(text: &str) -> bool {
    let mut is_html = has_entity(text);
    for rest in text.split('<').skip(1) {
        let (is_end, rest) = match rest.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        if name.is_empty() {
            continue;
        }
        if !is_html_element(&name) {
            return false;
        }
        is_html |= (is_end || is_void(&name)) && rest.contains('>');
    }
    is_html
}

/// Whether anything in a text looks like HTML.
fn may_be_html(text: &str) -> bool {
    has_entity(text)
        || text.split('<').skip(1).any(|rest| {
            rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
                || rest.starts_with("!--")
        })
}

fn has_entity(text: &str) -> bool {
    text.split('&').skip(1).any(|rest| {
        rest.split_once(';')
            .is_some_and(|(name, _)| entities::is_of_html(name))
    })
}

fn is_void(name: &str) -> bool {
    matches!(
        name.to_ascii_lowercase().as_str(),
        "br" | "img"
            | "hr"
            | "wbr"
            | "input"
            | "embed"
            | "source"
            | "area"
            | "col"
            | "param"
            | "track"
    )
}

fn is_html_element(name: &str) -> bool {
    is_void(name)
        || matches!(
            name,
            "a" | "abbr"
                | "acronym"
                | "address"
                | "article"
                | "aside"
                | "audio"
                | "b"
                | "bdi"
                | "bdo"
                | "big"
                | "blockquote"
                | "body"
                | "button"
                | "caption"
                | "center"
                | "cite"
                | "code"
                | "dd"
                | "del"
                | "details"
                | "dfn"
                | "dir"
                | "div"
                | "dl"
                | "dt"
                | "em"
                | "fieldset"
                | "figcaption"
                | "figure"
                | "font"
                | "footer"
                | "form"
                | "h1"
                | "h2"
                | "h3"
                | "h4"
                | "h5"
                | "h6"
                | "header"
                | "html"
                | "i"
                | "iframe"
                | "ins"
                | "kbd"
                | "label"
                | "legend"
                | "li"
                | "main"
                | "map"
                | "mark"
                | "menu"
                | "nav"
                | "noscript"
                | "object"
                | "ol"
                | "p"
                | "picture"
                | "pre"
                | "q"
                | "rp"
                | "rt"
                | "ruby"
                | "s"
                | "samp"
                | "script"
                | "section"
                | "select"
                | "small"
                | "span"
                | "strike"
                | "strong"
                | "style"
                | "sub"
                | "summary"
                | "sup"
                | "svg"
                | "table"
                | "tbody"
                | "td"
                | "textarea"
                | "tfoot"
                | "th"
                | "thead"
                | "time"
                | "tr"
                | "tt"
                | "u"
                | "ul"
                | "var"
                | "video"
        )
}

#[cfg(test)]
mod tests {
    use super::super::markup::{Token, Tokens};
    use super::*;

    fn words(element: &str, usual: Usual, dialect: Dialect) -> RawText {
        let mut tokens = Tokens::new(element);
        let Some(Token::Open(tag)) = tokens.next() else {
            panic!("an element is expected")
        };
        let mut pieces: Vec<Piece> = tokens
            .filter_map(|token| match token {
                Token::Text(text) => Some(Piece::Text(text)),
                Token::Cdata(text) => Some(Piece::Cdata(text)),
                Token::Open(tag) => Some(Piece::Open(tag)),
                Token::Close(name) => Some(Piece::Close(name)),
                Token::Doctype(_) => None,
            })
            .collect();
        pieces.pop();
        let content = Content {
            attributes: tag.attributes,
            pieces,
            is_cut: false,
        };
        content.words(usual, dialect, &Entities::new(0))
    }

    fn html(text: &str) -> RawText {
        RawText::Html(text.to_owned())
    }

    fn plain(text: &str) -> RawText {
        RawText::Plain(text.to_owned())
    }

    #[test]
    fn atom_says_what_its_texts_are() {
        let atom = |element| words(element, Usual::Plain, Dialect::Atom);
        assert_eq!(atom("<t>a &lt;b&gt; &amp;amp;</t>"), plain("a <b> &amp;"));
        assert_eq!(
            atom("<t type='html'>&lt;b&gt;a&lt;/b&gt;</t>"),
            html("<b>a</b>")
        );
        assert_eq!(
            atom("<t type='xhtml'> <x:div xmlns:x='u'>a <x:b>b &lt;c></x:b><x:p/></x:div> </t>"),
            html("a <b>b &lt;c></b><p></p>")
        );
        assert_eq!(
            atom("<t mode='base64' type='text/html'>PGI+YTwvYj4=</t>"),
            html("<b>a</b>")
        );
        assert_eq!(atom("<t type='text/plain; charset=x'>a</t>"), plain("a"));
        assert_eq!(atom("<t>AT&amp;amp;T</t>"), html("AT&amp;T"));
    }

    #[test]
    fn rss_leaves_it_to_be_guessed() {
        let rss = |element| words(element, Usual::Plain, Dialect::Rss);
        assert_eq!(
            rss("<t>2 &lt; 3, the &lt;blink&gt; tag, AT&amp;T</t>"),
            plain("2 < 3, the <blink> tag, AT&T")
        );
        assert_eq!(rss("<t>&lt;b&gt;a&lt;/b&gt;</t>"), html("<b>a</b>"));
        assert_eq!(rss("<t><![CDATA[AT&amp;T]]></t>"), html("AT&amp;T"));
        assert_eq!(
            words("<t>a\n\nb</t>", Usual::Html, Dialect::Rss),
            plain("a\n\nb")
        );
    }

    #[test]
    fn tags_that_should_have_been_escaped_are_kept() {
        let description = |element| words(element, Usual::Html, Dialect::Rss);
        assert_eq!(
            description("<t><p>a &lt; b<br/>c</p></t>"),
            html("<p>a &lt; b<br>c</p>")
        );
        assert_eq!(
            description("<t>&lt;b&gt;a&lt;/b&gt;<br/>c</t>"),
            html("<b>a</b><br>c")
        );
    }
}
