//! The way to the web, over real HTTP on loopback.

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

mod asking {
    use super::*;

    #[test]
    fn a_request_says_who_asks_and_what_for_and_carries_no_cookie() {
        let server = Server::answering(|_| ok("Set-Cookie: a=b\r\n", b"x"));
        let web = Web::new(AGENT, &quick());
        for want in [Want::Feed, Want::Sitemap, Want::Page] {
            let url = server.url("/");
            web.get_linked(&url, want, &url, &Validators::default())
                .unwrap();
        }
        let requests = server.requests();
        assert!(
            requests
                .iter()
                .all(|head| head.contains(AGENT) && !head.contains("cookie"))
        );
        assert!(
            requests
                .iter()
                .all(|head| head.contains("accept-encoding: gzip, br"))
        );
        assert!(requests[0].contains("accept: application/atom+xml"));
        assert!(requests[1].contains("accept: application/xml"));
        assert!(
            requests[2].starts_with("get /robots.txt") && requests[3].contains("accept: text/html")
        );
    }

    #[test]
    fn a_name_and_a_fragment_stay_here() {
        let server = Server::answering(|_| ok("", b"x"));
        let mut url = server.url("/feed?a=1#top");
        url.set_username("someone").unwrap();
        get(&url).unwrap();
        let head = &server.requests()[0];
        assert!(head.starts_with("get /feed?a=1 http/1.1\r\n"), "{head}");
        assert!(
            !head.contains("authorization") && !head.contains("someone"),
            "{head}"
        );
    }

    #[test]
    fn a_connection_is_used_again() {
        let server = Server::answering(|_| ok("", b"x"));
        let web = Web::new(AGENT, &quick());
        for n in 0..5 {
            get_with(&web, &server.url(&format!("/{n}")), &mut Memory::default()).unwrap();
        }
        assert_eq!(server.most_at_once(), 1);
    }

    #[test]
    fn a_kept_connection_that_the_server_closed_is_no_failure() {
        // It closes after each answer, without a word
        let server = Server::start(|_, stream| {
            let _ = stream.write_all(&ok("", b"x"));
            thread::sleep(Duration::from_millis(5));
            false
        });
        let web = Web::new(AGENT, &quick());
        for n in 0..20 {
            get_with(&web, &server.url(&format!("/{n}")), &mut Memory::default()).unwrap();
        }
    }

    #[test]
    fn a_host_sees_one_connection_at_a_time() {
        let server = Server::answering(|_| {
            thread::sleep(Duration::from_millis(10));
            ok("", b"x")
        });
        let most = |connections_per_host| {
            let settings = CollectSettings {
                connections_per_host,
                timeout: Duration::from_secs(10),
                first_byte_timeout: Duration::from_secs(10),
                ..quick()
            };
            let web = Web::new(AGENT, &settings);
            thread::scope(|scope| {
                for n in 0..12 {
                    let (web, url) = (&web, server.url(&format!("/{n}")));
                    scope.spawn(move || get_with(web, &url, &mut Memory::default()).unwrap());
                }
            });
            server.most_at_once()
        };
        assert_eq!(most(1), 1);
        let several = most(4);
        assert!((2..=5).contains(&several), "{several}");
    }

    #[test]
    fn who_waits_for_a_host_waits_no_longer_than_for_a_document() {
        let server = Server::start(|_, _| hang());
        let settings = CollectSettings {
            // Turns are lent after a tenth of this: never, here
            first_byte_timeout: Duration::from_mins(10),
            timeout: Duration::from_mins(10),
            ..quick()
        };
        let mut web = Web::new(AGENT, &settings);
        web.settings.timeout = Duration::from_millis(300);
        let begun = Instant::now();
        let errors: Vec<_> = thread::scope(|scope| {
            let waiting: Vec<_> = (0..8)
                .map(|n| {
                    let (web, url) = (&web, server.url(&format!("/{n}")));
                    scope.spawn(move || get_with(web, &url, &mut Memory::default()).unwrap_err())
                })
                .collect();
            waiting.into_iter().map(|it| it.join().unwrap()).collect()
        });
        assert!(begun.elapsed() < Duration::from_secs(2));
        let late = errors
            .iter()
            .filter(|error| message(error).contains("its turn at 127.0.0.1"));
        assert!(late.count() >= 6);
    }
}

