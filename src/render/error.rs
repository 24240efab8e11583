//! What can go wrong between a segment and its digest.

use std::{collections::BTreeMap, path::PathBuf};

use strsim::damerau_levenshtein;

use super::vars::VARS;

/// Why a digest could not be rendered. All of them show when the [`super::Renderer`] is made, before the first mail.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A file or folder of templates could not be read.
    #[error("cannot read the templates in {}: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A template is broken, or asks for something that isn't there.
    #[error("template {file}, line {line}: {report}")]
    Template {
        /// The template: the operator's file, or the built-in one.
        file: String,
        /// The line, counted from one; zero where none is to blame.
        line: usize,
        /// What is wrong, with the line and the place in it.
        report: String,
    },
    /// A file of labels is broken.
    #[error("labels {file}: {report}")]
    Labels {
        /// The file.
        file: String,
        /// What is wrong, with the line.
        report: String,
    },
    /// A look's theme can't be read, or lacks something.
    #[error("theme {file}: {report}")]
    Theme {
        /// The file.
        file: String,
        /// What is wrong, with the line.
        report: String,
    },
    /// There is no such look.
    #[error("there is no look `{look}`; there are: {known}")]
    NoLook {
        /// The look.
        look: String,
        /// Those that there are.
        known: String,
    },
    /// A look has no such template.
    #[error("the look `{look}` has no {file}: write it into the templates folder")]
    Missing {
        /// The look.
        look: String,
        /// The template.
        file: String,
    },
    /// The place of the articles in a shell can't be found.
    #[error("template {file}: write `{{{{ content | safe }}}}` once, on a line of its own")]
    Content {
        /// The shell.
        file: String,
    },
    /// An article comes out otherwise when it is rendered alone than within the whole.
    #[error(
        "the look `{look}` renders an article alone otherwise than within the whole digest: \
         in {file}, select by single classes, and close each tag in the template that opens it; \
         the first difference: `{alone}`, within the whole `{whole}`"
    )]
    Unlike {
        /// The look.
        look: String,
        /// The stylesheet.
        file: String,
        /// How it reads when pieces are joined.
        alone: String,
        /// How it reads when it is rendered whole.
        whole: String,
    },
    /// The stylesheet could not be written into the elements.
    #[error("cannot inline the stylesheet of the look `{look}`: {source}")]
    Inline {
        /// The look.
        look: String,
        /// Why not.
        source: css_inline::InlineError,
    },
    /// A segment without articles: there is nothing to send.
    #[error("a digest without articles")]
    Empty,
}

impl RenderError {
    /// Tera's error, with the operator's file in place of the template's name.
    pub(super) fn template(error: &tera::Error, origins: &BTreeMap<String, String>) -> Self {
        let mut report = error.to_string();
        let (name, line) = place(&report).unwrap_or_default();
        let file = origins.get(&name).cloned().unwrap_or(name);
        for (name, origin) in origins {
            report = report.replace(&format!("--> {name}:"), &format!("--> {origin}:"));
        }
        if let Some(meant) = meant(&report) {
            let hint = format!(
                "did you mean `{meant}`? `postrider templates vars` shows all that templates see"
            );
            report = format!("{report}\n\n{hint}");
        }
        Self::Template { file, line, report }
    }
}

/// The name that was meant by one that isn't known. Tera names both, ``Field `tilte` is not defined. Available fields: title, url``;
/// or it says that a filter got nothing, and points at the name.
fn meant(report: &str) -> Option<String> {
    if let Some((unknown, rest)) = report.split_once(" is not defined. Available ") {
        let unknown = unknown.rsplit('`').nth(1)?;
        let (_, known) = rest.lines().next()?.split_once(": ")?;
        return near(unknown, known.split(", "));
    }
    if !report.contains("got `undefined`") {
        return None;
    }
    let rows: Vec<_> = report.lines().collect();
    let pair = rows.windows(2).find(|pair| pair[1].contains('^'))?;
    let pointed = pair[0].get(pair[1].find('^')?..)?;
    let in_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let unknown = pointed.split(|c| !in_name(c)).next()?;
    let unknown = unknown.replacen("lead.", "article.", 1);
    near(&unknown, VARS.iter().map(|var| var.name))
}

/// The nearest of the names that are known, if it is near.
fn near<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let distance = |name: &&str| damerau_levenshtein(unknown, name);
    let nearest = known.min_by_key(distance)?;
    (distance(&nearest) * 2 < unknown.chars().count()).then(|| nearest.to_owned())
}

/// The template and line that a report points at: `--> article/card.html:3:7`.
fn place(report: &str) -> Option<(String, usize)> {
    let (_, rest) = report.split_once("--> ")?;
    let mut parts = rest.lines().next()?.rsplitn(3, ':');
    let (_column, line, name) = (parts.next()?, parts.next()?, parts.next()?);
    Some((name.to_owned(), line.parse().ok()?))
}
