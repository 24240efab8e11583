//! The key file: what signs tokens and hashes addresses.
