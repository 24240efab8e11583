//! People in SQLite.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{
    Sqlite, broken, millis,
    roster::suppression_reason,
    standing::{self, Known, Standing},
    time,
};
use crate::{
    domain::{Address, Choice, EditionId, Purpose, Ref, SlotId, Subscriber, SubscriptionNumber},
    keys::{AddressHash, Keys},
    store::{
        Asked, Consent, Enrolled, Filed, Happened, How, Joined, Joining, KeptSuppression, Pending,
        People, Person, PersonNumber, Places, Result, Suppression, SuppressionReason,
    },
};

/// How long something is remembered that nobody confirmed.
const UNCONFIRMED: TimeDelta = TimeDelta::days(30);

/// What stands in the place of the address of somebody who was erased: each their own.
const ERASED: &str = "@erased.invalid";

impl People for Sqlite {
    fn person(&self, address: &Address) -> Result<Option<Person>> {
        self.look("reading a person", |db| {
            let found = db
                .prepare_cached(&format!(
                    "{PERSON} WHERE lower(address) = lower(?1) ORDER BY address = ?1 DESC, gone_at IS NOT NULL, id LIMIT 1"
                ))?
                .query_row([address.to_string()], person)
                .optional()?;
            found.map(|found| with_editions(db, found)).transpose()
        })
    }

    fn person_of(&self, reader: Ref) -> Result<Option<Person>> {
        self.look("reading a person", |db| {
            let found = db
                .prepare_cached(&format!("{PERSON} WHERE ref = ?1"))?
                .query_row([reader.0], person)
                .optional()?
                .filter(|found| !is_scrubbed(&found.subscriber.address));
            found.map(|found| with_editions(db, found)).transpose()
        })
    }

    fn people(&self, after: PersonNumber, limit: usize) -> Result<Vec<Person>> {
        self.look("reading people", |db| {
            let found: Vec<Person> = db
                .prepare_cached(&format!(
                    "{PERSON} WHERE id > ?1 AND address NOT LIKE '%{ERASED}' ORDER BY id LIMIT ?2"
                ))?
                .query_map(
                    params![after.0, i64::try_from(limit).unwrap_or(i64::MAX)],
                    person,
                )?
                .collect::<rusqlite::Result<_>>()?;
            found
                .into_iter()
                .map(|found| with_editions(db, found))
                .collect()
        })
    }

    fn join(
        &self,
        joinings: &[Joining],
        editions: &[EditionId],
        places: &Places,
        keys: &Keys,
        now: DateTime<Utc>,
    ) -> Result<Vec<Joined>> {
        self.change("taking in people", |db| {
            joinings
                .iter()
                .map(|joining| join(db, joining, editions, places, keys, now))
                .collect()
        })
    }

    fn choose(
        &self,
        reader: Ref,
        choice: &Choice,
        places: &Places,
        keys: &Keys,
        detail: &str,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        self.change("keeping what somebody chose", |db| {
            let before = by_ref(db, reader)?;
            let mut after = before.standing()?;
            let choice = choice.clone().over(after.choice.clone());
            if choice == after.choice {
                return Ok(false);
            }
            if let Some(address) = &choice.address {
                free(db, address, before.id)?;
            }
            let moved = choice.address != after.choice.address;
            after.choice = choice;
            standing::change(db, &before, &after, places, keys, now)?;
            let what = if moved { "moved" } else { "chose" };
            standing::note(db, before.id, now, what, detail)?;
            Ok(true)
        })
    }

    fn remove(&self, reader: Ref, places: &Places, now: DateTime<Utc>) -> Result<bool> {
        self.change("removing a person", |db| {
            let before = by_ref(db, reader)?;
            let mut after = before.standing()?;
            if after.joined.take().is_none() {
                return Ok(false);
            }
            standing::change_places(db, &before, &after, places, now)?;
            standing::note(db, before.id, now, "removed", "")?;
            Ok(true)
        })
    }

