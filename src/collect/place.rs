//! What a path or URL is, for a look at it before it is declared.

use std::path::Path;

use url::Url;

use super::{CollectError, document::file_path, folder};
use crate::domain::{DeclaredSource, Priority, SourcePlace};

/// The source that a path or URL is, for a look at it before it is declared: a folder, a single Markdown, HTML or
/// text file, or a feed.
///
/// # Errors
/// Where it is none of these.
pub fn sniff(place: &str) -> Result<DeclaredSource, CollectError> {
    let no_source = || CollectError::NoSource(place.to_owned());
    let declared = |name: &str, place: SourcePlace| DeclaredSource {
        name: name.to_owned(),
        place,
        priority: Priority::default(),
        language: None,
        topics: Vec::new(),
    };
    if let Ok(url) = Url::parse(place)
        && matches!(url.scheme(), "http" | "https" | "file")
    {
        if let Some(path) = file_path(&url)
            && (path.is_dir() || folder::is_article(&path))
        {
            return sniff(&path.to_string_lossy());
        }
        let name = url.host_str().unwrap_or(url.path()).to_owned();
        return Ok(declared(&name, SourcePlace::Feed(url)));
    }
    let path = Path::new(place);
    let metadata = std::fs::metadata(path).map_err(|error| CollectError::Read {
        path: path.to_owned(),
        error,
    })?;
    let whole = std::path::absolute(path).map_err(|error| CollectError::Read {
        path: path.to_owned(),
        error,
    })?;
    let name = whole.file_stem().map_or_else(
        || place.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    );
    if metadata.is_dir() || folder::is_article(path) {
        return Ok(declared(&name, SourcePlace::Folder(path.to_owned())));
    }
    let extension = path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    if !["xml", "rss", "atom", "rdf", "json"].contains(&extension.to_ascii_lowercase().as_str()) {
        return Err(no_source());
    }
    let url = Url::from_file_path(&whole).map_err(|()| no_source())?;
    Ok(declared(&name, SourcePlace::Feed(url)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_or_url_tells_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.md"), "# A").unwrap();
        std::fs::write(folder.path().join("feed.xml"), "").unwrap();
        std::fs::write(folder.path().join("a.exe"), "").unwrap();
        let kind =
            |place: &str| sniff(place).map(|source| matches!(source.place, SourcePlace::Feed(_)));
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        assert!(!kind(&path("")).unwrap());
        assert!(!kind(&path("a.md")).unwrap());
        assert!(kind(&path("feed.xml")).unwrap());
        assert!(kind("https://agency.example/feed").unwrap());
        assert!(kind(&format!("file://{}", path("feed.xml"))).unwrap());
        assert!(!kind(&format!("file://{}", path("a.md"))).unwrap());
        assert!(matches!(
            kind(&path("a.exe")),
            Err(CollectError::NoSource(_))
        ));
        assert!(matches!(
            kind(&path("none")),
            Err(CollectError::Read { .. })
        ));
        assert!(kind("ftp://agency.example/").is_err());
    }
}
