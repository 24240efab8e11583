//! A project on disk: its configuration, templates, key and store.

use std::path::{Path, PathBuf};

use super::RunError;
use crate::{
    config::{self, Config, ConfiguredDkim, StoreUrl},
    domain::{Edition, EditionId, Signer},
    keys::Keys,
    render::Templates,
    store::{Store, sqlite::Sqlite},
};

/// A project on disk.
pub struct Project {
    /// The configuration's path.
    pub path: PathBuf,
    /// The folder that it stands in.
    pub folder: PathBuf,
    /// The configuration.
    pub config: Config,
    /// The templates: the project's own, and for the rest those of the program.
    pub templates: Templates,
}

impl Project {
    /// Reads a project's configuration and templates.
    ///
    /// # Errors
    /// When they have mistakes.
    pub fn load(path: &Path) -> Result<Self, RunError> {
        let config = config::load(path)?;
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let folder = absolute.parent().unwrap_or(Path::new("/")).to_owned();
        let own = folder.join("templates");
        let templates = if own.exists() {
            Templates::built_in().with_folder(&own)?
        } else {
            Templates::built_in()
        };
        Ok(Self {
            path: path.to_owned(),
            folder,
            config,
            templates,
        })
    }

    /// The database's file.
    #[must_use]
    pub fn database(&self) -> &Path {
        let StoreUrl::Sqlite(path) = &self.config.store;
        path
    }

    /// The folder of what the program writes: where the database is.
    #[must_use]
    pub fn state(&self) -> &Path {
        self.database().parent().unwrap_or(&self.folder)
    }

    /// The key file.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.state().join("key")
    }

    /// The folder of the journals.
    #[must_use]
    pub fn journals(&self) -> PathBuf {
        self.state().join("journal")
    }

    /// Opens the store and reads the key; a project that has neither gets both.
    ///
    /// # Errors
    /// When they can't be opened, or the key is missing though the store is there.
    pub fn open(&self) -> Result<(Sqlite, Keys), RunError> {
        let (key, database) = (self.key_file(), self.database());
        if !key.exists() {
            if database.exists() {
                return Err(RunError::KeyLost {
                    path: key,
                    store: database.to_owned(),
                });
            }
            Keys::create(&key)?;
        }
        let keys = Keys::load(&key)?.with_signers(self.signers()?);
        Ok((Sqlite::open(database)?, keys))
    }

    /// A copy of the store that is forgotten, and the key: for what must change nothing. Where there is no key a throw-away one
    /// serves; the last value says so.
    ///
    /// # Errors
    /// When they can't be read.
    pub fn scratch(&self) -> Result<(Box<dyn Store>, Keys, bool), RunError> {
        let store: Box<dyn Store> = match Sqlite::read(self.database())? {
            Some(store) => store.scratch()?,
            None => Box::new(Sqlite::in_memory()?),
        };
        let key = self.key_file();
        let (keys, throw_away) = if key.exists() {
            (Keys::load(&key)?, false)
        } else {
            (Keys::throw_away()?, true)
        };
        Ok((store, keys.with_signers(self.signers()?), throw_away))
    }

    /// Those who sign mails: the `[[dkim]]` of the configuration, their keys read now.
    ///
    /// # Errors
    /// When a key can't be read.
    pub fn signers(&self) -> Result<Vec<Signer>, RunError> {
        let signers = self.config.dkim.iter().map(ConfiguredDkim::signer);
        Ok(signers.collect::<Result<_, _>>()?)
    }

    /// The editions by these ids; all, if none is named.
    ///
    /// # Errors
    /// When there is no such edition.
    pub fn editions(&self, ids: &[String]) -> Result<Vec<&Edition>, RunError> {
        if ids.is_empty() {
            return Ok(self.config.editions.iter().collect());
        }
        ids.iter()
            .map(|id| self.edition(&EditionId(id.clone())))
            .collect()
    }

    /// The edition with this id.
    ///
    /// # Errors
    /// When there is no such edition.
    pub fn edition(&self, id: &EditionId) -> Result<&Edition, RunError> {
        self.config
            .editions
            .iter()
            .find(|edition| edition.id == *id)
            .ok_or_else(|| {
                let known: Vec<_> = self
                    .config
                    .editions
                    .iter()
                    .map(|edition| edition.id.0.as_str())
                    .collect();
                RunError::Unknown(format!(
                    "there is no edition `{id}`; there is: {}",
                    known.join(", ")
                ))
            })
    }
}
