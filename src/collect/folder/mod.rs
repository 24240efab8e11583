//! A folder of Markdown, HTML and text files, or a single one of them, watched by content.
//!
//! Each file is stat'ed; only one that may have changed since the last collect is read. What makes an article the same is
//! the `id` that its file says, else the file's name inside the folder. A file that is moved or renamed stays the same article: its octets are
//! known from its old name. A collect gives what is new or changed: the archive has the rest.

mod file;
mod picture;
mod stamp;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use chrono::{DateTime, Utc};

use self::{
    file::Kind,
    stamp::{Look, Stamp},
};
use super::{
    CollectError, Collected, Context, Memory, Problem, Source, normalise,
    raw::{Fault, RawArticle},
};
use crate::domain::{CollectSettings, DeclaredSource};

/// How deep a folder is searched.
const DEEPEST: usize = 16;

/// A folder with the articles in it and in its subfolders, in the order of their names.
/// Hidden files, files that are none of the three kinds, and Jekyll's `_drafts` are somebody else's.
pub struct Folder {
    source: DeclaredSource,
    path: PathBuf,
}

/// A file that may have changed, as it was read.
struct Fresh {
    name: String,
    path: PathBuf,
    stamp: Stamp,
    /// None where there is nothing to give yet, or any more.
    article: Option<RawArticle>,
}

impl Folder {
    /// The folder, or the file, at `path`.
    #[must_use]
    pub fn new(source: DeclaredSource, path: PathBuf) -> Self {
        Self { source, path }
    }

    /// A file's name inside the folder, with `/` on every system: what stays when the folder moves.
    fn name_of(&self, path: &Path) -> String {
        let inside = path.strip_prefix(&self.path).unwrap_or(path);
        let inside = if inside.as_os_str().is_empty() {
            Path::new(path.file_name().unwrap_or_default())
        } else {
            inside
        };
        let parts: Vec<_> = inside.iter().map(OsStr::to_string_lossy).collect();
        parts.join("/")
    }

    /// The paths of all files that may be articles, sorted.
    fn files(&self, problems: &mut Vec<Problem>) -> Result<Vec<(PathBuf, Kind)>, CollectError> {
        let fails = |error| CollectError::Read {
            path: self.path.clone(),
            error,
        };
        let mut files = Vec::new();
        if fs::metadata(&self.path).map_err(fails)?.is_dir() {
            list(&self.path, DEEPEST, &mut files, problems).map_err(fails)?;
        } else if let Some(kind) = file::kind(&self.path) {
            files.push((self.path.clone(), kind));
        }
        Ok(files)
    }

    /// The article of a file that was read, unless there is nothing to say.
    fn article(
        &self,
        raw: RawArticle,
        settings: &CollectSettings,
    ) -> Result<crate::domain::Article, Fault> {
        let article = normalise::article(raw, &self.source, settings);
        if article.title.is_empty() && article.summary.is_empty() && article.body.is_empty() {
            return Err(file::empty());
        }
        Ok(article)
    }
}

impl Source for Folder {
    fn name(&self) -> &str {
        &self.source.name
    }

