-- Which story an article tells: decided once, when it becomes eligible. A row for each article that goes to somebody.
CREATE TABLE story (
  article INTEGER PRIMARY KEY REFERENCES article,
  story INTEGER NOT NULL,           -- the number of the article that began it
  at INTEGER NOT NULL,              -- when the article became eligible
  page TEXT,
  wording TEXT,
  features TEXT NOT NULL
) STRICT;
CREATE INDEX story_articles ON story (story);
CREATE INDEX story_at ON story (at);
CREATE INDEX story_page ON story (page, article) WHERE page IS NOT NULL;
CREATE INDEX story_wording ON story (wording, article) WHERE wording IS NOT NULL;
