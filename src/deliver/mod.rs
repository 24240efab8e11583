//! Chunks of an issue → relays: the edge to SMTP.
