//! A document: octets, and what is known of them from outside.

use std::{fs, path::PathBuf};

use url::Url;

use super::CollectError;

/// A document, as HTTP or a disk gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its octets, decompressed.
    pub bytes: Vec<u8>,
    /// Where it was found: what its relative links are relative to.
    pub url: Url,
    /// Its `Content-Type`, where somebody said one.
    pub content_type: Option<String>,
}

/// The file at a `file:` URL, if it has at most `max_bytes`.
///
/// # Errors
/// Where there is none, it can't be read or is larger.
pub fn read(url: &Url, max_bytes: u64) -> Result<Document, CollectError> {
    let path = file_path(url).ok_or_else(|| CollectError::NoSource(url.to_string()))?;
    let fails = |error| CollectError::Read {
        path: path.clone(),
        error,
    };
    if fs::metadata(&path).map_err(fails)?.len() > max_bytes {
        return Err(CollectError::TooLarge {
            place: path.display().to_string(),
            limit: max_bytes,
        });
    }
    Ok(Document {
        bytes: fs::read(&path).map_err(fails)?,
        url: url.clone(),
        content_type: None,
    })
}

/// The path of a `file:` URL.
#[must_use]
pub fn file_path(url: &Url) -> Option<PathBuf> {
    (url.scheme() == "file")
        .then(|| url.to_file_path().ok())
        .flatten()
}
