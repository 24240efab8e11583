//! A client as the engine is one: our own session, with the time-outs that a test wants.

use std::{io, path::PathBuf, time::Duration};

use postrider::{
    compose::Mail,
    deliver::{
        relay::{Relay as _, RelayError, SendError, Session, StopBy, send_one},
        reply::Reply,
        smtp::{SmtpRelay, Timeouts},
    },
    domain::{Address, DeclaredRelay, Login, RelayUrl, Security},
};

use super::fault_server::FaultServer;

pub const MAIL: &str = "Subject: The digest\r\n\r\nGood morning\r\n";

/// A client of a fault server.
pub struct Client {
    pub declared: DeclaredRelay,
    pub timeouts: Timeouts,
    pub stop: StopBy,
}

impl Client {
    pub fn of(server: &FaultServer) -> Self {
        Self::at(server.port, Security::Plain)
    }

    pub fn at(port: u16, security: Security) -> Self {
        Self::waiting(port, security, Duration::from_secs(10))
    }

    /// For a server that will let us wait.
    pub fn in_a_hurry(server: &FaultServer) -> Self {
        Self::waiting(server.port, Security::Plain, Duration::from_millis(200))
    }

    pub fn waiting(port: u16, security: Security, time: Duration) -> Self {
        Self {
            declared: DeclaredRelay {
                url: RelayUrl {
                    security,
                    host: "127.0.0.1".to_owned(),
                    port,
                },
                login: None,
                connections: 1,
                ca_file: None,
            },
            timeouts: Timeouts {
                connect: time,
                greeting: time,
                command: time,
                mail: time,
                rcpt: time,
                data: time,
                block: time,
                end: time,
                quit: time,
            },
            stop: StopBy::default(),
        }
    }

    pub fn trusting(mut self, ca_file: PathBuf) -> Self {
        self.declared.ca_file = Some(ca_file);
        self
    }

    pub fn logged_in_as(mut self, username: &str, password: &str) -> Self {
        self.declared.login = Some(Login {
            username: username.to_owned(),
            password: password.to_owned().into(),
        });
        self
    }

    pub fn relay(&self) -> SmtpRelay {
        SmtpRelay::new(self.declared.clone(), self.timeouts, self.stop.clone()).unwrap()
    }

    pub fn try_connect(&self) -> Result<Box<dyn Session>, RelayError> {
        self.relay().connect()
    }

    pub fn connect(&self) -> Box<dyn Session> {
        self.try_connect().unwrap()
    }

    pub fn error(&self) -> RelayError {
        match self.try_connect() {
            Ok(_) => panic!("connected"),
            Err(error) => error,
        }
    }
}

pub fn address(text: &str) -> Address {
    text.parse().unwrap()
}

pub fn send_with(
    session: &mut dyn Session,
    to: &str,
    mail: &[u8],
    end: &mut dyn FnMut() -> io::Result<()>,
) -> Result<Reply, SendError> {
    send_one(session, mail_to(to, mail), end)
}

/// A mail of these bytes.
pub fn mail_to(to: &str, bytes: &[u8]) -> Mail {
    Mail {
        from: address("bounce+t0ken@post.example"),
        to: address(to),
        bytes: bytes.to_vec(),
        token: "t0ken".to_owned(),
    }
}

pub fn send(session: &mut dyn Session, to: &str) -> Result<Reply, SendError> {
    send_with(session, to, MAIL.as_bytes(), &mut || Ok(()))
}

/// Sends one mail, and counts the calls of `end`.
pub fn send_counting(session: &mut dyn Session) -> (Result<Reply, SendError>, usize) {
    let mut ends = 0;
    let sent = send_with(session, "ann@a.example", MAIL.as_bytes(), &mut || {
        ends += 1;
        Ok(())
    });
    (sent, ends)
}

/// A session with a relay that is known already.
pub fn connect(relay: &SmtpRelay) -> Box<dyn Session> {
    relay.connect().unwrap()
}
