//! Writing into the configuration what a command adds, and leaving all else as it stands, to the octet.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

use toml_edit::{Document, Item, Table, Value};

use crate::domain::{Language, Priority};

/// A `[[source]]` to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSource {
    /// Its name.
    pub name: String,
    /// Its kind: `feed`.
    pub kind: &'static str,
    /// The key that says where it is: `url`, `path` or `command`.
    pub key: &'static str,
    /// Where it is.
    pub place: String,
    /// The language of its articles that don't tell theirs.
    pub language: Option<Language>,
    /// How much its articles count.
    pub priority: Option<Priority>,
    /// The ids of topics that all of its articles belong to.
    pub topics: Vec<String>,
}

/// A `[[topic]]` to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTopic {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The language of its name.
    pub language: Language,
}

/// Why nothing can be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// It isn't TOML.
    #[error("not TOML: {0}")]
    NotToml(String),
    /// The tables are written as one value.
    #[error("`{0}` is written as a list on one line: write its tables as [[{0}]]")]
    Inline(&'static str),
}

impl NewSource {
    /// As it stands in the file.
    #[must_use]
    pub fn text(&self) -> String {
        let mut fields = vec![
            ("kind", quoted(self.kind)),
            ("name", quoted(&self.name)),
            (self.key, quoted(&self.place)),
        ];
        if let Some(language) = &self.language {
            fields.push(("language", quoted(language.as_str())));
        }
        if let Some(priority) = self.priority {
            let number = Value::from(f64::from(priority.0) / 100.0);
            fields.push(("priority", number.to_string()));
        }
        if !self.topics.is_empty() {
            let topics: Vec<_> = self.topics.iter().map(|id| quoted(id)).collect();
            fields.push(("topics", format!("[{}]", topics.join(", "))));
        }
        table("source", &fields)
    }
}

