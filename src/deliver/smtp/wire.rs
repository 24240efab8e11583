//! The bytes on the wire: plain or under TLS, with a time for each thing, and interrupted when the run stops.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    sync::Arc,
    time::{Duration, Instant},
};

use rustls::{ClientConfig, ClientConnection, pki_types::ServerName};

use super::lines::{self, Lines};
use crate::deliver::relay::{Loss, StopBy};

/// How often a wait looks at the clock, and whether the run stops.
const TICK: Duration = Duration::from_millis(100);

/// A connection to a relay.
pub(super) struct Wire {
    socket: TcpStream,
    tls: Option<ClientConnection>,
    received: Vec<u8>,
    unwritten: usize,
    stop: StopBy,
}

impl Wire {
    /// Takes the socket over.
    pub(super) fn new(socket: TcpStream, stop: StopBy) -> io::Result<Self> {
        // Otherwise the final dot waits for the acknowledgement of the body: 40 ms a mail.
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(TICK))?;
        socket.set_write_timeout(Some(TICK))?;
        Ok(Self {
            socket,
            tls: None,
            received: Vec::new(),
            unwritten: 0,
            stop,
        })
    }

    /// The other end, and ours.
    pub(super) fn socket(&self) -> &TcpStream {
        &self.socket
    }

    /// Whether TLS protects it.
    pub(super) fn is_private(&self) -> bool {
        self.tls.is_some()
    }

    /// Begins TLS. What was received in plain text must have been read: see [`has_unread`](Self::has_unread).
    pub(super) fn secure(
        &mut self,
        config: Arc<ClientConfig>,
        name: ServerName<'static>,
        within: Duration,
    ) -> Result<(), Loss> {
        let mut tls = ClientConnection::new(config, name).map_err(io::Error::other)?;
        let deadline = Deadline::new(within, &self.stop);
        while tls.is_handshaking() {
            deadline.wait(|| tls.complete_io(&mut self.socket).map(drop))?;
        }
        self.tls = Some(tls);
        Ok(())
    }

    /// Writes all of it: `within` this time, in one go where the network takes it. After a failure, [`unwritten`](Self::unwritten) says how
    /// much of it certainly didn't go.
    pub(super) fn write(&mut self, mut bytes: &[u8], within: Duration) -> Result<(), Loss> {
        let deadline = Deadline::new(within, &self.stop);
        self.unwritten = bytes.len();
        while !bytes.is_empty() {
            let written = match &mut self.tls {
                None => deadline.wait(|| self.socket.write(bytes))?,
                Some(tls) => {
                    // Into the connection's buffer, as far as it goes; then out.
                    let taken = tls.writer().write(bytes)?;
                    self.unwritten = bytes.len() - taken;
                    while tls.wants_write() {
                        deadline.wait(|| tls.write_tls(&mut self.socket))?;
                    }
                    taken
                }
            };
            bytes = bytes.get(written..).unwrap_or_default();
            self.unwritten = bytes.len();
        }
        Ok(())
    }

    /// How many of the bytes of the last write have certainly not left.
    pub(super) fn unwritten(&self) -> usize {
        self.unwritten
    }

    /// Waits for a whole reply.
    pub(super) fn reply(&mut self, within: Duration) -> Result<Lines, Loss> {
        let deadline = Deadline::new(within, &self.stop);
        let mut waited = false;
        loop {
            if let Some(reply) = self.received_reply()? {
                return Ok(reply);
            }
            // A relay that drips a byte now and then doesn't get longer.
            if std::mem::replace(&mut waited, true) {
                deadline.check()?;
            }
            let (tls, socket, received) = (&mut self.tls, &mut self.socket, &mut self.received);
            if deadline.wait(|| read(tls, socket, received))? == 0 {
                return Err(Loss::Closed);
            }
        }
    }

    /// Whether something was received that no command asked for.
    pub(super) fn has_unread(&self) -> bool {
        !self.received.is_empty()
    }

    /// Takes in what has arrived, without waiting for more.
    pub(super) fn listen(&mut self) -> Result<(), Loss> {
        self.socket.set_nonblocking(true)?;
        let read = read(&mut self.tls, &mut self.socket, &mut self.received);
        self.socket.set_nonblocking(false)?;
        match read {
            Ok(0) => Err(Loss::Closed),
            Ok(_) => Ok(()),
            Err(error) if is_pause(&error) => Ok(()),
            Err(error) => Err(lost(error)),
        }
    }

    /// The next reply, if a whole one has been received.
    pub(super) fn received_reply(&mut self) -> Result<Option<Lines>, Loss> {
        let Some((reply, length)) = lines::parse(&self.received).map_err(Loss::Garbled)? else {
            return Ok(None);
        };
        self.received.drain(..length);
        Ok(Some(reply))
    }

    /// What was received and not read, for a message.
    pub(super) fn unread(&self) -> String {
        let length = self.received.len().min(60);
        self.received[..length].escape_ascii().to_string()
    }
}

impl Wire {
    /// Drops the connection now, so that the relay doesn't wait for a mail that won't end.
    pub(super) fn hang_up(&self) {
        let _ = self.socket.shutdown(std::net::Shutdown::Both);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        // The relay sees an end and not a cut, as far as that is possible without waiting.
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
            let _ = self.socket.set_nonblocking(true);
            let _ = tls.write_tls(&mut self.socket);
        }
    }
}

/// Reads once; 0 is the end.
fn read(
    tls: &mut Option<ClientConnection>,
    socket: &mut TcpStream,
    into: &mut Vec<u8>,
) -> io::Result<usize> {
    let mut block = [0; 4096];
    let length = match tls {
        None => socket.read(&mut block)?,
        Some(tls) => rustls::Stream::new(tls, socket).read(&mut block)?,
    };
    into.extend_from_slice(&block[..length]);
    Ok(length)
}

/// Until when something may take, in ticks.
struct Deadline {
    at: Instant,
    within: Duration,
    stop: StopBy,
}

impl Deadline {
    fn new(within: Duration, stop: &StopBy) -> Self {
        Self {
            at: Instant::now() + within,
            within,
            stop: stop.clone(),
        }
    }

    /// Tries until it neither blocks nor is interrupted.
    fn wait<T>(&self, mut attempt: impl FnMut() -> io::Result<T>) -> Result<T, Loss> {
        loop {
            match attempt() {
                Ok(done) => return Ok(done),
                Err(error) if !is_pause(&error) => return Err(lost(error)),
                Err(_) => self.check()?,
            }
        }
    }

    fn check(&self) -> Result<(), Loss> {
        if self.stop.is_over() {
            Err(Loss::Stopped)
        } else if Instant::now() >= self.at {
            Err(Loss::TimedOut(self.within))
        } else {
            Ok(())
        }
    }
}

/// The end of a tick, or a signal. (A read time-out is `WouldBlock` on Linux, `TimedOut` elsewhere.)
fn is_pause(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}

fn lost(error: io::Error) -> Loss {
    match error.kind() {
        // The latter: without TLS's own goodbye.
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => Loss::Closed,
        _ => Loss::Io(error),
    }
}
