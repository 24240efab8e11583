//! What a request says, and how many there are at once.

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
