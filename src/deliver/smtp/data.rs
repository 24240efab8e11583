//! Mails by DATA (RFC 5321, section 4.1.1.4). Where the relay takes groups (RFC 2920), the end of a mail and the next one's envelope go in one
//! write, so that a mail costs one round trip.

use lettre::transport::smtp::commands::Data;

use super::{
    envelope::commands,
    session::{Answer, Mails, SmtpSession},
    stuffing::stuff,
};
use crate::{
    compose::Mail,
    deliver::relay::{Loss, Phase, SendError, Sent},
};

/// So much of a body is written at once, and has the time of a block.
const BLOCK: usize = 64 * 1024;

/// The end of the body's last line, and the end of the mail.
const END: &[u8] = b"\r\n.\r\n";

const ENVELOPE: [Phase; 3] = [Phase::Mail, Phase::Rcpt, Phase::Data];

/// Hands the mails over, one after the other.
pub(super) fn send(session: &mut SmtpSession, mut mails: Mails<'_>) {
    let mut next = mails.next(&session.offers).map(|mail| (mail, Told::No));
    while let Some(((nth, mail), told)) = next.take() {
        if let Err(error) = open_transaction(session, &mail, told) {
            mails.settled(nth, Err(error));
            next = following(session, &mut mails);
            continue;
        }
        let chained = if session.offers.pipelining {
            mails.next(&session.offers)
        } else {
            None
        };
        let sent = write_body(session, &mut mails, nth, mail, chained.as_ref());
        mails.settled(nth, sent);
        next = match chained {
            Some((nth, _)) if !session.is_usable() => {
                mails.settled(nth, Err(session.unsent(Phase::Mail, Loss::Closed)));
                None
            }
            Some(mail) => Some((mail, Told::Already)),
            None => following(session, &mut mails),
        };
    }
}

/// Whether a mail's envelope went with the end of the mail before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Already,
    No,
}

fn following(session: &SmtpSession, mails: &mut Mails<'_>) -> Option<((usize, Mail), Told)> {
    if !session.is_usable() {
        return None;
    }
    mails.next(&session.offers).map(|mail| (mail, Told::No))
}

fn lines(session: &SmtpSession, mail: &Mail) -> [String; 3] {
    let [from, to] = commands(mail, &session.offers);
    [from, to, Data.to_string()]
}

/// MAIL, RCPT and DATA: in one write where the relay takes groups, one by one otherwise.
fn open_transaction(session: &mut SmtpSession, mail: &Mail, told: Told) -> Result<(), SendError> {
    if !session.is_usable() {
        return Err(session.unsent(Phase::Mail, Loss::Closed));
    }
    let lines = lines(session, mail);
    let grouped = session.offers.pipelining;
    if told == Told::No {
        session.heed_what_nobody_asked_for(Phase::Mail)?;
        if grouped {
            session.write(Phase::Mail, lines.concat().as_bytes())?;
        }
    }
    // The first refusal is the reason; the relay may still say a word to the rest of the group.
    let mut refused: Option<SendError> = None;
    let mut recipient = false;
    for (phase, line) in ENVELOPE.into_iter().zip(&lines) {
        if !grouped {
            if refused.is_some() {
                break;
            }
            session.write(phase, line.as_bytes())?;
        }
        match session.hear(phase) {
            Ok(Answer::Granted(_)) if phase == Phase::Data && refused.is_some() => {
                end_of_nothing(session, recipient);
            }
            Ok(Answer::Granted(_)) => recipient = phase == Phase::Rcpt,
            Ok(Answer::Refused(reply)) => {
                refused.get_or_insert(SendError::Refused { phase, reply });
            }
            Err(loss) => {
                let unsent = session.unsent(phase, loss);
                refused.get_or_insert(unsent);
            }
        }
        if !session.is_usable() {
            break;
        }
    }
    match refused {
        None => Ok(()),
        Some(refused) => {
            session.reset();
            Err(refused)
        }
    }
}

/// The relay refused the recipient and wants the body all the same: it gets none (RFC 2920, section 3.1), and whatever it answers, nobody
/// was sent anything. One that refused MAIL and took the recipient would mail them that nothing: we leave.
fn end_of_nothing(session: &mut SmtpSession, recipient: bool) {
    if recipient {
        session.hang_up();
        return;
    }
    let ended = session
        .wire
        .write(b".\r\n", session.timeouts.data)
        .and_then(|()| session.wire.reply(session.timeouts.end));
    match ended {
        Ok(lines) if !lines.reply().closes() => {}
        _ => session.close(),
    }
}

/// The body and its end; behind it, in the same write, the envelope of the mail that is `chained` to it.
fn write_body(
    session: &mut SmtpSession,
    mails: &mut Mails<'_>,
    nth: usize,
    mail: Mail,
    chained: Option<&(usize, Mail)>,
) -> Sent {
    let mut bytes = mail.bytes;
    // The last line's end belongs to the mail's.
    if bytes.ends_with(b"\r\n") {
        bytes.truncate(bytes.len() - 2);
    }
    let mut bytes = stuff(bytes);
    let first = bytes.len().saturating_sub(1) / BLOCK * BLOCK;
    bytes.extend_from_slice(END);
    let envelope = chained.map_or(String::new(), |(_, mail)| lines(session, mail).concat());
    bytes.extend_from_slice(envelope.as_bytes());
    let (blocks, last) = bytes.split_at(first);

    for block in blocks.chunks(BLOCK) {
        if let Err(loss) = session.wire.write(block, session.timeouts.block) {
            // A relay that breaks a mail off may have said why.
            let _ = session.wire.listen();
            session.heed_what_nobody_asked_for(Phase::End)?;
            return Err(session.unsent(Phase::End, loss));
        }
    }
    // The last look before there can be doubt. It also keeps a stray reply from being taken for the one to the final dot.
    let listened = session.wire.listen();
    session.heed_what_nobody_asked_for(Phase::End)?;
    listened.map_err(|loss| session.unsent(Phase::End, loss))?;
    if let Err(error) = mails.ending(nth) {
        // The transaction can't be taken back any more, only left.
        session.hang_up();
        return Err(SendError::NotNoted(error));
    }
    if let Err(loss) = session.wire.write(last, session.timeouts.block) {
        if session.wire.unwritten() > envelope.len() {
            return Err(session.unsent(Phase::End, loss));
        }
        // The end is out, what follows it isn't: the answer may be here already.
        session.close();
        let _ = session.wire.listen();
        if !session.wire.has_unread() {
            return Err(SendError::InDoubt(loss));
        }
    }
    match session.hear(Phase::End) {
        Ok(Answer::Granted(reply)) => Ok(reply),
        Ok(Answer::Refused(reply)) => Err(SendError::Refused {
            phase: Phase::End,
            reply,
        }),
        Err(loss) => {
            session.close();
            Err(SendError::InDoubt(loss))
        }
    }
}
