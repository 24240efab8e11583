//! Segment → digest: Tera, labels, inlining, text. Pure.
//!
//! What many segments share is rendered once: an article's piece per language, look and form ([`around`]), and the shell that stands
//! around the articles ([`shell`]). [`Renderer::render`] joins such pieces; [`Renderer::render_whole`] renders one reader's digest
//! from its first line to its last, and gives the same text. Before the first mail, a sample is rendered both ways ([`sample`]).

mod around;
mod clean;
mod dates;
mod error;
mod filters;
mod fit;
mod flow;
mod labels;
mod look;
mod media;
mod sample;
mod shell;
mod stylesheet;
mod templates;
#[cfg(test)]
mod tests;
mod theme;
mod vars;
mod view;

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError, RwLock},
};

use chrono_tz::Tz;
use tera::Context;

use self::{
    around::{Around, Front, Heading, Pair, Raw, shell_context},
    fit::Piece,
    labels::Labels,
    look::Press,
    media::Media,
    shell::SegmentView,
    view::{ArticleView, EditionView, NotesView, PublisherView, ReaderView},
};
pub use self::{
    error::RenderError,
    labels::missing_labels,
    templates::Templates,
    vars::{VARS, Var},
};
use crate::domain::{
    Corrected, Design, Digest, Edition, IssueId, Language, Limit, Look, Notice, Picture, Placed,
    Publisher, ReaderValues, Section, Segment, Shortened, Topic, TopicId,
};

/// The stories that subject and preheader may name.
const FIRST: usize = 6;

/// Renders the digests of one issue.
#[derive(Debug)]
pub struct Renderer {
    looks: BTreeMap<String, ReadyLook>,
    labels: Labels,
    topics: HashMap<TopicId, Topic>,
    edition: EditionView,
    publisher: PublisherView,
    last_resort: Language,
    issue: IssueId,
    tz: Tz,
    design: Design,
    notice: Notice,
}

/// A look, and what it has rendered for each language.
#[derive(Debug)]
struct ReadyLook {
    press: Press,
    arounds: RwLock<HashMap<Language, Arc<Around>>>,
}

/// A segment as it fits, with its pieces.
struct Fitted<'a> {
    segment: Cow<'a, Segment>,
    shortened: Shortened,
    pairs: Vec<Pair>,
}

/// One reader's digest, with each of the reader's own values between [`crate::domain::digest::OPEN`] and
/// [`crate::domain::digest::CLOSE`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// Plain text, on one line.
    pub subject: String,
    /// The line that a mail client shows beside the subject.
    pub preheader: String,
    /// The language of the words around the articles.
    pub language: Language,
    /// The HTML part.
    pub html: String,
    /// The pictures of the publisher's own that it shows.
    pub pictures: Vec<Arc<Picture>>,
    /// The text part: format=flowed with delsp=yes (RFC 3676) already.
    pub text: String,
}

impl Renderer {
    /// Makes the templates ready, and tries them on a sample in each of the edition's languages.
    ///
    /// # Errors
    /// When a template, a stylesheet or a file of labels is broken, or when an article would look otherwise alone than within
    /// the whole.
    pub fn new(
        templates: &Templates,
        publisher: &Publisher,
        edition: &Edition,
        topics: &[Topic],
        issue: &IssueId,
        notice: Notice,
    ) -> Result<Self, RenderError> {
        let media = match notice {
            Notice::Real | Notice::Correction => publisher.media.as_ref(),
            // A test publishes nothing
            Notice::Test | Notice::Proof => None,
        };
        let media = Media::new(media.map(|media| media.url.as_str()));
        let mut looks = BTreeMap::new();
        for look in templates.looks() {
            let press = Press::new(&Look(look.clone()), templates, edition, media.clone())?;
            let arounds = RwLock::default();
            looks.insert(look, ReadyLook { press, arounds });
        }
        let languages = edition.languages.iter();
        let renderer = Self {
            looks,
            labels: Labels::new(templates)?,
            topics: topics
                .iter()
                .map(|topic| (topic.id.clone(), topic.clone()))
                .collect(),
            edition: EditionView::new(edition),
            publisher: PublisherView::new(publisher),
            last_resort: languages
                .clone()
                .next()
                .cloned()
                .unwrap_or_else(Language::english),
            issue: issue.clone(),
            tz: edition.tz,
            design: edition.design.clone(),
            notice,
        };
        renderer.look(&edition.look)?;
        sample::try_out(&renderer, edition)?;
        Ok(renderer)
    }

