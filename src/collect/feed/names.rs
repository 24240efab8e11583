//! The names of elements: which vocabulary a prefix stands for, and what an element of it means for an article.

use super::markup::Attributes;

/// A vocabulary of elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vocabulary {
    /// RSS in all its versions, Atom in all its versions, CDF, and whatever has no namespace that is known.
    Core,
    /// Dublin Core, elements and terms.
    DublinCore,
    /// RSS 1.0's content module.
    Content,
    /// Media RSS.
    Media,
    /// Apple's podcasts, and Google's after their model.
    Podcast,
    /// XHTML.
    Xhtml,
    /// Feedburner.
    Feedburner,
    /// RDF.
    Rdf,
    /// One that says nothing of an article here.
    Other,
}

/// What an element means for an article, or for the feed that it stands in. The number says how much its word counts
/// beside others of the same meaning: the lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// What the feed is in: `rss`, `channel`, `rdf:RDF`; for Atom `feed`.
    Feed(Dialect),
    /// An article: `item`, `entry`.
    Entry,
    /// A page that is no feed: `html`.
    Page,
    /// The title.
    Title(u8),
    /// The page.
    Link(u8),
    /// The id.
    Id,
    /// Text that stands for the article and is HTML by default: `description`.
    Description,
    /// Text that stands for the article and tells its type: `summary`.
    Summary,
    /// The same, from a vocabulary beside the feed's own.
    Aside(u8),
    /// The text, with its type told: Atom's `content`.
    Content,
    /// The text, escaped HTML: `content:encoded`.
    Encoded,
    /// The text as markup: `xhtml:body`.
    Body,
    /// An author.
    Author(u8),
    /// Who answers for the feed; an author of an article.
    Editor,
    /// When it was published.
    Published(u8),
    /// When it was changed.
    Updated,
    /// A time that belongs to it in some way: `dc:date`.
    Date,
    /// A label, in the text or in attributes.
    Category,
    /// A list of labels with commas between.
    Keywords,
    /// The language.
    Language,
    /// A file.
    Enclosure,
    /// Where an entry was taken from.
    Source,
    /// A picture: `image`, `logo`, `itunes:image`.
    Image(u8),
    /// Several forms of one recording or picture.
    MediaGroup,
    /// A recording or picture.
    MediaContent,
    /// A small picture.
    MediaThumbnail,
    /// Who made it.
    MediaCredit,
    /// What is known, and says nothing of an article.
    Nothing,
    /// What isn't known; others may stand in it.
    Unknown,
}

/// In which of two ways a feed says what its texts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// RSS: it doesn't; whether a text is HTML is to be guessed.
    Rss,
    /// Atom: by a type.
    Atom,
}

/// The prefixes that are bound at a place of a document.
#[derive(Debug, Default)]
pub struct Prefixes<'a> {
    bound: Vec<(&'a str, Vocabulary)>,
}

impl<'a> Prefixes<'a> {
    /// How many are bound: what [`Self::forget`] goes back to.
    pub fn len(&self) -> usize {
        self.bound.len()
    }

    /// Unbinds the latest, so that `len` are left.
    pub fn forget(&mut self, len: usize) {
        self.bound.truncate(len);
    }

    /// Binds what a start tag binds.
    pub fn bind(&mut self, attributes: Attributes<'a>) {
        if !attributes.mention("xmlns") {
            return;
        }
        for (name, uri) in attributes.iter() {
            let prefix = match name.split_once(':') {
                Some(("xmlns", prefix)) => prefix,
                None if name == "xmlns" => "",
                _ => continue,
            };
            self.bound.push((prefix, of_namespace(uri, prefix)));
        }
    }

    /// What an element of this name means.
    pub fn meaning(&self, name: &str) -> Meaning {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let bound = self.bound.iter().rev().find(|(known, _)| *known == prefix);
        let vocabulary = bound.map_or_else(|| of_prefix(prefix), |(_, vocabulary)| *vocabulary);
        // No name that is known is longer
        let mut lower = [0_u8; 24];
        let Some(lower) = lower.get_mut(..local.len()) else {
            return Meaning::Unknown;
        };
        lower.copy_from_slice(local.as_bytes());
        lower.make_ascii_lowercase();
        str::from_utf8(lower).map_or(Meaning::Unknown, |local| meaning(vocabulary, local))
    }
}

