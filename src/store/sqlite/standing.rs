//! Where a person stands: what declares them, what they came with, what they chose, and the subscriptions that follow from it.
//!
//! Whatever changes one of these goes through [`change`] or [`add`], so that `declared`, wish, slots and subscriptions are always
//! those of the person as they are mailed.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{broken, millis, roster::former};
use crate::{
    domain::{Address, Choice, EditionId, FormerWish, Number, SlotId, Subscriber, effective},
    keys::{AddressHash, Keys},
    store::{FileRow, Places},
};

/// What makes a person.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Standing {
    /// The file that declares them; empty for none.
    pub file: String,
    /// Their row's place among the file's.
    pub place: i64,
    /// What it declares.
    pub filed: Option<Subscriber>,
    /// What they came with otherwise.
    pub joined: Option<Subscriber>,
    /// What they chose.
    pub choice: Choice,
}

/// A person's row.
#[derive(Debug)]
pub(super) struct Known {
    pub id: i64,
    pub address: String,
    pub declared: String,
    pub editions: String,
    pub file: String,
    pub place: i64,
    pub filed: Option<String>,
    pub joined: Option<String>,
    pub chosen: Option<String>,
    pub gone: bool,
}

const KNOWN: &str = "SELECT id, address, declared, editions, file, place, filed, joined, chosen, gone_at IS NOT NULL FROM subscriber";

impl Known {
    fn read(row: &Row) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            address: row.get(1)?,
            declared: row.get(2)?,
            editions: row.get(3)?,
            file: row.get(4)?,
            place: row.get(5)?,
            filed: row.get(6)?,
            joined: row.get(7)?,
            chosen: row.get(8)?,
            gone: row.get(9)?,
        })
    }

    /// Whether just this row of a file makes them.
    pub fn is_of(&self, row: &FileRow, wanted: &[(EditionId, SlotId)]) -> rusqlite::Result<bool> {
        Ok(!self.gone
            && self.filed.is_none()
            && self.joined.is_none()
            && self.chosen.is_none()
            && self.file == row.file
            && self.place == place(row.index)
            && self.declared == text(&row.subscriber)?
            && self.editions == places_text(wanted))
    }

    /// What made them when they were last here. Whoever is gone has no file, nor what they came with.
    pub fn standing(&self) -> rusqlite::Result<Standing> {
        let choice = self.chosen.as_deref().map(parsed).transpose()?;
        let choice = choice.unwrap_or_default();
        if self.gone {
            return Ok(Standing {
                choice,
                ..Standing::default()
            });
        }
        let filed = match (&*self.file, &self.filed) {
            ("", _) => None,
            (_, Some(filed)) => Some(parsed(filed)?),
            (_, None) => Some(parsed(&self.declared)?),
        };
        Ok(Standing {
            file: self.file.clone(),
            place: self.place,
            filed,
            joined: self.joined.as_deref().map(parsed).transpose()?,
            choice,
        })
    }
}

fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| broken(0, error))
}

fn text<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| broken(0, error))
}

/// The person whom a row of a file with this address is about: also one whose mail goes elsewhere by now, and one who came by another
/// way and writes themselves in other letters.
pub(super) fn of_row(db: &Transaction, address: &Address) -> rusqlite::Result<Option<Known>> {
    let address = address.to_string();
    for place in [
        "address = ?1",
        "id = (SELECT subscriber FROM former_address WHERE address = ?1)",
        "lower(address) = lower(?1) AND file = '' AND gone_at IS NULL LIMIT 1",
    ] {
        let known = db
            .prepare_cached(&format!("{KNOWN} WHERE {place}"))?
            .query_row([&address], Known::read)
            .optional()?;
        if known.is_some() {
            return Ok(known);
        }
    }
    Ok(None)
}

/// The person with this address, whatever the case of its letters: one that is written just so comes first.
pub(super) fn by_address(db: &Transaction, address: &Address) -> rusqlite::Result<Option<Known>> {
    db.prepare_cached(&format!(
        "{KNOWN} WHERE lower(address) = lower(?1) ORDER BY address = ?1 DESC, gone_at IS NOT NULL, id LIMIT 1"
    ))?
    .query_row([address.to_string()], Known::read)
    .optional()
}