    fn collect(&self, memory: &Memory, context: &Context<'_>) -> Result<Collected, CollectError> {
        let mut collected = Collected::default();
        let known: BTreeMap<&str, Stamp> = (memory.seen.iter())
            .filter_map(|(name, stamp)| Some((name.as_str(), stamp.parse().ok()?)))
            .collect();
        let mut seen: BTreeMap<String, Stamp> = BTreeMap::new();
        let mut fresh = Vec::new();
        for (path, kind) in self.files(&mut collected.problems)? {
            let name = self.name_of(&path);
            let before = known.get(name.as_str());
            let look = match fs::metadata(&path) {
                Ok(metadata) => Look::new(&metadata, SystemTime::now()),
                // It went between the listing and now; or it is a link to nowhere
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => {
                    collected.problems.push(unreadable(&path, &error));
                    continue;
                }
            };
            match before {
                Some(stamp)
                    if look.is_still(stamp.look) && !is_over(stamp.embargo, context.now) =>
                {
                    seen.insert(name, stamp.clone());
                }
                before => match read(&path, kind, look, before, context.now) {
                    Ok(Read::Known(stamp)) => drop(seen.insert(name, stamp)),
                    Ok(Read::Fresh(stamp, article)) => fresh.push(Fresh {
                        name,
                        path,
                        stamp,
                        article: article.map(|article| *article),
                    }),
                    Ok(Read::BeingWritten) => {
                        if let Some(stamp) = before {
                            seen.insert(name, stamp.clone());
                        }
                    }
                    // Its identity stays; the next collect reads it again
                    Err(fault) => {
                        collected.problems.push(problem(&path, fault));
                        if let Some(stamp) = before {
                            seen.insert(name, stamp.clone());
                        }
                    }
                },
            }
        }
        identify(&mut fresh, &known, &seen);
        let mut said: HashMap<String, PathBuf> = HashMap::new();
        if !fresh.is_empty() {
            said.extend(
                (seen.iter()).map(|(name, stamp)| (stamp.entry_of(name), self.path.join(name))),
            );
        }
        for Fresh {
            name,
            path,
            stamp,
            article,
        } in fresh
        {
            let entry = stamp.entry_of(&name);
            if let Some(first) = said.get(&entry) {
                collected.problems.push(said_twice(&path, first, &entry));
                continue;
            }
            said.insert(entry.clone(), path.clone());
            if let Some(raw) = article {
                let mut raw = RawArticle { entry, ..raw };
                let folder = if self.path.is_dir() {
                    &self.path
                } else {
                    self.path.parent().unwrap_or(&self.path)
                };
                let faults = picture::find(&mut raw, &path, folder);
                (collected.problems).extend(faults.into_iter().map(|fault| problem(&path, fault)));
                match self.article(raw, context.settings) {
                    Ok(article) => collected.articles.push(article),
                    Err(fault) => {
                        collected.problems.push(problem(&path, fault));
                        continue;
                    }
                }
            }
            seen.insert(name, stamp);
        }
        collected.memory = Memory {
            seen: (seen.into_iter())
                .map(|(name, stamp)| (name, stamp.to_string()))
                .collect(),
            ..memory.clone()
        };
        collected.unchanged = collected.articles.is_empty()
            && collected.problems.is_empty()
            && collected.memory == *memory
            && !memory.seen.is_empty();
        Ok(collected)
    }
}

/// What came of reading a file.
enum Read {
    /// It says what it said when it was last read.
    Known(Stamp),
    /// It says something else; no article where it is a draft, under embargo or over.
    Fresh(Stamp, Option<Box<RawArticle>>),
    /// It changed while it was read.
    BeingWritten,
}

fn read(
    path: &Path,
    kind: Kind,
    look: Look,
    before: Option<&Stamp>,
    now: DateTime<Utc>,
) -> Result<Read, Fault> {
    let Some(bytes) = file::read(path)? else {
        return Ok(Read::BeingWritten);
    };
    let content = stamp::content(&bytes);
    if let Some(before) = before
        && before.content == content
        && !is_over(before.embargo, now)
    {
        return Ok(Read::Known(Stamp {
            look,
            ..before.clone()
        }));
    }
    let written = file::written(&bytes, kind, path)?;
    let embargo = written.publish_at.filter(|end| *end > now);
    let is_out = !written.draft && embargo.is_none() && !is_over(written.expires_at, now);
    let own = written.article.entry.clone();
    let stamp = Stamp {
        look,
        content,
        embargo: embargo.filter(|_| !written.draft),
        entry: Some(own).filter(|id| !id.trim().is_empty()),
    };
    let article = is_out.then(|| Box::new(written.article));
    Ok(Read::Fresh(stamp, article))
}

fn is_over(end: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    end.is_some_and(|end| end <= now)
}

/// Gives each file that doesn't say its id itself the one of the article that it is: that of its octets' old name, where
/// they stand there no more; else the one that its name had; else its name, unless another has taken that along.
fn identify(fresh: &mut [Fresh], known: &BTreeMap<&str, Stamp>, seen: &BTreeMap<String, Stamp>) {
    let mut left: HashMap<&str, String> = (known.iter())
        .filter(|(name, _)| !seen.contains_key(**name))
        .map(|(name, stamp)| (stamp.content.as_str(), stamp.entry_of(name)))
        .collect();
    for file in fresh.iter() {
        // What stays under its name, as a file whose embargo ends, has not moved
        if let Some(before) = known.get(file.name.as_str())
            && before.content == file.stamp.content
        {
            left.remove(before.content.as_str());
        }
    }
    let mut taken: HashSet<String> = (seen.iter())
        .map(|(name, stamp)| stamp.entry_of(name))
        .collect();
    for file in fresh.iter_mut() {
        if file.stamp.entry.is_none()
            && let Some(moved) = left.remove(file.stamp.content.as_str())
        {
            file.stamp.entry = Some(moved);
        }
        taken.extend(file.stamp.entry.clone());
    }
    for file in fresh.iter_mut().filter(|file| file.stamp.entry.is_none()) {
        let before = known.get(file.name.as_str());
        let own = before.map_or_else(|| file.name.clone(), |stamp| stamp.entry_of(&file.name));
        let own = if taken.contains(&own) {
            format!("{} {}", file.name, file.stamp.content)
        } else {
            own
        };
        taken.insert(own.clone());
        file.stamp.entry = Some(own).filter(|own| *own != file.name);
    }
}

