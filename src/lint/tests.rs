//! Each rule is broken once by a mail that breaks nothing else that matters.

use super::*;

const TOKEN: &str = "aiaw6miabhlyo76amghdm4kyzqur4jx6vikme6pr2xbcohifprlrg";

fn head() -> String {
    format!(
        "To: Ann <ann@reader.example>\nMessage-ID: <x1@post.example>\nList-Unsubscribe: <https://news.post.example/u/{TOKEN}>, <mailto:leave@post.example?subject=unsubscribe%20{TOKEN}>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\nFrom: The Post <news@post.example>\nSubject: The Post: talks resume\nDate: Tue, 24 Nov 2026 07:00:00 +0100\nList-Id: The Post <daily.post.example>\nAuto-Submitted: auto-generated\nContent-Language: en\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=\"=_b\"\n"
    )
}

fn text() -> String {
    format!("The Post\nTalks resume in Seoul after two winters, and the harbour towns fill up again\nhttps://post.example/talks\n\n-- \nUnsubscribe: https://news.post.example/u/{TOKEN}\nThe Harbour Press\n12 Quay Street\n").replace("Talks resume in Seoul after two winters, and ", "Talks resume in Seoul after two winters, and \n")
}

fn html() -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\" dir=\"ltr\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\"><title>The Post</title><style>@media (prefers-color-scheme: dark) {{.ink {{color: #eeeeee !important}}\n.sheet {{background-color: #111111 !important}}}}</style></head><body><div class=\"sheet\" style=\"background-color:#ffffff\"><div style=\"display:none\">A preheader that says enough</div><h1 class=\"ink\" style=\"font-weight:700;color:#111111\">The Post</h1><h2 class=\"ink\" style=\"font-weight:700;color:#111111\">Korea</h2><table role=\"presentation\" lang=\"en\" dir=\"ltr\"><tr><td><h3 style=\"font-weight:700\"><a class=\"ink\" href=\"https://post.example/talks\" style=\"color:#111111\">Talks resume in Seoul after two winters, and the harbour towns fill up again</a></h3><img src=\"https://post.example/a.jpg\" alt=\"A harbour\" width=\"536\"></td></tr></table><p class=\"ink\" style=\"color:#111111\"><a class=\"ink\" style=\"color:#111111\" href=\"https://news.post.example/u/{TOKEN}\">Unsubscribe</a> The Harbour Press, 12 Quay Street</p></div></body></html>\n"
    )
    .replace("><", ">\n<")
}

fn mail(head: &str, text: &str, html: &str) -> Vec<u8> {
    let part = |kind: &str, body: &str| {
        format!(
            "--=_b\nContent-Type: {kind}; charset=utf-8{}\nContent-Transfer-Encoding: 8bit\n\n{body}\n",
            if kind == "text/plain" {
                "; format=flowed; delsp=yes"
            } else {
                ""
            }
        )
    };
    let whole = format!(
        "{head}\n{}{}--=_b--\n",
        part("text/plain", text),
        part("text/html", html)
    );
    whole.replace('\n', "\r\n").into_bytes()
}

fn setup() -> Setup {
    Setup {
        publisher: "The Harbour Press".into(),
        postal_address: "12 Quay Street".into(),
    }
}

fn ids(mail: &[u8]) -> Vec<&'static str> {
    let findings = lint(mail, &setup());
    findings
        .iter()
        .filter(|finding| finding.rule.level != Level::Info)
        .map(|finding| finding.rule.id)
        .collect()
}

#[test]
fn a_good_mail_breaks_no_rule() {
    let findings = lint(&mail(&head(), &text(), &html()), &setup());
    let told = findings
        .iter()
        .filter(|finding| finding.rule.level != Level::Info);
    assert_eq!(told.count(), 0, "{findings:#?}");
}

#[test]
fn each_fault_of_the_header_is_found() {
    for (old, new, id) in [
        ("Date: Tue, 24 Nov 2026 07:00:00 +0100\n", "", "H01"),
        ("Date: Tue,", "Date: someday,", "H01"),
        (
            "From: The Post <news@post.example>",
            "From: a@b.example, c@d.example",
            "H02",
        ),
        (
            "To: Ann <ann@reader.example>",
            "To: a@b.example\nTo: c@d.example",
            "H04",
        ),
        ("Subject: The Post: talks resume", "Subject: ", "H05"),
        ("Subject: The Post", "Subject: Re: The Post", "H05W"),
        (
            "Subject: The Post: talks resume",
            "Subject: TALKS RESUME AT ONCE",
            "H05W",
        ),
        ("<x1@post.example>", "x1", "H06"),
        (
            "MIME-Version: 1.0\n",
            "MIME-Version: 1.0\nMIME-Version: 1.0\n",
            "H07",
        ),
        ("talks resume", "gespräche", "H10"),
        ("From: The Post <", "From: \"a@b.example\" <", "H12"),
        ("<news@post", "<noreply@post", "H14"),
        ("Auto-Submitted: auto-generated\n", "", "H16"),
        (
            "MIME-Version: 1.0\n",
            "MIME-Version: 1.0\nReceived: by x\n",
            "H18",
        ),
        ("Content-Language: en", "Content-Language: fr", "H19"),
        ("MIME-Version: 1.0\n", "", "M01"),
        ("multipart/alternative", "multipart/mixed", "M02"),
        (
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n",
            "",
            "L02",
        ),
        (
            ", <mailto:leave@post.example?subject=unsubscribe%20",
            ", <https://x.example/",
            "L05",
        ),
        ("<daily.post.example>", "daily", "L06"),
        ("leave@post.example?", "ann@reader.example?", "L04"),
    ] {
        let changed = head().replacen(old, new, 1);
        assert_ne!(changed, head(), "{id}");
        let found = ids(&mail(&changed, &text(), &html()));
        assert!(found.contains(&id), "{id} for {new:?}: {found:?}");
    }
}

