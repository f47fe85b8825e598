-- The language in which it last used the product, and by what ways it wants to be told besides its inbox.
ALTER TABLE account ADD COLUMN language TEXT NOT NULL DEFAULT 'zh' CHECK (language IN ('zh', 'en'));
ALTER TABLE account ADD COLUMN by_sms BOOLEAN NOT NULL DEFAULT TRUE;

-- How it travels stands in delivery.
ALTER TABLE message DROP COLUMN state;
ALTER TABLE message ADD COLUMN kind TEXT NOT NULL DEFAULT 'other' CHECK (kind IN ('code', 'booking', 'offer', 'reminder', 'other'));
-- In whose inbox it lies. NULL: a nursery's, or a phone's that has no account.
ALTER TABLE message ADD COLUMN account_id BYTEA REFERENCES account (id) ON DELETE CASCADE;
ALTER TABLE message ADD COLUMN booking_id BYTEA;
-- When the visit begins that a reminder is about.
ALTER TABLE message ADD COLUMN visit_at TIMESTAMP;
ALTER TABLE message ADD COLUMN read_at TIMESTAMP;
UPDATE message SET kind = 'code' WHERE event LIKE 'code:%';
UPDATE message SET kind = 'booking' WHERE event LIKE 'booking:%';
UPDATE message SET account_id = (SELECT id FROM account WHERE phone = recipient) WHERE channel = 'sms';
CREATE INDEX message_account ON message (account_id, id) WHERE account_id IS NOT NULL;

-- A message on its way to a phone. The inbox needs none: the message is there.
CREATE TABLE delivery (
    message_id BYTEA NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    channel TEXT NOT NULL CHECK (channel IN ('sms')),
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'skipped', 'unknown')),
    -- Does not wait for the morning.
    at_once BOOLEAN NOT NULL,
    -- Of no use after that.
    until TIMESTAMP NOT NULL,
    -- While it is being sent: when that is given up. NULL: nothing is to be done any more.
    next_try_at TIMESTAMP,
    attempts SMALLINT NOT NULL DEFAULT 0,
    -- What the provider calls it.
    provider_id TEXT,
    -- Why it is where it is, in plain words.
    error TEXT,
    PRIMARY KEY (message_id, channel)
);
CREATE INDEX delivery_due ON delivery (next_try_at) WHERE next_try_at IS NOT NULL;

-- The family has said that the child comes.
CREATE TABLE visit_answer (
    booking_id BYTEA NOT NULL REFERENCES booking (id) ON DELETE CASCADE,
    -- When the visit begins: at another time it is another visit.
    visit_at TIMESTAMP NOT NULL,
    account_id BYTEA NOT NULL,
    answered_at TIMESTAMP NOT NULL,
    PRIMARY KEY (booking_id, visit_at)
);

-- Who comes at a time of a day, for reminders.
CREATE INDEX booking_day_date ON booking_day (date, from_half_hour);
