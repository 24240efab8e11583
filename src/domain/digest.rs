//! What a segment gets, and the places in it that are the reader's own.
//!
//! A digest is a row of fragments that are shared between segments. A fragment is text that ends in a line break.
//! Where a reader's own value belongs there is a hole, written in the text as three marks (Unicode's private use area,
//! which no article text may contain: [`strip_marks`]): [`OPEN`], the hole's sign, [`CLOSE`].
//! The slow path puts the value itself between [`OPEN`] and [`CLOSE`]; the encoder makes soft line breaks of both marks,
//! so that both ways give the same bytes.

use std::{borrow::Cow, sync::Arc};

use serde::Serialize;

use super::{Language, Parts};

/// Opens a reader's own value.
pub const OPEN: char = '\u{E000}';
/// Closes a reader's own value.
pub const CLOSE: char = '\u{E001}';
const FIRST_SIGN: char = '\u{E010}';
const LAST_MARK: char = '\u{E0FF}';

/// A reader's own value in a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hole {
    /// The address that the mail goes to. In text only, never in an attribute.
    Address,
    /// The reader's name, or their address where it isn't known. In text only, never in an attribute.
    Name,
    /// The link that unsubscribes. It needs no escaping, and may stand in an attribute.
    Unsubscribe,
    /// The link to what the reader chose. It needs no escaping, and may stand in an attribute.
    Preferences,
}

impl Hole {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Address,
        Self::Name,
        Self::Unsubscribe,
        Self::Preferences,
    ];

    /// Its name in templates.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Name => "name",
            Self::Unsubscribe => "unsubscribe_url",
            Self::Preferences => "preferences_url",
        }
    }

    /// The sign that stands for it between the marks.
    #[must_use]
    pub fn sign(self) -> char {
        match self {
            Self::Address => '\u{E010}',
            Self::Name => '\u{E011}',
            Self::Unsubscribe => '\u{E012}',
            Self::Preferences => '\u{E013}',
        }
    }

    /// The hole whose sign this is.
    #[must_use]
    pub fn from_sign(sign: char) -> Option<Self> {
        Self::ALL.into_iter().find(|hole| hole.sign() == sign)
    }

    /// How many octets its value has at most in HTML, as far as a size limit is concerned.
    #[must_use]
    pub fn longest(self) -> usize {
        match self {
            // An address has 254 octets (RFC 5321, section 4.5.3.1.3); few of them need escaping.
            Self::Address | Self::Name => 320,
            Self::Unsubscribe | Self::Preferences => 512,
        }
    }

    /// What a template writes where its value belongs.
    #[must_use]
    pub fn mark(self) -> String {
        [OPEN, self.sign(), CLOSE].iter().collect()
    }
}

/// A text without the characters that the marks use: what an article or a label may bring into a digest.
#[must_use]
pub fn strip_marks(text: &str) -> Cow<'_, str> {
    const _: () = assert!((FIRST_SIGN as u32) < (LAST_MARK as u32));
    if text.contains(|c| (OPEN..=LAST_MARK).contains(&c)) {
        text.chars()
            .filter(|c| !(OPEN..=LAST_MARK).contains(c))
            .collect::<String>()
            .into()
    } else {
        text.into()
    }
}

/// The reader's own values. Each is one line without control characters or marks, and without a space at either end:
/// [`ReaderValues::new`] sees to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderValues {
    /// For [`Hole::Address`].
    pub address: String,
    /// For [`Hole::Name`].
    pub name: String,
    /// For [`Hole::Unsubscribe`]: characters of a URL that need no escaping in HTML.
    pub unsubscribe_url: String,
    /// For [`Hole::Preferences`]: empty without a service.
    pub preferences_url: String,
}

impl ReaderValues {
    /// The values, made fit for a digest. A reader without a name is called by their address.
    #[must_use]
    pub fn new(address: &str, name: &str, unsubscribe_url: &str, preferences_url: &str) -> Self {
        let (address, name) = (one_line(address), one_line(name));
        Self {
            name: if name.is_empty() {
                address.clone()
            } else {
                name
            },
            address,
            unsubscribe_url: one_line(unsubscribe_url),
            preferences_url: one_line(preferences_url),
        }
    }

    /// The value of a hole, as it is read: not escaped for HTML.
    #[must_use]
    pub fn get(&self, hole: Hole) -> &str {
        match hole {
            Hole::Address => &self.address,
            Hole::Name => &self.name,
            Hole::Unsubscribe => &self.unsubscribe_url,
            Hole::Preferences => &self.preferences_url,
        }
    }
}

fn one_line(text: &str) -> String {
    let text = strip_marks(text).replace('\u{feff}', "");
    let spaced = text.replace(
        |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'),
        " ",
    );
    spaced.trim_matches(' ').to_owned()
}

/// A piece of a digest that is the same for many segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    /// The text with its marks; ends in `\n`.
    pub text: String,
    /// The pictures of the publisher's own that it shows.
    pub pictures: Vec<Arc<Picture>>,
}

/// A picture that isn't somebody's on the web: a part of the mail, or a file in the publisher's folder of media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Made of its content: `8c7dd922ad47494fc02c388e12c00eac.jpg`.
    pub name: String,
    /// `image/jpeg` or `image/png`.
    pub media_type: String,
    /// Where the HTML has it: `cid:` and [`Picture::content_id`], or `https`.
    pub url: String,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Picture {
    /// Whether it goes with the mail.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        self.url.starts_with("cid:")
    }

    /// What names it within a mail (RFC 2392).
    #[must_use]
    pub fn content_id(&self) -> String {
        format!("{}@picture", self.name)
    }

    /// The file as an address, for where it stands alone (RFC 2397).
    #[must_use]
    pub fn data_url(&self) -> String {
        let data = data_encoding::BASE64.encode(&self.bytes);
        format!("data:{};base64,{data}", self.media_type)
    }
}

/// The pictures of some fragments, each once, in the order in which they are first shown.
#[must_use]
pub fn pictures<'a>(fragments: impl IntoIterator<Item = &'a Arc<Fragment>>) -> Vec<Arc<Picture>> {
    let mut all: Vec<Arc<Picture>> = Vec::new();
    for picture in fragments
        .into_iter()
        .flat_map(|fragment| &fragment.pictures)
    {
        if all.iter().all(|known| known.name != picture.name) {
            all.push(Arc::clone(picture));
        }
    }
    all
}

/// What was done to a digest to keep it within its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Shortened {
    /// How many of its stories took a smaller form.
    pub shorter: usize,
    /// How many were left out, and counted in a line.
    pub left_out: usize,
}

/// What a segment gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// Plain text, on one line. It has no hole.
    pub subject: String,
    /// The line that a mail client shows beside the subject.
    pub preheader: String,
    /// The language of the words around the articles.
    pub language: Language,
    /// Whether there is an HTML part.
    pub parts: Parts,
    /// The HTML part, in pieces.
    pub html: Vec<Arc<Fragment>>,
    /// The text part, in pieces: format=flowed with delsp=yes (RFC 3676) already.
    pub text: Vec<Arc<Fragment>>,
    /// What was done to keep it within its limit.
    pub shortened: Shortened,
}

/// A text as it stands in HTML between tags, escaped as HTML's serialisation does it.
#[must_use]
pub fn escape_html_text(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '\u{A0}']) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\u{A0}' => out.push_str("&nbsp;"),
            c => out.push(c),
        }
    }
    out.into()
}
