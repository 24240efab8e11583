//! A feed at an `http`, `https` or `file` URL.

use url::Url;

use super::{
    CollectError, Collected, Context, Memory, Problem, Source, Summaries, charset,
    document::{self, Document},
    feed, normalise, page,
    web::{Answer, Want},
};
use crate::domain::{CollectSettings, DeclaredSource};

/// A feed, collected with conditional requests.
pub struct Feed {
    source: DeclaredSource,
    url: Url,
}

impl Feed {
    /// The feed at `url`.
    #[must_use]
    pub fn new(source: DeclaredSource, url: Url) -> Self {
        Self { source, url }
    }
}

impl Source for Feed {
    fn name(&self) -> &str {
        &self.source.name
    }

    fn collect(&self, memory: &Memory, context: &Context<'_>) -> Result<Collected, CollectError> {
        let mut remembered = memory.clone();
        let (document, wound) = if self.url.scheme() == "file" {
            (document::read(&self.url, context.settings.max_bytes)?, None)
        } else {
            match context.web.get(&self.url, Want::Feed, &mut remembered)? {
                Answer::Unchanged => {
                    return Ok(Collected {
                        memory: remembered,
                        unchanged: true,
                        ..Collected::default()
                    });
                }
                Answer::Document(found) => (found.document, found.wound),
            }
        };
        let mut collected =
            read(&document, &self.source, context.settings).map_err(|error| match &wound {
                Some(wound) => CollectError::Unreachable {
                    url: Box::new(self.url.clone()),
                    message: wound.clone(),
                },
                None => error,
            })?;
        collected.problems.extend(wound.map(|wound| Problem {
            place: self.url.to_string(),
            message: wound,
            hint: "the entries before are taken; the next collect asks for all of it".to_owned(),
        }));
        collected.memory = remembered;
        Ok(collected)
    }
}

