CREATE TABLE delivery_before AS SELECT * FROM delivery WHERE channel = 'sms';
DROP TABLE delivery;
-- A message on its way to a phone. The inbox needs none: the message is there.
CREATE TABLE delivery (
    message_id BINARY NOT NULL REFERENCES message (id) ON DELETE CASCADE,
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
INSERT INTO delivery (message_id, channel, state, at_once, until, next_try_at, attempts, provider_id, error)
    SELECT message_id, channel, state, at_once, until, next_try_at, attempts, provider_id, error FROM delivery_before;
DROP TABLE delivery_before;
CREATE INDEX delivery_due ON delivery (next_try_at) WHERE next_try_at IS NOT NULL;
ALTER TABLE account DROP COLUMN wechat_asked_until;
DROP TABLE wechat_binding;
