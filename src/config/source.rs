//! `[[source]]`: where articles come from.

use std::path::Path;

use url::Url;

use super::{
    form::{Form, Reading},
    problem::{Problem, near},
    tree::Node,
    values::{known, language, line, list, open, path, priority},
};
use crate::domain::{DeclaredSource, SourcePlace, TopicId};

const KINDS: [&str; 2] = ["folder", "feed"];

/// Reads a `[[source]]`; `topics` are the ids that are declared.
pub fn source(mut form: Form<'_>, base: &Path, topics: &[String]) -> Option<DeclaredSource> {
    let name = form.required("name", "name = \"The Agency\"", line);
    let place = place(&mut form, base);
    let language = form.optional("language", language);
    let priority = form.or("priority", priority, crate::domain::Priority::default());
    let topics = form.or(
        "topics",
        list("[\"korea\"]", known("topic", topics)),
        Vec::new(),
    );
    form.finish();
    Some(DeclaredSource {
        name: name?,
        place: place?,
        priority,
        language,
        topics: topics.into_iter().map(TopicId).collect(),
    })
}

fn place(form: &mut Form<'_>, base: &Path) -> Option<SourcePlace> {
    let kind = form.optional("kind", kind);
    let folder = form.optional("path", path).map(|path| base.join(path));
    let url = form.optional("url", feed(base));
    match (form.has("path"), form.has("url")) {
        (true, true) => form.problem(
            Problem::new(form.origin("url"), "`path` and `url` in one [[source]]")
                .label("a folder has a `path`, a feed a `url`"),
        ),
        (false, false) => form.problem(
            Problem::new(form.origin("path"), "no `path` and no `url` in [[source]]").label(
                "write under it: path = \"articles\", or url = \"https://example.org/feed.xml\"",
            ),
        ),
        (false, true) if kind == Some("folder") => form.problem(
            Problem::new(form.origin("kind"), "a folder has no `url`")
                .label("write `path`, or kind = \"feed\""),
        ),
        (true, false) if kind == Some("feed") => form.problem(
            Problem::new(form.origin("path"), "a feed has no `path`")
                .label("write url = \"file:FILE\""),
        ),
        _ => {}
    }
    folder
        .map(SourcePlace::Folder)
        .or(url.map(SourcePlace::Feed))
}

fn kind(node: &Node) -> Reading<&'static str> {
    let text = line(node)?;
    if let Some(kind) = KINDS.iter().find(|kind| **kind == text) {
        return Ok(kind);
    }
    let problem = Problem::new(
        node.origin.clone(),
        format!("unknown kind of source `{text}`"),
    );
    Err(vec![match near(&text, KINDS) {
        Some(near) => problem.label(format!("did you mean `{near}`?")),
        None => problem.label("`folder` or `feed`"),
    }])
}

/// An `https`, `http` or `file` URL. `file:feeds/a.xml` is a file beside the configuration.
fn feed(base: &Path) -> impl Fn(&Node) -> Reading<Url> {
    move |node| {
        let text = line(node)?;
        let relative = text
            .strip_prefix("file:")
            .filter(|path| !path.starts_with('/'));
        let url = match relative {
            Some(path) => Url::from_file_path(base.join(path)).ok(),
            None => Url::parse(&text).ok(),
        };
        let Some(url) = url.filter(|url| matches!(url.scheme(), "https" | "http" | "file")) else {
            return open(
                node,
                "not a feed's URL such as `https://example.org/feed.xml` or `file:feeds/a.xml`",
            );
        };
        if url.password().is_some() {
            return open(
                node,
                "a password in the configuration: feeds are read without one",
            );
        }
        Ok(url)
    }
}
