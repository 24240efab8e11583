//! Running a program: bounded in time and in what it prints, ended with all that it started.

use std::{
    collections::VecDeque,
    fmt::Display,
    io::{self, BufRead, BufReader, Read},
    os::unix::process::{CommandExt, ExitStatusExt},
    process::{self, Child, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use chrono::{DateTime, SecondsFormat, Utc};
use rustix::process::{Pid, Signal, kill_process_group};

use super::super::CollectError;
use crate::domain::{CollectSettings, Command, CommandLine};

/// How many of its last lines on stderr are told, and how long one may be.
const LAST_WORDS: usize = 3;
const LONGEST_LINE: u64 = 300;
/// How often is looked whether a program that closed its output has ended.
const LOOK: Duration = Duration::from_millis(5);

/// What is run, and within which bounds.
pub struct Run<'a> {
    /// The program.
    pub command: &'a Command,
    /// The source's name: `POSTRIDER_SOURCE`.
    pub source: &'a str,
    /// When the source was last well: `POSTRIDER_SINCE`.
    pub since: Option<DateTime<Utc>>,
    /// `timeout` and `max_bytes`.
    pub settings: &'a CollectSettings,
}

/// What is run, as the operator wrote it.
pub fn name(command: &Command) -> String {
    match &command.line {
        CommandLine::Shell(line) => line.clone(),
        CommandLine::Words(words) => words.join(" "),
    }
}

impl Run<'_> {
    /// What the program prints.
    ///
    /// # Errors
    /// Where it can't be run, fails, takes too long or prints too much.
    pub fn output(&self) -> Result<Vec<u8>, CollectError> {
        let deadline = Instant::now() + self.settings.timeout;
        let mut child = self
            .command()
            .spawn()
            .map_err(|error| self.failed(&error))?;
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(self.failed(&"its output can't be read"));
        };
        let limit = self.settings.max_bytes;
        let printed = in_background(move || {
            let mut bytes = Vec::new();
            let read = stdout.take(limit + 1).read_to_end(&mut bytes);
            read.map(|_| bytes)
        });
        let words = in_background(move || last_words(stderr));
        let ended = self.wait(&mut child, &printed, deadline);
        if ended.is_err() {
            end(&mut child);
        }
        // Whatever still holds its stderr open has no more time than the program itself
        let words = words
            .recv_timeout(left(deadline).max(LOOK * 4))
            .unwrap_or_default();
        let (status, bytes) = ended.map_err(|error| match error {
            CollectError::Command { command, message } if !words.is_empty() => {
                let message = format!("{message}: {words}");
                CollectError::Command { command, message }
            }
            error => error,
        })?;
        if status.success() {
            return Ok(bytes);
        }
        let ended = match (status.code(), status.signal()) {
            (Some(code), _) => format!("it ended with code {code}"),
            (None, Some(signal)) => format!("it was ended by signal {signal}"),
            (None, None) => status.to_string(),
        };
        Err(self.failed(&if words.is_empty() {
            ended
        } else {
            format!("{ended}: {words}")
        }))
    }

    fn command(&self) -> process::Command {
        let mut command = match &self.command.line {
            CommandLine::Shell(line) => {
                let mut command = process::Command::new("sh");
                command.arg("-c").arg(line);
                command
            }
            CommandLine::Words(words) => {
                let mut command = process::Command::new(&words[0]);
                command.args(&words[1..]);
                command
            }
        };
        command
            .current_dir(&self.command.folder)
            .env("POSTRIDER_SOURCE", self.source)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        match self.since {
            Some(since) => command.env(
                "POSTRIDER_SINCE",
                since.to_rfc3339_opts(SecondsFormat::Secs, true),
            ),
            None => command.env_remove("POSTRIDER_SINCE"),
        };
        command
    }

    /// Waits for the end of the output, then for the end of the program.
    fn wait(
        &self,
        child: &mut Child,
        printed: &mpsc::Receiver<io::Result<Vec<u8>>>,
        deadline: Instant,
    ) -> Result<(ExitStatus, Vec<u8>), CollectError> {
        let timeout = self.settings.timeout;
        let too_long = || self.failed(&format!("not done within {timeout:?} (`timeout`)"));
        let bytes = printed
            .recv_timeout(left(deadline))
            .map_err(|_| too_long())?
            .map_err(|error| self.failed(&error))?;
        if bytes.len() as u64 > self.settings.max_bytes {
            return Err(CollectError::TooLarge {
                place: format!("the output of `{}`", name(self.command)),
                limit: self.settings.max_bytes,
            });
        }
        loop {
            if let Some(status) = child.try_wait().map_err(|error| self.failed(&error))? {
                return Ok((status, bytes));
            }
            if left(deadline).is_zero() {
                return Err(too_long());
            }
            thread::sleep(LOOK);
        }
    }

    fn failed(&self, message: &dyn Display) -> CollectError {
        CollectError::Command {
            command: name(self.command),
            message: message.to_string(),
        }
    }
}

/// Ends a program and all that it started, which has its process group.
fn end(child: &mut Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // It may have ended by itself meanwhile
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
}

fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> mpsc::Receiver<T> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        // Nobody listens any more where the time is over
        let _ = sender.send(work());
    });
    receiver
}

/// The last lines of a stream that is read to its end, on one line.
fn last_words(stream: impl Read) -> String {
    let mut reader = BufReader::new(stream);
    let mut last: VecDeque<String> = VecDeque::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut reader)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)
        {
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
        let words = String::from_utf8_lossy(&line);
        let words = words.replace(|c: char| c.is_control(), " ");
        if !words.trim().is_empty() {
            last.push_back(words.trim().to_owned());
            if last.len() > LAST_WORDS {
                last.pop_front();
            }
        }
    }
    Vec::from(last).join(" / ")
}
