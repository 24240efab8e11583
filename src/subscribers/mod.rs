//! What the operator declares in `subscribers/`: reading it, and what to keep of what was good before.
//!
//! A file is read whole or with its broken rows reported; each good row is a [`Subscriber`], valid in every field.

mod comma;
mod field;
mod keep;
mod table;

use std::{
    collections::HashMap,
    fmt, fs,
    path::{Path, PathBuf},
};

pub use keep::keep;

use crate::domain::{Address, EditionId, Query, Subscriber};

/// One file, as it was read.
#[derive(Debug, Clone)]
pub struct FileRead {
    /// Its name inside the folder.
    pub file: String,
    /// Its rows, good and broken.
    pub rows: Vec<Row>,
    /// Why it couldn't be read at all.
    pub unreadable: Option<String>,
}

/// A row of a file.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its line, from 1.
    pub line: usize,
    /// Its address, if that can be read, whatever the rest is.
    pub address: Option<Address>,
    /// What it declares, or what is wrong with it.
    pub subscriber: Result<Subscriber, String>,
}

/// Why the folder can't be read.
#[derive(Debug, thiserror::Error)]
#[error("reading the subscribers in `{}`: {error}", folder.display())]
pub struct FolderError {
    /// The folder.
    pub folder: PathBuf,
    /// What the system says.
    pub error: std::io::Error,
}

/// Reads all files of a folder, in the order of their names. `editions` are those that a row may name.
///
/// # Errors
/// When the folder can't be read. A file that can't is told in its [`FileRead`].
pub fn read(folder: &Path, editions: &[EditionId]) -> Result<Vec<FileRead>, FolderError> {
    let failed = |error| FolderError {
        folder: folder.to_owned(),
        error,
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let kind = path.extension().and_then(|extension| extension.to_str());
        if !hidden && matches!(kind, Some("toml" | "csv")) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths.iter().map(|path| read_file(path, editions)).collect())
}

fn read_file(path: &Path, editions: &[EditionId]) -> FileRead {
    let file = path
        .file_name()
        .map_or(String::new(), |name| name.to_string_lossy().into_owned());
    let rows = fs::read(path)
        .map_err(|error| error.to_string())
        .and_then(|bytes| {
            String::from_utf8(bytes).map_err(|_| {
                "it is not UTF-8: save it as UTF-8 (in a spreadsheet, as \"CSV UTF-8\")".to_owned()
            })
        })
        .and_then(|text| {
            let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
            if path
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                table::rows(text, editions)
            } else {
                comma::rows(text, editions)
            }
        });
    match rows {
        Ok(rows) => FileRead {
            file,
            rows,
            unreadable: None,
        },
        Err(why) => FileRead {
            file,
            rows: Vec::new(),
            unreadable: Some(why),
        },
    }
}

/// Where a row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place<'a> {
    file: &'a str,
    line: usize,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A good row with its place: the file's name, and its index among the file's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Good {
    /// The file's name.
    pub file: String,
    /// Its index among the file's rows, from 0.
    pub index: usize,
    /// What it declares.
    pub subscriber: Subscriber,
}

/// The good rows of all files, each address once, and a message for everything that is wrong.
///
/// An address that stands in several rows gets the editions and the topics of all of them; for the rest the first row counts.
#[must_use]
pub fn merge(files: &[FileRead]) -> (Vec<Good>, Vec<String>) {
    let (mut good, mut problems): (Vec<Good>, Vec<String>) = (Vec::new(), Vec::new());
    let mut places: HashMap<Address, (usize, Place)> = HashMap::new();
    for read in files {
        if let Some(why) = &read.unreadable {
            problems.push(format!(
                "{}: {why}\n  its subscribers stay as they were when it could last be read",
                read.file
            ));
        }
        for (index, row) in read.rows.iter().enumerate() {
            let place = Place {
                file: &read.file,
                line: row.line,
            };
            let subscriber = match &row.subscriber {
                Ok(subscriber) => subscriber,
                Err(why) => {
                    problems.push(format!("{place}: {why}"));
                    continue;
                }
            };
            if let Some((first, earlier)) = places.get(&subscriber.address) {
                problems.push(format!(
                    "{place}: {} stands at {earlier} already: both rows count as one",
                    subscriber.address
                ));
                unite(&mut good[*first].subscriber, subscriber);
                continue;
            }
            places.insert(subscriber.address.clone(), (good.len(), place));
            good.push(Good {
                file: read.file.clone(),
                index,
                subscriber: subscriber.clone(),
            });
        }
    }
    (good, problems)
}

/// Adds what a second row of the same address wants.
fn unite(first: &mut Subscriber, second: &Subscriber) {
    if first.editions.is_empty() || second.editions.is_empty() {
        first.editions.clear();
    } else {
        for edition in &second.editions {
            if !first.editions.contains(edition) {
                first.editions.push(edition.clone());
            }
        }
    }
    first.topics = match (first.topics.take(), second.topics.clone()) {
        (Some(one), Some(other)) if one != other => Some(Query::Or(vec![one, other])),
        (one, other) => one.or(other),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &str) -> Vec<FileRead> {
        let rows = comma::rows(text, &[EditionId("daily".into())]).unwrap();
        vec![FileRead {
            file: "a.csv".into(),
            rows,
            unreadable: None,
        }]
    }

    #[test]
    fn an_address_in_two_rows_counts_once_with_the_topics_of_both() {
        let (good, problems) = merge(&csv(
            "address,topics\nann@Bücher.example,korea\nann@xn--bcher-kva.example,sport\n",
        ));
        assert_eq!(good.len(), 1);
        assert_eq!(
            good[0]
                .subscriber
                .topics
                .as_ref()
                .map(ToString::to_string)
                .as_deref(),
            Some("korea OR sport")
        );
        assert_eq!(
            problems,
            [
                "a.csv:3: ann@xn--bcher-kva.example stands at a.csv:2 already: both rows count as one"
            ]
        );
    }

    #[test]
    fn a_broken_row_never_stops_the_others() {
        let (good, problems) = merge(&csv(
            "address,language\nann@a.example,en\nbob,en\ncid@a.example,klingon!\ndan@a.example,fr\n",
        ));
        let names: Vec<_> = good
            .iter()
            .map(|good| good.subscriber.address.to_string())
            .collect();
        assert_eq!(names, ["ann@a.example", "dan@a.example"]);
        assert_eq!(
            problems,
            [
                "a.csv:3: address: no `@` in the address `bob`",
                "a.csv:4: language: not a language tag such as `fr` or `pt-BR`: `klingon!`",
            ]
        );
    }
}
