//! Sitemaps over real HTTP, on loopback.

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use chrono::{DateTime, Utc};
use flate2::{Compression, write::GzEncoder};
use url::Url;

use super::*;
use crate::{
    collect::{Web, open},
    domain::{Article, Priority, SourcePlace},
};

/// A site: what stands at each path, and what was asked for.
#[derive(Clone)]
struct Site {
    at: Url,
    pages: Arc<Mutex<HashMap<String, Vec<u8>>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = format!("http://{}/", listener.local_addr().unwrap());
        let site = Self {
            at: Url::parse(&at).unwrap(),
            pages: Arc::default(),
            asked: Arc::default(),
        };
        let serving = site.clone();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut head = String::new();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                while reader.read_line(&mut head).is_ok_and(|n| n > 2) {}
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                let page = serving.pages.lock().unwrap().get(&path).cloned();
                let (status, body) = match page {
                    Some(body) if body.starts_with(b"503") => ("503 Unavailable", Vec::new()),
                    Some(body) => ("200 OK", body),
                    None => ("404 Not Found", Vec::new()),
                };
                if path != "/robots.txt" {
                    serving.asked.lock().unwrap().push(path);
                }
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(&[head.as_bytes(), &body].concat());
            }
        });
        site
    }

    fn put(&self, path: &str, body: impl Into<Vec<u8>>) {
        self.pages
            .lock()
            .unwrap()
            .insert(path.to_owned(), body.into());
    }

    /// What was asked for since this was asked the last time.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn collect(&self, memory: &Memory, wanted: &(dyn Fn(&Article) -> bool + Sync)) -> Collected {
        let source = DeclaredSource {
            name: "Agency".to_owned(),
            place: SourcePlace::Sitemap(self.at.join("/sitemap.xml").unwrap()),
            priority: Priority::default(),
            language: None,
            topics: Vec::new(),
        };
        let settings = CollectSettings::default();
        let context = Context {
            web: &Web::new("postrider-test/1", &settings),
            settings: &settings,
            now: now(),
            wanted,
        };
        open(&source).collect(memory, &context).unwrap()
    }
}

