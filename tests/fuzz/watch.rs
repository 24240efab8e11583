//! Time and memory: an input that takes too much of either fails its target, and is shown.

use std::{
    fs,
    io::{self, Write as _},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// More than any input of this size needs on a slow and busy machine.
const LONGEST: Duration = Duration::from_secs(20);
/// How much memory the inputs of all targets may take, in KiB.
const LARGEST: u64 = 1 << 20;

/// The input that is being read.
#[derive(Default)]
struct Running(Mutex<Option<(Instant, Vec<u8>)>>);

impl Running {
    fn set(&self, input: Option<&[u8]>) {
        let now = input.map(|input| (Instant::now(), input.to_owned()));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// The input, if it has been read for too long.
    fn stuck(&self) -> Option<Vec<u8>> {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, input) = running.as_ref()?;
        (since.elapsed() > LONGEST).then(|| input.clone())
    }
}

/// Watches a target's inputs.
pub struct Watch(Arc<Running>);

impl Watch {
    /// Begins to watch. An input that never ends, ends the program: nothing else can stop it.
    pub fn start() -> Self {
        let running: Arc<Running> = Arc::default();
        let watched = Arc::downgrade(&running);
        thread::spawn(move || {
            while let Some(running) = watched.upgrade() {
                if let Some(input) = running.stuck() {
                    let shown = String::from_utf8_lossy(&input);
                    // Not `eprintln`: what a test says is lost where the program is aborted
                    let _ = writeln!(
                        io::stderr(),
                        "an input takes more than {LONGEST:?}:\n{shown}"
                    );
                    std::process::abort();
                }
                drop(running);
                thread::sleep(Duration::from_millis(200));
            }
        });
        Self(running)
    }

    /// Watches while an input is read.
    pub fn during(&self, input: &[u8], read: impl FnOnce()) {
        self.0.set(Some(input));
        read();
        self.0.set(None);
    }
}

/// Fails where this process took too much memory so far, if the system tells (`/proc`).
pub fn memory_is_bounded() {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|line| {
            line.trim()
                .trim_end_matches("kB")
                .trim()
                .parse::<u64>()
                .ok()
        });
    if let Some(peak) = peak {
        assert!(peak < LARGEST, "the inputs took {peak} KiB of memory");
    }
}
