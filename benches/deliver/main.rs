//! How fast mail leaves, beside what could be: `cargo bench --bench deliver [-- READERS]`.
//!
//! The whole program (`postrider send`: take in, plan, render, splice, ledger on disk, SMTP) into a sink that counts, beside Postfix's
//! `smtp-source`, which composes nothing and remembers nothing; beside a pool of lettre's; and beside Python's smtplib with Jinja2. All send
//! mails of the same size, in rounds that take turns. What is missing on this machine is said so.

#![allow(
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a bench that can't run says so; figures are rounded"
)]

mod peers;
mod project;
mod run;
mod sink;

use std::{path::Path, process::Command, time::Duration};

use project::Signed;
use run::{Cost, run};
use sink::{Offers, Sink};

const ROUNDS: usize = 3;
/// About 40 KiB a mail.
const ARTICLES: usize = 24;
const CONNECTIONS: u32 = 8;

fn main() {
    // `cargo test --benches` builds and starts benches too: nothing is measured then
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let readers = std::env::args()
        .skip(1)
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(20_000);
    let folder = tempfile::tempdir().expect("a folder");
    let bench = Bench::new(folder.path(), readers);
    bench.whole_program();
    Bench::round_trips();
}

struct Bench<'a> {
    folder: &'a Path,
    readers: usize,
    keys: Vec<(Signed, String)>,
}

impl<'a> Bench<'a> {
    fn new(folder: &'a Path, readers: usize) -> Self {
        project::write(folder, readers, ARTICLES, CONNECTIONS).expect("a project");
        project::configure(folder, 1, Signed::Not, &[]);
        let bench = Self {
            folder,
            readers,
            keys: Vec::new(),
        };
        let key = |kind: &[&str]| {
            let output = bench
                .postrider(&[&["dkim", "new", "--json"], kind].concat())
                .output();
            let output = output.expect("postrider runs").stdout;
            let key: serde_json::Value = serde_json::from_slice(&output).expect("a key");
            format!(
                "[[dkim]]\ndomain = {}\nselector = {}\nkey_file = {}\n",
                key["domain"], key["selector"], key["key_file"]
            )
        };
        let keys = vec![
            (Signed::Ed25519, key(&["--ed25519"])),
            (Signed::Rsa, key(&[])),
        ];
        run(&mut bench.postrider(&["collect"])).expect("postrider runs");
        Self { keys, ..bench }
    }

    fn postrider(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postrider"));
        command
            .args(arguments)
            .arg("--config")
            .arg(self.folder.join("postrider.toml"));
        command
    }

    /// A run of `send` into a new sink, from an archive that is there and a ledger that is empty.
    fn send(&self, offers: Offers, round_trip: Duration, signed: Signed) -> (Sink, Cost) {
        let sink = Sink::start(offers, round_trip);
        project::configure(self.folder, sink.port, signed, &self.keys);
        for name in ["postrider.db", "postrider.db-wal", "postrider.db-shm"] {
            let _ = std::fs::remove_file(self.folder.join("state").join(name));
        }
        let cost = run(&mut self.postrider(&["send", "--yes"])).expect("postrider runs");
        (sink, cost)
    }

    fn whole_program(&self) {
        println!(
            "{} mails into a counting sink, {CONNECTIONS} connections (smtp-source: 20)\n",
            self.readers
        );
        let mut lines: Vec<(&str, Vec<(f64, Cost)>)> = [
            "smtp-source",
            "lettre, pool",
            "postrider, DATA",
            "postrider, BDAT",
            "postrider, BDAT, Ed25519",
            "postrider, BDAT, RSA",
        ]
        .map(|name| (name, Vec::new()))
        .into();
        let mut size = 0;
        for _ in 0..ROUNDS {
            let (sink, cost) = self.send(Offers::Groups, Duration::ZERO, Signed::Not);
            assert_eq!(sink.mails(), self.readers as u64, "every mail came");
            size = sink.size();
            lines[2].1.push((rate(&sink), cost));
            let (sink, cost) = self.send(Offers::Chunks, Duration::ZERO, Signed::Not);
            lines[3].1.push((rate(&sink), cost));
            let (sink, cost) = self.send(Offers::Chunks, Duration::ZERO, Signed::Ed25519);
            lines[4].1.push((rate(&sink), cost));
            let (sink, cost) = self.send(Offers::Chunks, Duration::ZERO, Signed::Rsa);
            lines[5].1.push((rate(&sink), cost));
            let sink = Sink::start(Offers::Groups, Duration::ZERO);
            if let Some(cost) = peers::smtp_source(&sink, self.readers, size) {
                lines[0].1.push((rate(&sink), cost));
            }
            let sink = Sink::start(Offers::Groups, Duration::ZERO);
            let few = (self.readers / 20).max(200);
            peers::lettre_pool(sink.port, few, size);
            lines[1].1.push((rate(&sink), Cost::default()));
        }
        let beside = median(&lines[0].1).0;
        println!("mean size of a mail: {size} octets\n");
        println!(
            "{:28} {:>9} {:>8}   {:>9} {:>9} {:>8}",
            "", "mails/s", "beside", "CPU µs", "user µs", "MiB"
        );
        for (name, rounds) in &lines {
            if rounds.is_empty() {
                println!("{name:28} not installed here");
                continue;
            }
            let (rate, cost) = median(rounds);
            let each = |seconds: f64| seconds * 1e6 / self.readers as f64;
            println!(
                "{name:28} {rate:9.0} {:7.2} ×  {:9.1} {:9.1} {:8.1}",
                rate / beside,
                each(cost.user + cost.system),
                each(cost.user),
                cost.memory
            );
        }
        match peers::smtplib_jinja(500, size) {
            Some(cost) => println!(
                "{:28} {:>9} {:>8}   {:9.1}",
                "smtplib + Jinja2",
                "",
                "",
                (cost.user + cost.system) * 1e6 / 500.0
            ),
            None => println!("smtplib + Jinja2 not installed here"),
        }
    }

    fn round_trips() {
        println!("\none connection, mails/s at a round trip of 20 and of 100 ms\n");
        for milliseconds in [20, 100] {
            let round_trip = Duration::from_millis(milliseconds);
            let sink = Sink::start(Offers::Groups, round_trip);
            peers::lettre_pool_of_one(sink.port, 12, 40_000);
            let beside = rate(&sink);
            println!("{milliseconds:3} ms  {:24} {beside:9.1}", "lettre, pool");
            for (name, offers) in [
                ("postrider, DATA", Offers::Groups),
                ("postrider, BDAT", Offers::Chunks),
            ] {
                let few = if offers == Offers::Groups { 200 } else { 4000 };
                let folder = tempfile::tempdir().expect("a folder");
                project::write(folder.path(), few, ARTICLES, 1).expect("a project");
                let bench = Bench {
                    folder: folder.path(),
                    readers: few,
                    keys: Vec::new(),
                };
                let (sink, _) = bench.send(offers, round_trip, Signed::Not);
                let rate = rate(&sink);
                println!(
                    "{milliseconds:3} ms  {name:24} {rate:9.1} {:8.1} ×",
                    rate / beside
                );
            }
        }
    }
}

fn rate(sink: &Sink) -> f64 {
    sink.mails() as f64 / sink.span().as_secs_f64().max(1e-9)
}

fn median(rounds: &[(f64, Cost)]) -> (f64, Cost) {
    let mut rounds = rounds.to_vec();
    rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
    rounds.get(rounds.len() / 2).copied().unwrap_or_default()
}
