//! How long to wait for a relay.

use std::time::Duration;

use crate::deliver::relay::Phase;

/// How long to wait, by phase. The defaults are RFC 5321's, section 4.5.3.2: shorter ones for the final dot make doubt out of patience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection to each of the host's addresses.
    pub connect: Duration,
    /// For the relay's first line.
    pub greeting: Duration,
    /// For EHLO, STARTTLS, the TLS handshake, AUTH and RSET, each.
    pub command: Duration,
    /// For MAIL.
    pub mail: Duration,
    /// For RCPT.
    pub rcpt: Duration,
    /// For DATA.
    pub data: Duration,
    /// For a block of the body to be written.
    pub block: Duration,
    /// For the reply to the final dot.
    pub end: Duration,
    /// For the reply to QUIT, that nobody needs.
    pub quit: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        Self {
            connect: Duration::from_secs(30),
            greeting: minutes(5),
            command: minutes(5),
            mail: minutes(5),
            rcpt: minutes(5),
            data: minutes(2),
            block: minutes(3),
            end: minutes(10),
            quit: Duration::from_secs(2),
        }
    }
}

impl Timeouts {
    /// How long a reply of this phase is waited for.
    pub(super) fn reply(&self, phase: Phase) -> Duration {
        match phase {
            Phase::Greeting => self.greeting,
            Phase::Hello | Phase::Starttls | Phase::Login | Phase::Reset => self.command,
            Phase::Mail => self.mail,
            Phase::Rcpt => self.rcpt,
            Phase::Data => self.data,
            Phase::End => self.end,
        }
    }
}