mod remembering {
    use super::*;

    #[test]
    fn what_did_not_change_is_not_sent_again() {
        let server = Server::answering(|head| {
            if head.to_lowercase().contains("if-none-match: \"v1\"") {
                answer("304 Not Modified", "", b"")
            } else {
                ok("ETag: \"v1\"\r\n", b"one")
            }
        });
        let (web, mut memory) = (Web::new(AGENT, &quick()), Memory::default());
        let url = server.url("/feed");
        assert!(get_with(&web, &url, &mut memory).unwrap().is_some());
        let before = memory.clone();
        assert!(get_with(&web, &url, &mut memory).unwrap().is_none());
        assert_eq!(memory, before);
    }

    #[test]
    fn the_same_octets_are_unchanged_though_the_server_knows_no_conditions() {
        let asked = AtomicUsize::new(0);
        let server = Server::answering(move |_| {
            let n = asked.fetch_add(1, Ordering::SeqCst);
            ok("", if n < 2 { b"one" } else { b"two" })
        });
        let (web, mut memory) = (Web::new(AGENT, &quick()), Memory::default());
        let url = server.url("/feed");
        let mut next = || {
            get_with(&web, &url, &mut memory)
                .unwrap()
                .map(|found| found.document.bytes)
        };
        assert_eq!(next(), Some(b"one".to_vec()));
        assert_eq!(next(), None);
        assert_eq!(next(), Some(b"two".to_vec()));
    }

    #[test]
    fn the_conditions_of_one_address_are_not_said_at_another() {
        let asked = AtomicUsize::new(0);
        let server = Server::answering(move |head| match path(head) {
            "/feed" if asked.fetch_add(1, Ordering::SeqCst) == 0 => redirect(302, "/a"),
            "/feed" => redirect(302, "/b"),
            _ if head.to_lowercase().contains("if-none-match") => {
                answer("304 Not Modified", "", b"")
            }
            place => ok("ETag: \"1\"\r\n", place.as_bytes()),
        });
        let (web, mut memory) = (Web::new(AGENT, &quick()), Memory::default());
        let url = server.url("/feed");
        let mut next = || {
            get_with(&web, &url, &mut memory)
                .unwrap()
                .map(|found| found.document.bytes)
        };
        assert_eq!(next(), Some(b"/a".to_vec()));
        assert_eq!(next(), Some(b"/b".to_vec()));
        assert_eq!(next(), None);
    }

    #[test]
    fn nothing_changed_is_no_answer_to_whoever_knows_nothing() {
        let server = Server::answering(|_| answer("304 Not Modified", "", b""));
        let error = get(&server.url("/feed")).unwrap_err();
        assert!(message(&error).ends_with("the server answered 304"));
    }

    #[test]
    fn a_move_for_good_is_remembered_as_far_as_it_is_for_good() {
        let server = Server::answering(|head| match path(head) {
            "/old" => redirect(301, "/new"),
            "/new" => redirect(308, "/newer"),
            "/newer" => redirect(302, "/for-now"),
            "/for-now" => redirect(301, "/end"),
            _ => ok("", b"x"),
        });
        let (web, mut memory) = (Web::new(AGENT, &quick()), Memory::default());
        let found = get_with(&web, &server.url("/old"), &mut memory)
            .unwrap()
            .unwrap();
        assert_eq!(found.document.url, server.url("/end"));
        assert_eq!(memory.moved_to, Some(server.url("/newer")));
        get_with(&web, &server.url("/old"), &mut memory).unwrap();
        let after = server.requests().split_off(5);
        assert!(after[0].starts_with("get /newer "), "{after:?}");
        assert_eq!(memory.moved_to, Some(server.url("/newer")));
        let (mut other, start) = (Memory::default(), server.url("/newer"));
        get_with(&web, &start, &mut other).unwrap();
        assert_eq!(other.moved_to, None);
    }

