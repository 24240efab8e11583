//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use super::{
    sources::Sources,
    subscribers::{Subscribers, Suppress},
};
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
    /// Where articles come from: show, add, list, check, import and export sources
    #[command(subcommand)]
    Sources(Sources),
    /// Each topic with its articles in the window and its subscribers, and the tags that no topic takes
    Topics {
        /// What to do with them
        #[command(subcommand)]
        action: Option<Topics>,
    },
    /// Hold a mail to the rules of a correct and welcome one
    Lint {
        /// A mail in a file, or an edition's next issue; all editions, if it isn't said
        #[arg(value_name = "FILE.eml|EDITION")]
        what: Option<String>,
    },
    /// A page that shows what would be sent, made again whenever templates, labels, configuration or articles change
    Preview(Preview),
    /// What templates see, and the labels that languages lack
    #[command(subcommand)]
    Templates(Templates),
    /// Who gets mail: list, show, pause, remove and erase subscribers
    #[command(subcommand)]
    Subscribers(Subscribers),
    /// Addresses that must not be mailed
    #[command(subcommand)]
    Suppress(Suppress),
    /// End a subscription
    Unsubscribe(Unsubscribe),
    /// Mails that may have been taken when a run or a connection died
    #[command(subcommand)]
    Doubt(Doubt),
    /// The last issues, and how many of their mails are in which state
    Issues {
        /// How many issues
        #[arg(short = 'n', long, default_value_t = 10, value_name = "NUMBER")]
        last: usize,
    },
    /// One issue: what failed and why; pause it, go on with it, end it
    Issue(Issue),
    /// What is being sent now, from another terminal
    Status,
    /// Say what the store is, after it was moved or put back from a backup
    Restored(Restored),
    /// Keys that sign mails (DKIM)
    #[command(subcommand)]
    Dkim(Dkim),
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
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
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
    /// Send although the rules find errors in it (`postrider lint`)
    #[arg(long)]
    pub force: bool,
    /// Show what would be sent; nothing is sent, and nothing recorded
    #[arg(long)]
    pub dry_run: bool,
    /// With --dry-run: write each segment's .html, .txt and a sample .eml here, and an index.html that shows them all
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

/// `postrider preview`
#[derive(Debug, Args)]
pub struct Preview {
    /// The port on this machine; 0 takes any
    #[arg(long, value_name = "N", default_value_t = 8026)]
    pub port: u16,
    /// Only this edition; may be given several times
    #[arg(long, value_name = "ID")]
    pub edition: Vec<String>,
    /// Plan as if it were this time; else now, or when something is due next
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
}

/// `postrider templates`
#[derive(Debug, Subcommand)]
pub enum Templates {
    /// All that templates see: name, where it is known, what it is
    Vars,
    /// The labels of the editions' languages, and those that are missing
    Labels {
        /// Only languages that lack some
        #[arg(long)]
        missing: bool,
    },
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

/// `postrider issue`
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option that is there or not"
)]
#[derive(Debug, Args)]
pub struct Issue {
    /// Its id: `daily/2026-11-24`
    #[arg(value_name = "ISSUE")]
    pub id: String,
    /// Let nothing more of it go, from the next micro-batch on
    #[arg(long, group = "what")]
    pub pause: bool,
    /// Go on with it, in the next `send`
    #[arg(long = "continue", group = "what")]
    pub go_on: bool,
    /// End it: who has not had it gets its articles with the next issue
    #[arg(long, group = "what")]
    pub cancel: bool,
    /// Try those again whom the relay rejected, in the next `send`
    #[arg(long, group = "what")]
    pub resend_failed: bool,
}

/// `postrider restored`
#[derive(Debug, Args)]
#[group(required = true)]
pub struct Restored {
    /// It was only moved: nothing was sent since the copy was made
    #[arg(long)]
    pub moved: bool,
    /// It is a backup: what is open or due now may have been sent, and isn't mailed any more
    #[arg(long)]
    pub skip: bool,
}

/// `postrider dkim`
#[derive(Debug, Subcommand)]
pub enum Dkim {
    /// Make a key, and print the DNS record that belongs to it
    New(NewDkim),
    /// Print the DNS records of the configured keys
    Show,
}

/// `postrider dkim new`
#[derive(Debug, Args)]
pub struct NewDkim {
    /// For senders at this domain; that of the first edition, if not said
    #[arg(long)]
    pub domain: Option<String>,
    /// The name of the DNS record; `pr` and the year, if not said
    #[arg(long, value_name = "NAME")]
    pub selector: Option<String>,
    /// An Ed25519 key, to sign beside an RSA key
    #[arg(long)]
    pub ed25519: bool,
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
