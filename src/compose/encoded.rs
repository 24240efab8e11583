//! Quoted-printable (RFC 2045, section 6.7), in pieces with holes.
//!
//! Text is encoded line by line, so that fragments that end in a line break can be joined without encoding them again. A mark
//! makes a soft line break: a reader's value always begins and ends a line of the encoded text, and whatever is put in, the
//! lines around it stay as they are.

use crate::domain::{
    Hole,
    digest::{CLOSE, OPEN},
};

/// The longest line, without its line break.
const LINE: usize = 76;
const SOFT: &[u8] = b"=\r\n";

/// A piece of encoded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Octets that are the same for everybody.
    Bytes(Vec<u8>),
    /// A place for a reader's own value. It stands at the start of a line, and what follows begins with a soft break.
    Hole(Hole),
}

/// An encoded text with its holes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Encoded {
    /// In order.
    pub pieces: Vec<Piece>,
}

/// Encodes a text with its marks. Line breaks in it are `\n` or `\r\n`; those that come out are `\r\n`.
#[must_use]
pub fn encode(text: &str) -> Encoded {
    let mut pieces = Vec::new();
    let mut bytes = Vec::with_capacity(text.len() * 5 / 4);
    for line in text.split_inclusive('\n') {
        let (line, hard) = match line.strip_suffix('\n') {
            Some(line) => (line.strip_suffix('\r').unwrap_or(line), true),
            None => (line, false),
        };
        encode_line(line, &mut bytes, &mut pieces);
        if hard {
            bytes.extend_from_slice(b"\r\n");
        }
    }
    if !bytes.is_empty() {
        pieces.push(Piece::Bytes(bytes));
    }
    Encoded { pieces }
}

/// One line. Its marks cut it in stretches: before, a value or a hole's sign, between, and so on.
fn encode_line(line: &str, bytes: &mut Vec<u8>, pieces: &mut Vec<Piece>) {
    let stretches: Vec<&str> = line.split([OPEN, CLOSE]).collect();
    let last = stretches.len() - 1;
    for (index, stretch) in stretches.iter().enumerate() {
        match stretch.chars().next().and_then(Hole::from_sign) {
            Some(hole) => {
                pieces.push(Piece::Bytes(std::mem::take(bytes)));
                pieces.push(Piece::Hole(hole));
            }
            None => encode_stretch(stretch, index == last, bytes),
        }
        if index < last {
            bytes.extend_from_slice(SOFT);
        }
    }
}

/// Encodes the value of a hole as [`encode`] would have done between its marks.
pub fn encode_value(value: &str, bytes: &mut Vec<u8>) {
    encode_stretch(value, false, bytes);
}

/// A stretch of a line, from the line's start. A white space that would end the line (RFC 2045, rule 3), and a dot that would
/// begin it, are encoded: so no line needs dot-stuffing.
fn encode_stretch(stretch: &str, ends_line: bool, out: &mut Vec<u8>) {
    let bytes = stretch.as_bytes();
    let mut column = 0;
    for (index, &byte) in bytes.iter().enumerate() {
        let last = index + 1 == bytes.len();
        let literal = match byte {
            b'.' => column > 0,
            b' ' | b'\t' => !last,
            b'=' => false,
            _ => byte.is_ascii_graphic(),
        };
        let width = if literal { 1 } else { 3 };
        // The last character of a hard line may stand where others must leave room for the `=` of a soft break.
        let room = if last && ends_line { LINE } else { LINE - 1 };
        if column + width > room {
            out.extend_from_slice(SOFT);
            column = 0;
        }
        if literal && !(byte == b'.' && column == 0) {
            out.push(byte);
            column += 1;
        } else {
            out.extend_from_slice(&escape(byte));
            column += 3;
        }
    }
}

fn escape(byte: u8) -> [u8; 3] {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    [
        b'=',
        DIGITS[usize::from(byte >> 4)],
        DIGITS[usize::from(byte & 15)],
    ]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(text: &str) -> String {
        let mut out = Vec::new();
        for piece in encode(text).pieces {
            match piece {
                Piece::Bytes(bytes) => out.extend(bytes),
                Piece::Hole(hole) => out.extend(hole.name().bytes()),
            }
        }
        String::from_utf8(out).unwrap()
    }

    fn decode(encoded: &str) -> String {
        let mut bytes = Vec::new();
        let text = encoded.replace("=\r\n", "");
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            if byte == b'=' {
                let hex: String = [rest.next(), rest.next()]
                    .into_iter()
                    .flatten()
                    .map(char::from)
                    .collect();
                bytes.push(u8::from_str_radix(&hex, 16).unwrap());
            } else {
                bytes.push(byte);
            }
        }
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn no_line_begins_with_a_dot_or_ends_in_white_space() {
        assert_eq!(whole(".\n.. \n \n"), "=2E\r\n=2E.=20\r\n=20\r\n");
    }

    #[test]
    fn a_hole_stands_between_soft_breaks() {
        let text = format!("To {} now\n", Hole::Address.mark());
        assert_eq!(whole(&text), "To=20=\r\naddress=\r\n now\r\n");
    }

    #[test]
    fn a_marked_value_gives_the_same_lines_as_a_hole() {
        let value = "ann.lee@a.example";
        let with_value = whole(&format!("To {OPEN}{value}{CLOSE} now\n"));
        let with_hole = whole(&format!("To {} now\n", Hole::Address.mark()));
        assert_eq!(with_hole.replace("address", value), with_value);
    }

    proptest! {
        #[test]
        fn any_text_is_read_back_and_fits_its_lines(text in "(\\PC|[ .=\t\n]){0,300}") {
            let text = crate::domain::digest::strip_marks(&text).into_owned();
            let encoded = whole(&text);
            for line in encoded.split("\r\n") {
                prop_assert!(line.len() <= LINE, "{}", line);
                prop_assert!(!line.starts_with('.'));
                prop_assert!(!line.ends_with([' ', '\t']));
            }
            prop_assert_eq!(decode(&encoded), text.replace('\n', "\r\n"));
        }
    }
}
