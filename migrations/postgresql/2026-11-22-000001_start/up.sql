-- Portable types: UUIDv7 in 16 bytes, UTC timestamps, local dates, fen as BIGINT, closed lists as TEXT with CHECK.
-- The same tables in the same order for both databases.

-- Accounts and families ------------------------------------------------------------------------------------------

CREATE TABLE account (
    id BYTEA NOT NULL PRIMARY KEY,
    phone TEXT NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE family (
    id BYTEA NOT NULL PRIMARY KEY,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE family_member (
    family_id BYTEA NOT NULL REFERENCES family (id) ON DELETE CASCADE,
    account_id BYTEA NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('guardian')),
    PRIMARY KEY (family_id, account_id)
);
CREATE INDEX family_member_account ON family_member (account_id);

-- One row per code sent, for unknown numbers too.
CREATE TABLE login_code (
    id BYTEA NOT NULL PRIMARY KEY,
    phone TEXT NOT NULL,
    -- Keyed hash: the six digits alone could be guessed from a plain one.
    code_hash BYTEA NOT NULL,
    -- Keyed hash of the address that asked, for its limit.
    address_hash BYTEA NOT NULL,
    sent_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    -- From the address that asked for it, and from all others.
    tries SMALLINT NOT NULL DEFAULT 0,
    stranger_tries SMALLINT NOT NULL DEFAULT 0,
    used_at TIMESTAMP
);
CREATE INDEX login_code_phone ON login_code (phone, sent_at);
CREATE INDEX login_code_address ON login_code (address_hash, sent_at);
CREATE INDEX login_code_sent ON login_code (sent_at);

CREATE TABLE session (
    id BYTEA NOT NULL PRIMARY KEY,
    account_id BYTEA NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    refresh_hash BYTEA NOT NULL UNIQUE,
    -- Honoured for 30 seconds after the rotation, for a second tab.
    previous_hash BYTEA,
    rotated_at TIMESTAMP NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
CREATE INDEX session_account ON session (account_id);

CREATE TABLE child (
    id BYTEA NOT NULL PRIMARY KEY,
    family_id BYTEA NOT NULL REFERENCES family (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    birth_date DATE NOT NULL,
    sex TEXT NOT NULL CHECK (sex IN ('female', 'male')),
    birth_order SMALLINT NOT NULL CHECK (birth_order BETWEEN 1 AND 12),
    residence_district TEXT NOT NULL,
    -- Sealed with the data key; NULL when empty.
    allergies_sealed BYTEA,
    notes_sealed BYTEA,
    created_at TIMESTAMP NOT NULL,
    -- An erased child keeps its row without any of its facts, so that past bookings still add up.
    erased_at TIMESTAMP
);
CREATE INDEX child_family ON child (family_id);

CREATE TABLE consent (
    id BYTEA NOT NULL PRIMARY KEY,
    child_id BYTEA NOT NULL REFERENCES child (id) ON DELETE CASCADE,
    account_id BYTEA NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('care', 'health')),
    version TEXT NOT NULL,
    given_at TIMESTAMP NOT NULL,
    withdrawn_at TIMESTAMP
);
CREATE INDEX consent_child ON consent (child_id);

-- Who did what to whose record. Never a name, a phone number or a health fact.
CREATE TABLE audit (
    id BYTEA NOT NULL PRIMARY KEY,
    at TIMESTAMP NOT NULL,
    account_id BYTEA,
    action TEXT NOT NULL,
    subject BYTEA
);
CREATE INDEX audit_subject ON audit (subject, at);

-- The register of nurseries ----------------------------------------------------------------------------------------

CREATE TABLE district (
    -- Administrative code, six digits.
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    -- JSON: a closed ring of [lng, lat].
    outline TEXT NOT NULL,
    centre_lat DOUBLE PRECISION NOT NULL,
    centre_lng DOUBLE PRECISION NOT NULL,
    demo BOOLEAN NOT NULL
);

CREATE TABLE nursery (
    id BYTEA NOT NULL PRIMARY KEY,
    -- The key of its source, so that an import meets it again.
    source_key TEXT UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('centre_hub', 'childcare_institution', 'community', 'kindergarten_class', 'employer', 'home_based')),
    ownership TEXT NOT NULL CHECK (ownership IN ('public', 'public_private_run', 'state_owned', 'institution_run', 'private')),
    district_id TEXT REFERENCES district (id),
    address TEXT NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    lng DOUBLE PRECISION NOT NULL,
    phone TEXT,
    inclusive BOOLEAN NOT NULL,
    rating TEXT,
    registration_no TEXT,
    filing_no TEXT,
    about TEXT NOT NULL,
    bring TEXT NOT NULL,
    health TEXT NOT NULL,
    demo BOOLEAN NOT NULL,
    -- Classes and offers are defaults of an import.
    to_confirm BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    -- Brought by an import that has not been accepted yet: nobody sees it. NULL: it stands in the register.
    import_id BYTEA
);
CREATE INDEX nursery_staged ON nursery (import_id) WHERE import_id IS NOT NULL;

CREATE TABLE class (
    id BYTEA NOT NULL PRIMARY KEY,
    nursery_id BYTEA NOT NULL REFERENCES nursery (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('infant', 'toddler', 'senior_toddler', 'mixed')),
    name TEXT NOT NULL,
    -- Approved places.
    places SMALLINT NOT NULL CHECK (places >= 0),
    carers SMALLINT NOT NULL CHECK (carers >= 0)
);
CREATE INDEX class_nursery ON class (nursery_id);

CREATE TABLE offer (
    id BYTEA NOT NULL PRIMARY KEY,
    class_id BYTEA NOT NULL REFERENCES class (id) ON DELETE CASCADE,
    care TEXT NOT NULL CHECK (care IN ('full_day', 'half_day', 'temporary', 'hourly')),
    -- Of one window; of one hour for hourly care.
    price_fen BIGINT NOT NULL CHECK (price_fen >= 0),
    lead_minutes INTEGER NOT NULL CHECK (lead_minutes >= 0),
    free_until_hours SMALLINT NOT NULL CHECK (free_until_hours >= 0),
    late_percent SMALLINT NOT NULL CHECK (late_percent BETWEEN 0 AND 100),
    -- No longer sold; kept for the bookings that name it.
    withdrawn_at TIMESTAMP
);
CREATE INDEX offer_class ON offer (class_id);

CREATE TABLE offer_window (
    offer_id BYTEA NOT NULL REFERENCES offer (id) ON DELETE CASCADE,
    from_half_hour SMALLINT NOT NULL CHECK (from_half_hour BETWEEN 0 AND 47),
    to_half_hour SMALLINT NOT NULL CHECK (to_half_hour BETWEEN 1 AND 48),
    PRIMARY KEY (offer_id, from_half_hour, to_half_hour),
    CHECK (from_half_hour < to_half_hour)
);

-- The weekly template. Several rows on a weekday are several openings.
CREATE TABLE opening (
    nursery_id BYTEA NOT NULL REFERENCES nursery (id) ON DELETE CASCADE,
    -- 1 is Monday.
    weekday SMALLINT NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    from_half_hour SMALLINT NOT NULL CHECK (from_half_hour BETWEEN 0 AND 47),
    to_half_hour SMALLINT NOT NULL CHECK (to_half_hour BETWEEN 1 AND 48),
    PRIMARY KEY (nursery_id, weekday, from_half_hour),
    CHECK (from_half_hour < to_half_hour)
);

CREATE TABLE closure (
    id BYTEA NOT NULL PRIMARY KEY,
    nursery_id BYTEA NOT NULL REFERENCES nursery (id) ON DELETE CASCADE,
    -- NULL: the whole nursery.
    class_id BYTEA REFERENCES class (id) ON DELETE CASCADE,
    date DATE NOT NULL,
    from_half_hour SMALLINT NOT NULL CHECK (from_half_hour BETWEEN 0 AND 47),
    to_half_hour SMALLINT NOT NULL CHECK (to_half_hour BETWEEN 1 AND 48),
    reason TEXT NOT NULL,
    CHECK (from_half_hour < to_half_hour)
);
CREATE INDEX closure_nursery ON closure (nursery_id, date);

-- Places -------------------------------------------------------------------------------------------------------------

-- Only days that have or had bookings.
CREATE TABLE class_day (
    class_id BYTEA NOT NULL REFERENCES class (id) ON DELETE CASCADE,
    date DATE NOT NULL,
    -- 48 bytes: children in each half-hour, holds included.
    used BYTEA NOT NULL CHECK (length(used) = 48),
    version BIGINT NOT NULL,
    PRIMARY KEY (class_id, date)
);
CREATE INDEX class_day_date ON class_day (date);

-- What the index of each process follows. Absolute states, so that applying one twice does no harm.
CREATE TABLE change (
    seq BIGINT NOT NULL GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    -- On PostgreSQL the transaction's id: rows become visible out of the order of seq.
    tx BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    at TIMESTAMP NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('class_day', 'nursery')),
    nursery_id BYTEA NOT NULL,
    class_id BYTEA,
    date DATE,
    version BIGINT,
    -- The class-day's places in use and its open holds.
    state BYTEA
);
CREATE INDEX change_tx ON change (tx);
CREATE INDEX change_at ON change (at);

