//! All of a digest that is the same for the readers of one language: the labels, the shell, and the pieces made so far.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use tera::Context;

use super::{
    RenderError,
    flow::flow,
    labels::Words,
    look::{Press, article},
    shell::{CONTENT, Format, SegmentView, Shell},
    view::{LanguageView, ReaderView},
};
use crate::domain::{Beside, Form, Fragment, Language, Placed, Revision, TopicId};

/// What is shown of an article, and beside it.
type Shown = (Revision, Arc<Beside>);

/// The pieces of articles in one form: few stand with different things beside them.
type ByArticle = HashMap<Revision, Vec<(Arc<Beside>, Pair)>>;

/// Fronts that are kept at hand.
const FRONTS: usize = 10_000;

/// What is rendered once for all readers of a language.
#[derive(Debug)]
pub(super) struct Around {
    /// The language of the words around the articles.
    pub language: Language,
    /// Its labels.
    pub words: Words,
    /// What every template sees.
    pub context: Context,
    /// The shell of the HTML part.
    pub html: Shell,
    /// The shell of the text part.
    pub text: Shell,
    articles: RwLock<[ByArticle; Form::ALL.len()]>,
    headings: RwLock<HashMap<Heading, Pair>>,
    /// By the articles that they may name.
    fronts: RwLock<HashMap<Vec<Shown>, Arc<Front>>>,
    /// By all that their templates see, as JSON.
    notes: RwLock<HashMap<String, Pair>>,
}

/// What stands above a section.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Heading {
    /// The topic's name.
    Topic(TopicId),
    /// `More stories`, where others stand under a topic.
    More,
    /// `Top stories`, where nothing stands under a topic.
    Top,
    /// `and 12 more`, below the last story.
    Rest(usize),
}

/// What an inbox shows of a digest.
#[derive(Debug)]
pub(super) struct Front {
    pub subject: String,
    pub preheader: String,
}

/// A piece in both parts, as it comes from the templates.
#[derive(Debug)]
pub(super) struct Raw {
    pub html: String,
    pub text: String,
}

/// A piece in both parts, as it stands in the mail.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub html: Arc<Fragment>,
    pub text: Arc<Fragment>,
}

impl Around {
    /// Renders the shells with their marks. `context` holds what is the same for all languages.
    pub fn new(
        press: &Press,
        language: &Language,
        words: Words,
        mut context: Context,
    ) -> Result<Self, RenderError> {
        context.insert("language", &LanguageView::new(language));
        context.insert("labels", &words.plain());
        let shell = shell_context(&context, press, &SegmentView::marks(), &ReaderView::holes());
        let html = press.inline_document(&press.render("digest.html", &shell)?)?;
        let text = press.render("digest.txt", &shell)?;
        Ok(Self {
            html: Shell::new(&html, Format::Html, &press.origin("digest.html"))?,
            text: Shell::new(&text, Format::Text, &press.origin("digest.txt"))?,
            language: language.clone(),
            words,
            context,
            articles: RwLock::default(),
            headings: RwLock::default(),
            fronts: RwLock::default(),
            notes: RwLock::default(),
        })
    }

    /// The piece of an article in one form: made when it is first asked for.
    pub fn article(
        &self,
        press: &Press,
        placed: &Placed,
        raw: impl FnOnce() -> Result<Raw, RenderError>,
    ) -> Result<Pair, RenderError> {
        let form = placed.form as usize;
        let revision = &placed.article.revision;
        let known = self.articles.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(pair) = beside(known[form].get(revision), &placed.beside) {
            return Ok(pair);
        }
        drop(known);
        let pair = Pair::new(press, &raw()?)?;
        let mut known = self
            .articles
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        // Another thread may have been first: one piece is shared by all.
        let pairs = known[form].entry(revision.clone()).or_default();
        if let Some(pair) = beside(Some(pairs), &placed.beside) {
            return Ok(pair);
        }
        pairs.push((Arc::clone(&placed.beside), pair.clone()));
        Ok(pair)
    }

    /// Subject and preheader of the digests that begin with these articles: made when they are first asked for.
    pub fn front(
        &self,
        first: Vec<Shown>,
        made: impl FnOnce() -> Result<Front, RenderError>,
    ) -> Result<Arc<Front>, RenderError> {
        let known = self.fronts.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(front) = known.get(&first) {
            return Ok(front.clone());
        }
        drop(known);
        let front = Arc::new(made()?);
        let mut known = self.fronts.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= FRONTS {
            known.clear();
        }
        known.insert(first, front.clone());
        Ok(front)
    }

