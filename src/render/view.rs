//! What the templates see, with names for each value. Everything here has passed [`super::clean`].

use chrono_tz::Tz;
use serde::Serialize;

use super::{clean, dates, labels::Words};
use crate::domain::{
    Article, Corrected, Direction, Edition, Hole, Image, Images, Language, Mark, Placed, Publisher,
    ReaderValues, Segment, digest,
};

/// A language and which way it runs: `language` and `article.language`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct LanguageView {
    tag: String,
    /// The tag by which styles choose fonts: `zh-Hant` for `zh-TW`, `pt` for `pt-BR`.
    family: String,
    /// `ltr` or `rtl`.
    dir: &'static str,
    /// The other one: it puts a picture at the end of a row and keeps it first in reading order.
    opposite: &'static str,
    /// The side where a line starts: `left` or `right`.
    start: &'static str,
    /// The side where a line ends.
    end: &'static str,
    /// A dot between words in plain text. From right to left, a mark keeps a number that follows from joining a Latin name before it.
    dot: &'static str,
}

impl LanguageView {
    pub fn new(language: &Language) -> Self {
        let (opposite, start, end, dot) = match language.direction() {
            Direction::Ltr => (Direction::Rtl, "left", "right", " · "),
            Direction::Rtl => (Direction::Ltr, "right", "left", " · \u{200f}"),
        };
        Self {
            tag: language.to_string(),
            family: language.family().to_string(),
            dir: language.direction().as_str(),
            opposite: opposite.as_str(),
            start,
            end,
            dot,
        }
    }
}

/// `edition`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct EditionView {
    id: String,
    name: String,
}

impl EditionView {
    pub fn new(edition: &Edition) -> Self {
        Self {
            id: clean::line(&edition.id.0),
            name: clean::line(&edition.name),
        }
    }
}

/// `publisher`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct PublisherView {
    name: String,
    /// Empty if it has none.
    url: String,
    /// On one line.
    postal_address: String,
    /// Whether there are pages where readers choose: without them `reader.preferences_url` is empty.
    has_service: bool,
}

impl PublisherView {
    pub fn new(publisher: &Publisher) -> Self {
        let rows = publisher.postal_address.lines().map(clean::line);
        let rows: Vec<_> = rows.filter(|row| !row.is_empty()).collect();
        Self {
            name: clean::line(&publisher.name),
            url: url(publisher.url.as_deref()),
            postal_address: rows.join(", "),
            has_service: publisher.service_url.is_some(),
        }
    }
}

/// `reader`: marks where the digest is shared, values between marks where it is rendered whole.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ReaderView {
    address: String,
    name: String,
    unsubscribe_url: String,
    preferences_url: String,
}

impl ReaderView {
    pub fn holes() -> Self {
        Self::of(Hole::mark)
    }

    pub fn values(reader: &ReaderValues) -> Self {
        Self::of(|hole| format!("{}{}{}", digest::OPEN, reader.get(hole), digest::CLOSE))
    }

    fn of(value: impl Fn(Hole) -> String) -> Self {
        Self {
            address: value(Hole::Address),
            name: value(Hole::Name),
            unsubscribe_url: value(Hole::Unsubscribe),
            preferences_url: value(Hole::Preferences),
        }
    }
}

/// `article`. What is missing is empty.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ArticleView {
    title: String,
    url: String,
    /// A few sentences on one line.
    summary: String,
    /// The whole text in paragraphs, as plain text.
    paragraphs: Vec<String>,
    /// The whole text, as sanitised HTML.
    body: String,
    /// The authors' names.
    authors: Vec<String>,
    source: String,
    /// `3 min read`.
    minutes: String,
    /// When it was published, in the edition's zone.
    date: String,
    /// Byline, source and reading time: those that are known.
    credits: Vec<String>,
    image: Option<ImageView>,
    /// Whether the whole text shows the picture itself.
    image_in_body: bool,
    related: Vec<RelatedView>,
    /// Recordings.
    recordings: Vec<String>,
    /// The other sources of the story: each its name as a title, and its page.
    also: Vec<RelatedView>,
    /// `Updated`, `Developing`, or empty.
    mark: String,
    language: LanguageView,
}

#[derive(Debug, Clone, Serialize)]
struct ImageView {
    url: String,
    /// Never empty: the title stands for what nobody described.
    alt: String,
    caption: String,
    credit: String,
    /// Its height divided by its width, if the source tells them.
    ratio: Option<f64>,
}

#[derive(Debug, Clone, Serialize)]
struct RelatedView {
    title: String,
    url: String,
}

