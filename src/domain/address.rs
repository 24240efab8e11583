//! Mail addresses. An [`Address`] is parsed once and is valid for ever.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, de};

/// A mail address (RFC 5321, section 4.1.2): the domain in its A-label form and lower case, the local part as written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    local: String,
    domain: String,
}

/// Why a text is no mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// There is no `@`.
    #[error("no `@` in the address `{0}`")]
    NoAt(String),
    /// Nothing before the `@`, or something that doesn't belong there.
    #[error("the part before the `@` can't be read in `{0}`")]
    Local(String),
    /// RFC 5321, section 4.5.3.1.1.
    #[error("more than 64 octets before the `@` in `{0}`")]
    LongLocal(String),
    /// No name of a host.
    #[error("the domain can't be read in `{0}`")]
    Domain(String),
    /// No dot, so it is no name that mail can be sent to.
    #[error("the domain has no dot in `{0}`")]
    Undotted(String),
}

impl Address {
    /// What stands before the `@`.
    #[must_use]
    pub fn local(&self) -> &str {
        &self.local
    }

    /// What stands after it: A-labels in lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The form under which a suppression is kept. Local parts that differ only in case are held to be one person's:
    /// whoever left as `Ann@` isn't mailed as `ann@`.
    #[must_use]
    pub fn suppression_key(&self) -> String {
        format!("{}@{}", self.local.to_lowercase(), self.domain)
    }

    /// Whether the local part needs SMTPUTF8 (RFC 6531).
    #[must_use]
    pub fn needs_smtputf8(&self) -> bool {
        !self.local.is_ascii()
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let given = || text.to_owned();
        let (local, domain) = text
            .rsplit_once('@')
            .ok_or_else(|| AddressError::NoAt(given()))?;
        if local.len() > 64 {
            return Err(AddressError::LongLocal(given()));
        }
        let domain = idna::domain_to_ascii_strict(domain)
            .ok()
            .filter(|domain| !domain.is_empty() && domain.len() <= 253)
            .ok_or_else(|| AddressError::Domain(given()))?;
        if !domain.contains('.') {
            return Err(AddressError::Undotted(given()));
        }
        // lettre knows the grammar of the rest: atoms, quoted strings, UTF-8.
        lettre::Address::new(local, &domain).map_err(|_| AddressError::Local(given()))?;
        if local.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(AddressError::Local(given()));
        }
        Ok(Self {
            local: local.to_owned(),
            domain,
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

impl Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// An address with the name that is shown for it: `The Morning Post <news@post.example>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The name; empty if there is none.
    pub name: String,
    /// The address.
    pub address: Address,
}

impl FromStr for Mailbox {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        match text
            .strip_suffix('>')
            .and_then(|text| text.rsplit_once('<'))
        {
            Some((name, address)) => Ok(Self {
                name: name.trim().trim_matches('"').trim().to_owned(),
                address: address.parse()?,
            }),
            None => Ok(Self {
                name: String::new(),
                address: text.parse()?,
            }),
        }
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.is_empty() {
            self.address.fmt(f)
        } else {
            write!(f, "{} <{}>", self.name, self.address)
        }
    }
}

impl Serialize for Mailbox {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Mailbox {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_folded_and_the_local_part_is_kept() {
        let address = |text: &str| text.parse::<Address>().map(|address| address.to_string());
        assert_eq!(
            address(" Ann.Lee@Bücher.Example "),
            Ok("Ann.Lee@xn--bcher-kva.example".into())
        );
        assert_eq!(
            address("o'hara+news@a.example"),
            Ok("o'hara+news@a.example".into())
        );
    }

    #[test]
    fn what_is_no_address_says_why() {
        let error = |text: &str| text.parse::<Address>().map_err(|e| e.to_string()).err();
        assert_eq!(error("ann").as_deref(), Some("no `@` in the address `ann`"));
        assert_eq!(
            error("ann@home").as_deref(),
            Some("the domain has no dot in `ann@home`")
        );
        for bad in [
            "@a.example",
            "a b@a.example",
            "a@b c.example",
            "a@-.example",
            "a\r\nb@a.example",
            "a..b@a.example",
        ] {
            assert!(error(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn a_mailbox_has_a_name_or_none() -> Result<(), AddressError> {
        let mailbox: Mailbox = "\"The Post\" <news@post.example>".parse()?;
        assert_eq!(mailbox.to_string(), "The Post <news@post.example>");
        assert_eq!("news@post.example".parse::<Mailbox>()?.name, "");
        Ok(())
    }
}
