//! A feed in XML → its entries: one walk over the tokens, with the elements that are open.
//!
//! Most elements are read as a whole ([`whole`]), and what they say is the feed's ([`about_feed`]) or the entry's
//! ([`about_entry`]); only those stay open that others stand in: the feed, its entries, groups of media, and elements that
//! aren't known, whose children count as further inside.
//!
//! Tags that don't match are mended so: an end tag closes what is open up to its element, and counts for nothing where
//! that isn't open; an entry that begins ends the one before; an element that is read as a whole ends, where its own end
//! tag is missing, before the next element that only a feed has.

use std::{collections::HashMap, rc::Rc};

use url::Url;

mod about_entry;
mod about_feed;
mod values;
mod whole;

use about_entry::is_web_address;

use super::{
    FeedInfo,
    entities::Entities,
    entry::{Draft, Rank, Scope, Slot, Text},
    markup::{Attributes, Tag, Token, Tokens, local},
    media::File,
    names::{Dialect, Meaning, Prefixes},
};
use crate::{
    collect::{dates, plain, raw::RawText},
    domain::{Language, Person},
};

/// What a feed in XML gave.
#[derive(Debug)]
pub struct Read {
    /// About the feed.
    pub info: FeedInfo,
    /// Its entries.
    pub entries: Vec<Draft>,
    /// Those who wrote the entries that name nobody.
    pub authors: Vec<Person>,
    /// What the document is.
    pub found: Found,
    /// What was lost, and why.
    pub wounds: Vec<Wound>,
}

/// What a document turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Nothing that is known.
    Nothing,
    /// A page.
    Page,
    /// A feed: some element was there that only feeds have.
    Feed,
}

/// What a reader can't mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wound {
    /// The document ends inside of the last entry.
    Cut,
    /// Elements were nested deeper than they may be.
    TooDeep,
    /// Entities would have expanded to more than they may.
    Exhausted,
}

/// Reads a feed. `room` is how many octets declared entities may add.
pub fn read(text: &str, url: &Url, max_depth: usize, room: usize) -> Read {
    let mut reader = Reader {
        tokens: Tokens::new(text),
        entities: Entities::new(room),
        prefixes: Prefixes::default(),
        open: Vec::new(),
        closes: HashMap::new(),
        root: Scope {
            base: Rc::new(url.clone()),
            language: None,
        },
        feed: Feed::default(),
        entries: Vec::new(),
        dialect: Dialect::Rss,
        max_depth,
        found: Found::Nothing,
        is_too_deep: false,
    };
    reader.walk();
    reader.end()
}

/// What the feed says of itself, while it is read.
#[derive(Debug, Default)]
struct Feed {
    title: Slot<Text>,
    link: Slot<String>,
    language: Option<Language>,
    image: Slot<String>,
    authors: Vec<Person>,
}

/// What an element that is open stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The feed.
    Feed,
    /// An entry.
    Entry,
    /// A group of media, or one of its members; its words are at this place.
    Media(usize),
}

#[derive(Debug)]
struct Open<'a> {
    name: &'a str,
    place: Place,
    /// Whether it is the entry itself.
    is_entry: bool,
    scope: Scope,
    /// How many prefixes were bound before it.
    prefixes: usize,
}

struct Reader<'a> {
    tokens: Tokens<'a>,
    entities: Entities<'a>,
    prefixes: Prefixes<'a>,
    open: Vec<Open<'a>>,
    /// Where the next end tag of a name is, as far as was looked.
    closes: HashMap<&'a str, usize>,
    root: Scope,
    feed: Feed,
    entries: Vec<Draft>,
    dialect: Dialect,
    max_depth: usize,
    found: Found,
    is_too_deep: bool,
}

impl<'a> Reader<'a> {
    fn walk(&mut self) {
        while let Some(token) = {
            self.tokens
                .set_inside(self.open.last().map(|open| open.name));
            self.tokens.next()
        } {
            match token {
                Token::Open(tag) => self.element(&tag),
                Token::Close(name) => {
                    let open = &self.open;
                    let found = open.iter().rposition(|open| same(open.name, name));
                    // The prefix may be what is wrong
                    let found = found.or_else(|| {
                        open.iter()
                            .rposition(|open| same(local(open.name), local(name)))
                    });
                    if let Some(index) = found {
                        self.close(index);
                    }
                }
                Token::Doctype(declaration) => self.entities.declare(declaration),
                Token::Text(_) | Token::Cdata(_) => {}
            }
        }
    }