    fn place_again(&self, mark: i64, places: &Places, now: DateTime<Utc>) -> Result<()> {
        const PAGE: usize = 500;
        let is_placed = self.look("reading people", |db| {
            db.prepare_cached("SELECT 1 FROM counter WHERE name = 'places' AND value = ?1")?
                .exists([mark])
        })?;
        if is_placed {
            return Ok(());
        }
        let mut last = 0_i64;
        loop {
            let page: Vec<i64> = self.look("reading people", |db| {
                let mut statement = db.prepare_cached(
                    "SELECT id FROM subscriber WHERE id > ?1 AND file = '' AND gone_at IS NULL ORDER BY id LIMIT ?2",
                )?;
                statement
                    .query_map(params![last, i64::try_from(PAGE).unwrap_or(i64::MAX)], |row| row.get(0))?
                    .collect()
            })?;
            let Some(end) = page.last() else {
                return self.change("placing people", |db| {
                    db.execute(
                        "INSERT OR REPLACE INTO counter VALUES ('places', ?1)",
                        [mark],
                    )?;
                    Ok(())
                });
            };
            last = *end;
            self.change("placing people", |db| {
                for id in &page {
                    let before = standing::by_id(db, *id)?;
                    standing::change_places(db, &before, &before.standing()?, places, now)?;
                }
                Ok(())
            })?;
        }
    }

    fn erase(&self, address: &Address, keys: &Keys, now: DateTime<Utc>) -> Result<bool> {
        // What is freed is overwritten, in the file and then in the log beside it.
        let set = |on: bool| {
            self.look("erasing a person", |db| {
                db.pragma_update(None, "secure_delete", on)
            })
        };
        set(true)?;
        let erased = self.change("erasing a person", |db| erase(db, address, keys, now));
        set(false)?;
        self.look("erasing a person", |db| {
            db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        })?;
        erased
    }

    fn consents(&self, reader: Ref) -> Result<Vec<Consent>> {
        self.look("reading what somebody agreed to", |db| {
            db.prepare_cached(
                "SELECT edition, how, at, wording, origin, evidence FROM consent
                 WHERE subscriber = (SELECT id FROM subscriber WHERE ref = ?1) ORDER BY at, id",
            )?
            .query_map([reader.0], |row| {
                Ok(Consent {
                    edition: EditionId(row.get(0)?),
                    how: how(row.get_ref(1)?.as_str()?),
                    at: time(row.get(2)?),
                    wording: row.get(3)?,
                    origin: row.get(4)?,
                    evidence: row.get(5)?,
                })
            })?
            .collect()
        })
    }

    fn history(&self, reader: Ref) -> Result<Vec<Happened>> {
        self.look("reading what happened", |db| {
            db.prepare_cached(&format!(
                "{HAPPENED} WHERE h.subscriber = (SELECT id FROM subscriber WHERE ref = ?1) ORDER BY h.id"
            ))?
            .query_map([reader.0], happened)?
            .collect()
        })
    }

    fn happened(&self, after: i64, limit: usize) -> Result<Vec<Happened>> {
        self.look("reading what happened", |db| {
            db.prepare_cached(&format!(
                "{HAPPENED} WHERE h.id > ?1 ORDER BY h.id LIMIT ?2"
            ))?
            .query_map(
                params![after, i64::try_from(limit).unwrap_or(i64::MAX)],
                happened,
            )?
            .collect()
        })
    }

    fn suppressions(&self, address: &AddressHash) -> Result<Vec<KeptSuppression>> {
        self.look("reading suppressions", |db| {
            db.prepare_cached(&format!(
                "{SUPPRESSION} WHERE address_hash = ?1 ORDER BY id"
            ))?
            .query_map([address], suppression)?
            .collect()
        })
    }

    fn all_suppressions(&self, after: i64, limit: usize) -> Result<Vec<KeptSuppression>> {
        self.look("reading suppressions", |db| {
            db.prepare_cached(&format!(
                "{SUPPRESSION} WHERE id > ?1 AND lifted_at IS NULL ORDER BY id LIMIT ?2"
            ))?
            .query_map(
                params![after, i64::try_from(limit).unwrap_or(i64::MAX)],
                suppression,
            )?
            .collect()
        })
    }

