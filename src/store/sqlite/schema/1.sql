-- Times are milliseconds since 1970 in UTC.

-- The archive. `counter` gives the numbers, in the transaction that inserts: a number that is seen is committed,
-- and none smaller can come after it.
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO counter VALUES ('article', 0);
CREATE TABLE source (
  name TEXT PRIMARY KEY,
  memory TEXT NOT NULL,
  collected_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE article (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  eligible_at INTEGER NOT NULL,
  backlog INTEGER NOT NULL          -- 1: there before its source was first collected; it goes to nobody
) STRICT;
CREATE INDEX article_eligible ON article (eligible_at);
CREATE TABLE revision (
  article INTEGER NOT NULL REFERENCES article,
  number INTEGER NOT NULL,          -- from the same counter: an issue's cutoff says which revision it has
  hash TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (article, number)
) STRICT, WITHOUT ROWID;

-- The roster.
CREATE TABLE subscriber (
  id INTEGER PRIMARY KEY,
  ref BLOB NOT NULL UNIQUE,
  address TEXT NOT NULL UNIQUE,
  address_hash BLOB NOT NULL,
  declared TEXT NOT NULL,
  editions TEXT NOT NULL,
  file TEXT NOT NULL,
  place INTEGER NOT NULL,
  gone_at INTEGER,
  changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX subscriber_file ON subscriber (file);
CREATE TABLE subscription (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  subscriber INTEGER NOT NULL REFERENCES subscriber,
  edition TEXT NOT NULL,
  joined_at INTEGER NOT NULL,
  gone_at INTEGER
) STRICT;
CREATE UNIQUE INDEX subscription_active ON subscription (subscriber, edition) WHERE gone_at IS NULL;
CREATE INDEX subscription_page ON subscription (edition, number) WHERE gone_at IS NULL;
CREATE TABLE suppression (
  id INTEGER PRIMARY KEY,
  address_hash BLOB NOT NULL,
  edition TEXT NOT NULL,            -- '' for all
  reason TEXT NOT NULL,
  evidence TEXT NOT NULL,
  at INTEGER NOT NULL,
  lifted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX suppression_active ON suppression (address_hash, edition, reason) WHERE lifted_at IS NULL;

-- The ledger.
CREATE TABLE kept (hash TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE issue (
  id TEXT PRIMARY KEY,
  edition TEXT NOT NULL,
  date TEXT NOT NULL,
  planned_at INTEGER NOT NULL,
  deadline INTEGER NOT NULL,
  cutoff INTEGER NOT NULL,
  upto INTEGER NOT NULL,
  place INTEGER NOT NULL,
  made_from TEXT NOT NULL,
  key_id INTEGER NOT NULL,
  audience INTEGER NOT NULL,
  state TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX issue_date ON issue (edition, date);
CREATE TABLE segment (
  issue TEXT NOT NULL REFERENCES issue,
  number INTEGER NOT NULL,
  watermark INTEGER NOT NULL,
  key TEXT NOT NULL,
  PRIMARY KEY (issue, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE chunk (
  id INTEGER PRIMARY KEY,
  issue TEXT NOT NULL REFERENCES issue,
  members BLOB NOT NULL,
  count INTEGER NOT NULL,
  original INTEGER NOT NULL,        -- 1: from the plan; 0: its members were in an earlier chunk of the issue
  attempt INTEGER NOT NULL,
  resend INTEGER NOT NULL,
  state TEXT NOT NULL,              -- free | claimed | done
  owner TEXT,
  epoch INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER NOT NULL DEFAULT 0,
  done_n INTEGER NOT NULL DEFAULT 0,
  intent_n INTEGER NOT NULL DEFAULT 0,
  intent_owner TEXT,
  intent_epoch INTEGER,
  not_before INTEGER NOT NULL
) STRICT;
CREATE INDEX chunk_open ON chunk (not_before, id) WHERE state <> 'done';
CREATE INDEX chunk_issue ON chunk (issue);
CREATE TABLE outcome (
  issue TEXT NOT NULL REFERENCES issue,
  subscription INTEGER NOT NULL,
  state TEXT NOT NULL,              -- rejected | deferred | skipped | in doubt
  code INTEGER NOT NULL,
  text TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (issue, subscription)
) STRICT, WITHOUT ROWID;
CREATE INDEX outcome_doubt ON outcome (issue, subscription) WHERE state = 'in doubt';
CREATE TABLE carry (
  subscription INTEGER PRIMARY KEY,
  watermark INTEGER NOT NULL,
  issue TEXT NOT NULL               -- the last issue that did not reach them
) STRICT;
