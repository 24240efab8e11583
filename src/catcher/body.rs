//! The body of a mail as it comes over the wire, kept octet for octet, with the rules that any relay would hold it to.

use super::reply::Reply;

/// The largest mail taken, in octets: what most large providers take.
pub(super) const MAX_SIZE: usize = 25 * 1024 * 1024;

/// The longest line of a mail, in octets without its CRLF (RFC 5322, section 2.1.1).
const MAX_LINE: usize = 998;

/// A mail's octets so far.
#[derive(Debug, Default)]
pub(super) struct Body {
    octets: Vec<u8>,
    line: usize,
    fault: Option<Fault>,
}

/// Why a body isn't taken. Its rest is still read: the client is in the middle of sending it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    TooLarge,
    LongLine,
    /// A CR or an LF without the other: relays disagree on what it ends, which is how mails are smuggled.
    BareEnd,
}

impl Body {
    /// Adds one octet.
    pub(super) fn push(&mut self, octet: u8) {
        if self.fault.is_some() {
            return;
        }
        let after_cr = self.octets.last() == Some(&b'\r');
        self.line = match (after_cr, octet) {
            (true, b'\n') => 0,
            (true, _) | (false, b'\n') => return self.fail(Fault::BareEnd),
            (false, b'\r') => self.line,
            (false, _) => self.line + 1,
        };
        if self.line > MAX_LINE {
            self.fail(Fault::LongLine);
        } else if self.octets.len() == MAX_SIZE {
            self.fail(Fault::TooLarge);
        } else {
            self.octets.push(octet);
        }
    }

    fn fail(&mut self, fault: Fault) {
        self.fault = Some(fault);
        self.octets = Vec::new();
    }

    /// Whether it is too late for this body to be taken.
    pub(super) fn has_failed(&self) -> bool {
        self.fault.is_some()
    }

    /// The whole body, or the reply that refuses it.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, Reply> {
        if self.octets.last() == Some(&b'\r') {
            self.fail(Fault::BareEnd);
        }
        match self.fault {
            None => Ok(self.octets),
            Some(Fault::TooLarge) => Err(too_large()),
            Some(Fault::LongLine) => Err(Reply::new(
                554,
                "5.6.0",
                format!("a line has more than {MAX_LINE} octets"),
            )),
            Some(Fault::BareEnd) => {
                Err(Reply::new(554, "5.6.0", "a line doesn't end in CR and LF"))
            }
        }
    }
}

/// The reply to a mail over [`MAX_SIZE`], announced or sent.
pub(super) fn too_large() -> Reply {
    Reply::new(
        552,
        "5.3.4",
        format!("a mail has at most {MAX_SIZE} octets"),
    )
}
