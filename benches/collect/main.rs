//! How fast articles are collected, beside what could be: `cargo bench --bench collect`.
//!
//! 1. A feed of 1 MB, RSS and Atom: from octets to clean articles, beside feed-rs (which cleans nothing), quick-xml's bare
//!    events (the ceiling), and Python's feedparser, where `python3` has it.
//! 2. 200 feeds of a server that answers after 100 ms: the wall time beside the ideal, connections × latency.
//!
//! Every figure is the median of rounds that take turns, so that a busy machine slows all of them.

#![allow(
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a bench that can't run says so; figures are rounded"
)]

mod feeds;
mod peers;
mod server;

use std::time::Duration;

const ROUNDS: usize = 9;

fn main() {
    // `cargo test --benches` builds and starts benches too: nothing is measured then
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    println!("octets to clean articles, MB/s (and beside feed-rs)\n");
    for (name, feed) in [("RSS 2.0", feeds::rss()), ("Atom 1.0", feeds::atom())] {
        parsing(name, &feed);
    }
    println!("\n200 feeds, each answered after 100 ms\n");
    server::collecting();
}

fn parsing(name: &str, feed: &[u8]) {
    let size = feed.len() as f64 / 1e6;
    let entries = peers::postrider(feed);
    assert_eq!(entries, peers::feed_rs(feed), "both see every entry");
    println!("{name}, {entries} entries, {size:.2} MB");
    let readers = peers::readers();
    let mut times = vec![Vec::new(); readers.len()];
    for _ in 0..ROUNDS {
        for (reader, times) in readers.iter().zip(&mut times) {
            times.push((reader.time)(feed));
        }
    }
    let medians: Vec<Duration> = times.into_iter().map(median).collect();
    let feed_rs = medians[peers::FEED_RS].as_secs_f64();
    for (reader, time) in readers.iter().zip(&medians) {
        let time = time.as_secs_f64();
        println!(
            "  {:28} {:8.1}   {:6.2} ×",
            reader.name,
            size / time,
            feed_rs / time
        );
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
