//! One connection's octets: lines, dotted data and counted chunks in, replies out.
//!
//! Replies are held back while input waits in the buffer, so that pipelined commands are answered in one write (RFC 2920, section 3.2).

use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};

use super::{body::Body, reply::Reply};

/// The longest command, in octets with its CRLF: the 512 of RFC 5321, and room for what extensions add.
const MAX_COMMAND: usize = 2048;

/// A connection.
pub(super) struct Wire<R: Read, W: Write> {
    input: BufReader<R>,
    output: BufWriter<W>,
}

/// What a client sent where a command was due.
#[derive(Debug)]
pub(super) enum Line {
    /// A line, without its end.
    Whole(Vec<u8>),
    /// A line over the limit, read to its end and dropped.
    TooLong,
    /// Nothing more will come.
    Closed,
}

/// Where the reading of dotted data stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dotted {
    LineStart,
    Text,
    Cr,
    Dot,
    DotCr,
}

impl<R: Read, W: Write> Wire<R, W> {
    /// A connection, read and written in blocks.
    pub(super) fn new(input: R, output: W) -> Self {
        Self {
            input: BufReader::with_capacity(64 * 1024, input),
            output: BufWriter::new(output),
        }
    }

    /// Says something, at the latest when we next wait for the client.
    pub(super) fn say(&mut self, reply: &Reply) -> io::Result<()> {
        write!(self.output, "{reply}")
    }

    /// Says lines that are ready for the wire.
    pub(super) fn say_lines(&mut self, lines: &str) -> io::Result<()> {
        self.output.write_all(lines.as_bytes())
    }

    /// Sends what is held back.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }

    fn fill(&mut self) -> io::Result<&[u8]> {
        if self.input.buffer().is_empty() {
            self.output.flush()?;
        }
        self.input.fill_buf()
    }

    /// The next line. It ends in LF: a client that forgets the CR of a command is understood.
    pub(super) fn line(&mut self) -> io::Result<Line> {
        let (mut line, mut too_long) = (Vec::new(), false);
        loop {
            let waiting = self.fill()?;
            if waiting.is_empty() {
                return Ok(Line::Closed);
            }
            let end = waiting.iter().position(|&octet| octet == b'\n');
            let taken = end.map_or(waiting.len(), |end| end + 1);
            if line.len() + taken > MAX_COMMAND {
                too_long = true;
                line = Vec::new();
            } else {
                line.extend_from_slice(&waiting[..taken]);
            }
            self.input.consume(taken);
            match end {
                None => {}
                Some(_) if too_long => return Ok(Line::TooLong),
                Some(_) => {
                    line.pop();
                    if line.last() == Some(&b'\r') {
                        line.pop();
                    }
                    return Ok(Line::Whole(line));
                }
            }
        }
    }

    /// What follows DATA, up to CRLF, dot, CRLF and nothing less, with its dots unstuffed (RFC 5321, section 4.5.2).
    ///
    /// # Errors
    /// The connection's own, and its end before the data's.
    pub(super) fn dotted(&mut self) -> io::Result<Body> {
        let mut body = Body::default();
        let mut at = Dotted::LineStart;
        loop {
            let waiting = self.fill()?;
            if waiting.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let mut taken = 0;
            let mut ended = false;
            for &octet in waiting {
                taken += 1;
                at = match (at, octet) {
                    (Dotted::LineStart, b'.') => Dotted::Dot,
                    (Dotted::Dot, b'\r') => Dotted::DotCr,
                    (Dotted::DotCr, b'\n') => {
                        ended = true;
                        break;
                    }
                    (before, octet) => {
                        if matches!(before, Dotted::DotCr) {
                            body.push(b'\r');
                        }
                        body.push(octet);
                        match (before, octet) {
                            (_, b'\r') => Dotted::Cr,
                            (Dotted::Cr, b'\n') => Dotted::LineStart,
                            _ => Dotted::Text,
                        }
                    }
                };
            }
            self.input.consume(taken);
            if ended {
                return Ok(body);
            }
        }
    }

    /// A chunk of `size` octets after BDAT, into `body`, or nowhere where there is none: it comes in any case.
    ///
    /// # Errors
    /// The connection's own, and its end before the chunk's.
    pub(super) fn chunk(&mut self, size: u64, mut body: Option<&mut Body>) -> io::Result<()> {
        let mut left = size;
        while left > 0 {
            let waiting = self.fill()?;
            if waiting.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let taken = usize::try_from(left).map_or(waiting.len(), |left| left.min(waiting.len()));
            if let Some(body) = body.as_deref_mut() {
                waiting[..taken].iter().for_each(|&octet| body.push(octet));
            }
            self.input.consume(taken);
            left -= taken as u64;
        }
        Ok(())
    }
}
