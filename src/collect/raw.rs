//! What a parser found in a file or in an entry of a feed: not yet clean, not yet an article.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use url::Url;

use crate::domain::{Enclosure, Handling, Image, ImageSize, Language, Person, Related};

/// A story as its source wrote it. [`super::normalise`] makes an article of it.
#[derive(Debug, Clone, Default)]
pub struct RawArticle {
    /// The source's own id of it: a guid, a URL, a file's name.
    pub entry: String,
    /// Its page.
    pub url: Option<String>,
    /// What relative links in its texts are relative to.
    pub base: Option<Url>,
    /// Its title.
    pub title: RawText,
    /// Its authors, in the order of the byline.
    pub authors: Vec<Person>,
    /// When it was published.
    pub published: Option<DateTime<Utc>>,
    /// When it was last changed.
    pub updated: Option<DateTime<Utc>>,
    /// Its language, where the source tells.
    pub language: Option<Language>,
    /// Its labels.
    pub tags: Vec<String>,
    /// What its source calls its summary.
    pub summary: RawText,
    /// The whole text.
    pub body: RawText,
    /// Its picture.
    pub image: Option<Image>,
    /// The pictures that stand beside it as files, by the addresses that its texts have for them.
    pub pictures: HashMap<String, LocalPicture>,
    /// Its recordings and other files.
    pub enclosures: Vec<Enclosure>,
    /// How long reading takes, where the source tells.
    pub reading_minutes: Option<u32>,
    /// Its cross-references.
    pub related: Vec<Related>,
    /// How it is to be treated.
    pub handling: Handling,
}

impl RawArticle {
    /// The same; what it doesn't tell, `other` tells. Labels are those of both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        fn list<T>(ours: Vec<T>, theirs: Vec<T>) -> Vec<T> {
            if ours.is_empty() { theirs } else { ours }
        }
        Self {
            entry: if self.entry.is_empty() {
                other.entry
            } else {
                self.entry
            },
            url: self.url.or(other.url),
            base: self.base.or(other.base),
            title: self.title.or(other.title),
            authors: list(self.authors, other.authors),
            published: self.published.or(other.published),
            updated: self.updated.or(other.updated),
            language: self.language.or(other.language),
            tags: self.tags.into_iter().chain(other.tags).collect(),
            summary: self.summary.or(other.summary),
            body: self.body.or(other.body),
            image: self.image.or(other.image),
            pictures: self.pictures.into_iter().chain(other.pictures).collect(),
            enclosures: list(self.enclosures, other.enclosures),
            reading_minutes: self.reading_minutes.or(other.reading_minutes),
            related: list(self.related, other.related),
            handling: if self.handling.is_usual() {
                other.handling
            } else {
                self.handling
            },
        }
    }
}

/// A picture that is no page's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPicture {
    /// A `data:` address that holds it.
    pub url: Url,
    /// Its size.
    pub size: Option<ImageSize>,
}

/// A text in one of the two ways in which sources write.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum RawText {
    /// There is none.
    #[default]
    None,
    /// HTML, to be distrusted.
    Html(String),
    /// Plain text; an empty line separates paragraphs.
    Plain(String),
}

impl RawText {
    /// This text, or where there is none `other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match self {
            Self::None => other,
            text => text,
        }
    }
}

/// Why a text gives no article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, counted from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}
