//! Issues, their segments and the pages of their plans.

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{broken, grounds, members, millis, time};
use crate::{
    domain::{EditionId, IssueId, Number, SlotId, SubscriptionNumber},
    store::{Grounds, IssueRow, IssueState, Page, SegmentRow, Tally},
};

pub(super) fn keep(db: &Transaction, hash: &str, content: &str) -> rusqlite::Result<()> {
    db.execute(
        "INSERT INTO kept (hash, content) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        [hash, content],
    )?;
    Ok(())
}

pub(super) fn kept(db: &Connection, hash: &str) -> rusqlite::Result<Option<String>> {
    db.query_row("SELECT content FROM kept WHERE hash = ?1", [hash], |row| {
        row.get(0)
    })
    .optional()
}

pub(super) fn begin(db: &Transaction, issue: &IssueRow) -> rusqlite::Result<bool> {
    let inserted = db.execute(
        "INSERT INTO issue (id, edition, date, planned_at, deadline, cutoff, upto, place, made_from, key_id, audience, state, slot)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9, 0, 'planning', ?10) ON CONFLICT DO NOTHING",
        params![
            issue.id.to_string(),
            issue.id.edition.0,
            issue.id.date.to_string(),
            millis(issue.planned_at),
            millis(issue.deadline),
            issue.cutoff.0,
            issue.upto.0,
            issue.made_from,
            issue.key_id,
            issue.id.slot.as_str()
        ],
    )?;
    Ok(inserted == 1)
}

pub(super) fn extend(
    db: &Transaction,
    issue: &IssueId,
    from: SubscriptionNumber,
    upto: SubscriptionNumber,
) -> rusqlite::Result<bool> {
    let changed = db.execute(
        "UPDATE issue SET upto = ?3 WHERE id = ?1 AND upto = ?2 AND state = 'open'",
        params![issue.to_string(), from.0, upto.0],
    )?;
    Ok(changed == 1)
}

pub(super) fn place(db: &Connection, issue: &IssueId) -> rusqlite::Result<SubscriptionNumber> {
    db.query_row(
        "SELECT place FROM issue WHERE id = ?1",
        [issue.to_string()],
        |row| row.get(0).map(SubscriptionNumber),
    )
}

/// The most segments in a row.
const SEGMENTS: usize = 256;

pub(super) fn page(db: &Transaction, issue: &IssueId, page: &Page) -> rusqlite::Result<bool> {
    let id = issue.to_string();
    let moved = db.execute(
        "UPDATE issue SET place = ?3, audience = audience + ?4 WHERE id = ?1 AND place = ?2 AND state <> 'closed'",
        params![id, page.from.0, page.to.0, page.audience.cast_signed()],
    )?;
    if moved == 0 {
        return Ok(false);
    }
    for segments in page.segments.chunks(SEGMENTS) {
        let lowest = segments.iter().map(|segment| segment.grounds.watermark.0);
        let grounds = grounds::encode(segments.iter().map(|segment| &segment.grounds));
        db.prepare_cached(
            "INSERT INTO segment (issue, first, watermark, grounds) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![id, segments[0].number, lowest.min(), grounds])?;
    }
    let usual = page.chunks.iter().map(|chunk| (chunk, 0));
    for (chunk, not_before) in page.first.iter().map(|chunk| (chunk, -1)).chain(usual) {
        db.prepare_cached(
            "INSERT INTO chunk (issue, members, count, original, attempt, resend, state, not_before)
             VALUES (?1, ?2, ?3, 1, 0, 0, 'free', ?4)",
        )?
        .execute(params![id, members::encode(chunk), i64::try_from(chunk.len()).unwrap_or(i64::MAX), not_before])?;
    }
    for (subscription, watermark) in &page.carry {
        carry(db, &id, subscription.0, watermark.0)?;
    }
    Ok(true)
}

/// Notes that a subscription keeps its watermark. A lower one that it has already stays.
pub(super) fn carry(
    db: &Transaction,
    issue: &str,
    subscription: i64,
    watermark: i64,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO carry (subscription, watermark, issue, since)
         VALUES (?1, ?2, ?3, coalesce((SELECT planned_at FROM issue WHERE id = ?3), 0))
         ON CONFLICT (subscription) DO UPDATE SET watermark = min(watermark, excluded.watermark), issue = excluded.issue",
    )?
    .execute(params![subscription, watermark, issue])?;
    Ok(())
}

