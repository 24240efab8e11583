//! robots.txt, for pages.

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