    fn end(self) -> Read {
        let wounds = [
            (self.open.iter().any(|open| open.is_entry), Wound::Cut),
            (self.is_too_deep, Wound::TooDeep),
            (self.entities.are_exhausted(), Wound::Exhausted),
        ];
        let title = self.feed.title.take().map(|text| match text.raw {
            RawText::None => String::new(),
            RawText::Plain(text) => plain::one_line(&text),
            RawText::Html(html) => plain::one_line(&plain::from_html(&html)),
        });
        Read {
            info: FeedInfo {
                title: title.filter(|title| !title.is_empty()),
                link: self.feed.link.take(),
                language: self.feed.language,
                image: self.feed.image.take(),
            },
            entries: self.entries,
            authors: self.feed.authors,
            found: self.found,
            wounds: wounds
                .into_iter()
                .filter_map(|(is_there, wound)| is_there.then_some(wound))
                .collect(),
        }
    }

    /// Closes the open elements from this one on.
    fn close(&mut self, index: usize) {
        if let Some(open) = self.open.get(index) {
            self.prefixes.forget(open.prefixes);
            self.open.truncate(index);
        }
    }

    fn scope(&self) -> &Scope {
        self.open.last().map_or(&self.root, |open| &open.scope)
    }

    fn place(&self) -> Place {
        self.open.last().map_or(Place::Feed, |open| open.place)
    }

    /// How deep the element stands that is read now, counted from the entry, else from the document.
    fn rank(&self, class: u8) -> Rank {
        let entry = self.open.iter().rposition(|open| open.is_entry);
        Rank {
            class,
            depth: self.open.len() - entry.map_or(0, |entry| entry + 1),
        }
    }

    fn element(&mut self, tag: &Tag<'a>) {
        let prefixes = self.prefixes.len();
        self.prefixes.bind(tag.attributes);
        let meaning = self.prefixes.meaning(tag.name);
        match meaning {
            Meaning::Feed(dialect) => {
                if self.place() == Place::Feed {
                    self.found = Found::Feed;
                    if !self.open.iter().any(|open| same(open.name, "feed")) {
                        self.dialect = dialect;
                    }
                    self.channel(tag, prefixes);
                } else {
                    self.push(tag, self.place(), prefixes);
                }
            }
            Meaning::Entry => self.entry(tag, prefixes),
            Meaning::MediaGroup | Meaning::MediaContent if self.place() != Place::Feed => {
                self.media(tag, meaning, prefixes);
            }
            Meaning::Page => {
                if self.found == Found::Nothing {
                    self.found = Found::Page;
                }
                self.push(tag, self.place(), prefixes);
            }
            Meaning::Unknown | Meaning::MediaGroup | Meaning::MediaContent => {
                self.push(tag, self.place(), prefixes);
            }
            _ => {
                let scope = self.scope_of(tag.attributes);
                let content = self.content(tag, meaning);
                self.prefixes.forget(prefixes);
                if matches!(self.place(), Place::Feed) {
                    self.about_feed(meaning, tag, &content, scope);
                } else {
                    self.about_entry(meaning, tag, &content, scope);
                }
            }
        }
    }

    /// Opens an element that others stand in.
    fn push(&mut self, tag: &Tag<'a>, place: Place, prefixes: usize) {
        self.push_as(tag, place, prefixes, false);
    }

    fn push_as(&mut self, tag: &Tag<'a>, place: Place, prefixes: usize, is_entry: bool) {
        let is_too_deep = self.open.len() >= self.max_depth;
        self.is_too_deep |= is_too_deep && !tag.is_empty;
        if tag.is_empty || is_too_deep || is_void(tag.name) {
            self.prefixes.forget(prefixes);
            return;
        }
        let scope = self.scope_of(tag.attributes);
        self.open.push(Open {
            name: tag.name,
            place,
            is_entry,
            scope,
            prefixes,
        });
    }

    fn channel(&mut self, tag: &Tag<'a>, prefixes: usize) {
        self.push(tag, Place::Feed, prefixes);
        if let Some(href) = tag.attributes.get("href") {
            let link = self.absolute(&self.scope().clone(), href);
            self.feed.link.first(Rank { class: 3, depth: 0 }, link);
        }
        let language = self.scope().language.as_deref().cloned();
        self.feed.language = self.feed.language.take().or(language);
    }

