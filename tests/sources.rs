//! `postrider sources` as an operator runs it: arguments, exit code, stdout and stderr.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::HashMap,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    path::PathBuf,
    sync::{Arc, Mutex},
    thread,
};

use assert_cmd::Command;
use serde_json::Value;

const CONFIG: &str = r#"# Ours
[publisher]
name = "The Agency"
postal_address = "1 Example Street"

[[source]]
name = "Desk"      # the editors
path = "articles"

# What readers follow
[[topic]]
id = "korea"
names = { en = "Korea" }

[[edition]]
id = "daily"
name = "Post"
from = "Post <news@agency.example>"
"#;

/// A project in a folder of its own, and the commands that are run in it.
struct Project(tempfile::TempDir);

impl Project {
    fn new() -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        fs::create_dir(project.path("articles")).unwrap();
        fs::create_dir(project.path("templates")).unwrap();
        project.write("postrider.toml", CONFIG);
        project.write(
            "articles/a.md",
            "---\ndate: 2026-11-24\n---\n# Ports reopen\n\nText.",
        );
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn config(&self) -> String {
        fs::read_to_string(self.path("postrider.toml")).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> std::process::Output {
        Command::cargo_bin("postrider")
            .unwrap()
            .current_dir(self.0.path())
            .env("TZ", "UTC")
            .args(arguments)
            .output()
            .unwrap()
    }

    /// What `postrider sources …` says, with its exit code.
    fn sources(&self, arguments: &[&str]) -> String {
        let output = self.run(&[&["sources"], arguments].concat());
        let text = |bytes: &[u8]| {
            String::from_utf8_lossy(bytes)
                .replace(&self.0.path().display().to_string(), "[PROJECT]")
                .trim_end()
                .to_owned()
        };
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        format!(
            "exit code: {}\n----- stdout -----\n{stdout}\n----- stderr -----\n{stderr}",
            output.status.code().unwrap_or(-1)
        )
    }

    fn json(&self, arguments: &[&str]) -> Vec<Value> {
        let output = self.run(&[&["--json", "sources"], arguments].concat());
        let stdout = String::from_utf8(output.stdout).unwrap();
        stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// A site on loopback, with what stands at each path.
struct Site {
    at: String,
    pages: Arc<Mutex<HashMap<String, String>>>,
}

impl Site {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = format!("http://{}", listener.local_addr().unwrap());
        let pages: Arc<Mutex<HashMap<String, String>>> = Arc::default();
        let served = pages.clone();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut head = String::new();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                while reader.read_line(&mut head).is_ok_and(|n| n > 2) {}
                let path = head.split(' ').nth(1).unwrap_or_default();
                let page = served.lock().unwrap().get(path).cloned();
                let (status, body) =
                    page.map_or(("404 Not Found", String::new()), |body| ("200 OK", body));
                let length = body.len();
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                );
            }
        });
        Self { at, pages }
    }

    fn put(&self, path: &str, text: &str) {
        self.pages
            .lock()
            .unwrap()
            .insert(path.to_owned(), text.to_owned());
    }
}

const FEED: &str = r#"<rss version="2.0"><channel><title>Agency wire</title><item><title>One</title><link>https://a.example/1</link><pubDate>Tue, 24 Nov 2026 06:00:00 GMT</pubDate></item></channel></rss>"#;

