//! A feed in XML → its entries: one walk over the tokens, with the elements that are open.
//!
//! Most elements are read as a whole ([`Reader::content`]); only those stay open that others stand in: the feed, its
//! entries, groups of media, and elements that aren't known, whose children count as further inside.
//!
//! Tags that don't match are mended so: an end tag closes what is open up to its element, and counts for nothing where
//! that isn't open; an entry that begins ends the one before; an element that is read as a whole ends, where its own end
//! tag is missing, before the next element that only a feed has.

use std::{collections::HashMap, rc::Rc};

use url::Url;

use super::{
    FeedInfo,
    content::{Content, Piece, Usual, looks_like_html, written},
    entities::Entities,
    entry::{Draft, Rank, Scope, Slot, Text},
    markup::{Attributes, Tag, Token, Tokens, local},
    media::File,
    names::{Dialect, Meaning, Prefixes},
    people,
};
use crate::{
    collect::{dates, plain, raw::RawText},
    domain::{Language, Person},
};

/// How many names' end tags are remembered: feeds have fewer.
const NAMES: usize = 256;

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

    /// The element that begins with `tag`, as a whole.
    fn content(&mut self, tag: &Tag<'a>, meaning: Meaning) -> Content<'a> {
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

    fn attribute(&self, tag: &Tag<'a>, name: &str) -> Option<String> {
        let value = tag.attributes.get(name)?;
        Some(self.entities.decode(value).trim().to_owned())
    }

    fn absolute(&self, scope: &Scope, address: &str) -> String {
        let address = self.entities.decode(address);
        resolve(scope, &address)
    }

    fn text_in(&self, content: &Content, usual: Usual, mut scope: Scope) -> Option<Text> {
        let dialect = self.dialect;
        let raw = content.words(usual, dialect, &self.entities);
        if raw == RawText::None {
            return None;
        }
        if content.has_tags() {
            self.narrow_base(&mut scope, content.nearest("xml:base"));
            narrow_language(&mut scope, content.nearest("xml:lang"));
        }
        Some(Text { raw, scope })
    }

    fn about_feed(&mut self, meaning: Meaning, tag: &Tag<'a>, content: &Content<'a>, scope: Scope) {
        match meaning {
            Meaning::Title(class) => {
                if let Some(text) = self.text_in(content, Usual::Plain, scope) {
                    let rank = self.rank(class);
                    self.feed.title.first(rank, text);
                }
            }
            Meaning::Link(_) => {
                if let Some((class, address)) = self.page(tag, content, &scope) {
                    let rank = self.rank(class);
                    self.feed.link.first(rank, address);
                    self.stand_on_link();
                }
            }
            Meaning::Language => {
                if let Ok(language) = content.text(&self.entities).parse::<Language>() {
                    self.feed.language.get_or_insert_with(|| language.clone());
                    let language = Rc::new(language);
                    for open in &mut self.open {
                        open.scope.language = Some(Rc::clone(&language));
                    }
                }
            }
            Meaning::Author(0) if self.dialect == Dialect::Atom => {
                for person in self.people(content, &scope) {
                    people::add(&mut self.feed.authors, person);
                }
            }
            Meaning::Image(class) => {
                if let Some(address) = self.picture(tag, content, &scope) {
                    let rank = self.rank(class);
                    self.feed.image.first(rank, address);
                }
            }
            _ => {}
        }
    }

    /// A feed that wasn't fetched (a file's, a program's) has its links relative to its page.
    fn stand_on_link(&mut self) {
        let is_fetched = matches!(self.root.base.scheme(), "http" | "https");
        let page = self.feed.link.get().and_then(|link| Url::parse(link).ok());
        if let Some(page) = page.filter(|page| !is_fetched && page.has_host()) {
            let page = Rc::new(page);
            for open in &mut self.open {
                if Rc::ptr_eq(&open.scope.base, &self.root.base) {
                    open.scope.base = Rc::clone(&page);
                }
            }
            self.root.base = page;
        }
    }

    fn about_entry(
        &mut self,
        meaning: Meaning,
        tag: &Tag<'a>,
        content: &Content<'a>,
        scope: Scope,
    ) {
        let words = match self.place() {
            Place::Media(words) => words,
            Place::Entry | Place::Feed => 0,
        };
        match meaning {
            Meaning::Title(class) => {
                if let Some(text) = self.text_in(content, Usual::Plain, scope) {
                    let (rank, title) = (self.rank(class), words_of(&text));
                    self.draft(|draft| {
                        if class == 2 {
                            draft.media.title(words, title);
                        }
                        draft.title.first(rank, text);
                    });
                }
            }
            Meaning::Description | Meaning::Summary => {
                let usual = if meaning == Meaning::Summary {
                    Usual::Plain
                } else {
                    Usual::Html
                };
                if let Some(text) = self.text_in(content, usual, scope) {
                    let rank = self.rank(0);
                    self.draft(|draft| draft.describe(rank, text));
                }
            }
            Meaning::Aside(class) => {
                let usual = if class == 2 {
                    Usual::Plain
                } else {
                    Usual::Html
                };
                if let Some(text) = self.text_in(content, usual, scope) {
                    let (rank, description) = (self.rank(class), words_of(&text));
                    self.draft(|draft| {
                        if class == 2 {
                            draft.media.description(words, description);
                        }
                        draft.aside.first(rank, (text, class < 2));
                    });
                }
            }
            Meaning::Content | Meaning::Encoded | Meaning::Body => {
                self.body(meaning, tag, content, scope);
            }
            Meaning::Id if !content.is_cut => self.id(tag, content, &scope),
            Meaning::Link(class) if !content.is_cut => {
                self.link(class, tag, content, &scope);
            }
            Meaning::Author(class) => {
                for person in self.people(content, &scope) {
                    self.draft(|draft| draft.authors.push((class, person)));
                }
            }
            Meaning::Editor => {
                for person in self.people(content, &scope) {
                    self.draft(|draft| draft.authors.push((0, person)));
                }
            }
            Meaning::Source => {
                let authors = self.source_authors(content, &scope);
                self.draft(|draft| draft.source_authors.extend(authors));
            }
            Meaning::Published(_) | Meaning::Updated | Meaning::Date if !content.is_cut => {
                self.date(meaning, content);
            }
            Meaning::Category => self.category(tag, content),
            Meaning::Keywords => {
                let list = content.text(&self.entities);
                self.draft(|draft| {
                    for tag in list.split(',') {
                        draft.tag(label(tag));
                    }
                });
            }
            Meaning::Language => {
                if let Ok(language) = content.text(&self.entities).parse::<Language>() {
                    self.draft(|draft| draft.language = Some(language));
                }
            }
            Meaning::Enclosure => {
                let file = self.file(tag, content, &scope);
                self.draft(|draft| draft.media.add(file));
            }
            Meaning::MediaThumbnail => {
                let file = self.file(tag, content, &scope);
                self.draft(|draft| draft.media.add_thumbnail(File { words, ..file }));
            }
            Meaning::MediaCredit => {
                let credit = plain::one_line(&content.text(&self.entities));
                self.draft(|draft| draft.media.credit(words, credit));
            }
            Meaning::Image(_) => {
                if let Some(address) = self.picture(tag, content, &scope) {
                    self.draft(|draft| draft.media.add_cover(address));
                }
            }
            _ => {}
        }
    }

    /// Changes the entry that is open.
    fn draft(&mut self, change: impl FnOnce(&mut Draft)) {
        if let Some(draft) = self.entries.last_mut() {
            change(draft);
        }
    }

    fn body(&mut self, meaning: Meaning, tag: &Tag<'a>, content: &Content<'a>, scope: Scope) {
        if let Some(page) = self.attribute(tag, "src") {
            let (rank, page) = (self.rank(4), resolve(&scope, &page));
            self.draft(|draft| draft.link.first(rank, page));
        }
        let (usual, class) = match meaning {
            Meaning::Content => (Usual::Plain, 0),
            Meaning::Encoded => (Usual::Html, 0),
            _ => (Usual::Markup, 1),
        };
        if let Some(text) = self.text_in(content, usual, scope) {
            let rank = self.rank(class);
            self.draft(|draft| draft.body.first(rank, text));
        }
    }

    fn id(&mut self, tag: &Tag<'a>, content: &Content<'a>, scope: &Scope) {
        let is_link = !tag
            .attributes
            .get("ispermalink")
            .is_some_and(|value| value.trim().eq_ignore_ascii_case("false"));
        let mut id = content.text(&self.entities);
        if id.is_empty() {
            return;
        }
        if is_link && id.starts_with('/') {
            id = resolve(scope, &id);
        }
        let rank = self.rank(0);
        let is_page = is_link && is_web_address(&id);
        self.draft(|draft| {
            draft.id_as_link = is_page.then(|| id.clone());
            draft.id.last(rank, id);
        });
    }

    fn link(&mut self, class: u8, tag: &Tag<'a>, content: &Content<'a>, scope: &Scope) {
        if relation(tag).as_deref() == Some("enclosure") {
            let file = self.file(tag, content, scope);
            let title = self.attribute(tag, "title");
            self.draft(|draft| {
                let words = draft.media.new_words(Some(0));
                draft.media.title(words, title.unwrap_or_default());
                draft.media.add(File { words, ..file });
            });
        } else if let Some((kind, address)) = self.page(tag, content, scope) {
            let rank = self.rank(class.min(kind));
            let is_text = kind == 1;
            self.draft(|draft| {
                if is_text {
                    draft.link.last(rank, address);
                } else {
                    draft.link.first(
                        Rank {
                            class: kind,
                            ..rank
                        },
                        address,
                    );
                }
            });
        }
    }

    /// The page that a link leads to, and how much that counts: RSS's link in the text, Atom's to HTML, Atom's to
    /// something else.
    fn page(&self, tag: &Tag<'a>, content: &Content<'a>, scope: &Scope) -> Option<(u8, String)> {
        if let Some(href) = tag.attributes.get("href") {
            let is_page = relation(tag).is_none_or(|relation| relation == "alternate");
            let media_type = tag.attributes.get("type").unwrap_or("text/html");
            let kind = if media_type.contains("html") { 2 } else { 3 };
            return (is_page && !href.trim().is_empty())
                .then(|| (kind, self.absolute(scope, href)));
        }
        let address = content.text(&self.entities);
        (!address.is_empty()).then(|| (1, resolve(scope, &address)))
    }

    fn file(&self, tag: &Tag<'a>, content: &Content<'a>, scope: &Scope) -> File {
        let attribute = |name| self.attribute(tag, name).filter(|value| !value.is_empty());
        let address = attribute("url")
            .or_else(|| attribute("href"))
            .or_else(|| attribute("uri"))
            .unwrap_or_else(|| content.text(&self.entities));
        File {
            url: if address.is_empty() {
                address
            } else {
                resolve(scope, &address)
            },
            media_type: attribute("type"),
            length: attribute("length").and_then(|length| length.parse().ok()),
            width: attribute("width")
                .and_then(|width| width.parse().ok())
                .unwrap_or_default(),
            words: 0,
        }
    }

    /// The address of a picture: in an attribute, in a child, in the text.
    fn picture(&self, tag: &Tag<'a>, content: &Content<'a>, scope: &Scope) -> Option<String> {
        let attribute = |name| self.attribute(tag, name).filter(|value| !value.is_empty());
        let address = attribute("href")
            .or_else(|| attribute("url"))
            .or_else(|| attribute("rdf:resource"));
        let address = address.or_else(|| {
            if content.has_tags() {
                child(content, &["url", "href"], &self.entities)
            } else {
                Some(content.text(&self.entities))
            }
        });
        address
            .filter(|address| !address.is_empty())
            .map(|address| resolve(scope, &address))
    }

    fn people(&self, content: &Content<'a>, scope: &Scope) -> Vec<Person> {
        let mut people = people::named(content, &self.entities);
        for person in &mut people {
            person.url = person.url.take().map(|url| resolve(scope, &url));
        }
        people
    }

    /// The authors of Atom's `source`: those of its `author` children.
    fn source_authors(&self, content: &Content<'a>, scope: &Scope) -> Vec<Person> {
        let mut authors = Vec::new();
        let mut rest = content.pieces.as_slice();
        let opens =
            |piece: &Piece| matches!(piece, Piece::Open(tag) if same(local(tag.name), "author"));
        let closes =
            |piece: &Piece| matches!(piece, Piece::Close(name) if same(local(name), "author"));
        while let Some(start) = rest.iter().position(opens) {
            let after = &rest[start + 1..];
            let end = after.iter().position(closes).unwrap_or(after.len());
            let author = Content {
                attributes: content.attributes,
                pieces: after[..end].to_vec(),
                is_cut: false,
            };
            authors.extend(self.people(&author, scope));
            rest = &after[end..];
        }
        authors
    }

    fn date(&mut self, meaning: Meaning, content: &Content<'a>) {
        let Some(time) = dates::parse(&content.text(&self.entities)) else {
            return;
        };
        let rank = match meaning {
            Meaning::Published(class) => self.rank(class),
            _ => self.rank(0),
        };
        self.draft(|draft| {
            let slot = match meaning {
                Meaning::Published(_) => &mut draft.published,
                Meaning::Updated => &mut draft.updated,
                _ => &mut draft.date,
            };
            slot.last(rank, time);
        });
    }

    /// Labels: an Atom category's term and its label, RSS's text, a podcast's `text`, with those that stand in it.
    fn category(&mut self, tag: &Tag<'a>, content: &Content<'a>) {
        let inner = content.pieces.iter().filter_map(|piece| match piece {
            Piece::Open(inner) => Some(inner),
            _ => None,
        });
        let mut labels = Vec::new();
        for tag in std::iter::once(tag).chain(inner) {
            for name in ["term", "text", "label"] {
                labels.extend(self.attribute(tag, name));
            }
        }
        labels.push(content.text(&self.entities));
        self.draft(|draft| {
            for text in labels {
                draft.tag(label(&text));
            }
        });
    }
}

fn narrow_language(scope: &mut Scope, language: Option<&str>) {
    if let Some(tag) = language {
        // An empty one says that it isn't known (XML 1.0 §2.12)
        scope.language = tag.trim().parse().ok().map(Rc::new);
    }
}

/// The relation of a link, in short (RFC 4287 §4.2.7.2).
fn relation(tag: &Tag) -> Option<String> {
    let relation = tag.attributes.get("rel")?.trim().to_ascii_lowercase();
    Some(relation.rsplit('/').next().unwrap_or_default().to_owned())
        .filter(|relation| !relation.is_empty())
}

fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn resolve(scope: &Scope, address: &str) -> String {
    let address = address.trim();
    scope
        .base
        .join(address)
        .map_or_else(|_| address.to_owned(), String::from)
}

/// The text of the first child of one of these names.
fn child(content: &Content, names: &[&str], entities: &Entities) -> Option<String> {
    let at = content.pieces.iter().position(|piece| match piece {
        Piece::Open(tag) => names.iter().any(|name| same(local(tag.name), name)),
        _ => false,
    })?;
    let rest = &content.pieces[at + 1..];
    let end = rest
        .iter()
        .position(|piece| matches!(piece, Piece::Open(_) | Piece::Close(_)));
    let text = written(&rest[..end.unwrap_or(rest.len())], entities);
    Some(text.trim().to_owned())
}

fn label(text: &str) -> String {
    if looks_like_html(text) {
        plain::one_line(&plain::from_html(text))
    } else {
        plain::one_line(text)
    }
}

fn words_of(text: &Text) -> String {
    match &text.raw {
        RawText::None => String::new(),
        RawText::Html(text) | RawText::Plain(text) => text.clone(),
    }
}

fn same(name: &str, other: &str) -> bool {
    name.eq_ignore_ascii_case(other)
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

/// Elements of HTML that never have an end tag: they would stay open.
fn is_void(name: &str) -> bool {
    matches!(
        name.to_ascii_lowercase().as_str(),
        "br" | "img" | "hr" | "meta" | "input" | "wbr"
    )
}
