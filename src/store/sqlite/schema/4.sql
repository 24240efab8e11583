-- People who came by themselves, by import or by the command line, and what people chose themselves. `declared` is the person as
-- they are mailed: what the file or their coming says of them, with what they chose laid over it. `file` is '' for whom no file declares.
ALTER TABLE subscriber ADD COLUMN filed TEXT;     -- what the file declares, where that isn't `declared`
ALTER TABLE subscriber ADD COLUMN joined TEXT;    -- what they came with, if not by a file alone
ALTER TABLE subscriber ADD COLUMN chosen TEXT;    -- what they chose
-- Whoever writes `Ann@` and `ann@` is one person.
CREATE INDEX subscriber_lower ON subscriber (lower(address));
-- A file may go on declaring the address that somebody had before.
CREATE TABLE former_address (
  address TEXT PRIMARY KEY,
  subscriber INTEGER NOT NULL REFERENCES subscriber
) STRICT, WITHOUT ROWID;
CREATE INDEX former_address_subscriber ON former_address (subscriber);
CREATE TABLE consent (
  id INTEGER PRIMARY KEY,
  subscriber INTEGER NOT NULL REFERENCES subscriber,
  edition TEXT NOT NULL,
  how TEXT NOT NULL,                -- form | import | command line
  at INTEGER NOT NULL,
  wording TEXT NOT NULL,            -- the version of the words that they agreed to
  origin TEXT NOT NULL,             -- the network that they came from
  evidence TEXT NOT NULL
) STRICT;
CREATE INDEX consent_subscriber ON consent (subscriber);
-- What somebody asked for and has yet to confirm by mail.
CREATE TABLE pending (
  nonce BLOB PRIMARY KEY,
  purpose TEXT NOT NULL,
  address TEXT NOT NULL,
  address_hash BLOB NOT NULL,
  edition TEXT NOT NULL,
  reader BLOB,
  chosen TEXT NOT NULL,
  wording TEXT NOT NULL,
  origin TEXT NOT NULL,
  at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  settled_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_address ON pending (address_hash, at);
CREATE INDEX pending_origin ON pending (origin, at);
CREATE INDEX pending_at ON pending (at);
-- What happened to people. `[hooks] subscriber` is told of it in this order.
CREATE TABLE history (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  subscriber INTEGER NOT NULL REFERENCES subscriber,
  at INTEGER NOT NULL,
  what TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX history_subscriber ON history (subscriber);
