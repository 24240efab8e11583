//! A run of collecting: many sources at once, over real HTTP on loopback, into a store.
#![allow(
    clippy::unwrap_used,
    reason = "a test says what went wrong by panicking"
)]

#[allow(dead_code, reason = "each test program uses its part of it")]
#[path = "../src/collect/web/test_server.rs"]
mod test_server;

use std::{
    fs,
    io::Write as _,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use postrider::{
    deliver::relay::StopBy,
    domain::Number,
    run::{self, Collecting, Project, SourceReport, SourceState, SourceStatus},
    store::{Archive as _, Ledger as _, sqlite::Sqlite},
};
use tempfile::TempDir;
use test_server::{Server, answer, hang, ok, path, redirect};

/// A project with sources of its own.
struct Run {
    folder: TempDir,
    store: Sqlite,
}

impl Run {
    fn new(sources: &str) -> Self {
        let run = Self {
            folder: tempfile::tempdir().unwrap(),
            store: Sqlite::in_memory().unwrap(),
        };
        fs::create_dir(run.folder.path().join("templates")).unwrap();
        run.declare(sources);
        run
    }

    fn declare(&self, sources: &str) {
        let rest = r#"
[publisher]
name = "The Post"
url = "https://post.example"
postal_address = "1 Street, Town"

[[edition]]
id = "daily"
name = "The Post"
from = "The Post <news@post.example>"
unsubscribe_address = "leave@post.example"
languages = ["en"]
tz = "UTC"
"#;
        let config = self.folder.path().join("postrider.toml");
        fs::write(config, format!("{rest}\n{sources}")).unwrap();
    }

    fn project(&self) -> Project {
        Project::load(&self.folder.path().join("postrider.toml")).unwrap()
    }

    fn collect_with(&self, now: DateTime<Utc>, how: &Collecting<'_>) -> Vec<SourceReport> {
        run::collect(&self.project(), &self.store, now, how).unwrap()
    }

    fn collect(&self, now: DateTime<Utc>) -> Vec<SourceReport> {
        self.collect_with(now, &Collecting::default())
    }

    fn one(&self, now: DateTime<Utc>) -> SourceReport {
        let mut reports = self.collect(now);
        assert_eq!(reports.len(), 1);
        reports.remove(0)
    }

    fn titles(&self) -> Vec<String> {
        let all = self.store.articles(Number(0), self.store.latest().unwrap());
        all.unwrap()
            .into_iter()
            .map(|it| it.article.title)
            .collect()
    }

    fn states(&self) -> Vec<SourceState> {
        run::source_states(&self.project(), &self.store).unwrap()
    }
}

fn feed(name: &str, url: impl std::fmt::Display) -> String {
    format!("[[source]]\nkind = \"feed\"\nname = \"{name}\"\nurl = \"{url}\"\n")
}

fn limits(text: &str) -> String {
    format!("[collect]\n{text}\n")
}

fn rss(titles: &[&str]) -> Vec<u8> {
    let item = |title: &&str| {
        format!("<item><guid isPermaLink=\"false\">{title}</guid><title>{title}</title></item>")
    };
    let items = titles.iter().map(item).collect::<Vec<_>>().concat();
    format!("<rss version=\"2.0\"><channel><title>F</title>{items}</channel></rss>").into_bytes()
}

fn morning() -> DateTime<Utc> {
    "2026-11-24T07:00:00Z".parse().unwrap()
}

#[test]
fn ten_of_two_hundred_feeds_hang_and_the_others_are_there_in_the_time_of_one() {
    let server = Server::start(|head, stream| {
        let n: usize = path(head)[1..].parse().unwrap();
        if n % 20 == 7 {
            return hang();
        }
        stream
            .write_all(&ok("", &rss(&[&format!("article {n}")])))
            .is_ok()
    });
    let sources: String = (0..200)
        .map(|n| feed(&format!("feed {n}"), server.url(&format!("/{n}"))))
        .collect();
    let run = Run::new(&(limits("first_byte_timeout = \"2s\"\ntimeout = \"3s\"") + &sources));
    let begun = Instant::now();
    let reports = run.collect(morning());
    let took = begun.elapsed();
    assert!(
        took < Duration::from_secs(8),
        "{took:?}, not the sum of 20 s"
    );
    let failed = reports
        .iter()
        .filter(|report| report.status == SourceStatus::Failed);
    assert_eq!(failed.count(), 10);
    let expected: Vec<_> = (0..200)
        .filter(|n| n % 20 != 7)
        .map(|n| format!("article {n}"))
        .collect();
    assert_eq!(run.titles(), expected, "in the order of the configuration");
}

#[test]
fn one_slow_source_does_not_hold_up_the_others() {
    let slow = Server::start(|_, _| hang());
    let quick = Server::answering(|_| ok("", &rss(&["quick"])));
    let run = Run::new(
        &(limits("first_byte_timeout = \"3s\"\nconnections = 2")
            + &feed("slow", slow.url("/"))
            + &(0..20)
                .map(|n| feed(&format!("quick {n}"), quick.url(&format!("/{n}"))))
                .collect::<String>()),
    );
    let done = std::cell::RefCell::new(Vec::new());
    let begun = Instant::now();
    run.collect_with(
        morning(),
        &Collecting {
            watch: Some(&|done_now, of| {
                done.borrow_mut().push((done_now, of, begun.elapsed()));
            }),
            ..Collecting::default()
        },
    );
    let done = done.into_inner();
    assert_eq!(done.len(), 22);
    assert_eq!((done[20].0, done[20].1), (20, 21));
    assert!(done[20].2 < Duration::from_millis(2500), "{:?}", done[20]);
}

#[test]
fn a_host_sees_one_connection_at_a_time_whatever_the_number_of_its_sources() {
    let server = Server::answering(|_| {
        thread::sleep(Duration::from_millis(10));
        ok("", &rss(&["x"]))
    });
    let sources: String = (0..30)
        .map(|n| feed(&format!("feed {n}"), server.url(&format!("/{n}"))))
        .collect();
    let run = Run::new(&sources);
    let reports = run.collect(morning());
    assert!(reports.iter().all(|report| report.failed.is_none()));
    assert_eq!(server.most_at_once(), 1);
}

#[test]
fn a_server_is_left_alone_as_long_as_it_asks_for_also_in_later_runs() {
    let asked = AtomicUsize::new(0);
    let server = Server::answering(move |_| {
        if asked.fetch_add(1, Ordering::SeqCst) == 0 {
            answer("503 Busy", "Retry-After: 7200\r\n", b"")
        } else {
            ok("", &rss(&["at last"]))
        }
    });
    let run = Run::new(&feed("wire", server.url("/feed")));
    let first = run.one(morning());
    assert_eq!(first.status, SourceStatus::Failed);
    let until = morning() + TimeDelta::hours(2);
    assert_eq!(first.until, Some(until));
    let second = run.one(morning() + TimeDelta::hours(1));
    assert_eq!(second.status, SourceStatus::Waiting);
    assert_eq!(second.until, Some(until));
    assert!(second.troubles()[0].starts_with("source `wire` is left alone until"));
    assert_eq!(server.requests().len(), 1);
    assert_eq!(run.states()[0].waiting_until, Some(until));
    let third = run.one(until);
    assert_eq!((third.status, third.new), (SourceStatus::Collected, 1));
    assert_eq!(run.states()[0].failures, 0);
}

#[test]
fn a_source_that_fails_rests_longer_and_longer() {
    let server = Server::answering(|_| answer("500 Oops", "", b""));
    let run = Run::new(&feed("wire", server.url("/feed")));
    let mut asked = Vec::new();
    for minute in 0..(6 * 60) {
        run.collect(morning() + TimeDelta::minutes(minute));
        if server.requests().len() > asked.len() {
            asked.push(minute);
        }
    }
    assert_eq!(asked.len(), 5, "{asked:?}");
    let state = run.states().remove(0);
    assert_eq!(state.failures, 5);
    assert!(state.failed.unwrap().ends_with("the server answered 500"));
}

#[test]
fn gone_for_good_is_believed_until_the_operator_says_otherwise() {
    let server = Server::answering(|head| match path(head) {
        "/new" => ok("", &rss(&["new"])),
        _ => answer("410 Gone", "", b""),
    });
    let run = Run::new(&feed("wire", server.url("/feed")));
    assert_eq!(run.one(morning()).status, SourceStatus::Failed);
    let much_later = morning() + TimeDelta::days(30);
    let report = run.one(much_later);
    assert_eq!(report.status, SourceStatus::Gone);
    assert!(report.hint.unwrap().contains("postrider collect --again"));
    assert_eq!(server.requests().len(), 1);
    let again = Collecting {
        again: true,
        ..Collecting::default()
    };
    run.collect_with(much_later, &again);
    assert_eq!(server.requests().len(), 2);
    run.declare(&feed("wire", server.url("/new")));
    assert_eq!(run.one(much_later).new, 1);
}

#[test]
fn a_move_for_good_is_said_once_with_the_line_to_write() {
    let server = Server::answering(|head| match path(head) {
        "/old" => redirect(301, "/new"),
        _ => ok("", &rss(&["x"])),
    });
    let run = Run::new(&feed("wire", server.url("/old")));
    let told = run.one(morning()).troubles();
    let line = format!(
        "source `wire` has moved for good\n  write url = \"{}\"",
        server.url("/new")
    );
    assert_eq!(told, [line]);
    assert_eq!(run.one(morning()).troubles(), [""; 0]);
    assert!(server.requests()[2].starts_with("get /new "));
    assert_eq!(run.states()[0].moved_to, Some(server.url("/new")));
}

#[test]
fn the_same_feed_again_is_unchanged() {
    let server = Server::answering(|_| ok("", &rss(&["x"])));
    let run = Run::new(&feed("wire", server.url("/feed")));
    assert_eq!(run.one(morning()).status, SourceStatus::Collected);
    assert_eq!(run.one(morning()).status, SourceStatus::Unchanged);
}

#[test]
fn who_fails_at_first_looks_back_one_period_all_the_same() {
    let asked = AtomicUsize::new(0);
    let dated = |title: &str, date: &str| {
        format!(
            "<item><guid isPermaLink=\"false\">{title}</guid><title>{title}</title><pubDate>{date}</pubDate></item>"
        )
    };
    let items = dated("old", "Mon, 02 Nov 2026 07:00:00 GMT")
        + &dated("fresh", "Tue, 24 Nov 2026 06:00:00 GMT");
    let server = Server::answering(move |_| {
        if asked.fetch_add(1, Ordering::SeqCst) == 0 {
            answer("500 Oops", "", b"")
        } else {
            ok(
                "",
                format!("<rss version=\"2.0\"><channel>{items}</channel></rss>").as_bytes(),
            )
        }
    });
    let run = Run::new(&feed("wire", server.url("/feed")));
    run.collect(morning());
    assert_eq!(run.one(morning()).new, 2);
    assert_eq!(run.titles(), ["fresh"]);
}

#[test]
fn a_feed_that_is_cut_off_is_told_and_asked_for_again() {
    let asked = AtomicUsize::new(0);
    let whole = rss(&["one", "two"]);
    let server = Server::start(move |_, stream| {
        let n = asked.fetch_add(1, Ordering::SeqCst);
        let head = format!(
            "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: {}\r\n\r\n",
            whole.len()
        );
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(
            &whole[..if n == 0 {
                whole.len() - 60
            } else {
                whole.len()
            }],
        );
        false
    });
    let run = Run::new(&feed("wire", server.url("/feed")));
    let told = run.one(morning()).troubles().join("\n");
    assert!(told.contains("it broke off after"), "{told}");
    let second = run.one(morning());
    assert!(!server.requests()[1].contains("if-none-match"));
    assert_eq!(second.failed, None);
    assert_eq!(run.titles(), ["one", "two"]);
}

#[test]
fn an_entry_with_nothing_to_show_is_told() {
    let server = Server::answering(|_| {
        ok("", b"<rss version=\"2.0\"><channel><item><guid isPermaLink=\"false\">empty</guid></item></channel></rss>")
    });
    let run = Run::new(&feed("wire", server.url("/feed")));
    let report = run.one(morning());
    assert_eq!(report.new, 0);
    assert!(
        report.problems[0].contains("there is nothing to show"),
        "{:?}",
        report.problems
    );
}

#[test]
fn a_stopped_run_ends_soon_and_holds_nothing_against_those_it_left() {
    let hanging = Server::start(|_, _| hang());
    let sources: String = (0..5)
        .map(|n| feed(&format!("feed {n}"), hanging.url(&format!("/{n}"))))
        .collect();
    let run = Run::new(&sources);
    let stop = StopBy::default();
    let begun = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(300));
            stop.set(Instant::now());
        });
        let how = Collecting {
            stop: Some(&stop),
            ..Collecting::default()
        };
        assert!(run.collect_with(morning(), &how).is_empty());
    });
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert!(run.states().iter().all(|state| state.failures == 0));
}

