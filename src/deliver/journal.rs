//! The journal beside the database: what narrows the doubt after a crash.
//!
//! One file for each owner, appended without fsync, so that it survives the process but not the machine. It notes each claim,
//! each mail before the write that holds its end (no note, no write), and each reply. Its owner holds a lock on it for life:
//! whoever can take that lock, in the same boot of the machine, knows that the owner is dead and that the file is whole.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use data_encoding::HEXLOWER;
use ring::rand::{SecureRandom, SystemRandom};

use crate::store::Outcome;

const ENDING: &str = "journal";

/// The journal of this process.
#[derive(Debug)]
pub struct Journal {
    owner: String,
    file: File,
    path: PathBuf,
}

/// A place in a chunk under one epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct At {
    /// The chunk.
    pub chunk: i64,
    /// The epoch under which it was claimed.
    pub epoch: i64,
    /// The member's index.
    pub index: usize,
}

impl Journal {
    /// A journal of a new owner in `folder`.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn create(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut random = [0; 8];
        SystemRandom::new()
            .fill(&mut random)
            .map_err(|_| io::Error::other("no random numbers"))?;
        let owner = HEXLOWER.encode(&random);
        // Locked before it has its name, so that nobody can find it unlocked while its owner lives.
        let new = folder.join(format!("{owner}.new"));
        let path = path_of(folder, &owner);
        let mut file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .open(&new)?;
        file.lock()?;
        writeln!(file, "boot {}", boot())?;
        fs::rename(&new, &path)?;
        Ok(Self { owner, file, path })
    }

    /// Who claims chunks under this journal.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Notes that a chunk was claimed.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn claimed(&self, chunk: i64, epoch: i64) -> io::Result<()> {
        self.append(&format!("claim {chunk} {epoch}\n"))
    }

    /// Notes that a mail's end is about to be written.
    ///
    /// # Errors
    /// When it can't be written: then the mail's end must not be.
    pub fn ending(&self, at: At) -> io::Result<()> {
        self.append(&format!("end {} {} {}\n", at.chunk, at.epoch, at.index))
    }

    /// Notes what came of it.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn replied(&self, at: At, outcome: &Outcome) -> io::Result<()> {
        let outcome = match outcome {
            Outcome::Sent => "sent".to_owned(),
            Outcome::Rejected { code, text } => format!("rejected {code} {}", one_line(text)),
            Outcome::Deferred { code, text } => format!("deferred {code} {}", one_line(text)),
            Outcome::Skipped { .. } | Outcome::InDoubt { .. } => return Ok(()),
        };
        self.append(&format!(
            "reply {} {} {} {outcome}\n",
            at.chunk, at.epoch, at.index
        ))
    }

    /// One write, so that lines of several threads don't mix.
    fn append(&self, line: &str) -> io::Result<()> {
        (&self.file).write_all(line.as_bytes())
    }

    /// Ends the journal of an owner that holds no claim any more.
    pub fn remove(self) {
        // What stays behind is found dead and swept by a later run.
        let _ = fs::remove_file(&self.path);
    }
}

fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

fn path_of(folder: &Path, owner: &str) -> PathBuf {
    folder.join(format!("{owner}.{ENDING}"))
}

/// What names this run of the machine; empty where the system doesn't tell.
fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .unwrap_or_default()
        .trim()
        .to_owned()
}

/// What a dead owner's journal says.
#[derive(Debug, Default)]
pub struct Notes {
    claims: Vec<(i64, i64)>,
    ends: HashMap<At, Option<Outcome>>,
}

