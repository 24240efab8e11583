//! Our own SMTP session (RFC 5321): blocking, over `TcpStream` and rustls, with lettre's simple commands and its client's name.
//!
//! Ours, because the ledger must know on which side of the final dot a failure lies, the socket must not wait for acknowledgements (`TCP_NODELAY`),
//! and the buffer must be seen to be empty when STARTTLS begins; a general client hides all three.
//!
//! How mails go depends on what the relay offers, and costs at a round trip of a second:
//!
//! | offers | way | seconds a mail |
//! |---|---|---|
//! | PIPELINING and CHUNKING | `bdat`: 32 mails are on their way at once | 1/32 |
//! | PIPELINING | `data`: a mail's end and the next one's envelope in one write | 1 |
//! | neither | `data`: one command at a time | 4 |
//!
//! MAIL and RCPT are written here, since a domain [`Address`](crate::domain::Address) can't fail to be one, and replies are read here, since real ones (571, a
//! code alone on its line) keep to the first digit but not to the grammar.

mod bdat;
mod connect;
mod data;
mod envelope;
mod lines;
mod login;
mod offers;
mod session;
mod stuffing;
mod timeouts;
mod tls;
mod wire;

use std::sync::{Arc, atomic::AtomicBool};

use rustls::ClientConfig;
pub use timeouts::Timeouts;

use super::relay::{Relay, RelayError, Session, StopBy};
use crate::domain::{DeclaredRelay, Security};

/// A relay that is spoken to by SMTP.
pub struct SmtpRelay {
    declared: DeclaredRelay,
    timeouts: Timeouts,
    stop: StopBy,
    tls: Option<Arc<ClientConfig>>,
    /// It offers CHUNKING and doesn't know BDAT: found out once, remembered for the next sessions.
    knows_no_bdat: Arc<AtomicBool>,
}

impl SmtpRelay {
    /// The relay that the operator declared. Reads the system's certificates, and those of its `ca_file`; connects to nothing.
    ///
    /// # Errors
    /// [`RelayError::CaFile`] if that file can't be read, [`RelayError::Tls`] if TLS can't be set up.
    pub fn new(
        declared: DeclaredRelay,
        timeouts: Timeouts,
        stop: StopBy,
    ) -> Result<Self, RelayError> {
        let tls = match declared.url.security {
            Security::Plain => None,
            Security::Implicit | Security::Starttls => Some(tls::config(&declared)?),
        };
        Ok(Self {
            declared,
            timeouts,
            stop,
            tls,
            knows_no_bdat: Arc::default(),
        })
    }
}

impl Relay for SmtpRelay {
    fn name(&self) -> String {
        self.declared.url.to_string()
    }

    fn connect(&self) -> Result<Box<dyn Session>, RelayError> {
        Ok(Box::new(connect::connect(self)?))
    }
}
