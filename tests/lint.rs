//! The rules before a mail goes: what is wrong with the whole digest stops it, and says what to do.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path};

use assert_cmd::Command;

/// Runs the program in a project, and gives its exit code, results and talk.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("postrider")
        .unwrap()
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["init"]).0, 0);
    // Nobody listens there.
    let configuration = folder.path().join("postrider.toml");
    let text = fs::read_to_string(&configuration).unwrap();
    fs::write(configuration, text.replace("localhost:25", "127.0.0.1:1")).unwrap();
    folder
}

#[test]
fn the_samples_have_no_error_and_a_project_is_told_what_it_lacks() {
    let folder = project();
    let (code, findings, _) = run(folder.path(), &["lint", "--json"]);
    let findings: serde_json::Value = serde_json::from_str(&findings).unwrap();
    let ids: Vec<_> = findings["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| &finding["id"])
        .collect();
    assert_eq!(ids, ["L02", "W08I"], "{findings:#}");
    assert!(
        findings["findings"][0]["mend"]
            .as_str()
            .unwrap()
            .contains("service_url")
    );
    assert_eq!(code, 0);
}

#[test]
fn a_digest_without_a_way_to_leave_does_not_go_unless_it_is_forced() {
    let folder = project();
    let footer = folder.path().join("templates/parts/footer.html");
    let text = fs::read_to_string(&footer).unwrap();
    fs::write(
        footer,
        text.replace("{{ reader.unsubscribe_url }}", "https://agency.example/bye"),
    )
    .unwrap();
    let (code, results, _) = run(folder.path(), &["send", "--dry-run"]);
    assert_eq!(code, 0);
    assert!(
        results.contains("error[L07] no link to leave in the HTML"),
        "{results}"
    );
    let (code, _, talk) = run(folder.path(), &["send"]);
    assert_eq!(code, 3, "{talk}");
    assert!(
        talk.contains("nothing of it was sent") && talk.contains("L07"),
        "{talk}"
    );
    // Mended, or forced, it goes its way: here to a relay that isn't there.
    let (code, ..) = run(folder.path(), &["send", "--force"]);
    assert_eq!(code, 5);
}

#[test]
fn text_alone_is_what_a_subscriber_gets_who_wants_it() {
    let folder = project();
    let subscribers = folder.path().join("subscribers");
    fs::remove_dir_all(&subscribers).unwrap();
    fs::create_dir(&subscribers).unwrap();
    fs::write(
        subscribers.join("all.csv"),
        "address,format\nann@example.org,text\nbob@example.org,\n",
    )
    .unwrap();
    let mail = |address| run(folder.path(), &["send", "--dry-run", "--only", address]).1;
    let (text, both) = (mail("ann@example.org"), mail("bob@example.org"));
    assert!(
        text.contains("Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\r\n"),
        "{text}"
    );
    assert!(
        !text.contains("text/html") && !text.contains("multipart"),
        "{text}"
    );
    let parsed = mail_parser::MessageParser::new()
        .parse(text.as_bytes())
        .unwrap();
    assert!(parsed.body_text(0).unwrap().contains("12 Harbour Street"));
    assert!(both.contains("multipart/alternative"));
    let file = folder.path().join("mail.eml");
    fs::write(&file, &text).unwrap();
    let (code, findings, _) = run(folder.path(), &["lint", "mail.eml"]);
    assert_eq!(code, 0, "{findings}");
}

#[test]
fn a_mail_in_a_file_is_held_to_the_rules() {
    let folder = project();
    let (_, mail, _) = run(
        folder.path(),
        &["send", "--dry-run", "--only", "carol@example.org"],
    );
    let file = folder.path().join("mail.eml");
    fs::write(&file, mail.replace("MIME-Version: 1.0\r\n", "")).unwrap();
    let (code, results, _) = run(folder.path(), &["lint", "mail.eml"]);
    assert!(
        results.contains("error[M01] no MIME-Version: 1.0"),
        "{results}"
    );
    assert_eq!(code, 3);
    assert_eq!(run(folder.path(), &["lint", "missing.eml"]).0, 1);
}
