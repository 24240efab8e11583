//! `postrider`: parse, dispatch, exit code.

use std::process::ExitCode;

use clap::Parser;
use postrider::cli::{self, Arguments};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let terminal = cli::Terminal::new(&arguments);
    match cli::run(&arguments, &terminal) {
        Ok(exit) => exit.into(),
        Err(error) => terminal.fail(&error).into(),
    }
}
