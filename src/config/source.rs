//! `[[source]]`: where articles come from.

use std::path::{Path, PathBuf};

use url::Url;

use super::{
    form::{Form, Reading},
    problem::{Problem, near},
    tree::{Node, Value},
    values::{known, language, line, list, open, path, priority, wrong},
};
use crate::domain::{Command, CommandLine, DeclaredSource, SourcePlace, TopicId};

const KINDS: [&str; 5] = ["folder", "feed", "sitemap", "page", "command"];

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
    let folder = form.optional("path", folder).map(|path| base.join(path));
    let url = form.optional("url", address(base));
    let command = form.optional("command", command(base));
    let places = ["path", "url", "command"].map(|key| form.has(key).then_some(key));
    let given: Vec<&str> = places.into_iter().flatten().collect();
    let wanted = kind.map(|kind| match kind {
        "folder" => "path",
        "command" => "command",
        _ => "url",
    });
    match (given.as_slice(), wanted) {
        ([], _) => form.problem(
            Problem::new(
                form.origin("path"),
                "no `path`, no `url` and no `command` in [[source]]",
            )
            .label(
                "write under it: path = \"articles\", or url = \"https://example.org/feed.xml\"",
            ),
        ),
        ([only], Some(wanted)) if *only != wanted => {
            let kind = kind.unwrap_or_default();
            form.problem(
                Problem::new(
                    form.origin(only),
                    format!("a source of the kind `{kind}` has no `{only}`"),
                )
                .label(match (kind, wanted) {
                    ("feed", _) if *only == "path" => "write url = \"file:FILE\"".to_owned(),
                    _ => format!("write `{wanted}`, or another kind"),
                }),
            );
        }
        ([_], _) => {}
        ([first, second, ..], _) => form.problem(
            Problem::new(
                form.origin(second),
                format!("`{first}` and `{second}` in one [[source]]"),
            )
            .label("a folder has a `path`, a program a `command`, all else a `url`"),
        ),
    }
    let of_kind = |url| match kind {
        Some("sitemap") => SourcePlace::Sitemap(url),
        Some("page") => SourcePlace::Page(url),
        _ => SourcePlace::Feed(url),
    };
    folder
        .map(SourcePlace::Folder)
        .or(url.map(of_kind))
        .or(command.map(SourcePlace::Command))
}

fn folder(node: &Node) -> Reading<PathBuf> {
    match Url::parse(&line(node)?) {
        Ok(url) if matches!(url.scheme(), "https" | "http" | "file") => {
            wrong(node, format!("a path is expected: write url = \"{url}\""))
        }
        _ => path(node),
    }
}

/// What a shell reads, or a list of the program and its arguments.
fn command(base: &Path) -> impl Fn(&Node) -> Reading<Command> {
    move |node| {
        let line = if let Value::Array(_) = node.value {
            let words = list("[\"bin/export\", \"--json\"]", line)(node)?;
            if words.is_empty() {
                return wrong(node, "it is empty: write the program and its arguments");
            }
            CommandLine::Words(words)
        } else {
            CommandLine::Shell(line(node)?)
        };
        Ok(Command {
            line,
            folder: base.to_owned(),
        })
    }
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
        None => problem.label(format!("one of {}", KINDS.join(", "))),
    }])
}

/// An `https`, `http` or `file` URL. `file:feeds/a.xml` is a file beside the configuration.
fn address(base: &Path) -> impl Fn(&Node) -> Reading<Url> {
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
                "not a URL such as `https://example.org/feed.xml` or `file:feeds/a.xml`",
            );
        };
        if url.password().is_some() {
            let problem = Problem::new(
                node.origin.clone(),
                "a password in the configuration: sources are read without one",
            );
            return Err(vec![
                problem
                    .help("ask the publisher for an address of yours, or fetch it with a `command`")
                    .secret(&node.origin),
            ]);
        }
        Ok(url)
    }
}
