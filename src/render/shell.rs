//! The shell of a digest: what stands around its articles.
//!
//! It is rendered and inlined once per look and language. What differs from segment to segment (the preheader, the number of
//! stories, the topics followed) stands in it as marks of our own, put in by replacement: segments are nearly as many as readers.
//! So such a value belongs in text, not in an attribute, and templates can't ask whether it is empty.

use std::sync::Arc;

use serde::Serialize;

use super::{RenderError, flow::flow};
use crate::domain::{Fragment, Hole, digest::escape_html_text};

/// Where the articles belong: `content` in the templates.
pub(super) const CONTENT: char = '\u{E0FE}';
const SUBJECT: char = '\u{E020}';
const PREHEADER: char = '\u{E021}';
const COUNT: char = '\u{E022}';
const FOLLOWS: char = '\u{E023}';

/// `segment` in the templates: the values of one segment, each on one line.
#[derive(Debug, Clone, Serialize)]
pub(super) struct SegmentView {
    pub subject: String,
    pub preheader: String,
    /// `9 stories · 31 min read`.
    pub count: String,
    /// The names of the topics followed.
    pub follows: String,
}

impl SegmentView {
    /// Marks in place of the values.
    pub fn marks() -> Self {
        Self {
            subject: SUBJECT.to_string(),
            preheader: PREHEADER.to_string(),
            count: COUNT.to_string(),
            follows: FOLLOWS.to_string(),
        }
    }

    fn of(&self, mark: char) -> Option<&str> {
        match mark {
            SUBJECT => Some(&self.subject),
            PREHEADER => Some(&self.preheader),
            COUNT => Some(&self.count),
            FOLLOWS => Some(&self.follows),
            _ => None,
        }
    }
}

/// One of the two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Html,
    Text,
}

/// A part's shell, before and after the articles.
#[derive(Debug)]
pub(super) struct Shell {
    before: Vec<Stretch>,
    after: Vec<Stretch>,
    format: Format,
    /// The octets of its shared lines, holes at their longest.
    shared: usize,
}

#[derive(Debug)]
enum Stretch {
    /// Lines that are the same for all segments.
    Shared(Arc<Fragment>),
    /// A line with a segment's values.
    Own(String),
}

impl Shell {
    /// From the rendered (and, for HTML, inlined) shell with its marks.
    pub fn new(rendered: &str, format: Format, origin: &str) -> Result<Self, RenderError> {
        let (before, after) = split(rendered, origin)?;
        let (before, after) = (stretches(before, format), stretches(after, format));
        let all = before.iter().chain(&after);
        let shared = all.map(|stretch| match stretch {
            Stretch::Shared(fragment) => longest(&fragment.text),
            Stretch::Own(_) => 0,
        });
        Ok(Self {
            shared: shared.sum(),
            before,
            after,
            format,
        })
    }

    /// The part's pieces: the shell with the segment's values, around the articles' `pieces`.
    pub fn around(&self, values: &SegmentView, pieces: Vec<Arc<Fragment>>) -> Vec<Arc<Fragment>> {
        let mut all = Vec::with_capacity(pieces.len() + self.before.len() + self.after.len());
        all.extend(self.before.iter().map(|stretch| self.fill(stretch, values)));
        all.extend(pieces);
        all.extend(self.after.iter().map(|stretch| self.fill(stretch, values)));
        all
    }

    /// How many octets it has with the segment's values, each of the reader's own counted at its longest.
    pub fn size(&self, values: &SegmentView) -> usize {
        let stretches = self.before.iter().chain(&self.after);
        let own = stretches.map(|stretch| match stretch {
            Stretch::Shared(_) => 0,
            Stretch::Own(_) => longest(&self.fill(stretch, values).text),
        });
        self.shared + own.sum::<usize>()
    }

    fn fill(&self, stretch: &Stretch, values: &SegmentView) -> Arc<Fragment> {
        let line = match stretch {
            Stretch::Shared(fragment) => return Arc::clone(fragment),
            Stretch::Own(line) => line,
        };
        let mut text = String::with_capacity(line.len() + 256);
        for c in line.chars() {
            match (values.of(c), self.format) {
                (Some(value), Format::Html) => text.push_str(&escape_html_text(value)),
                (Some(value), Format::Text) => text.push_str(value),
                (None, _) => text.push(c),
            }
        }
        Arc::new(Fragment {
            text: finished(&text, self.format),
            pictures: Vec::new(),
        })
    }
}

/// The shell before and after the line that the articles take the place of.
pub(super) fn split<'a>(
    rendered: &'a str,
    origin: &str,
) -> Result<(&'a str, &'a str), RenderError> {
    let failed = || RenderError::Content {
        file: origin.to_owned(),
    };
    let (before, after) = rendered.split_once(CONTENT).ok_or_else(failed)?;
    let after = after.strip_prefix('\n').ok_or_else(failed)?;
    if after.contains(CONTENT) || !(before.is_empty() || before.ends_with('\n')) {
        return Err(failed());
    }
    Ok((before, after))
}

fn stretches(shell: &str, format: Format) -> Vec<Stretch> {
    let mut stretches = Vec::new();
    let mut shared = String::new();
    let close = |shared: &mut String, stretches: &mut Vec<Stretch>| {
        if !shared.is_empty() {
            let text = finished(shared, format);
            let pictures = Vec::new();
            stretches.push(Stretch::Shared(Arc::new(Fragment { text, pictures })));
            shared.clear();
        }
    };
    let marks = [SUBJECT, PREHEADER, COUNT, FOLLOWS];
    for line in shell.split_inclusive('\n') {
        if line.contains(marks) {
            close(&mut shared, &mut stretches);
            stretches.push(Stretch::Own(line.to_owned()));
        } else {
            shared.push_str(line);
        }
    }
    close(&mut shared, &mut stretches);
    stretches
}

/// The octets of a text with its holes filled by their longest values.
fn longest(text: &str) -> usize {
    let holes = text.chars().filter_map(Hole::from_sign);
    text.len() + holes.map(Hole::longest).sum::<usize>()
}

/// Lines as they stand in the mail.
fn finished(lines: &str, format: Format) -> String {
    match format {
        Format::Text => flow(lines),
        Format::Html if lines.ends_with('\n') => lines.to_owned(),
        Format::Html => format!("{lines}\n"),
    }
}
