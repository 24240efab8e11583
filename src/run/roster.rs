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
        subscriptions: subscriptions(&project.config.editions, &good.subscriber),
        subscriber: good.subscriber,
    });
    let synced = store.sync(&mut rows, &kept, keys, sending.at)?;
    Ok(RosterReport {
        new: synced.new,
        changed: synced.changed,
        gone: synced.gone,
        present: synced.present,
        problems,
    })
}

/// The editions that a subscriber gets, and the slot of each.
fn subscriptions(editions: &[Edition], subscriber: &Subscriber) -> Vec<(EditionId, SlotId)> {
    let wanted = editions.iter().filter(|edition| {
        subscriber.editions.is_empty() || subscriber.editions.contains(&edition.id)
    });
    wanted
        .map(|edition| (edition.id.clone(), edition.slot_for(subscriber)))
        .collect()
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
