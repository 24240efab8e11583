//! A session (RFC 5321, section 3.3): what its two ways of sending have in common.

use std::sync::{Arc, atomic::AtomicBool};

use lettre::transport::smtp::commands::{Quit, Rset};

use super::{Timeouts, bdat, data, envelope::unfit, offers::Offers, wire::Wire};
use crate::{
    compose::Mail,
    deliver::{
        relay::{Handing, Loss, Phase, SendError, Sent, Session},
        reply::Reply,
    },
};

/// A session: connected, private, logged in.
pub(super) struct SmtpSession {
    pub wire: Wire,
    pub offers: Offers,
    pub timeouts: Timeouts,
    pub knows_no_bdat: Arc<AtomicBool>,
    open: bool,
}

impl Session for SmtpSession {
    fn send(&mut self, mails: &mut dyn Handing) {
        let mails = Mails { mails, asked: 0 };
        if self.offers.pipelining && self.offers.chunking {
            bdat::send(self, mails);
        } else {
            data::send(self, mails);
        }
    }

    fn is_open(&self) -> bool {
        self.open
    }

    fn quit(&mut self) {
        if std::mem::take(&mut self.open) {
            let within = self.timeouts.quit;
            let quit = self.wire.write(Quit.to_string().as_bytes(), within);
            if quit.is_ok() {
                let _ = self.wire.reply(within);
            }
        }
    }
}

/// The mails to hand over, numbered in the order in which they were asked for.
pub(super) struct Mails<'a> {
    mails: &'a mut dyn Handing,
    asked: usize,
}

impl Mails<'_> {
    /// The next mail that the relay can take; those that it has announced it can't are refused on the spot.
    pub fn next(&mut self, offers: &Offers) -> Option<(usize, Mail)> {
        loop {
            let mail = self.mails.next()?;
            let nth = self.asked;
            self.asked += 1;
            match unfit(&mail, offers) {
                None => return Some((nth, mail)),
                Some(reply) => self.settled(
                    nth,
                    Err(SendError::Refused {
                        phase: Phase::Mail,
                        reply,
                    }),
                ),
            }
        }
    }

    pub fn ending(&mut self, nth: usize) -> std::io::Result<()> {
        self.mails.ending(nth)
    }

    pub fn settled(&mut self, nth: usize, sent: Sent) {
        self.mails.settled(nth, sent);
    }
}

/// What a command met with.
pub(super) enum Answer {
    Granted(Reply),
    Refused(Reply),
}

impl SmtpSession {
    pub fn new(
        wire: Wire,
        offers: Offers,
        timeouts: Timeouts,
        knows_no_bdat: Arc<AtomicBool>,
    ) -> Self {
        Self {
            wire,
            offers,
            timeouts,
            knows_no_bdat,
            open: true,
        }
    }

    /// Whether another mail can go.
    pub fn is_usable(&self) -> bool {
        self.open
    }

    /// It can't be used any more.
    pub fn close(&mut self) {
        self.open = false;
    }

    /// Closes it now, so that the relay doesn't wait for a mail that won't end.
    pub fn hang_up(&mut self) {
        self.open = false;
        self.wire.hang_up();
    }

    /// The session is lost, and the mail isn't sent.
    pub fn unsent(&mut self, phase: Phase, loss: Loss) -> SendError {
        self.hang_up();
        SendError::Unsent { phase, loss }
    }

    pub fn write(&mut self, phase: Phase, bytes: &[u8]) -> Result<(), SendError> {
        self.wire
            .write(bytes, self.timeouts.reply(phase))
            .map_err(|loss| self.unsent(phase, loss))
    }

    /// Waits for the answer to a command of this phase. 421 closes the session.
    pub fn hear(&mut self, phase: Phase) -> Result<Answer, Loss> {
        let reply = self.wire.reply(self.timeouts.reply(phase))?.reply();
        let granted = if phase == Phase::Data { 3 } else { 2 };
        if reply.code / 100 == granted {
            return Ok(Answer::Granted(reply));
        }
        if !reply.refuses() {
            return Err(Loss::Garbled(reply.to_string()));
        }
        tracing::debug!(%phase, %reply, "refused");
        if reply.closes() {
            self.close();
        }
        Ok(Answer::Refused(reply))
    }

    /// Something was received before it was asked for: a goodbye, or a session that is out of step. Neither can go on.
    pub fn heed_what_nobody_asked_for(&mut self, phase: Phase) -> Result<(), SendError> {
        if !self.wire.has_unread() {
            return Ok(());
        }
        let unread = self.wire.unread();
        let reply = self.wire.received_reply().ok().flatten();
        match reply.map(|lines| lines.reply()) {
            Some(reply) if reply.refuses() => {
                self.hang_up();
                Err(SendError::Refused { phase, reply })
            }
            _ => Err(self.unsent(phase, Loss::Garbled(unread))),
        }
    }

    /// Leaves the transaction, so that the next one finds the session clean.
    pub fn reset(&mut self) {
        if !self.open {
            return;
        }
        let reset = self
            .wire
            .write(Rset.to_string().as_bytes(), self.timeouts.command)
            .and_then(|()| self.wire.reply(self.timeouts.command));
        self.open = matches!(reset, Ok(lines) if lines.reply().is_positive());
    }
}
