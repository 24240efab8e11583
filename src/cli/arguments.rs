//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use url::Url;

use crate::run::{Project, RunError};

/// The newsletter digest mailer: collects articles, and mails each subscriber one digest of the topics they follow.
#[derive(Debug, Parser)]
#[command(name = "postrider", version, after_help = EXIT_CODES)]
pub struct Arguments {
    /// The configuration
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        default_value = "postrider.toml"
    )]
    pub config: PathBuf,

    /// Print results as JSON
    #[arg(long, global = true)]
    pub json: bool,

    /// Say more: what is done (-v), and every reply of a relay (-vv)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,

    /// Say only what is wrong
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done, or nothing to do
  1  it could not be done
  2  the command line can't be read
  3  the configuration, a template or the key has a mistake
  4  done, but not for everybody: the summary says what is left
  5  no relay could be reached, or none took mail
  6  another run is at work, and left nothing to do
  7  the brake: the number of recipients changed so much that somebody should look (--yes)";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a project: configuration, templates, sample subscribers and articles, and the key
    Init {
        /// Where; it is made if it isn't there, and nothing in it is overwritten
        #[arg(default_value = ".", value_name = "DIR")]
        folder: PathBuf,
    },
    /// Collect new articles from the sources into the archive
    Collect(Collect),
    /// The cron job: collect, plan, and mail every issue that is due
    Send(Send),
    /// Tell, for each article in the window, whether a subscriber gets it, and why
    Explain {
        /// The subscriber's address
        #[arg(required_unless_present = "article", conflicts_with = "article")]
        address: Option<String>,
        /// One article instead, by its page or its id: who gets it
        #[arg(long, value_name = "URL|ID")]
        article: Option<String>,
        /// Of this edition only
        #[arg(long, value_name = "ID")]
        edition: Option<String>,
    },
    /// Tell who would gain or lose which articles in the next issue by the configuration `--config FILE`, before it takes the place of
    /// the postrider.toml beside it
    Diff {
        /// Also what this subscriber would gain or lose
        #[arg(long, value_name = "ADDRESS")]
        only: Option<String>,
    },
    /// Look at sources
    #[command(subcommand)]
    Sources(Sources),
    /// Each topic with its articles in the window and its subscribers, and the tags that no topic takes
    Topics {
        /// What to do with them
        #[command(subcommand)]
        action: Option<Topics>,
    },
    /// End a subscription
    Unsubscribe(Unsubscribe),
    /// Mails that may have been taken when a run or a connection died
    #[command(subcommand)]
    Doubt(Doubt),
    /// Show what Postrider does, on the samples that ship: nothing leaves this machine
    Demo {
        /// Send, print the summary and the folder of the mails, and end
        #[arg(long)]
        exit: bool,
    },
}

/// `postrider collect`
#[derive(Debug, Args)]
pub struct Collect {
    /// Only these sources
    #[arg(value_name = "NAME")]
    pub sources: Vec<String>,
    /// Ask also those that are left alone for a while or gone for good, and all of them for all that they have
    #[arg(long)]
    pub again: bool,
}

/// `postrider send`
#[derive(Debug, Args)]
pub struct Send {
    /// Only this edition; may be given several times
    #[arg(long, value_name = "ID")]
    pub edition: Vec<String>,
    /// Plan as if it were this time: `2026-11-24T07:00`, in the edition's zone unless it names one
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Use the articles that are there
    #[arg(long)]
    pub no_collect: bool,
    /// Go on where the brake stopped
    #[arg(long)]
    pub yes: bool,
    /// Show what would be sent; nothing is sent, and nothing recorded
    #[arg(long)]
    pub dry_run: bool,
    /// With --dry-run: write each segment's .html, .txt and a sample .eml here
    #[arg(long, value_name = "DIR", requires = "dry_run")]
    pub out: Option<PathBuf>,
    /// With --dry-run: exactly the mail that this subscriber would get
    #[arg(long, value_name = "ADDRESS", requires = "dry_run")]
    pub only: Option<String>,
    /// Send one marked mail of the newest articles to this address; nothing is recorded
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["dry_run", "yes", "at"])]
    pub test: Option<String>,
    /// With --test: as this subscriber would get it
    #[arg(long = "as", value_name = "SUBSCRIBER", requires = "test")]
    pub as_subscriber: Option<String>,
}

/// `postrider sources`
#[derive(Debug, Subcommand)]
pub enum Sources {
    /// The articles that a source would give, with all their fields; touches nothing
    Show(ShowSource),
}

/// `postrider sources show`
#[derive(Debug, Args)]
pub struct ShowSource {
    /// A folder, a file, a URL, or with `--kind command` what a shell runs
    #[arg(value_name = "PATH|URL")]
    pub place: String,
    /// What it is; found out where it isn't said
    #[arg(long, value_name = "KIND", value_parser = ["feed", "page", "sitemap", "folder", "command"])]
    pub kind: Option<String>,
    /// For a file: the address that HTTP would have given it at
    #[arg(long, value_name = "URL")]
    pub base: Option<Url>,
    /// For a file: the `Content-Type` that HTTP would have given it with
    #[arg(long, value_name = "TYPE")]
    pub content_type: Option<String>,
}

/// `postrider topics`
#[derive(Debug, Subcommand)]
pub enum Topics {
    /// Suggest what could be better about them, each with the line to add
    Suggest,
    /// End a topic in another one: its followers follow that one, and are told in their next issue
    Merge {
        /// The topic that ends
        #[arg(value_name = "OLD")]
        old: String,
        /// The topic that goes on
        #[arg(value_name = "NEW")]
        new: String,
    },
    /// End a topic: its followers are told in their next issue
    Retire {
        /// The topic that ends
        #[arg(value_name = "ID")]
        id: String,
        /// The topic that its followers follow instead
        #[arg(long, value_name = "ID")]
        into: Option<String>,
    },
}

/// `postrider unsubscribe`
#[derive(Debug, Args)]
pub struct Unsubscribe {
    /// An address, or a token from a mail's link
    #[arg(
        value_name = "ADDRESS|TOKEN",
        required_unless_present = "stdin",
        conflicts_with = "stdin"
    )]
    pub who: Option<String>,
    /// Read the mail of somebody who unsubscribes by mail
    #[arg(long)]
    pub stdin: bool,
    /// Of this edition only
    #[arg(long, value_name = "ID")]
    pub edition: Option<String>,
}

/// `postrider doubt`
#[derive(Debug, Subcommand)]
pub enum Doubt {
    /// List them
    List(Doubts),
    /// Mail them once more, with the same bytes, while their issue is open
    Resend(Doubts),
    /// Hold them to be delivered
    Accept(Doubts),
}

/// Which mails in doubt.
#[derive(Debug, Args)]
pub struct Doubts {
    /// Of this issue: `daily/2026-11-24`
    #[arg(long, value_name = "ISSUE")]
    pub issue: Option<String>,
    /// To these addresses
    #[arg(value_name = "ADDRESS")]
    pub addresses: Vec<String>,
}

impl Arguments {
    /// The project that the command is about.
    pub(super) fn project(&self) -> Result<Project, RunError> {
        Project::load(&self.config)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_does_not_contradict_itself() {
        Arguments::command().debug_assert();
    }
}