    fn lift(
        &self,
        address: &AddressHash,
        edition: Option<&EditionId>,
        reason: SuppressionReason,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<usize> {
        self.change("lifting a suppression", |db| {
            let lifted = db
                .prepare_cached(
                    "UPDATE suppression SET lifted_at = ?5
                     WHERE address_hash = ?1 AND edition = ?2 AND reason = ?3 AND at >= ?4 AND lifted_at IS NULL",
                )?
                .execute(params![
                    address,
                    edition.map_or("", |edition| &edition.0),
                    reason.as_str(),
                    millis(since),
                    millis(now)
                ])?;
            if lifted > 0 {
                note_by_hash(db, address, now, "suppression lifted", &scope(edition, reason))?;
            }
            Ok(lifted)
        })
    }

    fn pend(&self, pending: &Pending, keys: &Keys) -> Result<()> {
        self.change("keeping what somebody asked for", |db| {
            db.prepare_cached("DELETE FROM pending WHERE at < ?1")?
                .execute([millis(pending.at - UNCONFIRMED)])?;
            let chosen =
                serde_json::to_string(&pending.choice).map_err(|error| broken(0, error))?;
            db.prepare_cached(
                "INSERT INTO pending (nonce, purpose, address, address_hash, edition, reader, chosen, wording, origin, at, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                pending.nonce.0,
                purpose_name(pending.purpose),
                pending.address.to_string(),
                keys.address_hash(&pending.address),
                pending.edition.0,
                pending.reader.map(|reader| reader.0),
                chosen,
                pending.wording,
                pending.origin,
                millis(pending.at),
                millis(pending.expires_at)
            ])?;
            Ok(())
        })
    }

    fn pending(&self, nonce: Ref) -> Result<Option<Pending>> {
        self.look("reading what somebody asked for", |db| {
            db.prepare_cached(
                "SELECT nonce, purpose, address, edition, reader, chosen, wording, origin, at, expires_at, settled_at
                 FROM pending WHERE nonce = ?1",
            )?
            .query_row([nonce.0], pending)
            .optional()
        })
    }

    fn confirm_pending(&self, nonce: Ref, now: DateTime<Utc>) -> Result<bool> {
        self.change("keeping what somebody confirmed", |db| {
            let settled = db
                .prepare_cached(
                    "UPDATE pending SET settled_at = ?2 WHERE nonce = ?1 AND settled_at IS NULL",
                )?
                .execute(params![nonce.0, millis(now)])?;
            Ok(settled == 1)
        })
    }

    fn asked(&self, address: &AddressHash, origin: &str, since: DateTime<Utc>) -> Result<Asked> {
        self.look("counting what was asked for", |db| {
            let count = |sql, value: &dyn rusqlite::ToSql| {
                db.prepare_cached(sql)?
                    .query_row(params![value, millis(since)], |row| row.get::<_, i64>(0))
                    .map(i64::unsigned_abs)
            };
            Ok(Asked {
                by_address: count(
                    "SELECT count(*) FROM pending WHERE address_hash = ?1 AND at >= ?2",
                    address,
                )?,
                by_origin: count(
                    "SELECT count(*) FROM pending WHERE origin = ?1 AND at >= ?2",
                    &origin,
                )?,
            })
        })
    }
}

const PERSON: &str =
    "SELECT id, ref, declared, file, place, filed, joined, chosen, gone_at FROM subscriber";

const HAPPENED: &str = "SELECT h.id, s.ref, h.at, h.what, h.detail FROM history h JOIN subscriber s ON s.id = h.subscriber";

const SUPPRESSION: &str =
    "SELECT id, address_hash, edition, reason, evidence, at, lifted_at FROM suppression";

/// A person without their editions.
fn person(row: &Row) -> rusqlite::Result<Person> {
    let subscriber: Subscriber = json(row, 2)?;
    let gone_at = row.get::<_, Option<i64>>(8)?.map(time);
    let filed = match (row.get::<_, String>(3)?, optional_json(row, 5)?) {
        (file, _) if file.is_empty() || gone_at.is_some() => None,
        (file, filed) => Some(Filed {
            file,
            index: usize::try_from(row.get::<_, i64>(4)?).unwrap_or_default(),
            subscriber: filed.unwrap_or_else(|| subscriber.clone()),
        }),
    };
    Ok(Person {
        number: PersonNumber(row.get(0)?),
        reader: Ref(row.get(1)?),
        subscriber,
        filed,
        joined: optional_json(row, 6)?,
        choice: optional_json(row, 7)?.unwrap_or_default(),
        editions: Vec::new(),
        gone_at,
    })
}

fn json<T: serde::de::DeserializeOwned>(row: &Row, column: usize) -> rusqlite::Result<T> {
    serde_json::from_str(row.get_ref(column)?.as_str()?).map_err(|error| broken(column, error))
}

fn optional_json<T: serde::de::DeserializeOwned>(
    row: &Row,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    let text = row.get_ref(column)?.as_str_or_null()?;
    text.map(|text| serde_json::from_str(text).map_err(|error| broken(column, error)))
        .transpose()
}

