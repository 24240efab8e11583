//! The commands: parse, call, print. Nothing else knows the terminal.
