-- The WeChat of an account: news goes there instead of by text message. One WeChat belongs to one account at a time.
CREATE TABLE wechat_binding (
    account_id BYTEA NOT NULL PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    -- A keyed hash, to find it by.
    openid_hash BYTEA NOT NULL,
    -- Sealed with the data key, to write to.
    openid_sealed BYTEA NOT NULL,
    -- Whether its person wants news there.
    is_on BOOLEAN NOT NULL,
    bound_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX wechat_binding_openid ON wechat_binding (openid_hash);

-- Permissions to bind that were made until then are used up. NULL: none was used yet.
ALTER TABLE account ADD COLUMN wechat_asked_until TIMESTAMP;

ALTER TABLE delivery DROP CONSTRAINT delivery_channel_check;
ALTER TABLE delivery ADD CONSTRAINT delivery_channel_check CHECK (channel IN ('sms', 'wechat'));
