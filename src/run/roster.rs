//! Taking in what the subscribers files declare.

use std::collections::HashSet;

use serde::Serialize;

use super::{Project, RunError, Sending};
use crate::{
    domain::{Address, Edition, EditionId, SlotId, Subscriber},
    keys::Keys,
    store::{FileRow, Store},
    subscribers::{FileRead, keep, merge, read},
};

/// What came of the subscribers' files.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RosterReport {
    /// Subscribers that were not there before.
    pub new: usize,
    /// Subscribers whose row changed.
    pub changed: usize,
    /// Subscribers that are not declared any more.
    pub gone: usize,
    /// Subscribers that are there now.
    pub present: usize,
    /// What is wrong in the files, with file and line.
    pub problems: Vec<String>,
}

/// Takes in what the files declare now. A broken row or file keeps its last good version.
///
/// # Errors
/// When the folder can't be read, the store fails, or, unless `sending.yes`, a file that declared somebody is empty or gone.
pub fn take_in(
    project: &Project,
    store: &dyn Store,
    keys: &Keys,
    sending: &Sending,
) -> Result<RosterReport, RunError> {
    let editions: Vec<_> = project
        .config
        .editions
        .iter()
        .map(|edition| edition.id.clone())
        .collect();
    let files = read(&project.config.subscribers.0, &editions)?;
    if !sending.yes {
        brake_where_a_file_is_empty(store, &files)?;
    }
    let mut kept = Vec::new();
    for file in &files {
        kept.extend(keep(file, &store.declared_in(&file.file)?));
    }
    let (good, problems) = merge(&files);
    let mut rows = good.into_iter().map(|good| FileRow {
        file: good.file,
        index: good.index,
        subscriber: good.subscriber,
    });
    let places = |subscriber: &Subscriber| places(&project.config.editions, subscriber);
    let synced = store.sync(&mut rows, &kept, &places, keys, sending.at)?;
    store.place_again(mark(&project.config.editions), &places, sending.at)?;
    let mut problems = problems;
    if synced.erased > 0 {
        problems.push(format!(
            "{} rows declare people who asked to be erased, and aren't taken in: take their rows out of the files",
            synced.erased
        ));
    }
    Ok(RosterReport {
        new: synced.new,
        changed: synced.changed,
        gone: synced.gone,
        present: synced.present,
        problems,
    })
}

/// The editions that a subscriber gets, and the slot of each.
#[must_use]
pub fn places(editions: &[Edition], subscriber: &Subscriber) -> Vec<(EditionId, SlotId)> {
    let wanted = editions.iter().filter(|edition| {
        subscriber.editions.is_empty() || subscriber.editions.contains(&edition.id)
    });
    wanted
        .map(|edition| (edition.id.clone(), edition.slot_for(subscriber)))
        .collect()
}

/// What stands for the editions, as far as they decide where somebody is placed.
fn mark(editions: &[Edition]) -> i64 {
    let text: Vec<String> = editions
        .iter()
        .map(|edition| format!("{} {}", edition.id, edition.slot().id()))
        .collect();
    let digest = ring::digest::digest(&ring::digest::SHA256, text.join("\n").as_bytes());
    let first = digest.as_ref().first_chunk().copied().unwrap_or_default();
    i64::from_be_bytes(first)
}

/// A file that had subscribers and has none, or isn't there any more while nothing else took them in, is more likely an accident.
fn brake_where_a_file_is_empty(store: &dyn Store, files: &[FileRead]) -> Result<(), RunError> {
    let declared: HashSet<&Address> = files
        .iter()
        .flat_map(|file| &file.rows)
        .filter_map(|row| row.address.as_ref())
        .collect();
    for name in store.files()? {
        let now = files.iter().find(|file| file.file == name);
        let what = match now {
            Some(file) if file.rows.is_empty() && file.unreadable.is_none() => "is empty",
            None => "is gone",
            Some(_) => continue,
        };
        let before = store.declared_in(&name)?;
        if !before.iter().all(|(_, address)| declared.contains(address)) {
            let count = before.len();
            return Err(RunError::Brake {
                what: format!(
                    "the subscribers file `{name}` {what}, and declared {count} subscribers before"
                ),
            });
        }
    }
    Ok(())
}
