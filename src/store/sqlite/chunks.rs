//! Chunks: claiming, advancing, closing.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{doubts, members, millis, roster, time};
use crate::{
    domain::{IssueId, Subscription, SubscriptionNumber},
    store::{Advance, Claim, Claimed, Delivery, Forward, Left, Member, Outcome, Then},
};

struct Candidate {
    id: i64,
    issue: String,
    members: Vec<u8>,
    epoch: i64,
    done_n: i64,
    intent_n: i64,
    declared_by: Option<(String, i64)>,
    attempt: u32,
    resend: bool,
}

pub(super) fn claim(
    db: &Transaction,
    owner: &str,
    dead: &[String],
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
    plan_time: DateTime<Utc>,
) -> rusqlite::Result<Option<Claimed>> {
    let dead = serde_json::to_string(dead).unwrap_or_default();
    let candidate = db
        .prepare_cached(
            "SELECT c.id, c.issue, c.members, c.epoch, c.done_n, c.intent_n, c.intent_owner, c.intent_epoch,
               c.attempt, c.resend
             FROM chunk c JOIN issue i ON i.id = c.issue
             WHERE c.state <> 'done' AND i.state = 'open' AND i.deadline > ?3 AND c.not_before <= ?1
               AND (c.state = 'free' OR c.lease_until < ?1 OR c.owner IN (SELECT value FROM json_each(?2)))
             ORDER BY c.not_before, c.id LIMIT 1",
        )?
        .query_row(params![millis(now), dead, millis(plan_time)], |row| {
            let intent_owner: Option<String> = row.get(6)?;
            let intent_epoch: Option<i64> = row.get(7)?;
            Ok(Candidate {
                id: row.get(0)?,
                issue: row.get(1)?,
                members: row.get(2)?,
                epoch: row.get(3)?,
                done_n: row.get(4)?,
                intent_n: row.get(5)?,
                declared_by: intent_owner.zip(intent_epoch),
                attempt: row.get(8)?,
                resend: row.get(9)?,
            })
        })
        .optional()?;
    let Some(candidate) = candidate else {
        return Ok(None);
    };
    let claimed = db.execute(
        "UPDATE chunk SET state = 'claimed', owner = ?3, epoch = epoch + 1, lease_until = ?4
         WHERE id = ?1 AND epoch = ?2",
        params![candidate.id, candidate.epoch, owner, millis(lease_until)],
    )?;
    if claimed == 0 {
        return Ok(None);
    }
    Ok(Some(Claimed {
        claim: Claim {
            issue: candidate
                .issue
                .parse()
                .map_err(|error| super::broken(1, error))?,
            chunk: candidate.id,
            epoch: candidate.epoch + 1,
            owner: owner.to_owned(),
        },
        members: read_members(&candidate.members)?,
        done_n: usize::try_from(candidate.done_n).unwrap_or_default(),
        intent_n: usize::try_from(candidate.intent_n).unwrap_or_default(),
        declared_by: candidate.declared_by,
        attempt: candidate.attempt,
        resend: candidate.resend,
    }))
}

fn read_members(bytes: &[u8]) -> rusqlite::Result<Vec<Member>> {
    members::decode(bytes).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(
            2,
            rusqlite::types::Type::Blob,
            "not a list of members".into(),
        )
    })
}

pub(super) fn members(db: &Connection, issue: &IssueId) -> rusqlite::Result<Vec<Vec<Member>>> {
    db.prepare("SELECT members FROM chunk WHERE issue = ?1 AND original = 1 ORDER BY id")?
        .query_map([issue.to_string()], |row| row.get::<_, Vec<u8>>(0))?
        .map(|bytes| read_members(&bytes?))
        .collect()
}

pub(super) fn owners(db: &Connection) -> rusqlite::Result<Vec<String>> {
    db.prepare_cached(
        "SELECT owner FROM chunk WHERE state = 'claimed' AND owner IS NOT NULL
         UNION SELECT intent_owner FROM chunk WHERE state <> 'done' AND done_n < intent_n AND intent_owner IS NOT NULL",
    )?
    .query_map([], |row| row.get(0))?
    .collect()
}