impl Notes {
    /// The notes of `owner`, if it is dead and died in this boot of the machine.
    #[must_use]
    pub fn of_the_dead(folder: &Path, owner: &str) -> Option<Self> {
        let mut file = File::open(path_of(folder, owner)).ok()?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => return None,
        }
        let mut text = String::new();
        file.read_to_string(&mut text).ok()?;
        Self::parse(&text, &boot())
    }

    fn parse(text: &str, boot: &str) -> Option<Self> {
        let mut lines = text.lines();
        let same_boot = lines.next()?.strip_prefix("boot ")? == boot && !boot.is_empty();
        let mut notes = Self::default();
        for line in lines {
            let mut words = line.splitn(7, ' ');
            let kind = words.next()?;
            let mut number = || words.next()?.parse::<i64>().ok();
            let (chunk, epoch) = (number()?, number()?);
            if kind == "claim" {
                notes.claims.push((chunk, epoch));
                continue;
            }
            let at = At {
                chunk,
                epoch,
                index: usize::try_from(number()?).ok()?,
            };
            let outcome = match (kind, words.next()) {
                ("end", None) => None,
                ("reply", Some("sent")) => Some(Outcome::Sent),
                ("reply", Some(state)) => {
                    let code = words.next()?.parse().ok()?;
                    let text = words.next().unwrap_or_default().to_owned();
                    match state {
                        "rejected" => Some(Outcome::Rejected { code, text }),
                        "deferred" => Some(Outcome::Deferred { code, text }),
                        _ => return None,
                    }
                }
                _ => return None,
            };
            notes.ends.insert(at, outcome);
        }
        same_boot.then_some(notes)
    }

    /// Whether the owner noted this claim. Without it the notes say nothing about the chunk.
    #[must_use]
    pub fn has_claim(&self, chunk: i64, epoch: i64) -> bool {
        self.claims.contains(&(chunk, epoch))
    }

    /// What is known of a member: `None` if the end of its mail was never written, `Some(None)` if it was and no reply came.
    #[must_use]
    pub fn of(&self, at: At) -> Option<Option<&Outcome>> {
        self.ends.get(&at).map(Option::as_ref)
    }
}

/// Those of `owners` who are certainly dead: their journals' locks can be taken, in the same boot.
#[must_use]
pub fn dead(folder: &Path, owners: Vec<String>) -> Vec<String> {
    owners
        .into_iter()
        .filter(|owner| Notes::of_the_dead(folder, owner).is_some())
        .collect()
}

/// Removes the journals of dead owners that nobody needs any more.
pub fn sweep(folder: &Path, needed: &[String]) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        let owner = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        let ours = path
            .extension()
            .is_some_and(|extension| extension == ENDING);
        if ours && !needed.iter().any(|needed| needed == owner) {
            let dead = File::open(&path).is_ok_and(|file| file.try_lock().is_ok());
            if dead {
                let _ = fs::remove_file(&path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(index: usize) -> At {
        At {
            chunk: 7,
            epoch: 2,
            index,
        }
    }

    #[test]
    fn a_living_owner_tells_nothing_and_a_dead_one_all() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let journal = Journal::create(folder.path())?;
        let owner = journal.owner().to_owned();
        journal.claimed(7, 2)?;
        journal.ending(at(0))?;
        journal.replied(at(0), &Outcome::Sent)?;
        journal.ending(at(1))?;
        let rejected = Outcome::Rejected {
            code: 550,
            text: "5.1.1 no such\nuser".into(),
        };
        journal.replied(at(1), &rejected)?;
        journal.ending(at(2))?;
        assert!(Notes::of_the_dead(folder.path(), &owner).is_none());
        drop(journal);

        let notes = Notes::of_the_dead(folder.path(), &owner).unwrap();
        assert!(notes.has_claim(7, 2) && !notes.has_claim(7, 1));
        assert_eq!(notes.of(at(0)), Some(Some(&Outcome::Sent)));
        let told = Outcome::Rejected {
            code: 550,
            text: "5.1.1 no such user".into(),
        };
        assert_eq!(notes.of(at(1)), Some(Some(&told)));
        assert_eq!(notes.of(at(2)), Some(None));
        assert_eq!(notes.of(at(3)), None);
        assert_eq!(
            dead(folder.path(), vec![owner.clone(), "unknown".into()]),
            [owner]
        );
        Ok(())
    }

    #[test]
    fn another_boot_tells_nothing() {
        assert!(Notes::parse("boot a\nclaim 1 1\n", "b").is_none());
        assert!(Notes::parse("boot \nclaim 1 1\n", "").is_none());
        assert!(Notes::parse("boot a\nclaim 1 1\n", "a").is_some());
    }

    #[test]
    fn only_journals_that_nobody_needs_are_swept() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let living = Journal::create(folder.path())?;
        let needed = Journal::create(folder.path())?.owner().to_owned();
        let over = Journal::create(folder.path())?.owner().to_owned();
        sweep(folder.path(), std::slice::from_ref(&needed));
        assert!(path_of(folder.path(), living.owner()).exists());
        assert!(path_of(folder.path(), &needed).exists());
        assert!(!path_of(folder.path(), &over).exists());
        Ok(())
    }
}