impl NewTopic {
    /// As it stands in the file.
    #[must_use]
    pub fn text(&self) -> String {
        let names = format!("{{ {} = {} }}", self.language, quoted(&self.name));
        table("topic", &[("id", quoted(&self.id)), ("names", names)])
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn table(name: &str, fields: &[(&str, String)]) -> String {
    let width = fields.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
    let lines = fields
        .iter()
        .map(|(key, value)| format!("{key:width$} = {value}\n"));
    format!("[[{name}]]\n{}", lines.collect::<String>())
}

/// The text of a configuration with sources and topics added, each after the last of its kind.
///
/// # Errors
/// Where `text` isn't TOML, or lists what it has in another way.
pub fn add(text: &str, topics: &[NewTopic], sources: &[NewSource]) -> Result<String, EditError> {
    let topics: Vec<_> = topics.iter().map(NewTopic::text).collect();
    let sources: Vec<_> = sources.iter().map(NewSource::text).collect();
    insert(&insert(text, "topic", &topics)?, "source", &sources)
}

fn insert(text: &str, name: &'static str, tables: &[String]) -> Result<String, EditError> {
    if tables.is_empty() {
        return Ok(text.to_owned());
    }
    let document = Document::parse(text)
        .map_err(|error| EditError::NotToml(error.message().trim().to_owned()))?;
    let last = match document.get(name) {
        None => None,
        Some(Item::ArrayOfTables(list)) => list.iter().last().map(end_of),
        Some(_) => return Err(EditError::Inline(name)),
    };
    let at = last.map_or(text.len(), |end| end_of_block(text, end));
    let (before, after) = text.split_at(at);
    let line = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let gap = match before {
        "" => "",
        before if before.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let added = format!("{gap}{}", tables.join("\n")).replace('\n', line);
    Ok(format!("{before}{added}{after}"))
}

/// Where a table's last value ends.
fn end_of(table: &Table) -> usize {
    let own = table.span().map_or(0, |span| span.end);
    let values = table.iter().map(|(_, item)| match item {
        Item::Table(table) => end_of(table),
        Item::ArrayOfTables(list) => list.iter().map(end_of).max().unwrap_or(0),
        item => item.span().map_or(0, |span| span.end),
    });
    values.chain([own]).max().unwrap_or(own)
}

/// The end of the lines without a gap in which the octet `at` stands: comments at the foot of a table are its own.
fn end_of_block(text: &str, at: usize) -> usize {
    let mut end = at;
    for (index, line) in text[at..].split_inclusive('\n').enumerate() {
        let begins_another = line.trim_start().starts_with('[');
        if index > 0 && (line.trim().is_empty() || begins_another) {
            break;
        }
        end += line.len();
    }
    end
}

/// Writes a file as a whole or not at all: whoever reads it meanwhile, or a machine that stops, sees the old or the new one.
///
/// # Errors
/// When it can't be written; then the old one is there.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    // Where it is a link, what it leads to
    let path = fs::canonicalize(path)?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    let written = write_beside(&path, &beside, text).and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written?;
    File::open(folder)?.sync_all()
}

fn write_beside(path: &Path, beside: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create_new(beside)?;
    file.set_permissions(fs::metadata(path)?.permissions())?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(name: &str) -> NewSource {
        NewSource {
            name: name.to_owned(),
            kind: "feed",
            key: "url",
            place: "https://a.example/feed".to_owned(),
            language: None,
            priority: None,
            topics: Vec::new(),
        }
    }

    #[test]
    fn a_source_stands_after_the_last_one_and_nothing_else_changes() {
        let text = "# Ours\n[store]\nurl = \"x\" # here\n\n[[source]]\nname = \"A\" # one\n# priority = 1\n\n# Topics\n[[topic]]\nid = \"korea\"\n";
        assert_eq!(
            add(text, &[], &[source("B \"b\"")]).unwrap(),
            "# Ours\n[store]\nurl = \"x\" # here\n\n[[source]]\nname = \"A\" # one\n# priority = 1\n\n[[source]]\nkind = \"feed\"\nname = 'B \"b\"'\nurl  = \"https://a.example/feed\"\n\n# Topics\n[[topic]]\nid = \"korea\"\n"
        );
    }

    #[test]
    fn what_a_source_says_is_written_aligned() {
        let source = NewSource {
            language: "fr".parse().ok(),
            priority: Some(Priority(150)),
            topics: vec!["korea".to_owned(), "trade".to_owned()],
            ..source("B")
        };
        let topic = NewTopic {
            id: "trade".to_owned(),
            name: "Trade".to_owned(),
            language: Language::english(),
        };
        assert_eq!(
            add("", &[topic], &[source]).unwrap(),
            "[[topic]]\nid    = \"trade\"\nnames = { en = \"Trade\" }\n\n[[source]]\nkind     = \"feed\"\nname     = \"B\"\nurl      = \"https://a.example/feed\"\nlanguage = \"fr\"\npriority = 1.5\ntopics   = [\"korea\", \"trade\"]\n"
        );
    }

    #[test]
    fn ends_of_lines_and_of_the_file_are_kept_in_style() {
        let text = "[[source]]\r\nname = \"A\"\r\n[store]\r\n";
        assert_eq!(
            add(text, &[], &[source("B")]).unwrap(),
            "[[source]]\r\nname = \"A\"\r\n\r\n[[source]]\r\nkind = \"feed\"\r\nname = \"B\"\r\nurl  = \"https://a.example/feed\"\r\n[store]\r\n"
        );
        assert!(
            add("a = 1", &[], &[source("B")])
                .unwrap()
                .starts_with("a = 1\n\n[[source]]\n")
        );
    }

    #[test]
    fn what_cannot_be_added_to_is_an_error() {
        assert_eq!(
            add("source = []", &[], &[source("B")]),
            Err(EditError::Inline("source"))
        );
        assert!(matches!(
            add("[", &[], &[source("B")]),
            Err(EditError::NotToml(_))
        ));
    }

    #[test]
    fn a_file_is_replaced_with_its_permissions_and_through_a_link() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (
            folder.path().join("a.toml"),
            folder.path().join("link.toml"),
        );
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        replace(&link, "new").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o640
        );
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