    /// The digest of a segment, from shared pieces.
    ///
    /// # Errors
    /// When a template fails on this segment, or the segment has no articles.
    pub fn render(&self, segment: &Segment) -> Result<Digest, RenderError> {
        let (press, around) = self.around(segment)?;
        let values = self.values(press, &around, segment)?;
        let notes = self.notes(&around, segment);
        let Fitted {
            pairs, shortened, ..
        } = self.fitted(press, &around, &values, segment, notes.as_ref())?;
        let (html, text) = pairs.into_iter().map(|pair| (pair.html, pair.text)).unzip();
        Ok(Digest {
            html: around.html.around(&values, html),
            text: around.text.around(&values, text),
            subject: values.subject,
            preheader: values.preheader,
            language: segment.language.clone(),
            parts: segment.key.parts,
            shortened,
        })
    }

    /// The digest of one reader of a segment, rendered as a whole: the same text as [`Renderer::render`] gives, made in the
    /// slow way.
    ///
    /// # Errors
    /// As for [`Renderer::render`].
    pub fn render_whole(
        &self,
        segment: &Segment,
        reader: &ReaderValues,
    ) -> Result<Whole, RenderError> {
        let (press, around) = self.around(segment)?;
        let values = self.values(press, &around, segment)?;
        let notes = self.notes(&around, segment);
        let fitted = self.fitted(press, &around, &values, segment, notes.as_ref())?;
        let Fitted {
            segment, shortened, ..
        } = fitted;
        let (mut html, mut text) = (String::new(), String::new());
        for piece in fit::pieces(&segment, notes.as_ref(), shortened.left_out) {
            let raw = self.raw(press, &around, &segment, piece)?;
            html.push_str(&raw.html);
            text.push_str(&raw.text);
        }
        let context = shell_context(&around.context, press, &values, &ReaderView::values(reader));
        let whole = |name: &str, content: String| {
            let rendered = press.render(name, &context)?;
            let (before, after) = shell::split(&rendered, &press.origin(name))?;
            Ok::<_, RenderError>([before, &content, after].concat())
        };
        let mut html = press.inline_document(&whole("digest.html", html)?)?;
        if !html.ends_with('\n') {
            html.push('\n');
        }
        let (html, pictures) = press.media.take_out(&html);
        Ok(Whole {
            text: flow::flow(&whole("digest.txt", text)?),
            html,
            pictures,
            subject: values.subject,
            preheader: values.preheader,
            language: segment.language.clone(),
        })
    }

    fn look(&self, look: &Look) -> Result<&ReadyLook, RenderError> {
        self.looks.get(&look.0).ok_or_else(|| RenderError::NoLook {
            look: look.to_string(),
            known: self.looks.keys().cloned().collect::<Vec<_>>().join(", "),
        })
    }

