//! An entry while it is read, and the article that it makes. Where a feed says a thing several times, what counts more
//! wins: its own vocabulary before a foreign one, an element of the entry before one further inside.

use std::rc::Rc;

use chrono::{DateTime, Utc};
use url::Url;

use super::{
    media::{self, Media},
    people,
};
use crate::{
    collect::raw::{RawArticle, RawText},
    domain::{Language, Person},
};

/// What holds at a place of a document, and for all that stands in it.
#[derive(Debug, Clone)]
pub struct Scope {
    /// What relative addresses are relative to (`xml:base`).
    pub base: Rc<Url>,
    /// The language (`xml:lang`).
    pub language: Option<Rc<Language>>,
}

/// How much a word counts, the lowest most: its vocabulary, then how deep it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// Of which vocabulary.
    pub class: u8,
    /// How many elements below the entry.
    pub depth: usize,
}

/// The word that counts most so far.
#[derive(Debug, Clone)]
pub struct Slot<T>(Option<(Rank, T)>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Slot<T> {
    /// Takes a word if it counts more than the one before.
    pub fn first(&mut self, rank: Rank, value: T) {
        if self.0.as_ref().is_none_or(|(known, _)| rank < *known) {
            self.0 = Some((rank, value));
        }
    }

    /// Takes a word unless it counts less than the one before.
    pub fn last(&mut self, rank: Rank, value: T) {
        if self.0.as_ref().is_none_or(|(known, _)| rank <= *known) {
            self.0 = Some((rank, value));
        }
    }

    /// The word.
    pub fn get(&self) -> Option<&T> {
        self.0.as_ref().map(|(_, value)| value)
    }

    /// The word itself.
    pub fn take(self) -> Option<T> {
        self.0.map(|(_, value)| value)
    }
}

/// A text, and what holds where it stands.
#[derive(Debug, Clone)]
pub struct Text {
    /// The text.
    pub raw: RawText,
    /// Its place.
    pub scope: Scope,
}

/// An entry while it is read.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What holds in the entry.
    pub scope: Scope,
    /// Its own id.
    pub id: Slot<String>,
    /// Its page's address, absolute.
    pub link: Slot<String>,
    /// The page's address that its id is, where it is one.
    pub id_as_link: Option<String>,
    /// Its title.
    pub title: Slot<Text>,
    /// The first text that stands for it.
    pub summary: Slot<Text>,
    /// A second such text: some feeds give the whole as the other of two.
    pub second: Slot<Text>,
    /// A text that stands for it in a foreign vocabulary.
    pub aside: Slot<(Text, bool)>,
    /// The whole text.
    pub body: Slot<Text>,
    /// Its authors, each with the class of the element that named them.
    pub authors: Vec<(u8, Person)>,
    /// The authors of the feed that it was taken from.
    pub source_authors: Vec<Person>,
    /// When it was published.
    pub published: Slot<DateTime<Utc>>,
    /// When it was changed.
    pub updated: Slot<DateTime<Utc>>,
    /// A time that belongs to it in some way.
    pub date: Slot<DateTime<Utc>>,
    /// Its language, where an element says it.
    pub language: Option<Language>,
    /// Its labels.
    pub tags: Vec<String>,
    /// Its pictures and files.
    pub media: Media,
    /// Where it begins in the document, in octets.
    pub position: usize,
}

impl Draft {
    /// An entry that begins.
    pub fn new(scope: Scope, position: usize) -> Self {
        let mut media = Media::default();
        media.new_words(None);
        Self {
            scope,
            id: Slot::default(),
            link: Slot::default(),
            id_as_link: None,
            title: Slot::default(),
            summary: Slot::default(),
            second: Slot::default(),
            aside: Slot::default(),
            body: Slot::default(),
            authors: Vec::new(),
            source_authors: Vec::new(),
            published: Slot::default(),
            updated: Slot::default(),
            date: Slot::default(),
            language: None,
            tags: Vec::new(),
            media,
            position,
        }
    }