pub(super) fn recipients(
    db: &Connection,
    members: &[Member],
) -> rusqlite::Result<Vec<Option<Subscription>>> {
    let mut statement = db.prepare_cached(
        "SELECT s.number, p.ref, s.edition, p.declared FROM subscription s JOIN subscriber p ON p.id = s.subscriber
         WHERE s.number = ?1 AND s.gone_at IS NULL",
    )?;
    members
        .iter()
        .map(|member| {
            statement
                .query_row([member.number.0], roster::subscription)
                .optional()
        })
        .collect()
}

pub(super) fn advance(
    db: &Transaction,
    advance: &Advance,
) -> rusqlite::Result<Option<Vec<(SubscriptionNumber, String)>>> {
    let claim = advance.claim;
    let (state, not_before) = match advance.then {
        Then::Continue => ("claimed", None),
        Then::Release { not_before } => ("free", Some(millis(not_before))),
        Then::Finish => ("done", None),
    };
    let signed = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let ours = db
        .prepare_cached(
            "UPDATE chunk SET state = ?4, lease_until = ?5, done_n = ?6, intent_n = ?7,
               intent_owner = ?3, intent_epoch = ?2, not_before = coalesce(?8, not_before),
               owner = CASE ?4 WHEN 'claimed' THEN owner END
             WHERE id = ?1 AND epoch = ?2 AND owner = ?3 AND state = 'claimed'",
        )?
        .execute(params![
            claim.chunk,
            claim.epoch,
            claim.owner,
            state,
            millis(advance.lease_until),
            signed(advance.done_n),
            signed(advance.intent_n),
            not_before
        ])?;
    if ours == 0 {
        return Ok(None);
    }
    let issue = claim.issue.to_string();
    for (member, outcome) in advance.outcomes {
        doubts::record(db, &issue, *member, outcome, advance.now)?;
    }
    for forward in advance.forward {
        forward_to_new_chunk(db, &issue, forward)?;
    }
    barred(db, advance).map(Some)
}

fn forward_to_new_chunk(db: &Transaction, issue: &str, forward: &Forward) -> rusqlite::Result<()> {
    if forward.members.is_empty() {
        return Ok(());
    }
    db.prepare_cached(
        "INSERT INTO chunk (issue, members, count, original, attempt, resend, state, not_before)
         VALUES (?1, ?2, ?3, 0, ?4, ?5, 'free', ?6)",
    )?
    .execute(params![
        issue,
        members::encode(&forward.members),
        i64::try_from(forward.members.len()).unwrap_or(i64::MAX),
        forward.attempt,
        forward.resend,
        forward.not_before.map_or(0, millis)
    ])?;
    Ok(())
}

