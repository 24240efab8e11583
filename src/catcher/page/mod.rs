//! The inbox in a browser: a small HTTP server on loopback that shows the mails as their readers would see them.
//!
//! Everything that it serves is in the binary or in the inbox's folder, and it needs no script.

mod routes;
mod shown;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use axum::Router;
use tera::Tera;
use tokio::{
    runtime::{self, Runtime},
    sync::oneshot,
    time,
};

use super::inbox::Inbox;

/// The port where people look for a mail catcher's page.
const PORT: u16 = 8025;

/// How long requests that have begun may take to end when the page stops.
const GRACE: Duration = Duration::from_secs(1);

/// The running page. It stops when it is dropped.
#[derive(Debug)]
pub(super) struct Page {
    address: SocketAddr,
    /// The server runs until this is dropped.
    running: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Page {
    /// Serves the inbox on 127.0.0.1: on port 8025 if it is free, else on any.
    ///
    /// # Errors
    /// No port could be had, or no thread.
    pub(super) fn start(inbox: Arc<Inbox>, templates: Tera) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, PORT))
            .or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let routes = routes::routes(inbox, templates);
        let (running, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("catcher page".into())
            .spawn(move || serve(&runtime, listener, routes, stopped))?;
        Ok(Self {
            address,
            running: Some(running),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        drop(self.running.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::warn!("the catcher's page had failed");
        }
    }
}

/// Serves until `stopped` hears that its other end is gone, then gives what has begun a moment to end.
fn serve(
    runtime: &Runtime,
    listener: tokio::net::TcpListener,
    routes: Router,
    stopped: oneshot::Receiver<()>,
) {
    runtime.block_on(async {
        let (accepting, closed) = oneshot::channel::<()>();
        let closing = async {
            let _ = closed.await;
        };
        let server = axum::serve(listener, routes).with_graceful_shutdown(closing);
        let server = tokio::spawn(server.into_future());
        let _ = stopped.await;
        drop(accepting);
        if time::timeout(GRACE, server).await.is_err() {
            tracing::debug!("the catcher's page stopped before all its answers were read");
        }
    });
}

/// The page's templates. Their names end in `.html`, so what they show is escaped.
///
/// # Errors
/// One of them is broken.
pub(super) fn templates() -> Result<Tera, tera::Error> {
    let mut tera = Tera::new();
    tera.add_raw_templates([
        ("frame.html", include_str!("frame.html")),
        ("inbox.html", include_str!("inbox.html")),
        ("mail.html", include_str!("mail.html")),
        ("trouble.html", include_str!("trouble.html")),
    ])?;
    Ok(tera)
}

#[cfg(test)]
mod tests;
