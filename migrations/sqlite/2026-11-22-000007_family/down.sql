DROP TABLE pick_up_code;
DROP TABLE family_invitation;
DROP TABLE pick_up_person;
ALTER TABLE session DROP COLUMN family_id;
CREATE TABLE family_member_before AS SELECT family_id, account_id, role FROM family_member WHERE role = 'guardian';
DROP TABLE family_member;
CREATE TABLE family_member (
    family_id BINARY NOT NULL REFERENCES family (id) ON DELETE CASCADE,
    account_id BINARY NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('guardian')),
    PRIMARY KEY (family_id, account_id)
);
INSERT INTO family_member SELECT family_id, account_id, role FROM family_member_before;
DROP TABLE family_member_before;
CREATE INDEX family_member_account ON family_member (account_id);