    /// Takes a text that stands for the entry in the feed's own vocabulary.
    pub fn describe(&mut self, rank: Rank, text: Text) {
        let is_second = self
            .summary
            .0
            .as_ref()
            .is_some_and(|(known, _)| *known <= rank);
        if is_second {
            self.second.first(rank, text);
        } else {
            self.summary.first(rank, text);
        }
    }

    /// Takes a label.
    pub fn tag(&mut self, tag: String) {
        if !tag.is_empty() && !self.tags.contains(&tag) {
            self.tags.push(tag);
        }
    }

    /// Whether an entry that the document ends in is worth keeping: its title or its page is known.
    pub fn is_of_use(&self) -> bool {
        self.title.get().is_some() || self.link.get().is_some() || self.id_as_link.is_some()
    }

    /// The article; `feed_authors` are those of entries that name none (RFC 4287 §4.2.1).
    pub fn finish(self, feed_authors: &[Person]) -> RawArticle {
        let authors = bylines(self.authors)
            .or(Some(self.source_authors).filter(|people| !people.is_empty()))
            .unwrap_or_else(|| feed_authors.to_vec());
        let (summary, body) = texts(self.summary, self.second, self.aside, self.body);
        let title = self.title.take();
        let nearest = [&body, &summary, &title].into_iter().flatten().next();
        let base = nearest.map_or_else(
            || Rc::clone(&self.scope.base),
            |text| Rc::clone(&text.scope.base),
        );
        let language = self.language.or_else(|| {
            let scope = nearest.map_or(&self.scope, |text| &text.scope);
            scope.language.as_deref().cloned()
        });
        let raw = |text: Option<Text>| text.map_or(RawText::None, |text| text.raw);
        let (summary, body) = (raw(summary), raw(body));
        let date = self.date.take();
        let published = self.published.take();
        let image = self.media.picture().or_else(|| {
            [&body, &summary].into_iter().find_map(|text| match text {
                RawText::Html(html) => media::first_in(html),
                _ => None,
            })
        });
        RawArticle {
            entry: self.id.take().unwrap_or_default(),
            url: self.link.take().or(self.id_as_link),
            base: Some((*base).clone()),
            title: raw(title),
            authors,
            published: published.or(date),
            // Dublin Core's date is of an event in its life, not told which: it stands for what nothing else tells
            updated: self
                .updated
                .take()
                .or(date.filter(|date| Some(*date) != published)),
            language,
            tags: self.tags,
            summary,
            body,
            image,
            enclosures: self.media.enclosures(),
            ..RawArticle::default()
        }
    }
}

/// The authors. A podcast's are those of the show: they count where nobody else is named.
fn bylines(named: Vec<(u8, Person)>) -> Option<Vec<Person>> {
    let is_podcast = |class: u8| class == 2;
    let any_other = named.iter().any(|(class, _)| !is_podcast(*class));
    let mut authors = Vec::new();
    for (class, person) in named {
        if !(any_other && is_podcast(class)) {
            people::add(&mut authors, person);
        }
    }
    Some(authors).filter(|authors| !authors.is_empty())
}

/// The summary and the body.
fn texts(
    summary: Slot<Text>,
    second: Slot<Text>,
    aside: Slot<(Text, bool)>,
    body: Slot<Text>,
) -> (Option<Text>, Option<Text>) {
    let (mut summary, mut body) = (summary.take(), body.take().or(second.take()));
    if let Some((aside, may_be_body)) = aside.take() {
        match &summary {
            None => summary = Some(aside),
            Some(known) if may_be_body && body.is_none() && length(&aside) > 2 * length(known) => {
                body = Some(aside);
            }
            Some(_) => {}
        }
    }
    (summary, body)
}

fn length(text: &Text) -> usize {
    match &text.raw {
        RawText::None => 0,
        RawText::Html(text) | RawText::Plain(text) => text.len(),
    }
}