    /// The piece of notes that their templates see as `key`: made when it is first asked for.
    pub fn notes(
        &self,
        press: &Press,
        key: String,
        raw: impl FnOnce() -> Result<Raw, RenderError>,
    ) -> Result<Pair, RenderError> {
        let known = self.notes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(pair) = known.get(&key) {
            return Ok(pair.clone());
        }
        drop(known);
        let pair = Pair::new(press, &raw()?)?;
        let mut known = self.notes.write().unwrap_or_else(PoisonError::into_inner);
        Ok(known.entry(key).or_insert(pair).clone())
    }

    /// The piece of a heading: made when it is first asked for.
    pub fn heading(
        &self,
        press: &Press,
        heading: &Heading,
        raw: impl FnOnce() -> Result<Raw, RenderError>,
    ) -> Result<Pair, RenderError> {
        let known = self.headings.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(pair) = known.get(heading) {
            return Ok(pair.clone());
        }
        drop(known);
        let pair = Pair::new(press, &raw()?)?;
        let mut known = self
            .headings
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(known.entry(heading.clone()).or_insert(pair).clone())
    }
}

/// The piece with this beside it.
fn beside(pairs: Option<&Vec<(Arc<Beside>, Pair)>>, wanted: &Arc<Beside>) -> Option<Pair> {
    let same = |(beside, _): &&(Arc<Beside>, Pair)| Arc::ptr_eq(beside, wanted) || beside == wanted;
    pairs?.iter().find(same).map(|(_, pair)| pair.clone())
}

impl Raw {
    /// Renders an article's templates.
    pub fn article(press: &Press, context: &Context, form: Form) -> Result<Self, RenderError> {
        Self::new(
            press,
            context,
            &article(form, "html"),
            &article(form, "txt"),
        )
    }

    /// Renders a heading's templates.
    pub fn heading(press: &Press, context: &Context) -> Result<Self, RenderError> {
        Self::new(press, context, "topic.html", "topic.txt")
    }

    /// Renders the templates of what stands above the articles.
    pub fn notes(press: &Press, context: &Context) -> Result<Self, RenderError> {
        Self::new(press, context, "notes.html", "notes.txt")
    }

    /// Renders the templates of the line that counts what is left out.
    pub fn rest(press: &Press, context: &Context) -> Result<Self, RenderError> {
        Self::new(press, context, "rest.html", "rest.txt")
    }

    fn new(press: &Press, context: &Context, html: &str, text: &str) -> Result<Self, RenderError> {
        Ok(Self {
            html: tidy_html(&press.render(html, context)?),
            text: tidy_text(&press.render(text, context)?),
        })
    }
}

impl Pair {
    fn new(press: &Press, raw: &Raw) -> Result<Self, RenderError> {
        let (html, pictures) = press.media.take_out(&press.inline_piece(&raw.html)?);
        Ok(Self {
            html: Arc::new(Fragment {
                text: html,
                pictures,
            }),
            text: Arc::new(Fragment {
                text: flow(&raw.text),
                pictures: Vec::new(),
            }),
        })
    }
}

/// What the shell's templates see.
pub(super) fn shell_context(
    context: &Context,
    press: &Press,
    segment: &SegmentView,
    reader: &ReaderView,
) -> Context {
    let mut context = context.clone();
    context.insert("segment", segment);
    context.insert("reader", reader);
    context.insert("content", &CONTENT.to_string());
    context.insert("head_css", &press.head_css);
    context
}

/// Without the empty lines that the templates' tags leave, except where line breaks count.
fn tidy_html(html: &str) -> String {
    if html.contains("<pre") {
        return html.trim().to_owned() + "\n";
    }
    let rows = html.lines().filter(|row| !row.trim().is_empty());
    rows.collect::<Vec<_>>().join("\n") + "\n"
}

/// One empty line between blocks, none before the first, one after the last.
fn tidy_text(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len() + 2);
    for row in text.lines().map(|row| row.trim_end_matches(' ')) {
        if !row.is_empty() {
            tidy.push_str(row);
            tidy.push('\n');
        } else if !tidy.is_empty() && !tidy.ends_with("\n\n") {
            tidy.push('\n');
        }
    }
    tidy.truncate(tidy.trim_end_matches('\n').len());
    tidy + "\n\n"
}
