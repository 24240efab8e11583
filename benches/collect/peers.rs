//! The readers that are compared.

use std::{
    hint::black_box,
    io::Write as _,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use postrider::{
    collect::{Context, Document, Memory, Web, place::Place},
    domain::{CollectSettings, DeclaredSource, Priority, SourcePlace},
};
use url::Url;

/// A reader that is compared.
pub struct Reader {
    /// What it is called.
    pub name: &'static str,
    /// How long it takes to read a feed.
    pub time: fn(&[u8]) -> Duration,
}

/// Where feed-rs stands in [`readers`].
pub const FEED_RS: usize = 1;

/// All that are here.
pub fn readers() -> Vec<Reader> {
    let mut readers = vec![
        Reader {
            name: "Postrider, clean articles",
            time: |feed| timed(feed, postrider),
        },
        Reader {
            name: "feed-rs, alone",
            time: |feed| timed(feed, feed_rs),
        },
        Reader {
            name: "Postrider, the feed alone",
            time: |feed| timed(feed, postrider_alone),
        },
        Reader {
            name: "quick-xml, bare events",
            time: |feed| timed(feed, quick_xml),
        },
    ];
    if feedparser(b"<rss/>").is_some() {
        readers.push(Reader {
            name: "feedparser (Python)",
            time: |feed| feedparser(feed).unwrap_or_default(),
        });
    }
    readers
}

fn timed(feed: &[u8], read: fn(&[u8]) -> usize) -> Duration {
    let start = Instant::now();
    black_box(read(black_box(feed)));
    start.elapsed()
}

/// From octets to the entries as they stand there, as feed-rs gives them: how many.
fn postrider_alone(feed: &[u8]) -> usize {
    let settings = CollectSettings {
        max_entries: u32::MAX,
        ..CollectSettings::default()
    };
    let document = Document {
        bytes: feed.to_owned(),
        url: Url::parse("https://agency.example/feed").expect("a URL"),
        content_type: None,
    };
    let parsed = postrider::collect::feed::parse(&document, &settings);
    parsed.expect("a feed").articles.len()
}

/// From octets to clean articles: how many.
pub fn postrider(feed: &[u8]) -> usize {
    let url = Url::parse("https://agency.example/feed").expect("a URL");
    let source = DeclaredSource {
        name: "Agency".to_owned(),
        place: SourcePlace::Feed(url.clone()),
        priority: Priority::default(),
        language: None,
        topics: Vec::new(),
    };
    let settings = CollectSettings {
        max_entries: u32::MAX,
        ..CollectSettings::default()
    };
    let context = Context {
        web: &Web::new("postrider-bench/1", &settings),
        settings: &settings,
        now: chrono::Utc::now(),
        wanted: &|_| true,
    };
    let document = Document {
        bytes: feed.to_owned(),
        url,
        content_type: None,
    };
    let collected = Place::Document(source, document).collect(&Memory::default(), &context);
    collected.expect("a feed").articles.len()
}

/// feed-rs with its sanitiser off: its model, nothing else.
pub fn feed_rs(feed: &[u8]) -> usize {
    let parser = feed_rs::parser::Builder::new()
        .sanitize_content(false)
        .build();
    parser.parse(feed).expect("a feed").entries.len()
}

/// Every event, and nothing done with it.
fn quick_xml(feed: &[u8]) -> usize {
    let mut reader = quick_xml::Reader::from_reader(feed);
    let mut entries = 0;
    loop {
        match reader.read_event().expect("well-formed") {
            quick_xml::events::Event::Start(tag) if matches!(tag.name().0, "item" | "entry") => {
                entries += 1;
            }
            quick_xml::events::Event::Eof => return entries,
            _ => {}
        }
    }
}

/// Python's feedparser, as it comes: it cleans HTML too. It measures itself, for Python's start isn't its own; none
/// where `python3` doesn't have it.
fn feedparser(feed: &[u8]) -> Option<Duration> {
    const SCRIPT: &str = "import sys, time, feedparser\nfeed = sys.stdin.buffer.read()\nstart = time.perf_counter()\n\
        feedparser.parse(feed)\nprint(time.perf_counter() - start)";
    let mut python = Command::new("python3")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    python.stdin.take()?.write_all(feed).ok()?;
    let output = python.wait_with_output().ok()?;
    let seconds: f64 = String::from_utf8(output.stdout).ok()?.trim().parse().ok()?;
    Some(Duration::from_secs_f64(seconds))
}
