//! The roster in SQLite.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, Row, Statement, Transaction, params};

use super::{Sqlite, broken, millis, time};
use crate::{
    domain::{
        Address, EditionId, FormerWish, Number, Ref, SlotId, Subscriber, Subscription,
        SubscriptionNumber,
    },
    keys::Keys,
    store::{
        Active, Carry, FileRow, MannerId, Result, Roster, Suppression, SuppressionReason, Synced,
        Wish, WishId, Wisher,
    },
};

/// Rows that are taken in within one transaction.
const BATCH: usize = 500;

impl Roster for Sqlite {
    fn declared_in(&self, file: &str) -> Result<Vec<(usize, Address)>> {
        self.look("reading subscribers", |db| {
            let mut statement = db.prepare_cached(
                "SELECT place, address FROM subscriber WHERE file = ?1 AND gone_at IS NULL ORDER BY place",
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
                "SELECT DISTINCT file FROM subscriber WHERE gone_at IS NULL ORDER BY file",
            )?;
            statement.query_map([], |row| row.get(0))?.collect()
        })
    }

    fn sync(
        &self,
        rows: &mut dyn Iterator<Item = FileRow>,
        kept: &[Address],
        keys: &Keys,
        now: DateTime<Utc>,
    ) -> Result<Synced> {
        self.look("beginning to take in subscribers", |db| {
            db.execute_batch(
                "CREATE TEMP TABLE IF NOT EXISTS seen (id INTEGER PRIMARY KEY) STRICT; DELETE FROM temp.seen;",
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
                    match take_in(db, row, keys, now)? {
                        Taken::New => synced.new += 1,
                        Taken::Changed => synced.changed += 1,
                        Taken::Same => {}
                    }
                }
                Ok(())
            })?;
        }
        self.change("taking in subscribers", |db| {
            for address in kept {
                db.prepare_cached(
                    "INSERT OR IGNORE INTO temp.seen SELECT id FROM subscriber WHERE address = ?1 AND gone_at IS NULL",
                )?
                .execute([address.to_string()])?;
            }
            db.execute(
                "UPDATE subscription SET gone_at = ?1 WHERE gone_at IS NULL AND subscriber NOT IN (SELECT id FROM temp.seen)",
                [millis(now)],
            )?;
            synced.gone = db.execute(
                "UPDATE subscriber SET gone_at = ?1 WHERE gone_at IS NULL AND id NOT IN (SELECT id FROM temp.seen)",
                [millis(now)],
            )?;
            synced.present = db.query_row("SELECT count(*) FROM temp.seen", [], |row| {
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

fn suppression_reason(name: &str) -> SuppressionReason {
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

fn former(json: &str) -> Vec<FormerWish> {
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

fn address(row: &Row, column: usize) -> rusqlite::Result<Address> {
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

/// The name of what a row wishes.
fn wish_of(db: &Transaction, declared: &str) -> rusqlite::Result<i64> {
    const MANNER: &str =
        "json_set(?1, '$.address', 'nobody@example.invalid', '$.name', '', '$.topics', NULL)";
    const TOPICS: &str = "coalesce(json_extract(?1, '$.topics'), '')";
    db.prepare_cached(&format!(
        "INSERT INTO manner (text) VALUES ({MANNER}) ON CONFLICT DO NOTHING"
    ))?
    .execute([declared])?;
    db.prepare_cached(&format!(
        "INSERT INTO wish (topics, manner) SELECT {TOPICS}, id FROM manner WHERE text = {MANNER} ON CONFLICT DO NOTHING"
    ))?
    .execute([declared])?;
    db.prepare_cached(&format!(
        "SELECT id FROM wish WHERE topics = {TOPICS} AND manner = (SELECT id FROM manner WHERE text = {MANNER})"
    ))?
    .query_row([declared], |row| row.get(0))
}

enum Taken {
    New,
    Changed,
    Same,
}

struct Known {
    id: i64,
    declared: String,
    editions: String,
    file: String,
    place: i64,
    gone: bool,
}

fn take_in(
    db: &Transaction,
    row: &FileRow,
    keys: &Keys,
    now: DateTime<Utc>,
) -> rusqlite::Result<Taken> {
    let wanted = &row.subscriptions;
    let declared = serde_json::to_string(&row.subscriber).map_err(|error| broken(3, error))?;
    let joined = wanted
        .iter()
        .map(|(edition, slot)| match slot.as_str() {
            "" => edition.0.clone(),
            slot => format!("{edition}\t{slot}"),
        })
        .collect::<Vec<_>>()
        .join("\n");
    let place = i64::try_from(row.index).unwrap_or(i64::MAX);
    let address = row.subscriber.address.to_string();
    let known = db
        .prepare_cached(
            "SELECT id, declared, editions, file, place, gone_at IS NOT NULL FROM subscriber WHERE address = ?1",
        )?
        .query_row([&address], |row| {
            Ok(Known {
                id: row.get(0)?,
                declared: row.get(1)?,
                editions: row.get(2)?,
                file: row.get(3)?,
                place: row.get(4)?,
                gone: row.get(5)?,
            })
        })
        .optional()?;
    let mut before = None;
    let (id, taken) = match known {
        Some(known)
            if !known.gone
                && known.declared == declared
                && known.editions == joined
                && known.file == row.file
                && known.place == place =>
        {
            (known.id, Taken::Same)
        }
        Some(known) => {
            db.prepare_cached(
                "UPDATE subscriber SET declared = ?2, editions = ?3, file = ?4, place = ?5, gone_at = NULL, wish = ?7,
                   changed_at = CASE WHEN declared = ?2 THEN changed_at ELSE ?6 END WHERE id = ?1",
            )?
            .execute(params![known.id, declared, joined, row.file, place, millis(now), wish_of(db, &declared)?])?;
            let moved = known.declared == declared && known.editions == joined;
            before = Some(known.declared);
            let taken = match (known.gone, moved) {
                (true, _) => Taken::New,
                (false, true) => Taken::Same,
                (false, false) => Taken::Changed,
            };
            (known.id, taken)
        }
        None => (
            insert(db, row, &address, &declared, &joined, keys, now)?,
            Taken::New,
        ),
    };
    if !matches!(taken, Taken::Same) {
        subscribe(db, id, wanted, now)?;
        if let Some(before) = before.filter(|_| matches!(taken, Taken::Changed)) {
            note_former(db, id, &before, &row.subscriber)?;
        }
    }
    db.prepare_cached("INSERT OR IGNORE INTO temp.seen VALUES (?1)")?
        .execute([id])?;
    Ok(taken)
}

fn insert(
    db: &Transaction,
    row: &FileRow,
    address: &str,
    declared: &str,
    editions: &str,
    keys: &Keys,
    now: DateTime<Utc>,
) -> rusqlite::Result<i64> {
    let mut insert = db.prepare_cached(
        "INSERT INTO subscriber (ref, address, address_hash, declared, editions, file, place, changed_at, wish)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (ref) DO NOTHING",
    )?;
    let hash = keys.address_hash(&row.subscriber.address);
    let wish = wish_of(db, declared)?;
    let place = i64::try_from(row.index).unwrap_or(i64::MAX);
    for counter in 0.. {
        let reader = keys.reader(&row.subscriber.address, counter);
        let params = params![
            reader.0,
            address,
            hash,
            declared,
            editions,
            row.file,
            place,
            millis(now),
            wish
        ];
        if insert.execute(params)? == 1 {
            break;
        }
    }
    Ok(db.last_insert_rowid())
}

/// Makes a subscriber's active subscriptions those to the `wanted` editions.
fn subscribe(
    db: &Transaction,
    id: i64,
    wanted: &[(EditionId, SlotId)],
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let current: Vec<(i64, String, String)> = db
        .prepare_cached(
            "SELECT number, edition, slot FROM subscription WHERE subscriber = ?1 AND gone_at IS NULL",
        )?
        .query_map([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (number, edition, _) in &current {
        if !wanted.iter().any(|(wanted, _)| wanted.0 == *edition) {
            db.prepare_cached("UPDATE subscription SET gone_at = ?2 WHERE number = ?1")?
                .execute([*number, millis(now)])?;
        }
    }
    for (edition, slot) in wanted {
        match current.iter().find(|(_, known, _)| *known == edition.0) {
            None => {
                db.prepare_cached(
                    "INSERT INTO subscription (subscriber, edition, joined_at, slot) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![id, edition.0, millis(now), slot.as_str()])?;
            }
            Some((number, _, old)) if *old != slot.as_str() => {
                keep_watermark(db, *number, edition, old, now)?;
                let date = slot.slot().map_or_else(
                    || now.date_naive(),
                    |slot| now.with_timezone(&slot.tz).date_naive(),
                );
                db.prepare_cached(
                    "UPDATE subscription SET slot = ?2, slot_since = ?3 WHERE number = ?1",
                )?
                .execute(params![number, slot.as_str(), date.to_string()])?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// The last issue of a subscription's slot that looked at it.
const LAST: &str = "SELECT cutoff FROM issue WHERE edition = ?1 AND slot = ?2 AND upto >= ?3 AND state <> 'planning'
     ORDER BY date DESC LIMIT 1";

/// Notes the watermark that a subscription has in a slot that it leaves: no other slot's last issue says it.
fn keep_watermark(
    db: &Transaction,
    number: i64,
    edition: &EditionId,
    slot: &str,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    db.prepare_cached(&format!(
        "INSERT INTO carry (subscription, watermark, issue, since)
         SELECT ?3, coalesce(({LAST}), (SELECT max(number) FROM article WHERE eligible_at <= ?4), 0), '', ?5
         WHERE true ON CONFLICT DO NOTHING"
    ))?
    .execute(params![
        edition.0,
        slot,
        number,
        millis(now - TimeDelta::days(1)),
        millis(now)
    ])?;
    Ok(())
}

/// How many former wishes are remembered.
const FORMER: usize = 8;

/// Notes what a subscriber followed before, for each subscription that was sent something by it.
fn note_former(
    db: &Transaction,
    id: i64,
    before: &str,
    after: &Subscriber,
) -> rusqlite::Result<()> {
    let Ok(before) = serde_json::from_str::<Subscriber>(before) else {
        return Ok(());
    };
    if before.topics == after.topics && before.languages == after.languages {
        return Ok(());
    }
    let subscriptions: Vec<(i64, String, String, String)> = db
        .prepare_cached("SELECT number, edition, slot, former FROM subscription WHERE subscriber = ?1 AND gone_at IS NULL")?
        .query_map([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (number, edition, slot, known) in subscriptions {
        let watermark: Option<i64> = db
            .prepare_cached(&format!(
                "SELECT coalesce((SELECT watermark FROM carry WHERE subscription = ?3), ({LAST}))"
            ))?
            .query_row(params![edition, slot, number], |row| row.get(0))?;
        let Some(watermark) = watermark else {
            continue;
        };
        let mut wishes = former(&known);
        // What held for no issue is none: they changed their mind twice between two.
        if wishes.iter().any(|wish| wish.upto >= Number(watermark)) {
            continue;
        }
        wishes.push(FormerWish {
            query: before
                .topics
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            languages: before.languages.clone(),
            upto: Number(watermark),
        });
        let few = wishes.len().saturating_sub(FORMER);
        let json = serde_json::to_string(&wishes[few..]).unwrap_or_default();
        db.prepare_cached("UPDATE subscription SET former = ?2 WHERE number = ?1")?
            .execute(params![number, json])?;
    }
    Ok(())
}
