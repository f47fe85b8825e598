-- A family has guardians, other members, and persons who only pick up; an account may belong to several families.
ALTER TABLE family_member DROP CONSTRAINT family_member_role_check;
ALTER TABLE family_member ADD CONSTRAINT family_member_role_check CHECK (role IN ('guardian', 'member', 'pick_up'));
-- What the family calls them; empty where nobody has said.
ALTER TABLE family_member ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE family_member ADD COLUMN joined_at TIMESTAMP;
-- When the account last chose to act for this family: the latest one is where it signs in.
ALTER TABLE family_member ADD COLUMN chosen_at TIMESTAMP;
UPDATE family_member SET joined_at = a.created_at, chosen_at = a.created_at
    FROM account a WHERE a.id = family_member.account_id;
ALTER TABLE family_member ALTER COLUMN joined_at SET NOT NULL;
ALTER TABLE family_member ALTER COLUMN chosen_at SET NOT NULL;

-- The family that a session acts for. Without one it acts for nobody.
ALTER TABLE session ADD COLUMN family_id BYTEA;
UPDATE session SET family_id = (SELECT m.family_id FROM family_member m WHERE m.account_id = session.account_id);

CREATE TABLE pick_up_person (
    id BYTEA NOT NULL PRIMARY KEY,
    family_id BYTEA NOT NULL REFERENCES family (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    relation TEXT NOT NULL,
    phone TEXT,
    -- Who signs in as this person, once they have accepted.
    account_id BYTEA REFERENCES account (id) ON DELETE SET NULL,
    -- A small JPEG without metadata, sealed with the data key.
    photo_sealed BYTEA,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX pick_up_person_family ON pick_up_person (family_id);
CREATE INDEX pick_up_person_account ON pick_up_person (account_id);

CREATE TABLE family_invitation (
    id BYTEA NOT NULL PRIMARY KEY,
    family_id BYTEA NOT NULL REFERENCES family (id) ON DELETE CASCADE,
    phone TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('guardian', 'member', 'pick_up')),
    name TEXT NOT NULL,
    -- Whom to sign in as, where it invites to pick up.
    person_id BYTEA REFERENCES pick_up_person (id) ON DELETE CASCADE,
    invited_by BYTEA NOT NULL,
    -- Whether a text message went out: one phone gets only so many a day.
    texted BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    answer TEXT CHECK (answer IN ('accepted', 'declined', 'revoked')),
    answered_at TIMESTAMP
);
CREATE INDEX family_invitation_family ON family_invitation (family_id, created_at);
CREATE INDEX family_invitation_phone ON family_invitation (phone, created_at);
CREATE INDEX family_invitation_expires ON family_invitation (expires_at);

-- Who picks up the children of a booking on one day. The code itself is kept nowhere: it is drawn from the row's id by
-- a keyed hash.
CREATE TABLE pick_up_code (
    id BYTEA NOT NULL PRIMARY KEY,
    booking_id BYTEA NOT NULL REFERENCES booking (id) ON DELETE CASCADE,
    date DATE NOT NULL,
    person_id BYTEA NOT NULL REFERENCES pick_up_person (id) ON DELETE CASCADE,
    issued_at TIMESTAMP NOT NULL,
    tries SMALLINT NOT NULL DEFAULT 0,
    used_at TIMESTAMP,
    -- Taken back, or followed by another one.
    ended_at TIMESTAMP
);
CREATE UNIQUE INDEX pick_up_code_open ON pick_up_code (booking_id, date) WHERE used_at IS NULL AND ended_at IS NULL;
CREATE INDEX pick_up_code_person ON pick_up_code (person_id, date);
