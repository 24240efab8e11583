//! A program that prints articles: how any CMS or database is joined.
//!
//! What it prints is found out by content: RSS, Atom or another feed, JSON Feed, or JSON with an article a line. A
//! program that fails gives nothing: what it printed before may be half an article, and the next collect gets all of it.

mod run;

use url::Url;

use super::{
    CollectError, Collected, Context, Document, Memory, Source, charset, feed_source, json,
    normalise,
};
use crate::domain::{Command, DeclaredSource};

/// A program whose standard output is articles.
pub struct Program {
    source: DeclaredSource,
    command: Command,
}

impl Program {
    /// The program that `command` runs.
    #[must_use]
    pub fn new(source: DeclaredSource, command: Command) -> Self {
        Self { source, command }
    }
}

impl Source for Program {
    fn name(&self) -> &str {
        &self.source.name
    }

    fn collect(&self, memory: &Memory, context: &Context<'_>) -> Result<Collected, CollectError> {
        let run = run::Run {
            command: &self.command,
            source: &self.source.name,
            since: memory.well_at,
            settings: context.settings,
        };
        let bytes = run.output()?;
        let collected = self.read(bytes, context)?;
        Ok(Collected {
            memory: memory.clone(),
            ..collected
        })
    }
}

impl Program {
    fn read(&self, bytes: Vec<u8>, context: &Context<'_>) -> Result<Collected, CollectError> {
        let text = charset::decode(&bytes);
        let start = text.trim_start();
        if start.is_empty() {
            return Ok(Collected::default());
        }
        if start.starts_with(['{', '['])
            && let json::Document::Articles(articles, problems) = json::parse(&text)
        {
            return Ok(Collected {
                articles: articles
                    .into_iter()
                    .map(|raw| normalise::article(raw, &self.source, context.settings))
                    .collect(),
                problems,
                ..Collected::default()
            });
        }
        let name = run::name(&self.command);
        if !start.starts_with(['<', '{']) {
            let first = start.lines().next().unwrap_or_default();
            let first: String = first.chars().take(80).collect();
            return Err(CollectError::Command {
                command: name,
                message: format!("it printed neither a feed nor JSON, but begins with `{first}`"),
            });
        }
        let document = Document {
            bytes,
            url: Url::from_directory_path(&self.command.folder).map_err(|()| {
                CollectError::Command {
                    command: name.clone(),
                    message: "its folder has no absolute path".to_owned(),
                }
            })?,
            content_type: None,
        };
        feed_source::read(&document, &self.source, context.settings).map_err(|error| match error {
            CollectError::Unreadable { message, .. } => CollectError::Command {
                command: name,
                message: format!("it printed no feed that can be read: {message}"),
            },
            error => error,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

    use super::*;
    use crate::{
        collect,
        domain::{CollectSettings, CommandLine, Priority, SourcePlace},
    };

    fn run_with(
        line: CommandLine,
        memory: &Memory,
        settings: &CollectSettings,
    ) -> Result<Collected, CollectError> {
        let source = DeclaredSource {
            name: "CMS".to_owned(),
            place: SourcePlace::Command(Command {
                line,
                folder: std::env::temp_dir(),
            }),
            priority: Priority::default(),
            language: None,
            topics: Vec::new(),
        };
        collect::test_data::collect_with(&source, memory, settings)
    }

    fn run(line: &str) -> Result<Collected, CollectError> {
        let line = CommandLine::Shell(line.to_owned());
        run_with(line, &Memory::default(), &CollectSettings::default())
    }

    fn titles(line: &str) -> Vec<String> {
        let articles = run(line).unwrap().articles;
        articles.into_iter().map(|article| article.title).collect()
    }

    #[test]
    fn what_a_program_prints_is_told_by_its_content() {
        assert_eq!(
            titles(r#"printf '{"title": "One"}\n{"title": "Two"}'"#),
            ["One", "Two"]
        );
        assert_eq!(
            titles(
                r#"echo '{"version": "https://jsonfeed.org/version/1.1", "title": "A", "items": [{"id": "1", "title": "One", "content_text": "x"}]}'"#
            ),
            ["One"]
        );
        assert_eq!(
            titles(
                "echo '<rss version=\"2.0\"><channel><title>A</title><item><title>One</title></item></channel></rss>'"
            ),
            ["One"]
        );
        assert_eq!(
            titles(
                "echo '<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>A</title><id>a</id><entry><id>1</id><title>One</title></entry></feed>'"
            ),
            ["One"]
        );
        assert_eq!(titles("true"), [""; 0]);
    }

    #[test]
    fn the_html_of_a_program_is_not_trusted() {
        let collected =
            run(r#"echo '{"title": "A", "body": "<p>b</p><script>x()</script>"}'"#).unwrap();
        assert_eq!(collected.articles[0].body.html, "<p>b</p>");
    }

    #[test]
    fn a_program_is_told_whose_articles_are_wanted_and_since_when() {
        let memory = Memory {
            well_at: "2026-11-23T07:00:00Z".parse().ok(),
            ..Memory::default()
        };
        let line = CommandLine::Shell(
            r#"echo "{\"title\": \"$POSTRIDER_SOURCE $POSTRIDER_SINCE\"}"; cat"#.to_owned(),
        );
        let collected = run_with(line, &memory, &CollectSettings::default()).unwrap();
        assert_eq!(collected.articles[0].title, "CMS 2026-11-23T07:00:00Z");
        assert_eq!(
            titles(r#"echo "{\"title\": \"since ${POSTRIDER_SINCE-never}\"}""#),
            ["since never"]
        );
    }

    #[test]
    fn a_list_is_a_program_and_its_words() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("ex port");
        fs::write(&program, "#!/bin/sh\nprintf '{\"title\": \"%s\"}' \"$1\"").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let words = vec![program.display().to_string(), "a  $b".to_owned()];
        let collected = run_with(
            CommandLine::Words(words),
            &Memory::default(),
            &CollectSettings::default(),
        );
        assert_eq!(collected.unwrap().articles[0].title, "a $b");
    }

    #[test]
    fn a_program_that_fails_gives_nothing_and_says_why() {
        let error = run(r#"echo '{"title": "One"}'; echo "no such table: news" >&2; exit 3"#);
        assert_eq!(
            error.unwrap_err().to_string(),
            r#"running `echo '{"title": "One"}'; echo "no such table: news" >&2; exit 3`: it ended with code 3: no such table: news"#
        );
        assert_eq!(
            run("kill -9 $$").unwrap_err().to_string(),
            "running `kill -9 $$`: it was ended by signal 9"
        );
        assert_eq!(
            run("echo hello").unwrap_err().to_string(),
            "running `echo hello`: it printed neither a feed nor JSON, but begins with `hello`"
        );
        let none = CommandLine::Words(vec!["/no/such/program".to_owned()]);
        let error = run_with(none, &Memory::default(), &CollectSettings::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "running `/no/such/program`: No such file or directory (os error 2)"
        );
    }

    #[test]
    fn a_program_that_hangs_is_ended_with_all_that_it_started() {
        let settings = CollectSettings {
            timeout: Duration::from_millis(300),
            ..CollectSettings::default()
        };
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("mark");
        for line in ["sleep 2; touch {}", "(sleep 2; touch {}) & exit 0"] {
            let line = line.replace("{}", &mark.display().to_string());
            let started = std::time::Instant::now();
            let error =
                run_with(CommandLine::Shell(line), &Memory::default(), &settings).unwrap_err();
            assert!(started.elapsed() < Duration::from_secs(2));
            assert!(
                error
                    .to_string()
                    .ends_with("not done within 300ms (`timeout`)"),
                "{error}"
            );
        }
        std::thread::sleep(Duration::from_secs(2));
        assert!(!mark.exists(), "what it started goes on");
    }

    #[test]
    fn an_output_without_end_is_left() {
        let settings = CollectSettings {
            max_bytes: 100_000,
            ..CollectSettings::default()
        };
        let error = run_with(
            CommandLine::Shell("yes".to_owned()),
            &Memory::default(),
            &settings,
        );
        assert_eq!(
            error.unwrap_err().to_string(),
            "reading the output of `yes`: it is larger than 100000 octets (`max_bytes`)"
        );
    }

    #[test]
    fn much_talk_on_stderr_does_not_hold_a_program_up() {
        assert_eq!(
            titles(r#"yes talk | head -100000 >&2; echo '{"title": "One"}'"#),
            ["One"]
        );
    }
}
