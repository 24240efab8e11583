//! The commands: parse, call, print. Nothing else knows the terminal.
//!
//! Results go to stdout, talk to stderr. The exit codes are an interface: [`Exit`].

mod arguments;
mod collect;
mod demo;
mod diff;
mod dkim;
mod doubt;
mod explain;
mod init;
mod issues;
mod lint;
mod live;
mod out;
mod preview;
mod restored;
mod send;
mod sources;
mod subscribers;
mod templates;
mod terminal;
mod test_mail;
mod topics;
mod unsubscribe;

use std::process::ExitCode;

pub use arguments::Arguments;
use arguments::Command;
pub use terminal::Terminal;

use crate::{config::ConfigErrors, run::RunError};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All is done, or there was nothing to do.
    Done,
    /// It could not be done.
    Failed,
    /// The configuration, a template or a key has a mistake.
    Configuration,
    /// Done, but not for everybody or everything: the summary says what is left.
    Partial,
    /// No relay could be reached, or none took mail.
    Unreachable,
    /// Another run is at work, and left nothing to do.
    Running,
    /// The brake: the figures differ so much from the last issue that somebody should look.
    Brake,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        // 2 is clap's, for a command line that can't be read.
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Configuration => 3,
            Exit::Partial => 4,
            Exit::Unreachable => 5,
            Exit::Running => 6,
            Exit::Brake => 7,
        })
    }
}

impl From<&anyhow::Error> for Exit {
    fn from(error: &anyhow::Error) -> Self {
        match error.downcast_ref::<RunError>() {
            Some(error) => match error {
                RunError::Config(_)
                | RunError::Key(_)
                | RunError::Dkim(_)
                | RunError::Render(_)
                | RunError::Topics(_)
                | RunError::Rewrite(_)
                | RunError::Editor { .. }
                | RunError::Password(_)
                | RunError::Relay(_)
                | RunError::KeyLost { .. }
                | RunError::Subscribers(_)
                | RunError::Lint { .. }
                | RunError::NoRelay => Self::Configuration,
                RunError::Brake { .. } => Self::Brake,
                RunError::Unreachable(_) => Self::Unreachable,
                _ => Self::Failed,
            },
            None if error.is::<ConfigErrors>() => Self::Configuration,
            None => Self::Failed,
        }
    }
}

/// Runs a command.
///
/// # Errors
/// In words for the operator.
pub fn run(arguments: &Arguments, terminal: &Terminal) -> anyhow::Result<Exit> {
    match &arguments.command {
        Command::Init { folder } => init::run(folder, terminal),
        Command::Collect(collect) => collect::run(&arguments.project()?, collect, terminal),
        Command::Send(send) => match send {
            send if send.test.is_some() => test_mail::run(&arguments.project()?, send, terminal),
            send if send.dry_run => preview::run(&arguments.project()?, send, terminal),
            send => send::run(&arguments.project()?, send, terminal),
        },
        Command::Explain {
            address,
            article,
            edition,
        } => {
            let (project, edition) = (arguments.project()?, edition.as_deref());
            match (address, article) {
                (Some(address), _) => explain::run(&project, address, edition, terminal),
                (None, Some(article)) => explain::of_article(&project, article, edition, terminal),
                (None, None) => Ok(Exit::Done),
            }
        }
        Command::Diff { only } => diff::run(&arguments.project()?, only.as_deref(), terminal),
        Command::Sources(command) => sources::run(command, arguments, terminal),
        Command::Topics { action } => topics::run(&arguments.project()?, action.as_ref(), terminal),
        Command::Lint { what } => lint::run(arguments, what.as_deref(), terminal),
        Command::Preview(preview) => live::run(arguments, preview, terminal),
        Command::Templates(command) => templates::run(&arguments.project()?, command, terminal),
        Command::Subscribers(command) => subscribers::run(&arguments.project()?, command, terminal),
        Command::Suppress(command) => {
            subscribers::suppress(&arguments.project()?, command, terminal)
        }
        Command::Unsubscribe(unsubscribe) => {
            unsubscribe::run(&arguments.project()?, unsubscribe, terminal)
        }
        Command::Doubt(command) => doubt::run(&arguments.project()?, command, terminal),
        Command::Issues { last } => issues::list(&arguments.project()?, *last, terminal),
        Command::Issue(issue) => issues::one(&arguments.project()?, issue, terminal),
        Command::Status => issues::status(&arguments.project()?, terminal),
        Command::Restored(restored) => restored::run(&arguments.project()?, restored, terminal),
        Command::Dkim(command) => dkim::run(&arguments.project()?, command, terminal),
        Command::Demo { exit } => demo::run(*exit, terminal),
    }
}
