-- A change of opening hours that a head has made, and what she told the families of it.
CREATE TABLE hours_change (
    id BYTEA NOT NULL PRIMARY KEY,
    nursery_id BYTEA NOT NULL REFERENCES nursery (id) ON DELETE CASCADE,
    -- Who made it.
    account_id BYTEA NOT NULL,
    -- What was changed: JSON.
    what TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- The last date that it is about. NULL: every week.
    last_date DATE,
    made_at TIMESTAMP NOT NULL,
    -- A closure that was lifted again.
    lifted_at TIMESTAMP
);
CREATE INDEX hours_change_nursery ON hours_change (nursery_id, last_date);

-- Dates that have hours of their own, instead of those of their weekday and the calendar. Several rows are several
-- openings.
CREATE TABLE opening_date (
    nursery_id BYTEA NOT NULL REFERENCES nursery (id) ON DELETE CASCADE,
    date DATE NOT NULL,
    from_half_hour SMALLINT NOT NULL CHECK (from_half_hour BETWEEN 0 AND 47),
    to_half_hour SMALLINT NOT NULL CHECK (to_half_hour BETWEEN 1 AND 48),
    PRIMARY KEY (nursery_id, date, from_half_hour),
    CHECK (from_half_hour < to_half_hour)
);

-- By which change of hours it came about. NULL: an operator's.
ALTER TABLE closure ADD COLUMN hours_change_id BYTEA;
CREATE INDEX closure_hours_change ON closure (hours_change_id) WHERE hours_change_id IS NOT NULL;
-- The change of hours for which the nursery cancelled it, moved it away, or asked to have the child picked up.
ALTER TABLE booking_day ADD COLUMN hours_change_id BYTEA;
CREATE INDEX booking_day_hours_change ON booking_day (hours_change_id) WHERE hours_change_id IS NOT NULL;
