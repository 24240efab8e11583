//! One issue of an edition.

use std::{fmt, str::FromStr};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{EditionId, SlotId};

/// One slot of an edition on one civil date: `daily/2026-11-23`, or `daily/2026-11-23/mon.0700.Asia/Seoul`. Never an instant: a clock that is set back
/// or a change to summer time makes no second issue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IssueId {
    /// Of this edition.
    pub edition: EditionId,
    /// The civil date in the slot's zone.
    pub date: NaiveDate,
    /// The slot; the edition's own, mostly.
    pub slot: SlotId,
}

/// What kind of mail it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// A mail of an issue.
    Real,
    /// A test, marked as such: its links change nothing.
    Test,
    /// The next issue, shown to its editor before it goes: marked as such, and its links change nothing.
    Proof,
    /// A note at once to those who got something wrong: it has corrections, and no articles.
    Correction,
}

/// A text that is no issue's id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an issue such as `daily/2026-11-23`: `{0}`")]
pub struct IssueIdError(String);

impl fmt::Display for IssueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.edition, self.date)?;
        if self.slot.is_own() {
            return Ok(());
        }
        write!(f, "/{}", self.slot)
    }
}

impl FromStr for IssueId {
    type Err = IssueIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || IssueIdError(text.to_owned());
        let (edition, date) = text.split_once('/').ok_or_else(error)?;
        let (date, slot) = date.split_once('/').unwrap_or((date, ""));
        let date = date.parse().map_err(|_| error())?;
        let slot = SlotId::new(slot);
        if !slot.is_own() && slot.slot().is_none() {
            return Err(error());
        }
        Ok(Self {
            edition: EditionId(edition.to_owned()),
            date,
            slot,
        })
    }
}

impl TryFrom<String> for IssueId {
    type Error = IssueIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<IssueId> for String {
    fn from(id: IssueId) -> Self {
        id.to_string()
    }
}
