//! The archive in SQLite.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{Sqlite, broken, millis, time};
use crate::{
    domain::{Archived, Article, Change, Number, Revision},
    plan::story::Telling,
    store::{Archive, Recorded, Result, SourceNews},
};

impl Archive for Sqlite {
    fn memory(&self, source: &str) -> Result<Option<String>> {
        self.look("reading a source's memory", |db| {
            db.query_row(
                "SELECT memory FROM source WHERE name = ?1",
                [source],
                |row| row.get(0),
            )
            .optional()
        })
    }

    fn record(&self, news: &SourceNews) -> Result<Recorded> {
        self.change("recording articles", |db| {
            let mut recorded = Recorded::default();
            for article in news.articles {
                let backlog = news
                    .look_back_to
                    .is_some_and(|to| article.published.is_some_and(|at| at < to));
                match record_one(db, article, backlog, news.at)? {
                    What::New => recorded.new += 1,
                    What::Changed => recorded.changed += 1,
                    What::Known => recorded.known += 1,
                }
            }
            keep_memory(db, news.source, news.memory, news.at)?;
            Ok(recorded)
        })
    }

    fn remember(&self, source: &str, memory: &str, at: DateTime<Utc>) -> Result<()> {
        self.change("keeping a source's memory", |db| {
            keep_memory(db, source, memory, at)
        })
    }

    fn latest(&self) -> Result<Number> {
        self.look("reading the archive", |db| {
            db.query_row(
                "SELECT value FROM counter WHERE name = 'article'",
                [],
                |row| row.get(0).map(Number),
            )
        })
    }

    fn number_at(&self, at: DateTime<Utc>) -> Result<Number> {
        self.look("reading the archive", |db| {
            db.query_row(
                "SELECT coalesce(max(number), 0) FROM article WHERE eligible_at <= ?1",
                [millis(at)],
                |row| row.get(0).map(Number),
            )
        })
    }

    fn articles(&self, after: Number, cutoff: Number) -> Result<Vec<Archived>> {
        self.look("reading articles", |db| {
            db.prepare_cached(&format!(
                "{ARCHIVED} WHERE a.number > ?1 AND a.number <= ?2 AND a.backlog = 0
                 UNION ALL
                 {ARCHIVED} WHERE a.number <= ?1 AND a.backlog = 0 AND s.story IN
                   (SELECT story FROM story WHERE article > ?1 AND article <= ?2)
                 ORDER BY 1"
            ))?
            .query_map([after.0, cutoff.0], archived)?
            .collect()
        })
    }

    fn changes(&self, after: Number, cutoff: Number) -> Result<Vec<Change>> {
        self.look("reading changes of articles", |db| {
            db.prepare_cached(
                "SELECT a.number, a.eligible_at, r.hash, r.content, coalesce(s.story, a.number), r.number,
                   (SELECT content FROM revision b WHERE b.article = a.number AND b.number < r.number ORDER BY b.number DESC LIMIT 1)
                 FROM revision r JOIN article a ON a.number = r.article LEFT JOIN story s ON s.article = a.number
                 WHERE r.number > ?1 AND r.number <= ?2 AND r.number > a.number AND a.backlog = 0 ORDER BY r.number",
            )?
            .query_map([after.0, cutoff.0], |row| {
                let before: String = row.get(6)?;
                Ok(Change {
                    at: Number(row.get(5)?),
                    before: serde_json::from_str(&before).map_err(|error| broken(6, error))?,
                    after: archived(row)?,
                })
            })?
            .collect()
        })
    }

    fn unfiled(&self, limit: usize) -> Result<Vec<Archived>> {
        self.look("reading articles", |db| {
            // Numbers are given and filed in order, apart from the newest: what has no story is near the end.
            db.prepare_cached(&format!(
                "{ARCHIVED} WHERE a.backlog = 0 AND s.article IS NULL AND a.number <= ?2 ORDER BY a.number LIMIT ?1"
            ))?
            .query_map(params![i64::try_from(limit).unwrap_or(i64::MAX), i64::MAX], archived)?
            .collect()
        })
    }

