//! Outcomes, and the mails in doubt.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{broken, issues, members, millis, time};
use crate::{
    domain::{IssueId, SubscriptionNumber},
    store::{Doubt, Member, Outcome, OutcomeRow},
};

/// Records what became of a member. Being mailed ends every exception.
pub(super) fn record(
    db: &Transaction,
    issue: &str,
    member: Member,
    outcome: &Outcome,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let (code, text) = match outcome {
        Outcome::Sent => return sent(db, issue, member.number),
        Outcome::Rejected { code, text } | Outcome::Deferred { code, text } => (*code, text),
        Outcome::Skipped { text } | Outcome::InDoubt { text } => (0, text),
    };
    db.prepare_cached(
        "INSERT INTO outcome (issue, subscription, state, code, text, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (issue, subscription) DO UPDATE
           SET state = excluded.state, code = excluded.code, text = excluded.text, at = excluded.at",
    )?
    .execute(params![issue, member.number.0, outcome.name(), code, text, millis(now)])?;
    if matches!(outcome, Outcome::InDoubt { .. }) {
        carry_member(db, issue, member)?;
    }
    Ok(())
}

fn sent(db: &Transaction, issue: &str, number: SubscriptionNumber) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM outcome WHERE issue = ?1 AND subscription = ?2")?
        .execute(params![issue, number.0])?;
    db.prepare_cached("DELETE FROM carry WHERE subscription = ?1")?
        .execute([number.0])?;
    Ok(())
}

/// Notes that a member keeps the watermark that its segment had.
pub(super) fn carry_member(db: &Transaction, issue: &str, member: Member) -> rusqlite::Result<()> {
    match issues::segment(db, issue, member.segment)? {
        Some(grounds) => issues::carry(db, issue, member.number.0, grounds.watermark.0),
        None => Ok(()),
    }
}

/// A worker that lost its claim tells what it saw: only doubts are settled by it.
pub(super) fn report_late(
    db: &Transaction,
    issue: &IssueId,
    outcomes: &[(Member, Outcome)],
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let id = issue.to_string();
    for (member, outcome) in outcomes {
        let doubt = matches!(
            outcome_of(db, &id, member.number)?,
            Some(Outcome::InDoubt { .. })
        );
        if !doubt {
            continue;
        }
        if *outcome == Outcome::Sent {
            db.execute(
                "DELETE FROM outcome WHERE issue = ?1 AND subscription = ?2",
                params![id, member.number.0],
            )?;
            // If a later issue has used it, it is that issue's now.
            db.execute(
                "DELETE FROM carry WHERE subscription = ?1 AND issue = ?2",
                params![member.number.0, id],
            )?;
        } else {
            record(db, &id, *member, outcome, now)?;
        }
    }
    Ok(())
}

fn read_outcome(row: &Row, from: usize) -> rusqlite::Result<Outcome> {
    let (state, code, text): (String, u16, String) =
        (row.get(from)?, row.get(from + 1)?, row.get(from + 2)?);
    Ok(match state.as_str() {
        "rejected" => Outcome::Rejected { code, text },
        "deferred" => Outcome::Deferred { code, text },
        "skipped" => Outcome::Skipped { text },
        _ => Outcome::InDoubt { text },
    })
}

pub(super) fn outcome_of(
    db: &Connection,
    issue: &str,
    subscription: SubscriptionNumber,
) -> rusqlite::Result<Option<Outcome>> {
    db.prepare_cached(
        "SELECT state, code, text FROM outcome WHERE issue = ?1 AND subscription = ?2",
    )?
    .query_row(params![issue, subscription.0], |row| read_outcome(row, 0))
    .optional()
}

pub(super) fn outcomes(db: &Connection, issue: &IssueId) -> rusqlite::Result<Vec<OutcomeRow>> {
    db.prepare_cached("SELECT subscription, state, code, text, at FROM outcome WHERE issue = ?1 ORDER BY subscription")?
        .query_map([issue.to_string()], |row| {
            Ok(OutcomeRow {
                subscription: SubscriptionNumber(row.get(0)?),
                outcome: read_outcome(row, 1)?,
                at: time(row.get(4)?),
            })
        })?
        .collect()
}

