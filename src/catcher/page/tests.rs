//! A mail goes in over SMTP, and is looked at over HTTP.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
};

use super::super::{Catcher, Note};

const MAIL: &str = "From: Morning Post <news@post.example>\r\nTo: =?UTF-8?Q?L=C3=A9a?= <lea@a.example>\r\nSubject: =?UTF-8?Q?Caf=C3=A9_<b>_&_more?=\r\nDate: Mon, 23 Nov 2026 06:30:00 +0100\r\nContent-Language: fr\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b1\r\n\r\n--b1\r\nContent-Type: text/plain; charset=utf-8; format=flowed\r\n\r\nThe train \r\nruns.\r\n.dot\r\n--b1\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><head><style>@media (prefers-color-scheme: dark){p{color:red}}</style></head><body><p>The train<script>alert(1)</script></body></html>\r\n--b1--\r\n";

fn send(to: SocketAddr, mail: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(to)?;
    let mut replies = BufReader::new(stream.try_clone()?);
    let mut expect = |code: &str| -> io::Result<()> {
        loop {
            let mut line = String::new();
            replies.read_line(&mut line)?;
            assert!(line.starts_with(code), "{code} expected, got {line:?}");
            if line.get(3..4) != Some("-") {
                return Ok(());
            }
        }
    };
    expect("220")?;
    let stuffed = mail.replace("\r\n.", "\r\n..") + ".\r\n";
    for (command, code) in [
        ("EHLO localhost\r\n", "250"),
        ("MAIL FROM:<bounce@post.example>\r\n", "250"),
        ("RCPT TO:<lea@a.example>\r\n", "250"),
        ("DATA\r\n", "354"),
        (&stuffed, "250"),
        ("QUIT\r\n", "221"),
    ] {
        stream.write_all(command.as_bytes())?;
        expect(code)?;
    }
    Ok(())
}

/// The answer's head, in lower case, and its body.
fn get_as(host: &str, at: SocketAddr, path: &str) -> io::Result<(String, String)> {
    let mut stream = TcpStream::connect(at)?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    Ok((head.to_ascii_lowercase(), body.to_owned()))
}

fn get(at: SocketAddr, path: &str) -> io::Result<(String, String)> {
    let (head, body) = get_as(&at.to_string(), at, path)?;
    assert!(head.starts_with("http/1.1 200 "), "{path}: {head}\n{body}");
    Ok((head, body))
}

fn with_a_mail(check: impl Fn(&Catcher) -> io::Result<()>) -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let catcher = Catcher::start(folder.path()).expect("a catcher");
    send(catcher.smtp(), MAIL)?;
    check(&catcher)
}

#[test]
fn the_inbox_lists_each_mail_under_its_recipient_with_the_notes_beside() -> io::Result<()> {
    with_a_mail(|catcher| {
        catcher.note(vec![Note {
            title: "Suppressed: ann@a.example".into(),
            text: "She left.".into(),
        }]);
        let (head, page) = get(catcher.page(), "/")?;
        assert!(head.contains("content-security-policy: default-src 'none';"));
        for words in [
            "<title>Postrider: inbox</title>",
            "Nothing left this machine.",
            "Léa",
            "lea@a.example",
            "Café &lt;b&gt; &amp; more",
            "lang=\"fr\"",
            "Mon 23 Nov 2026, 06:30",
            "href=\"/mail/1\"",
            "<iframe sandbox=\"\" src=\"/mail/1/html\"",
            "Suppressed: ann@a.example",
            "She left.",
        ] {
            assert!(page.contains(words), "{words} isn't in {page}");
        }
        Ok(())
    })
}

#[test]
fn an_inbox_without_mails_says_so() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let catcher = Catcher::start(folder.path()).expect("a catcher");
    assert!(get(catcher.page(), "/")?.1.contains("No mail yet."));
    Ok(())
}