#[test]
fn each_fault_of_the_text_is_found() {
    for (old, new, id) in [
        ("The Post\n", "The Post &amp; more\n", "T04"),
        ("The Post\n", "The Post {{ title }}\n", "T04"),
        (
            "Unsubscribe: https://news.post.example/u/",
            "Unsubscribe: https://x.example/",
            "T05",
        ),
        ("-- \n", "\n", "T08"),
        ("The Post\n", "The\tPost\n", "T06"),
        ("12 Quay Street", "", "P01"),
        ("The Harbour Press", "", "P02"),
    ] {
        let mut changed = text().replacen(old, new, 1);
        if id == "T05" {
            changed = changed.replace(TOKEN, "x");
        }
        assert_ne!(changed, text(), "{id}");
        let found = ids(&mail(&head(), &changed, &html()));
        assert!(found.contains(&id), "{id} for {new:?}: {found:?}");
    }
    let wide = format!("{}{}\n", text(), "word ".repeat(20));
    assert!(ids(&mail(&head(), &wide, &html())).contains(&"T01"));
    assert!(
        ids(&mail(
            &head(),
            &"Something else entirely, about cooking with lentils and rice. ".repeat(4),
            &html()
        ))
        .contains(&"M10")
    );
}

#[test]
fn each_fault_of_the_html_is_found() {
    for (old, new, id) in [
        ("<!DOCTYPE html>", "", "W01"),
        ("<h1", "<script>x()</script><h1", "W03"),
        ("<h1", "<h1 onclick=\"x()\"", "W03"),
        ("https://post.example/talks", "/talks", "W04"),
        (">Unsubscribe<", ">https://bank.example/login<", "W04"),
        (
            "href=\"https://post.example/talks\"",
            "href=\"http://post.example/talks\"",
            "W04H",
        ),
        (" alt=\"A harbour\"", "", "W05"),
        ("A harbour", "DSC_0012.jpg", "A11"),
        (" width=\"536\"", "", "W05S"),
        ("width=\"536\"", "width=\"1\"", "W18"),
        (" role=\"presentation\"", "", "W06"),
        ("<h1", "<div style=\"display:flex\"></div><h1", "W08"),
        ("A preheader that says enough", "", "W12"),
        ("The Post</h1>", "The {{ name }}</h1>", "W15"),
        (
            "<h1 class=\"ink\" style=\"font-weight:700;",
            "<h1 style=\"",
            "W16",
        ),
        (" lang=\"en\" dir=\"ltr\">\n<tr>", ">\n<tr>", "W17"),
        ("<html lang=\"en\"", "<html", "A01"),
        (
            "background-color:#ffffff",
            "background-color:#555555",
            "A02",
        ),
        (
            "background-color: #111111",
            "background-color: #dddddd",
            "A02",
        ),
        (
            "color:#111111\">The Post",
            "color:#111111;font-size:11px\">The Post",
            "A03",
        ),
        ("h2", "h4", "A04"),
        (">Unsubscribe<", ">click here<", "A05"),
        (
            "style=\"color:#111111\" href=\"https://news",
            "style=\"color:#111111;text-decoration:none\" href=\"https://news",
            "A07",
        ),
        ("<head>", "<head><!--[if mso]>", "W11"),
        ("12 Quay Street", "", "P01"),
    ] {
        let changed = if id == "A04" {
            html().replace(old, new)
        } else {
            html().replacen(old, new, 1)
        };
        assert_ne!(changed, html(), "{id}");
        let found = ids(&mail(&head(), &text(), &changed));
        assert!(found.contains(&id), "{id} for {new:?}: {found:?}");
    }
    let large = html().replacen("<h1", &format!("<p>{}</p><h1", "word ".repeat(21_000)), 1);
    assert!(ids(&mail(&head(), &text(), &large)).contains(&"W09"));
}

#[test]
fn what_is_found_often_is_told_once_with_its_count() {
    let pictures = "<img src=\"https://post.example/b.jpg\" width=\"9\">".repeat(5);
    let findings = lint(
        &mail(
            &head(),
            &text(),
            &html().replace("<h2", &format!("{pictures}<h2")),
        ),
        &setup(),
    );
    let [finding, _] = &findings[..] else {
        panic!("{findings:#?}")
    };
    assert_eq!((finding.rule.id, finding.more), ("W05", 4));
    assert!(
        finding.to_string().starts_with(
            "W05 a picture without an alt text: <img src=\"https://post.example/b.jpg\""
        ),
        "{finding}"
    );
}

#[test]
fn whatever_is_given_is_read_without_a_panic() {
    for bytes in [
        &b""[..],
        b"\0",
        b"\r\n\r\n",
        b"From: a\r\n\r\n\xff\xfe",
        b"a",
        "Ä: ö\n\n".as_bytes(),
    ] {
        let _ = lint(bytes, &setup());
    }
    let whole = mail(&head(), &text(), &html());
    for end in (0..whole.len()).step_by(97) {
        let _ = lint(&whole[..end], &setup());
    }
}