#[test]
fn a_feed_is_found_out_shown_and_written_after_the_last_source() {
    let (project, site) = (Project::new(), Site::new());
    site.put("/feed", FEED);
    let url = format!("{}/feed", site.at);
    let said = project.sources(&["add", &url, "--topic", "Korea", "--language", "en"]);
    insta::assert_snapshot!(said.replace(&site.at, "[SITE]"), @r#"
    exit code: 0
    ----- stdout -----
    [[source]]
    kind     = "feed"
    name     = "Agency wire"
    url      = "[SITE]/feed"
    language = "en"
    topics   = ["korea"]
    ----- stderr -----
    2026-11-24 06:00  One
    added to postrider.toml
    "#);
    let added = format!(
        "path = \"articles\"\n\n[[source]]\nkind     = \"feed\"\nname     = \"Agency wire\"\nurl      = \"{url}\"\nlanguage = \"en\"\ntopics   = [\"korea\"]\n\n# What readers follow"
    );
    let expected = CONFIG.replace("path = \"articles\"\n\n# What readers follow", &added);
    assert_eq!(project.config(), expected);
}

#[test]
fn what_is_there_already_is_not_added_twice() {
    let (project, site) = (Project::new(), Site::new());
    site.put("/feed", FEED);
    site.put("/other", FEED);
    let add = |path: &str, more: &[&str]| {
        let url = format!("{}{path}", site.at);
        project.sources(&[&["add", &url], more].concat())
    };
    add("/feed", &[]);
    insta::assert_snapshot!(add("/feed", &[]), @r"
    exit code: 1
    ----- stdout -----

    ----- stderr -----
    error: it is there already, as `Agency wire`
    ");
    insta::assert_snapshot!(add("/other", &["--name", "Desk"]), @r"
    exit code: 1
    ----- stdout -----

    ----- stderr -----
    error: a source is called `Desk` already: give it another `--name`
    ");
    assert!(add("/other", &[]).contains("name = \"Agency wire 2\""));
}

#[test]
fn a_page_that_offers_a_feed_is_taken_for_its_feed() {
    let (project, site) = (Project::new(), Site::new());
    site.put("/", "<!doctype html><html><head><link rel=alternate type=application/rss+xml href=/feed></head></html>");
    site.put("/feed", FEED);
    let said = project.sources(&["add", &site.at, "--dry-run"]);
    insta::assert_snapshot!(said.replace(&site.at, "[SITE]"), @r#"
    exit code: 0
    ----- stdout -----
    [[source]]
    kind = "feed"
    name = "Agency wire"
    url  = "[SITE]/feed"
    ----- stderr -----
    the page offers a feed, which is taken: [SITE]/feed
      `--kind page` takes the page itself
    2026-11-24 06:00  One
    would be added to postrider.toml
    "#);
    assert_eq!(project.config(), CONFIG);
}

#[test]
fn a_folder_a_file_a_sitemap_and_a_command_are_sources_too() {
    let (project, site) = (Project::new(), Site::new());
    fs::create_dir(project.path("more")).unwrap();
    project.write("more/b.md", "# B");
    project.write("feed.xml", FEED);
    site.put("/sitemap.xml", "<urlset><url><loc>/1</loc><news:news><news:title>One</news:title></news:news></url></urlset>");
    let sitemap = format!("{}/sitemap.xml", site.at);
    for arguments in [
        &["add", "more"][..],
        &["add", "feed.xml"],
        &["add", &sitemap],
        &[
            "add",
            "--kind",
            "command",
            "--name",
            "CMS",
            r#"echo '{"title": "From the CMS"}'"#,
        ],
    ] {
        let said = project.sources(arguments);
        assert!(said.starts_with("exit code: 0"), "{said}");
    }
    let config = project.config();
    for written in [
        "kind = \"folder\"\nname = \"more\"\npath = \"more\"",
        "kind = \"feed\"\nname = \"Agency wire\"\nurl  = \"file:feed.xml\"",
        "kind = \"sitemap\"\nname = \"127.0.0.1\"\n",
        "kind    = \"command\"\nname    = \"CMS\"\ncommand = \"\"\"echo",
    ] {
        assert!(config.contains(written), "{config}");
    }
    let checks = project.json(&["check"]);
    let counts: Vec<_> = checks
        .iter()
        .map(|check| check["articles"].as_u64())
        .collect();
    assert_eq!(counts, [Some(1); 5]);
}

#[test]
fn what_gives_nothing_is_added_only_if_that_is_meant() {
    let (project, site) = (Project::new(), Site::new());
    let url = format!("{}/none", site.at);
    let said = project.sources(&["add", &url, "--kind", "feed"]);
    insta::assert_snapshot!(said.replace(&site.at, "[SITE]"), @r"
    exit code: 1
    ----- stdout -----

    ----- stderr -----
    error: fetching [SITE]/none: the server answered 404
      it isn't there any more: look for its new address on the site, or take the source out
      `--yes` adds it all the same
    ");
    let said = project.sources(&["add", &url, "--kind", "feed", "--yes"]);
    assert!(said.starts_with("exit code: 0"), "{said}");
    assert!(project.config().contains(&url));
}

#[test]
fn a_topic_that_is_not_there_is_told_with_the_nearest() {
    let project = Project::new();
    insta::assert_snapshot!(project.sources(&["add", "articles", "--topic", "koera"]), @r"
    exit code: 1
    ----- stdout -----

    ----- stderr -----
    error: there is no topic `koera`: did you mean `korea`?
    ");
}

#[test]
fn the_list_says_how_each_source_is_doing() {
    let project = Project::new();
    insta::assert_snapshot!(project.sources(&["list"]), @r"
    exit code: 0
    ----- stdout -----
     name  kind    last well  state              place
     Desk  folder  never      not collected yet  [PROJECT]/articles
    ----- stderr -----
    ");
    let listed = project.json(&["list"]);
    assert_eq!(listed[0]["source"], "Desk");
    assert_eq!(listed[0]["failures"], 0);
}

#[test]
fn a_check_asks_every_source_and_says_what_is_wrong_and_what_to_do() {
    let (project, site) = (Project::new(), Site::new());
    let config = format!(
        "{CONFIG}[[source]]\nname = \"Wire\"\nurl = \"{}/feed\"\n",
        site.at
    );
    project.write("postrider.toml", &config);
    let said = project.sources(&["check"]);
    let without_times: Vec<&str> = said
        .lines()
        .map(|line| line.rsplit_once("  0.").map_or(line, |(before, _)| before))
        .map(str::trim_end)
        .collect();
    insta::assert_snapshot!(without_times.join("\n").replace(&site.at, "[SITE]"), @r"
    exit code: 4
    ----- stdout -----
             name  articles  newest            seconds
     ok      Desk  1         2026-11-24 00:00
     failed  Wire
    ----- stderr -----
    warning: source `Wire` gives nothing: fetching [SITE]/feed: the server answered 404
      it isn't there any more: look for its new address on the site, or take the source out
    ");
    site.put("/feed", FEED);
    assert!(
        project
            .sources(&["check", "Wire"])
            .starts_with("exit code: 0")
    );
    insta::assert_snapshot!(project.sources(&["check", "Wrie"]), @r"
    exit code: 1
    ----- stdout -----

    ----- stderr -----
    error: there is no source `Wrie`; there is: Desk, Wire
    ");
    assert!(!project.path("state").exists(), "a check keeps nothing");
}

const OPML: &str = r#"<opml version="2.0"><body>
<outline text="Korea"><outline text="One" xmlUrl="https://a.example/1" htmlUrl="https://a.example/"/></outline>
<outline text="Rocks"><outline text="Two" xmlUrl="https://a.example/2" category="korea" language="fr"/><outline text="Uno" xmlUrl="https://a.example/1"/></outline>
<outline text="Nothing"/></body></opml>"#;

#[test]
fn a_list_of_feeds_is_imported_with_its_folders_as_topics() {
    let project = Project::new();
    project.write("feeds.opml", OPML);
    insta::assert_snapshot!(project.sources(&["import", "feeds.opml", "--dry-run"]), @r#"
    exit code: 0
    ----- stdout -----
    [[source]]
    kind   = "feed"
    name   = "One"
    url    = "https://a.example/1"
    topics = ["korea"]

    [[source]]
    kind     = "feed"
    name     = "Two"
    url      = "https://a.example/2"
    language = "fr"
    topics   = ["korea"]
    ----- stderr -----
    warning: `Uno` is left out: it is listed twice: the first is `One`
    warning: `Nothing` is left out: it has no address (`xmlUrl`)
    folders and categories that are no topic's: Rocks (2)
      `--add-topics` adds a [[topic]] for each
    2 sources and 0 topics would be added to postrider.toml, 2 left out
    "#);
    assert_eq!(project.config(), CONFIG);
    let lines = project.json(&["import", "feeds.opml", "--dry-run"]);
    assert_eq!(lines[0]["tags"], serde_json::json!(["Korea", "Rocks"]));
    assert_eq!(lines[0]["html_url"], "https://a.example/");
    assert_eq!(lines[2]["skipped"], "is listed twice: the first is `One`");
    assert_eq!(lines.len(), 4);

    let said = project.sources(&["import", "feeds.opml", "--add-topics"]);
    assert!(said.contains("2 sources and 1 topic added"), "{said}");
    let config = project.config();
    assert!(
        config.contains("[[topic]]\nid    = \"rocks\"\nnames = { en = \"Rocks\" }\n"),
        "{config}"
    );
    let again = project.json(&["import", "feeds.opml", "--dry-run"]);
    assert_eq!(again[0]["skipped"], "is there already, as `One`");
}

#[test]
fn what_is_exported_is_imported_as_it_was() {
    let (project, other) = (Project::new(), Project::new());
    project.write("feeds.opml", OPML);
    project.sources(&["import", "feeds.opml"]);
    let exported = project.run(&["sources", "export"]).stdout;
    other.write("exported.opml", &String::from_utf8(exported).unwrap());
    other.sources(&["import", "exported.opml"]);
    assert_eq!(other.config(), project.config());
}

#[test]
fn an_opml_is_looked_at_without_a_project_and_what_is_none_is_told() {
    let project = Project::new();
    project.write("feeds.opml", OPML);
    fs::remove_file(project.path("postrider.toml")).unwrap();
    assert_eq!(
        project.json(&["import", "feeds.opml", "--dry-run"]).len(),
        4
    );
    project.write("page.html", "<html></html>");
    insta::assert_snapshot!(project.sources(&["import", "page.html", "--dry-run"]), @r"
    exit code: 1
    ----- stdout -----

    ----- stderr -----
    error: reading `page.html`: not OPML: there is no <opml> and no <outline> in it
    ");
}

#[test]
fn a_sitemap_is_shown_from_a_file_without_any_network() {
    let project = Project::new();
    project.write(
        "news.xml",
        "<urlset><url><loc>/1</loc><news:news><news:publication><news:name>Agency</news:name></news:publication><news:title>One</news:title><news:keywords>Korea</news:keywords></news:news></url></urlset>",
    );
    let arguments = ["show", "news.xml", "--base", "https://a.example/news.xml"];
    let lines = project.json(&arguments);
    assert_eq!(lines[0]["url"], "https://a.example/1");
    assert_eq!(lines[0]["tags"], serde_json::json!(["Korea"]));
    assert_eq!(lines[1]["title"], "Agency");
    assert_eq!(lines[1]["errors"], serde_json::json!([]));
    insta::assert_snapshot!(project.sources(&arguments), @r"
    exit code: 0
    ----- stdout -----
    One
      url        https://a.example/1
      tags       Korea
    ----- stderr -----
    sitemap `Agency`: 1 article
    ");
}

#[test]
fn a_command_is_shown() {
    let project = Project::new();
    let script = r#"printf '{"title": "One"}\n{"title": 1.5}\n{'"#;
    insta::assert_snapshot!(project.sources(&["show", "--kind", "command", script]), @r#"
    exit code: 4
    ----- stdout -----
    One
    ----- stderr -----
    warning: line 2: invalid type: floating point `1.5`, expected a text, or a table with `html` or `text` (column 13)
      an article is one JSON object on one line, such as {"title": "Ports reopen"}
    warning: line 3: EOF while parsing an object (column 1)
      an article is one JSON object on one line, such as {"title": "Ports reopen"}
    command: 1 article
    "#);
}

#[test]
fn a_folder_is_collected_by_content_through_the_archive() {
    let project = Project::new();
    let collect = || {
        let output = project.run(&["collect"]);
        let line = String::from_utf8(output.stdout).unwrap();
        // Without the time that it took
        let (said, _) = line
            .trim_end()
            .rsplit_once(", ")
            .unwrap_or((line.trim_end(), ""));
        said.to_owned()
    };
    assert_eq!(collect(), "Desk  1 new, 0 changed, 0 known");
    let again = collect();
    assert!(!again.contains("1 "), "{again}");
    fs::rename(project.path("articles/a.md"), project.path("articles/b.md")).unwrap();
    assert_eq!(collect(), "Desk  0 new, 0 changed, 1 known");
    project.write(
        "articles/b.md",
        "---\ndate: 2026-11-24\n---\n# Ports reopen at last\n\nText.",
    );
    assert_eq!(collect(), "Desk  0 new, 1 changed, 0 known");
    project.write("articles/c.md", "---\npublish_at: 2999-01-01\n---\n# Later");
    assert_eq!(collect(), "Desk  0 new, 0 changed, 0 known");
}
