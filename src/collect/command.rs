//! A program that prints articles: how any CMS or database is joined.

use std::process;

use url::Url;

use super::{CollectError, Collected, Context, Document, Memory, Source, feed_source};
use crate::domain::{Command, CommandLine, DeclaredSource};

/// A program whose standard output is a feed.
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
        let (name, mut command) = match &self.command.line {
            CommandLine::Shell(line) => {
                let mut command = process::Command::new("sh");
                command.arg("-c").arg(line);
                (line.clone(), command)
            }
            CommandLine::Words(words) => {
                let mut command = process::Command::new(&words[0]);
                command.args(&words[1..]);
                (words.join(" "), command)
            }
        };
        let fails = |message: String| CollectError::Command {
            command: name.clone(),
            message,
        };
        let output = command
            .current_dir(&self.command.folder)
            .output()
            .map_err(|error| fails(error.to_string()))?;
        if !output.status.success() {
            return Err(fails(output.status.to_string()));
        }
        let url = Url::from_directory_path(&self.command.folder)
            .map_err(|()| fails("its folder has no absolute path".to_owned()))?;
        let document = Document {
            bytes: output.stdout,
            url,
            content_type: None,
        };
        let mut collected = feed_source::read(&document, &self.source, context.settings)?;
        collected.memory = memory.clone();
        Ok(collected)
    }
}
