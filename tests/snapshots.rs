//! The mail that a sample subscriber gets, as a person has read it before it was accepted: its header, and its text.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path};

use assert_cmd::Command;

/// The mail of a sample subscriber at a fixed time, signed with a fixed key.
fn mail_to(address: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::cargo_bin("postrider")
            .unwrap()
            .current_dir(folder.path())
            .args(arguments)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    };
    run(&["init"]);
    let key = |digit: &str| digit.repeat(64);
    fs::write(
        folder.path().join(Path::new("state/key")),
        format!("address 0 {}\ntoken 1 {}\n", key("a"), key("b")),
    )
    .unwrap();
    run(&[
        "send",
        "--dry-run",
        "--at",
        "2026-11-24T07:00",
        "--only",
        address,
    ])
}

/// The header block, and the text part decoded.
fn read(mail: &[u8]) -> String {
    let whole = String::from_utf8_lossy(mail).replace("\r\n", "\n");
    // The boundary is a hash of all that the digest is made from, templates and configuration among them.
    let is_steady = |line: &&str| !line.starts_with(" boundary=");
    let head: Vec<_> = whole
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(is_steady)
        .collect();
    let head = head.join("\n");
    let parsed = mail_parser::MessageParser::new().parse(mail).unwrap();
    let text = parsed.body_text(0).unwrap().replace("\r\n", "\n");
    format!("{head}\n\n{text}")
}

#[test]
fn the_mail_in_english() {
    insta::assert_snapshot!(read(&mail_to("carol@example.org")));
}

#[test]
fn the_mail_in_korean() {
    insta::assert_snapshot!(read(&mail_to("minji@example.org")));
}
