//! The bytes of a reply → its code and lines (RFC 5321, section 4.2).
//!
//! A reply is whole once the CRLF of its last line has come, and not before: half a reply to the final dot leaves the mail in doubt.
//! Its first digit must be 2 to 5, and its lines must carry the same code; about the rest of the grammar we are as generous as real relays are lax.

use crate::deliver::reply::Reply;

/// RFC 5321, section 4.5.3.1.5, wants 512; enhanced codes and long links made real ones longer.
const MAX_LINE: usize = 4096;
/// EHLO has the most lines; no relay needs so many.
const MAX_LINES: usize = 128;

/// A reply as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lines {
    /// 200 to 599.
    pub code: u16,
    /// The text of each line, after the code.
    pub lines: Vec<String>,
}

impl Lines {
    /// The reply that they make.
    pub(super) fn reply(&self) -> Reply {
        Reply::new(self.code, &self.lines)
    }
}

/// The first reply in the buffer and how many bytes it took; `None` if it isn't whole yet; what stands there if it will never be one.
pub(super) fn parse(buffer: &[u8]) -> Result<Option<(Lines, usize)>, String> {
    let mut at = 0;
    let mut reply: Option<Lines> = None;
    loop {
        let rest = &buffer[at..];
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            return if rest.len() > MAX_LINE {
                Err(excerpt(rest))
            } else {
                Ok(None)
            };
        };
        // A bare LF ends no line.
        let line = rest[..end].strip_suffix(b"\r");
        let (code, more, text) = line
            .filter(|line| line.len() <= MAX_LINE)
            .and_then(parse_line)
            .ok_or_else(|| excerpt(&rest[..end]))?;
        at += end + 1;
        let reply = reply.get_or_insert(Lines {
            code,
            lines: Vec::new(),
        });
        if reply.code != code || reply.lines.len() == MAX_LINES {
            return Err(excerpt(&rest[..end]));
        }
        reply.lines.push(text);
        if !more {
            let whole = Lines {
                code,
                lines: std::mem::take(&mut reply.lines),
            };
            return Ok(Some((whole, at)));
        }
    }
}

/// A line without its CRLF: its code, whether more lines follow, its text.
fn parse_line(line: &[u8]) -> Option<(u16, bool, String)> {
    let (digits, rest) = line.split_at_checked(3)?;
    let code = digits.iter().try_fold(0_u16, |code, digit| {
        digit
            .is_ascii_digit()
            .then(|| code * 10 + u16::from(digit - b'0'))
    })?;
    let (more, text) = match rest {
        [] => (false, rest),
        [b' ', text @ ..] => (false, text),
        [b'-', text @ ..] => (true, text),
        _ => return None,
    };
    let clean = (200..600).contains(&code) && !text.contains(&b'\r');
    clean.then(|| (code, more, String::from_utf8_lossy(text).into_owned()))
}

/// What came instead, short and fit for a terminal.
fn excerpt(bytes: &[u8]) -> String {
    bytes[..bytes.len().min(60)].escape_ascii().to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(bytes: &str) -> (u16, Vec<String>, usize) {
        let (lines, length) = parse(bytes.as_bytes()).unwrap().unwrap();
        (lines.code, lines.lines, length)
    }

    #[test]
    fn a_reply_ends_with_the_line_whose_code_has_no_hyphen() {
        let text = "250-mx.example\r\n250-SIZE 100\r\n250 PIPELINING\r\n354 go\r\n";
        let (code, lines, length) = whole(text);
        assert_eq!(code, 250);
        assert_eq!(lines, ["mx.example", "SIZE 100", "PIPELINING"]);
        assert_eq!(&text[length..], "354 go\r\n");
    }

    #[test]
    fn a_code_alone_and_one_outside_the_grammar_are_replies_too() {
        assert_eq!(whole("250\r\n").0, 250);
        assert_eq!(whole("571 5.7.1 blocked\r\n").0, 571);
        assert_eq!(
            parse(b"550 caf\xe9\r\n").unwrap().unwrap().0.lines,
            ["caf\u{fffd}"]
        );
    }

    #[test]
    fn half_a_reply_is_none() {
        for half in [
            "",
            "2",
            "250",
            "250 2.0.0 Ok",
            "250 2.0.0 Ok\r",
            "250-a\r\n",
            "250-a\r\n250 b",
        ] {
            assert_eq!(parse(half.as_bytes()), Ok(None), "{half:?}");
        }
    }

    #[test]
    fn what_is_no_reply_is_never_read_as_one() {
        for bad in [
            "250 Ok\n",
            "250 Ok\n354 go\r\n",
            "250 a\rb\r\n",
            "25\r\n",
            "2500 Ok\r\n",
            "250_Ok\r\n",
            "150 wait\r\n",
            "650 odd\r\n",
            "HTTP/1.1 400 Bad Request\r\n",
            "250-a\r\n550 b\r\n",
            "\r\n",
        ] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad:?}");
        }
        assert!(parse(&[b'2'; 10_000]).is_err());
        assert!(parse("250-x\r\n".repeat(1000).as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic_and_a_whole_reply_ends_in_crlf(bytes: Vec<u8>, code in 0_u16..700, text in "[ -~]{0,20}") {
            let _ = parse(&bytes);
            let mut line = format!("{code} {text}\r\n").into_bytes();
            let length = line.len();
            line.extend(bytes);
            if let Ok(Some((lines, taken))) = parse(&line) {
                prop_assert_eq!(taken, length);
                prop_assert_eq!(lines.code, code);
                prop_assert_eq!(lines.lines, [text]);
            } else {
                prop_assert!(!(200..600).contains(&code));
            }
        }
    }
}
