//! The mails of a session (RFC 5321, section 3.3): MAIL, RCPT, DATA, the body, its end.

use std::{fmt::Write as _, io};

use lettre::transport::smtp::commands::{Data, Quit, Rset};

use super::{Timeouts, lines::Lines, offers::Offers, stuffing::stuff, wire::Wire};
use crate::deliver::{
    relay::{Envelope, Loss, Phase, SendError, Session},
    reply::Reply,
};

/// So much of a body is written at once, and has the time of a block.
const BLOCK: usize = 64 * 1024;

/// The end of the body's last line, and the end of the mail. All of it, or none, is in the last write.
const END: &[u8] = b"\r\n.\r\n";

/// A session: connected, private, logged in.
pub(super) struct SmtpSession {
    wire: Wire,
    offers: Offers,
    timeouts: Timeouts,
    open: bool,
}

impl Session for SmtpSession {
    fn send(
        &mut self,
        envelope: &Envelope<'_>,
        mail: &[u8],
        end: &mut dyn FnMut() -> io::Result<()>,
    ) -> Result<Reply, SendError> {
        if let Some(reply) = self.unfit(envelope, mail) {
            return Err(SendError::Refused {
                phase: Phase::Mail,
                reply,
            });
        }
        self.open_transaction(envelope, mail.len())?;
        self.write_body(mail)?;
        if let Err(error) = end() {
            // The transaction can't be taken back any more, only left.
            self.open = false;
            self.wire.hang_up();
            return Err(SendError::NotNoted(error));
        }
        self.finish().map_err(|loss| {
            self.open = false;
            SendError::InDoubt(loss)
        })?
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

impl SmtpSession {
    pub(super) fn new(wire: Wire, offers: Offers, timeouts: Timeouts) -> Self {
        Self {
            wire,
            offers,
            timeouts,
            open: true,
        }
    }

    /// Our own refusal of what the relay has announced that it can't take, in the words that it would use.
    fn unfit(&self, envelope: &Envelope<'_>, mail: &[u8]) -> Option<Reply> {
        let refuse = |code, words: String| Some(Reply::new(code, [words]));
        if let Some(limit) = self.offers.size
            && mail.len() as u64 > limit
        {
            let octets = mail.len();
            return refuse(
                552,
                format!("5.3.4 not sent: the mail has {octets} octets, the relay takes {limit}"),
            );
        }
        if needs_smtputf8(envelope) && !self.offers.smtputf8 {
            return refuse(
                553,
                "5.6.7 not sent: the address needs SMTPUTF8, which the relay doesn't offer".into(),
            );
        }
        if !mail.is_ascii() && !self.offers.eight_bit {
            return refuse(
                554,
                "5.6.3 not sent: the mail has 8-bit text, and the relay doesn't offer 8BITMIME"
                    .into(),
            );
        }
        None
    }

    /// MAIL, RCPT and DATA: in one write where the relay takes groups (RFC 2920), one by one otherwise.
    fn open_transaction(
        &mut self,
        envelope: &Envelope<'_>,
        octets: usize,
    ) -> Result<(), SendError> {
        if !self.open {
            return Err(self.unsent(Phase::Mail, Loss::Closed));
        }
        self.heed_what_nobody_asked_for(Phase::Mail)?;
        let commands = [
            (Phase::Mail, self.mail_command(envelope, octets)),
            (Phase::Rcpt, format!("RCPT TO:<{}>\r\n", envelope.to)),
            (Phase::Data, Data.to_string()),
        ];
        if self.offers.pipelining {
            let group: String = commands.iter().map(|(_, line)| line.as_str()).collect();
            self.write(Phase::Mail, group.as_bytes())?;
        }
        // The first refusal is the reason; the relay may still say a word to the rest of the group.
        let mut refused: Option<SendError> = None;
        let mut recipient = false;
        for (phase, line) in commands {
            if !self.offers.pipelining {
                if refused.is_some() {
                    break;
                }
                self.write(phase, line.as_bytes())?;
            }
            match self.hear(phase) {
                Ok(Answer::Granted) if phase == Phase::Data && refused.is_some() => {
                    self.end_of_nothing(recipient);
                }
                Ok(Answer::Granted) => recipient = phase == Phase::Rcpt,
                Ok(Answer::Refused(reply)) => {
                    refused.get_or_insert(SendError::Refused { phase, reply });
                }
                Err(loss) => {
                    let unsent = self.unsent(phase, loss);
                    refused.get_or_insert(unsent);
                }
            }
            if !self.open {
                break;
            }
        }
        match refused {
            None => Ok(()),
            Some(refused) => {
                self.reset();
                Err(refused)
            }
        }
    }

    fn mail_command(&self, envelope: &Envelope<'_>, octets: usize) -> String {
        let mut line = format!("MAIL FROM:<{}>", envelope.from);
        // Writing into a String can't fail.
        if self.offers.size.is_some() {
            let _ = write!(line, " SIZE={octets}");
        }
        if self.offers.eight_bit {
            line.push_str(" BODY=8BITMIME");
        }
        if needs_smtputf8(envelope) {
            line.push_str(" SMTPUTF8");
        }
        line.push_str("\r\n");
        line
    }

    /// All of the mail but its end. (Its last CRLF belongs to that.)
    fn write_body(&mut self, mail: &[u8]) -> Result<(), SendError> {
        let body = stuff(mail.strip_suffix(b"\r\n").unwrap_or(mail));
        for block in body.chunks(BLOCK) {
            if let Err(loss) = self.wire.write(block, self.timeouts.block) {
                // A relay that breaks a mail off may have said why.
                let _ = self.wire.listen();
                self.heed_what_nobody_asked_for(Phase::End)?;
                return Err(self.unsent(Phase::End, loss));
            }
        }
        // The last look before there can be doubt. It also keeps a stray reply from being taken for the one to the final dot.
        let listened = self.wire.listen();
        self.heed_what_nobody_asked_for(Phase::End)?;
        listened.map_err(|loss| self.unsent(Phase::End, loss))
    }

    /// Writes the end, and waits for the answer.
    fn finish(&mut self) -> Result<Result<Reply, SendError>, Loss> {
        self.wire.write(END, self.timeouts.block)?;
        let reply = self.wire.reply(self.timeouts.end)?.reply();
        self.open = !reply.closes();
        if reply.is_positive() {
            Ok(Ok(reply))
        } else if reply.refuses() {
            Ok(Err(SendError::Refused {
                phase: Phase::End,
                reply,
            }))
        } else {
            Err(Loss::Garbled(reply.to_string()))
        }
    }

    /// Something was received before it was asked for: a goodbye, or a session that is out of step. Neither can go on.
    fn heed_what_nobody_asked_for(&mut self, phase: Phase) -> Result<(), SendError> {
        if !self.wire.has_unread() {
            return Ok(());
        }
        let unread = self.wire.unread();
        let reply = self.wire.received_reply().ok().flatten();
        match reply.map(|lines| lines.reply()) {
            Some(reply) if reply.refuses() => {
                self.open = false;
                self.wire.hang_up();
                Err(SendError::Refused { phase, reply })
            }
            _ => Err(self.unsent(phase, Loss::Garbled(unread))),
        }
    }

    /// The relay refused the recipient and wants the body all the same: it gets none (RFC 2920, section 3.1), and whatever it answers, nobody
    /// was sent anything. One that refused MAIL and took the recipient would mail them that nothing: we leave.
    fn end_of_nothing(&mut self, recipient: bool) {
        if recipient {
            self.open = false;
            self.wire.hang_up();
            return;
        }
        let ended = self
            .wire
            .write(b".\r\n", self.timeouts.data)
            .and_then(|()| self.wire.reply(self.timeouts.end));
        match ended {
            Ok(lines) if !lines.reply().closes() => {}
            _ => self.open = false,
        }
    }

    /// Leaves the transaction, so that the next one finds the session clean.
    fn reset(&mut self) {
        if !self.open {
            return;
        }
        let reset = self
            .wire
            .write(Rset.to_string().as_bytes(), self.timeouts.command)
            .and_then(|()| self.wire.reply(self.timeouts.command));
        self.open = matches!(reset, Ok(lines) if lines.reply().is_positive());
    }

    fn hear(&mut self, phase: Phase) -> Result<Answer, Loss> {
        let lines: Lines = self.wire.reply(self.timeouts.reply(phase))?;
        let granted = if phase == Phase::Data { 3 } else { 2 };
        let reply = lines.reply();
        if reply.code / 100 == granted {
            return Ok(Answer::Granted);
        }
        if !reply.refuses() {
            return Err(Loss::Garbled(reply.to_string()));
        }
        tracing::debug!(%phase, %reply, "refused");
        if reply.closes() {
            self.open = false;
        }
        Ok(Answer::Refused(reply))
    }

    fn write(&mut self, phase: Phase, bytes: &[u8]) -> Result<(), SendError> {
        self.wire
            .write(bytes, self.timeouts.reply(phase))
            .map_err(|loss| self.unsent(phase, loss))
    }

    /// The session is lost, and the mail isn't sent.
    fn unsent(&mut self, phase: Phase, loss: Loss) -> SendError {
        self.open = false;
        self.wire.hang_up();
        SendError::Unsent { phase, loss }
    }
}

/// What a command met with.
enum Answer {
    Granted,
    Refused(Reply),
}

fn needs_smtputf8(envelope: &Envelope<'_>) -> bool {
    envelope.to.needs_smtputf8() || envelope.from.needs_smtputf8()
}