pub(super) fn list(db: &Connection, issue: Option<&IssueId>) -> rusqlite::Result<Vec<Doubt>> {
    db.prepare(
        "SELECT o.issue, o.subscription, p.address, o.text, o.at
         FROM outcome o JOIN subscription s ON s.number = o.subscription JOIN subscriber p ON p.id = s.subscriber
         WHERE o.state = 'in doubt' AND (?1 IS NULL OR o.issue = ?1) ORDER BY o.issue, p.address",
    )?
    .query_map([issue.map(ToString::to_string)], |row| {
        Ok(Doubt {
            issue: row.get::<_, String>(0)?.parse().map_err(|error| broken(0, error))?,
            subscription: SubscriptionNumber(row.get(1)?),
            address: row.get::<_, String>(2)?.parse().map_err(|error| broken(2, error))?,
            text: row.get(3)?,
            at: time(row.get(4)?),
        })
    })?
    .collect()
}

pub(super) fn settle(
    db: &Transaction,
    doubts: &[Doubt],
    resend: bool,
    now: DateTime<Utc>,
) -> rusqlite::Result<u64> {
    let mut settled = 0;
    for doubt in doubts {
        let id = doubt.issue.to_string();
        if !matches!(
            outcome_of(db, &id, doubt.subscription)?,
            Some(Outcome::InDoubt { .. })
        ) {
            continue;
        }
        if resend {
            let text = "to be mailed once more, by the operator's word";
            let again = Again { resend: true, text };
            settled += u64::from(plan_again(db, &id, doubt.subscription, &again, now)?);
        } else {
            db.execute(
                "DELETE FROM outcome WHERE issue = ?1 AND subscription = ?2",
                params![id, doubt.subscription.0],
            )?;
            db.execute(
                "DELETE FROM carry WHERE subscription = ?1 AND issue = ?2",
                params![doubt.subscription.0, id],
            )?;
            settled += 1;
        }
    }
    Ok(settled)
}

pub(super) fn retry_rejected(
    db: &Transaction,
    issue: &IssueId,
    now: DateTime<Utc>,
) -> rusqlite::Result<u64> {
    let id = issue.to_string();
    let text = "to be tried again, by the operator's word";
    let again = Again {
        resend: false,
        text,
    };
    let mut planned = 0;
    for row in outcomes(db, issue)? {
        if matches!(row.outcome, Outcome::Rejected { .. }) {
            planned += u64::from(plan_again(db, &id, row.subscription, &again, now)?);
        }
    }
    Ok(planned)
}

/// How a mail is planned again.
struct Again {
    /// Because it was in doubt.
    resend: bool,
    text: &'static str,
}

/// Puts a mail in a chunk of its own, while its issue is open.
fn plan_again(
    db: &Transaction,
    issue: &str,
    subscription: SubscriptionNumber,
    again: &Again,
    now: DateTime<Utc>,
) -> rusqlite::Result<bool> {
    let open = db
        .prepare_cached("SELECT 1 FROM issue WHERE id = ?1 AND state = 'open' AND deadline > ?2")?
        .exists(params![issue, millis(now)])?;
    let mut chunks =
        db.prepare_cached("SELECT members FROM chunk WHERE issue = ?1 AND original = 1")?;
    let mut rows = chunks.query([issue])?;
    while let Some(row) = rows.next()?.filter(|_| open) {
        let bytes: Vec<u8> = row.get(0)?;
        let found = members::decode(&bytes).and_then(|list| {
            list.into_iter()
                .find(|member| member.number == subscription)
        });
        if let Some(member) = found {
            db.execute(
                "INSERT INTO chunk (issue, members, count, original, attempt, resend, state, not_before)
                 VALUES (?1, ?2, 1, 0, 0, ?3, 'free', 0)",
                params![issue, members::encode(&[member]), again.resend],
            )?;
            let text = again.text.to_owned();
            record(db, issue, member, &Outcome::Deferred { code: 0, text }, now)?;
            return Ok(true);
        }
    }
    Ok(false)
}
