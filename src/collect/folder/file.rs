//! One file → its article.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
};

use chrono::{NaiveDate, NaiveTime};

use super::super::{
    charset,
    fields::Written,
    front_matter, markdown, page,
    raw::{Fault, RawText},
    saved_text,
};

/// How many octets a file may have.
const LARGEST: u64 = 8 << 20;

/// The kinds of files that are articles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Markdown,
    Html,
    Text,
}

/// The kind of a file by the end of its name. Names of files that are still being written (`a.md.part`, `a.md~`) have
/// another end, or begin with a dot; `_index.md` is about a folder.
pub fn kind(path: &Path) -> Option<Kind> {
    let stem = path.file_stem()?.to_string_lossy();
    if stem == "_index" || stem.starts_with("_index.") || stem.starts_with("~$") {
        return None;
    }
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "md" | "markdown" => Some(Kind::Markdown),
        "html" | "htm" | "xhtml" => Some(Kind::Html),
        "txt" | "text" => Some(Kind::Text),
        _ => None,
    }
}

/// The octets of a file; none where it changed while it was read: somebody is still writing it.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, Fault> {
    let unreadable = |error: io::Error| fault(error.to_string(), "look whether it may be read");
    // Before it is opened: that would wait for somebody at a pipe's other end
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(fault(
            "is no regular file".to_owned(),
            "take it out of the folder",
        ));
    }
    let mut file = File::open(path).map_err(unreadable)?;
    let before = file.metadata().map_err(unreadable)?;
    if before.len() > LARGEST {
        return Err(fault(
            format!("is larger than {} MiB", LARGEST >> 20),
            "is it an article?",
        ));
    }
    let mut bytes = Vec::new();
    (&mut file)
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    let after = file.metadata().map_err(unreadable)?;
    let as_it_was = before.len() == after.len()
        && before.modified().ok() == after.modified().ok()
        && after.len() == bytes.len() as u64;
    Ok(as_it_was.then_some(bytes))
}

/// What the octets of a file of a kind say.
pub fn written(bytes: &[u8], kind: Kind, path: &Path) -> Result<Written, Fault> {
    let text = charset::decode(bytes);
    if text.trim().is_empty() {
        return Err(empty());
    }
    let mut written = match kind {
        Kind::Markdown => markdown::parse(&text)?,
        Kind::Html | Kind::Text => under_its_head(&text, kind)?,
    };
    let article = &mut written.article;
    article.published = article.published.or_else(|| date_of_name(path));
    Ok(written)
}

/// A page or a text may have front matter too.
fn under_its_head(text: &str, kind: Kind) -> Result<Written, Fault> {
    let (head, rest) = match front_matter::split(text) {
        Ok(parts) => parts,
        // A saved text that begins with a line of dashes
        Err(_) if kind == Kind::Text => (None, text),
        Err(fault) => return Err(fault),
    };
    let below = match (kind, &head) {
        (Kind::Text, None) => saved_text::parse(text),
        (Kind::Text, Some(_)) => super::super::raw::RawArticle {
            body: RawText::Plain(rest.to_owned()),
            ..Default::default()
        },
        _ => page::parse(rest),
    };
    let mut written = head.unwrap_or_default();
    let head = std::mem::take(&mut written.article);
    written.article = head.or(below);
    Ok(written)
}

/// `2026-11-24-a-title.md`, as Jekyll wants it.
fn date_of_name(path: &Path) -> Option<chrono::DateTime<chrono::Utc>> {
    let name = path.file_name()?.to_str()?;
    let (date, rest) = (name.get(..10)?, name.get(10..)?);
    let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()?;
    rest.starts_with(['-', '_', '.'])
        .then(|| date.and_time(NaiveTime::MIN).and_utc())
}

/// What is said of a file without a word in it.
pub fn empty() -> Fault {
    fault(
        "there is no text in it".to_owned(),
        "write the article, or take the file out",
    )
}

fn fault(message: String, hint: &str) -> Fault {
    Fault {
        line: None,
        message,
        hint: hint.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Written {
        let path = Path::new(name);
        written(text.as_bytes(), kind(path).unwrap(), path).unwrap()
    }

    #[test]
    fn files_that_are_being_written_are_of_no_kind() {
        for name in [
            "a.md.part",
            "a.md~",
            "a.md.tmp",
            "a.tmp",
            "a.md.swp",
            "_index.md",
            "_index.fr.md",
            "~$a.txt",
            "#a.md#",
        ] {
            assert_eq!(kind(Path::new(name)), None, "{name}");
        }
    }

    #[test]
    fn a_file_named_after_a_date_is_of_that_date_unless_it_says_another() {
        let date = |name: &str, text: &str| {
            let published = read(name, text).article.published;
            published.map(|at| at.format("%F").to_string())
        };
        assert_eq!(
            date("2026-11-24-ports.md", "Text").as_deref(),
            Some("2026-11-24")
        );
        assert_eq!(
            date("2026-11-24-ports.md", "---\ndate: 2026-11-20\n---\nText").as_deref(),
            Some("2026-11-20")
        );
        assert_eq!(date("2026-13-24-ports.md", "Text"), None);
        assert_eq!(date("20261124.md", "Text"), None);
    }

    #[test]
    fn pages_and_texts_may_have_front_matter() {
        let page = read(
            "a.html",
            "---\ntitle: Ours\n---\n<title>Theirs</title><p>Text.</p>",
        )
        .article;
        assert_eq!(page.title, RawText::Plain("Ours".into()));
        assert_ne!(page.body, RawText::None);
        let text = read("a.txt", "---\ntitle: Ours\n---\nText.\n").article;
        assert_eq!(text.body, RawText::Plain("Text.\n".into()));
        assert_eq!(read("a.txt", "---\nA title\n\nText.").article.entry, "");
    }
}