pub(super) fn open(db: &Transaction, issue: &IssueId) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE issue SET state = 'open' WHERE id = ?1 AND state = 'planning'",
        [issue.to_string()],
    )?;
    Ok(())
}

pub(super) fn abandon(db: &Transaction, issue: &IssueId) -> rusqlite::Result<()> {
    let id = issue.to_string();
    let planning = "(SELECT id FROM issue WHERE id = ?1 AND state = 'planning')";
    db.execute(
        &format!("DELETE FROM chunk WHERE issue = {planning}"),
        [&id],
    )?;
    db.execute(
        &format!("DELETE FROM segment WHERE issue = {planning}"),
        [&id],
    )?;
    db.execute(
        "DELETE FROM issue WHERE id = ?1 AND state = 'planning'",
        [&id],
    )?;
    Ok(())
}

pub(super) fn closed(db: &Transaction, issue: &IssueId) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE issue SET state = 'closed' WHERE id = ?1",
        [issue.to_string()],
    )?;
    Ok(())
}

const ISSUE: &str =
    "SELECT id, planned_at, deadline, cutoff, upto, made_from, key_id, audience, state FROM issue";

fn row_to_issue(row: &Row) -> rusqlite::Result<IssueRow> {
    Ok(IssueRow {
        id: row
            .get::<_, String>(0)?
            .parse()
            .map_err(|error| broken(0, error))?,
        planned_at: time(row.get(1)?),
        deadline: time(row.get(2)?),
        cutoff: Number(row.get(3)?),
        upto: SubscriptionNumber(row.get(4)?),
        made_from: row.get(5)?,
        key_id: row.get(6)?,
        audience: row.get::<_, i64>(7)?.unsigned_abs(),
        state: match row.get::<_, String>(8)?.as_str() {
            "planning" => IssueState::Planning,
            "open" => IssueState::Open,
            "paused" => IssueState::Paused,
            _ => IssueState::Closed,
        },
    })
}

pub(super) fn issue(db: &Connection, id: &IssueId) -> rusqlite::Result<Option<IssueRow>> {
    db.query_row(
        &format!("{ISSUE} WHERE id = ?1"),
        [id.to_string()],
        row_to_issue,
    )
    .optional()
}

pub(super) fn last(
    db: &Connection,
    edition: &EditionId,
    slot: &SlotId,
    before: Option<NaiveDate>,
) -> rusqlite::Result<Option<IssueRow>> {
    let before = before.map_or_else(|| "9999".to_owned(), |date| date.to_string());
    db.query_row(
        &format!(
            "{ISSUE} WHERE edition = ?1 AND slot = ?2 AND date < ?3 ORDER BY date DESC LIMIT 1"
        ),
        [edition.0.as_str(), slot.as_str(), &before],
        row_to_issue,
    )
    .optional()
}

pub(super) fn looked_at(
    db: &Connection,
    edition: &EditionId,
) -> rusqlite::Result<Vec<(SubscriptionNumber, DateTime<Utc>)>> {
    db.prepare_cached("SELECT upto, planned_at FROM issue WHERE edition = ?1 ORDER BY planned_at")?
        .query_map([&edition.0], |row| {
            Ok((SubscriptionNumber(row.get(0)?), time(row.get(1)?)))
        })?
        .collect()
}

pub(super) fn unclosed(db: &Connection) -> rusqlite::Result<Vec<IssueRow>> {
    db.prepare(&format!(
        "{ISSUE} WHERE state <> 'closed' ORDER BY date, id"
    ))?
    .query_map([], row_to_issue)?
    .collect()
}

pub(super) fn pause(db: &Transaction, issue: &IssueId, paused: bool) -> rusqlite::Result<bool> {
    let (from, to) = if paused {
        ("open", "paused")
    } else {
        ("paused", "open")
    };
    let changed = db.execute(
        "UPDATE issue SET state = ?3 WHERE id = ?1 AND state = ?2",
        [issue.to_string().as_str(), from, to],
    )?;
    Ok(changed == 1)
}

