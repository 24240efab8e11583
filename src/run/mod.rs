//! One run: which stage is called when, and what is kept in between.
//!
//! The stages know nothing of each other; here they meet. `send` reads from top to bottom: collect, take in the subscribers,
//! close what is over, plan what is due, deliver.

mod audience;
mod brake;
mod collect;
mod diff;
mod editor;
mod explain;
mod explain_article;
mod issue;
mod lint;
mod made_from;
mod media;
pub mod people;
mod press;
mod preview;
mod project;

mod restored;
mod roster;
mod segment_key;
mod send;
mod sources;
mod stories;
mod suggest;
mod test_mail;
mod topics;
mod wanted;
mod wishes;

use std::path::PathBuf;

pub use collect::{
    Collecting, SourceReport, SourceState, SourceStatus, collect, source_states, user_agent,
};
pub use diff::{Difference, diff};
pub use editor::EditorsHand;
pub use explain::{Explained, Explanation, explain};
pub use explain_article::{ArticleExplanation, explain_article};
pub use issue::{LeftOut, Planned, Planner, Why};
pub use lint::setup;
pub use made_from::MadeFrom;
pub use press::{PressRoom, Sheet};
pub use preview::{Idle, Preview, PreviewIssue, PreviewSegment, preview};
pub use project::Project;
pub use restored::skip_what_may_have_been_sent;
pub use roster::{RosterReport, places, take_in};
pub use segment_key::segment_key;
pub use send::{Progress, STOP_TIME, SendReport, Sending, send};
pub use sources::{SourceCheck, check, lift};
pub use stories::file_stories;
pub use suggest::{Suggestion, end_topic, suggest};
pub use test_mail::{hand_over, test_mail};
pub use topics::{TopicCount, TopicCounts, topics};

use crate::{
    config::{Config, ConfigErrors, DkimKeyError, PasswordError, RewriteError},
    deliver::DeliverError,
    keys::KeyError,
    lint::Finding,
    plan::{TopicError, TopicIndex},
    render::RenderError,
    store::StoreError,
    subscribers::FolderError,
};

/// The topics of a configuration, prepared for looking up.
///
/// # Errors
/// When they contradict each other.
pub fn topic_index(config: &Config) -> Result<TopicIndex, RunError> {
    Ok(TopicIndex::new(&config.topics)?.with_former(&config.former_topics))
}

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The configuration has mistakes.
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    /// The key file.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The key file is gone, though the store is there.
    #[error("the key file `{path}` is missing, though the store `{store}` is there: put it back from your backup (without it, who unsubscribed can't be recognised)", path = path.display(), store = store.display())]
    KeyLost {
        /// Where it should be.
        path: PathBuf,
        /// The store.
        store: PathBuf,
    },
    /// A key that signs mails.
    #[error(transparent)]
    Dkim(#[from] DkimKeyError),
    /// The publisher's folder of media.
    #[error("the folder of media `{path}` can't be written: {error}", path = path.display())]
    Media {
        /// The folder.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A template, or the labels.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The topics contradict each other.
    #[error(transparent)]
    Topics(#[from] TopicError),
    /// What an editor wrote for an issue.
    #[error("{path}:{line}: {what}", path = path.display())]
    Editor {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// The configuration can't be changed.
    #[error(transparent)]
    Rewrite(#[from] RewriteError),
    /// A file can't be written.
    #[error("writing `{path}`: {error}", path = path.display())]
    Writing {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The subscribers' folder.
    #[error(transparent)]
    Subscribers(#[from] FolderError),
    /// A relay's password.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// A relay's settings.
    #[error(transparent)]
    Relay(#[from] crate::deliver::relay::RelayError),
    /// The store is a copy of the one that was sent from.
    #[error(
        "the store `{}` is a copy: nothing is sent from it until you say what it is\n  only moved, and nothing was sent since: `postrider restored --moved`\n  put back from a backup: `postrider restored --skip`; what is open or due now is then not mailed any more, and the next issue covers it",
        .0.display()
    )]
    Copy(PathBuf),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Delivering.
    #[error(transparent)]
    Deliver(#[from] DeliverError),
    /// There is nowhere to hand mail to.
    #[error(
        "there is no [[relay]] in the configuration: write one, such as `url = \"smtps://mail.example.org\"`"
    )]
    NoRelay,
    /// No relay took a mail.
    #[error("no relay took the mail\n{0}")]
    Unreachable(String),
    /// The figures differ so much from the last issue that somebody should look.
    #[error("{what}: nothing was sent. If that is right, run it again with --yes")]
    Brake {
        /// The figures.
        what: String,
    },
    /// The rules found errors in an issue's mails.
    #[error("issue `{issue}` has errors: nothing of it was sent. Mend them, or send it as it is with --force\n{}", findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Lint {
        /// The issue.
        issue: String,
        /// The errors.
        findings: Vec<Finding>,
    },
    /// Something that was asked for isn't there.
    #[error("{0}")]
    Unknown(String),
    /// What an issue was made from is not in the store.
    #[error("what issue `{0}` was made from is not in the store")]
    Forgotten(String),
}
