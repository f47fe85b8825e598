-- A child's days as a calendar that a phone follows, until a guardian ends it or makes a new link.
CREATE TABLE calendar_feed (
    child_id BYTEA NOT NULL PRIMARY KEY REFERENCES child (id) ON DELETE CASCADE,
    -- Hash of the secret in the link: whoever reads the database can follow nobody.
    key_hash BYTEA NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL
);
