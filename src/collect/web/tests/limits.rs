//! Nothing is without an end.

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
    let few_but_long = Server::answering(|_| ok(&format!("X: {}\r\n", "x".repeat(70_000)), b""));
    let error = get(&few_but_long.url("/")).unwrap_err();
    assert!(
        message(&error).ends_with("the head of the answer is larger than 65536 octets"),
        "{error}"
    );
    let many = Server::answering(|_| ok(&"X: x\r\n".repeat(5000), b""));
    assert!(get(&many.url("/")).is_err());
}
