//! Elements that are read as a whole, and where they end if their end tag is missing.

use super::{
    super::{
        content::{Content, Piece},
        markup::{Tag, Token, local},
        names::Meaning,
    },
    Reader, same,
};

/// How many names' end tags are remembered: feeds have fewer.
const NAMES: usize = 256;

impl<'a> Reader<'a> {
    /// The element that begins with `tag`, as a whole.
    pub(super) fn content(&mut self, tag: &Tag<'a>, meaning: Meaning) -> Content<'a> {
        let mut content = Content {
            attributes: tag.attributes,
            pieces: Vec::new(),
            is_cut: false,
        };
        if tag.is_empty {
            return content;
        }
        self.tokens.set_inside(Some(tag.name));
        let mut nested = 0_usize;
        loop {
            let before = self.tokens.position();
            let Some(token) = self.tokens.next() else {
                content.is_cut = true;
                return content;
            };
            let piece = match token {
                Token::Text(text) => Piece::Text(text),
                Token::Cdata(text) => Piece::Cdata(text),
                Token::Doctype(_) => continue,
                Token::Close(name) if same(name, tag.name) => {
                    if nested == 0 {
                        return content;
                    }
                    nested -= 1;
                    Piece::Close(name)
                }
                Token::Close(name) => {
                    let is_ours = self.open.iter().any(|open| same(open.name, name));
                    if is_ours && self.has_no_end(tag.name, before) {
                        self.tokens.rewind(before);
                        return content;
                    }
                    Piece::Close(name)
                }
                Token::Open(inner) => {
                    if self.begins_the_next(meaning, tag.name, &inner, before) {
                        self.tokens.rewind(before);
                        return content;
                    }
                    let is_same = same(inner.name, tag.name);
                    nested += usize::from(is_same && !inner.is_empty);
                    Piece::Open(inner)
                }
            };
            content.pieces.push(piece);
        }
    }

    /// Whether a start tag within an element that is read as a whole says that the end tag of that is missing.
    fn begins_the_next(
        &mut self,
        meaning: Meaning,
        name: &'a str,
        inner: &Tag<'a>,
        from: usize,
    ) -> bool {
        let is_same = same(inner.name, name);
        match self.prefixes.meaning(inner.name) {
            // Atom's content may be any XML
            Meaning::Entry | Meaning::Feed(_) if meaning != Meaning::Content => true,
            inner_meaning => {
                let is_the_feeds = inner_meaning != Meaning::Unknown && !is_html(inner.name);
                if is_short(meaning) {
                    is_same || is_the_feeds
                } else {
                    (is_same || is_the_feeds) && self.has_no_end(name, from)
                }
            }
        }
    }

    /// Whether an element that is read as a whole lacks its end tag: none comes before that of the entry around it.
    fn has_no_end(&mut self, name: &'a str, from: usize) -> bool {
        let own = self.next_close(name, from);
        let entry = self.open.iter().rfind(|open| open.is_entry);
        let around = match entry.or(self.open.last()).map(|open| open.name) {
            Some(around) => self.next_close(around, from),
            None => usize::MAX,
        };
        own > around || own == usize::MAX
    }

    /// Where the next end tag of this name is; each stretch of the document is searched once for a name.
    fn next_close(&mut self, name: &'a str, from: usize) -> usize {
        match self.closes.get(name) {
            Some(known) if *known >= from => *known,
            None if self.closes.len() >= NAMES => usize::MAX,
            _ => {
                let found = self.tokens.find_close(name, from).unwrap_or(usize::MAX);
                self.closes.insert(name, found);
                found
            }
        }
    }
}

/// Whether nothing of the feed's own can stand in such an element.
fn is_short(meaning: Meaning) -> bool {
    matches!(
        meaning,
        Meaning::Title(_)
            | Meaning::Link(_)
            | Meaning::Id
            | Meaning::Published(_)
            | Meaning::Updated
            | Meaning::Date
            | Meaning::Language
            | Meaning::Keywords
            | Meaning::Enclosure
            | Meaning::MediaThumbnail
            | Meaning::MediaCredit
    )
}

/// Whether HTML, or a person of Atom's, has an element of this name too.
fn is_html(name: &str) -> bool {
    matches!(
        local(name).to_ascii_lowercase().as_str(),
        "html" | "body" | "image" | "summary" | "source" | "content" | "name"
    )
}
