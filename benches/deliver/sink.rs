//! A server that counts: it takes every mail, keeps none, and is faster than whoever sends to it.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use memchr::memmem;

/// What it offers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Offers {
    Groups,
    Chunks,
}

/// The server, and what it has counted.
pub struct Sink {
    pub port: u16,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    mails: AtomicU64,
    octets: AtomicU64,
    span: Mutex<Option<(Instant, Instant)>>,
}

impl Counts {
    fn mail(&self, octets: u64) {
        self.mails.fetch_add(1, Ordering::Relaxed);
        self.octets.fetch_add(octets, Ordering::Relaxed);
    }

    /// When the first connection's first command came, and the last mail.
    fn note(&self) {
        let now = Instant::now();
        let mut span = self.span.lock().expect("no panic holds it");
        *span = Some((span.map_or(now, |(first, _)| first), now));
    }
}

impl Sink {
    /// Starts it; each reply comes `round_trip` after its command, however many are on their way.
    pub fn start(offers: Offers, round_trip: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let counts = Arc::new(Counts::default());
        let sink = Self {
            port,
            counts: counts.clone(),
        };
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let counts = counts.clone();
                thread::spawn(move || {
                    let _ = Connection::new(socket, offers, round_trip, counts).serve();
                });
            }
        });
        sink
    }

    pub fn mails(&self) -> u64 {
        self.counts.mails.load(Ordering::Relaxed)
    }

    /// The mean size of a mail, in octets.
    pub fn size(&self) -> u64 {
        self.counts.octets.load(Ordering::Relaxed) / self.mails().max(1)
    }

    /// From the first command to the last mail.
    pub fn span(&self) -> Duration {
        let span = *self.counts.span.lock().expect("no panic holds it");
        span.map_or(Duration::ZERO, |(first, last)| last - first)
    }
}

struct Connection {
    socket: TcpStream,
    offers: Offers,
    counts: Arc<Counts>,
    buffer: Vec<u8>,
    at: usize,
    replies: Vec<u8>,
    delayed: Option<mpsc::Sender<(Instant, Vec<u8>)>>,
    round_trip: Duration,
}

impl Connection {
    fn new(socket: TcpStream, offers: Offers, round_trip: Duration, counts: Arc<Counts>) -> Self {
        let _ = socket.set_nodelay(true);
        let delayed = (!round_trip.is_zero()).then(|| {
            let (sender, receiver) = mpsc::channel::<(Instant, Vec<u8>)>();
            let mut out = socket.try_clone().expect("a second handle");
            thread::spawn(move || {
                for (due, reply) in receiver {
                    thread::sleep(due.saturating_duration_since(Instant::now()));
                    if out.write_all(&reply).is_err() {
                        break;
                    }
                }
            });
            sender
        });
        Self {
            socket,
            offers,
            counts,
            buffer: Vec::new(),
            at: 0,
            replies: Vec::new(),
            delayed,
            round_trip,
        }
    }

    fn serve(&mut self) -> std::io::Result<()> {
        self.reply("220 sink ESMTP\r\n");
        loop {
            let end = self.find(b"\r\n")?;
            let line = self.buffer[self.at..end].to_ascii_uppercase();
            self.at = end + 2;
            if line.starts_with(b"EHLO") {
                self.counts.note();
                self.reply(match self.offers {
                    Offers::Groups => "250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
                    Offers::Chunks => {
                        "250-sink\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 8BITMIME\r\n"
                    }
                });
            } else if line.starts_with(b"DATA") {
                self.reply("354 go on\r\n");
                let from = self.at;
                let end = self.find(b"\r\n.\r\n")?;
                self.took(end - from.min(end));
                self.at = end + 5;
            } else if let Some(octets) = line.strip_prefix(b"BDAT ") {
                let octets = octets
                    .split(|byte| *byte == b' ')
                    .next()
                    .unwrap_or_default();
                let octets = String::from_utf8_lossy(octets).parse().unwrap_or(0);
                self.skip(octets)?;
                self.took(octets);
            } else if line.starts_with(b"QUIT") {
                self.reply("221 bye\r\n");
                return self.flush();
            } else {
                self.reply("250 Ok\r\n");
            }
        }
    }

    fn took(&mut self, octets: usize) {
        self.counts.mail(octets as u64);
        self.counts.note();
        self.reply("250 Ok\r\n");
    }

    fn reply(&mut self, text: &str) {
        self.replies.extend_from_slice(text.as_bytes());
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let replies = std::mem::take(&mut self.replies);
        match &self.delayed {
            _ if replies.is_empty() => Ok(()),
            None => self.socket.write_all(&replies),
            Some(delayed) => {
                let _ = delayed.send((Instant::now() + self.round_trip, replies));
                Ok(())
            }
        }
    }

    /// Where `what` stands, from here; reads more until it is there.
    fn find(&mut self, what: &[u8]) -> std::io::Result<usize> {
        let mut from = self.at;
        loop {
            if let Some(found) = memmem::find(&self.buffer[from..], what) {
                return Ok(from + found);
            }
            let seen = self
                .buffer
                .len()
                .saturating_sub(what.len() - 1)
                .max(self.at);
            let moved = self.more()?;
            from = seen - moved;
        }
    }

    fn skip(&mut self, octets: usize) -> std::io::Result<()> {
        let mut left = octets;
        loop {
            let here = (self.buffer.len() - self.at).min(left);
            self.at += here;
            left -= here;
            if left == 0 {
                return Ok(());
            }
            self.more()?;
        }
    }

    /// Reads more, and says by how much what was there has moved to the front.
    fn more(&mut self) -> std::io::Result<usize> {
        self.flush()?;
        let moved = self.at;
        self.buffer.drain(..moved);
        self.at = 0;
        let old = self.buffer.len();
        self.buffer.resize(old + 256 * 1024, 0);
        let read = self.socket.read(&mut self.buffer[old..])?;
        self.buffer.truncate(old + read);
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(moved)
    }
}