pub(super) fn by_id(db: &Transaction, id: i64) -> rusqlite::Result<Known> {
    db.prepare_cached(&format!("{KNOWN} WHERE id = ?1"))?
        .query_row([id], Known::read)
}

/// Whether somebody with this address asked to be erased.
pub(super) fn is_erased(db: &Transaction, hash: &AddressHash) -> rusqlite::Result<bool> {
    db.prepare_cached(
        "SELECT 1 FROM suppression WHERE address_hash = ?1 AND reason = 'erased' AND lifted_at IS NULL",
    )?
    .exists([hash])
}

/// Notes what happened to somebody.
pub(super) fn note(
    db: &Transaction,
    id: i64,
    now: DateTime<Utc>,
    what: &str,
    detail: &str,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO history (subscriber, at, what, detail) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![id, millis(now), what, detail])?;
    Ok(())
}

/// Adds a person, with the name inside that their first address gives.
pub(super) fn add(
    db: &Transaction,
    standing: &Standing,
    first: &Address,
    places: &Places,
    keys: &Keys,
    now: DateTime<Utc>,
) -> rusqlite::Result<i64> {
    let person = effective(
        standing.filed.as_ref(),
        standing.joined.as_ref(),
        &standing.choice,
    );
    let Some(person) = person else {
        return Err(rusqlite::Error::QueryReturnedNoRows);
    };
    let wanted = places(&person);
    let columns = Columns::of(standing, &person, &wanted)?;
    let hash = keys.address_hash(&person.address);
    let wish = wish_of(db, &columns.declared)?;
    let mut insert = db.prepare_cached(
        "INSERT INTO subscriber (ref, address, address_hash, declared, editions, file, place, changed_at, wish, filed, joined, chosen)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (ref) DO NOTHING",
    )?;
    for counter in 0.. {
        let params = params![
            keys.reader(first, counter).0,
            person.address.to_string(),
            hash,
            columns.declared,
            columns.editions,
            standing.file,
            standing.place,
            millis(now),
            wish,
            columns.filed,
            columns.joined,
            columns.chosen
        ];
        if insert.execute(params)? == 1 {
            break;
        }
    }
    let id = db.last_insert_rowid();
    subscribe(db, id, &wanted, now)?;
    Ok(id)
}

/// Makes a person what `after` says, and their subscriptions with it. Says whether they are mailed otherwise now.
pub(super) fn change(
    db: &Transaction,
    before: &Known,
    after: &Standing,
    places: &Places,
    keys: &Keys,
    now: DateTime<Utc>,
) -> rusqlite::Result<bool> {
    let changed = change_places(db, before, after, places, now)?;
    let address: Option<String> = db
        .prepare_cached("SELECT address FROM subscriber WHERE id = ?1")?
        .query_row([before.id], |row| row.get(0))
        .optional()?
        .filter(|address| *address != before.address);
    if let Some(address) = address {
        move_to(db, before, &address, keys, now)?;
    }
    Ok(changed)
}

/// The same where the address can't have changed.
pub(super) fn change_places(
    db: &Transaction,
    before: &Known,
    after: &Standing,
    places: &Places,
    now: DateTime<Utc>,
) -> rusqlite::Result<bool> {
    let person = effective(after.filed.as_ref(), after.joined.as_ref(), &after.choice);
    let Some(person) = person else {
        return leave(db, before, after, now);
    };
    let wanted = places(&person);
    let columns = Columns::of(after, &person, &wanted)?;
    let is_same =
        !before.gone && before.declared == columns.declared && before.editions == columns.editions;
    let is_kept_same = before.file == after.file
        && before.place == after.place
        && before.filed == columns.filed
        && before.joined == columns.joined
        && before.chosen == columns.chosen;
    if is_same && is_kept_same {
        return Ok(false);
    }
    db.prepare_cached(
        "UPDATE subscriber SET declared = ?2, editions = ?3, file = ?4, place = ?5, gone_at = NULL, wish = ?7, filed = ?8, joined = ?9,
           chosen = ?10, address = ?11, changed_at = CASE WHEN declared = ?2 THEN changed_at ELSE ?6 END WHERE id = ?1",
    )?
    .execute(params![
        before.id,
        columns.declared,
        columns.editions,
        after.file,
        after.place,
        millis(now),
        wish_of(db, &columns.declared)?,
        columns.filed,
        columns.joined,
        columns.chosen,
        person.address.to_string()
    ])?;
    if !is_same {
        subscribe(db, before.id, &wanted, now)?;
        if !before.gone {
            note_former(db, before.id, &before.declared, &person)?;
        }
    }
    Ok(!is_same)
}