/// Whether a file is of a kind that is read as an article.
#[must_use]
pub fn is_article(path: &Path) -> bool {
    file::kind(path).is_some()
}

/// The files in a folder and below it, sorted. A subfolder that can't be read is a problem, not the end.
fn list(
    folder: &Path,
    depth: usize,
    files: &mut Vec<(PathBuf, Kind)>,
    problems: &mut Vec<Problem>,
) -> io::Result<()> {
    let mut entries: Vec<fs::DirEntry> = fs::read_dir(folder)?.filter_map(Result::ok).collect();
    entries.retain(|entry| !entry.file_name().to_string_lossy().starts_with('.'));
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // A link to a folder may lead in a circle: it is read as a file, or not at all
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if !is_folder {
            files.extend(
                file::kind(&path)
                    .filter(|_| !leads_to_a_folder(&entry))
                    .map(|kind| (path, kind)),
            );
        } else if depth > 0
            && entry.file_name() != "_drafts"
            && let Err(error) = list(&path, depth - 1, files, problems)
        {
            problems.push(unreadable(&path, &error));
        }
    }
    Ok(())
}

fn leads_to_a_folder(entry: &fs::DirEntry) -> bool {
    entry.file_type().is_ok_and(|kind| kind.is_symlink()) && entry.path().is_dir()
}

fn problem(path: &Path, fault: Fault) -> Problem {
    Problem {
        place: match fault.line {
            Some(line) => format!("{}:{line}", path.display()),
            None => path.display().to_string(),
        },
        message: fault.message,
        hint: fault.hint,
    }
}

