//! The mails that were caught: a file each, and what the page needs to list them.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{Note, summary::Summary};

/// The most octets of a recipient in a file's name.
const MAX_NAME: usize = 100;

/// All that was caught.
#[derive(Debug)]
pub(super) struct Inbox {
    folder: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    next: u32,
    mails: Vec<Caught>,
    notes: Vec<Note>,
}

/// One mail for one recipient.
#[derive(Debug, Clone)]
pub(super) struct Caught {
    /// Its number, from 1.
    pub number: u32,
    /// Where its octets are.
    pub file: PathBuf,
    /// The envelope's sender; empty for a bounce.
    pub sender: String,
    /// The envelope's recipient.
    pub recipient: String,
    /// Its size, in octets.
    pub size: usize,
    /// What the list shows of it.
    pub summary: Summary,
}

impl Inbox {
    /// An inbox that writes to `folder`, making it. What lies there stays: numbers go on after the highest.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut highest = 0;
        for entry in fs::read_dir(folder)? {
            highest = highest.max(number_of(&entry?.path()).unwrap_or(0));
        }
        let state = State {
            next: highest.saturating_add(1),
            mails: Vec::new(),
            notes: Vec::new(),
        };
        Ok(Self {
            folder: folder.to_owned(),
            state: Mutex::new(state),
        })
    }

    /// Nothing that holds the lock can leave it half-changed, so a poisoned one is as good as any.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a mail for each recipient, for all or for none, and returns the first's number.
    pub(super) fn keep(
        &self,
        sender: &str,
        recipients: &[String],
        octets: &[u8],
    ) -> io::Result<u32> {
        let mut kept = Vec::with_capacity(recipients.len());
        for recipient in recipients {
            match self.write(sender, recipient, octets) {
                Ok(caught) => kept.push(caught),
                Err(error) => {
                    for caught in kept {
                        fs::remove_file(&caught.file)?;
                    }
                    return Err(error);
                }
            }
        }
        let first = kept.first().map_or(0, |caught| caught.number);
        let mut state = self.state();
        state.mails.extend(kept);
        state.mails.sort_by_key(|caught| caught.number);
        Ok(first)
    }

    fn write(&self, sender: &str, recipient: &str, octets: &[u8]) -> io::Result<Caught> {
        let number = {
            let mut state = self.state();
            let number = state.next;
            state.next = number.saturating_add(1);
            number
        };
        let file = self
            .folder
            .join(format!("{number:04}-{}.eml", file_name(recipient)));
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&file)?
            .write_all(octets)?;
        Ok(Caught {
            number,
            file,
            sender: sender.to_owned(),
            recipient: recipient.to_owned(),
            size: octets.len(),
            summary: Summary::of(octets, recipient),
        })
    }

    /// How many mails there are.
    pub(super) fn len(&self) -> usize {
        self.state().mails.len()
    }

    /// The mails, in the order of their numbers.
    pub(super) fn mails(&self) -> Vec<Caught> {
        self.state().mails.clone()
    }

    /// What is to be said beside them.
    pub(super) fn notes(&self) -> Vec<Note> {
        self.state().notes.clone()
    }

    /// Adds to that.
    pub(super) fn note(&self, notes: Vec<Note>) {
        self.state().notes.extend(notes);
    }
}

/// The number that a file of ours begins with.
fn number_of(file: &Path) -> Option<u32> {
    let name = file.file_name()?.to_str()?.strip_suffix(".eml")?;
    name.split_once('-')?.0.parse().ok()
}

/// A recipient as part of a file's name: letters and digits of any script and a few marks stay.
fn file_name(recipient: &str) -> String {
    let mut name = String::new();
    for c in recipient.chars() {
        let c = match c {
            c if c.is_alphanumeric() => c,
            '.' | '@' | '_' | '+' | '-' | '=' => c,
            _ => '_',
        };
        if name.len() + c.len_utf8() > MAX_NAME {
            break;
        }
        name.push(c);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_written_for_each_recipient_as_it_came() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let inbox = Inbox::open(folder.path())?;
        let to = [
            "ann@a.example".to_owned(),
            "../../etc/민지@a.example".into(),
        ];
        assert_eq!(inbox.keep("", &to, b"Subject: x\r\n\r\n.\r\n")?, 1);
        let mails = inbox.mails();
        assert_eq!(mails[0].file, folder.path().join("0001-ann@a.example.eml"));
        assert_eq!(
            mails[1].file,
            folder.path().join("0002-.._.._etc_민지@a.example.eml")
        );
        for caught in mails {
            assert_eq!(fs::read(caught.file)?, b"Subject: x\r\n\r\n.\r\n");
        }
        Ok(())
    }

    #[test]
    fn numbers_go_on_after_those_of_an_earlier_run() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let to = ["ann@a.example".to_owned()];
        assert_eq!(Inbox::open(folder.path())?.keep("", &to, b"one")?, 1);
        fs::write(folder.path().join("notes.txt"), "")?;
        assert_eq!(Inbox::open(folder.path())?.keep("", &to, b"two")?, 2);
        Ok(())
    }

    #[test]
    fn a_long_recipient_makes_no_long_name() {
        assert!(file_name(&"민".repeat(200)).len() <= MAX_NAME);
    }
}
