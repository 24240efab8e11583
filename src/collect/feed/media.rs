//! The recordings and pictures of an entry: Media RSS, enclosures, podcasts' covers.

use std::collections::HashSet;

use super::{
    entities::Entities,
    markup::{Token, Tokens},
};
use crate::{
    collect::{plain, sanitise::is_pixel_url},
    domain::{Enclosure, Image, ImageSize},
};

/// What an entry shows beside its text.
#[derive(Debug, Clone, Default)]
pub struct Media {
    /// The words that go with the pictures: the entry's own first, then those of groups and of single pictures.
    words: Vec<Words>,
    files: Vec<File>,
    thumbnails: Vec<File>,
    /// Pictures that stand for the entry as a whole: a podcast's cover.
    covers: Vec<String>,
}

/// The words of a picture, or of all those in a group.
#[derive(Debug, Clone, Default)]
struct Words {
    /// The group that it belongs to.
    within: Option<usize>,
    title: String,
    description: String,
    credits: Vec<String>,
}

/// A recording, a picture or another file.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// Where it is.
    pub url: String,
    /// Its media type, or only the first half of one: `image`.
    pub media_type: Option<String>,
    /// Its size in octets.
    pub length: Option<u64>,
    /// How wide it is, in pixels; 0 if the feed doesn't tell.
    pub width: u32,
    /// How high it is.
    pub height: u32,
    /// Where its words are.
    pub words: usize,
}

impl Media {
    /// A place for the words of a group, or of one picture of it.
    pub fn new_words(&mut self, within: Option<usize>) -> usize {
        self.words.push(Words {
            within,
            ..Words::default()
        });
        self.words.len() - 1
    }

    /// A file of the feed.
    pub fn add(&mut self, file: File) {
        if !file.url.trim().is_empty() {
            self.files.push(file);
        }
    }

    /// A small picture.
    pub fn add_thumbnail(&mut self, file: File) {
        if !file.url.trim().is_empty() {
            self.thumbnails.push(file);
        }
    }

    /// A picture that stands for the entry as a whole.
    pub fn add_cover(&mut self, url: String) {
        if !url.trim().is_empty() {
            self.covers.push(url);
        }
    }

    /// The title of what `place` is.
    pub fn title(&mut self, place: usize, title: String) {
        if let Some(words) = self.words.get_mut(place) {
            words.title = title;
        }
    }

    /// The description of what `place` is.
    pub fn description(&mut self, place: usize, description: String) {
        if let Some(words) = self.words.get_mut(place) {
            words.description = description;
        }
    }

    /// Who made what `place` is.
    pub fn credit(&mut self, place: usize, credit: String) {
        if let Some(words) = self.words.get_mut(place)
            && !credit.is_empty()
            && !words.credits.contains(&credit)
        {
            words.credits.push(credit);
        }
    }

    /// The picture to show: the widest, else the widest of the small ones, else the cover.
    pub fn picture(&self) -> Option<Image> {
        let widest = |files: &[File]| {
            let mut best: Option<File> = None;
            for file in files.iter().filter(|file| file.is_picture()) {
                if best.as_ref().is_none_or(|best| file.width > best.width) {
                    best = Some(file.clone());
                }
            }
            best
        };
        let all_thumbnails: Vec<File> = self
            .thumbnails
            .iter()
            .map(|file| File {
                media_type: Some("image".to_owned()),
                ..file.clone()
            })
            .collect();
        let file = widest(&self.files).or_else(|| widest(&all_thumbnails));
        match file {
            Some(file) => Some(self.with_words(&file)),
            None => self.covers.first().map(|url| Image {
                url: url.clone(),
                ..Image::default()
            }),
        }
    }

    fn with_words(&self, file: &File) -> Image {
        let mut image = Image {
            url: file.url.clone(),
            size: ImageSize::new(file.width, file.height),
            ..Image::default()
        };
        let mut place = Some(file.words);
        while let Some(words) = place.and_then(|place| self.words.get(place)) {
            fill(&mut image.alt, &words.title);
            fill(&mut image.caption, &words.description);
            fill(&mut image.credit, &words.credits.join(", "));
            place = words.within;
        }
        image
    }

    /// Recordings and other files, each once; pictures are the article's.
    pub fn enclosures(&self) -> Vec<Enclosure> {
        let mut seen = HashSet::new();
        self.files
            .iter()
            .filter(|file| !file.is_picture() && seen.insert(file.url.as_str()))
            .map(|file| Enclosure {
                url: file.url.clone(),
                media_type: file
                    .media_type
                    .clone()
                    .filter(|media_type| media_type.contains('/')),
                length: file.length,
            })
            .collect()
    }
}

impl File {
    fn is_picture(&self) -> bool {
        match self.media_type.as_deref() {
            Some(media_type) => media_type
                .split('/')
                .next()
                .is_some_and(|class| class.eq_ignore_ascii_case("image")),
            None => is_picture_file(&self.url),
        }
    }
}

/// Whether an address looks like a picture's.
fn is_picture_file(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let path = path.to_ascii_lowercase();
    [".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"]
        .iter()
        .any(|end| path.ends_with(end))
}

/// The first picture of a text in HTML that is more than a tracker's pixel.
pub fn first_in(html: &str) -> Option<Image> {
    pictures_in(html).next()
}

/// All pictures of a text in HTML.
pub fn all_in(html: &str) -> Vec<Image> {
    pictures_in(html).collect()
}

/// The tags are enough: a tree of each body would take longer than the reading of the feed.
fn pictures_in(html: &str) -> impl Iterator<Item = Image> {
    let entities = Entities::new(0);
    Tokens::new(html).filter_map(move |token| {
        let Token::Open(tag) = token else { return None };
        if !tag.name.eq_ignore_ascii_case("img") {
            return None;
        }
        let value = |name| tag.attributes.get(name).map(|value| entities.decode(value));
        let is_tiny = |name| value(name).is_some_and(|size| matches!(size.trim(), "0" | "1"));
        let url = value("src")?.trim().to_owned();
        let is_shown = !url.is_empty()
            && !url.starts_with("data:")
            && !is_tiny("width")
            && !is_tiny("height")
            && !is_pixel_url(&url);
        is_shown.then(|| Image {
            url,
            alt: value("alt").unwrap_or_default().into_owned(),
            size: value("width")
                .zip(value("height"))
                .and_then(|(width, height)| ImageSize::parse(&width, &height)),
            ..Image::default()
        })
    })
}

/// Words for people, from HTML or not.
fn fill(place: &mut String, words: &str) {
    if place.is_empty() && !words.is_empty() {
        *place = plain::one_line(&plain::from_html(words));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_picture_of_a_text_is_one_that_is_seen() {
        let html = "<p><img src='/p.gif' width=1><img alt='none'><IMG SRC='/a.jpg?x=1&amp;y=2' alt='A &amp; B'><img src=/b.jpg></p>";
        let picture = first_in(html).unwrap();
        assert_eq!(
            (picture.url.as_str(), picture.alt.as_str()),
            ("/a.jpg?x=1&y=2", "A & B")
        );
        assert_eq!(first_in("<p>words</p>"), None);
    }
}
