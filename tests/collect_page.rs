//! Pages as sources, over real HTTP on loopback.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use chrono::Utc;
use postrider::{
    collect::{Collected, Context, Memory, Web, open},
    domain::{Article, CollectSettings, DeclaredSource, Priority, SourcePlace},
};
use url::Url;

const SECTION: &str = "<title>World</title><nav><a href=/sport>All of the sport of today</a></nav><main>
    <article><h2><a href=/2026/11/24/the-port-reopens>The port reopens after a year</a></h2><p>It had been closed since the storm.</p></article>
    <article><h2><a href=/2026/11/24/talks-end-without-result>Talks end without a result</a></h2><p>Both sides left the table early.</p></article>
    <article><h2><a href=/2026/11/23/a-bridge-is-built>A bridge is built in a night</a></h2><p>Nobody had asked for it at all.</p></article></main>";

fn article(title: &str) -> String {
    let text = "<p>This is a sentence of the article, long enough to be one.</p>".repeat(3);
    format!(
        r#"<html lang="en"><title>{title} | Agency</title><script type="application/ld+json">{{"@type":"NewsArticle","headline":"{title}",
        "author":{{"@type":"Person","name":"Ana Roe"}},"datePublished":"2026-11-24T10:00:00Z","keywords":["ports"]}}</script>
        <article><h1>{title}</h1>{text}</article></html>"#
    )
}

/// A site, and the paths that it was asked for.
struct Site {
    url: Url,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// `answer` gives a path's status and page.
    fn start(answer: impl Fn(&str) -> (u16, String) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = Url::parse(&format!("http://{}/world", listener.local_addr().unwrap())).unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut head = String::new();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                while reader.read_line(&mut head).is_ok_and(|n| n > 2) {}
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                let (status, page) = answer(&path);
                if path != "/robots.txt" {
                    log.lock().unwrap().push(path);
                }
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status} Said\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}",
                    page.len()
                );
            }
        });
        Self { url, asked }
    }

    /// The paths that it was asked for since the last time.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn collect(&self, memory: &Memory, wanted: &(dyn Fn(&Article) -> bool + Sync)) -> Collected {
        let settings = CollectSettings::default();
        let source = DeclaredSource {
            name: "Agency".to_owned(),
            place: SourcePlace::Page(self.url.clone()),
            priority: Priority::default(),
            language: None,
            topics: Vec::new(),
        };
        let context = Context {
            web: &Web::new("postrider-test/1", &settings),
            settings: &settings,
            now: Utc::now(),
            wanted,
        };
        open(&source).collect(memory, &context).unwrap()
    }
}

fn titles(collected: &Collected) -> Vec<&str> {
    collected
        .articles
        .iter()
        .map(|article| article.title.as_str())
        .collect()
}

fn usual(path: &str) -> (u16, String) {
    match path {
        "/world" => (200, SECTION.to_owned()),
        "/2026/11/24/the-port-reopens" => (200, article("The port reopens after a year")),
        "/2026/11/24/talks-end-without-result" => (200, article("Talks end")),
        "/2026/11/23/a-bridge-is-built" => (200, article("A bridge is built")),
        _ => (404, String::new()),
    }
}

#[test]
fn each_article_of_a_section_is_read_once() {
    let site = Site::start(usual);
    let first = site.collect(&Memory::default(), &|_| true);
    assert_eq!(
        titles(&first),
        [
            "The port reopens after a year",
            "Talks end",
            "A bridge is built"
        ]
    );
    let port = &first.articles[0];
    assert_eq!(port.authors[0].name, "Ana Roe");
    assert_eq!(port.tags, ["ports"]);
    assert_eq!(port.body.text.lines().count(), 5);
    assert_eq!(port.summary.text, "It had been closed since the storm.");
    assert_eq!(site.asked().len(), 4);
    let second = site.collect(&first.memory, &|_| true);
    assert_eq!(titles(&second), [""; 0]);
    assert_eq!(site.asked(), ["/world"]);
}

#[test]
fn an_article_whose_page_fails_is_taken_from_its_card_and_read_later() {
    let down = Site::start(|path| match path {
        "/2026/11/24/the-port-reopens" => (503, String::new()),
        path => usual(path),
    });
    let first = down.collect(&Memory::default(), &|_| true);
    assert_eq!(first.articles.len(), 3);
    assert_eq!(
        first.articles[0].summary.text,
        "It had been closed since the storm."
    );
    assert!(first.articles[0].body.is_empty());
    assert_eq!(first.problems.len(), 1);
    assert!(
        first.problems[0]
            .message
            .contains("answered 503; what the page that links it tells is taken instead"),
        "{}",
        first.problems[0]
    );
    assert_eq!(first.memory.seen.len(), 2);
    let again = down.collect(&first.memory, &|_| true);
    assert_eq!(titles(&again), ["The port reopens after a year"]);
    assert_eq!(again.articles[0].id, first.articles[0].id);
}

#[test]
fn only_pages_of_wanted_articles_are_fetched() {
    let site = Site::start(usual);
    let collected = site.collect(&Memory::default(), &|article| {
        article.title.contains("port")
    });
    assert_eq!(collected.articles.len(), 3);
    assert_eq!(site.asked(), ["/world", "/2026/11/24/the-port-reopens"]);
}

#[test]
fn a_card_with_another_title_is_read_again() {
    let site = Site::start(usual);
    let mut first = site.collect(&Memory::default(), &|_| true);
    let port = site.url.join("/2026/11/24/the-port-reopens").unwrap();
    first
        .memory
        .seen
        .insert(port.to_string(), "another".to_owned());
    // As if the section's page had changed too
    first.memory.validators = postrider::collect::Validators::default();
    site.asked();
    let second = site.collect(&first.memory, &|_| true);
    assert_eq!(titles(&second), ["The port reopens after a year"]);
    assert_eq!(site.asked(), ["/world", "/2026/11/24/the-port-reopens"]);
}

#[test]
fn an_articles_own_page_is_that_one_article() {
    let site = Site::start(|_| (200, article("The port reopens after a year")));
    let collected = site.collect(&Memory::default(), &|_| true);
    assert_eq!(titles(&collected), ["The port reopens after a year"]);
    assert_eq!(site.asked(), ["/world"]);
}
