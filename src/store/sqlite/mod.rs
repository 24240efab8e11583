//! The embedded store: SQLite in WAL mode with `synchronous = FULL`, so that what was committed survives a power cut.
//!
//! Several processes share it: write transactions are short and begin as such (`BEGIN IMMEDIATE`), and whoever finds it
//! busy waits.

mod archive;
mod chunks;
mod copy;
mod doubts;
mod issues;
mod ledger;
mod members;
mod roster;

use std::{
    fs,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, backup::Backup};

use super::{Result, Store, StoreError};

const SCHEMA: &str = include_str!("schema.sql");
const SCHEMA_VERSION: i64 = 1;
const BUSY: Duration = Duration::from_secs(30);

/// The embedded store.
pub struct Sqlite {
    connection: Mutex<Connection>,
    place: String,
}

impl Sqlite {
    /// Opens the database, and makes it if it isn't there.
    ///
    /// # Errors
    /// When it can't be opened, or was made by a later version.
    pub fn open(path: &Path) -> Result<Self> {
        let place = path.display().to_string();
        let failed = |reason: String| StoreError::Database {
            action: "opening",
            place: place.clone(),
            reason,
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| failed(error.to_string()))?;
        }
        let connection = Connection::open(path).map_err(|error| failed(error.to_string()))?;
        let store = Self::prepare(connection, place, "FULL")?;
        store.remember_file(path)?;
        Ok(store)
    }

    /// Opens a database only to look at it: `None` if there is none.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn read(path: &Path) -> Result<Option<Self>> {
        if !path.exists() {
            return Ok(None);
        }
        let place = path.display().to_string();
        let failed = |error: rusqlite::Error| StoreError::Database {
            action: "reading",
            place: place.clone(),
            reason: error.to_string(),
        };
        // A reader of a WAL database takes part in its shared memory, so it can't be opened read-only everywhere.
        let connection =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
        connection.busy_timeout(BUSY).map_err(failed)?;
        Ok(Some(Self {
            connection: Mutex::new(connection),
            place,
        }))
    }

    /// An empty store that lives in memory.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn in_memory() -> Result<Self> {
        let place = "memory".to_owned();
        let connection = Connection::open_in_memory().map_err(|error| StoreError::Database {
            action: "opening",
            place: place.clone(),
            reason: error.to_string(),
        })?;
        Self::prepare(connection, place, "OFF")
    }

    fn prepare(connection: Connection, place: String, synchronous: &str) -> Result<Self> {
        let store = Self {
            connection: Mutex::new(connection),
            place,
        };
        {
            let connection = store.connection();
            let failed = |error| store.failed("opening", &error);
            connection.busy_timeout(BUSY).map_err(failed)?;
            connection
                .pragma_update(None, "journal_mode", "WAL")
                .map_err(failed)?;
            connection
                .pragma_update(None, "synchronous", synchronous)
                .map_err(failed)?;
            connection
                .pragma_update(None, "foreign_keys", true)
                .map_err(failed)?;
            connection
                .pragma_update(None, "temp_store", "MEMORY")
                .map_err(failed)?;
            connection.set_prepared_statement_cache_capacity(64);
            let found: i64 = connection
                .pragma_query_value(None, "user_version", |row| row.get(0))
                .map_err(failed)?;
            if found > SCHEMA_VERSION {
                return Err(StoreError::Later {
                    place: store.place.clone(),
                    found,
                    known: SCHEMA_VERSION,
                });
            }
            if found == 0 {
                connection
                    .execute_batch(&format!(
                        "BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
                    ))
                    .map_err(failed)?;
            }
        }
        Ok(store)
    }

    /// The connection. A thread that panicked with it has rolled its transaction back.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, action: &'static str, error: &rusqlite::Error) -> StoreError {
        StoreError::Database {
            action,
            place: self.place.clone(),
            reason: error.to_string(),
        }
    }

    /// Reads something.
    fn look<T>(
        &self,
        action: &'static str,
        look: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T> {
        look(&self.connection()).map_err(|error| self.failed(action, &error))
    }

    /// Changes something, in one transaction.
    fn change<T>(
        &self,
        action: &'static str,
        change: impl FnOnce(&Transaction) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let mut connection = self.connection();
        let failed = |error| self.failed(action, &error);
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed)?;
        let value = change(&transaction).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        Ok(value)
    }
}

impl Store for Sqlite {
    fn scratch(&self) -> Result<Box<dyn Store>> {
        let failed = |error| self.failed("copying", &error);
        let mut copy = Connection::open_in_memory().map_err(failed)?;
        {
            let source = self.connection();
            let backup = Backup::new(&source, &mut copy).map_err(failed)?;
            backup
                .run_to_completion(1000, Duration::ZERO, None)
                .map_err(failed)?;
        }
        Ok(Box::new(Self::prepare(
            copy,
            format!("a copy of {}", self.place),
            "OFF",
        )?))
    }
}

/// Milliseconds since 1970, as times are stored.
fn millis(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// A stored time.
fn time(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

/// A stored value that doesn't read.
fn broken(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
}