fn said_twice(path: &Path, first: &Path, entry: &str) -> Problem {
    Problem {
        place: path.display().to_string(),
        message: format!("has the id of `{}`: `{entry}`", first.display()),
        hint: "give one of them another `id`".to_owned(),
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

    /// A folder whose files are old enough for their times to be trusted, and what was remembered of it.
    struct Watched {
        folder: tempfile::TempDir,
        memory: Memory,
        now: DateTime<Utc>,
    }

    impl Watched {
        fn new(files: &[(&str, &str)]) -> Self {
            let watched = Self {
                folder: tempfile::tempdir().unwrap(),
                memory: Memory::default(),
                now: "2026-11-24T07:00:00Z".parse().unwrap(),
            };
            for (name, text) in files {
                watched.write(name, text);
            }
            watched
        }

        fn path(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.path(name), text).unwrap();
            let before = SystemTime::now() - std::time::Duration::from_mins(1);
            let file = fs::File::options()
                .write(true)
                .open(self.path(name))
                .unwrap();
            file.set_modified(before).unwrap();
        }

        fn rename(&self, from: &str, to: &str) {
            fs::rename(self.path(from), self.path(to)).unwrap();
        }

        fn collect(&mut self) -> Collected {
            let source = collect::test_data::source(&self.folder.path().to_string_lossy());
            let settings = CollectSettings::default();
            let context = Context {
                web: &collect::Web::new("postrider-test/1", &settings),
                settings: &settings,
                now: self.now,
                wanted: &|_| true,
            };
            let collected = collect::open(&source)
                .collect(&self.memory, &context)
                .unwrap();
            self.memory = collected.memory.clone();
            collected
        }

        /// The ids and titles of what the next collect gives.
        fn given(&mut self) -> Vec<String> {
            let articles = self.collect().articles.into_iter();
            articles
                .map(|article| format!("{} {}", article.id, article.title))
                .collect()
        }
    }

    #[test]
    fn what_did_not_change_is_neither_read_nor_given_again() {
        let mut folder = Watched::new(&[("a.md", "# A")]);
        assert_eq!(folder.given(), ["a.md A"]);
        // As long, at the same time: only a reader would know
        let modified = fs::metadata(folder.path("a.md"))
            .unwrap()
            .modified()
            .unwrap();
        let file = fs::File::options()
            .write(true)
            .open(folder.path("a.md"))
            .unwrap();
        std::io::Write::write_all(&mut &file, b"# B").unwrap();
        file.set_modified(modified).unwrap();
        let second = folder.collect();
        assert!(second.unchanged && second.articles.is_empty());
    }

    #[test]
    fn a_file_that_was_just_written_is_read_again_and_given_once() {
        let mut folder = Watched::new(&[]);
        fs::write(folder.path("a.md"), "# A").unwrap();
        assert_eq!(folder.given(), ["a.md A"]);
        assert_eq!(folder.given(), [""; 0]);
        fs::write(folder.path("a.md"), "# B").unwrap();
        assert_eq!(folder.given(), ["a.md B"]);
    }

    #[test]
    fn a_corrected_file_is_the_same_article() {
        let mut folder = Watched::new(&[("a.md", "# Wrnog"), ("b.md", "# B")]);
        folder.collect();
        folder.write("a.md", "# Right");
        assert_eq!(folder.given(), ["a.md Right"]);
    }

    #[test]
    fn a_renamed_file_is_the_same_article_also_when_its_name_is_used_again() {
        let mut folder = Watched::new(&[("today.md", "# One")]);
        folder.collect();
        folder.rename("today.md", "one.md");
        folder.write("today.md", "# Two");
        let given = folder.given();
        assert_eq!(given[0], "today.md One");
        assert!(
            given[1].starts_with("today.md ") && given[1].ends_with(" Two"),
            "{given:?}"
        );
        assert_ne!(given[0].replace("One", ""), given[1].replace("Two", ""));
        folder.write("one.md", "# One, corrected");
        assert_eq!(folder.given(), ["today.md One, corrected"]);
    }

    #[test]
    fn a_copy_is_another_article() {
        let mut folder = Watched::new(&[("a.md", "# A")]);
        folder.collect();
        folder.write("b.md", "# A");
        assert_eq!(folder.given(), ["b.md A"]);
    }

    #[test]
    fn an_id_in_the_front_matter_counts_more_than_any_name() {
        let mut folder = Watched::new(&[("a.md", "---\nid: story-7\n---\n# A")]);
        assert_eq!(folder.given(), ["story-7 A"]);
        folder.rename("a.md", "b.md");
        folder.write("b.md", "---\nid: story-7\n---\n# B");
        assert_eq!(folder.given(), ["story-7 B"]);
        folder.write("c.md", "---\nid: story-7\n---\n# C");
        let collected = folder.collect();
        assert_eq!(collected.articles, []);
        assert!(
            collected.problems[0].message.ends_with("b.md`: `story-7`"),
            "{:?}",
            collected.problems
        );
    }

    #[test]
    fn an_embargo_ends_though_the_file_did_not_change() {
        let mut folder = Watched::new(&[
            (
                "a.md",
                "+++\npublish_at = 2026-11-24T09:00:00+01:00\n+++\n# A",
            ),
            ("b.md", "---\npublish_at: 2026-11-24 09:00\n---\n# B"),
        ]);
        assert_eq!(folder.given(), [""; 0]);
        folder.now += chrono::TimeDelta::hours(1);
        assert_eq!(folder.given(), ["a.md A"]);
        assert_eq!(folder.given(), [""; 0]);
        folder.now += chrono::TimeDelta::hours(1);
        assert_eq!(folder.given(), ["b.md B"]);
        assert_eq!(folder.given(), [""; 0]);
    }

    #[test]
    fn what_is_over_and_what_is_a_draft_is_not_given_until_that_changes() {
        let mut folder = Watched::new(&[
            ("a.md", "---\nexpires_at: 2026-11-23\n---\n# A"),
            ("b.md", "---\ndraft: true\npublish_at: 2026-11-20\n---\n# B"),
        ]);
        fs::create_dir(folder.path("_drafts")).unwrap();
        folder.write("_drafts/c.md", "# C");
        assert_eq!(folder.given(), [""; 0]);
        folder.write("b.md", "---\ndraft: false\n---\n# B");
        assert_eq!(folder.given(), ["b.md B"]);
    }

    #[test]
    fn a_file_that_went_wrong_is_the_same_article_once_it_is_mended() {
        let mut folder = Watched::new(&[("a.md", "# A")]);
        folder.collect();
        folder.write("a.md", "---\ntitle: [\n---\n");
        assert_eq!(folder.collect().problems.len(), 1);
        assert_eq!(folder.collect().problems.len(), 1, "as long as it is wrong");
        folder.write("a.md", "# Mended");
        assert_eq!(folder.given(), ["a.md Mended"]);
    }
}
