//! A folder of Markdown, HTML and text files, or a single one of them.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    CollectError, Collected, Context, Memory, Problem, Source, charset, markdown, normalise, page,
    raw::{Fault, RawArticle},
    saved_text,
};
use crate::domain::{Article, CollectSettings, DeclaredSource};

/// How many octets a file may have.
const LARGEST: u64 = 8 << 20;
/// How deep a folder is searched.
const DEEPEST: usize = 16;

/// A folder with the articles in it and in its subfolders, in the order of their names.
/// Hidden files, and files that are none of the three kinds, are somebody else's.
pub struct Folder {
    source: DeclaredSource,
    path: PathBuf,
}

/// The kinds of files that are articles.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Markdown,
    Html,
    Text,
}

impl Folder {
    /// The folder, or the file, at `path`.
    #[must_use]
    pub fn new(source: DeclaredSource, path: PathBuf) -> Self {
        Self { source, path }
    }

    /// The article of one file; none where it is a draft.
    fn article(
        &self,
        path: &Path,
        kind: Kind,
        settings: &CollectSettings,
    ) -> Result<Option<Article>, Problem> {
        let problem = |fault: Fault| Problem {
            place: match fault.line {
                Some(line) => format!("{}:{line}", path.display()),
                None => path.display().to_string(),
            },
            message: fault.message,
            hint: fault.hint,
        };
        let bytes = read(path).map_err(problem)?;
        let text = charset::decode(&bytes);
        if text.trim().is_empty() {
            return Err(problem(empty()));
        }
        let raw = match kind {
            Kind::Markdown => markdown::parse(&text).map_err(problem)?,
            Kind::Html => Some(page::parse(&text)),
            Kind::Text => Some(saved_text::parse(&text)),
        };
        let Some(raw) = raw else { return Ok(None) };
        let raw = RawArticle {
            entry: self.entry(path),
            ..raw
        };
        let article = normalise::article(raw, &self.source, settings);
        if article.title.is_empty() && article.summary.is_empty() && article.body.is_empty() {
            return Err(problem(empty()));
        }
        Ok(Some(article))
    }

    /// A file's name inside the folder, with `/` on every system: what stays when the folder moves.
    fn entry(&self, path: &Path) -> String {
        let inside = path.strip_prefix(&self.path).unwrap_or(path);
        let inside = if inside.as_os_str().is_empty() {
            Path::new(path.file_name().unwrap_or_default())
        } else {
            inside
        };
        let parts: Vec<_> = inside.iter().map(OsStr::to_string_lossy).collect();
        parts.join("/")
    }
}

impl Source for Folder {
    fn name(&self) -> &str {
        &self.source.name
    }

    fn collect(&self, memory: &Memory, context: &Context<'_>) -> Result<Collected, CollectError> {
        let fails = |error| CollectError::Read {
            path: self.path.clone(),
            error,
        };
        let mut collected = Collected {
            memory: memory.clone(),
            ..Collected::default()
        };
        let mut files = Vec::new();
        if fs::metadata(&self.path).map_err(fails)?.is_dir() {
            list(&self.path, DEEPEST, &mut files, &mut collected.problems).map_err(fails)?;
        } else {
            files.push(self.path.clone());
        }
        for path in files {
            let Some(kind) = kind(&path) else { continue };
            match self.article(&path, kind, context.settings) {
                Ok(article) => collected.articles.extend(article),
                Err(problem) => collected.problems.push(problem),
            }
        }
        Ok(collected)
    }
}

/// Whether a file is of a kind that is read as an article.
#[must_use]
pub fn is_article(path: &Path) -> bool {
    kind(path).is_some()
}

fn kind(path: &Path) -> Option<Kind> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "md" | "markdown" => Some(Kind::Markdown),
        "html" | "htm" | "xhtml" => Some(Kind::Html),
        "txt" | "text" => Some(Kind::Text),
        _ => None,
    }
}