#[test]
fn a_bad_source_is_told_with_what_to_do_and_the_good_one_is_collected() {
    let server = Server::answering(|head| match path(head) {
        "/good" => ok("", &rss(&["good"])),
        _ => answer("404 Not Found", "", b""),
    });
    let run = Run::new(&(feed("bad", server.url("/bad")) + &feed("good", server.url("/good"))));
    let reports = run.collect(morning());
    assert_eq!(
        reports[0].troubles(),
        [format!(
            "source `bad` gave nothing: fetching {}: the server answered 404\n  it isn't there any more: look for its \
             new address on the site, or take the source out",
            server.url("/bad")
        )]
    );
    assert_eq!(reports[1].new, 1);
    let json = serde_json::to_value(&reports[0]).unwrap();
    assert_eq!(json["status"], "failed");
}

fn command(run: &Run) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_postrider"));
    command.arg("collect").current_dir(run.folder.path());
    command
}

#[test]
fn the_command_tells_each_source_in_a_line_and_what_is_wrong_with_what_to_do() {
    let server = Server::answering(|head| match path(head) {
        "/good" => ok("", &rss(&["one", "two"])),
        _ => answer("503 Busy", "Retry-After: 3600\r\n", b""),
    });
    let sources = feed("wire", server.url("/good")) + &feed("the other", server.url("/busy"));
    let run = Run::new(&sources);
    let tell = |arguments: &[&str]| {
        let output = command(&run)
            .args(arguments)
            // A proxy of the environment is not used: nobody is there
            .env("http_proxy", "http://127.0.0.1:9")
            .env("ALL_PROXY", "http://127.0.0.1:9")
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    let (code, told, warned) = tell(&[]);
    assert_eq!(code, Some(4), "{warned}");
    let lines: Vec<_> = told.lines().collect();
    assert!(
        lines[0].starts_with("wire       2 new, 0 changed, 0 known, "),
        "{told}"
    );
    assert!(lines[1].starts_with("the other  failed, "), "{told}");
    assert!(warned.contains("source `the other` gave nothing: fetching http://127.0.0.1:"));
    assert!(warned.contains("\n  it is left alone until "), "{warned}");
    let (_, told, _) = tell(&["--json", "the other"]);
    let report: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(report["source"], "the other");
    assert_eq!(report["status"], "waiting");
    assert!(report["until"].is_string());
    let (code, _, warned) = tell(&["nobody"]);
    assert_eq!(code, Some(1));
    assert!(warned.contains("there is no source `nobody`"), "{warned}");
}

#[test]
fn ctrl_c_while_sources_are_collected_ends_send_soon_and_plans_nothing() {
    let server = Server::start(|_, _| hang());
    let run =
        Run::new(&(feed("slow", server.url("/")) + "[[relay]]\nurl = \"smtp://127.0.0.1:9\"\n"));
    fs::create_dir(run.folder.path().join("subscribers")).unwrap();
    let mut send = std::process::Command::new(env!("CARGO_BIN_EXE_postrider"))
        .arg("send")
        .current_dir(run.folder.path())
        .spawn()
        .unwrap();
    while server.requests().is_empty() {
        assert!(
            send.try_wait().unwrap().is_none(),
            "it ended without asking"
        );
        thread::sleep(Duration::from_millis(20));
    }
    let begun = Instant::now();
    let pid = send.id().to_string();
    std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status()
        .unwrap();
    send.wait().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(3));
    let store = Sqlite::open(&run.folder.path().join("state/postrider.db")).unwrap();
    assert!(store.open_issues().unwrap().is_empty());
    assert_eq!(store.memory("slow").unwrap(), None);
}
