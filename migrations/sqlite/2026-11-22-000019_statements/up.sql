-- A month that a nursery's head has closed. What was put right afterwards stands in a later one.
CREATE TABLE statement (
    id BINARY NOT NULL PRIMARY KEY,
    nursery_id BINARY NOT NULL REFERENCES nursery (id),
    -- Its first day.
    month DATE NOT NULL,
    -- What the families pay for it in all.
    due_fen BIGINT NOT NULL,
    closed_at TIMESTAMP NOT NULL,
    -- Who closed it.
    account_id BINARY NOT NULL,
    UNIQUE (nursery_id, month)
);

-- What a booked day came to when the month was closed: of the month itself, or of an earlier one that was put right. The
-- booking's day may be gone by then.
CREATE TABLE statement_day (
    statement_id BINARY NOT NULL REFERENCES statement (id),
    booking_day_id BINARY NOT NULL,
    child_id BINARY NOT NULL REFERENCES child (id),
    date DATE NOT NULL,
    from_half_hour SMALLINT NOT NULL CHECK (from_half_hour BETWEEN 0 AND 47),
    to_half_hour SMALLINT NOT NULL CHECK (to_half_hour BETWEEN 1 AND 48),
    care TEXT NOT NULL,
    class_kind TEXT NOT NULL,
    state TEXT NOT NULL,
    by_nursery BOOLEAN NOT NULL,
    came_at TIMESTAMP,
    collected_at TIMESTAMP,
    unit_price_fen BIGINT NOT NULL,
    late_unit_fen BIGINT NOT NULL,
    care_fen BIGINT NOT NULL,
    given_up_fen BIGINT NOT NULL,
    late_pick_up_fen BIGINT NOT NULL,
    -- What the statements before this one say that the day costs. NULL: it is of the month itself.
    before_fen BIGINT,
    PRIMARY KEY (statement_id, booking_day_id)
);
CREATE INDEX statement_day_child ON statement_day (child_id);

-- What a voucher had paid when the month was closed, less what the statements before this one say.
CREATE TABLE statement_voucher (
    statement_id BINARY NOT NULL REFERENCES statement (id),
    voucher_id BINARY NOT NULL,
    child_id BINARY NOT NULL REFERENCES child (id),
    redeemed_at TIMESTAMP NOT NULL,
    paid_fen BIGINT NOT NULL,
    PRIMARY KEY (statement_id, voucher_id)
);

-- What policy gave for a child and month when the month was closed, and by which text.
CREATE TABLE statement_subsidy (
    statement_id BINARY NOT NULL REFERENCES statement (id),
    child_id BINARY NOT NULL REFERENCES child (id),
    amount_fen BIGINT NOT NULL,
    standing TEXT NOT NULL,
    source TEXT NOT NULL,
    source_en TEXT NOT NULL,
    article TEXT,
    PRIMARY KEY (statement_id, child_id)
);

CREATE TRIGGER statement_stays BEFORE UPDATE ON statement
BEGIN SELECT RAISE(ABORT, 'a closed statement never changes'); END;
CREATE TRIGGER statement_is_kept BEFORE DELETE ON statement
BEGIN SELECT RAISE(ABORT, 'a closed statement never changes'); END;
CREATE TRIGGER statement_day_stays BEFORE UPDATE ON statement_day
BEGIN SELECT RAISE(ABORT, 'a closed statement never changes'); END;
CREATE TRIGGER statement_day_is_kept BEFORE DELETE ON statement_day
BEGIN SELECT RAISE(ABORT, 'a closed statement never changes'); END;
CREATE TRIGGER statement_voucher_stays BEFORE UPDATE ON statement_voucher
BEGIN SELECT RAISE(ABORT, 'a closed statement never changes'); END;
CREATE TRIGGER statement_voucher_is_kept BEFORE DELETE ON statement_voucher
BEGIN SELECT RAISE(ABORT, 'a closed statement never changes'); END;
CREATE TRIGGER statement_subsidy_stays BEFORE UPDATE ON statement_subsidy
BEGIN SELECT RAISE(ABORT, 'a closed statement never changes'); END;
CREATE TRIGGER statement_subsidy_is_kept BEFORE DELETE ON statement_subsidy
BEGIN SELECT RAISE(ABORT, 'a closed statement never changes'); END;
