//! A relay's URL → a session: connect, be greeted, be private, say who we are, log in.

use std::{
    io,
    net::{IpAddr, TcpStream, ToSocketAddrs},
    sync::atomic::Ordering,
};

use lettre::transport::smtp::{
    commands::{Ehlo, Starttls},
    extension::ClientId,
};
use rustls::pki_types::ServerName;

use super::{
    SmtpRelay, lines::Lines, login, offers::Offers, session::SmtpSession, tls, wire::Wire,
};
use crate::{
    deliver::relay::{Loss, Phase, RelayError},
    domain::{RelayUrl, Security},
};

/// Opens a session.
pub(super) fn connect(relay: &SmtpRelay) -> Result<SmtpSession, RelayError> {
    let url = &relay.declared.url;
    let socket = socket(relay)?;
    let wire = Wire::new(socket, relay.stop.clone()).map_err(|source| RelayError::Unreachable {
        relay: url.clone(),
        source,
    })?;
    let mut opening = Opening { relay, wire };

    if url.security == Security::Implicit {
        opening.secure()?;
    }
    opening.hear(Phase::Greeting)?;
    let mut offers = opening.hello()?;
    if url.security == Security::Starttls {
        opening.starttls(&offers)?;
        offers = opening.hello()?;
    }
    if let Some(login) = &relay.declared.login {
        login::log_in(&mut opening.wire, &offers, login, url, &relay.timeouts)?;
    }
    if relay.knows_no_bdat.load(Ordering::Relaxed) {
        offers.chunking = false;
    }
    Ok(SmtpSession::new(
        opening.wire,
        offers,
        relay.timeouts,
        relay.knows_no_bdat.clone(),
    ))
}

/// Tries each of the host's addresses.
fn socket(relay: &SmtpRelay) -> Result<TcpStream, RelayError> {
    let url = &relay.declared.url;
    let not_found = |source| RelayError::HostNotFound {
        relay: url.clone(),
        source,
    };
    let addresses = (url.host.as_str(), url.port)
        .to_socket_addrs()
        .map_err(not_found)?;
    let mut failure: Option<io::Error> = None;
    for address in addresses {
        if relay.stop.is_over() {
            return Err(lost(url, Phase::Greeting, Loss::Stopped));
        }
        match TcpStream::connect_timeout(&address, relay.timeouts.connect) {
            Ok(socket) => return Ok(socket),
            // A machine without IPv6 has no way to that address, which says less than what the other one said.
            Err(error) => {
                if failure.as_ref().is_none_or(says_nothing) {
                    failure = Some(error);
                }
            }
        }
    }
    let relay_url = url.clone();
    Err(match failure {
        None => not_found(io::ErrorKind::NotFound.into()),
        Some(error) => match error.kind() {
            io::ErrorKind::ConnectionRefused => RelayError::ConnectionRefused { relay: relay_url },
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => RelayError::ConnectTimedOut {
                relay: relay_url,
                after: relay.timeouts.connect,
            },
            _ => RelayError::Unreachable {
                relay: relay_url,
                source: error,
            },
        },
    })
}

fn says_nothing(error: &io::Error) -> bool {
    !matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock
    )
}

/// A session that isn't one yet.
struct Opening<'a> {
    relay: &'a SmtpRelay,
    wire: Wire,
}

impl Opening<'_> {
    /// Sends a line, and expects it to be granted.
    fn ask(&mut self, phase: Phase, line: &impl ToString) -> Result<Lines, RelayError> {
        let within = self.relay.timeouts.reply(phase);
        self.wire
            .write(line.to_string().as_bytes(), within)
            .map_err(|loss| self.lost(phase, loss))?;
        self.hear(phase)
    }

    /// Expects a 2yz.
    fn hear(&mut self, phase: Phase) -> Result<Lines, RelayError> {
        let heard = self.wire.reply(self.relay.timeouts.reply(phase));
        let lines = heard.map_err(|loss| self.lost(phase, loss))?;
        let reply = lines.reply();
        if reply.is_positive() {
            Ok(lines)
        } else if reply.refuses() {
            Err(RelayError::Refused {
                relay: self.url().clone(),
                phase,
                reply,
            })
        } else {
            Err(self.lost(phase, Loss::Garbled(reply.to_string())))
        }
    }

    fn hello(&mut self) -> Result<Offers, RelayError> {
        let ehlo = Ehlo::new(client_id(self.wire.socket()));
        Ok(Offers::read(&self.ask(Phase::Hello, &ehlo)?))
    }

    fn starttls(&mut self, offers: &Offers) -> Result<(), RelayError> {
        let relay = || self.url().clone();
        if !offers.starttls {
            return Err(RelayError::NoStarttls { relay: relay() });
        }
        self.ask(Phase::Starttls, &Starttls)?;
        // What stands in the buffer now was said by whoever sits on the wire, and would be believed under TLS. (What comes later than
        // this look goes into the handshake, and breaks it.)
        if self.wire.has_unread() {
            return Err(RelayError::Injected {
                relay: self.url().clone(),
            });
        }
        self.secure()
    }

    fn secure(&mut self) -> Result<(), RelayError> {
        let url = &self.relay.declared.url;
        // `SmtpRelay::new` made a configuration for every URL with TLS.
        let (Some(config), Ok(name)) = (
            self.relay.tls.clone(),
            ServerName::try_from(url.host.clone()),
        ) else {
            return Err(RelayError::HostName { relay: url.clone() });
        };
        self.wire
            .secure(config, name, self.relay.timeouts.command)
            .map_err(|loss| tls::failed(url, loss))
    }

    fn url(&self) -> &RelayUrl {
        &self.relay.declared.url
    }

    fn lost(&self, phase: Phase, loss: Loss) -> RelayError {
        lost(self.url(), phase, loss)
    }
}

fn lost(relay: &RelayUrl, phase: Phase, loss: Loss) -> RelayError {
    RelayError::Lost {
        relay: relay.clone(),
        phase,
        loss,
    }
}

/// This machine's full name, or the address that it speaks from (RFC 5321, section 4.1.4).
fn client_id(socket: &TcpStream) -> ClientId {
    match (ClientId::default(), socket.local_addr()) {
        (ClientId::Domain(name), Ok(address)) if !is_full_name(&name) => match address.ip() {
            IpAddr::V4(ip) => ClientId::Ipv4(ip),
            IpAddr::V6(ip) => ClientId::Ipv6(ip),
        },
        (known, _) => known,
    }
}

fn is_full_name(name: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    name.contains('.') && name.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_full_name_is_told_to_the_relay() {
        assert!(is_full_name("mail.post.example"));
        for name in [
            "localhost",
            "",
            "a..b",
            "my_host.example",
            "a.b\r\n",
            "post.example.",
        ] {
            assert!(!is_full_name(name), "{name:?}");
        }
    }
}
