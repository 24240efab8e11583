//! What has gone under each rate: one row for each, changed in the transaction that allows more.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension, Transaction, params};

use super::{millis, time};
use crate::{
    domain::Pace,
    store::{Allowed, NamedRate},
};

/// A quota whose period ends so much later than the present one's was counted by a clock that was wrong.
const ABSURD: TimeDelta = TimeDelta::days(31);

/// Where a rate stands.
struct Standing {
    at: i64,
    used: i64,
    /// How many there is room for.
    room: i64,
    /// When there is room for one more than that.
    next: DateTime<Utc>,
}

pub(super) fn allow(
    db: &Transaction,
    limits: &[NamedRate],
    want: u32,
    now: DateTime<Utc>,
) -> rusqlite::Result<Allowed> {
    let standings = limits
        .iter()
        .map(|limit| standing(db, limit, now))
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let room = standings.iter().map(|standing| standing.room).min();
    let count = room.map_or(i64::from(want), |room| room.clamp(0, i64::from(want)));
    let short = standings.iter().filter(|standing| standing.room <= count);
    let next = short.map(|standing| standing.next).max().unwrap_or(now);
    if count > 0 {
        for (limit, standing) in limits.iter().zip(&standings) {
            write(db, limit, standing, count, now)?;
        }
    }
    Ok(Allowed {
        count: u32::try_from(count).unwrap_or(want),
        next,
    })
}

pub(super) fn give_back(
    db: &Transaction,
    limits: &[NamedRate],
    count: u32,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    for limit in limits {
        let standing = standing(db, limit, now)?;
        write(db, limit, &standing, -i64::from(count), now)?;
    }
    Ok(())
}

fn standing(db: &Transaction, limit: &NamedRate, now: DateTime<Utc>) -> rusqlite::Result<Standing> {
    let found: Option<(i64, i64)> = db
        .prepare_cached("SELECT at, used FROM allowance WHERE name = ?1")?
        .query_row([&limit.name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let count = i64::from(limit.rate.count.get());
    Ok(match limit.rate.pace(now) {
        Pace::Every(_) => {
            // The generic cell rate algorithm: `at` is when the next mail is due, and a quarter of a second's may go at once.
            let every = every(limit, now);
            let now = now.timestamp_micros();
            let burst = (250_000 / every).max(1);
            let due = found.map_or(now, |(due, _)| due.max(now));
            // A due time that far away was written by a clock that was ahead.
            let due = if due - now > 4 * burst * every {
                now
            } else {
                due
            };
            let room = (now + burst * every - due) / every;
            let next = due + (room.max(0) + 1 - burst) * every;
            Standing {
                at: due,
                used: 0,
                room,
                next: DateTime::from_timestamp_micros(next).unwrap_or_default(),
            }
        }
        Pace::Until(end) => {
            // A clock that was set back opens no second quota.
            let same = |at: &i64| *at >= millis(end) && time(*at) - end <= ABSURD;
            let (at, used) = found.filter(|(at, _)| same(at)).unwrap_or((millis(end), 0));
            Standing {
                at,
                used,
                room: count - used,
                next: time(at),
            }
        }
    })
}

/// Microseconds from one mail to the next.
fn every(limit: &NamedRate, now: DateTime<Utc>) -> i64 {
    match limit.rate.pace(now) {
        Pace::Every(time) => i64::try_from(time.as_micros()).unwrap_or(i64::MAX).max(1),
        Pace::Until(_) => 0,
    }
}

fn write(
    db: &Transaction,
    limit: &NamedRate,
    standing: &Standing,
    count: i64,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let (at, used) = match limit.rate.pace(now) {
        Pace::Every(_) => (standing.at + count * every(limit, now), 0),
        Pace::Until(_) => (standing.at, (standing.used + count).max(0)),
    };
    db.prepare_cached(
        "INSERT INTO allowance (name, at, used) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET at = excluded.at, used = excluded.used",
    )?
    .execute(params![limit.name, at, used])?;
    Ok(())
}
