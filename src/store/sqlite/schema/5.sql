-- What many subscribers wish alike, in two parts: their topics as they wrote them ('' for those of the edition), of which there are many,
-- and all else that they say, without who they are, of which there are few.
CREATE TABLE manner (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO manner (text) SELECT DISTINCT json_set(text, '$.topics', NULL) FROM wish;
ALTER TABLE wish RENAME TO former_wish;
CREATE TABLE wish (
  id INTEGER PRIMARY KEY,
  topics TEXT NOT NULL,
  manner INTEGER NOT NULL REFERENCES manner,
  UNIQUE (topics, manner)
) STRICT;
INSERT INTO wish SELECT w.id, coalesce(json_extract(w.text, '$.topics'), ''), m.id
  FROM former_wish w JOIN manner m ON m.text = json_set(w.text, '$.topics', NULL);
DROP TABLE former_wish;
-- Segments, up to 256 in a row: nearly every subscriber may have one of their own. A wish and a watermark say all of it.
DROP TABLE segment;
CREATE TABLE segment (
  issue TEXT NOT NULL REFERENCES issue,
  first INTEGER NOT NULL,           -- the number of the first
  watermark INTEGER NOT NULL,       -- the lowest of them
  grounds BLOB NOT NULL,
  PRIMARY KEY (issue, first)
) STRICT, WITHOUT ROWID;
