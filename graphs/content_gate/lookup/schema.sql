-- What the database check reads, in SQLite and in PostgreSQL; further columns and tables are welcome.
-- The keys are made by graphs/adapters/lookup/keys.py: `text_key` and `fingerprint`.

CREATE TABLE authors (
    id TEXT PRIMARY KEY,
    is_blocked BOOLEAN NOT NULL,
    reason TEXT
);

CREATE TABLE publications (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,   -- text_key(title)
    fingerprint TEXT NOT NULL  -- fingerprint(body)
);

CREATE INDEX publications_by_title_key ON publications (title_key);

CREATE INDEX publications_by_fingerprint ON publications (fingerprint);

CREATE TABLE blocked_terms (
    term TEXT PRIMARY KEY,     -- text_key(term)
    reason TEXT
);
