//! The key file: what signs tokens and hashes addresses.
//!
//! It holds one key for addresses, which never changes, and the keys for tokens, of which the last one signs and all verify.
//! Whoever loses it can't honour the links in mails that were sent: it belongs in the backup.

use std::{
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use data_encoding::HEXLOWER;
use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};

use crate::domain::{Address, Ref, Signer, TokenKeys};

const HEAD: &str = "\
# Postrider's key. Keep it secret, and keep it in your backup: without it, the links
# in mails that were sent can't be honoured, and who unsubscribed can't be recognised.
# kind   id  key
";

/// What stands for an address in a suppression: a keyed hash, so that the list tells nobody who left.
pub type AddressHash = [u8; 16];

/// The keys of one project.
#[derive(Debug, Clone)]
pub struct Keys {
    address: hmac::Key,
    tokens: TokenKeys,
    signers: Vec<Signer>,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Not there, or not to be read or written.
    #[error("{action} the key file `{path}`: {source}")]
    File {
        /// What was being done: `reading`, `writing`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A line that is no key.
    #[error(
        "the key file `{path}`, line {line}: expected `address 0 <64 hexadecimal digits>` or `token <number> <64 hexadecimal digits>`"
    )]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// One of the kinds is missing.
    #[error("the key file `{path}` has no {kind} key: put it back from your backup")]
    Missing {
        /// The file.
        path: PathBuf,
        /// `address` or `token`.
        kind: &'static str,
    },
    /// The system gives no random numbers.
    #[error("the system gives no random numbers for a new key")]
    Random,
}

impl Keys {
    /// Keys that nobody will see again: for a preview in a project that has none.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn throw_away() -> Result<Self, KeyError> {
        Ok(Self::new(&random()?, &[(1, random()?)]))
    }

    /// Keys from their octets.
    #[must_use]
    pub fn new(address: &[u8; 32], tokens: &[(u8, [u8; 32])]) -> Self {
        Self {
            address: hmac::Key::new(hmac::HMAC_SHA256, address),
            tokens: TokenKeys::new(tokens),
            signers: Vec::new(),
        }
    }

    /// Makes the key file, for its owner's eyes only, unless there is one. Says whether it made one.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn create(path: &Path) -> Result<bool, KeyError> {
        let failed = |source| KeyError::File {
            action: "writing",
            path: path.to_owned(),
            source,
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut text = HEAD.to_owned();
        let _ = writeln!(text, "address  0   {}", HEXLOWER.encode(&random()?));
        let _ = writeln!(text, "token    1   {}", HEXLOWER.encode(&random()?));
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes())
                    .and_then(|()| file.sync_all())
                    .map_err(failed)?;
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }

    /// Reads the key file.
    ///
    /// # Errors
    /// When it isn't there, or can't be read.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let text = fs::read_to_string(path).map_err(|source| KeyError::File {
            action: "reading",
            path: path.to_owned(),
            source,
        })?;
        let mut address = None;
        let mut tokens = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match parse_line(line) {
                Some(("address", _, key)) => address = Some(key),
                Some(("token", id, key)) => tokens.push((id, key)),
                _ => {
                    return Err(KeyError::Line {
                        path: path.to_owned(),
                        line: index + 1,
                    });
                }
            }
        }
        let missing = |kind| KeyError::Missing {
            path: path.to_owned(),
            kind,
        };
        if tokens.is_empty() {
            return Err(missing("token"));
        }
        Ok(Self::new(
            &address.ok_or_else(|| missing("address"))?,
            &tokens,
        ))
    }

    /// The same, and these sign mails.
    #[must_use]
    pub fn with_signers(mut self, signers: Vec<Signer>) -> Self {
        self.signers = signers;
        self
    }

    /// Those who sign the mails of a sender at this domain.
    #[must_use]
    pub fn signers(&self, domain: &str) -> Vec<Signer> {
        let signers = self.signers.iter();
        signers
            .filter(|signer| signer.speaks_for(domain))
            .cloned()
            .collect()
    }

    /// What signs and verifies tokens.
    #[must_use]
    pub fn tokens(&self) -> &TokenKeys {
        &self.tokens
    }

    /// The name of a new subscriber with this address; `counter` is raised while another has the name already.
    #[must_use]
    pub fn reader(&self, address: &Address, counter: u32) -> Ref {
        let mac = hmac::sign(
            &self.address,
            format!("ref\0{counter}\0{address}").as_bytes(),
        );
        let mut reader = Ref([0; 10]);
        reader.0.copy_from_slice(&mac.as_ref()[..10]);
        reader
    }

    /// What stands for the address in a suppression.
    #[must_use]
    pub fn address_hash(&self, address: &Address) -> AddressHash {
        let mac = hmac::sign(
            &self.address,
            format!("address\0{}", address.suppression_key()).as_bytes(),
        );
        let mut hash = [0; 16];
        hash.copy_from_slice(&mac.as_ref()[..16]);
        hash
    }
}

fn parse_line(line: &str) -> Option<(&str, u8, [u8; 32])> {
    let mut words = line.split_whitespace();
    let (kind, id, key) = (words.next()?, words.next()?, words.next()?);
    let key = HEXLOWER.decode(key.as_bytes()).ok()?.try_into().ok()?;
    words
        .next()
        .is_none()
        .then_some((kind, id.parse().ok()?, key))
}

fn random() -> Result<[u8; 32], KeyError> {
    let mut key = [0; 32];
    SystemRandom::new()
        .fill(&mut key)
        .map_err(|_| KeyError::Random)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_made_once_and_read_back() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("state/key");
        assert!(Keys::create(&path)?);
        let address: Address = "ann@a.example".parse()?;
        let first = Keys::load(&path)?.reader(&address, 0);
        assert!(!Keys::create(&path)?);
        assert_eq!(Keys::load(&path)?.reader(&address, 0), first);
        assert_ne!(Keys::load(&path)?.reader(&address, 1), first);
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::MetadataExt::mode(&fs::metadata(&path)?) & 0o777,
            0o600
        );
        Ok(())
    }

    #[test]
    fn a_broken_key_file_names_the_line() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("key");
        fs::write(&path, "# comment\ntoken 1 abc\n")?;
        assert!(matches!(
            Keys::load(&path),
            Err(KeyError::Line { line: 2, .. })
        ));
        Ok(())
    }

    #[test]
    fn who_left_is_recognised_in_any_case() -> Result<(), Box<dyn std::error::Error>> {
        let keys = Keys::throw_away()?;
        let hash = |text: &str| text.parse().map(|address| keys.address_hash(&address));
        assert_eq!(hash("Ann@A.example")?, hash("ann@a.EXAMPLE")?);
        Ok(())
    }
}