/// The files in a folder and below it, sorted. A subfolder that can't be read is a problem, not the end.
fn list(
    folder: &Path,
    depth: usize,
    files: &mut Vec<PathBuf>,
    problems: &mut Vec<Problem>,
) -> io::Result<()> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            !path
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with('.'))
        })
        .collect();
    entries.sort();
    for path in entries {
        // A link to a folder may lead in a circle
        let is_link = path
            .symlink_metadata()
            .is_ok_and(|metadata| metadata.is_symlink());
        if !path.is_dir() {
            files.push(path);
        } else if !is_link
            && depth > 0
            && let Err(error) = list(&path, depth - 1, files, problems)
        {
            problems.push(unreadable(&path, &error));
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, Fault> {
    let fault = |message: String, hint: &str| Fault {
        line: None,
        message,
        hint: hint.to_owned(),
    };
    let metadata = fs::metadata(path)
        .map_err(|error| fault(error.to_string(), "look whether it may be read"))?;
    if !metadata.is_file() {
        return Err(fault(
            "is no regular file".to_owned(),
            "take it out of the folder",
        ));
    }
    if metadata.len() > LARGEST {
        return Err(fault(
            format!("is larger than {} MiB", LARGEST >> 20),
            "is it an article?",
        ));
    }
    fs::read(path).map_err(|error| fault(error.to_string(), "look whether it may be read"))
}

fn empty() -> Fault {
    Fault {
        line: None,
        message: "there is no text in it".to_owned(),
        hint: "write the article, or take the file out".to_owned(),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    Problem {
        place: path.display().to_string(),
        message: error.to_string(),
        hint: "look whether it may be read".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{collect, domain::SourcePlace};

    fn collect(path: &Path) -> Collected {
        let mut source = collect::test_data::source(&path.to_string_lossy());
        source.name = "Desk".to_owned();
        assert!(matches!(source.place, SourcePlace::Folder(_)));
        collect::test_data::collect(&source).unwrap()
    }

    #[test]
    fn each_kind_of_file_gives_its_article_and_other_files_none() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        write("b.html", "<title>Page</title><p>Text of the page.</p>");
        write("a.md", "# Marked\n\nText.");
        write("sub/c.txt", "Saved\n\nText of the saved page.");
        write("feed.xml", "<rss/>");
        write(".hidden.md", "# Hidden");
        write("draft.md", "+++\ntitle = \"D\"\ndraft = true\n+++\nText.");
        let collected = collect(folder.path());
        let titles: Vec<&str> = collected
            .articles
            .iter()
            .map(|article| article.title.as_str())
            .collect();
        assert_eq!(titles, ["Marked", "Page", "Saved"]);
        assert_eq!(collected.problems, []);
    }

    #[test]
    fn a_bad_file_is_reported_with_its_line_and_the_others_go_on() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(
            folder.path().join("a.md"),
            "+++\ntitle = \"A\"\ntags = 3.5\n+++\n",
        )
        .unwrap();
        fs::write(folder.path().join("b.md"), "").unwrap();
        fs::write(folder.path().join("c.md"), "# C\n\nText.").unwrap();
        let collected = collect(folder.path());
        assert_eq!(collected.articles.len(), 1);
        let [bad, empty] = collected.problems.as_slice() else {
            panic!("{:?}", collected.problems)
        };
        assert!(bad.place.ends_with("a.md:3"), "{bad}");
        assert_eq!(empty.message, "there is no text in it");
    }

    #[test]
    fn an_article_is_the_same_wherever_the_folder_stands() {
        let id = || {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("a.md"), "# A\n\nText.").unwrap();
            let whole = collect(folder.path()).articles.remove(0).id;
            assert_eq!(
                whole,
                collect(&folder.path().join("a.md")).articles.remove(0).id
            );
            whole
        };
        assert_eq!(id(), id());
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let mut source = collect::test_data::source(".");
        source.place = SourcePlace::Folder("/nowhere/at/all".into());
        let error = collect::test_data::collect(&source).unwrap_err();
        assert!(
            error.to_string().starts_with("reading `/nowhere/at/all`: "),
            "{error}"
        );
    }
}
