//! The edge to relays: what delivery asks of one, whatever it speaks, and how a mail can fail there.
//!
//! Everything turns on one moment: the write that holds the final dot. Before it, nothing can have been accepted; after it, only a whole reply
//! tells (RFC 1047). So a [`SendError`] says on which side it happened, and the caller is asked right before.

mod error;

use std::{
    fmt, io,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

pub use error::{CertificateFault, RelayError};

use super::reply::Reply;
use crate::domain::Address;

/// Who sends to whom: one recipient in a transaction, so that its reply is that recipient's alone.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// Where bounces go (the return path).
    pub from: &'a Address,
    /// The recipient.
    pub to: &'a Address,
}

/// Where mail is handed to.
pub trait Relay: Send + Sync {
    /// Its name in messages and in the ledger: the URL.
    fn name(&self) -> String;

    /// Opens a session: connected, private, and logged in.
    ///
    /// # Errors
    /// [`RelayError`] says at which step, and what to do about it. No mail is concerned.
    fn connect(&self) -> Result<Box<dyn Session>, RelayError>;
}

/// Relays, with the number of connections to each.
pub type Relays = Vec<(Box<dyn Relay>, u32)>;

/// A session with a relay: one mail after the other.
pub trait Session: Send {
    /// Hands one mail over, and returns the reply that took it (2yz after the final dot).
    ///
    /// `mail` is the complete RFC 5322 bytes with CRLF line ends. `end` is called once, right before the write that holds the final dot; if it
    /// fails, that write doesn't happen and the connection is dropped.
    ///
    /// # Errors
    /// [`SendError`] says exactly what is known of this mail. Ask [`is_open`](Self::is_open) whether the session can take the next.
    fn send(
        &mut self,
        envelope: &Envelope<'_>,
        mail: &[u8],
        end: &mut dyn FnMut() -> io::Result<()>,
    ) -> Result<Reply, SendError>;

    /// Whether the session can take another mail.
    fn is_open(&self) -> bool;

    /// Says goodbye, without insisting on an answer.
    fn quit(&mut self);
}

/// How far a session had come when something was said, or went wrong. In order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// The relay's first line.
    Greeting,
    /// EHLO.
    Hello,
    /// STARTTLS, and the TLS handshake.
    Starttls,
    /// AUTH.
    Login,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA.
    Data,
    /// The body and its final dot.
    End,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Greeting => "the greeting",
            Self::Hello => "EHLO",
            Self::Starttls => "STARTTLS",
            Self::Login => "AUTH",
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
            Self::End => "the end of the mail",
        })
    }
}

/// Why a mail wasn't taken, or why we can't know.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The relay said no: 4yz or 5yz. It has not taken the mail. [`Verdict::of`](super::reply::Verdict::of) says what follows.
    ///
    /// Also our own refusal, in the relay's manner, of a mail that it announced it can't take.
    #[error("refused at {phase}: {reply}")]
    Refused {
        /// What it answered.
        phase: Phase,
        /// Its words.
        reply: Reply,
    },
    /// The session was lost before the write that holds the final dot: nothing can have been accepted.
    #[error("not sent, the session was lost at {phase}: {loss}")]
    Unsent {
        /// Where.
        phase: Phase,
        /// How.
        loss: Loss,
    },
    /// `end` failed, so the final dot wasn't written: nothing can have been accepted.
    #[error("not sent, because it could not be noted first: {0}")]
    NotNoted(#[source] io::Error),
    /// The session was lost after `end`, and no whole reply came: the mail may have been accepted.
    #[error("in doubt, no answer to the end of the mail: {0}")]
    InDoubt(#[source] Loss),
}

/// How a session was lost.
#[derive(Debug, thiserror::Error)]
pub enum Loss {
    /// The relay closed the connection.
    #[error("the relay closed the connection")]
    Closed,
    /// Nothing came, or nothing could be written, for that long.
    #[error("no answer within {} s", .0.as_secs_f32())]
    TimedOut(Duration),
    /// What came is no SMTP reply, or not one that belongs there.
    #[error("not an SMTP reply: `{0}`")]
    Garbled(String),
    /// The run is to stop, and the time left for it is over.
    #[error("the run was stopped")]
    Stopped,
    /// The network, or TLS.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Until when the sessions of a run may still wait for an answer: shared by all of them, set once, when the run is told to stop.
#[derive(Debug, Clone, Default)]
pub struct StopBy(Arc<OnceLock<Instant>>);

impl StopBy {
    /// Sets the end. Sessions that wait, wherever they are, give up then. The first call decides.
    pub fn set(&self, at: Instant) {
        self.0.get_or_init(|| at);
    }

    /// Whether that time has come.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.0.get().is_some_and(|at| Instant::now() >= *at)
    }
}
