//! Chunks of an issue → relays: the edge to SMTP.

pub mod relay;
pub mod reply;
pub mod smtp;
