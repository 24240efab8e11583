//! What is durable: the archive of articles, the roster of subscribers, the ledger of deliveries.
//!
//! One trait for each, and [`Store`] for all; every adapter passes the same conformance suite (`tests/store.rs`).
//! [`sqlite`] is the embedded one. The methods take `&self`: an adapter may be shared between threads.

mod archive;
mod ledger;
mod people;
mod roster;
pub mod sqlite;

pub use archive::{Archive, Recorded, SourceNews};
pub use ledger::{
    Advance, Allowed, Claim, Claimed, Delivery, Doubt, Forward, Grounds, IssueRow, IssueState,
    Ledger, Left, Member, NamedRate, Outcome, OutcomeRow, Page, SegmentRow, Tally, Then,
};
pub use people::{
    Asked, Consent, Enrolled, Filed, Happened, How, Joined, Joining, KeptSuppression, Pending,
    People, Person, PersonNumber, Places,
};
pub use roster::{
    Active, Carry, FileRow, MannerId, Roster, Suppression, SuppressionReason, Synced, Wish, WishId,
    Wisher,
};

/// All that is durable.
pub trait Store: Archive + Roster + People + Ledger + Send + Sync {
    /// A copy that lives in memory and is forgotten: what a dry run writes to.
    ///
    /// # Errors
    /// When the copy can't be made.
    fn scratch(&self) -> Result<Box<dyn Store>>;
}

/// Why something couldn't be kept, or found again.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database's own word.
    #[error("{action} in the store `{place}`: {reason}")]
    Database {
        /// What was being done.
        action: &'static str,
        /// Where the store is.
        place: String,
        /// What the database says.
        reason: String,
    },
    /// It was made by a later version of the program.
    #[error(
        "the store `{place}` was made by a later version (schema {found}, this program knows {known}): use that version"
    )]
    Later {
        /// Where the store is.
        place: String,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
}

/// What an operation of the store gives.
pub type Result<T> = std::result::Result<T, StoreError>;
