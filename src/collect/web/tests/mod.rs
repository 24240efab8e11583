//! The way to the web, over real HTTP on loopback.

mod answers;
mod asking;
mod guard;
mod limits;
mod remembering;
mod robots;

use std::{
    io::Write,
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};
use ureq::{
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{ResolvedSocketAddrs, Resolver},
        transport::NextTimeout,
    },
};
use url::Url;

use super::{
    super::{CollectError, Memory, Validators},
    Answer, Found, Want, Web,
    test_server::{Server, answer, hang, ok, path, redirect},
};
use crate::domain::{CollectSettings, Robots};

const AGENT: &str = "postrider-test/1 (+https://agency.example)";

fn quick() -> CollectSettings {
    CollectSettings {
        connect_timeout: Duration::from_millis(500),
        first_byte_timeout: Duration::from_millis(500),
        timeout: Duration::from_secs(1),
        max_bytes: 100_000,
        ..CollectSettings::default()
    }
}

fn get_with(web: &Web, url: &Url, memory: &mut Memory) -> Result<Option<Found>, CollectError> {
    Ok(match web.get(url, Want::Feed, memory)? {
        Answer::Unchanged => None,
        Answer::Document(found) => Some(*found),
    })
}

/// The document, without anything remembered.
fn get(url: &Url) -> Result<Found, CollectError> {
    let web = Web::new(AGENT, &quick());
    Ok(get_with(&web, url, &mut Memory::default())?.expect("a document"))
}

fn page(web: &Web, url: &Url, declared: &Url) -> Result<Answer, CollectError> {
    web.get_linked(url, Want::Page, declared, &Validators::default())
}

fn message(error: &CollectError) -> String {
    error.to_string()
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}