-- Bookings -----------------------------------------------------------------------------------------------------------

CREATE TABLE booking (
    id BYTEA NOT NULL PRIMARY KEY,
    family_id BYTEA NOT NULL REFERENCES family (id),
    account_id BYTEA NOT NULL,
    nursery_id BYTEA NOT NULL REFERENCES nursery (id),
    state TEXT NOT NULL CHECK (state IN ('held', 'confirmed', 'cancelled_by_family', 'cancelled_by_nursery', 'expired')),
    created_at TIMESTAMP NOT NULL,
    hold_expires_at TIMESTAMP,
    extended BOOLEAN NOT NULL,
    confirmed_at TIMESTAMP,
    cancelled_at TIMESTAMP,
    -- What a late cancellation costs; 0 when free.
    cancel_cost_fen BIGINT NOT NULL DEFAULT 0,
    -- Frozen when booked.
    free_until_hours SMALLINT NOT NULL,
    late_percent SMALLINT NOT NULL,
    pickup TEXT NOT NULL,
    door_code TEXT NOT NULL,
    first_date DATE NOT NULL,
    last_date DATE NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX booking_family ON booking (family_id, last_date);
CREATE INDEX booking_nursery ON booking (nursery_id, last_date);
CREATE INDEX booking_hold ON booking (hold_expires_at) WHERE state = 'held';

-- One child on one day.
CREATE TABLE booking_day (
    id BYTEA NOT NULL PRIMARY KEY,
    booking_id BYTEA NOT NULL REFERENCES booking (id) ON DELETE CASCADE,
    child_id BYTEA NOT NULL REFERENCES child (id),
    offer_id BYTEA NOT NULL REFERENCES offer (id),
    class_id BYTEA NOT NULL REFERENCES class (id),
    care TEXT NOT NULL CHECK (care IN ('full_day', 'half_day', 'temporary', 'hourly')),
    date DATE NOT NULL,
    from_half_hour SMALLINT NOT NULL,
    to_half_hour SMALLINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('expected', 'checked_in', 'checked_out', 'absent', 'no_show', 'released')),
    -- Whether it takes a place: exactly these rows make up class_day.used.
    takes_place BOOLEAN NOT NULL,
    unit_price_fen BIGINT NOT NULL,
    price_fen BIGINT NOT NULL,
    CHECK (from_half_hour < to_half_hour)
);
CREATE INDEX booking_day_booking ON booking_day (booking_id);
CREATE INDEX booking_day_child ON booking_day (child_id, date);
CREATE INDEX booking_day_class ON booking_day (class_id, date);