#[test]
fn a_mails_html_is_drawn_but_can_do_nothing() -> io::Result<()> {
    with_a_mail(|catcher| {
        let (head, html) = get(catcher.page(), "/mail/1/html")?;
        let policy = "content-security-policy: default-src 'none'; img-src 'self' https: data:; style-src 'unsafe-inline'; sandbox allow-popups allow-popups-to-escape-sandbox\r\n";
        assert!(head.contains(policy), "{head}");
        assert!(html.contains("(max-width:0){p{color:red}}"), "{html}");
        let (_, dark) = get(catcher.page(), "/mail/1/html?view=dark")?;
        assert!(dark.contains("(min-width:0){p{color:red}}"), "{dark}");
        for view in ["desktop", "phone", "dark", "nonsense"] {
            let (_, page) = get(catcher.page(), &format!("/mail/1?view={view}"))?;
            assert!(page.contains(
                "<iframe sandbox=\"allow-popups allow-popups-to-escape-sandbox\" src=\"/mail/1/html"
            ));
            assert!(!page.contains("<script"));
        }
        Ok(())
    })
}

#[test]
fn the_plain_text_is_shown_as_paragraphs_and_the_source_whole() -> io::Result<()> {
    with_a_mail(|catcher| {
        let (_, text) = get(catcher.page(), "/mail/1?view=text")?;
        assert!(
            text.contains("<p dir=\"auto\">The train runs.</p>"),
            "{text}"
        );
        let (_, source) = get(catcher.page(), "/mail/1?view=source")?;
        assert!(source.contains("<b>Subject</b>"), "{source}");
        assert!(
            source.contains("<span class=\"boundary\">--b1--"),
            "{source}"
        );
        assert!(source.contains("&lt;script&gt;"), "{source}");
        Ok(())
    })
}

#[test]
fn the_raw_mail_is_the_mail_that_was_sent() -> io::Result<()> {
    with_a_mail(|catcher| {
        let (head, raw) = get(catcher.page(), "/mail/1/raw")?;
        assert!(head.contains("content-type: message/rfc822"), "{head}");
        assert!(head.contains("filename=\"0001.eml\""), "{head}");
        assert_eq!(raw, MAIL);
        Ok(())
    })
}

#[test]
fn what_isnt_there_is_a_page_that_says_so() -> io::Result<()> {
    with_a_mail(|catcher| {
        for path in [
            "/mail/2",
            "/mail/x",
            "/mail/2/html",
            "/mail/-1/raw",
            "/nowhere",
        ] {
            let at = catcher.page();
            let (head, page) = get_as(&at.to_string(), at, path)?;
            assert!(head.starts_with("http/1.1 404 "), "{path}: {head}");
            assert!(page.contains("There is no such page here."), "{page}");
        }
        Ok(())
    })
}

#[test]
fn a_name_from_elsewhere_that_points_here_is_shown_nothing() -> io::Result<()> {
    with_a_mail(|catcher| {
        let at = catcher.page();
        let (head, body) = get_as("elsewhere.example", at, "/mail/1/raw")?;
        assert!(head.starts_with("http/1.1 403 "), "{head}");
        assert!(!body.contains("train"));
        let (head, _) = get_as("localhost", at, "/")?;
        assert!(head.starts_with("http/1.1 200 "), "{head}");
        Ok(())
    })
}

#[test]
fn the_page_stops_with_its_catcher_though_a_client_hangs_on() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let catcher = Catcher::start(folder.path()).expect("a catcher");
    let at = catcher.page();
    let mut half = TcpStream::connect(at)?;
    half.write_all(b"GET / HT")?;
    catcher.stop();
    let mut rest = Vec::new();
    // Closed or reset: either way there is no answer.
    let _ = half.read_to_end(&mut rest);
    assert!(TcpStream::connect(at).is_err() || rest.is_empty());
    Ok(())
}

/// `cargo test catcher::page::tests::show -- --ignored --nocapture` keeps a catcher up for two minutes, to feed and to look at.
#[test]
#[ignore = "for a person to look at"]
fn show() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let catcher = Catcher::start(folder.path()).expect("a catcher");
    catcher.note(vec![
        Note {
            title: "theo@a.example: suppressed".into(),
            text: "He unsubscribed on 3 May, whatever the file says.".into(),
        },
        Note {
            title: "mara@a.example: paused".into(),
            text: "Until 1 December.".into(),
        },
    ]);
    println!("smtp {} page {}", catcher.smtp(), catcher.page());
    std::thread::sleep(std::time::Duration::from_mins(2));
    Ok(())
}
