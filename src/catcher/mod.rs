//! A mail catcher with an inbox page, for the demo: an SMTP server on loopback that keeps every mail as a file,
//! and a page that shows them as their readers would see them.
//!
//! It is a relay like any other to the rest of the program, which hands it mail over SMTP and knows nothing more of it.
//! Nothing that it catches leaves this machine: both servers listen on 127.0.0.1 only.

mod body;
mod command;
mod flowed;
mod html;
mod inbox;
mod listener;
mod page;
mod reading;
mod reply;
mod session;
mod source;
mod summary;
#[cfg(test)]
mod tests;
mod wire;

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use self::{inbox::Inbox, listener::Listener, page::Page};

/// How often [`Catcher::wait`] looks whether it is to stop.
const WATCH: Duration = Duration::from_millis(100);

/// A running catcher. It stops when it is dropped.
#[derive(Debug)]
pub struct Catcher {
    inbox: Arc<Inbox>,
    smtp: Listener,
    page: Page,
}

/// Something to say beside the mails: who got none, and why.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Note {
    /// Who or what it is about: `Suppressed: ann@a.example`.
    pub title: String,
    /// What is to be said.
    pub text: String,
}

/// Why the catcher can't run.
#[derive(Debug, thiserror::Error)]
pub enum CatcherError {
    /// The folder for the mails can't be made, read or written.
    #[error("can't keep mails in the folder `{}`: {source}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// No port of 127.0.0.1 could be had, or no thread.
    #[error("can't start the catcher's {server} server on 127.0.0.1: {source}")]
    Listen {
        /// Which one: `SMTP` or `HTTP`.
        server: &'static str,
        /// The system's words.
        source: io::Error,
    },
    /// A template of the page that ships in the binary is broken.
    #[error("the inbox's page can't be read: {0}")]
    Template(#[from] tera::Error),
}

impl Catcher {
    /// Starts both servers. Mails are written to `folder` as `NNNN-recipient.eml`; what lies there stays.
    /// SMTP takes any free port, the page 8025 if it is free.
    ///
    /// # Errors
    /// [`CatcherError`]: the folder can't be used, or no server could be started.
    pub fn start(folder: &Path) -> Result<Self, CatcherError> {
        let inbox = Inbox::open(folder).map_err(|source| CatcherError::Folder {
            folder: folder.to_owned(),
            source,
        })?;
        let inbox = Arc::new(inbox);
        let listen = |server| move |source| CatcherError::Listen { server, source };
        Ok(Self {
            smtp: Listener::start(Arc::clone(&inbox)).map_err(listen("SMTP"))?,
            page: Page::start(Arc::clone(&inbox), page::templates()?).map_err(listen("HTTP"))?,
            inbox,
        })
    }

    /// Where mail is taken: `smtp://` and this.
    #[must_use]
    pub fn smtp(&self) -> SocketAddr {
        self.smtp.address()
    }

    /// Where the inbox is shown: `http://` and this.
    #[must_use]
    pub fn page(&self) -> SocketAddr {
        self.page.address()
    }

    /// How many mails were caught.
    #[must_use]
    pub fn mails(&self) -> usize {
        self.inbox.len()
    }

    /// Adds notes to the inbox's side.
    pub fn note(&self, notes: Vec<Note>) {
        self.inbox.note(notes);
    }

    /// Stops both servers and closes what connections they have.
    pub fn stop(self) {
        drop(self);
    }

    /// Runs on until somebody, a signal's handler say, sets `stop`.
    pub fn wait(self, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            thread::sleep(WATCH);
        }
    }
}