pub(super) fn recent(db: &Connection, limit: usize) -> rusqlite::Result<Vec<IssueRow>> {
    db.prepare(&format!(
        "{ISSUE} WHERE state <> 'planning' ORDER BY date DESC, id LIMIT ?1"
    ))?
    .query_map([i64::try_from(limit).unwrap_or(i64::MAX)], row_to_issue)?
    .collect()
}

pub(super) fn segments(db: &Connection, issue: &IssueId) -> rusqlite::Result<Vec<SegmentRow>> {
    let mut statement =
        db.prepare_cached("SELECT first, grounds FROM segment WHERE issue = ?1 ORDER BY first")?;
    let mut rows = statement.query([issue.to_string()])?;
    let mut segments = Vec::new();
    while let Some(row) = rows.next()? {
        let first: u32 = row.get(0)?;
        let numbered = (first..).zip(read_grounds(row)?);
        segments.extend(numbered.map(|(number, grounds)| SegmentRow { number, grounds }));
    }
    Ok(segments)
}

pub(super) fn segment(
    db: &Connection,
    issue: &str,
    number: u32,
) -> rusqlite::Result<Option<Grounds>> {
    let found = db
        .prepare_cached(
            "SELECT first, grounds FROM segment WHERE issue = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1",
        )?
        .query_row(params![issue, number], |row| {
            let place = number - row.get::<_, u32>(0)?;
            Ok(read_grounds(row)?.into_iter().nth(place as usize))
        })
        .optional()?;
    Ok(found.flatten())
}

/// The segments in the second column.
fn read_grounds(row: &Row) -> rusqlite::Result<Vec<Grounds>> {
    grounds::decode(row.get_ref(1)?.as_blob()?).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(
            1,
            rusqlite::types::Type::Blob,
            "no segments".into(),
        )
    })
}

pub(super) fn lowest_watermark(db: &Connection, issue: &IssueId) -> rusqlite::Result<Number> {
    db.query_row(
        "SELECT coalesce((SELECT min(watermark) FROM segment WHERE issue = ?1), (SELECT cutoff FROM issue WHERE id = ?1), 0)",
        [issue.to_string()],
        |row| row.get(0).map(Number),
    )
}

pub(super) fn lowest_carry(
    db: &Connection,
    edition: &EditionId,
) -> rusqlite::Result<Option<Number>> {
    db.query_row(
        "SELECT min(c.watermark) FROM carry c JOIN subscription s ON s.number = c.subscription
         WHERE s.edition = ?1 AND s.gone_at IS NULL",
        [&edition.0],
        |row| row.get::<_, Option<i64>>(0),
    )
    .map(|watermark| watermark.map(Number))
}

pub(super) fn tally(db: &Connection, issue: &IssueId) -> rusqlite::Result<Tally> {
    let id = issue.to_string();
    let mut tally = db.query_row(
        "SELECT coalesce(sum(count), 0), coalesce(sum(count - done_n), 0) FROM chunk WHERE issue = ?1 AND original = 1",
        [&id],
        |row| {
            Ok(Tally {
                planned: row.get::<_, i64>(0)?.unsigned_abs(),
                waiting: row.get::<_, i64>(1)?.unsigned_abs(),
                ..Tally::default()
            })
        },
    )?;
    let mut counts =
        db.prepare_cached("SELECT state, count(*) FROM outcome WHERE issue = ?1 GROUP BY state")?;
    let mut rows = counts.query([&id])?;
    while let Some(row) = rows.next()? {
        let count = row.get::<_, i64>(1)?.unsigned_abs();
        match row.get::<_, String>(0)?.as_str() {
            "rejected" => tally.rejected = count,
            "deferred" => tally.deferred = count,
            "skipped" => tally.skipped = count,
            _ => tally.in_doubt = count,
        }
    }
    let others = tally.waiting + tally.rejected + tally.deferred + tally.skipped + tally.in_doubt;
    tally.sent = tally.planned.saturating_sub(others);
    Ok(tally)
}
