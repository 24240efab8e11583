//! What a path or URL is, for a look at it before it is declared.

use std::path::Path;

use url::Url;

use super::{
    CollectError, Collected, Context, Document, Memory, document, feed_source, folder, open, page,
    sitemap, sniff,
    web::{Answer, Want},
};
use crate::domain::{Command, CommandLine, DeclaredSource, Priority, SourcePlace};

/// How to look at a place: what somebody says of it who knows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look<'a> {
    /// Its kind, as in a `[[source]]`.
    pub kind: Option<&'a str>,
    /// For a file: the address that HTTP would have given it at.
    pub base: Option<&'a Url>,
    /// For a file: the `Content-Type` that HTTP would have given it with.
    pub content_type: Option<&'a str>,
}

/// A place that is looked at.
pub enum Place {
    /// As a source that is declared.
    Source(DeclaredSource),
    /// A single document that was read: nothing but it is looked at.
    Document(DeclaredSource, Document),
}

/// What was found at a path or URL.
pub struct Found {
    /// What it is.
    pub place: Place,
    /// The feed that it offers, where it is a page.
    pub feed: Option<Url>,
}

impl Look<'_> {
    /// What is at `place`. What stands at a URL is asked for, where its kind isn't said.
    ///
    /// # Errors
    /// Where it is nothing that articles come from, or can't be read.
    pub fn find(&self, place: &str, context: &Context<'_>) -> Result<Found, CollectError> {
        let place = self.at(place)?;
        let source = match &place {
            Place::Source(source) if self.kind.is_none() => source,
            Place::Document(_, document) => {
                let feed = offered(document);
                return Ok(Found { place, feed });
            }
            Place::Source(_) => return Ok(Found { place, feed: None }),
        };
        let SourcePlace::Feed(url) = &source.place else {
            return Ok(Found { place, feed: None });
        };
        let mut nothing = Memory::default();
        let Answer::Document(found) = context.web.get(url, Want::Feed, &mut nothing)? else {
            return Ok(Found { place, feed: None });
        };
        if found.wound.is_some() {
            // As a source it says what is missing
            return Ok(Found { place, feed: None });
        }
        let document = found.document;
        let of_kind = |place| DeclaredSource {
            place,
            ..source.clone()
        };
        let feed = offered(&document);
        let place = match sniff::kind(&document) {
            // What they lead to is to be read, too
            "sitemap" => Place::Source(of_kind(SourcePlace::Sitemap(url.clone()))),
            "page" => Place::Source(of_kind(SourcePlace::Page(url.clone()))),
            _ => Place::Document(source.clone(), document),
        };
        Ok(Found { place, feed })
    }

    /// What is at `place`: a folder, an article's file, a document on disk, a URL, a command.
    ///
    /// # Errors
    /// Where it is none of these, or can't be read.
    pub fn at(&self, place: &str) -> Result<Place, CollectError> {
        let no_source = || CollectError::NoSource(place.to_owned());
        if self.kind == Some("command") {
            let folder = std::env::current_dir().map_err(|error| CollectError::Read {
                path: ".".into(),
                error,
            })?;
            let command = Command {
                line: CommandLine::Shell(place.to_owned()),
                folder,
            };
            let program = Path::new(place.split_whitespace().next().unwrap_or(place));
            let name = program.file_stem().unwrap_or_default().to_string_lossy();
            return Ok(Place::Source(declared(
                &name,
                SourcePlace::Command(command),
            )));
        }
        let url = Url::parse(place).ok();
        if let Some(url) = url.filter(|url| matches!(url.scheme(), "http" | "https" | "file")) {
            if let Some(path) = document::file_path(&url) {
                return self.on_disk(&path);
            }
            let name = url.host_str().unwrap_or_default().to_owned();
            let place = match self.kind {
                Some("page") => SourcePlace::Page(url),
                Some("sitemap") => SourcePlace::Sitemap(url),
                Some("folder") => return Err(no_source()),
                _ => SourcePlace::Feed(url),
            };
            return Ok(Place::Source(declared(&name, place)));
        }
        self.on_disk(Path::new(place))
    }

    fn on_disk(&self, path: &Path) -> Result<Place, CollectError> {
        let fails = |error| CollectError::Read {
            path: path.to_owned(),
            error,
        };
        let whole = std::path::absolute(path).map_err(fails)?;
        let name = whole
            .file_stem()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let is_folder = std::fs::metadata(path).map_err(fails)?.is_dir();
        let wants_folder = match self.kind {
            Some(kind) => kind == "folder",
            None => folder::is_article(path) && self.base.is_none() && self.content_type.is_none(),
        };
        if is_folder || wants_folder {
            return Ok(Place::Source(declared(
                &name,
                SourcePlace::Folder(path.to_owned()),
            )));
        }
        let url = Url::from_file_path(&whole)
            .map_err(|()| CollectError::NoSource(path.display().to_string()))?;
        let limit = crate::domain::CollectSettings::default().max_bytes;
        let (mut document, _) = sitemap::unpacked(document::read(&url, limit)?, limit)?;
        if let Some(base) = self.base {
            document.url = base.clone();
        }
        document.content_type = self.content_type.map(str::to_owned);
        let kind = self.kind.unwrap_or_else(|| sniff::kind(&document));
        let place = match kind {
            "page" => SourcePlace::Page(url),
            "sitemap" => SourcePlace::Sitemap(url),
            _ => SourcePlace::Feed(url),
        };
        Ok(Place::Document(declared(&name, place), document))
    }
}

