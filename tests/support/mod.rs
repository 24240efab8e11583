//! What several tests need.
#![allow(
    dead_code,
    missing_docs,
    reason = "each test program uses its part of this"
)]

pub mod certificates;
pub mod client;
pub mod fault_server;