-- Plumbing -----------------------------------------------------------------------------------------------------------

-- An answer that was committed, kept for a repeat of the same call.
CREATE TABLE idempotency (
    -- Hash of account, route and key.
    scope BYTEA NOT NULL PRIMARY KEY,
    -- Whose answer it is, to be forgotten with them. None before sign-in.
    account_id BYTEA,
    body_hash BYTEA NOT NULL,
    -- JSON.
    answer TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX idempotency_created ON idempotency (created_at);
CREATE INDEX idempotency_account ON idempotency (account_id);

CREATE TABLE job (
    id BYTEA NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    -- JSON.
    payload TEXT NOT NULL,
    run_at TIMESTAMP NOT NULL,
    attempts SMALLINT NOT NULL DEFAULT 0,
    -- Claimed by a worker until then.
    locked_until TIMESTAMP,
    done_at TIMESTAMP,
    error TEXT
);
CREATE INDEX job_due ON job (run_at) WHERE done_at IS NULL;

-- Messages to people and nurseries, in the order written. A person can read them here.
CREATE TABLE message (
    id BYTEA NOT NULL PRIMARY KEY,
    -- At most one message per event and recipient.
    event TEXT NOT NULL,
    recipient TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('sms', 'nursery')),
    body TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
    UNIQUE (event, recipient)
);
CREATE INDEX message_created ON message (created_at);

CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
