//! One normalised story, whatever it came from.

use std::fmt;

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::Language;

/// What makes two looks at a source the same article: the source's own id of the entry (a guid), else its page, else
/// a file's name or a hash of what it says. It stays when the title is corrected; two sources may have the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ArticleId(String);

impl ArticleId {
    /// The id as the source gives it.
    #[must_use]
    pub fn new(entry: impl Into<String>) -> Self {
        Self(entry.into())
    }

    /// The id itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ArticleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The place of an article in the archive, in the order in which articles became eligible.
/// A window of articles is a pair of these: never a pair of dates.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Number(pub i64);

/// The content of an article at one time: a hash over all of its fields.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(pub String);

/// A text both as sanitised HTML and as plain text. Both are empty where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RichText {
    /// Sanitised: nothing executable, no tracker's pixel, no style.
    pub html: String,
    /// The same in plain text; paragraphs are separated by an empty line.
    pub text: String,
}

impl RichText {
    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// An author.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Person {
    /// As it is printed in a byline.
    pub name: String,
    /// An address, if the source tells.
    pub email: Option<String>,
    /// A page about them, if the source tells.
    pub url: Option<String>,
}

/// A picture beside an article.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Image {
    /// Where it is: absolute, `https` or `http`. Empty where the source gives a caption only.
    pub url: String,
    /// What it shows, for those who don't see it. The author's words, else the caption, else empty.
    pub alt: String,
    /// The words under it.
    pub caption: String,
    /// Who made it: a photographer, an agency.
    pub credit: String,
    /// How wide and how high it is, in pixels, if the source tells. What counts is how one stands to the other.
    #[serde(flatten)]
    pub size: Option<ImageSize>,
}

/// The width and height of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageSize {
    /// In pixels, 1 at least.
    pub width: u32,
    /// In pixels, 1 at least.
    pub height: u32,
}

impl ImageSize {
    /// No picture of a story is larger.
    const LARGEST: u32 = 50_000;

    /// A size, where both sides can be those of a picture.
    #[must_use]
    pub fn new(width: u32, height: u32) -> Option<Self> {
        let can_be = |side| (1..=Self::LARGEST).contains(&side);
        (can_be(width) && can_be(height)).then_some(Self { width, height })
    }

    /// A size as sources write it: `640`, `640px`, `640.0`. Not a share of the place around it: `100%`.
    #[must_use]
    pub fn parse(width: &str, height: &str) -> Option<Self> {
        let side = |text: &str| {
            let text = text.trim().trim_end_matches("px").trim_end();
            text.split_once('.')
                .map_or(text, |(whole, _)| whole)
                .parse()
                .ok()
        };
        Self::new(side(width)?, side(height)?)
    }
}

/// A file that belongs to an article, such as a recording.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Enclosure {
    /// Where it is.
    pub url: String,
    /// Its media type, if the source tells.
    pub media_type: Option<String>,
    /// Its size in octets, if the source tells.
    pub length: Option<u64>,
}

/// Another article that this one points to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Related {
    /// Its title.
    pub title: String,
    /// Where it is, if the source tells.
    pub url: Option<String>,
}

/// What the author of an article, or its source's editor, says about how it is to be treated. Nothing, mostly.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Handling {
    /// Before all others, within its topic and when room is short.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub pin: bool,
    /// How much it counts beside its source's other articles, in hundredths; 100 is usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boost: Option<u32>,
    /// What was wrong in it before, for those who had it: plain text, on one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correction: Option<String>,
    /// Why it is withdrawn, for those who had it; it goes to nobody else. May be empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
    /// Whoever had it before this change gets it once more, marked as updated.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub update: bool,
}

impl Handling {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// One normalised story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// What makes it the same article when it is seen again.
    pub id: ArticleId,
    /// The page of the article, absolute, `https` or `http`.
    pub url: Option<String>,
    /// Plain text, on one line.
    pub title: String,
    /// Its authors, in the order of the byline.
    pub authors: Vec<Person>,
    /// When it was published, as its source says.
    pub published: Option<DateTime<Utc>>,
    /// When it was last changed, as its source says.
    pub updated: Option<DateTime<Utc>>,
    /// The language it is written in.
    pub language: Option<Language>,
    /// Labels, as the source wrote them.
    pub tags: Vec<String>,
    /// A few sentences that stand for it in a digest.
    pub summary: RichText,
    /// The whole text, where the source gives it.
    pub body: RichText,
    /// The picture to show.
    pub image: Option<Image>,
    /// Recordings and other files.
    pub enclosures: Vec<Enclosure>,
    /// How long reading takes, as the source says or as the body's length tells.
    pub reading_minutes: Option<u32>,
    /// Cross-references.
    pub related: Vec<Related>,
    /// The name of the source it came from.
    pub source: String,
    /// How it is to be treated.
    #[serde(default, skip_serializing_if = "Handling::is_usual")]
    pub handling: Handling,
}

impl Article {
    /// What no other article of any source has: twenty hexadecimal digits, made of its source and its id.
    #[must_use]
    pub fn key(&self) -> String {
        let hash = digest(&SHA256, format!("{}\0{}", self.source, self.id).as_bytes());
        HEXLOWER.encode(&hash.as_ref()[..10])
    }

    /// The hash of all its fields.
    #[must_use]
    pub fn revision(&self) -> Revision {
        let json = serde_json::to_vec(self).unwrap_or_default();
        Revision(HEXLOWER.encode(&digest(&SHA256, &json).as_ref()[..16]))
    }
}

/// A change of an article that may have been sent before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The number of the change, in the order of eligibility.
    pub at: Number,
    /// What the article said before.
    pub before: Article,
    /// What it says after.
    pub after: Archived,
}

/// An article as the archive has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archived {
    /// Its place in the order of eligibility.
    pub number: Number,
    /// When it became eligible.
    pub eligible_at: DateTime<Utc>,
    /// The number of the first article that told its story: its own, where that is the first. It never changes.
    pub story: Number,
    /// The hash of the fields below.
    pub revision: Revision,
    /// The article.
    pub article: Article,
}
