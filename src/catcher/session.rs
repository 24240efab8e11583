//! One SMTP session: commands in, replies out, mails into the inbox (RFC 5321, section 4).

use std::io::{self, Read, Write};

use super::{
    body::{Body, MAX_SIZE, too_large},
    command::{self, Command},
    inbox::Inbox,
    reply::Reply,
    wire::{Line, Wire},
};

/// The most recipients of one mail: what RFC 5321, section 4.5.3.1.8 asks for at least.
const MAX_RECIPIENTS: usize = 100;

/// After so many refusals in a row, whoever is there doesn't speak SMTP.
const MAX_REFUSALS: u32 = 25;

/// Whether a session goes on.
#[derive(PartialEq, Eq)]
enum After {
    More,
    Done,
}

/// A mail on its way in: its envelope, and its body where that comes in chunks.
#[derive(Default)]
struct Transaction {
    from: String,
    utf8: bool,
    recipients: Vec<String>,
    body: Option<Body>,
}

struct Session<'a, R: Read, W: Write> {
    wire: Wire<R, W>,
    inbox: &'a Inbox,
    greeted: bool,
    transaction: Option<Transaction>,
}

/// Speaks with one client until it leaves.
///
/// # Errors
/// The connection's own: it broke, or was silent for too long.
pub(super) fn converse<R: Read, W: Write>(input: R, output: W, inbox: &Inbox) -> io::Result<()> {
    let mut session = Session {
        wire: Wire::new(input, output),
        inbox,
        greeted: false,
        transaction: None,
    };
    session.wire.say(&Reply::new(
        220,
        "",
        "localhost ESMTP Postrider's mail catcher: nothing leaves this machine",
    ))?;
    let mut refusals = 0;
    loop {
        let answer = match session.wire.line()? {
            Line::Closed => return session.wire.flush(),
            Line::TooLong => Err(Reply::new(500, "5.5.2", "the line is too long")),
            Line::Whole(line) => command::parse(&line),
        };
        let reply = match answer {
            Ok(Command::Ehlo) => {
                session.ehlo()?;
                refusals = 0;
                continue;
            }
            Ok(command) => {
                let (reply, after) = session.obey(command)?;
                if after == After::Done {
                    session.wire.say(&reply)?;
                    return session.wire.flush();
                }
                reply
            }
            Err(refusal) => refusal,
        };
        refusals = if reply.refuses() { refusals + 1 } else { 0 };
        session.wire.say(&reply)?;
        if refusals == MAX_REFUSALS {
            session.wire.say(&Reply::new(
                421,
                "4.7.0",
                "too many errors: closing the connection",
            ))?;
            return session.wire.flush();
        }
    }
}

impl<R: Read, W: Write> Session<'_, R, W> {
    fn ehlo(&mut self) -> io::Result<()> {
        self.greeted = true;
        self.transaction = None;
        self.wire.say_lines(&format!(
            "250-localhost\r\n250-PIPELINING\r\n250-SIZE {MAX_SIZE}\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n250 ENHANCEDSTATUSCODES\r\n"
        ))
    }

    fn obey(&mut self, command: Command) -> io::Result<(Reply, After)> {
        let reply = match command {
            Command::Ehlo | Command::Helo => {
                self.greeted = true;
                self.transaction = None;
                Reply::new(250, "", "localhost")
            }
            Command::Mail { from, size, utf8 } => self.mail(from, size, utf8),
            Command::Rcpt(to) => self.rcpt(to),
            Command::Data => self.data()?,
            Command::Bdat { size, last } => self.bdat(size, last)?,
            Command::Rset => {
                self.transaction = None;
                Reply::new(250, "2.0.0", "forgotten")
            }
            Command::Noop => Reply::new(250, "2.0.0", "here"),
            Command::Vrfy => Reply::new(252, "2.1.5", "every address is caught here"),
            Command::Quit => return Ok((Reply::new(221, "2.0.0", "goodbye"), After::Done)),
        };
        Ok((reply, After::More))
    }

    fn mail(&mut self, from: String, size: u64, utf8: bool) -> Reply {
        if !self.greeted {
            return Reply::new(503, "5.5.1", "EHLO comes first");
        }
        if self.transaction.is_some() {
            return Reply::new(503, "5.5.1", "a mail is under way: RSET forgets it");
        }
        if size > MAX_SIZE as u64 {
            return too_large();
        }
        if !utf8 && !from.is_ascii() {
            return needs_utf8();
        }
        self.transaction = Some(Transaction {
            from,
            utf8,
            ..Transaction::default()
        });
        Reply::new(250, "2.1.0", "sender noted")
    }

    fn rcpt(&mut self, to: String) -> Reply {
        let Some(transaction) = &mut self.transaction else {
            return Reply::new(503, "5.5.1", "MAIL comes first");
        };
        if transaction.body.is_some() {
            return Reply::new(503, "5.5.1", "the body has begun");
        }
        if !transaction.utf8 && !to.is_ascii() {
            return needs_utf8();
        }
        if transaction.recipients.len() == MAX_RECIPIENTS {
            return Reply::new(452, "4.5.3", "enough recipients for one mail");
        }
        transaction.recipients.push(to);
        Reply::new(250, "2.1.5", "recipient noted")
    }

    /// Takes the transaction, if it has come as far as the body.
    fn addressed(&mut self) -> Option<Transaction> {
        self.transaction
            .take_if(|transaction| !transaction.recipients.is_empty())
    }

    fn data(&mut self) -> io::Result<Reply> {
        if self
            .transaction
            .as_ref()
            .is_some_and(|it| it.body.is_some())
        {
            return Ok(Reply::new(503, "5.5.1", "the body comes by BDAT: go on so"));
        }
        let Some(transaction) = self.addressed() else {
            return Ok(no_recipient());
        };
        self.wire
            .say(&Reply::new(354, "", "go ahead, a dot alone ends it"))?;
        let body = self.wire.dotted()?;
        Ok(self.keep(&transaction, body))
    }

    fn bdat(&mut self, size: u64, last: bool) -> io::Result<Reply> {
        let Some(mut transaction) = self.addressed() else {
            // After a refused chunk, or refused recipients, a pipelining client's next chunks still come.
            self.wire.chunk(size, None)?;
            return Ok(no_recipient());
        };
        let mut body = transaction.body.take().unwrap_or_default();
        self.wire.chunk(size, Some(&mut body))?;
        if last || body.has_failed() {
            return Ok(self.keep(&transaction, body));
        }
        transaction.body = Some(body);
        self.transaction = Some(transaction);
        Ok(Reply::new(250, "2.0.0", format!("{size} octets")))
    }

    fn keep(&self, transaction: &Transaction, body: Body) -> Reply {
        let octets = match body.finish() {
            Ok(octets) => octets,
            Err(refusal) => return refusal,
        };
        match self
            .inbox
            .keep(&transaction.from, &transaction.recipients, &octets)
        {
            Ok(number) => Reply::new(250, "2.0.0", format!("queued as {number:04}")),
            Err(error) => {
                tracing::warn!("the catcher can't keep a mail: {error}");
                Reply::new(451, "4.3.0", "the mail can't be written here: try later")
            }
        }
    }
}

fn needs_utf8() -> Reply {
    Reply::new(553, "5.6.7", "this address needs SMTPUTF8")
}

fn no_recipient() -> Reply {
    Reply::new(503, "5.5.1", "no recipient was taken")
}
