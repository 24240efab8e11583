//! AUTH (RFC 4954): PLAIN (RFC 4616), or LOGIN where a relay knows nothing better.

use std::net::IpAddr;

use data_encoding::BASE64;
use secrecy::{ExposeSecret, zeroize::Zeroizing};

use super::{Timeouts, lines::Lines, offers::Offers, wire::Wire};
use crate::{
    deliver::relay::{Loss, Phase, RelayError},
    domain::{Login, RelayUrl},
};

/// Logs in.
pub(super) fn log_in(
    wire: &mut Wire,
    offers: &Offers,
    login: &Login,
    relay: &RelayUrl,
    timeouts: &Timeouts,
) -> Result<(), RelayError> {
    let peer = wire.socket().peer_addr().map(|peer| peer.ip()).ok();
    if !may_show_password(wire.is_private(), peer) {
        return Err(RelayError::LoginInClear {
            relay: relay.clone(),
        });
    }
    let offered = |mechanism: &str| offers.auth.iter().any(|name| name == mechanism);
    let username = login.username.as_str();
    let password = login.password.expose_secret();
    // The first line, and the answer to each challenge. A relay that doesn't take PLAIN's response with the command asks for it.
    let (command, answers) = if offered("PLAIN") {
        let response = encode(&Zeroizing::new(format!("\0{username}\0{password}")));
        let command = Zeroizing::new(format!("AUTH PLAIN {}", *response));
        (command, vec![response])
    } else if offered("LOGIN") {
        let command = Zeroizing::new("AUTH LOGIN".to_owned());
        (command, vec![encode(username), encode(password)])
    } else {
        return Err(RelayError::NoLogin {
            relay: relay.clone(),
            offered: match offers.auth.as_slice() {
                [] => "none".to_owned(),
                names => names.join(", "),
            },
        });
    };
    let reply = converse(wire, &command, &answers, timeouts).map_err(|loss| RelayError::Lost {
        relay: relay.clone(),
        phase: Phase::Login,
        loss,
    })?;
    if reply.code == 235 {
        return Ok(());
    }
    Err(RelayError::LoginRefused {
        relay: relay.clone(),
        username: username.to_owned(),
        reply: reply.reply(),
    })
}

fn converse(
    wire: &mut Wire,
    command: &str,
    answers: &[Zeroizing<String>],
    timeouts: &Timeouts,
) -> Result<Lines, Loss> {
    let within = timeouts.command;
    let mut line = command;
    let mut answers = answers.iter();
    loop {
        let bytes = Zeroizing::new(format!("{line}\r\n"));
        wire.write(bytes.as_bytes(), within)?;
        let reply = wire.reply(within)?;
        match reply.code {
            334 => {}
            235 | 400..=599 => return Ok(reply),
            _ => return Err(Loss::Garbled(reply.reply().to_string())),
        }
        match answers.next() {
            Some(answer) => line = answer,
            None => return Err(Loss::Garbled(reply.reply().to_string())),
        }
    }
}

fn encode(text: &str) -> Zeroizing<String> {
    Zeroizing::new(BASE64.encode(text.as_bytes()))
}

/// RFC 4954, section 4: no password in the clear, except to this machine itself.
fn may_show_password(private: bool, peer: Option<IpAddr>) -> bool {
    private || peer.is_some_and(|ip| ip.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_goes_in_the_clear_to_this_machine_only() {
        let peer = |text: &str| Some(text.parse().unwrap());
        assert!(may_show_password(true, peer("192.0.2.7")));
        assert!(may_show_password(false, peer("127.0.0.1")));
        assert!(may_show_password(false, peer("::1")));
        assert!(may_show_password(false, peer("::ffff:127.0.0.1")));
        assert!(!may_show_password(false, peer("192.0.2.7")));
        assert!(!may_show_password(false, peer("10.0.0.1")));
        assert!(!may_show_password(false, None));
    }
}
