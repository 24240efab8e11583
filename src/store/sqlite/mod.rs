//! The embedded store: SQLite in WAL mode with `synchronous = FULL`, so that what was committed survives a power cut.
//!
//! Several processes share it: write transactions are short and begin as such (`BEGIN IMMEDIATE`), and whoever finds it
//! busy waits.

mod allowance;
mod archive;
mod chunks;
mod copy;
mod doubts;
mod grounds;
mod issues;
mod ledger;
mod members;
mod people;
mod roster;
mod standing;

use std::{
    fs,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, backup::Backup};

use super::{Result, Store, StoreError};

/// What makes the schema, one step after another. A step that was released is never changed: a database says how many it has made.
const STEPS: [&str; 6] = [
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
    include_str!("schema/6.sql"),
];
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
        }
        store.bring_up_to_date()?;
        Ok(store)
    }

    /// Makes the steps of the schema that are missing, all in one transaction: another process sees the old one or the new.
    fn bring_up_to_date(&self) -> Result<()> {
        let version = |db: &Connection| {
            db.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))
        };
        let made = |found: i64| usize::try_from(found).unwrap_or_default();
        let found = self.look("opening", version)?;
        if made(found) == STEPS.len() {
            return Ok(());
        }
        if made(found) > STEPS.len() {
            return Err(StoreError::Later {
                place: self.place.clone(),
                found,
                known: i64::try_from(STEPS.len()).unwrap_or(i64::MAX),
            });
        }
        self.change("bringing the schema up to date", |db| {
            // Another process may have been first.
            for step in STEPS.iter().skip(made(version(db)?)) {
                db.execute_batch(step)?;
            }
            db.pragma_update(
                None,
                "user_version",
                i64::try_from(STEPS.len()).unwrap_or(i64::MAX),
            )
        })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Archive as _, Ledger as _, NamedRate};

    #[test]
    fn a_database_of_an_earlier_version_is_brought_up_to_date_with_all_that_is_in_it() {
        for made in 1..STEPS.len() {
            let old = Connection::open_in_memory().unwrap();
            for step in &STEPS[..made] {
                old.execute_batch(step).unwrap();
            }
            old.pragma_update(None, "user_version", i64::try_from(made).unwrap())
                .unwrap();
            old.execute_batch(
                "INSERT INTO article VALUES (7, 'a', 1000, 0);
                 INSERT INTO revision VALUES (7, 7, 'hash', '{\"id\":\"1\",\"url\":null,\"title\":\"Old\",\"authors\":[],\"published\":null,\"updated\":null,\"language\":null,\"tags\":[],\"summary\":{\"html\":\"\",\"text\":\"\"},\"body\":{\"html\":\"\",\"text\":\"\"},\"image\":null,\"enclosures\":[],\"reading_minutes\":null,\"related\":[],\"source\":\"wire\"}');",
            )
            .unwrap();
            let store = Sqlite::prepare(old, "memory".into(), "OFF").unwrap();
            let unfiled = store.unfiled(10).unwrap();
            assert_eq!(unfiled[0].article.title, "Old", "from version {made}");
            let again = store.look("looking", |db| {
                db.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))
            });
            assert_eq!(again.unwrap(), i64::try_from(STEPS.len()).unwrap());
        }
    }

    fn allowed(store: &Sqlite, rate: &str, want: u32, now: &str) -> (u32, String) {
        let limit = NamedRate {
            name: rate.to_owned(),
            rate: rate.parse().unwrap(),
        };
        let allowed = store.allow(&[limit], want, now.parse().unwrap()).unwrap();
        (allowed.count, allowed.next.to_rfc3339())
    }

    #[test]
    fn a_quota_is_remembered_until_its_period_ends() {
        let store = Sqlite::in_memory().unwrap();
        let ends = || "2026-11-25T00:00:00+00:00".to_owned();
        let allow = |want, now: &str| allowed(&store, "300/day", want, now);
        assert_eq!(allow(200, "2026-11-24T07:00:00Z").0, 200);
        assert_eq!(allow(200, "2026-11-24T07:00:00Z"), (100, ends()));
        assert_eq!(allow(1, "2026-11-24T23:59:59Z"), (0, ends()));
        assert_eq!(allow(400, "2026-11-25T00:00:00Z").0, 300);
        // A clock that is set back opens no second quota.
        assert_eq!(allow(1, "2026-11-24T23:59:59Z").0, 0);
    }

    #[test]
    fn a_rate_is_kept_evenly() {
        let store = Sqlite::in_memory().unwrap();
        let allow = |want, now: &str| allowed(&store, "20/s", want, now);
        assert_eq!(
            allow(32, "2026-11-24T07:00:00Z"),
            (5, "2026-11-24T07:00:00.050+00:00".to_owned())
        );
        assert_eq!(allow(32, "2026-11-24T07:00:00.049Z").0, 0);
        assert_eq!(allow(32, "2026-11-24T07:00:00.100Z").0, 2);
        assert_eq!(allow(32, "2026-11-24T07:00:05Z").0, 5);
        // Nor does a clock that was an hour ahead stop everything for an hour.
        assert_eq!(allow(32, "2026-11-24T06:00:00Z").0, 5);
    }

    #[test]
    fn what_did_not_go_can_go_later() {
        let store = Sqlite::in_memory().unwrap();
        let limits = ["3/day", "9/month"].map(|rate| NamedRate {
            name: rate.to_owned(),
            rate: rate.parse().unwrap(),
        });
        let now = "2026-11-24T07:00:00Z".parse().unwrap();
        assert_eq!(store.allow(&limits, 5, now).unwrap().count, 3);
        store.give_back(&limits, 2, now).unwrap();
        assert_eq!(store.allow(&limits, 5, now).unwrap().count, 2);
    }

    #[test]
    fn a_database_of_a_later_version_is_refused() {
        let later = Connection::open_in_memory().unwrap();
        later.pragma_update(None, "user_version", 99).unwrap();
        let refused = Sqlite::prepare(later, "memory".into(), "OFF").map(drop);
        assert!(matches!(refused, Err(StoreError::Later { found: 99, .. })));
    }
}
