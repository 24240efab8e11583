//! A web server of the tests' own, on loopback: it answers with raw octets, as wrong as a test wants, and counts.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use url::Url;

/// A server; it serves until the test program ends.
pub struct Server {
    address: SocketAddr,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<String>>,
    open: AtomicUsize,
    most: AtomicUsize,
}

impl Server {
    /// A server whose `answer` takes a request's head and writes; it says whether the connection stays.
    pub fn start(answer: impl Fn(&str, &mut TcpStream) -> bool + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, answer) = (Arc::new(Seen::default()), Arc::new(answer));
        let counts = seen.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, answer) = (counts.clone(), answer.clone());
                thread::spawn(move || {
                    let open = seen.open.fetch_add(1, Ordering::SeqCst) + 1;
                    seen.most.fetch_max(open, Ordering::SeqCst);
                    serve(stream, &seen, &*answer);
                    seen.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, seen }
    }

    /// A server that gives whole answers. A connection stays where the answer says its length and doesn't say `close`.
    pub fn answering(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::start(move |head, stream| {
            let answer = answer(head);
            let _ = stream.write_all(&answer);
            let answer = String::from_utf8_lossy(&answer).to_lowercase();
            answer.contains("content-length:") && !answer.contains("connection: close")
        })
    }

    /// The address of `path` on it.
    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The heads of all requests so far, in lower case.
    pub fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }

    /// The most connections that were open at once.
    pub fn most_at_once(&self) -> usize {
        self.seen.most.load(Ordering::SeqCst)
    }
}

fn serve(
    stream: TcpStream,
    seen: &Seen,
    answer: &(dyn Fn(&str, &mut TcpStream) -> bool + Send + Sync),
) {
    let mut writing = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while reader.read_line(&mut head).is_ok_and(|n| n > 2) {}
        if !head.ends_with("\r\n\r\n") {
            return;
        }
        seen.requests.lock().unwrap().push(head.to_lowercase());
        if !answer(&head, &mut writing) {
            return;
        }
    }
}

/// A whole answer: `head` holds more header lines, each with its end.
pub fn ok(head: &str, body: &[u8]) -> Vec<u8> {
    answer("200 OK", head, body)
}

/// A whole answer with another status.
pub fn answer(status: &str, head: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\n{head}Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// A redirect.
pub fn redirect(status: u16, to: &str) -> Vec<u8> {
    answer(
        &format!("{status} Moved"),
        &format!("Location: {to}\r\n"),
        b"",
    )
}

/// What a request asks for: `/feed`.
pub fn path(head: &str) -> &str {
    head.split(' ').nth(1).unwrap_or_default()
}

/// Says nothing, for longer than any test waits.
pub fn hang() -> bool {
    thread::sleep(Duration::from_secs(30));
    false
}