/// Nothing holds them here any more; what they chose is kept, should they come back.
fn leave(
    db: &Transaction,
    before: &Known,
    after: &Standing,
    now: DateTime<Utc>,
) -> rusqlite::Result<bool> {
    let chosen = chosen(&after.choice)?;
    db.prepare_cached(
        "UPDATE subscriber SET gone_at = coalesce(gone_at, ?2), joined = NULL, filed = NULL, chosen = ?3 WHERE id = ?1",
    )?
    .execute(params![before.id, millis(now), chosen])?;
    subscribe(db, before.id, &[], now)?;
    Ok(!before.gone)
}

fn chosen(choice: &Choice) -> rusqlite::Result<Option<String>> {
    (!choice.is_empty()).then(|| text(choice)).transpose()
}

/// A row's place as it is stored.
pub(super) fn place(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}

fn places_text(wanted: &[(EditionId, SlotId)]) -> String {
    let texts = wanted.iter().map(|(edition, slot)| match slot.as_str() {
        "" => edition.0.clone(),
        slot => format!("{edition}\t{slot}"),
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// A standing as the columns have it.
struct Columns {
    declared: String,
    editions: String,
    filed: Option<String>,
    joined: Option<String>,
    chosen: Option<String>,
}

impl Columns {
    fn of(
        standing: &Standing,
        person: &Subscriber,
        wanted: &[(EditionId, SlotId)],
    ) -> rusqlite::Result<Self> {
        let declared = text(person)?;
        // Nearly everybody's row is what they are: it is kept once.
        let filed = standing.filed.as_ref().filter(|filed| *filed != person);
        Ok(Self {
            editions: places_text(wanted),
            filed: filed.map(text).transpose()?,
            joined: standing.joined.as_ref().map(text).transpose()?,
            chosen: chosen(&standing.choice)?,
            declared,
        })
    }
}

/// Their mail goes elsewhere: what they said at the old address holds at the new one in place of what was said there before, and a row
/// that declares the old one goes on being theirs.
fn move_to(
    db: &Transaction,
    before: &Known,
    address: &str,
    keys: &Keys,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let hash = |text: &str| {
        let address = text.parse::<Address>().map_err(|error| broken(0, error));
        address.map(|address| keys.address_hash(&address))
    };
    db.prepare_cached("INSERT OR REPLACE INTO former_address VALUES (?1, ?2)")?
        .execute(params![before.address, before.id])?;
    db.prepare_cached("DELETE FROM former_address WHERE address = ?1")?
        .execute([address])?;
    let (old, new) = (hash(&before.address)?, hash(address)?);
    if old == new {
        return Ok(());
    }
    db.prepare_cached("UPDATE subscriber SET address_hash = ?2 WHERE id = ?1")?
        .execute(params![before.id, new])?;
    db.prepare_cached(
        "UPDATE suppression SET lifted_at = ?2 WHERE address_hash = ?1 AND lifted_at IS NULL",
    )?
    .execute(params![new, millis(now)])?;
    db.prepare_cached(
        "INSERT INTO suppression (address_hash, edition, reason, evidence, at)
         SELECT ?2, edition, reason, evidence, ?3 FROM suppression
         WHERE address_hash = ?1 AND lifted_at IS NULL AND reason IN ('unsubscribed', 'complaint')",
    )?
    .execute(params![old, new, millis(now)])?;
    Ok(())
}

/// The name of what a person wishes.
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