/// The feed that a page offers.
fn offered(document: &Document) -> Option<Url> {
    if sniff::kind(document) != "page" {
        return None;
    }
    let html = page::decode_html(&document.bytes, document.content_type.as_deref());
    let feeds = page::feeds(&html, &document.url);
    feeds.into_iter().next().map(|feed| feed.url)
}

impl Place {
    /// The source that it is, as it would be declared.
    #[must_use]
    pub fn source(&self) -> &DeclaredSource {
        match self {
            Self::Source(source) | Self::Document(source, _) => source,
        }
    }

    /// All that it gives.
    ///
    /// # Errors
    /// Where the place as a whole can't be read.
    pub fn collect(
        &self,
        memory: &Memory,
        context: &Context<'_>,
    ) -> Result<Collected, CollectError> {
        match self {
            Self::Source(source) => open(source).collect(memory, context),
            Self::Document(source, document) => read(document, source, context),
        }
    }
}

/// What one document gives, without a look at any other.
fn read(
    document: &Document,
    source: &DeclaredSource,
    context: &Context<'_>,
) -> Result<Collected, CollectError> {
    match source.place {
        SourcePlace::Page(_) => Ok(page::collected(document, source, context.settings)),
        SourcePlace::Sitemap(_) => sitemap::read(document, source, context.settings),
        _ => feed_source::read(document, source, context.settings),
    }
}

fn declared(name: &str, place: SourcePlace) -> DeclaredSource {
    DeclaredSource {
        name: name.to_owned(),
        place,
        priority: Priority::default(),
        language: None,
        topics: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_or_url_tells_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.md"), "# A").unwrap();
        std::fs::write(folder.path().join("feed.xml"), "").unwrap();
        let kind = |place: &str| {
            Look::default().at(place).map(|place| match place {
                Place::Source(source) => source.place.kind(),
                Place::Document(..) => "document",
            })
        };
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        assert_eq!(kind(&path("")).unwrap(), "folder");
        assert_eq!(kind(&path("a.md")).unwrap(), "folder");
        assert_eq!(kind(&path("feed.xml")).unwrap(), "document");
        assert_eq!(kind("https://agency.example/feed").unwrap(), "feed");
        assert_eq!(
            kind(&format!("file://{}", path("feed.xml"))).unwrap(),
            "document"
        );
        assert_eq!(kind(&format!("file://{}", path("a.md"))).unwrap(), "folder");
        assert!(matches!(
            kind(&path("none")),
            Err(CollectError::Read { .. })
        ));
        assert!(kind("ftp://agency.example/").is_err());
    }
}
