//! The archive in SQLite.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Transaction, params};

use super::{Sqlite, broken, millis, time};
use crate::{
    domain::{Archived, Article, Number, Revision},
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
            let mut statement = db.prepare_cached(
                "SELECT a.number, a.eligible_at, r.hash, r.content
                 FROM article a JOIN revision r ON r.article = a.number AND r.number =
                   (SELECT max(number) FROM revision WHERE article = a.number AND number <= ?2)
                 WHERE a.number > ?1 AND a.number <= ?2 AND a.backlog = 0
                 ORDER BY a.number",
            )?;
            let rows = statement.query_map([after.0, cutoff.0], |row| {
                let content: String = row.get(3)?;
                Ok(Archived {
                    number: Number(row.get(0)?),
                    eligible_at: time(row.get(1)?),
                    story: Number(row.get(0)?),
                    revision: Revision(row.get(2)?),
                    article: serde_json::from_str(&content).map_err(|error| broken(3, error))?,
                })
            })?;
            rows.collect()
        })
    }
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