    fn around(&self, segment: &Segment) -> Result<(&Press, Arc<Around>), RenderError> {
        let ReadyLook { press, arounds } = self.look(&segment.key.look)?;
        let language = &segment.language;
        let known = arounds.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(around) = known.get(language) {
            return Ok((press, Arc::clone(around)));
        }
        drop(known);
        let words = self.labels.words(language, &self.last_resort);
        let mut context = Context::new();
        context.insert("theme", &press.theme);
        context.insert("edition", &self.edition);
        context.insert("publisher", &self.publisher);
        context.insert("date", &dates::long(language, self.issue.date));
        let notice = match self.notice {
            Notice::Real | Notice::Correction => String::new(),
            Notice::Test => words.get("test_notice"),
            Notice::Proof => words.get("proof_notice"),
        };
        context.insert("notice", &notice);
        let around = Arc::new(Around::new(press, language, words, context)?);
        let mut known = arounds.write().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have been first: its pieces are the ones that are shared.
        let around = known.entry(language.clone()).or_insert(around);
        Ok((press, Arc::clone(around)))
    }

    /// Subject, preheader, and the words about the segment.
    fn values(
        &self,
        press: &Press,
        around: &Around,
        segment: &Segment,
    ) -> Result<SegmentView, RenderError> {
        let Some(lead) = segment.articles().next() else {
            return self.values_of_corrections(around, segment);
        };
        let first = || segment.articles().take(FIRST);
        let key = first().map(|placed| (placed.article.revision.clone(), placed.beside.clone()));
        let front = around.front(key.collect(), || {
            let titles = first().map(|placed| clean::line(&placed.article.article.title));
            let mut context = around.context.clone();
            context.insert("lead", &self.article_view(around, lead));
            context.insert("titles", &titles.collect::<Vec<_>>());
            let line = |name| Ok::<_, RenderError>(clean::line(&press.render(name, &context)?));
            Ok(Front {
                subject: line("subject.txt")?,
                preheader: line("preheader.txt")?,
            })
        })?;
        Ok(SegmentView {
            subject: front.subject.clone(),
            preheader: front.preheader.clone(),
            count: count(around, segment),
            follows: self.follows(around, segment),
        })
    }

    /// Subject and preheader where there is nothing but corrections.
    fn values_of_corrections(
        &self,
        around: &Around,
        segment: &Segment,
    ) -> Result<SegmentView, RenderError> {
        let first = segment.corrections.first().ok_or(RenderError::Empty)?;
        let title = clean::line(&first.article.article.title);
        let subject = around.words.get("correction_subject");
        let (Corrected::Corrected(text) | Corrected::Withdrawn(text)) = &first.what;
        Ok(SegmentView {
            subject: clean::line(&subject.replace("{title}", &title)),
            preheader: clean::line(text),
            count: count(around, segment),
            follows: self.follows(around, segment),
        })
    }

    /// What stands above the articles; `None` where there is nothing.
    fn notes(&self, around: &Around, segment: &Segment) -> Option<NotesView> {
        let moved = segment.moved.iter().map(|moved| {
            let into = moved.into.as_ref();
            let into = into.map(|into| self.topic_name(into, &around.language));
            (clean::line(&moved.name), into)
        });
        let notes = NotesView::new(segment, moved, &around.language, &around.words);
        (!notes.is_empty()).then_some(notes)
    }

    fn follows(&self, around: &Around, segment: &Segment) -> String {
        if segment.follows.is_empty() {
            return clean::line(&around.words.get("all_topics"));
        }
        let names = segment.follows.iter();
        let names: Vec<_> = names
            .map(|topic| self.topic_name(topic, &around.language))
            .collect();
        names.join(" · ")
    }

    fn topic_name(&self, id: &TopicId, language: &Language) -> String {
        let topic = self.topics.get(id);
        clean::line(topic.map_or(id.0.as_str(), |topic| topic.name(language)))
    }

    fn article_view(&self, around: &Around, placed: &Placed) -> ArticleView {
        ArticleView::new(
            placed,
            &around.language,
            &around.words,
            self.tz,
            self.design.images,
        )
    }

