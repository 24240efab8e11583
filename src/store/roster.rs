//! The roster: who is subscribed, and who must not be mailed.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Places, Result};
use crate::{
    domain::{
        Address, EditionId, FormerWish, Number, Ref, SlotId, Subscriber, Subscription,
        SubscriptionNumber,
    },
    keys::{AddressHash, Keys},
};

/// A good row of a subscribers file.
#[derive(Debug, Clone)]
pub struct FileRow {
    /// The file's name.
    pub file: String,
    /// The row's place among the file's rows, from 0.
    pub index: usize,
    /// What it declares.
    pub subscriber: Subscriber,
}

/// What became of the roster.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Synced {
    /// Subscribers that were not there, or had gone.
    pub new: usize,
    /// Subscribers whose row changed.
    pub changed: usize,
    /// Subscribers that are not declared any more.
    pub gone: usize,
    /// Subscribers that are there now, those whom no file declares among them.
    pub present: usize,
    /// Rows that declare somebody who asked to be erased.
    pub erased: usize,
}

/// A subscription, and whether its address is suppressed for its edition.
#[derive(Debug, Clone)]
pub struct Active {
    /// The subscription.
    pub subscription: Subscription,
    /// Why it must not be mailed, if so.
    pub suppressed: Option<SuppressionReason>,
    /// A watermark of its own, lower than that of its slot's last issue.
    pub carry: Option<Carry>,
    /// Its slot.
    pub slot: SlotId,
    /// It came into its slot on this date, and gets its first issue there later.
    pub slot_since: Option<NaiveDate>,
    /// What its reader followed before, the earliest first.
    pub former: Vec<FormerWish>,
}

/// A subscription as a plan looks at it: who and where, and the name of what they wish.
#[derive(Debug, Clone)]
pub struct Wisher {
    /// The subscription.
    pub number: SubscriptionNumber,
    /// The subscriber's name inside.
    pub reader: Ref,
    /// The domain that their mail goes to.
    pub domain: String,
    /// What they wish: see [`Roster::wish`].
    pub wish: WishId,
    /// Why they must not be mailed, if so.
    pub suppressed: Option<SuppressionReason>,
    /// A watermark of their own.
    pub carry: Option<Carry>,
    /// They came into their slot on this date, and get their first issue there later.
    pub slot_since: Option<NaiveDate>,
    /// What they followed before, the earliest first.
    pub former: Vec<FormerWish>,
}

/// The name of what many subscribers wish alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WishId(pub i64);

/// The name of all that subscribers say alike beside their topics: how often, in which languages, how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MannerId(pub i64);

/// What many subscribers wish alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The query of their topics; empty for the edition's.
    pub topics: String,
    /// All else.
    pub manner: MannerId,
}

/// The watermark of a subscription that an issue did not reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carry {
    /// The watermark.
    pub watermark: Number,
    /// When the first issue was planned that did not reach it.
    pub since: DateTime<Utc>,
}

/// Why an address must not be mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuppressionReason {
    /// They asked for it.
    Unsubscribed,
    /// Their mail server says that there is no such person.
    HardBounce,
    /// They said that it is spam.
    Complaint,
    /// They asked to be forgotten.
    Erased,
}

impl SuppressionReason {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Unsubscribed,
        Self::HardBounce,
        Self::Complaint,
        Self::Erased,
    ];

    /// Its name in the store and in output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unsubscribed => "unsubscribed",
            Self::HardBounce => "hard bounce",
            Self::Complaint => "complaint",
            Self::Erased => "erased",
        }
    }
}

/// What stops an address from being mailed.
#[derive(Debug, Clone)]
pub struct Suppression {
    /// Whose.
    pub address: AddressHash,
    /// For one edition, or for all.
    pub edition: Option<EditionId>,
    /// Why.
    pub reason: SuppressionReason,
    /// How we know: `command line`, `mail`, a server's words.
    pub evidence: String,
    /// Since when.
    pub at: DateTime<Utc>,
}

/// Who is subscribed, and who must not be mailed.
pub trait Roster {
    /// The subscribers that a file declared when it was last read, with their rows' places.
    ///
    /// # Errors
    /// When the store fails.
    fn declared_in(&self, file: &str) -> Result<Vec<(usize, Address)>>;

    /// The names of the files that declared somebody when they were last read.
    ///
    /// # Errors
    /// When the store fails.
    fn files(&self) -> Result<Vec<String>>;

    /// Takes in what the files declare now: all good `rows`, one after another, and the addresses whose
    /// last good version is `kept`. Whoever is neither, and came by no other way, is gone. What somebody chose themselves stands over what their
    /// row declares. The people are taken in batch by batch, and whoever is gone in one transaction at the end.
    ///
    /// # Errors
    /// When the store fails.
    fn sync(
        &self,
        rows: &mut dyn Iterator<Item = FileRow>,
        kept: &[Address],
        places: &Places,
        keys: &Keys,
        now: DateTime<Utc>,
    ) -> Result<Synced>;

    /// The subscriptions of an edition, or of one slot of it, with `after < number <= upto`, in that order, at most `limit`.
    ///
    /// # Errors
    /// When the store fails.
    fn subscriptions(
        &self,
        edition: &EditionId,
        slot: Option<&SlotId>,
        after: SubscriptionNumber,
        upto: SubscriptionNumber,
        limit: usize,
    ) -> Result<Vec<Active>>;

    /// The same subscriptions of one slot, as a plan looks at them.
    ///
    /// # Errors
    /// When the store fails.
    fn wishers(
        &self,
        edition: &EditionId,
        slot: &SlotId,
        after: SubscriptionNumber,
        upto: SubscriptionNumber,
        limit: usize,
    ) -> Result<Vec<Wisher>>;

    /// What subscribers of a wish declare, as somebody without name or address of their own.
    ///
    /// # Errors
    /// When the store fails, or there is no such wish.
    fn wish(&self, id: WishId) -> Result<Subscriber>;

    /// Wishes, in the order of their names.
    ///
    /// # Errors
    /// When the store fails, or there is no such wish.
    fn wishes(&self, ids: &[WishId]) -> Result<Vec<Wish>>;

    /// What subscribers of a manner declare, as somebody without name, address or topics of their own.
    ///
    /// # Errors
    /// When the store fails, or there is no such manner.
    fn manner(&self, id: MannerId) -> Result<Subscriber>;

    /// The slots that subscriptions of an edition are in, its own first.
    ///
    /// # Errors
    /// When the store fails.
    fn slots(&self, edition: &EditionId) -> Result<Vec<SlotId>>;

    /// The highest number among the subscriptions of an edition, or of one slot of it, and how many are active.
    ///
    /// # Errors
    /// When the store fails.
    fn audience(
        &self,
        edition: &EditionId,
        slot: Option<&SlotId>,
    ) -> Result<(SubscriptionNumber, u64)>;

    /// The active subscriptions of an address.
    ///
    /// # Errors
    /// When the store fails.
    fn find(&self, address: &Address) -> Result<Vec<Active>>;

    /// The address of a subscriber, also of one who has gone.
    ///
    /// # Errors
    /// When the store fails.
    fn address_of(&self, reader: Ref) -> Result<Option<Address>>;

    /// Keeps a suppression. Says whether it is new.
    ///
    /// # Errors
    /// When the store fails.
    fn suppress(&self, suppression: &Suppression) -> Result<bool>;
}