    #[test]
    fn a_new_address_that_fails_leads_back_to_the_old_one() {
        let server = Server::answering(|head| match path(head) {
            "/old" => ok("", b"old"),
            _ => answer("404 Not Found", "", b""),
        });
        let (web, mut memory) = (Web::new(AGENT, &quick()), Memory::default());
        memory.moved_to = Some(server.url("/new"));
        let found = get_with(&web, &server.url("/old"), &mut memory)
            .unwrap()
            .unwrap();
        assert_eq!(found.document.bytes, b"old");
        assert_eq!(memory.moved_to, None);
        memory.moved_to = Some(server.url("/new"));
        let error = get_with(&web, &server.url("/older"), &mut memory).unwrap_err();
        assert!(
            message(&error).contains("/new"),
            "the last place that was right is told"
        );
    }
}

mod limits {
    use super::*;

    #[test]
    fn redirects_without_end_are_left() {
        let server = Server::answering(|_| redirect(302, "/feed"));
        let error = get(&server.url("/feed")).unwrap_err();
        assert!(message(&error).ends_with("more than 5 redirects (`max_redirects`)"));
        assert_eq!(server.requests().len(), 6);
    }

    #[test]
    fn a_bomb_is_left_at_the_limit_however_small_it_comes() {
        let bomb = gzip(&vec![b' '; 50 << 20]);
        assert!(bomb.len() < 100_000);
        let server = Server::answering(move |_| ok("Content-Encoding: gzip\r\n", &bomb));
        let url = server.url("/feed");
        let error = get(&url).unwrap_err();
        assert_eq!(
            message(&error),
            format!("reading {url}: it is larger than 100000 octets (`max_bytes`)")
        );
    }

    #[test]
    fn a_document_of_just_the_limit_is_taken() {
        let server = Server::answering(|_| ok("", &vec![b' '; 100_000]));
        assert_eq!(get(&server.url("/")).unwrap().document.bytes.len(), 100_000);
    }

    fn drip(stream: &mut TcpStream, octets: &[u8]) -> bool {
        for octet in octets.iter().cycle() {
            thread::sleep(Duration::from_millis(50));
            if stream.write_all(&[*octet]).is_err() {
                return false;
            }
        }
        false
    }

    #[test]
    fn a_body_that_drips_is_left_when_its_time_is_over() {
        let server = Server::start(|_, stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
            drip(stream, b" ")
        });
        let begun = Instant::now();
        let error = get(&server.url("/")).unwrap_err();
        assert!(
            message(&error).ends_with("not done within 1s (`timeout`)"),
            "{error}"
        );
        assert!(begun.elapsed() < Duration::from_secs(2));
    }

    #[test]
    fn a_head_that_drips_or_never_comes_is_left() {
        let dripping = Server::start(|_, stream| drip(stream, b"HTTP/1.1 200 OK\r\nX: x\r\n"));
        let hanging = Server::start(|_, _| hang());
        for server in [dripping, hanging] {
            let error = get(&server.url("/")).unwrap_err();
            assert!(
                message(&error).ends_with("no answer within 500ms (`first_byte_timeout`)"),
                "{error}"
            );
            assert!(error.is_transient());
        }
    }

    #[test]
    fn a_connection_that_does_not_come_about_is_left_tls_included() {
        // The system takes the connection, and nobody speaks
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let url = Url::parse(&format!("https://127.0.0.1:{port}/")).unwrap();
        let error = get(&url).unwrap_err();
        assert!(
            message(&error).ends_with("no connection within 500ms (`connect_timeout`)"),
            "{error}"
        );
    }

    #[test]
    fn redirects_share_the_time_of_one_document() {
        let server = Server::answering(|_| {
            thread::sleep(Duration::from_millis(200));
            redirect(302, "/next")
        });
        let error = get(&server.url("/")).unwrap_err();
        assert!(
            message(&error).ends_with("not done within 1s (`timeout`)"),
            "{error}"
        );
    }

    #[test]
    fn a_flood_of_headers_is_left() {
        let few_but_long =
            Server::answering(|_| ok(&format!("X: {}\r\n", "x".repeat(70_000)), b""));
        let error = get(&few_but_long.url("/")).unwrap_err();
        assert!(
            message(&error).ends_with("the head of the answer is larger than 65536 octets"),
            "{error}"
        );
        let many = Server::answering(|_| ok(&"X: x\r\n".repeat(5000), b""));
        assert!(get(&many.url("/")).is_err());
    }
}

