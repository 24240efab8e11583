//! Postrider: from cron, each subscriber's topics in one digest mail.
//!
//! The stages, in the order in which the data passes them. Each takes the value that the one before it made.
//!
//! - [`collect`]: sources → articles
//! - [`store`]: what is durable: the archive of articles, the subscribers, the ledger of deliveries
//! - [`subscribers`]: what the operator declares in `subscribers/`
//! - [`plan`]: due editions, topics and queries → an issue's segments (pure)
//! - [`render`]: segment → digest (pure)
//! - [`compose`]: digest and subscriber → mail (pure)
//! - [`lint`]: rules over a finished mail (pure)
//! - [`deliver`]: chunks of an issue → relays
//!
//! [`domain`] holds the values that pass between them, [`config`] what the operator decided, [`keys`] what signs tokens.
//! [`catcher`] is the demo's inbox. [`cli`] is the only one that knows the terminal.

pub mod catcher;
pub mod cli;
pub mod collect;
pub mod compose;
pub mod config;
pub mod deliver;
pub mod domain;
pub mod keys;
pub mod lint;
pub mod plan;
pub mod render;
pub mod run;
pub mod samples;
pub mod store;
pub mod subscribers;
