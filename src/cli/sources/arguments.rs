//! The command line of `postrider sources`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use url::Url;

use crate::domain::Language;

/// `postrider sources`
#[derive(Debug, Subcommand)]
pub enum Sources {
    /// The articles that a source would give, with all their fields; touches nothing
    Show(ShowSource),
    /// Find out what a path or URL is, show what it would give, and write it into the configuration
    Add(AddSource),
    /// Each source, and how it is doing
    List,
    /// Ask each source now. One that is gone for good, or left alone for a while, is collected again if it is named and well
    Check {
        /// Only these sources
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
    /// Write the feeds of an OPML file into the configuration
    Import(ImportSources),
    /// Print the feeds as OPML
    Export,
}

/// What a place is, as somebody says who knows.
const KINDS: [&str; 5] = ["feed", "page", "sitemap", "folder", "command"];

/// `postrider sources show`
#[derive(Debug, Args)]
pub struct ShowSource {
    /// A folder, a file, a URL, or with `--kind command` what a shell runs
    #[arg(value_name = "PATH|URL")]
    pub place: String,
    /// What it is; found out where it isn't said
    #[arg(long, value_name = "KIND", value_parser = KINDS)]
    pub kind: Option<String>,
    /// For a file: the address that HTTP would have given it at
    #[arg(long, value_name = "URL")]
    pub base: Option<Url>,
    /// For a file: the `Content-Type` that HTTP would have given it with
    #[arg(long, value_name = "TYPE")]
    pub content_type: Option<String>,
}

/// `postrider sources add`
#[derive(Debug, Args)]
pub struct AddSource {
    /// A folder, a file, a URL, or with `--kind command` what a shell runs
    #[arg(value_name = "PATH|URL")]
    pub place: String,
    /// Its name, which readers see; what it calls itself where it isn't said
    #[arg(long)]
    pub name: Option<String>,
    /// A topic that all of its articles belong to; may be given several times
    #[arg(long = "topic", value_name = "ID")]
    pub topics: Vec<String>,
    /// The language of articles that don't tell theirs
    #[arg(long)]
    pub language: Option<Language>,
    /// How much its articles count beside others', 1 being usual
    #[arg(long, value_name = "NUMBER")]
    pub priority: Option<f64>,
    /// What it is; found out where it isn't said
    #[arg(long, value_name = "KIND", value_parser = KINDS)]
    pub kind: Option<String>,
    /// Write it though it gives nothing now
    #[arg(long)]
    pub yes: bool,
    /// Show it, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `postrider sources import`
#[derive(Debug, Args)]
pub struct ImportSources {
    /// The OPML file; `-` is standard input
    #[arg(value_name = "FILE.opml")]
    pub file: PathBuf,
    /// Add a topic for each folder and category that is none yet
    #[arg(long)]
    pub add_topics: bool,
    /// Show what would be added, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}