mod answers {
    use super::*;

    fn body(raw: &'static [u8]) -> Found {
        let server = Server::start(move |_, stream| {
            let _ = stream.write_all(raw);
            false
        });
        get(&server.url("/")).unwrap()
    }

    #[test]
    fn bodies_come_in_every_framing() {
        for raw in [
            &b"HTTP/1.0 200 OK\r\n\r\nabc"[..],
            b"HTTP/1.1 200 OK\r\n\r\nabc",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef",
            b"HTTP/1.1 200 OK\nContent-Length: 3\n\nabc",
            b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
        ] {
            let found = body(raw);
            assert_eq!(found.document.bytes, b"abc");
            assert_eq!(found.wound, None);
        }
    }

    #[test]
    fn a_body_that_breaks_off_is_kept_to_there_and_not_taken_for_the_whole() {
        for raw in [
            &b"HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 300\r\n\r\nabc"[..],
            b"HTTP/1.1 200 OK\r\nETag: \"1\"\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n5\r\n",
        ] {
            let found = body(raw);
            assert_eq!(found.document.bytes, b"abc");
            assert!(found.wound.unwrap().starts_with("it broke off after 3 octets: "));
            assert_eq!(found.validators, Validators::default(), "the next time all of it is asked for");
        }
        let server = Server::start(|_, stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n");
            false
        });
        assert!(get(&server.url("/")).is_err(), "nothing came");
    }

    #[test]
    fn a_compressed_body_that_breaks_off_is_kept_to_there() {
        let text: Vec<u8> = (0..10_000_u32).flat_map(u32::to_be_bytes).collect();
        let zipped = gzip(&text);
        let half = zipped[..zipped.len() / 2].to_vec();
        let server = Server::answering(move |_| ok("Content-Encoding: gzip\r\n", &half));
        let found = get(&server.url("/")).unwrap();
        assert!(text.starts_with(&found.document.bytes) && !found.document.bytes.is_empty());
        assert!(found.wound.is_some());
    }

    #[test]
    fn gzip_has_an_old_name() {
        let zipped = gzip(b"abc");
        let server = Server::answering(move |_| ok("Content-Encoding: x-gzip\r\n", &zipped));
        assert_eq!(get(&server.url("/")).unwrap().document.bytes, b"abc");
    }

    #[test]
    fn what_is_no_http_is_an_error() {
        for raw in [
            &b"SSH-2.0-x\r\n\r\n"[..],
            b"",
            b"\x00\x00\x00",
            b"HTTP/1.1 999999 ?\r\n\r\n",
        ] {
            let server = Server::start(move |_, stream| {
                let _ = stream.write_all(raw);
                false
            });
            assert!(matches!(
                get(&server.url("/")),
                Err(CollectError::Unreachable { .. })
            ));
        }
    }

    #[test]
    fn a_status_is_told_with_when_to_come_back() {
        let server = Server::answering(|_| answer("503 Busy", "Retry-After: 120\r\n", b"later"));
        let error = get(&server.url("/")).unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_mins(2)));
        let moving =
            Server::answering(|_| answer("302 Found", "Location: /\r\nRetry-After: 600\r\n", b""));
        let error = get(&moving.url("/")).unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_mins(10)));
        assert!(message(&error).ends_with("the server answered 302"));
    }

    #[test]
    fn a_host_that_has_had_enough_of_us_is_asked_for_nothing_else() {
        let server =
            Server::answering(|_| answer("429 Too Many Requests", "Retry-After: 600\r\n", b""));
        let other = Server::answering(|_| ok("", b"x"));
        let web = Web::new(AGENT, &quick());
        for n in 0..3 {
            let url = server.url(&format!("/{n}"));
            let error = get_with(&web, &url, &mut Memory::default()).unwrap_err();
            assert!(message(&error).ends_with("the server answered 429"));
            assert!(error.retry_after().unwrap() > Duration::from_mins(9));
        }
        assert_eq!(server.requests().len(), 1);
        assert!(get_with(&web, &other.url("/"), &mut Memory::default()).is_ok());
    }

    #[test]
    fn only_http_is_followed() {
        let server = Server::answering(|_| redirect(302, "file:///etc/passwd"));
        let error = get(&server.url("/")).unwrap_err();
        assert!(
            message(&error).contains("only http and https are followed"),
            "{error}"
        );
    }
}

