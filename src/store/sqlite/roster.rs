//! The roster in SQLite.

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::{Connection, OptionalExtension, Row, Statement, Transaction, params};

use super::{
    Sqlite, broken, millis,
    people::{note_by_hash, scope},
    standing::{self, Standing},
    time,
};
use crate::{
    domain::{
        Address, EditionId, FormerWish, Number, Ref, SlotId, Subscriber, Subscription,
        SubscriptionNumber,
    },
    keys::Keys,
    store::{
        Active, Carry, FileRow, MannerId, Places, Result, Roster, Suppression, SuppressionReason,
        Synced, Wish, WishId, Wisher,
    },
};

/// Rows that are taken in within one transaction.
const BATCH: usize = 500;

/// Whoever was declared, isn't any more, and came by no other way.
const LEAVING: &str = "SELECT id FROM subscriber WHERE gone_at IS NULL AND file <> '' AND joined IS NULL AND id NOT IN (SELECT id FROM temp.seen)";

impl Roster for Sqlite {
    fn declared_in(&self, file: &str) -> Result<Vec<(usize, Address)>> {
        self.look("reading subscribers", |db| {
            let mut statement = db.prepare_cached(
                "SELECT place, coalesce(filed ->> '$.address', address) FROM subscriber WHERE file = ?1 AND gone_at IS NULL ORDER BY place",
            )?;
            let rows = statement.query_map([file], |row| {
                Ok((usize::try_from(row.get::<_, i64>(0)?).unwrap_or_default(), address(row, 1)?))
            })?;
            rows.collect()
        })
    }

    fn files(&self) -> Result<Vec<String>> {
        self.look("reading subscribers", |db| {
            let mut statement = db.prepare(
                "SELECT DISTINCT file FROM subscriber WHERE gone_at IS NULL AND file <> '' ORDER BY file",
            )?;
            statement.query_map([], |row| row.get(0))?.collect()
        })
    }

    fn sync(
        &self,
        rows: &mut dyn Iterator<Item = FileRow>,
        kept: &[Address],
        places: &Places,
        keys: &Keys,
        now: DateTime<Utc>,
    ) -> Result<Synced> {
        self.look("beginning to take in subscribers", |db| {
            db.execute_batch(
                "CREATE TEMP TABLE IF NOT EXISTS seen (id INTEGER PRIMARY KEY) STRICT; DELETE FROM temp.seen;
                 CREATE TEMP TABLE IF NOT EXISTS leaving (id INTEGER PRIMARY KEY) STRICT; DELETE FROM temp.leaving;",
            )
        })?;
        let mut synced = Synced::default();
        loop {
            let batch: Vec<FileRow> = rows.take(BATCH).collect();
            if batch.is_empty() {
                break;
            }
            self.change("taking in subscribers", |db| {
                for row in &batch {
                    match take_in(db, row, places, keys, now)? {
                        Taken::New => synced.new += 1,
                        Taken::Changed => synced.changed += 1,
                        Taken::Erased => synced.erased += 1,
                        Taken::Same => {}
                    }
                }
                Ok(())
            })?;
        }
        self.change("taking in subscribers", |db| {
            for address in kept {
                db.prepare_cached(
                    "INSERT OR IGNORE INTO temp.seen SELECT id FROM subscriber WHERE gone_at IS NULL AND
                       (address = ?1 OR id = (SELECT subscriber FROM former_address WHERE address = ?1))",
                )?
                .execute([address.to_string()])?;
            }
            synced.gone = let_go(db, places, now)?;
            synced.present = db.query_row("SELECT count(*) FROM subscriber WHERE gone_at IS NULL", [], |row| {
                row.get::<_, i64>(0).map(|count| usize::try_from(count).unwrap_or_default())
            })?;
            Ok(())
        })?;
        Ok(synced)
    }

    fn subscriptions(
        &self,
        edition: &EditionId,
        slot: Option<&SlotId>,
        after: SubscriptionNumber,
        upto: SubscriptionNumber,
        limit: usize,
    ) -> Result<Vec<Active>> {
        self.look("reading subscriptions", |db| {
            let mut statement = db.prepare_cached(&format!(
                "{ACTIVE} WHERE s.edition = ?1 AND s.gone_at IS NULL AND s.number > ?2 AND s.number <= ?3 {}
                 ORDER BY s.number LIMIT ?4",
                // Not by `OR`: the index of slots would not be used.
                if slot.is_some() { "AND s.slot = ?5" } else { "AND ?5 IS NULL" }
            ))?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            statement.query_map(params![edition.0, after.0, upto.0, limit, slot.map(SlotId::as_str)], active)?.collect()
        })
    }

