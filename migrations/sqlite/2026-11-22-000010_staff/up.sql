-- Who proves who they are by password and second factor, whatever they work as.
CREATE TABLE credential (
    account_id BINARY NOT NULL PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    -- Argon2id, with its salt and parameters.
    password_hash TEXT NOT NULL,
    -- The secret of the authenticator app, sealed with the data key.
    totp_sealed BINARY NOT NULL,
    -- The time step of the last code that was taken: none of it or before is taken again.
    totp_step BIGINT NOT NULL,
    -- The secret of another app that is being set up, sealed likewise.
    totp_next_sealed BINARY,
    changed_at TIMESTAMP NOT NULL
);

CREATE TABLE recovery_code (
    account_id BINARY NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- Keyed hash.
    code_hash BINARY NOT NULL,
    used_at TIMESTAMP,
    PRIMARY KEY (account_id, code_hash)
);

-- One row per try at a password that did not sign in, for unknown phones too.
CREATE TABLE sign_in_try (
    id BINARY NOT NULL PRIMARY KEY,
    -- Keyed hashes.
    phone_hash BINARY NOT NULL,
    address_hash BINARY NOT NULL,
    -- A device on which the phone has signed in before. NULL: a stranger.
    device BINARY,
    at TIMESTAMP NOT NULL
);
CREATE INDEX sign_in_try_phone ON sign_in_try (phone_hash, at);
CREATE INDEX sign_in_try_address ON sign_in_try (address_hash, at);
CREATE INDEX sign_in_try_at ON sign_in_try (at);

CREATE TABLE staff_member (
    nursery_id BINARY NOT NULL REFERENCES nursery (id) ON DELETE CASCADE,
    account_id BINARY NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('head', 'teacher', 'front_desk')),
    name TEXT NOT NULL,
    joined_at TIMESTAMP NOT NULL,
    -- When the account last chose to act for this nursery: the latest one is where it signs in.
    chosen_at TIMESTAMP NOT NULL,
    PRIMARY KEY (nursery_id, account_id)
);
CREATE INDEX staff_member_account ON staff_member (account_id);

-- To work at a nursery, or to begin anew with a lost password.
CREATE TABLE staff_invitation (
    id BINARY NOT NULL PRIMARY KEY,
    nursery_id BINARY NOT NULL REFERENCES nursery (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL CHECK (purpose IN ('join', 'reset')),
    phone TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('head', 'teacher', 'front_desk')),
    name TEXT NOT NULL,
    -- Keyed hash of the code that was sent.
    code_hash BINARY NOT NULL UNIQUE,
    -- The secret of the authenticator app that is being set up, sealed with the data key. NULL: not opened yet.
    totp_sealed BINARY,
    -- Tries with another phone than the invited one.
    tries SMALLINT NOT NULL DEFAULT 0,
    -- NULL: the operator.
    invited_by BINARY,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    answer TEXT CHECK (answer IN ('accepted', 'revoked')),
    answered_at TIMESTAMP
);
CREATE INDEX staff_invitation_nursery ON staff_invitation (nursery_id, created_at);
CREATE INDEX staff_invitation_phone ON staff_invitation (phone, created_at);
CREATE INDEX staff_invitation_expires ON staff_invitation (expires_at);

-- As whom it acts, and for which nursery when as staff.
ALTER TABLE session ADD COLUMN kind TEXT NOT NULL DEFAULT 'family' CHECK (kind IN ('family', 'staff'));
ALTER TABLE session ADD COLUMN nursery_id BINARY;
-- When it ends however much it is used. NULL: never, while it is used.
ALTER TABLE session ADD COLUMN ends_at TIMESTAMP;
