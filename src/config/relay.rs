//! Relays as configured, and their passwords, which are read when they are needed: a dry run needs none.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use secrecy::SecretString;

use super::{
    form::{Form, Reading},
    problem::Problem,
    tree::{Node, Value},
    values::{expected, line, list, open, parsed, path, whole, wrong},
};
use crate::domain::{Address, DeclaredRelay, Login, Rate, RelayUrl, RelayUrlError};

/// A relay as `[[relay]]` has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfiguredRelay {
    /// Where it is.
    pub url: RelayUrl,
    /// The account at it.
    pub account: Option<Account>,
    /// How many connections at once.
    pub connections: u32,
    /// A file of certificates (PEM) to trust beside the system's.
    pub ca_file: Option<PathBuf>,
    /// Its share of the mails beside the other relays that have one; 0 is for when no other can be used.
    pub weight: Option<u32>,
    /// What goes over it at most.
    pub limits: Vec<Rate>,
    /// What goes over it at most to addresses of a domain.
    pub domains: BTreeMap<String, Rate>,
}

/// An account at a relay, its password still where it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub username: String,
    /// Where its password is.
    pub password: PasswordSource,
}

/// Where a password is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordSource {
    /// In a file, which holds nothing else.
    File(PathBuf),
    /// In an environment variable.
    Variable(String),
}

/// Why a password can't be had.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The file can't be read.
    #[error("reading the password of the relay `{relay}` from `{}`: {reason}", file.display())]
    File {
        /// Whose.
        relay: RelayUrl,
        /// The file.
        file: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// The file is empty.
    #[error("the password of the relay `{relay}` is empty in `{}`", file.display())]
    EmptyFile {
        /// Whose.
        relay: RelayUrl,
        /// The file.
        file: PathBuf,
    },
    /// The variable isn't set, or is empty or no UTF-8.
    #[error(
        "the password of the relay `{relay}` is not in the environment variable `{variable}`: set it, or write `password_file`"
    )]
    Variable {
        /// Whose.
        relay: RelayUrl,
        /// The variable.
        variable: String,
    },
}

impl ConfiguredRelay {
    /// The relay with its password, read now.
    ///
    /// # Errors
    /// When the password isn't where the configuration says.
    pub fn declared(&self) -> Result<DeclaredRelay, PasswordError> {
        let login = match &self.account {
            Some(account) => Some(Login {
                username: account.username.clone(),
                password: self.password(&account.password)?,
            }),
            None => None,
        };
        Ok(DeclaredRelay {
            url: self.url.clone(),
            login,
            connections: self.connections,
            ca_file: self.ca_file.clone(),
        })
    }

    fn password(&self, source: &PasswordSource) -> Result<SecretString, PasswordError> {
        let relay = || self.url.clone();
        match source {
            PasswordSource::File(file) => {
                let text = fs::read_to_string(file).map_err(|reason| PasswordError::File {
                    relay: relay(),
                    file: file.clone(),
                    reason,
                })?;
                // An editor ends the line; white space in it may be the password's own.
                let password = text.trim_end_matches(['\r', '\n']);
                if password.is_empty() {
                    return Err(PasswordError::EmptyFile {
                        relay: relay(),
                        file: file.clone(),
                    });
                }
                Ok(password.into())
            }
            PasswordSource::Variable(variable) => std::env::var(variable)
                .ok()
                .filter(|password| !password.is_empty())
                .map(SecretString::from)
                .ok_or_else(|| PasswordError::Variable {
                    relay: relay(),
                    variable: variable.clone(),
                }),
        }
    }
}

/// Reads a `[[relay]]`.
pub fn relay(mut form: Form<'_>, base: &Path) -> Option<ConfiguredRelay> {
    form.refuse(
        "password",
        "a password in the configuration",
        "write it into a file that only you can read, and here `password_file = \"FILE\"`; or `password_env = \"VARIABLE\"`",
    );
    let url = form.required("url", "url = \"smtps://mail.example.org\"", url);
    let account = account(&mut form, base);
    let connections = form.or("connections", whole(1..=1000), 4);
    let ca_file = form.optional("ca_file", path);
    let weight = form.optional("weight", whole(0..=1_000_000));
    let rate = form.optional("rate", parsed);
    let limits = form.or("limit", one_or_more, Vec::new());
    let domains = form.or("domains", domains, BTreeMap::new());
    form.finish();
    Some(ConfiguredRelay {
        weight,
        limits: rate.into_iter().chain(limits).collect(),
        domains,
        url: url?,
        account,
        connections,
        ca_file: ca_file.map(|path| base.join(path)),
    })
}

/// `"300/day"`, or a list of such.
fn one_or_more(node: &Node) -> Reading<Vec<Rate>> {
    match node.value {
        Value::Array(_) => list("[\"50/hour\", \"300/day\"]", parsed)(node),
        _ => parsed(node).map(|rate| vec![rate]),
    }
}

/// `{ "gmail.com" = "20/s" }`.
fn domains(node: &Node) -> Reading<BTreeMap<String, Rate>> {
    let Value::Table(table) = &node.value else {
        return expected(node, "a table such as `{ \"mail.example\" = \"20/s\" }`");
    };
    table
        .entries
        .iter()
        .map(|entry| {
            // An address says how its domain is compared: small letters, A-labels.
            let domain = match format!("postmaster@{}", entry.key).parse::<Address>() {
                Ok(address) => address.domain().to_owned(),
                Err(_) => return wrong(&entry.node, format!("not a domain: `{}`", entry.key)),
            };
            Ok((domain, parsed(&entry.node)?))
        })
        .collect()
}

fn url(node: &Node) -> Reading<RelayUrl> {
    let text = line(node)?;
    if text.contains('@') {
        return open(node, RelayUrlError::Userinfo.to_string());
    }
    text.parse()
        .or_else(|error: RelayUrlError| wrong(node, error.to_string()))
}

fn account(form: &mut Form<'_>, base: &Path) -> Option<Account> {
    let username = form.optional("username", line);
    let file = form.optional("password_file", path);
    let variable = form.optional("password_env", line);
    let problem = |key, message: &str, label: &str| {
        form.problem(Problem::new(form.origin(key), message).label(label));
    };
    if form.has("password_file") && form.has("password_env") {
        problem(
            "password_env",
            "`password_file` and `password_env` in one [[relay]]",
            "the password is in one of them",
        );
    }
    if form.has("username") && !form.has("password_file") && !form.has("password_env") {
        problem(
            "username",
            "a `username` without its password in [[relay]]",
            "write under it: password_file = \"state/relay-password\"",
        );
    }
    let password = ["password_file", "password_env"]
        .into_iter()
        .find(|key| form.has(key));
    if let Some(key) = password.filter(|_| !form.has("username")) {
        problem(
            key,
            "a password without its `username` in [[relay]]",
            "write beside it: username = \"NAME\"",
        );
    }
    let password = file
        .map(|file| PasswordSource::File(base.join(file)))
        .or(variable.map(PasswordSource::Variable))?;
    Some(Account {
        username: username?,
        password,
    })
}
