-- Who gives vouchers out: the office of a city or a district.
CREATE TABLE issuer (
    id BYTEA NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL
);

-- An account works for one issuer at most.
CREATE TABLE issuer_member (
    account_id BYTEA NOT NULL PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    issuer_id BYTEA NOT NULL REFERENCES issuer (id),
    role TEXT NOT NULL CHECK (role IN ('manager', 'auditor')),
    name TEXT NOT NULL,
    joined_at TIMESTAMP NOT NULL
);
CREATE INDEX issuer_member_issuer ON issuer_member (issuer_id);

CREATE TABLE campaign (
    id BYTEA NOT NULL PRIMARY KEY,
    issuer_id BYTEA NOT NULL REFERENCES issuer (id),
    name TEXT NOT NULL,
    value_kind TEXT NOT NULL CHECK (value_kind IN ('fixed', 'percent', 'free_session', 'monthly')),
    -- What one voucher costs the issuer at most; claiming sets so much aside.
    worth_fen BIGINT NOT NULL CHECK (worth_fen > 0),
    percent SMALLINT CHECK (percent BETWEEN 1 AND 100),
    -- Vouchers of one family at most. NULL: one for each of its children.
    per_family SMALLINT CHECK (per_family > 0),
    -- JSON: who may claim.
    eligibility TEXT NOT NULL,
    -- JSON: where it may be used.
    usable TEXT NOT NULL,
    -- Vouchers of one group are not used together. NULL: this one is used with any other.
    stacking_group TEXT,
    valid_from DATE NOT NULL,
    valid_until DATE NOT NULL,
    -- Days after claiming in which it must be used. NULL: until valid_until.
    valid_days SMALLINT CHECK (valid_days > 0),
    created_by BYTEA NOT NULL,
    created_at TIMESTAMP NOT NULL,
    paused_at TIMESTAMP,
    closed_at TIMESTAMP,
    CHECK (valid_from <= valid_until)
);
CREATE INDEX campaign_issuer ON campaign (issuer_id, created_at);

CREATE TABLE campaign_wave (
    campaign_id BYTEA NOT NULL REFERENCES campaign (id),
    -- From 1.
    number SMALLINT NOT NULL,
    opens_at TIMESTAMP NOT NULL,
    -- NULL: when the next one opens, or the vouchers have lost their validity.
    closes_at TIMESTAMP,
    -- Vouchers that it has, and those that have been claimed.
    stock INTEGER NOT NULL,
    issued INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (campaign_id, number),
    CHECK (issued >= 0 AND issued <= stock)
);

CREATE TABLE voucher (
    id BYTEA NOT NULL PRIMARY KEY,
    campaign_id BYTEA NOT NULL REFERENCES campaign (id),
    wave SMALLINT NOT NULL,
    child_id BYTEA NOT NULL REFERENCES child (id),
    family_id BYTEA NOT NULL REFERENCES family (id),
    state TEXT NOT NULL CHECK (state IN ('claimed', 'locked', 'redeemed', 'settled', 'expired', 'void', 'recovered')),
    worth_fen BIGINT NOT NULL,
    -- What it has paid.
    used_fen BIGINT NOT NULL DEFAULT 0,
    -- What it was locked for.
    booking_id BYTEA,
    claimed_at TIMESTAMP NOT NULL,
    -- Last day; never changed.
    expires_on DATE NOT NULL,
    changed_at TIMESTAMP NOT NULL,
    UNIQUE (campaign_id, child_id),
    CHECK (used_fen BETWEEN 0 AND worth_fen)
);
CREATE INDEX voucher_family ON voucher (family_id);
CREATE INDEX voucher_expires ON voucher (state, expires_on);

-- The money of campaigns, double entry: what leaves one account of an entry comes into another, so its amounts make
-- nothing. An account is a column; the budget's is negative. An entry is never changed nor removed.
CREATE TABLE ledger_entry (
    id BYTEA NOT NULL PRIMARY KEY,
    campaign_id BYTEA NOT NULL REFERENCES campaign (id),
    -- NULL: of the campaign's budget.
    voucher_id BYTEA REFERENCES voucher (id),
    kind TEXT NOT NULL CHECK (kind IN ('fund', 'claim', 'lock', 'release', 'redeem', 'undo', 'settle', 'expire', 'cancel', 'recover')),
    budget_fen BIGINT NOT NULL,
    remaining_fen BIGINT NOT NULL,
    claimed_fen BIGINT NOT NULL,
    locked_fen BIGINT NOT NULL,
    redeemed_fen BIGINT NOT NULL,
    settled_fen BIGINT NOT NULL,
    expired_fen BIGINT NOT NULL,
    -- When it happened, and when it was written down.
    business_at TIMESTAMP NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    -- NULL: it came about by itself.
    account_id BYTEA,
    CHECK (budget_fen + remaining_fen + claimed_fen + locked_fen + redeemed_fen + settled_fen + expired_fen = 0)
);
CREATE INDEX ledger_entry_campaign ON ledger_entry (campaign_id);
CREATE INDEX ledger_entry_voucher ON ledger_entry (voucher_id);

CREATE FUNCTION ledger_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the ledger is append-only'; END
$$;
CREATE TRIGGER ledger_entry_stays BEFORE UPDATE OR DELETE ON ledger_entry
FOR EACH ROW EXECUTE FUNCTION ledger_stays();
CREATE TRIGGER ledger_entry_is_kept BEFORE TRUNCATE ON ledger_entry
FOR EACH STATEMENT EXECUTE FUNCTION ledger_stays();

-- Sessions of issuers.
ALTER TABLE session DROP CONSTRAINT session_kind_check;
ALTER TABLE session ADD CONSTRAINT session_kind_check CHECK (kind IN ('family', 'staff', 'issuer'));
ALTER TABLE session ADD COLUMN issuer_id BYTEA;
