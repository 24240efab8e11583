//! `[[dkim]]`: the keys that sign mails.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    form::{Form, Reading},
    tree::Node,
    values::{line, path, wrong},
};
use crate::domain::{DkimError, Signer, SigningKey};

/// A key that signs the mails of senders at a domain, still in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfiguredDkim {
    /// The domain, and those below it.
    pub domain: String,
    /// Where its public key stands in the DNS.
    pub selector: String,
    /// The file of the private key, in PEM.
    pub key_file: PathBuf,
}

/// Why a key can't be had.
#[derive(Debug, thiserror::Error)]
pub enum DkimKeyError {
    /// The file can't be read.
    #[error("reading the DKIM key `{}`: {reason} (`postrider dkim new` makes one)", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// It holds no such key.
    #[error("the DKIM key `{}`: {reason}", file.display())]
    Key {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        reason: DkimError,
    },
}

impl ConfiguredDkim {
    /// The signer, its key read now.
    ///
    /// # Errors
    /// When the key can't be read.
    pub fn signer(&self) -> Result<Signer, DkimKeyError> {
        let file = || self.key_file.clone();
        let text = fs::read_to_string(&self.key_file).map_err(|reason| DkimKeyError::File {
            file: file(),
            reason,
        })?;
        let key = SigningKey::from_pem(&text).map_err(|reason| DkimKeyError::Key {
            file: file(),
            reason,
        })?;
        Ok(Signer::new(&self.domain, &self.selector, key))
    }
}

/// Reads a `[[dkim]]`.
pub fn dkim(mut form: Form<'_>, base: &Path) -> Option<ConfiguredDkim> {
    let domain = form.required("domain", "domain = \"example.org\"", name);
    let selector = form.required("selector", "selector = \"pr2026\"", name);
    let key_file = form.required("key_file", "key_file = \"state/dkim/pr2026.pem\"", path);
    form.finish();
    Some(ConfiguredDkim {
        domain: domain?,
        selector: selector?,
        key_file: base.join(key_file?),
    })
}

/// A name in the DNS: labels of letters, digits and hyphens.
fn name(node: &Node) -> Reading<String> {
    let text = line(node)?.to_ascii_lowercase();
    let label = |label: &str| {
        let inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (1..=63).contains(&label.len()) && label.bytes().all(inside)
    };
    if text.split('.').all(label) && text.len() <= 200 {
        Ok(text)
    } else {
        wrong(
            node,
            "a name in the DNS is expected: letters, digits, hyphens and dots",
        )
    }
}
