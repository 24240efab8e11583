-- A subscription's slot, '' for its edition's own, and since which civil date it is in it: it gets its first issue there after that date.
-- `former` says what its reader followed before, and up to which article, as JSON.
ALTER TABLE subscription ADD COLUMN slot TEXT NOT NULL DEFAULT '';
ALTER TABLE subscription ADD COLUMN slot_since TEXT;
ALTER TABLE subscription ADD COLUMN former TEXT NOT NULL DEFAULT '[]';
DROP INDEX subscription_page;
CREATE INDEX subscription_page ON subscription (edition, slot, number) WHERE gone_at IS NULL;
ALTER TABLE issue ADD COLUMN slot TEXT NOT NULL DEFAULT '';
DROP INDEX issue_date;
CREATE UNIQUE INDEX issue_date ON issue (edition, slot, date);
-- Since when somebody has waited: the time of the first issue that did not reach them.
ALTER TABLE carry ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
UPDATE carry SET since = coalesce((SELECT planned_at FROM issue WHERE id = carry.issue), 0);
-- What changed since an issue.
CREATE INDEX revision_number ON revision (number);
-- What many subscribers declare alike, each once: a row of theirs without who they are.
CREATE TABLE wish (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO wish (text) SELECT DISTINCT json_set(declared, '$.address', 'nobody@example.invalid', '$.name', '') FROM subscriber;
ALTER TABLE subscriber ADD COLUMN wish INTEGER NOT NULL DEFAULT 0;
UPDATE subscriber SET wish = (SELECT id FROM wish WHERE text = json_set(declared, '$.address', 'nobody@example.invalid', '$.name', ''));
