//! Mails by BDAT (RFC 3030): their length goes before them, nothing waits for a word of the relay, and many are on their way at once.
//!
//! Each mail is a group of commands, `RSET, MAIL, RCPT, BDAT n LAST`, with its bytes behind. RSET, because what a refused mail leaves
//! behind is indeterminate (RFC 3030, section 2), and nobody waits to see whether one was refused.

use std::{collections::VecDeque, sync::atomic::Ordering};

use super::{
    envelope::commands,
    session::{Answer, Mails, SmtpSession},
};
use crate::{
    compose::Mail,
    deliver::{
        relay::{Loss, Phase, SendError},
        reply::Reply,
    },
};

/// So many mails are on their way at once.
const WINDOW: usize = 32;

/// Hands the mails over.
pub(super) fn send(session: &mut SmtpSession, mails: Mails<'_>) {
    let mut window = Window {
        session,
        mails,
        flying: VecDeque::new(),
        clean: false,
    };
    window.send();
}

/// A mail on its way.
struct Flying {
    nth: usize,
    /// The answers that are still to come.
    awaited: VecDeque<Phase>,
    recipient: bool,
    refused: Option<(Phase, Reply)>,
}

struct Window<'a, 'b> {
    session: &'a mut SmtpSession,
    mails: Mails<'b>,
    flying: VecDeque<Flying>,
    /// Whether the transaction before the next one was ended by the relay's yes.
    clean: bool,
}

impl Window<'_, '_> {
    fn send(&mut self) {
        while self.session.is_usable() {
            let Some((nth, mail)) = self.mails.next(&self.session.offers) else {
                break;
            };
            if let Err(error) = self.launch(nth, &mail) {
                self.mails.settled(nth, Err(error));
                break;
            }
            if self.flying.len() == WINDOW {
                self.land();
            }
        }
        while !self.flying.is_empty() {
            self.land();
        }
    }

    /// Writes a mail with its envelope.
    fn launch(&mut self, nth: usize, mail: &Mail) -> Result<(), SendError> {
        let session = &mut *self.session;
        if self.flying.is_empty() {
            let listened = session.wire.listen();
            session.heed_what_nobody_asked_for(Phase::Mail)?;
            listened.map_err(|loss| session.unsent(Phase::Mail, loss))?;
        }
        let [from, to] = commands(mail, &session.offers);
        let octets = mail.bytes.len();
        let reset = if self.clean { "" } else { "RSET\r\n" };
        let mut bytes = format!("{reset}{from}{to}BDAT {octets} LAST\r\n").into_bytes();
        bytes.extend_from_slice(&mail.bytes);
        let mut awaited = VecDeque::from([Phase::Mail, Phase::Rcpt, Phase::End]);
        if !self.clean {
            awaited.push_front(Phase::Reset);
        }
        self.clean = false;

        if let Err(error) = self.mails.ending(nth) {
            self.session.close();
            return Err(SendError::NotNoted(error));
        }
        if let Err(loss) = session.wire.write(&bytes, session.timeouts.block) {
            session.close();
            if session.wire.unwritten() > 0 {
                return Err(SendError::Unsent {
                    phase: Phase::End,
                    loss,
                });
            }
        }
        self.flying.push_back(Flying {
            nth,
            awaited,
            recipient: false,
            refused: None,
        });
        Ok(())
    }

    /// Hears the answers to the mail that has been on its way the longest.
    fn land(&mut self) {
        while let Some(flying) = self.flying.front_mut() {
            let Some(phase) = flying.awaited.pop_front() else {
                break;
            };
            match self.session.hear(phase) {
                Ok(Answer::Granted(reply)) => match phase {
                    Phase::Rcpt => flying.recipient = true,
                    Phase::End => return self.taken(reply),
                    _ => {}
                },
                Ok(Answer::Refused(reply)) if reply.closes() => return self.closed(phase, reply),
                Ok(Answer::Refused(reply)) if phase == Phase::End => {
                    if flying.refused.is_none() && is_unknown_command(reply.code) {
                        return self.no_bdat(&reply);
                    }
                    flying.refused.get_or_insert((phase, reply));
                    return self.refused();
                }
                Ok(Answer::Refused(reply)) => {
                    flying.refused.get_or_insert((phase, reply));
                }
                Err(loss) => return self.lost(&loss),
            }
        }
    }

    fn settle(&mut self, sent: impl FnOnce(&mut Flying) -> Result<Reply, SendError>) {
        if let Some(mut flying) = self.flying.pop_front() {
            let sent = sent(&mut flying);
            self.mails.settled(flying.nth, sent);
        }
    }

    /// The relay says that it took the mail. It took it for nobody, if it refused the recipient.
    fn taken(&mut self, reply: Reply) {
        self.clean = self.flying.len() == 1;
        self.settle(|flying| match flying.refused.take() {
            Some((phase, reply)) if !flying.recipient => Err(SendError::Refused { phase, reply }),
            _ => Ok(reply),
        });
    }

    fn refused(&mut self) {
        self.settle(|flying| match flying.refused.take() {
            Some((phase, reply)) => Err(SendError::Refused { phase, reply }),
            None => Err(SendError::InDoubt(Loss::Closed)),
        });
    }

    /// 421: the relay reads nothing any more, so it has taken neither this mail nor those behind it.
    fn closed(&mut self, phase: Phase, reply: Reply) {
        self.settle(|flying| {
            let (phase, reply) = flying.refused.take().unwrap_or((phase, reply));
            Err(SendError::Refused { phase, reply })
        });
        self.nothing_behind_was_taken();
    }

    /// It offers CHUNKING, and knows no BDAT. It can't have taken a mail by it; what it made of the bytes, we don't wait to see.
    fn no_bdat(&mut self, reply: &Reply) {
        tracing::info!("the relay offers CHUNKING and knows no BDAT ({reply}): DATA from now on");
        self.session.knows_no_bdat.store(true, Ordering::Relaxed);
        self.session.hang_up();
        self.nothing_behind_was_taken();
    }

    fn nothing_behind_was_taken(&mut self) {
        self.session.close();
        while !self.flying.is_empty() {
            self.settle(|_| {
                Err(SendError::Unsent {
                    phase: Phase::Mail,
                    loss: Loss::Closed,
                })
            });
        }
    }

    /// No answer came: each mail that is out may have been taken, unless its recipient was refused.
    fn lost(&mut self, loss: &Loss) {
        self.session.hang_up();
        while !self.flying.is_empty() {
            self.settle(|flying| match flying.refused.take() {
                Some((phase, reply)) if !flying.recipient => {
                    Err(SendError::Refused { phase, reply })
                }
                _ => Err(SendError::InDoubt(loss.again())),
            });
        }
    }
}

/// RFC 5321, section 4.2.4: the command isn't known, or not implemented.
fn is_unknown_command(code: u16) -> bool {
    matches!(code, 500 | 502)
}