    fn wishers(
        &self,
        edition: &EditionId,
        slot: &SlotId,
        after: SubscriptionNumber,
        upto: SubscriptionNumber,
        limit: usize,
    ) -> Result<Vec<Wisher>> {
        self.look("reading subscriptions", |db| {
            let mut statement = db.prepare_cached(
                "SELECT s.number, p.ref, p.address, p.wish,
                   (SELECT reason FROM suppression x WHERE x.address_hash = p.address_hash AND x.lifted_at IS NULL
                      AND x.edition IN ('', s.edition) ORDER BY x.id LIMIT 1),
                   c.watermark, c.since, s.slot_since, s.former
                 FROM subscription s JOIN subscriber p ON p.id = s.subscriber LEFT JOIN carry c ON c.subscription = s.number
                 WHERE s.edition = ?1 AND s.slot = ?2 AND s.gone_at IS NULL AND s.number > ?3 AND s.number <= ?4
                 ORDER BY s.number LIMIT ?5",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            statement
                .query_map(params![edition.0, slot.as_str(), after.0, upto.0, limit], wisher)?
                .collect()
        })
    }

    fn wish(&self, id: WishId) -> Result<Subscriber> {
        self.look("reading what subscribers wish", |db| {
            let mut statement = db.prepare_cached(WISH)?;
            let wish = read_wish(&mut statement, id)?;
            let topics = match wish.topics.as_str() {
                "" => None,
                topics => Some(topics.parse().map_err(|error| broken(0, error))?),
            };
            Ok(Subscriber {
                topics,
                ..read_manner(db, wish.manner)?
            })
        })
    }

    fn wishes(&self, ids: &[WishId]) -> Result<Vec<Wish>> {
        self.look("reading what subscribers wish", |db| {
            let mut statement = db.prepare_cached(WISH)?;
            ids.iter()
                .map(|id| read_wish(&mut statement, *id))
                .collect()
        })
    }

    fn manner(&self, id: MannerId) -> Result<Subscriber> {
        self.look("reading what subscribers wish", |db| read_manner(db, id))
    }

    fn slots(&self, edition: &EditionId) -> Result<Vec<SlotId>> {
        self.look("reading slots", |db| {
            // From one slot to the next along the index, however many subscriptions are in each.
            let mut next = db.prepare_cached(
                "SELECT min(slot) FROM subscription WHERE edition = ?1 AND gone_at IS NULL AND slot > ?2",
            )?;
            let mut slots = vec![SlotId::default()];
            let mut last = String::new();
            while let Some(slot) = next.query_row([&edition.0, &last], |row| row.get::<_, Option<String>>(0))? {
                slots.push(SlotId::new(slot.clone()));
                last = slot;
            }
            Ok(slots)
        })
    }

    fn audience(
        &self,
        edition: &EditionId,
        slot: Option<&SlotId>,
    ) -> Result<(SubscriptionNumber, u64)> {
        self.look("counting subscriptions", |db| {
            db.query_row(
                "SELECT coalesce(max(number), 0), count(*) FROM subscription
                 WHERE edition = ?1 AND gone_at IS NULL AND slot = coalesce(?2, slot)",
                params![edition.0, slot.map(SlotId::as_str)],
                |row| {
                    Ok((
                        SubscriptionNumber(row.get(0)?),
                        row.get::<_, i64>(1)?.unsigned_abs(),
                    ))
                },
            )
        })
    }

    fn find(&self, address: &Address) -> Result<Vec<Active>> {
        self.look("reading a subscriber", |db| {
            let mut statement = db.prepare_cached(&format!(
                "{ACTIVE} WHERE lower(p.address) = lower(?1) AND s.gone_at IS NULL ORDER BY s.number"
            ))?;
            statement.query_map([address.to_string()], active)?.collect()
        })
    }

    fn address_of(&self, reader: Ref) -> Result<Option<Address>> {
        self.look("reading a subscriber", |db| {
            db.query_row(
                "SELECT address FROM subscriber WHERE ref = ?1",
                [reader.0],
                |row| address(row, 0),
            )
            .optional()
        })
    }

    fn suppress(&self, suppression: &Suppression) -> Result<bool> {
        self.change("recording a suppression", |db| {
            let changed = db.execute(
                "INSERT INTO suppression (address_hash, edition, reason, evidence, at) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO NOTHING",
                params![
                    suppression.address,
                    suppression.edition.as_ref().map_or("", |edition| &edition.0),
                    suppression.reason.as_str(),
                    suppression.evidence,
                    millis(suppression.at)
                ],
            )?;
            if changed == 1 {
                let what = scope(suppression.edition.as_ref(), suppression.reason);
                note_by_hash(db, &suppression.address, suppression.at, "suppressed", &what)?;
            }
            Ok(changed == 1)
        })
    }
}

/// Begins every query for [`Active`]s.
const ACTIVE: &str = "
    SELECT s.number, p.ref, s.edition, p.declared,
      (SELECT reason FROM suppression x WHERE x.address_hash = p.address_hash AND x.lifted_at IS NULL
         AND x.edition IN ('', s.edition) ORDER BY x.id LIMIT 1),
      (SELECT watermark FROM carry c WHERE c.subscription = s.number),
      (SELECT since FROM carry c WHERE c.subscription = s.number), s.slot, s.slot_since, s.former
    FROM subscription s JOIN subscriber p ON p.id = s.subscriber";

fn wisher(row: &Row) -> rusqlite::Result<Wisher> {
    let address = row.get_ref(2)?.as_str()?;
    let domain = address
        .rsplit_once('@')
        .map_or(address, |(_, domain)| domain);
    let reason = row.get_ref(4)?.as_str_or_null()?;
    Ok(Wisher {
        number: SubscriptionNumber(row.get(0)?),
        reader: Ref(row.get(1)?),
        domain: domain.to_owned(),
        wish: WishId(row.get(3)?),
        suppressed: reason.map(suppression_reason),
        carry: carry(row, 5)?,
        slot_since: date(row.get_ref(7)?.as_str_or_null()?),
        former: former(row.get_ref(8)?.as_str()?),
    })
}

pub(super) fn suppression_reason(name: &str) -> SuppressionReason {
    let known = SuppressionReason::ALL
        .into_iter()
        .find(|known| known.as_str() == name);
    known.unwrap_or(SuppressionReason::Unsubscribed)
}

fn carry(row: &Row, column: usize) -> rusqlite::Result<Option<Carry>> {
    let watermark: Option<i64> = row.get(column)?;
    let since: Option<i64> = row.get(column + 1)?;
    Ok(watermark.zip(since).map(|(watermark, since)| Carry {
        watermark: Number(watermark),
        since: time(since),
    }))
}

fn date(text: Option<&str>) -> Option<NaiveDate> {
    text.and_then(|text| text.parse().ok())
}

fn active(row: &Row) -> rusqlite::Result<Active> {
    let reason: Option<String> = row.get(4)?;
    Ok(Active {
        subscription: subscription(row)?,
        suppressed: reason.map(|reason| {
            SuppressionReason::ALL
                .into_iter()
                .find(|known| known.as_str() == reason)
                .unwrap_or(SuppressionReason::Unsubscribed)
        }),
        carry: row
            .get::<_, Option<i64>>(5)?
            .zip(row.get::<_, Option<i64>>(6)?)
            .map(|(watermark, since)| Carry {
                watermark: Number(watermark),
                since: time(since),
            }),
        slot: SlotId::new(row.get::<_, String>(7)?),
        slot_since: row
            .get::<_, Option<String>>(8)?
            .and_then(|date| date.parse().ok()),
        former: former(&row.get::<_, String>(9)?),
    })
}

pub(super) fn former(json: &str) -> Vec<FormerWish> {
    // Nearly all are empty.
    if json == "[]" {
        return Vec::new();
    }
    serde_json::from_str(json).unwrap_or_default()
}

/// A subscription from the columns number, ref, edition, declared.
pub(super) fn subscription(row: &Row) -> rusqlite::Result<Subscription> {
    let declared: String = row.get(3)?;
    Ok(Subscription {
        number: SubscriptionNumber(row.get(0)?),
        reader: Ref(row.get(1)?),
        edition: EditionId(row.get(2)?),
        subscriber: serde_json::from_str(&declared).map_err(|error| broken(3, error))?,
    })
}

pub(super) fn address(row: &Row, column: usize) -> rusqlite::Result<Address> {
    row.get::<_, String>(column)?
        .parse()
        .map_err(|error| broken(column, error))
}

const WISH: &str = "SELECT topics, manner FROM wish WHERE id = ?1";

fn read_wish(statement: &mut Statement, id: WishId) -> rusqlite::Result<Wish> {
    statement.query_row([id.0], |row| {
        Ok(Wish {
            topics: row.get(0)?,
            manner: MannerId(row.get(1)?),
        })
    })
}

fn read_manner(db: &Connection, id: MannerId) -> rusqlite::Result<Subscriber> {
    db.prepare_cached("SELECT text FROM manner WHERE id = ?1")?
        .query_row([id.0], |row| {
            let text = row.get_ref(0)?.as_bytes()?;
            serde_json::from_slice(text).map_err(|error| broken(0, error))
        })
}

enum Taken {
    New,
    Changed,
    Same,
    Erased,
}

fn take_in(
    db: &Transaction,
    row: &FileRow,
    places: &Places,
    keys: &Keys,
    now: DateTime<Utc>,
) -> rusqlite::Result<Taken> {
    let Some(before) = standing::of_row(db, &row.subscriber.address)? else {
        if standing::is_erased(db, &keys.address_hash(&row.subscriber.address))? {
            return Ok(Taken::Erased);
        }
        let after = Standing {
            file: row.file.clone(),
            place: standing::place(row.index),
            filed: Some(row.subscriber.clone()),
            ..Standing::default()
        };
        let id = standing::add(db, &after, &row.subscriber.address, places, keys, now)?;
        see(db, id)?;
        standing::note(db, id, now, "declared", &row.file)?;
        return Ok(Taken::New);
    };
    see(db, before.id)?;
    if before.is_of(row, &places(&row.subscriber))? {
        return Ok(Taken::Same);
    }
    let mut after = before.standing()?;
    let was = after.filed.replace(row.subscriber.clone());
    (after.file, after.place) = (row.file.clone(), standing::place(row.index));
    let changed = standing::change(db, &before, &after, places, keys, now)?;
    if before.gone {
        standing::note(db, before.id, now, "declared", &row.file)?;
        return Ok(Taken::New);
    }
    if was.as_ref() != after.filed.as_ref() {
        standing::note(db, before.id, now, "declared otherwise", &row.file)?;
    }
    Ok(if changed { Taken::Changed } else { Taken::Same })
}

fn see(db: &Transaction, id: i64) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR IGNORE INTO temp.seen VALUES (?1)")?
        .execute([id])?;
    Ok(())
}