impl ArticleView {
    /// The article for readers of `reader`, whose labels are `words`.
    pub fn new(placed: &Placed, reader: &Language, words: &Words, tz: Tz, images: Images) -> Self {
        let article = &placed.article.article;
        let mark = match placed.beside.mark {
            None => String::new(),
            Some(Mark::Updated) => clean::line(&words.get("updated")),
            Some(Mark::Developing) => clean::line(&words.get("developing")),
        };
        let also = placed.beside.also.iter().map(|also| RelatedView {
            title: clean::line(&also.source),
            url: url(also.url.as_deref()),
        });
        let title = clean::line(&article.title);
        let named = article
            .authors
            .iter()
            .map(|author| clean::line(&author.name));
        let authors: Vec<_> = named.filter(|name| !name.is_empty()).collect();
        let source = clean::line(&article.source);
        let minutes = article.reading_minutes.filter(|minutes| *minutes > 0);
        let minutes = minutes.map_or_else(String::new, |minutes| {
            words.count("minutes", usize::try_from(minutes).unwrap_or(usize::MAX))
        });
        let published = article
            .published
            .map(|at| at.with_timezone(&tz).date_naive());
        let body = clean::html(&article.body.html);
        let is_in_body =
            |image: &Image| body.contains(&format!("src=\"{}\"", image.url.replace('&', "&amp;")));
        Self {
            url: url(article.url.as_deref()),
            summary: summary(article),
            image_in_body: article.image.as_ref().is_some_and(is_in_body),
            paragraphs: clean::paragraphs(&article.body.text),
            body: match images {
                Images::Remote => body,
                Images::None => clean::without_pictures(&body),
            },
            credits: credits(&authors, &source, &minutes, words),
            image: article.image.as_ref().and_then(|image| {
                if images == Images::None {
                    return None;
                }
                let (alt, caption) = (clean::line(&image.alt), clean::line(&image.caption));
                let described = [&alt, &caption, &title]
                    .into_iter()
                    .find(|text| !text.is_empty());
                Some(ImageView {
                    url: clean::picture(&image.url)?,
                    alt: described.cloned().unwrap_or_default(),
                    caption,
                    credit: clean::line(&image.credit),
                    ratio: image
                        .size
                        .map(|size| f64::from(size.height) / f64::from(size.width)),
                })
            }),
            related: related(article),
            recordings: recordings(article),
            also: also.filter(|also| !also.title.is_empty()).collect(),
            mark,
            language: LanguageView::new(article.language.as_ref().unwrap_or(reader)),
            date: published.map_or_else(String::new, |date| dates::medium(reader, date)),
            title,
            authors,
            source,
            minutes,
        }
    }
}

/// `notes`: what stands above the articles.
#[derive(Debug, Clone, Serialize)]
pub(super) struct NotesView {
    /// The editor's words, as sanitised HTML; empty if there are none.
    opening: String,
    /// The same as plain text, in paragraphs.
    opening_paragraphs: Vec<String>,
    corrections: Vec<CorrectionView>,
    /// Sentences about topics that are no more.
    moved: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
struct CorrectionView {
    title: String,
    /// Empty where the article was withdrawn.
    url: String,
    /// What was wrong.
    text: String,
    withdrawn: bool,
    language: LanguageView,
}

impl NotesView {
    /// The notes of a segment. `moved` has the old name of each topic, and the new one.
    pub fn new(
        segment: &Segment,
        moved: impl Iterator<Item = (String, Option<String>)>,
        reader: &Language,
        words: &Words,
    ) -> Self {
        let opening = segment.opening.as_ref();
        let moved = moved.map(|(name, into)| match into {
            Some(into) => words
                .get("moved")
                .replace("{old}", &name)
                .replace("{new}", &into),
            None => words.get("ended").replace("{old}", &name),
        });
        let corrections = segment.corrections.iter().map(|correction| {
            let article = &correction.article.article;
            let (text, withdrawn) = match &correction.what {
                Corrected::Corrected(text) => (text, false),
                Corrected::Withdrawn(text) => (text, true),
            };
            CorrectionView {
                title: clean::line(&article.title),
                url: if withdrawn {
                    String::new()
                } else {
                    url(article.url.as_deref())
                },
                text: clean::line(text),
                withdrawn,
                language: LanguageView::new(article.language.as_ref().unwrap_or(reader)),
            }
        });
        Self {
            opening: opening.map_or_else(String::new, |opening| clean::html(&opening.html)),
            opening_paragraphs: opening
                .map_or_else(Vec::new, |opening| clean::paragraphs(&opening.text)),
            corrections: corrections.collect(),
            moved: moved.map(|text| clean::line(&text)).collect(),
        }
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.opening_paragraphs.is_empty() && self.corrections.is_empty() && self.moved.is_empty()
    }
}

/// The summary; where there is none, the beginning of the text.
fn summary(article: &Article) -> String {
    let summary = clean::line(&article.summary.text);
    if summary.is_empty() {
        let paragraphs = clean::paragraphs(&article.body.text);
        paragraphs.into_iter().next().unwrap_or_default()
    } else {
        summary
    }
}

fn credits(authors: &[String], source: &str, minutes: &str, words: &Words) -> Vec<String> {
    let byline = match authors {
        [] => String::new(),
        authors => words.get("by").replace("{names}", &authors.join(", ")),
    };
    let credits = [byline.as_str(), source, minutes].into_iter();
    credits
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
        .collect()
}

fn related(article: &Article) -> Vec<RelatedView> {
    let related = article.related.iter().map(|related| RelatedView {
        title: clean::line(&related.title),
        url: url(related.url.as_deref()),
    });
    related
        .filter(|related| !related.title.is_empty())
        .collect()
}

fn recordings(article: &Article) -> Vec<String> {
    let audible = |media: &str| media.starts_with("audio/") || media.starts_with("video/");
    let files = article.enclosures.iter();
    let recordings = files.filter(|file| file.media_type.as_deref().is_some_and(audible));
    recordings
        .filter_map(|file| clean::url(&file.url))
        .collect()
}

fn url(url: Option<&str>) -> String {
    url.and_then(clean::url).unwrap_or_default()
}