mod guard {
    use super::*;

    /// A resolver that gives every name the addresses of a list.
    #[derive(Debug)]
    struct Says(&'static [&'static str]);

    impl Resolver for Says {
        fn resolve(
            &self,
            uri: &Uri,
            _: &Config,
            _: NextTimeout,
        ) -> Result<ResolvedSocketAddrs, ureq::Error> {
            let mut found = self.empty();
            for ip in self.0 {
                let port = uri.port_u16().unwrap_or(80);
                found.push((ip.parse::<std::net::IpAddr>().unwrap(), port).into());
            }
            Ok(found)
        }
    }

    fn web(allow: &[&str], names: &'static [&'static str]) -> Web {
        let settings = CollectSettings {
            allow_hosts: allow.iter().map(|host| (*host).to_owned()).collect(),
            robots: Robots::Ignored,
            ..quick()
        };
        let names: super::super::Names = Arc::new(Says(names));
        Web::with_names(AGENT, &settings, &names)
    }

    #[test]
    fn a_source_cannot_send_us_to_another_port_of_this_machine() {
        let inner = Server::answering(|_| ok("", b"secret"));
        let to = inner.url("/").to_string();
        let outer = Server::answering(move |head| match path(head) {
            "/out" => redirect(302, &to),
            _ => ok("", b"mine"),
        });
        let web = Web::new(AGENT, &quick());
        let declared = outer.url("/out");
        let error = get_with(&web, &declared, &mut Memory::default()).unwrap_err();
        assert_eq!(
            message(&error),
            format!(
                "fetching {declared}: `127.0.0.1:{}` is an address of this machine",
                inner.port()
            )
        );
        assert!(
            error
                .hint()
                .contains(&format!("allow_hosts = [\"127.0.0.1:{}\"]", inner.port()))
        );
        assert!(page(&web, &inner.url("/x"), &declared).is_err());
        assert!(page(&web, &outer.url("/x"), &declared).is_ok());
        assert_eq!(inner.requests().len(), 0);
        let settings = CollectSettings {
            allow_hosts: vec![format!("127.0.0.1:{}", inner.port())],
            ..quick()
        };
        let allowed = Web::new(AGENT, &settings);
        assert!(get_with(&allowed, &declared, &mut Memory::default()).is_ok());
    }

    #[test]
    fn other_spellings_of_an_address_are_the_same_address() {
        let server = Server::answering(|_| ok("", b"secret"));
        let declared = Url::parse("https://public.example/feed").unwrap();
        let web = Web::new(AGENT, &quick());
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "0.0.0.0",
            "[::ffff:127.0.0.1]",
            "localhost",
            "LOCALHOST",
        ] {
            let url = Url::parse(&format!("http://{host}:{}/", server.port())).unwrap();
            let error = page(&web, &url, &declared).unwrap_err();
            let rest = message(&error);
            assert!(
                rest.contains("is an address of this machine"),
                "{host}: {rest}"
            );
        }
        assert_eq!(server.requests().len(), 0);
    }

    #[test]
    fn a_public_name_of_a_private_address_is_refused_unless_it_is_allowed() {
        let server = Server::answering(|_| ok("", b"x"));
        let named = Url::parse(&format!("http://cms.example:{}/feed", server.port())).unwrap();
        let ask = |allow: &[&str], names| {
            get_with(&web(allow, names), &named, &mut Memory::default()).map(|_| ())
        };
        assert!(matches!(
            ask(&[], &["127.0.0.1"]),
            Err(CollectError::Forbidden { .. })
        ));
        assert!(matches!(
            ask(&[], &["10.0.0.1", "fd00:ec2::254"]),
            Err(CollectError::Forbidden { .. })
        ));
        assert_eq!(server.requests().len(), 0);
        assert!(ask(&["cms.example"], &["127.0.0.1"]).is_ok());
        assert!(ask(&["127.0.0.1"], &["127.0.0.1"]).is_ok());
        let other_port = ask(&["cms.example:1"], &["127.0.0.1"]);
        assert!(matches!(other_port, Err(CollectError::Forbidden { .. })));
    }

    #[test]
    fn of_several_addresses_only_those_are_tried_that_may_be() {
        let server = Server::answering(|_| ok("", b"x"));
        let named = Url::parse(&format!("http://cms.example:{}/feed", server.port())).unwrap();
        // The first is this machine's, and refused; the second is allowed, and nobody is there
        let web = web(&["127.0.0.99"], &["127.0.0.1", "127.0.0.99"]);
        let error = get_with(&web, &named, &mut Memory::default());
        assert!(matches!(error, Err(CollectError::Unreachable { .. })));
        assert_eq!(server.requests().len(), 0);
    }
}