/// Lets go of all whom a file declared and none does now. Says how many are gone.
fn let_go(db: &Transaction, places: &Places, now: DateTime<Utc>) -> rusqlite::Result<usize> {
    db.execute_batch(&format!("INSERT INTO temp.leaving {LEAVING}"))?;
    db.execute(
        "INSERT INTO history (subscriber, at, what, detail)
         SELECT id, ?1, 'declared no more', file FROM subscriber WHERE id IN (SELECT id FROM temp.leaving)",
        [millis(now)],
    )?;
    db.execute(
        "UPDATE subscription SET gone_at = ?1 WHERE gone_at IS NULL AND subscriber IN (SELECT id FROM temp.leaving)",
        [millis(now)],
    )?;
    let gone = db.execute(
        "UPDATE subscriber SET gone_at = ?1 WHERE id IN (SELECT id FROM temp.leaving)",
        [millis(now)],
    )?;
    // Whoever came by another way as well stays with that.
    let staying: Vec<i64> = db
        .prepare("SELECT id FROM subscriber WHERE gone_at IS NULL AND file <> '' AND joined IS NOT NULL AND id NOT IN (SELECT id FROM temp.seen)")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for id in staying {
        let before = standing::by_id(db, id)?;
        let after = Standing {
            file: String::new(),
            place: 0,
            filed: None,
            ..before.standing()?
        };
        standing::note(db, id, now, "declared no more", &before.file)?;
        standing::change_places(db, &before, &after, places, now)?;
    }
    Ok(gone)
}
