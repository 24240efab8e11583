//! What is remembered of a file: enough to know without reading it that it is as it was.

use std::{
    fmt,
    fs::Metadata,
    os::unix::fs::MetadataExt,
    str::FromStr,
    time::{Duration, SystemTime},
};

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};

/// How long after a change a file's time may not tell of the next change: file systems keep time coarsely.
const RACY: Duration = Duration::from_secs(2);

/// What a file system tells of a file without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Octets.
    size: u64,
    /// Nanoseconds since 1970; 0, which no file has, where it was changed so lately that it can't be trusted.
    modified: i128,
    /// Its inode: another file of the same size and time has another.
    inode: u64,
}

impl Look {
    /// What `metadata`, taken at `now`, tells.
    pub fn new(metadata: &Metadata, now: SystemTime) -> Self {
        let trusted = metadata
            .modified()
            .is_ok_and(|modified| modified + RACY < now);
        let nanoseconds =
            i128::from(metadata.mtime()) * 1_000_000_000 + i128::from(metadata.mtime_nsec());
        Self {
            size: metadata.len(),
            modified: if trusted { nanoseconds } else { 0 },
            inode: metadata.ino(),
        }
    }

    /// Whether it tells for certain that a file is the one that was `seen`.
    pub fn is_still(self, seen: Self) -> bool {
        self == seen && self.modified != 0
    }
}

/// What is remembered of a file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// What the file system told of it.
    pub look: Look,
    /// A hash of its octets.
    pub content: String,
    /// The end of its embargo, where that is still to come: until then it gives no article.
    pub embargo: Option<DateTime<Utc>>,
    /// Its article's id, where that isn't the file's name.
    pub entry: Option<String>,
}

impl Stamp {
    /// The id of the article of the file `name`.
    pub fn entry_of(&self, name: &str) -> String {
        self.entry.clone().unwrap_or_else(|| name.to_owned())
    }
}

/// The hash of a file's octets.
pub fn content(bytes: &[u8]) -> String {
    HEXLOWER.encode(&digest(&SHA256, bytes).as_ref()[..10])
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Look {
            size,
            modified,
            inode,
        } = self.look;
        write!(f, "{size} {modified} {inode} {}", self.content)?;
        if self.embargo.is_none() && self.entry.is_none() {
            return Ok(());
        }
        match self.embargo {
            Some(end) => write!(f, " {}", end.timestamp())?,
            None => write!(f, " -")?,
        }
        self.entry
            .as_ref()
            .map_or(Ok(()), |entry| write!(f, " {entry}"))
    }
}

impl FromStr for Stamp {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.splitn(6, ' ');
        let mut next = || parts.next().ok_or(());
        Ok(Self {
            look: Look {
                size: next()?.parse().map_err(drop)?,
                modified: next()?.parse().map_err(drop)?,
                inode: next()?.parse().map_err(drop)?,
            },
            content: next()?.to_owned(),
            embargo: next()
                .ok()
                .and_then(|end| DateTime::from_timestamp(end.parse().ok()?, 0)),
            entry: next().ok().map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_stamp_is_read_back_as_it_is_written(
            size: u64, modified in 0..i128::from(i64::MAX), inode: u64, end in prop::option::of(0..4_000_000_000_i64), entry in prop::option::of("\\PC+"),
        ) {
            let stamp = Stamp {
                look: Look { size, modified, inode },
                content: content(b"x"),
                embargo: end.and_then(|end| DateTime::from_timestamp(end, 0)),
                entry,
            };
            prop_assert_eq!(stamp.to_string().parse(), Ok(stamp));
        }
    }
}