mod robots {
    use super::*;

    fn site(robots: &'static str) -> Server {
        Server::answering(move |head| match path(head) {
            "/robots.txt" => ok("", robots.as_bytes()),
            "/moved" => redirect(301, "/private/1"),
            _ => ok("", b"x"),
        })
    }

    #[test]
    fn pages_are_left_alone_that_robots_are_kept_from_and_feeds_are_not_asked_about() {
        let server = site("User-agent: *\nDisallow: /private");
        let web = Web::new(AGENT, &quick());
        let declared = server.url("/feed");
        assert!(page(&web, &server.url("/1"), &declared).is_ok());
        let error = page(&web, &server.url("/private/1"), &declared).unwrap_err();
        assert!(matches!(error, CollectError::Robots { .. }));
        assert!(
            page(&web, &server.url("/moved"), &declared).is_err(),
            "also where a redirect leads there"
        );
        let asked = |path: &str| {
            let requests = server.requests();
            requests
                .iter()
                .filter(|head| head.starts_with(&format!("get {path}")))
                .count()
        };
        assert_eq!(asked("/robots.txt"), 1);
        assert_eq!(asked("/private"), 0);
        assert!(get(&server.url("/private/feed")).is_ok());
    }

    #[test]
    fn the_operator_may_have_their_leave() {
        let server = site("User-agent: *\nDisallow: /");
        let settings = CollectSettings {
            robots: Robots::Ignored,
            ..quick()
        };
        let web = Web::new(AGENT, &settings);
        assert!(page(&web, &server.url("/1"), &server.url("/")).is_ok());
    }

    #[test]
    fn a_site_whose_robots_txt_is_in_trouble_is_left_alone_and_that_is_said() {
        let server = Server::answering(|head| match path(head) {
            "/robots.txt" => answer("500 Oops", "", b""),
            _ => ok("", b"x"),
        });
        let web = Web::new(AGENT, &quick());
        let error = page(&web, &server.url("/1"), &server.url("/")).unwrap_err();
        assert!(
            message(&error).contains("robots.txt can't be had, so it is left alone"),
            "{error}"
        );
        assert!(error.is_transient());
    }

    #[test]
    fn a_huge_robots_txt_counts_as_far_as_it_is_read() {
        let text: &'static str = Box::leak(
            format!(
                "User-agent: *\nDisallow: /private\n{}",
                "# x\n".repeat(300_000)
            )
            .into_boxed_str(),
        );
        let server = site(text);
        let web = Web::new(AGENT, &quick());
        assert!(page(&web, &server.url("/1"), &server.url("/")).is_ok());
        assert!(page(&web, &server.url("/private"), &server.url("/")).is_err());
    }

    #[test]
    fn a_crawl_delay_is_kept_between_pages() {
        let server = site("User-agent: *\nCrawl-delay: 0.3");
        let web = Web::new(AGENT, &quick());
        let begun = Instant::now();
        for n in 0..4 {
            page(&web, &server.url(&format!("/{n}")), &server.url("/")).unwrap();
        }
        assert!(begun.elapsed() >= Duration::from_millis(900));
    }
}
