//! Programs under the clock: how long, how much CPU, how much memory.

use std::{
    fs,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

/// What a program cost.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// User and system, in seconds.
    pub user: f64,
    pub system: f64,
    /// The peak of its memory, in MiB.
    pub memory: f64,
}

/// Runs a program to its end. `None` if it isn't there.
pub fn run(command: &mut Command) -> Option<Cost> {
    let before = children();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let status = format!("/proc/{}/status", child.id());
    let mut memory = 0.0_f64;
    while child.try_wait().ok()?.is_none() {
        memory = memory.max(peak(&status));
        thread::sleep(Duration::from_millis(5));
    }
    let after = children();
    Some(Cost {
        user: after.0 - before.0,
        system: after.1 - before.1,
        memory,
    })
}

fn peak(status: &str) -> f64 {
    let text = fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}

/// The CPU time of the children that have ended: fields 16 and 17 of `/proc/self/stat`, in hundredths of a second.
fn children() -> (f64, f64) {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = text.rsplit(')').next().unwrap_or_default();
    let fields: Vec<f64> = after_name
        .split_whitespace()
        .map(|field| field.parse().unwrap_or(0.0))
        .collect();
    let field = |number: usize| fields.get(number - 3).copied().unwrap_or(0.0) / 100.0;
    (field(16), field(17))
}