    fn entry(&mut self, tag: &Tag<'a>, prefixes: usize) {
        self.found = Found::Feed;
        let mut prefixes = prefixes;
        if let Some(before) = self.open.iter().position(|open| open.is_entry) {
            self.close(before);
            prefixes = self.prefixes.len();
            self.prefixes.bind(tag.attributes);
        } else if self.open.is_empty() && same(local(tag.name), "entry") {
            self.dialect = Dialect::Atom;
        }
        let scope = self.scope_of(tag.attributes);
        let mut draft = Draft::new(scope.clone(), self.tokens.position());
        let rank = Rank { class: 9, depth: 0 };
        if let Some(about) = self.attribute(tag, "rdf:about") {
            draft.id_as_link = Some(about.clone()).filter(|about| is_web_address(about));
            draft.id.first(rank, about);
        }
        // CDF (Channel Definition Format 1.01)
        if let Some(href) = self.attribute(tag, "href") {
            draft.link.first(rank, self.absolute(&scope, &href));
        }
        if let Some(time) = self
            .attribute(tag, "lastmod")
            .and_then(|text| dates::parse(&text))
        {
            draft.updated.first(rank, time);
        }
        self.entries.push(draft);
        self.push_as(tag, Place::Entry, prefixes, true);
    }

    fn media(&mut self, tag: &Tag<'a>, meaning: Meaning, prefixes: usize) {
        let scope = self.scope_of(tag.attributes);
        let within = match self.place() {
            Place::Media(words) => words,
            Place::Entry | Place::Feed => 0,
        };
        let attribute = |name| self.attribute(tag, name);
        let file = File {
            url: attribute("url").map_or_else(String::new, |url| self.absolute(&scope, &url)),
            media_type: attribute("type")
                .filter(|media_type| media_type.contains('/'))
                .or_else(|| attribute("medium")),
            length: attribute("filesize").and_then(|size| size.trim().parse().ok()),
            width: attribute("width")
                .and_then(|width| width.trim().parse().ok())
                .unwrap_or_default(),
            height: attribute("height")
                .and_then(|height| height.trim().parse().ok())
                .unwrap_or_default(),
            words: 0,
        };
        let Some(draft) = self.entries.last_mut() else {
            return;
        };
        let words = draft.media.new_words(Some(within));
        if meaning == Meaning::MediaContent {
            draft.media.add(File { words, ..file });
        }
        self.push(tag, Place::Media(words), prefixes);
    }

    /// What holds in an element with these attributes.
    fn scope_of(&self, attributes: Attributes<'a>) -> Scope {
        let mut scope = self.scope().clone();
        if attributes.mention("base") {
            let base = attributes
                .get("xml:base")
                .or_else(|| attributes.get("base"));
            self.narrow_base(&mut scope, base);
        }
        if attributes.mention("lang") {
            let language = attributes
                .get("xml:lang")
                .or_else(|| attributes.get("lang"));
            narrow_language(&mut scope, language);
        }
        scope
    }

    fn narrow_base(&self, scope: &mut Scope, base: Option<&str>) {
        let base = base.map(|base| self.entities.decode(base));
        if let Some(url) = base.and_then(|base| scope.base.join(base.trim()).ok())
            && matches!(url.scheme(), "http" | "https" | "file")
        {
            scope.base = Rc::new(url);
        }
    }

    fn attribute(&self, tag: &Tag<'a>, name: &str) -> Option<String> {
        let value = tag.attributes.get(name)?;
        Some(self.entities.decode(value).trim().to_owned())
    }

    fn absolute(&self, scope: &Scope, address: &str) -> String {
        let address = self.entities.decode(address);
        resolve(scope, &address)
    }
}

fn narrow_language(scope: &mut Scope, language: Option<&str>) {
    if let Some(tag) = language {
        // An empty one says that it isn't known (XML 1.0 §2.12)
        scope.language = tag.trim().parse().ok().map(Rc::new);
    }
}

fn resolve(scope: &Scope, address: &str) -> String {
    let address = address.trim();
    scope
        .base
        .join(address)
        .map_or_else(|_| address.to_owned(), String::from)
}

fn same(name: &str, other: &str) -> bool {
    name.eq_ignore_ascii_case(other)
}

/// Elements of HTML that never have an end tag: they would stay open.
fn is_void(name: &str) -> bool {
    matches!(
        name.to_ascii_lowercase().as_str(),
        "br" | "img" | "hr" | "meta" | "input" | "wbr"
    )
}