/// The articles of a feed's document.
///
/// # Errors
/// Where it is no feed.
pub fn read(
    document: &Document,
    source: &DeclaredSource,
    settings: &CollectSettings,
) -> Result<Collected, CollectError> {
    let parsed = feed::parse(document, settings).map_err(|message| CollectError::Unreadable {
        place: document.url.to_string(),
        kind: "feed",
        message,
        offered: page::feeds(&charset::decode(&document.bytes), &document.url)
            .first()
            .map(|feed| feed.url.to_string()),
    })?;
    Ok(Collected {
        articles: parsed
            .articles
            .into_iter()
            .map(|raw| normalise::article(raw, source, settings))
            .collect(),
        summaries: Summaries::Offered,
        problems: parsed.problems,
        feed: Some(parsed.info),
        ..Collected::default()
    })
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        io::{BufRead, BufReader, Write},
        net::TcpListener,
        thread,
        time::Duration,
    };

    use super::*;
    use crate::{collect, domain::Priority, domain::SourcePlace};

    const FEED: &str = r#"<rss version="2.0"><channel><title>Agency</title><item><guid>1</guid><title>One</title><link>/1</link></item></channel></rss>"#;

    /// A server on loopback: `answer` takes a request's head and gives the whole answer.
    fn serve(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut head = String::new();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                while reader.read_line(&mut head).is_ok_and(|n| n > 2) {}
                let _ = stream.write_all(&answer(&head));
            }
        });
        Url::parse(&format!("http://{address}/feed")).unwrap()
    }

    fn ok(head: &str, body: &[u8]) -> Vec<u8> {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n{head}\r\n",
            body.len()
        );
        [head.as_bytes(), body].concat()
    }

    fn get_with(
        url: &Url,
        memory: &Memory,
        settings: &CollectSettings,
    ) -> Result<Collected, CollectError> {
        let source = DeclaredSource {
            name: "Agency".to_owned(),
            place: SourcePlace::Feed(url.clone()),
            priority: Priority::default(),
            language: None,
            topics: Vec::new(),
        };
        collect::test_data::collect_with(&source, memory, settings)
    }

    fn get(url: &Url) -> Result<Collected, CollectError> {
        get_with(url, &Memory::default(), &CollectSettings::default())
    }

    #[test]
    fn a_feed_that_did_not_change_is_not_read_again() {
        let url = serve(|head| {
            let head = head.to_lowercase();
            assert!(head.contains("user-agent: postrider-test/1"), "{head}");
            if head.contains("if-none-match: \"v1\"")
                && head.contains("if-modified-since: tue, 12 mar 2024 10:15:00 gmt")
            {
                b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n".to_vec()
            } else {
                ok(
                    "ETag: \"v1\"\r\nLast-Modified: Tue, 12 Mar 2024 10:15:00 GMT\r\n",
                    FEED.as_bytes(),
                )
            }
        });
        let first = get(&url).unwrap();
        assert_eq!(first.articles[0].url, url.join("/1").ok().map(String::from));
        assert_eq!(first.memory.validators.etag.as_deref(), Some("\"v1\""));
        assert_eq!(first.feed.unwrap().title.as_deref(), Some("Agency"));
        let second = get_with(&url, &first.memory, &CollectSettings::default()).unwrap();
        assert!(second.unchanged && second.articles.is_empty());
        assert_eq!(second.memory, first.memory);
    }

    #[test]
    fn a_compressed_feed_is_read() {
        // The feed `FEED` shrunk: gzip's stored form (RFC 1952, RFC 1951 §3.2.4) needs no compressor
        let url = serve(|_| ok("Content-Encoding: gzip\r\n", &gzip_stored(FEED.as_bytes())));
        assert_eq!(get(&url).unwrap().articles.len(), 1);
    }

    fn gzip_stored(data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(data.len()).unwrap();
        let mut crc = u32::MAX;
        for byte in data {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
            }
        }
        let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(data);
        out.extend((!crc).to_le_bytes());
        out.extend(u32::from(length).to_le_bytes());
        out
    }

    #[test]
    fn a_redirect_is_followed_and_links_are_relative_to_its_end() {
        let url = serve(|head| {
            if head.starts_with("GET /feed ") {
                b"HTTP/1.1 301 Moved\r\nLocation: /new/feed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec()
            } else {
                ok("", FEED.replace("/1<", "1<").as_bytes())
            }
        });
        let collected = get(&url).unwrap();
        assert_eq!(
            collected.articles[0].url,
            url.join("/new/1").ok().map(String::from)
        );
    }

    #[test]
    fn redirects_without_end_are_an_error() {
        let url = serve(|_| {
            b"HTTP/1.1 302 Found\r\nLocation: /feed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec()
        });
        let error = get(&url).unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("more than 5 redirects (`max_redirects`)"),
            "{error}"
        );
    }

    #[test]
    fn an_error_names_the_url_the_status_and_what_to_do() {
        let url = serve(|_| {
            b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec()
        });
        let error = get(&url).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("fetching {url}: the server answered 404")
        );
        assert!(error.hint().contains("look for its new address"));
        assert!(!error.is_transient());
    }

    #[test]
    fn a_server_that_does_not_answer_is_left() {
        let url = serve(|_| {
            thread::sleep(Duration::from_secs(5));
            Vec::new()
        });
        let settings = CollectSettings {
            first_byte_timeout: Duration::from_millis(200),
            ..CollectSettings::default()
        };
        let error = get_with(&url, &Memory::default(), &settings).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("fetching {url}: no answer within 200ms (`first_byte_timeout`)")
        );
        assert!(error.is_transient());
    }

    #[test]
    fn an_answer_without_end_is_left() {
        let limit = CollectSettings::default().max_bytes;
        let huge = vec![b' '; usize::try_from(limit).unwrap() + 1];
        let url = serve(move |_| ok("", &huge));
        let error = get(&url).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("reading {url}: it is larger than {limit} octets (`max_bytes`)")
        );
    }

    #[test]
    fn a_page_instead_of_a_feed_is_an_error_that_tells_where_the_feed_is() {
        let url = serve(|_| {
            ok(
                "",
                b"<html><link rel=alternate type=application/rss+xml href=/rss></html>",
            )
        });
        let error = get(&url).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with(&format!("reading {url}: not a feed")),
            "{error}"
        );
        assert_eq!(
            error.hint(),
            format!("the page offers a feed at {}", url.join("/rss").unwrap())
        );
    }

    #[test]
    fn a_feed_may_be_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("feed.xml");
        fs::write(&path, FEED.replace("/1<", "https://agency.example/1<")).unwrap();
        let source = collect::test_data::source(&path.to_string_lossy());
        let collected = collect::test_data::collect(&source).unwrap();
        assert_eq!(
            collected.articles[0].url.as_deref(),
            Some("https://agency.example/1")
        );
    }
}
