//! Chunks of an issue → relays: the edge to SMTP.
//!
//! [`deliver`] claims chunks from the ledger and works on each over one connection. What it asks of others stands in two
//! traits: [`relay::Relay`], where mail is handed to, and [`Press`], which makes the mail of a member.

mod bell;
mod clerk;
mod crash;
mod crew;
mod desk;
mod engine;
mod hand;
pub mod journal;
mod lease;
mod pace;
pub mod relay;
pub mod reply;
pub mod smtp;
mod work;
mod worker;

use crate::{
    compose::Mail,
    domain::{IssueId, Subscription},
};

pub use engine::{DeliverError, Delivering, Event, Renew, Report, Settings, deliver};

/// Makes mails: plan, render and compose behind one door.
pub trait Press: Sync {
    /// The mail of one subscriber in one segment of an issue. The same every time.
    ///
    /// # Errors
    /// In words for the operator, when it can't be made.
    fn mail(
        &self,
        issue: &IssueId,
        segment: u32,
        subscription: &Subscription,
    ) -> Result<Mail, String>;
}
