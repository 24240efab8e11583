//! People: those who came by themselves, by import or by the command line, what they chose, agreed to and asked for, and what became of it.
//!
//! **The order of precedence**, from the strongest: *erased*, *suppressed*, *the person's own choice*, *the file*. [`crate::domain::effective`]
//! makes the person of the last two; the first two are suppressions, which stand above all that any of them says.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Result, Suppression, SuppressionReason};
use crate::{
    domain::{Address, Choice, EditionId, Purpose, Ref, SlotId, Subscriber, SubscriptionNumber},
    keys::{AddressHash, Keys},
};

/// The editions that somebody gets, and their slot in each: what the configuration makes of what they declared and chose.
pub type Places<'a> = dyn Fn(&Subscriber) -> Vec<(EditionId, SlotId)> + 'a;

/// A person's place in the order in which they were first seen: pages are read by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct PersonNumber(pub i64);

/// All that is kept of a person, but for their history.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their place in the order.
    pub number: PersonNumber,
    /// Their name inside.
    pub reader: Ref,
    /// As they are mailed: what was declared of them, and over it what they chose.
    pub subscriber: Subscriber,
    /// What a file declares of them.
    pub filed: Option<Filed>,
    /// What they came with, if not by a file alone.
    pub joined: Option<Subscriber>,
    /// What they chose.
    pub choice: Choice,
    /// The editions that they get.
    pub editions: Vec<Enrolled>,
    /// Since when nothing holds them here any more.
    pub gone_at: Option<DateTime<Utc>>,
}

/// What a file declares of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// The file's name.
    pub file: String,
    /// The row's place among the file's rows, from 0.
    pub index: usize,
    /// What it declares.
    pub subscriber: Subscriber,
}

/// A person's place in an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// The subscription.
    pub number: SubscriptionNumber,
    /// The edition.
    pub edition: EditionId,
    /// Their slot.
    pub slot: SlotId,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Why they must not be mailed, if so.
    pub suppressed: Option<SuppressionReason>,
}

/// How somebody agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// They filled in a form, and confirmed by mail.
    Form,
    /// Their consent came with an import.
    Import,
    /// The operator says so.
    #[serde(rename = "command line")]
    CommandLine,
}

impl How {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Form, Self::Import, Self::CommandLine];

    /// Its name in the store and in output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Import => "import",
            Self::CommandLine => "command line",
        }
    }
}

/// That somebody agreed to get an edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The edition.
    pub edition: EditionId,
    /// How they agreed.
    pub how: How,
    /// When.
    pub at: DateTime<Utc>,
    /// The version of the words that they agreed to; empty if unknown.
    #[serde(default)]
    pub wording: String,
    /// The network that they came from; empty if unknown.
    #[serde(default)]
    pub origin: String,
    /// What else proves it: the file of an import, the columns that it told.
    #[serde(default)]
    pub evidence: String,
}

/// Somebody who comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joining {
    /// Who they are. Their editions are named: an empty list would mean those to come as well.
    pub subscriber: Subscriber,
    /// What they chose.
    pub choice: Choice,
    /// What they agreed to.
    pub consents: Vec<Consent>,
    /// They have confirmed it by mail just now: it lifts their suppressions, and counts for more than what they chose before. An import's
    /// choices give way to what they chose already.
    pub confirmed: bool,
}

/// What became of somebody who comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joined {
    /// They were not there.
    New(Ref),
    /// They were there, and something changed.
    Changed(Ref),
    /// They were there just so.
    Same(Ref),
    /// They must not be mailed in any of these editions, and nothing was changed.
    Suppressed(SuppressionReason),
}

/// What somebody asked for, and has yet to confirm by mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Its name, at random: the token has it in the reader's place.
    pub nonce: Ref,
    /// What its token is good for: [`Purpose::Confirm`], [`Purpose::Manage`] or [`Purpose::Move`].
    pub purpose: Purpose,
    /// Whom the mail goes to.
    pub address: Address,
    /// The edition that it is about.
    pub edition: EditionId,
    /// Whom it is about, where they are known already.
    pub reader: Option<Ref>,
    /// What they chose.
    pub choice: Choice,
    /// The version of the words that they agreed to.
    pub wording: String,
    /// The network that they came from.
    pub origin: String,
    /// When they asked.
    pub at: DateTime<Utc>,
    /// Until when it can be confirmed.
    pub expires_at: DateTime<Utc>,
    /// When it was confirmed.
    pub settled_at: Option<DateTime<Utc>>,
}

/// How often mail was asked for lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked {
    /// For one address.
    pub by_address: u64,
    /// From one network.
    pub by_origin: u64,
}

/// A suppression as it is kept.
#[derive(Debug, Clone)]
pub struct KeptSuppression {
    /// Its place in the order in which they were recorded.
    pub number: i64,
    /// What it says.
    pub suppression: Suppression,
    /// When the person came back, if they did.
    pub lifted_at: Option<DateTime<Utc>>,
}

