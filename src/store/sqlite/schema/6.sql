-- What has gone under a rate: for the even ones `at` is when the next mail is due (in microseconds), for quotas when the period ends (in
-- milliseconds), and `used` how many have gone in it.
CREATE TABLE allowance (name TEXT PRIMARY KEY, at INTEGER NOT NULL, used INTEGER NOT NULL) STRICT, WITHOUT ROWID;