/// The vocabulary of a namespace's URI, however its version, scheme or last slash is written; else of its prefix.
fn of_namespace(uri: &str, prefix: &str) -> Vocabulary {
    let uri = uri.trim().to_ascii_lowercase();
    let name = uri
        .trim_start_matches("http://")
        .trim_start_matches("https://")
        .trim_start_matches("www.")
        .trim_end_matches(['/', '#']);
    match name {
        "w3.org/2005/atom"
        | "purl.org/atom/ns"
        | "purl.org/rss/1.0"
        | "channel.netscape.com/rdf/simple/0.9"
        | "my.netscape.com/rdf/simple/0.9"
        | "purl.org/net/rss1.1"
        | "purl.org/rss/1.0/modules/rss091" => Vocabulary::Core,
        _ if name.contains("backend.userland.com/rss") && !name.contains("module") => {
            Vocabulary::Core
        }
        "w3.org/1999/02/22-rdf-syntax-ns" => Vocabulary::Rdf,
        "w3.org/1999/xhtml" => Vocabulary::Xhtml,
        "purl.org/rss/1.0/modules/content" => Vocabulary::Content,
        _ if name.starts_with("purl.org/dc/") => Vocabulary::DublinCore,
        _ if name.starts_with("search.yahoo.com/mrss")
            || name.starts_with("video.search.yahoo.com/mrss") =>
        {
            Vocabulary::Media
        }
        _ if name.ends_with("/dtds/podcast-1.0.dtd")
            || name.ends_with("schemas/play-podcasts/1.0") =>
        {
            Vocabulary::Podcast
        }
        _ if name.starts_with("rssnamespace.org/feedburner") => Vocabulary::Feedburner,
        _ => of_prefix(prefix),
    }
}

/// The vocabulary that everybody means by a prefix.
fn of_prefix(prefix: &str) -> Vocabulary {
    match prefix.to_ascii_lowercase().as_str() {
        "" | "rss" | "atom" | "atom10" | "atom03" | "a10" => Vocabulary::Core,
        "dc" | "dcterms" | "dct" => Vocabulary::DublinCore,
        "content" => Vocabulary::Content,
        "media" | "mrss" => Vocabulary::Media,
        "itunes" | "googleplay" => Vocabulary::Podcast,
        "xhtml" | "html" => Vocabulary::Xhtml,
        "feedburner" => Vocabulary::Feedburner,
        "rdf" => Vocabulary::Rdf,
        _ => Vocabulary::Other,
    }
}

fn meaning(vocabulary: Vocabulary, local: &str) -> Meaning {
    match vocabulary {
        Vocabulary::Core => core(local),
        Vocabulary::DublinCore => dublin_core(local),
        Vocabulary::Media => media(local),
        Vocabulary::Podcast => podcast(local),
        Vocabulary::Content if local == "encoded" => Meaning::Encoded,
        Vocabulary::Xhtml => match local {
            "body" => Meaning::Body,
            "html" => Meaning::Page,
            _ => Meaning::Unknown,
        },
        Vocabulary::Feedburner if local == "origlink" => Meaning::Link(0),
        Vocabulary::Rdf if local == "rdf" => Meaning::Feed(Dialect::Rss),
        Vocabulary::Content | Vocabulary::Feedburner | Vocabulary::Rdf | Vocabulary::Other => {
            Meaning::Unknown
        }
    }
}

