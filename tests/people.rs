//! What an operator is told of subscribers, and does with them, on the command line.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't set up has failed"
)]

use std::{fs, path::Path};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

struct Project(TempDir);

impl Project {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let project = Self(folder);
        project.run(&["init"]).success();
        let subscribers = project.folder().join("subscribers");
        for entry in fs::read_dir(&subscribers).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
        let rows =
            "address,name,topics\nann@a.example,Ann,korea\nbo@b.example,Bo,\"sport, trade\"\n";
        fs::write(subscribers.join("people.csv"), rows).unwrap();
        project
    }

    fn folder(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, arguments: &[&str]) -> assert_cmd::assert::Assert {
        Command::cargo_bin("postrider")
            .unwrap()
            .current_dir(self.folder())
            .args(arguments)
            .assert()
    }

    /// The addresses that `subscribers list` names.
    fn listed(&self, filter: &[&str]) -> Vec<String> {
        let arguments = [&["--json", "subscribers", "list"], filter].concat();
        let output = self.run(&arguments).success().get_output().stdout.clone();
        let lines = str::from_utf8(&output).unwrap().lines();
        let address = |line: &str| -> String {
            let line: Value = serde_json::from_str(line).unwrap();
            line["address"].as_str().unwrap().to_owned()
        };
        lines.map(address).collect()
    }
}

#[test]
fn subscribers_are_listed_by_what_an_operator_asks() {
    let project = Project::new();
    assert_eq!(project.listed(&[]), ["ann@a.example", "bo@b.example"]);
    assert_eq!(project.listed(&["--topic", "Korea"]), ["ann@a.example"]);
    assert_eq!(project.listed(&["--domain", "B.example"]), ["bo@b.example"]);
    assert_eq!(project.listed(&["--state", "paused"]).len(), 0);
}

#[test]
fn a_pause_lasts_whatever_the_file_says_until_it_is_ended() {
    let project = Project::new();
    project
        .run(&["subscribers", "pause", "ann@a.example"])
        .success();
    assert_eq!(project.listed(&["--state", "paused"]), ["ann@a.example"]);
    project
        .run(&["subscribers", "pause", "ann@a.example", "--off"])
        .success();
    assert_eq!(project.listed(&["--state", "active"]).len(), 2);
}

#[test]
fn who_is_erased_is_not_brought_back_by_their_row() {
    let project = Project::new();
    project
        .run(&["subscribers", "erase", "ann@a.example"])
        .success();
    assert_eq!(project.listed(&[]), ["bo@b.example"]);
    let shown = project
        .run(&["subscribers", "show", "ann@a.example"])
        .success();
    let shown = String::from_utf8(shown.get_output().stdout.clone()).unwrap();
    assert!(shown.contains("erased"), "{shown}");
    project
        .run(&["suppress", "remove", "ann@a.example"])
        .failure();
    assert_eq!(project.listed(&[]), ["bo@b.example"]);
}

#[test]
fn who_stands_in_a_file_is_taken_out_there() {
    let project = Project::new();
    let refused = project
        .run(&["subscribers", "remove", "ann@a.example"])
        .failure();
    let said = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
    assert!(said.contains("people.csv"), "{said}");
}

#[test]
fn a_suppression_holds_until_the_operator_lifts_it() {
    let project = Project::new();
    project.run(&["suppress", "add", "bo@b.example"]).success();
    assert_eq!(project.listed(&["--state", "suppressed"]), ["bo@b.example"]);
    project
        .run(&["suppress", "remove", "bo@b.example"])
        .success();
    assert_eq!(project.listed(&["--state", "suppressed"]).len(), 0);
}
