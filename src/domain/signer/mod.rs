//! Who signs mails (DKIM), and how the world finds the public key.

mod key;

use std::sync::Arc;

use data_encoding::BASE64;

pub use self::key::{DkimError, SigningKey};

/// Signs for one domain, with one key.
#[derive(Debug, Clone)]
pub struct Signer {
    /// The domain that it speaks for.
    pub domain: String,
    /// Where its public key stands in the DNS.
    pub selector: String,
    /// The private key.
    pub key: Arc<SigningKey>,
}

impl Signer {
    /// A signer for `domain`, whose public key stands in the DNS under `selector`.
    #[must_use]
    pub fn new(domain: &str, selector: &str, key: SigningKey) -> Self {
        Self {
            domain: domain.to_ascii_lowercase(),
            selector: selector.to_owned(),
            key: Arc::new(key),
        }
    }

    /// Whether its signatures speak for a sender at this domain (relaxed alignment: RFC 9989, formerly 7489).
    #[must_use]
    pub fn speaks_for(&self, domain: &str) -> bool {
        let domain = domain.to_ascii_lowercase();
        domain
            .strip_suffix(&self.domain)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }

    /// The name of the DNS record: `SELECTOR._domainkey.DOMAIN`.
    #[must_use]
    pub fn record_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// The DNS record's text (RFC 6376, section 3.6.1).
    #[must_use]
    pub fn record(&self) -> String {
        let public = BASE64.encode(&self.key.public());
        format!("v=DKIM1; k={}; p={public}", self.key.kind())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_speaks_for_itself_and_for_those_below() {
        let (_, key) = SigningKey::new_ed25519().unwrap();
        let signer = Signer::new("post.example", "pr1", key);
        assert!(signer.speaks_for("post.example") && signer.speaks_for("News.Post.example"));
        assert!(!signer.speaks_for("compost.example") && !signer.speaks_for("example"));
    }
}