/// Those of the next members who must not be mailed any more: read in the commit that allows the others.
fn barred(
    db: &Transaction,
    advance: &Advance,
) -> rusqlite::Result<Vec<(SubscriptionNumber, String)>> {
    let mut statement = db.prepare_cached(
        "SELECT s.gone_at IS NOT NULL, p.declared,
           (SELECT reason FROM suppression x WHERE x.address_hash = p.address_hash AND x.lifted_at IS NULL
              AND x.edition IN ('', s.edition) LIMIT 1)
         FROM subscription s JOIN subscriber p ON p.id = s.subscriber WHERE s.number = ?1",
    )?;
    let mut barred = Vec::new();
    for member in advance.next {
        let found: Option<(bool, String, Option<String>)> = statement
            .query_row([member.number.0], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        let reason = match found {
            Some((_, _, Some(reason))) => Some(format!("suppressed: {reason}")),
            None | Some((true, _, _)) => Some("not subscribed any more".to_owned()),
            Some((false, declared, None)) => {
                let paused = serde_json::from_str::<crate::domain::Subscriber>(&declared)
                    .is_ok_and(|subscriber| subscriber.paused.covers(advance.claim.issue.date));
                paused.then(|| "paused".to_owned())
            }
        };
        barred.extend(reason.map(|reason| (member.number, reason)));
    }
    Ok(barred)
}

pub(super) fn renew(
    db: &Transaction,
    claim: &Claim,
    lease_until: DateTime<Utc>,
) -> rusqlite::Result<bool> {
    let renewed = db
        .prepare_cached(
            "UPDATE chunk SET lease_until = ?4 WHERE id = ?1 AND epoch = ?2 AND owner = ?3 AND state = 'claimed'",
        )?
        .execute(params![claim.chunk, claim.epoch, claim.owner, millis(lease_until)])?;
    Ok(renewed == 1)
}

pub(super) fn left(db: &Connection) -> rusqlite::Result<Left> {
    db.query_row(
        "SELECT count(*) FILTER (WHERE c.state = 'free'), min(c.not_before) FILTER (WHERE c.state = 'free'),
           count(*) FILTER (WHERE c.state = 'claimed')
         FROM chunk c JOIN issue i ON i.id = c.issue WHERE c.state <> 'done' AND i.state = 'open'",
        [],
        |row| {
            Ok(Left {
                free: row.get::<_, i64>(0)?.unsigned_abs(),
                next: row.get::<_, Option<i64>>(1)?.map(time),
                claimed: row.get::<_, i64>(2)?.unsigned_abs(),
            })
        },
    )
}

/// Ends one chunk of an issue whose deadline has passed. Says whether none is left.
pub(super) fn close_one(
    db: &Transaction,
    issue: &IssueId,
    now: DateTime<Utc>,
) -> rusqlite::Result<bool> {
    let id = issue.to_string();
    let found: Option<(i64, Vec<u8>, i64, i64)> = db
        .query_row(
            "SELECT id, members, done_n, intent_n FROM chunk WHERE issue = ?1 AND state <> 'done' LIMIT 1",
            [&id],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
        .optional()?;
    let Some((chunk, bytes, done_n, intent_n)) = found else {
        carry_all_not_sent(db, &id)?;
        return Ok(true);
    };
    let (done_n, intent_n) = (
        usize::try_from(done_n).unwrap_or(0),
        usize::try_from(intent_n).unwrap_or(0),
    );
    for (index, member) in read_members(&bytes)?.into_iter().enumerate().skip(done_n) {
        let outcome = if index < intent_n {
            Outcome::InDoubt {
                text: "the deadline passed before it was settled".to_owned(),
            }
        } else {
            Outcome::Skipped {
                text: "the deadline passed".to_owned(),
            }
        };
        doubts::record(db, &id, member, &outcome, now)?;
    }
    db.execute(
        "UPDATE chunk SET state = 'done', epoch = epoch + 1, owner = NULL, done_n = count, intent_n = count WHERE id = ?1",
        [chunk],
    )?;
    Ok(false)
}

/// Whoever was not mailed keeps their watermark, so that the next digest covers it.
fn carry_all_not_sent(db: &Transaction, issue: &str) -> rusqlite::Result<()> {
    let mut chunks = db.prepare("SELECT members FROM chunk WHERE issue = ?1 AND original = 1")?;
    let mut rows = chunks.query([issue])?;
    let mut outcome = db.prepare("SELECT 1 FROM outcome WHERE issue = ?1 AND subscription = ?2")?;
    let any: i64 = db.query_row(
        "SELECT count(*) FROM outcome WHERE issue = ?1",
        [issue],
        |row| row.get(0),
    )?;
    if any == 0 {
        return Ok(());
    }
    while let Some(row) = rows.next()? {
        for member in read_members(&row.get::<_, Vec<u8>>(0)?)? {
            if outcome.exists(params![issue, member.number.0])? {
                doubts::carry_member(db, issue, member)?;
            }
        }
    }
    Ok(())
}

pub(super) fn delivery(
    db: &Connection,
    issue: &IssueId,
    subscription: SubscriptionNumber,
) -> rusqlite::Result<Option<Delivery>> {
    let id = issue.to_string();
    let mut chunks =
        db.prepare("SELECT members, done_n FROM chunk WHERE issue = ?1 AND original = 1")?;
    let mut rows = chunks.query([&id])?;
    while let Some(row) = rows.next()? {
        let list = read_members(&row.get::<_, Vec<u8>>(0)?)?;
        let Some(place) = list.iter().position(|member| member.number == subscription) else {
            continue;
        };
        let settled = i64::try_from(place).unwrap_or(i64::MAX) < row.get::<_, i64>(1)?;
        let exception = doubts::outcome_of(db, &id, subscription)?;
        return Ok(Some(Delivery {
            issue: issue.clone(),
            outcome: exception.or(settled.then_some(Outcome::Sent)),
        }));
    }
    Ok(None)
}
