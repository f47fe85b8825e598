-- The WeChat of an account: news goes there instead of by text message. One WeChat belongs to one account at a time.
CREATE TABLE wechat_binding (
    account_id BINARY NOT NULL PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    -- A keyed hash, to find it by.
    openid_hash BINARY NOT NULL,
    -- Sealed with the data key, to write to.
    openid_sealed BINARY NOT NULL,
    -- Whether its person wants news there.
    is_on BOOLEAN NOT NULL,
    bound_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX wechat_binding_openid ON wechat_binding (openid_hash);

-- Permissions to bind that were made until then are used up. NULL: none was used yet.
ALTER TABLE account ADD COLUMN wechat_asked_until TIMESTAMP;

CREATE TABLE delivery_before AS SELECT * FROM delivery;
DROP TABLE delivery;
-- A message on its way to a phone. The inbox needs none: the message is there.
CREATE TABLE delivery (
    message_id BINARY NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    channel TEXT NOT NULL CHECK (channel IN ('sms', 'wechat')),
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