fn core(local: &str) -> Meaning {
    match local {
        "rss" | "channel" | "rdf" => Meaning::Feed(Dialect::Rss),
        "feed" => Meaning::Feed(Dialect::Atom),
        "item" | "entry" => Meaning::Entry,
        "html" => Meaning::Page,
        "title" => Meaning::Title(0),
        "link" => Meaning::Link(1),
        "guid" | "id" => Meaning::Id,
        "description" | "abstract" => Meaning::Description,
        "summary" => Meaning::Summary,
        "content" => Meaning::Content,
        "encoded" | "fullitem" => Meaning::Encoded,
        "body" => Meaning::Body,
        "author" => Meaning::Author(0),
        "managingeditor" => Meaning::Editor,
        "pubdate" | "published" | "issued" => Meaning::Published(0),
        "created" => Meaning::Published(1),
        "updated" | "modified" | "lastbuilddate" => Meaning::Updated,
        "category" => Meaning::Category,
        "keywords" | "tags" => Meaning::Keywords,
        "language" => Meaning::Language,
        "enclosure" => Meaning::Enclosure,
        "source" => Meaning::Source,
        "image" | "logo" => Meaning::Image(0),
        "icon" => Meaning::Image(2),
        "contributor" | "webmaster" | "textinput" | "generator" | "copyright" | "rights"
        | "cloud" | "docs" | "ttl" | "rating" | "skiphours" | "skipdays" | "comments"
        | "expirationdate" | "tagline" | "subtitle" | "info" => Meaning::Nothing,
        _ => Meaning::Unknown,
    }
}

fn dublin_core(local: &str) -> Meaning {
    match local {
        "title" => Meaning::Title(1),
        "creator" | "author" => Meaning::Author(1),
        "identifier" | "contributor" | "publisher" | "rights" => Meaning::Nothing,
        "date" => Meaning::Date,
        "issued" | "available" => Meaning::Published(0),
        "created" => Meaning::Published(1),
        "modified" => Meaning::Updated,
        "description" | "abstract" => Meaning::Aside(0),
        "subject" => Meaning::Category,
        "language" => Meaning::Language,
        _ => Meaning::Unknown,
    }
}

fn media(local: &str) -> Meaning {
    match local {
        "group" => Meaning::MediaGroup,
        "content" => Meaning::MediaContent,
        "thumbnail" => Meaning::MediaThumbnail,
        "credit" => Meaning::MediaCredit,
        "title" => Meaning::Title(2),
        "description" | "text" => Meaning::Aside(2),
        "keywords" => Meaning::Keywords,
        "category" => Meaning::Category,
        "copyright" | "rating" | "player" | "hash" | "license" | "restriction" | "adult" => {
            Meaning::Nothing
        }
        _ => Meaning::Unknown,
    }
}

fn podcast(local: &str) -> Meaning {
    match local {
        "title" => Meaning::Title(2),
        "author" => Meaning::Author(2),
        "image" | "link" => Meaning::Image(1),
        "keywords" => Meaning::Keywords,
        "category" => Meaning::Category,
        "summary" | "description" => Meaning::Aside(1),
        "subtitle" => Meaning::Aside(3),
        "owner" | "duration" | "explicit" | "block" | "episode" | "season" | "email" => {
            Meaning::Nothing
        }
        _ => Meaning::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::super::markup::{Token, Tokens};
    use super::*;

    fn meaning_in(tag: &str, name: &str) -> Meaning {
        let mut prefixes = Prefixes::default();
        if let Some(Token::Open(tag)) = Tokens::new(tag).next() {
            prefixes.bind(tag.attributes);
        }
        prefixes.meaning(name)
    }

    #[test]
    fn a_namespace_counts_more_than_its_prefix() {
        let tag = "<rss xmlns:x='http://purl.org/dc/elements/1.1/' xmlns:y='HTTP://search.yahoo.com/mrss'>";
        assert_eq!(meaning_in(tag, "x:creator"), Meaning::Author(1));
        assert_eq!(meaning_in(tag, "y:title"), Meaning::Title(2));
        let odd = "<rss xmlns:title='http://example.com/' xmlns='http://example.com/odd'>";
        assert_eq!(meaning_in(odd, "title:title"), Meaning::Unknown);
        assert_eq!(meaning_in(odd, "Title"), Meaning::Title(0));
    }

    #[test]
    fn a_prefix_that_nobody_bound_means_what_it_usually_does() {
        assert_eq!(meaning_in("<rss>", "dc:date"), Meaning::Date);
        assert_eq!(meaning_in("<rss>", "content:encoded"), Meaning::Encoded);
        assert_eq!(meaning_in("<rss>", "atom:link"), Meaning::Link(1));
        assert_eq!(meaning_in("<rss>", "georss:point"), Meaning::Unknown);
    }
}
