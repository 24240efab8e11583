//! Why no session with a relay came to be, and what the operator can do.

use std::{io, path::PathBuf, time::Duration};

use super::{super::reply::Reply, Loss, Phase};
use crate::domain::RelayUrl;

/// Why no session came to be. No mail is concerned.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// DNS has no address for the host, or no answer.
    #[error("no address was found for the host of the relay `{relay}`")]
    HostNotFound {
        /// The relay.
        relay: RelayUrl,
        /// What the resolver said.
        source: io::Error,
    },
    /// Nothing listens at the port.
    #[error("the connection was refused by the relay `{relay}`")]
    ConnectionRefused {
        /// The relay.
        relay: RelayUrl,
    },
    /// No answer from the port at all.
    #[error("no connection within {} s to the relay `{relay}`", after.as_secs_f32())]
    ConnectTimedOut {
        /// The relay.
        relay: RelayUrl,
        /// How long was waited.
        after: Duration,
    },
    /// The network has no way there, or another trouble of its own.
    #[error("no connection ({source}) to the relay `{relay}`")]
    Unreachable {
        /// The relay.
        relay: RelayUrl,
        /// What the system said.
        source: io::Error,
    },
    /// Connected, and then lost.
    #[error("the session was lost at {phase} ({loss}) with the relay `{relay}`")]
    Lost {
        /// The relay.
        relay: RelayUrl,
        /// Where.
        phase: Phase,
        /// How.
        loss: Loss,
    },
    /// A 4yz or 5yz to the greeting, EHLO or STARTTLS.
    #[error("refused at {phase} (`{reply}`) by the relay `{relay}`")]
    Refused {
        /// The relay.
        relay: RelayUrl,
        /// What it answered.
        phase: Phase,
        /// Its words.
        reply: Reply,
    },
    /// The connection is to be made private, and the relay offers no way.
    #[error("no STARTTLS is offered by the relay `{relay}`")]
    NoStarttls {
        /// The relay.
        relay: RelayUrl,
    },
    /// Something was said in plain text behind the reply to STARTTLS, to be believed afterwards (RFC 3207, section 6).
    #[error("somebody put words into the connection before TLS began with the relay `{relay}`")]
    Injected {
        /// The relay.
        relay: RelayUrl,
    },
    /// Its certificate can't be trusted.
    #[error("the certificate {fault} of the relay `{relay}`")]
    Certificate {
        /// The relay.
        relay: RelayUrl,
        /// Why not.
        fault: CertificateFault,
    },
    /// Another trouble with TLS.
    #[error("no TLS session ({source}) with the relay `{relay}`")]
    Tls {
        /// The relay.
        relay: RelayUrl,
        /// What went wrong.
        source: rustls::Error,
    },
    /// It refused the login.
    #[error("the login of `{username}` was refused (`{reply}`) by the relay `{relay}`")]
    LoginRefused {
        /// The relay.
        relay: RelayUrl,
        /// Whose login.
        username: String,
        /// Its words.
        reply: Reply,
    },
    /// It offers no way to log in that we know.
    #[error("no login by PLAIN or LOGIN is offered (offered: {offered}) by the relay `{relay}`")]
    NoLogin {
        /// The relay.
        relay: RelayUrl,
        /// The mechanisms that it offers; `none`.
        offered: String,
    },
    /// A password would go over the network in the clear.
    #[error("no password is sent without TLS to the relay `{relay}`")]
    LoginInClear {
        /// The relay.
        relay: RelayUrl,
    },
    /// The file of certificates can't be read.
    #[error("no certificates could be read ({reason}) from `{}`", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The host can't stand in a certificate.
    #[error("not a host's name in the relay `{relay}`")]
    HostName {
        /// The relay.
        relay: RelayUrl,
    },
}

/// Why a certificate can't be trusted. Reads on after "the certificate".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// Its time is over.
    #[error("has expired")]
    Expired,
    /// Its time hasn't come.
    #[error("is not valid yet")]
    NotYetValid,
    /// It is for other names.
    #[error("is for another name ({names})")]
    OtherName {
        /// The names that it is for.
        names: String,
    },
    /// Nobody whom this machine trusts has signed it.
    #[error("has an issuer unknown to this machine")]
    UnknownIssuer,
    /// Something else.
    #[error("can't be trusted: {0}:")]
    Other(String),
}