    fn filed(&self, since: DateTime<Utc>) -> Result<Vec<(Telling, Number)>> {
        self.look("reading stories", |db| {
            db.prepare_cached(
                "SELECT s.article, a.id, s.at, s.page, s.wording, s.features, s.story
                 FROM story s JOIN article a ON a.number = s.article WHERE s.at >= ?1 ORDER BY s.at, a.id",
            )?
            .query_map([millis(since)], |row| {
                let telling = Telling {
                    number: Number(row.get(0)?),
                    key: row.get(1)?,
                    at: time(row.get(2)?),
                    page: row.get(3)?,
                    wording: row.get(4)?,
                    features: row.get(5)?,
                };
                Ok((telling, Number(row.get(6)?)))
            })?
            .collect()
        })
    }

    fn same_story(&self, telling: &Telling, since: DateTime<Utc>) -> Result<Option<Number>> {
        self.look("reading stories", |db| {
            db.prepare_cached(
                "SELECT article, story FROM story WHERE page = ?1 AND at >= ?3
                 UNION ALL SELECT article, story FROM story WHERE wording = ?2 AND at >= ?3
                 ORDER BY 1 LIMIT 1",
            )?
            .query_row(
                params![telling.page, telling.wording, millis(since)],
                |row| row.get(1).map(Number),
            )
            .optional()
        })
    }

    fn file(&self, stories: &[(Telling, Number)]) -> Result<()> {
        for batch in stories.chunks(BATCH) {
            self.change("recording stories", |db| {
                let mut insert = db.prepare_cached(
                    "INSERT INTO story (article, story, at, page, wording, features)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
                )?;
                for (telling, story) in batch {
                    insert.execute(params![
                        telling.number.0,
                        story.0,
                        millis(telling.at),
                        telling.page,
                        telling.wording,
                        telling.features
                    ])?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}

/// Stories that are recorded within one transaction.
const BATCH: usize = 2000;

/// Begins every query for articles; `?2` is the cutoff.
const ARCHIVED: &str = "
    SELECT a.number, a.eligible_at, r.hash, r.content, coalesce(s.story, a.number)
    FROM article a LEFT JOIN story s ON s.article = a.number
    JOIN revision r ON r.article = a.number AND r.number =
      (SELECT max(number) FROM revision WHERE article = a.number AND number <= ?2)";

fn archived(row: &Row) -> rusqlite::Result<Archived> {
    let content: String = row.get(3)?;
    Ok(Archived {
        number: Number(row.get(0)?),
        eligible_at: time(row.get(1)?),
        story: Number(row.get(4)?),
        revision: Revision(row.get(2)?),
        article: serde_json::from_str(&content).map_err(|error| broken(3, error))?,
    })
}

fn keep_memory(
    db: &Transaction,
    source: &str,
    memory: &str,
    at: DateTime<Utc>,
) -> rusqlite::Result<()> {
    db.execute(
        "INSERT INTO source (name, memory, collected_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET memory = excluded.memory, collected_at = excluded.collected_at",
        params![source, memory, millis(at)],
    )?;
    Ok(())
}

enum What {
    New,
    Changed,
    Known,
}

fn record_one(
    db: &Transaction,
    article: &Article,
    backlog: bool,
    at: DateTime<Utc>,
) -> rusqlite::Result<What> {
    let (key, hash) = (article.key(), article.revision().0);
    let known: Option<(i64, String)> = db
        .prepare_cached(
            "SELECT a.number, r.hash FROM article a JOIN revision r ON r.article = a.number
             WHERE a.id = ?1 ORDER BY r.number DESC LIMIT 1",
        )?
        .query_row([&key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (article_number, number, what) = match known {
        Some((_, old)) if old == hash => return Ok(What::Known),
        Some((article_number, _)) => (article_number, next_number(db)?, What::Changed),
        None => {
            let number = next_number(db)?;
            db.prepare_cached(
                "INSERT INTO article (number, id, eligible_at, backlog) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![number, key, millis(at), backlog])?;
            (number, number, What::New)
        }
    };
    let content = serde_json::to_string(article).map_err(|error| broken(3, error))?;
    db.prepare_cached(
        "INSERT INTO revision (article, number, hash, content) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![article_number, number, hash, content])?;
    Ok(what)
}

fn next_number(db: &Transaction) -> rusqlite::Result<i64> {
    db.prepare_cached(
        "UPDATE counter SET value = value + 1 WHERE name = 'article' RETURNING value",
    )?
    .query_row([], |row| row.get(0))
}
