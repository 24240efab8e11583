//! What is remembered of an answer, and what of a move.

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
        _ if head.to_lowercase().contains("if-none-match") => answer("304 Not Modified", "", b""),
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
