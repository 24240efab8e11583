//! After a backup was put back: what was due since counts as sent, for all that the store knows.

use chrono::{DateTime, Utc};

use super::{MadeFrom, Project, RunError, send::slots};
use crate::{
    domain::{Edition, IssueId, SlotId},
    keys::Keys,
    plan::{Due, due},
    store::{IssueRow, IssueState, Store},
};

/// Closes every issue that is open or due now, so that none of it is mailed again. Whoever has not had it keeps their watermark: the next
/// issue covers it. Gives those issues.
///
/// # Errors
/// When the store fails.
pub fn skip_what_may_have_been_sent(
    project: &Project,
    store: &dyn Store,
    keys: &Keys,
    now: DateTime<Utc>,
) -> Result<Vec<IssueId>, RunError> {
    let mut skipped = Vec::new();
    for row in store.open_issues()? {
        if row.state == IssueState::Planning {
            store.abandon(&row.id)?;
        } else {
            store.close(&row.id, now)?;
            skipped.push(row.id);
        }
    }
    for (edition, slot) in slots(store, &project.editions(&[])?)? {
        skipped.extend(skip(project, store, keys, (edition, slot), now)?);
    }
    Ok(skipped)
}

/// Makes an issue that nobody gets, where one is due: it ends where the last one did, so that no watermark moves.
fn skip(
    project: &Project,
    store: &dyn Store,
    keys: &Keys,
    (edition, slot_id): (&Edition, SlotId),
    now: DateTime<Utc>,
) -> Result<Option<IssueId>, RunError> {
    let last = store.last_issue(&edition.id, &slot_id, None)?;
    let last_date = last.as_ref().map(|row| row.id.date);
    let due = due(
        &edition.slot_of_id(&slot_id),
        edition.deadline,
        now,
        last_date,
    );
    let (Due::Now { date, deadline, .. }, Some(last)) = (due, last) else {
        return Ok(None);
    };
    let id = IssueId {
        edition: edition.id.clone(),
        date,
        slot: slot_id,
    };
    let begun = store.begin(&IssueRow {
        id: id.clone(),
        planned_at: now,
        deadline,
        made_from: MadeFrom::now(project).keep(store)?,
        key_id: keys.tokens().current(),
        audience: 0,
        state: IssueState::Planning,
        ..last
    })?;
    if !begun {
        return Ok(None);
    }
    store.open(&id)?;
    store.close(&id, now)?;
    Ok(Some(id))
}