fn now() -> DateTime<Utc> {
    "2026-11-24T07:00:00Z".parse().unwrap()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn news(path: &str, title: &str, keywords: &str) -> String {
    format!(
        "<url><loc>{path}</loc><news:news><news:title>{title}</news:title><news:publication_date>2026-11-24T06:00:00Z</news:publication_date><news:keywords>{keywords}</news:keywords></news:news></url>"
    )
}

fn urlset(entries: &str) -> String {
    format!("<urlset>{entries}</urlset>")
}

fn page(title: &str) -> String {
    format!(
        "<html lang=en><head><title>{title}</title><meta property=article:published_time content=2026-11-24T05:00:00Z><meta name=author content='A. Roe'></head><body><article><h1>{title}</h1><p>The text of the page.</p></article></body></html>"
    )
}

fn titles(collected: &Collected) -> Vec<&str> {
    let articles = collected.articles.iter();
    articles.map(|article| article.title.as_str()).collect()
}

#[test]
fn an_index_leads_to_news_whose_pages_are_read_once_where_a_topic_could_take_them() {
    let site = Site::new();
    site.put("/sitemap.xml", "<sitemapindex><sitemap><loc>/old.xml</loc><lastmod>2026-01-01</lastmod></sitemap><sitemap><loc>/news.xml.gz</loc></sitemap></sitemapindex>");
    site.put(
        "/old.xml",
        urlset("<url><loc>/gone</loc><lastmod>2025-12-31</lastmod></url>"),
    );
    let both = [
        news("/1", "Ports reopen", "Korea"),
        news("/2", "A match", "Sport"),
    ]
    .concat();
    site.put("/news.xml.gz", gzip(&urlset(&both)));
    site.put("/1", page("Ports reopen | Agency"));
    let wanted = |article: &Article| article.tags.contains(&"Korea".to_owned());
    let first = site.collect(&Memory::default(), &wanted);
    assert_eq!(titles(&first), ["Ports reopen", "A match"]);
    assert_eq!(
        first.problems[0].place,
        site.at.join("/gone").unwrap().as_str()
    );
    let [korea, sport] = first.articles.as_slice() else {
        panic!()
    };
    assert!(korea.body.text.contains("The text of the page."));
    assert_eq!(korea.authors[0].name, "A. Roe");
    assert_eq!(
        korea.published.unwrap().to_rfc3339(),
        "2026-11-24T06:00:00+00:00"
    );
    assert!(
        sport.body.is_empty() && sport.url.as_deref() == Some(site.at.join("/2").unwrap().as_str())
    );
    assert_eq!(
        site.asked(),
        ["/sitemap.xml", "/news.xml.gz", "/old.xml", "/1", "/gone"]
    );

    let second = site.collect(&first.memory, &wanted);
    assert_eq!(titles(&second), [""; 0]);
    assert_eq!(site.asked(), ["/sitemap.xml", "/news.xml.gz"]);

    // What a topic could not take then it may now
    site.put("/news.xml.gz", gzip(&urlset(&format!("{both}\n"))));
    let third = site.collect(&second.memory, &|_| true);
    assert_eq!(site.asked(), ["/sitemap.xml", "/news.xml.gz", "/2"]);
    assert_eq!(titles(&third), ["A match"]);
    assert_eq!(third.articles[0].id, sport.id);

    // And what is corrected is read again
    site.put(
        "/news.xml.gz",
        gzip(&urlset(&news("/1", "Ports reopen at last", "Korea"))),
    );
    let fourth = site.collect(&third.memory, &wanted);
    assert_eq!(titles(&fourth), ["Ports reopen at last"]);
    assert_eq!(fourth.articles[0].id, korea.id);
}

#[test]
fn of_a_plain_sitemap_what_is_new_is_read() {
    let site = Site::new();
    let url = |path: &str, lastmod: &str| {
        format!("<url><loc>{path}</loc><lastmod>{lastmod}</lastmod></url>")
    };
    let listed = [
        url("/1", "2026-11-23"),
        url("/", "2026-11-24"),
        url("/about", "2026-11-24"),
    ]
    .concat();
    site.put("/sitemap.xml", urlset(&listed));
    site.put("/", page("The front page"));
    site.put("/about", "<title>About us</title><p>Who we are.</p>");
    site.put("/1", page("One"));
    let first = site.collect(&Memory::default(), &|_| true);
    assert_eq!(titles(&first), ["One"]);
    site.asked();

    site.put("/2", page("Two"));
    let more = format!(
        "{listed}{}{}",
        url("/2", "2026-11-24"),
        url("/old", "2024-01-01")
    );
    site.put("/sitemap.xml", urlset(&more));
    let second = site.collect(&first.memory, &|_| true);
    assert_eq!(titles(&second), ["Two"]);
    assert_eq!(site.asked(), ["/sitemap.xml", "/2"]);
}

#[test]
fn without_dates_what_was_there_the_first_time_is_old_and_what_comes_is_new() {
    let site = Site::new();
    let paths: Vec<String> = (0..30)
        .map(|n| format!("<url><loc>/{n}</loc></url>"))
        .collect();
    for n in 0..31 {
        site.put(&format!("/{n}"), page(&format!("Number {n}")));
    }
    site.put("/sitemap.xml", urlset(&paths.concat()));
    let first = site.collect(&Memory::default(), &|_| true);
    assert_eq!(first.articles.len(), 10, "a first look");
    site.put(
        "/sitemap.xml",
        urlset(&(paths.concat() + "<url><loc>/30</loc></url>")),
    );
    assert_eq!(
        titles(&site.collect(&first.memory, &|_| true)),
        ["Number 30"]
    );
}

#[test]
fn a_site_in_trouble_is_left_alone_and_its_articles_are_taken_as_they_are_listed() {
    let site = Site::new();
    let listed: String = (0..9)
        .map(|n| news(&format!("/{n}"), &format!("Number {n}"), ""))
        .collect();
    site.put("/sitemap.xml", urlset(&listed));
    for n in 0..9 {
        site.put(&format!("/{n}"), "503");
    }
    let first = site.collect(&Memory::default(), &|_| true);
    assert_eq!((first.articles.len(), first.problems.len()), (9, 3));
    assert_eq!(site.asked().len(), 4);
    for n in 0..9 {
        site.put(&format!("/{n}"), page("The page"));
    }
    let second = site.collect(&first.memory, &|_| true);
    assert!(
        second
            .articles
            .iter()
            .all(|article| !article.body.is_empty())
    );
    assert_eq!(second.articles.len(), 9);
}

#[test]
fn a_feed_or_a_list_of_addresses_may_stand_in_its_place_and_a_page_may_not() {
    let site = Site::new();
    site.put("/sitemap.xml", "<rss version='2.0'><channel><title>A</title><item><title>One</title><link>/1</link></item></channel></rss>");
    assert_eq!(
        titles(&site.collect(&Memory::default(), &|_| true)),
        ["One"]
    );
    site.put("/1", page("One"));
    site.put("/sitemap.xml", site.at.join("/1").unwrap().to_string());
    assert_eq!(
        titles(&site.collect(&Memory::default(), &|_| true)),
        ["One"]
    );
    let document = Document {
        bytes: page("One").into_bytes(),
        url: site.at.clone(),
        content_type: None,
    };
    let source = crate::collect::test_data::source(".");
    let error = read(&document, &source, &CollectSettings::default()).unwrap_err();
    assert!(
        error.to_string().contains("not a sitemap that can be read"),
        "{error}"
    );
}

#[test]
fn what_is_huge_once_it_is_unpacked_is_left() {
    let bomb = Document {
        bytes: gzip(&" ".repeat(100_000)),
        url: Url::parse("https://a.example/sitemap.xml.gz").unwrap(),
        content_type: None,
    };
    let error = unpacked(bomb, 10_000).unwrap_err();
    assert!(
        matches!(error, CollectError::TooLarge { limit: 10_000, .. }),
        "{error}"
    );
}
