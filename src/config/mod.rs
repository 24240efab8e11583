//! `postrider.toml`: types, loading, messages that point at the line.
