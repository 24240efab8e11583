//! What an issue is made from: kept under its hash, so that the issue can be made again, to the byte, years later.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::{EditorsHand, Project, RunError};
use crate::{
    config::{self, Config},
    render::Templates,
    store::Store,
};

/// What an issue is made from, beside the articles and the subscribers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MadeFrom {
    /// The version of the program.
    pub program: String,
    /// The effective configuration, without what changes no digest: relays, store, delivery, the limits of collecting.
    pub configuration: String,
    /// Templates, stylesheets and labels.
    pub templates: BTreeMap<String, String>,
    /// What an editor wrote for the issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub editor: Option<String>,
}

impl MadeFrom {
    /// As the project is now.
    #[must_use]
    pub fn now(project: &Project) -> Self {
        Self {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            configuration: without_transport(&project.config.text),
            templates: project.templates.content().clone(),
            editor: None,
        }
    }

    /// The same, with what an editor wrote for the issue.
    #[must_use]
    pub fn with_editor(self, editor: Option<String>) -> Self {
        Self { editor, ..self }
    }

    /// What an editor wrote for an issue that was made from what is kept under a hash; nothing for what is no issue.
    ///
    /// # Errors
    /// When the store fails.
    pub fn editors_hand(store: &dyn Store, hash: &str) -> Result<EditorsHand, RunError> {
        let kept = store.kept(hash)?;
        let kept = kept.and_then(|json| serde_json::from_str::<Self>(&json).ok());
        let hand = kept
            .and_then(|kept| kept.editor)
            .map(|text| EditorsHand::read(&text));
        // It was read before it was kept.
        Ok(hand.and_then(Result::ok).unwrap_or_default())
    }

    /// Keeps it, and gives its hash.
    ///
    /// # Errors
    /// When the store fails.
    pub fn keep(&self, store: &dyn Store) -> Result<String, RunError> {
        let json = serde_json::to_string(self).unwrap_or_default();
        let hash = HEXLOWER.encode(&digest(&SHA256, json.as_bytes()).as_ref()[..16]);
        store.keep(&hash, &json)?;
        Ok(hash)
    }

    /// What was kept under a hash: the configuration and the templates of that time.
    ///
    /// # Errors
    /// When it isn't there, or doesn't read.
    pub fn recall(
        store: &dyn Store,
        hash: &str,
        project: &Project,
    ) -> Result<(Config, Templates), RunError> {
        let forgotten = || RunError::Forgotten(hash.to_owned());
        let json = store.kept(hash)?.ok_or_else(forgotten)?;
        let kept: Self = serde_json::from_str(&json).map_err(|_| forgotten())?;
        let config = config::parse(&kept.configuration, &project.path, &project.folder, &[])?;
        Ok((config, Templates::from_content(kept.templates)))
    }
}

/// A configuration's text without the tables that say how articles come and how mail travels: another relay makes no other digest.
fn without_transport(text: &str) -> String {
    let Ok(mut table) = text.parse::<toml::Table>() else {
        return text.to_owned();
    };
    for name in [
        "store",
        "relay",
        "subscribers",
        "delivery",
        "collect",
        "dkim",
        "stories",
    ] {
        table.remove(name);
    }
    table.to_string()
}
