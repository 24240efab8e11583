//! The page beside the editor: it shows a mistake as it is made, and the digest again when it is mended.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn get(address: &str, path: &str, host: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// The page, once it has the words.
fn page_with(address: &str, words: &str) -> String {
    let begun = Instant::now();
    loop {
        let page = get(address, "/", "127.0.0.1");
        if page.contains(words) {
            return page;
        }
        assert!(
            begun.elapsed() < Duration::from_mins(1),
            "never {words:?}: {page}"
        );
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_mistake_stands_on_the_page_until_it_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    let program = assert_cmd::cargo::cargo_bin("postrider");
    let init = Command::new(&program)
        .arg("init")
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(init.status.success());
    let mut running = Running(
        Command::new(&program)
            .args(["preview", "--port", "0"])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut said = String::new();
    BufReader::new(running.0.stdout.take().unwrap())
        .read_line(&mut said)
        .unwrap();
    let address = said.split('/').nth(2).unwrap().to_owned();
    let page = page_with(&address, "The Morning Post: ");
    let frame = page
        .split("src=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap();
    let digest = get(&address, &format!("/{frame}"), "localhost:1");
    assert!(
        digest.contains("<h1") && digest.contains("sandbox"),
        "{digest}"
    );

    let template = folder.path().join("templates/article/lead.html");
    let good = fs::read_to_string(&template).unwrap();
    fs::write(
        &template,
        good.replace("{{ article.summary", "{{ article.sumary"),
    )
    .unwrap();
    let page = page_with(&address, "did you mean `article.summary`?");
    assert!(page.contains("templates/article/lead.html, line"), "{page}");
    fs::write(&template, good).unwrap();
    page_with(&address, "The Morning Post: ");

    assert!(get(&address, "/", "evil.example").starts_with("HTTP/1.1 403"));
    assert!(get(&address, "/../postrider.toml", "127.0.0.1").starts_with("HTTP/1.1 404"));
}
