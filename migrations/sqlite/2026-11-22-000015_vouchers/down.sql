DELETE FROM session WHERE kind = 'issuer';
DROP INDEX session_account;
ALTER TABLE session RENAME TO session_before;
CREATE TABLE session (
    id BINARY NOT NULL PRIMARY KEY,
    account_id BINARY NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    refresh_hash BINARY NOT NULL UNIQUE,
    previous_hash BINARY,
    rotated_at TIMESTAMP NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP,
    family_id BINARY,
    kind TEXT NOT NULL DEFAULT 'family' CHECK (kind IN ('family', 'staff')),
    nursery_id BINARY,
    ends_at TIMESTAMP
);
INSERT INTO session SELECT id, account_id, refresh_hash, previous_hash, rotated_at, created_at, expires_at, ended_at,
    family_id, kind, nursery_id, ends_at FROM session_before;
DROP TABLE session_before;
CREATE INDEX session_account ON session (account_id);
DROP TABLE ledger_entry;
DROP TABLE voucher;
DROP TABLE campaign_wave;
DROP TABLE campaign;
DROP TABLE issuer_member;
DROP TABLE issuer;