    /// The segment in forms that keep it within the edition's limit, and its pieces.
    fn fitted<'a>(
        &self,
        press: &Press,
        around: &Around,
        values: &SegmentView,
        segment: &'a Segment,
        notes: Option<&NotesView>,
    ) -> Result<Fitted<'a>, RenderError> {
        let pairs = |segment: &Segment, left_out| {
            fit::pieces(segment, notes, left_out)
                .map(|piece| self.piece(press, around, segment, piece))
                .collect::<Result<Vec<_>, _>>()
        };
        let whole = pairs(segment, 0)?;
        let total: usize = whole.iter().map(|pair| pair.html.text.len()).sum();
        let room = match self.design.max_size {
            Limit::Most(most) => usize::try_from(most).unwrap_or(usize::MAX),
            Limit::None => usize::MAX,
        };
        let room = room.saturating_sub(around.html.size(values));
        if total <= room {
            return Ok(Fitted {
                segment: Cow::Borrowed(segment),
                shortened: Shortened::default(),
                pairs: whole,
            });
        }
        let size = |piece: Piece| {
            let pair = self.piece(press, around, segment, piece)?;
            Ok(pair.html.text.len())
        };
        let (fitted, shortened) = fit::fit(segment, notes, room, &size)?;
        Ok(Fitted {
            pairs: pairs(&fitted, shortened.left_out)?,
            segment: Cow::Owned(fitted),
            shortened,
        })
    }

    /// A piece as it stands in the mail: made when it is first asked for.
    fn piece(
        &self,
        press: &Press,
        around: &Around,
        segment: &Segment,
        piece: Piece,
    ) -> Result<Pair, RenderError> {
        let raw = || self.raw(press, around, segment, piece);
        match piece {
            Piece::Article(placed) => around.article(press, placed, raw),
            Piece::Notes(notes) => {
                let key = serde_json::to_string(notes).unwrap_or_default();
                around.notes(press, key, raw)
            }
            Piece::Heading(section) => around.heading(press, &heading(segment, section), raw),
            Piece::Rest(left_out) => around.heading(press, &Heading::Rest(left_out), raw),
        }
    }

    /// A piece as its templates give it.
    fn raw(
        &self,
        press: &Press,
        around: &Around,
        segment: &Segment,
        piece: Piece,
    ) -> Result<Raw, RenderError> {
        let mut context = around.context.clone();
        match piece {
            Piece::Article(placed) => {
                context.insert("article", &self.article_view(around, placed));
                Raw::article(press, &context, placed.form)
            }
            Piece::Notes(notes) => {
                context.insert("notes", notes);
                Raw::notes(press, &context)
            }
            Piece::Heading(section) => {
                let name = match heading(segment, section) {
                    Heading::Topic(id) => self.topic_name(&id, &around.language),
                    Heading::Top => clean::line(&around.words.get("top_stories")),
                    _ => clean::line(&around.words.get("more_stories")),
                };
                context.insert("heading", &name);
                Raw::heading(press, &context)
            }
            Piece::Rest(left_out) => {
                let rest = around.words.count("and_more", left_out);
                context.insert("rest", &clean::line(&rest));
                Raw::rest(press, &context)
            }
        }
    }
}

/// The heading of a section: also without a topic it has one, so that no level of headings is skipped.
fn heading(segment: &Segment, section: &Section) -> Heading {
    match &section.topic {
        Some(topic) => Heading::Topic(topic.clone()),
        None if segment.sections.len() == 1 => Heading::Top,
        None => Heading::More,
    }
}

/// `9 stories · 31 min read`.
fn count(around: &Around, segment: &Segment) -> String {
    let stories = around.words.count("stories", segment.articles().count());
    let minutes = segment
        .articles()
        .filter_map(|placed| placed.article.article.reading_minutes);
    let minutes = minutes.fold(0, u32::saturating_add);
    if minutes == 0 {
        return clean::line(&stories);
    }
    let minutes = around
        .words
        .count("minutes", usize::try_from(minutes).unwrap_or(usize::MAX));
    clean::line(&format!("{stories} · {minutes}"))
}
