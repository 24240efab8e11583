//! What a command says, and where: results to stdout, talk to stderr, progress only where somebody watches.

use std::io::{IsTerminal, Write as _};

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use super::{Arguments, Exit};
use crate::run::RunError;

/// Where a command talks.
#[derive(Debug)]
pub struct Terminal {
    json: bool,
    quiet: bool,
}

const BAD: Style = AnsiColor::Red.on_default().bold();
const ODD: Style = AnsiColor::Yellow.on_default().bold();
/// What is less important.
pub const DIM: Style = Style::new().dimmed();
/// What is more important.
pub const BOLD: Style = Style::new().bold();

impl Terminal {
    /// As the command line wants it; colours follow `NO_COLOR` and whether a terminal is there.
    #[must_use]
    pub fn new(arguments: &Arguments) -> Self {
        let level = match arguments.verbose {
            0 => tracing::Level::WARN,
            1 => tracing::Level::INFO,
            _ => tracing::Level::DEBUG,
        };
        let colour = std::io::stderr().is_terminal()
            && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        // A second subscriber can only be there in tests; the first serves.
        let _ = tracing_subscriber::fmt()
            .with_max_level(level)
            .with_writer(std::io::stderr)
            .with_ansi(colour)
            .without_time()
            .with_target(false)
            .try_init();
        Self {
            json: arguments.json,
            quiet: arguments.quiet,
        }
    }

    /// Whether results are JSON.
    #[must_use]
    pub fn json(&self) -> bool {
        self.json
    }

    /// A result.
    pub fn result(&self, text: &str) {
        // Whoever closed the pipe has read enough.
        let _ = writeln!(anstream::stdout().lock(), "{text}");
    }

    /// A result as one line of JSON.
    pub fn json_line(&self, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(json) => self.result(&json),
            Err(error) => self.warn(&format!("a result can't be written as JSON: {error}")),
        }
    }

    /// Talk.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr().lock(), "{text}");
        }
    }

    /// Something is wrong, and the run goes on.
    pub fn warn(&self, text: &str) {
        let _ = writeln!(anstream::stderr().lock(), "{ODD}warning:{ODD:#} {text}");
    }

    /// Something is wrong, and the run ends.
    pub fn fail(&self, error: &anyhow::Error) -> Exit {
        // The configuration's problems bring their own heads, one each.
        if let Some(RunError::Config(problems)) = error.downcast_ref() {
            let colour =
                anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
            let _ = writeln!(anstream::stderr().lock(), "{}", problems.render(colour));
            return Exit::from(error);
        }
        let words: Vec<String> = error.chain().map(ToString::to_string).collect();
        // An error that repeats its cause is said once.
        let mut text = String::new();
        for word in words {
            if !text.ends_with(&word) {
                if !text.is_empty() {
                    text.push_str(": ");
                }
                text.push_str(&word);
            }
        }
        let _ = writeln!(anstream::stderr().lock(), "{BAD}error:{BAD:#} {text}");
        Exit::from(error)
    }

    /// A bar that shows how far a run has come with its `mails` or `sources`, where somebody watches.
    #[must_use]
    pub fn progress(&self, length: u64, what: &str) -> ProgressBar {
        let target = if self.quiet || self.json || !std::io::stderr().is_terminal() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr_with_hz(10)
        };
        let bar = ProgressBar::with_draw_target(Some(length), target);
        if let Ok(style) = ProgressStyle::with_template(&format!(
            "{{bar:32}} {{pos}}/{{len}} {what}, {{per_sec}}, {{eta}} left  {{msg}}"
        )) {
            bar.set_style(style);
        }
        bar
    }
}
