//! The pieces of a digest, and how a digest that is larger than its limit is made shorter: stories take smaller forms, the last ones
//! first; then the last ones are left out, and counted in a line. HTML is never cut, and the shell, the footer in it, stays as it is.

use super::{RenderError, view::NotesView};
use crate::domain::{Form, Placed, Section, Segment, Shortened};

/// What takes which form, in this order: the first story comes last.
const STEPS: [(Form, Form); 4] = [
    (Form::Full, Form::Card),
    (Form::Card, Form::Short),
    (Form::Short, Form::Line),
    (Form::Lead, Form::Card),
];

/// What a digest is put together from, within its shell.
#[derive(Debug, Clone, Copy)]
pub(super) enum Piece<'a> {
    /// What stands above the articles.
    Notes(&'a NotesView),
    /// What stands above a section.
    Heading(&'a Section),
    /// An article in its form.
    Article(&'a Placed),
    /// How many are left out.
    Rest(usize),
}

/// A segment's pieces, in the order of the digest.
pub(super) fn pieces<'a>(
    segment: &'a Segment,
    notes: Option<&'a NotesView>,
    left_out: usize,
) -> impl Iterator<Item = Piece<'a>> {
    let sections = segment.sections.iter().flat_map(|section| {
        let articles = section.articles.iter().map(Piece::Article);
        std::iter::once(Piece::Heading(section)).chain(articles)
    });
    let notes = notes.map(Piece::Notes).into_iter();
    notes
        .chain(sections)
        .chain((left_out > 0).then_some(Piece::Rest(left_out)))
}

/// The segment in forms that fit into `room` octets of HTML, `size` being what a piece takes, and what was done to it.
/// Its first story always stays.
pub(super) fn fit(
    segment: &Segment,
    notes: Option<&NotesView>,
    room: usize,
    size: &dyn Fn(Piece) -> Result<usize, RenderError>,
) -> Result<(Segment, Shortened), RenderError> {
    let mut fitted = segment.clone();
    let mut total = 0;
    for piece in pieces(segment, notes, 0) {
        total += size(piece)?;
    }
    for (from, to) in STEPS {
        let articles = fitted.sections.iter_mut().rev();
        for placed in articles.flat_map(|section| section.articles.iter_mut().rev()) {
            if total > room && placed.form == from {
                total -= size(Piece::Article(placed))?;
                placed.form = to;
                total += size(Piece::Article(placed))?;
            }
        }
    }
    let mut left_out = 0;
    while total + rest(left_out, size)? > room && fitted.articles().nth(1).is_some() {
        let Some(section) = fitted.sections.last_mut() else {
            break;
        };
        if let Some(placed) = section.articles.pop() {
            total -= size(Piece::Article(&placed))?;
            left_out += 1;
        }
        if section.articles.is_empty() {
            total -= size(Piece::Heading(section))?;
            fitted.sections.pop();
        }
    }
    let forms = segment.articles().zip(fitted.articles());
    let shorter = forms.filter(|(before, after)| before.form != after.form);
    let shorter = shorter.count();
    Ok((fitted, Shortened { shorter, left_out }))
}

fn rest(
    left_out: usize,
    size: &dyn Fn(Piece) -> Result<usize, RenderError>,
) -> Result<usize, RenderError> {
    match left_out {
        0 => Ok(0),
        left_out => size(Piece::Rest(left_out)),
    }
}