impl RelayError {
    /// Whether another try, later, may go better without anybody changing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            // The resolver doesn't tell us whether the name doesn't exist, or DNS doesn't answer.
            Self::HostNotFound { .. }
            | Self::ConnectionRefused { .. }
            | Self::ConnectTimedOut { .. }
            | Self::Unreachable { .. }
            | Self::Lost { .. } => true,
            Self::Refused { reply, .. } | Self::LoginRefused { reply, .. } => reply.code / 100 == 4,
            _ => false,
        }
    }

    /// What to do about it: a sentence to stand under the message.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::HostNotFound { relay, .. } => format!(
                "is `{}` spelt right, and does this machine have DNS?",
                relay.host
            ),
            Self::ConnectionRefused { relay } => format!(
                "does the relay listen at port {}? Submission is port 465 (`smtps://`) or 587 (`smtp+starttls://`)",
                relay.port
            ),
            Self::ConnectTimedOut { relay, .. } => format!(
                "many hosting providers block port 25, some of them 465 and 587 too; this was port {}. Try 465 (`smtps://{host}`), 587 (`smtp+starttls://{host}`) \
                 or 2525 (`smtp+starttls://{host}:2525`), or ask the provider to open it",
                relay.port,
                host = relay.host
            ),
            Self::Lost {
                relay,
                phase: Phase::Greeting,
                loss: Loss::TimedOut(_) | Loss::Closed,
            } => format!(
                "if the relay speaks TLS from the first byte at port {port}, write `smtps://{}:{port}`",
                relay.host,
                port = relay.port
            ),
            Self::NoStarttls { relay } => format!(
                "a connection that is to be private is never made in the clear: try port 465 (`smtps://{}`), or let the relay offer STARTTLS",
                relay.host
            ),
            Self::Injected { .. } => {
                "nothing was sent. Somebody sits between this machine and the relay, or the relay is broken: use `smtps://`, port 465".into()
            }
            Self::Certificate { fault, relay } => certificate_hint(fault, relay),
            Self::Tls {
                relay,
                source: rustls::Error::InvalidMessage(_),
            } => format!(
                "that was no TLS: if port {port} begins in plain text, write `smtp+starttls://{}:{port}`",
                relay.host,
                port = relay.port
            ),
            Self::LoginRefused {
                reply, username, ..
            } if reply.code / 100 == 5 => format!(
                "check `username` (`{username}`) and the password in `password_file` or `password_env` of this [[relay]]; many providers want a password made for this program (an app password, an SMTP key)"
            ),
            Self::NoLogin { .. } => {
                "leave `username` out if this relay knows this machine by its address; otherwise ask its operator for the port of submission".into()
            }
            Self::LoginInClear { relay } => format!(
                "write `smtps://{host}` or `smtp+starttls://{host}`",
                host = relay.host
            ),
            Self::CaFile { .. } => {
                "`ca_file` is a PEM file: one or more `-----BEGIN CERTIFICATE-----`".into()
            }
            Self::Unreachable { .. }
            | Self::Lost { .. }
            | Self::Refused { .. }
            | Self::Tls { .. }
            | Self::LoginRefused { .. }
            | Self::HostName { .. } => return None,
        })
    }
}

fn certificate_hint(fault: &CertificateFault, relay: &RelayUrl) -> String {
    match fault {
        CertificateFault::Expired => {
            "the relay's operator has to renew it (if this machine's clock is right)".into()
        }
        CertificateFault::NotYetValid => "is this machine's clock right?".into(),
        CertificateFault::OtherName { .. } => format!(
            "write one of its names in `url` instead of `{}`",
            relay.host
        ),
        CertificateFault::UnknownIssuer => {
            "install the system's certificates (the package `ca-certificates`), or, for a relay with a certificate of its own, name it in `ca_file`".into()
        }
        CertificateFault::Other(_) => {
            "the relay's operator has to replace it; `openssl s_client` shows it".into()
        }
    }
}