fn with_editions(db: &Connection, mut person: Person) -> rusqlite::Result<Person> {
    person.editions = db
        .prepare_cached(
            "SELECT s.number, s.edition, s.slot, s.joined_at,
               (SELECT reason FROM suppression x WHERE x.address_hash = p.address_hash AND x.lifted_at IS NULL
                  AND x.edition IN ('', s.edition) ORDER BY x.id LIMIT 1)
             FROM subscription s JOIN subscriber p ON p.id = s.subscriber
             WHERE s.subscriber = ?1 AND s.gone_at IS NULL ORDER BY s.number",
        )?
        .query_map([person.number.0], |row| {
            Ok(Enrolled {
                number: SubscriptionNumber(row.get(0)?),
                edition: EditionId(row.get(1)?),
                slot: SlotId::new(row.get::<_, String>(2)?),
                since: time(row.get(3)?),
                suppressed: row.get_ref(4)?.as_str_or_null()?.map(suppression_reason),
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(person)
}

fn is_scrubbed(address: &Address) -> bool {
    format!("@{}", address.domain()) == ERASED
}

fn by_ref(db: &Transaction, reader: Ref) -> rusqlite::Result<Known> {
    let id = db
        .prepare_cached("SELECT id FROM subscriber WHERE ref = ?1")?
        .query_row([reader.0], |row| row.get(0))?;
    standing::by_id(db, id)
}

/// Takes an address from whoever had it and is gone, so that another can have it.
fn free(db: &Transaction, address: &Address, other_than: i64) -> rusqlite::Result<()> {
    db.prepare_cached(&format!(
        "UPDATE subscriber SET address = 'gone-' || id || '{ERASED}' WHERE address = ?1 AND id <> ?2 AND gone_at IS NOT NULL"
    ))?
    .execute(params![address.to_string(), other_than])?;
    Ok(())
}

fn join(
    db: &Transaction,
    joining: &Joining,
    editions: &[EditionId],
    places: &Places,
    keys: &Keys,
    now: DateTime<Utc>,
) -> rusqlite::Result<Joined> {
    let hash = keys.address_hash(&joining.subscriber.address);
    let mut comes = joining.subscriber.clone();
    if joining.confirmed {
        lift_for(db, &hash, &comes.editions, editions, now)?;
    } else if let Some(reason) = keep_away(db, &hash, &mut comes.editions)? {
        return Ok(Joined::Suppressed(reason));
    }
    let Some(before) = standing::by_address(db, &comes.address)? else {
        let after = Standing {
            joined: Some(comes.clone()),
            choice: joining.choice.clone(),
            ..Standing::default()
        };
        let id = standing::add(db, &after, &comes.address, places, keys, now)?;
        agree(db, id, joining, &comes, now)?;
        return Ok(Joined::New(reader_of(db, id)?));
    };
    let mut after = before.standing()?;
    // The address stays as it was written first, or as it was changed to.
    comes.address = match &after.joined {
        Some(joined) => joined.address.clone(),
        None => before.address.parse().map_err(|error| broken(0, error))?,
    };
    if let Some(joined) = &after.joined {
        let known = joined.editions.iter();
        let mut all: Vec<EditionId> = known.cloned().collect();
        all.extend(
            comes
                .editions
                .iter()
                .filter(|id| !joined.editions.contains(id))
                .cloned(),
        );
        comes.editions = all;
    }
    after.choice = if joining.confirmed {
        joining.choice.clone().over(after.choice)
    } else {
        after.choice.over(joining.choice.clone())
    };
    after.joined = Some(comes.clone());
    let is_same = after == before.standing()?;
    standing::change_places(db, &before, &after, places, now)?;
    let reader = reader_of(db, before.id)?;
    if is_same && !joining.confirmed {
        return Ok(Joined::Same(reader));
    }
    agree(db, before.id, joining, &comes, now)?;
    Ok(match (before.gone, is_same) {
        (true, _) => Joined::New(reader),
        (false, false) => Joined::Changed(reader),
        (false, true) => Joined::Same(reader),
    })
}

/// Keeps what somebody agreed to, in the editions that they get.
fn agree(
    db: &Transaction,
    id: i64,
    joining: &Joining,
    comes: &Subscriber,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let consents = joining.consents.iter();
    for consent in consents.filter(|consent| comes.editions.contains(&consent.edition)) {
        db.prepare_cached(
            "INSERT INTO consent (subscriber, edition, how, at, wording, origin, evidence)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS (SELECT 1 FROM consent WHERE subscriber = ?1 AND edition = ?2
               AND how = ?3 AND at = ?4 AND wording = ?5 AND origin = ?6 AND evidence = ?7)",
        )?
        .execute(params![
            id,
            consent.edition.0,
            consent.how.as_str(),
            millis(consent.at),
            consent.wording,
            consent.origin,
            consent.evidence
        ])?;
    }
    let editions: Vec<&str> = comes.editions.iter().map(|id| id.0.as_str()).collect();
    let how = joining
        .consents
        .first()
        .map_or("", |consent| consent.how.as_str());
    let detail = format!("{}: {how}", editions.join(", "));
    standing::note(db, id, now, "joined", detail.trim_end_matches(": "))
}

fn reader_of(db: &Transaction, id: i64) -> rusqlite::Result<Ref> {
    db.prepare_cached("SELECT ref FROM subscriber WHERE id = ?1")?
        .query_row([id], |row| row.get(0).map(Ref))
}

/// Takes out the editions that an address must not be mailed in; the reason, if none is left.
fn keep_away(
    db: &Transaction,
    hash: &AddressHash,
    editions: &mut Vec<EditionId>,
) -> rusqlite::Result<Option<SuppressionReason>> {
    let held: Vec<(String, SuppressionReason)> = db
        .prepare_cached(
            "SELECT edition, reason FROM suppression WHERE address_hash = ?1 AND lifted_at IS NULL ORDER BY id",
        )?
        .query_map([hash], |row| {
            Ok((row.get(0)?, suppression_reason(row.get_ref(1)?.as_str()?)))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let held_in = |edition: &EditionId| {
        held.iter()
            .find(|(scope, _)| scope.is_empty() || *scope == edition.0)
            .map(|(_, reason)| *reason)
    };
    let first = editions.iter().find_map(held_in);
    editions.retain(|edition| held_in(edition).is_none());
    Ok(first.filter(|_| editions.is_empty()))
}

/// Lifts what suppresses an address in the editions that its person confirmed. Whoever had left all of them, or complained, stays away
/// from the others.
fn lift_for(
    db: &Transaction,
    hash: &AddressHash,
    confirmed: &[EditionId],
    editions: &[EditionId],
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    for other in editions
        .iter()
        .filter(|edition| !confirmed.contains(edition))
    {
        db.prepare_cached(
            "INSERT INTO suppression (address_hash, edition, reason, evidence, at)
             SELECT address_hash, ?2, reason, evidence, at FROM suppression
             WHERE address_hash = ?1 AND edition = '' AND lifted_at IS NULL AND reason IN ('unsubscribed', 'complaint')
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![hash, other.0])?;
    }
    for scope in confirmed
        .iter()
        .map(|edition| edition.0.as_str())
        .chain([""])
    {
        let lifted = db
            .prepare_cached(
                "UPDATE suppression SET lifted_at = ?3 WHERE address_hash = ?1 AND edition = ?2 AND lifted_at IS NULL",
            )?
            .execute(params![hash, scope, millis(now)])?;
        if lifted > 0 {
            note_by_hash(
                db,
                hash,
                now,
                "suppression lifted",
                if scope.is_empty() { "all" } else { scope },
            )?;
        }
    }
    Ok(())
}

/// Notes what happened to whoever has an address, if anybody.
pub(super) fn note_by_hash(
    db: &Transaction,
    hash: &AddressHash,
    now: DateTime<Utc>,
    what: &str,
    detail: &str,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO history (subscriber, at, what, detail) SELECT id, ?2, ?3, ?4 FROM subscriber WHERE address_hash = ?1",
    )?
    .execute(params![hash, millis(now), what, detail])?;
    Ok(())
}

/// What a suppression is for, in words.
pub(super) fn scope(edition: Option<&EditionId>, reason: SuppressionReason) -> String {
    let edition = edition.map_or("all", |edition| &edition.0);
    format!("{edition}: {}", reason.as_str())
}

fn erase(
    db: &Transaction,
    address: &Address,
    keys: &Keys,
    now: DateTime<Utc>,
) -> rusqlite::Result<bool> {
    let hash = keys.address_hash(address);
    let ids: Vec<i64> = db
        .prepare(
            "SELECT id FROM subscriber WHERE lower(address) = lower(?1)
               UNION SELECT subscriber FROM former_address WHERE address = ?1",
        )?
        .query_map([address.to_string()], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut hashes = vec![hash];
    for id in &ids {
        let known = standing::by_id(db, *id)?;
        let former: Vec<String> = db
            .prepare("SELECT address FROM former_address WHERE subscriber = ?1")?
            .query_map([id], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for address in former.iter().chain([&known.address]) {
            let address: Address = address.parse().map_err(|error| broken(0, error))?;
            hashes.push(keys.address_hash(&address));
        }
        scrub(db, *id, now)?;
    }
    hashes.sort_unstable();
    hashes.dedup();
    for hash in &hashes {
        db.execute(
            "UPDATE suppression SET evidence = '' WHERE address_hash = ?1",
            [hash],
        )?;
        db.execute("DELETE FROM pending WHERE address_hash = ?1", [hash])?;
        db.execute(
            "INSERT INTO suppression (address_hash, edition, reason, evidence, at) VALUES (?1, '', 'erased', '', ?2) ON CONFLICT DO NOTHING",
            params![hash, millis(now)],
        )?;
    }
    Ok(!ids.is_empty())
}

/// Takes all that is a person's own out of what is kept: figures and issues go on adding up.
fn scrub(db: &Transaction, id: i64, now: DateTime<Utc>) -> rusqlite::Result<()> {
    let nobody = format!("{id}{ERASED}");
    db.execute(
        "UPDATE subscriber SET address = ?2, address_hash = zeroblob(16), declared = json_set(w.text, '$.address', ?2), file = '', place = 0,
           editions = '', filed = NULL, joined = NULL, chosen = NULL, gone_at = coalesce(gone_at, ?3)
         FROM (SELECT text FROM manner ORDER BY id LIMIT 1) w WHERE subscriber.id = ?1",
        params![id, nobody, millis(now)],
    )?;
    db.execute(
        "UPDATE outcome SET text = '' WHERE subscription IN (SELECT number FROM subscription WHERE subscriber = ?1)",
        [id],
    )?;
    db.execute(
        "DELETE FROM carry WHERE subscription IN (SELECT number FROM subscription WHERE subscriber = ?1)",
        [id],
    )?;
    db.execute(
        "UPDATE subscription SET gone_at = coalesce(gone_at, ?2), former = '[]' WHERE subscriber = ?1",
        params![id, millis(now)],
    )?;
    for table in ["consent", "history", "former_address"] {
        db.execute(&format!("DELETE FROM {table} WHERE subscriber = ?1"), [id])?;
    }
    db.execute(
        "DELETE FROM pending WHERE reader = (SELECT ref FROM subscriber WHERE id = ?1)",
        [id],
    )?;
    standing::note(db, id, now, "erased", "")
}

fn happened(row: &Row) -> rusqlite::Result<Happened> {
    Ok(Happened {
        number: row.get(0)?,
        reader: Ref(row.get(1)?),
        at: time(row.get(2)?),
        what: row.get(3)?,
        detail: row.get(4)?,
    })
}

fn suppression(row: &Row) -> rusqlite::Result<KeptSuppression> {
    let edition: String = row.get(2)?;
    Ok(KeptSuppression {
        number: row.get(0)?,
        suppression: Suppression {
            address: row.get(1)?,
            edition: (!edition.is_empty()).then_some(EditionId(edition)),
            reason: suppression_reason(row.get_ref(3)?.as_str()?),
            evidence: row.get(4)?,
            at: time(row.get(5)?),
        },
        lifted_at: row.get::<_, Option<i64>>(6)?.map(time),
    })
}

fn how(name: &str) -> How {
    let known = How::ALL.into_iter().find(|known| known.as_str() == name);
    known.unwrap_or(How::Import)
}

/// The name under which a purpose of something pending is stored.
fn purpose_name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Manage => "manage",
        Purpose::Move => "move",
        _ => "confirm",
    }
}

fn pending(row: &Row) -> rusqlite::Result<Pending> {
    let purpose = match row.get_ref(1)?.as_str()? {
        "manage" => Purpose::Manage,
        "move" => Purpose::Move,
        _ => Purpose::Confirm,
    };
    Ok(Pending {
        nonce: Ref(row.get(0)?),
        purpose,
        address: super::roster::address(row, 2)?,
        edition: EditionId(row.get(3)?),
        reader: row.get::<_, Option<[u8; 10]>>(4)?.map(Ref),
        choice: json(row, 5)?,
        wording: row.get(6)?,
        origin: row.get(7)?,
        at: time(row.get(8)?),
        expires_at: time(row.get(9)?),
        settled_at: row.get::<_, Option<i64>>(10)?.map(time),
    })
}
