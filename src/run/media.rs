//! The publisher's folder of media: pictures are there before the first mail that shows them.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    process,
    sync::{Mutex, PoisonError},
};

use super::RunError;
use crate::domain::{Digest, digest::pictures};

/// A folder, and what is known to be there.
#[derive(Debug)]
pub struct MediaFolder {
    path: PathBuf,
    there: Mutex<HashSet<String>>,
}

impl MediaFolder {
    /// The folder at `path`; it is made when there is something to put into it.
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            there: Mutex::default(),
        }
    }

    /// Writes the pictures of a digest that aren't there yet. A name is made of the content, so a file that is there is the same.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn publish(&self, digest: &Digest) -> Result<(), RunError> {
        let pictures = pictures(&digest.html);
        if pictures.is_empty() {
            return Ok(());
        }
        let mut there = self.there.lock().unwrap_or_else(PoisonError::into_inner);
        for picture in pictures.iter().filter(|picture| !picture.is_embedded()) {
            if !there.contains(&picture.name) {
                self.write(&picture.name, &picture.bytes)
                    .map_err(|error| RunError::Media {
                        path: self.path.clone(),
                        error,
                    })?;
                there.insert(picture.name.clone());
            }
        }
        Ok(())
    }

    /// Whoever reads the folder sees whole files only.
    fn write(&self, name: &str, bytes: &[u8]) -> std::io::Result<()> {
        let path = self.path.join(name);
        if path.is_file() {
            return Ok(());
        }
        fs::create_dir_all(&self.path)?;
        let part = self.path.join(format!(".{name}.{}", process::id()));
        fs::write(&part, bytes)?;
        fs::rename(part, path)
    }
}
