//! What a source remembers from one collect to the next.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

/// What a source remembers between two collects. The archive keeps it as JSON, beside the source's name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// The place it is about, as the operator declared it: another place starts with nothing.
    pub place: String,
    /// The headers of HTTP's conditional requests.
    pub validators: Validators,
    /// Where the server says that it has moved for good (301, 308).
    pub moved_to: Option<Url>,
    /// When the server said that it is gone for good (410): it isn't asked again until the operator says so.
    pub gone_at: Option<DateTime<Utc>>,
    /// How often it failed in a row.
    pub failures: u32,
    /// What was said the last time that it failed; none once it is well again.
    pub failed: Option<String>,
    /// Not before this it is asked again.
    pub not_before: Option<DateTime<Utc>>,
    /// When it was last well.
    pub well_at: Option<DateTime<Utc>>,
    /// What was seen of its single parts: a file's or page's name, and a stamp that changes when it does.
    pub seen: BTreeMap<String, String>,
}

/// The headers of HTTP's conditional requests (RFC 9110 §13), as they stood in the last answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Validators {
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
}
