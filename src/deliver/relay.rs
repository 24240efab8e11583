//! The edge to relays: what delivery asks of one, whatever it speaks, and how a mail can fail there.
//!
//! Everything turns on one moment: the write that holds the final dot. Before it, nothing can have been accepted; after it, only a whole reply
//! tells (RFC 1047). So a [`SendError`] says on which side it happened, and the caller is asked right before.

mod error;

use std::{collections::BTreeMap, fmt, io, time::Duration};

pub use error::{CertificateFault, RelayError};

pub use super::bell::StopBy;
use super::reply::Reply;
use crate::{compose::Mail, domain::Rate};

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

/// A relay, and how it is used.
pub struct Route {
    /// The relay.
    pub relay: Box<dyn Relay>,
    /// How many connections to it at once.
    pub connections: u32,
    /// Its share of the mails beside the others that have one; 0 is for when no other can be used.
    pub weight: Option<u32>,
    /// What goes over it at most.
    pub limits: Vec<Rate>,
    /// What goes over it at most to addresses of a domain.
    pub domains: BTreeMap<String, Rate>,
}

/// A session with a relay.
pub trait Session: Send {
    /// Hands mails over for as long as there is a next one, as fast as the relay takes them: several may be on their way at once. Each has one
    /// recipient in a transaction of its own, so that its reply is that recipient's alone.
    ///
    /// Ends early when the session is lost: ask [`is_open`](Self::is_open) whether it can go on.
    fn send(&mut self, mails: &mut dyn Handing);

    /// Whether the session can take more mails.
    fn is_open(&self) -> bool;

    /// Says goodbye, without insisting on an answer.
    fn quit(&mut self);
}

/// What a session asks for while it hands mails over, and what it tells. It counts the mails from 0.
pub trait Handing {
    /// The next mail, complete with CRLF line ends; `None` if there is none, and then it isn't asked again.
    fn next(&mut self) -> Option<Mail>;

    /// Called once, right before the write that holds the end of a mail.
    ///
    /// # Errors
    /// If it fails, that write doesn't happen, and the session ends.
    fn ending(&mut self, nth: usize) -> io::Result<()>;

    /// Called once for each mail that was asked for, as soon as it is known what came of it: the reply that took it (2yz to its end), or
    /// exactly what is known otherwise.
    fn settled(&mut self, nth: usize, sent: Sent);
}

/// What came of a mail: the reply that took it, or why it wasn't taken, or can't be known to be.
pub type Sent = Result<Reply, SendError>;

/// Hands one mail over. `end` is called once, right before the write that holds the mail's end.
///
/// # Errors
/// [`SendError`] says exactly what is known of it.
pub fn send_one(
    session: &mut dyn Session,
    mail: Mail,
    end: &mut dyn FnMut() -> io::Result<()>,
) -> Sent {
    struct One<'a> {
        mail: Option<Mail>,
        end: &'a mut dyn FnMut() -> io::Result<()>,
        sent: Option<Sent>,
    }
    impl Handing for One<'_> {
        fn next(&mut self) -> Option<Mail> {
            self.mail.take()
        }
        fn ending(&mut self, _nth: usize) -> io::Result<()> {
            (self.end)()
        }
        fn settled(&mut self, _nth: usize, sent: Sent) {
            self.sent = Some(sent);
        }
    }
    let mut one = One {
        mail: Some(mail),
        end,
        sent: None,
    };
    session.send(&mut one);
    one.sent.unwrap_or(Err(SendError::Unsent {
        phase: Phase::Mail,
        loss: Loss::Closed,
    }))
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
    /// RSET.
    Reset,
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
            Self::Reset => "RSET",
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

impl Loss {
    /// The same loss, told of another mail that was on its way.
    #[must_use]
    pub fn again(&self) -> Self {
        match self {
            Self::Closed => Self::Closed,
            Self::TimedOut(after) => Self::TimedOut(*after),
            Self::Garbled(what) => Self::Garbled(what.clone()),
            Self::Stopped => Self::Stopped,
            Self::Io(error) => Self::Io(io::Error::new(error.kind(), error.to_string())),
        }
    }
}
