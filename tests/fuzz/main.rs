//! Hostile input at random: whatever octets come, the collector doesn't panic, doesn't hang and keeps its memory, and
//! nothing outside the allow-list comes through.
//!
//!     cargo test --release --test fuzz                          ten seconds a target
//!     FUZZ_SECONDS=600 cargo test --release --test fuzz pages   ten minutes of one
//!
//! A failure prints its input, and the seed that makes it again: `BOLERO_RANDOM_SEED=…`.

#![allow(clippy::expect_used, reason = "a test that can't run says so")]

mod allowed;
mod damage;
mod seeds;
mod watch;

use std::{fs, path::Path, time::Duration};

use chrono::{DateTime, Utc};
use postrider::{
    collect::{Collected, Context, Document, Memory, Web, edit::edit, open, opml, place::Place},
    domain::{CollectSettings, DeclaredSource, Priority, SourcePlace},
};
use url::Url;

use damage::Damaged;

/// How long a target runs.
fn time() -> Duration {
    let seconds = std::env::var("FUZZ_SECONDS").ok();
    Duration::from_secs(seconds.and_then(|text| text.parse().ok()).unwrap_or(10))
}

/// What each target does with its inputs.
fn fuzz(seeds: &'static [&'static [u8]], read: impl Fn(&[u8]) + std::panic::RefUnwindSafe) {
    let watch = watch::Watch::start();
    bolero::check!()
        .with_type::<Damaged>()
        .with_test_time(time())
        .for_each(|damaged| {
            let bytes = damaged.apply(seeds);
            watch.during(&bytes, || read(&bytes));
        });
    watch::memory_is_bounded();
}

fn source(place: SourcePlace) -> DeclaredSource {
    DeclaredSource {
        name: "Agency".to_owned(),
        place,
        priority: Priority::default(),
        language: None,
        topics: Vec::new(),
    }
}

/// What a document gives: clean, and as a digest shows it clean too.
fn document(bytes: &[u8], kind: fn(Url) -> SourcePlace, content_type: Option<&str>) {
    let url = Url::parse("https://agency.example/news/").expect("a URL");
    let document = Document {
        bytes: bytes.to_owned(),
        url: url.clone(),
        content_type: content_type.map(str::to_owned),
    };
    let place = Place::Document(source(kind(url)), document);
    with_context(|context| {
        if let Ok(collected) = place.collect(&Memory::default(), context) {
            check(collected);
        }
    });
}

fn with_context(run: impl FnOnce(&Context<'_>)) {
    let settings = CollectSettings::default();
    run(&Context {
        web: &Web::new("postrider-fuzz/1", &settings),
        settings: &settings,
        now: DateTime::<Utc>::UNIX_EPOCH,
        wanted: &|_| true,
    });
}

fn check(collected: Collected) {
    for article in collected.articles {
        allowed::check(&article);
        if let Some(edited) = edit(article, collected.summaries) {
            assert!(!edited.title.is_empty());
            allowed::check(&edited);
        }
    }
}

#[test]
fn feeds() {
    fuzz(seeds::FEEDS, |bytes| {
        document(bytes, SourcePlace::Feed, None);
        document(bytes, SourcePlace::Feed, Some("text/xml; charset=utf-16"));
    });
}

#[test]
fn sitemaps() {
    fuzz(seeds::SITEMAPS, |bytes| {
        document(bytes, SourcePlace::Sitemap, None);
    });
}

#[test]
fn pages() {
    fuzz(seeds::PAGES, |bytes| {
        document(bytes, SourcePlace::Page, None);
    });
}

#[test]
fn article_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder: &Path = folder.path();
    fuzz(seeds::FILES, |bytes| {
        for name in ["a.md", "a.html", "a.txt"] {
            fs::write(folder.join(name), bytes).expect("written");
        }
        with_context(|context| {
            let source = source(SourcePlace::Folder(folder.to_owned()));
            let collected = open(&source).collect(&Memory::default(), context);
            check(collected.expect("a bad file never stops the others"));
        });
    });
}

#[test]
fn opml() {
    fuzz(seeds::OPML, |bytes| {
        let Ok(listed) = opml::read(bytes) else {
            return;
        };
        // What is written of it lists the same feeds
        let written = opml::write("Feeds", &listed.feeds);
        let again = opml::read(written.as_bytes()).expect("it is OPML");
        let addresses = |feeds: &[opml::Listed]| -> Vec<String> {
            feeds.iter().map(|feed| feed.url.clone()).collect()
        };
        assert_eq!(addresses(&again.feeds), addresses(&listed.feeds));
    });
}
