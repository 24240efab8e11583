//! The SMTP server: a thread that accepts, and one for each session.

use std::{
    collections::HashMap,
    io::{self, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use super::{inbox::Inbox, reply::Reply, session};

/// The most sessions at once.
const MAX_SESSIONS: usize = 64;

/// How long a client may be silent (RFC 5321, section 4.5.3.2.7).
const SILENCE: Duration = Duration::from_mins(5);

/// How long a client may leave our replies unread.
const UNREAD: Duration = Duration::from_mins(1);

/// The running server.
#[derive(Debug)]
pub(super) struct Listener {
    address: SocketAddr,
    sessions: Arc<Sessions>,
    thread: Option<JoinHandle<()>>,
}

/// The open sessions' connections, so that stopping can close them.
#[derive(Debug, Default)]
struct Sessions {
    stopping: AtomicBool,
    open: Mutex<HashMap<u64, TcpStream>>,
}

impl Sessions {
    fn open(&self) -> MutexGuard<'_, HashMap<u64, TcpStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    /// Listens on a free port of 127.0.0.1.
    pub(super) fn start(inbox: Arc<Inbox>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let sessions = Arc::new(Sessions::default());
        let thread = thread::Builder::new().name("catcher smtp".into()).spawn({
            let sessions = Arc::clone(&sessions);
            move || accept(&listener, &inbox, &sessions)
        })?;
        Ok(Self {
            address,
            sessions,
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.sessions.stopping.store(true, Ordering::SeqCst);
        // The thread waits for a connection: this is one.
        if TcpStream::connect(self.address).is_ok()
            && let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::warn!("the catcher's SMTP server had failed");
        }
        for stream in self.sessions.open().values() {
            // Whoever closed it first, it is closed.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn accept(listener: &TcpListener, inbox: &Arc<Inbox>, sessions: &Arc<Sessions>) {
    for (id, stream) in (0..).zip(listener.incoming()) {
        if sessions.stopping.load(Ordering::SeqCst) {
            return;
        }
        // No more file descriptors, say: the next one may do better.
        let begun = stream.and_then(|stream| begin(id, stream, inbox, sessions));
        if let Err(error) = begun {
            tracing::debug!("the catcher can't take a connection: {error}");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

fn begin(
    id: u64,
    mut stream: TcpStream,
    inbox: &Arc<Inbox>,
    sessions: &Arc<Sessions>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(SILENCE))?;
    stream.set_write_timeout(Some(UNREAD))?;
    if sessions.open().len() >= MAX_SESSIONS {
        let busy = Reply::new(421, "4.7.0", "too many connections: try later");
        return stream.write_all(busy.to_string().as_bytes());
    }
    sessions.open().insert(id, stream.try_clone()?);
    let thread = thread::Builder::new()
        .name("catcher session".into())
        .spawn({
            let (inbox, sessions) = (Arc::clone(inbox), Arc::clone(sessions));
            move || {
                if let Err(error) = session::converse(&stream, &stream, &inbox) {
                    tracing::debug!("a session with the catcher broke: {error}");
                }
                sessions.open().remove(&id);
            }
        });
    if let Err(error) = thread {
        sessions.open().remove(&id);
        return Err(error);
    }
    Ok(())
}
