//! What servers answer, right and wrong.

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
        assert!(
            found
                .wound
                .unwrap()
                .starts_with("it broke off after 3 octets: ")
        );
        assert_eq!(
            found.validators,
            Validators::default(),
            "the next time all of it is asked for"
        );
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
