//! Whether the database is a copy of itself: one that was put back from a backup has forgotten what was sent since.
//!
//! It remembers the number of its file (inode). Who copies it, or restores it, makes another file.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::{Result, Sqlite};

const FILE: &str = "file";

impl Sqlite {
    /// Whether it lies in another file than the one that it was written in until now: moved by copying, or put back from a backup.
    ///
    /// # Errors
    /// When the store fails.
    pub fn is_copy(&self, path: &Path) -> Result<bool> {
        let known = self.look("reading its file's number", remembered)?;
        Ok(known.is_some() && known != number_of(path))
    }

    /// Holds this file to be the right one from now on.
    ///
    /// # Errors
    /// When the store fails.
    pub fn settle_copy(&self, path: &Path) -> Result<()> {
        self.change("remembering its file's number", |db| remember(db, path))
    }

    /// Remembers its file, the first time.
    pub(super) fn remember_file(&self, path: &Path) -> Result<()> {
        if self
            .look("reading its file's number", remembered)?
            .is_some()
        {
            return Ok(());
        }
        self.settle_copy(path)
    }
}

fn remembered(db: &Connection) -> rusqlite::Result<Option<i64>> {
    db.query_row("SELECT value FROM counter WHERE name = ?1", [FILE], |row| {
        row.get(0)
    })
    .optional()
}

fn remember(db: &Transaction, path: &Path) -> rusqlite::Result<()> {
    let Some(number) = number_of(path) else {
        return Ok(());
    };
    db.execute(
        "INSERT INTO counter VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![FILE, number],
    )?;
    Ok(())
}

#[cfg(unix)]
fn number_of(path: &Path) -> Option<i64> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = std::fs::metadata(path).ok()?;
    Some(metadata.ino().cast_signed())
}

#[cfg(not(unix))]
fn number_of(_path: &Path) -> Option<i64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_knows_that_it_is_one_until_somebody_settles_it() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("a.db"), folder.path().join("b.db"));
        let store = Sqlite::open(&first).unwrap();
        assert!(!store.is_copy(&first).unwrap());
        drop(store);
        std::fs::copy(&first, &second).unwrap();
        let copy = Sqlite::open(&second).unwrap();
        assert!(copy.is_copy(&second).unwrap());
        copy.settle_copy(&second).unwrap();
        assert!(!Sqlite::open(&second).unwrap().is_copy(&second).unwrap());
        assert!(!Sqlite::open(&first).unwrap().is_copy(&first).unwrap());
    }
}
