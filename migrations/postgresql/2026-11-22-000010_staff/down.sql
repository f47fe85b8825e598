DELETE FROM session WHERE kind <> 'family';
ALTER TABLE session DROP COLUMN ends_at;
ALTER TABLE session DROP COLUMN nursery_id;
ALTER TABLE session DROP COLUMN kind;
DROP TABLE staff_invitation;
DROP TABLE staff_member;
DROP TABLE sign_in_try;
DROP TABLE recovery_code;
DROP TABLE credential;
