//! What is wrong with a file that a person wrote, pointed at: file, line, column, the text underlined.

use std::{
    cell::RefCell,
    fmt,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// These octets of the file.
    File(Range<usize>),
    /// An environment variable of this name.
    Variable(Arc<str>),
    /// The file as a whole.
    Whole,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub at: Origin,
    /// What is wrong.
    pub message: String,
    /// What stands under the place: in few words, what to write. May be empty.
    pub label: String,
    /// What to do, where it doesn't fit under the place.
    pub help: Option<String>,
    /// Another place that has to do with it, and why.
    pub beside: Option<Box<(Range<usize>, String)>>,
    /// What must not be shown with the line: a password that stands there.
    pub secret: Option<Box<Range<usize>>>,
}

impl Problem {
    /// A problem at a place.
    #[must_use]
    pub fn new(at: Origin, message: impl Into<String>) -> Self {
        Self {
            at,
            message: message.into(),
            label: String::new(),
            help: None,
            beside: None,
            secret: None,
        }
    }

    /// The same with words under the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// The same with what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with another place, where that is in the file.
    #[must_use]
    pub fn beside(mut self, at: &Origin, label: impl Into<String>) -> Self {
        if let Origin::File(range) = at {
            self.beside = Some(Box::new((range.clone(), label.into())));
        }
        self
    }

    /// The same, with what stands at a place never shown: messages end up in logs and in cron's mails.
    #[must_use]
    pub fn secret(mut self, at: &Origin) -> Self {
        if let Origin::File(range) = at {
            self.secret = Some(Box::new(range.clone()));
        }
        self
    }

    /// Those of the whole file come first, then those in it from its top to its end, then the variables'.
    fn order(&self) -> (usize, usize) {
        match &self.at {
            Origin::Whole => (0, 0),
            Origin::File(range) => (1, range.start),
            Origin::Variable(_) => (2, 0),
        }
    }
}

/// All that is wrong with a file, in the file's order. Shown without colour; [`Problems::render`] can colour it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    file: PathBuf,
    text: String,
    list: Vec<Problem>,
}

impl Problems {
    /// The problems of `file`, which reads `text`.
    #[must_use]
    pub fn new(file: &Path, text: &str, mut list: Vec<Problem>) -> Self {
        list.sort_by_key(Problem::order);
        Self {
            file: file.to_owned(),
            text: masked(
                text,
                list.iter()
                    .filter_map(|problem| problem.secret.as_deref().cloned()),
            ),
            list,
        }
    }

    /// Each of them, in order.
    #[must_use]
    pub fn list(&self) -> &[Problem] {
        &self.list
    }

    /// As an operator reads it: per problem what, where (the text underlined), and what to do.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let shown: Vec<String> = self
            .list
            .iter()
            .map(|problem| renderer.render(&[self.group(problem)]))
            .collect();
        shown.join("\n\n")
    }

    fn group<'a>(&'a self, problem: &'a Problem) -> Group<'a> {
        let title = Level::ERROR.primary_title(problem.message.as_str());
        let file = self.file.to_string_lossy();
        let group = match &problem.at {
            Origin::Whole => title.element(annotate_snippets::Origin::path(file)),
            Origin::Variable(name) => title.element(annotate_snippets::Origin::path(format!(
                "the environment variable {name}"
            ))),
            Origin::File(range) => {
                let place = AnnotationKind::Primary
                    .span(self.within(range))
                    .label(problem.label.as_str());
                let beside = problem.beside.as_deref().map(|(range, label)| {
                    AnnotationKind::Context
                        .span(self.within(range))
                        .label(label.as_str())
                });
                title.element(
                    Snippet::source(self.text.as_str())
                        .path(file)
                        .annotation(place)
                        .annotations(beside),
                )
            }
        };
        // Without a line to stand under, the label is a help too.
        let homeless = match problem.at {
            Origin::File(_) => None,
            _ => Some(problem.label.as_str()).filter(|label| !label.is_empty()),
        };
        group.elements(
            homeless
                .into_iter()
                .chain(problem.help.as_deref())
                .map(|help| Level::HELP.message(help)),
        )
    }

    /// A range that surely lies in the text and on the bounds of characters.
    fn within(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.text.floor_char_boundary(range.start);
        let end = self.text.ceil_char_boundary(range.end.max(start));
        start..end
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Problems {}

/// The text with `*` for each octet of the secrets, so that all other places stay where they are.
fn masked(text: &str, secrets: impl Iterator<Item = Range<usize>>) -> String {
    let mut octets = text.as_bytes().to_vec();
    for secret in secrets {
        if let Some(secret) = octets.get_mut(secret) {
            let seen = secret
                .iter_mut()
                .filter(|octet| !matches!(octet, b'\n' | b'"' | b'\''));
            seen.for_each(|octet| *octet = b'*');
        }
    }
    String::from_utf8_lossy(&octets).into_owned()
}

/// Where problems are gathered while a file is read, so that all of them are told at once.
#[derive(Debug, Default)]
pub struct Found(RefCell<Vec<Problem>>);

impl Found {
    /// One more.
    pub fn push(&self, problem: Problem) {
        self.0.borrow_mut().push(problem);
    }

    /// Several more.
    pub fn extend(&self, problems: impl IntoIterator<Item = Problem>) {
        self.0.borrow_mut().extend(problems);
    }

    /// All of them.
    #[must_use]
    pub fn into_list(self) -> Vec<Problem> {
        self.0.into_inner()
    }
}

/// What stands nearest to a word that isn't known, if anything does.
pub fn near<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase().replace(['-', ' '], "_");
    known
        .into_iter()
        .map(|other| {
            let folded = other.to_lowercase().replace(['-', ' '], "_");
            let distance = strsim::osa_distance(&lower, &folded);
            let begins = lower.chars().count() >= 3
                && (folded.starts_with(&lower) || lower.starts_with(&folded));
            (if begins { distance.min(1) } else { distance }, other)
        })
        .filter(|(distance, other)| *distance <= 1 + other.chars().count().min(lower.len()) / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, other)| other)
}