/// Something that happened to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Happened {
    /// Its place in the order.
    pub number: i64,
    /// Whom.
    #[serde(skip)]
    pub reader: Ref,
    /// When.
    pub at: DateTime<Utc>,
    /// What: `declared`, `joined`, `chose`, …
    pub what: String,
    /// More of it.
    pub detail: String,
}

/// The people, and what became of them.
pub trait People {
    /// A person by their address, whatever the case of its letters.
    ///
    /// # Errors
    /// When the store fails.
    fn person(&self, address: &Address) -> Result<Option<Person>>;

    /// A person by their name inside.
    ///
    /// # Errors
    /// When the store fails.
    fn person_of(&self, reader: Ref) -> Result<Option<Person>>;

    /// The people after one, in the order in which they were first seen, those who are gone as well but not those who are erased.
    ///
    /// # Errors
    /// When the store fails.
    fn people(&self, after: PersonNumber, limit: usize) -> Result<Vec<Person>>;

    /// Takes in those who come, all or none of them. `editions` are all that there are: whoever had left all of them and comes back to
    /// one stays away from the others.
    ///
    /// # Errors
    /// When the store fails.
    fn join(
        &self,
        joinings: &[Joining],
        editions: &[EditionId],
        places: &Places,
        keys: &Keys,
        now: DateTime<Utc>,
    ) -> Result<Vec<Joined>>;

    /// Lays a choice over what a person chose before; `detail` goes into their history. An address in it moves their mail there, with
    /// what suppresses the old one. Says whether anything changed; the new address must not be another person's.
    ///
    /// # Errors
    /// When the store fails.
    fn choose(
        &self,
        reader: Ref,
        choice: &Choice,
        places: &Places,
        keys: &Keys,
        detail: &str,
        now: DateTime<Utc>,
    ) -> Result<bool>;

    /// Forgets what a person came with: whom no file declares is gone. Says whether there was any.
    ///
    /// # Errors
    /// When the store fails.
    fn remove(&self, reader: Ref, places: &Places, now: DateTime<Utc>) -> Result<bool>;

    /// Places everybody again whom no file declares, unless `mark`, which stands for the configuration of the editions, is that of the
    /// last time.
    ///
    /// # Errors
    /// When the store fails.
    fn place_again(&self, mark: i64, places: &Places, now: DateTime<Utc>) -> Result<()>;

    /// Erases a person: nothing is left but a hash of their address, so that no file or import brings them back, and figures. Says
    /// whether they were known; the hash is kept either way.
    ///
    /// # Errors
    /// When the store fails.
    fn erase(&self, address: &Address, keys: &Keys, now: DateTime<Utc>) -> Result<bool>;

    /// What a person agreed to, the earliest first.
    ///
    /// # Errors
    /// When the store fails.
    fn consents(&self, reader: Ref) -> Result<Vec<Consent>>;

    /// What happened to a person, the earliest first.
    ///
    /// # Errors
    /// When the store fails.
    fn history(&self, reader: Ref) -> Result<Vec<Happened>>;

    /// What happened to anybody after that, at most `limit`.
    ///
    /// # Errors
    /// When the store fails.
    fn happened(&self, after: i64, limit: usize) -> Result<Vec<Happened>>;

    /// The suppressions of an address, also those that were lifted.
    ///
    /// # Errors
    /// When the store fails.
    fn suppressions(&self, address: &AddressHash) -> Result<Vec<KeptSuppression>>;

    /// The suppressions of everybody that hold, in the order in which they were recorded.
    ///
    /// # Errors
    /// When the store fails.
    fn all_suppressions(&self, after: i64, limit: usize) -> Result<Vec<KeptSuppression>>;

    /// Lifts the suppressions of an address for one edition, or those for all, that hold for this reason and were recorded at `since`
    /// or later. Says how many.
    ///
    /// # Errors
    /// When the store fails.
    fn lift(
        &self,
        address: &AddressHash,
        edition: Option<&EditionId>,
        reason: SuppressionReason,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<usize>;

    /// Keeps what somebody asked for, and forgets what nobody confirmed within a month.
    ///
    /// # Errors
    /// When the store fails.
    fn pend(&self, pending: &Pending, keys: &Keys) -> Result<()>;

    /// What somebody asked for.
    ///
    /// # Errors
    /// When the store fails.
    fn pending(&self, nonce: Ref) -> Result<Option<Pending>>;

    /// Notes that it was confirmed. Says whether it wasn't before.
    ///
    /// # Errors
    /// When the store fails.
    fn confirm_pending(&self, nonce: Ref, now: DateTime<Utc>) -> Result<bool>;

    /// How often mail was asked for since then, for an address and from a network.
    ///
    /// # Errors
    /// When the store fails.
    fn asked(&self, address: &AddressHash, origin: &str, since: DateTime<Utc>) -> Result<Asked>;
}
