-- Who looks after children at a nursery, whether or not they sign in.
CREATE TABLE carer (
    id BYTEA NOT NULL PRIMARY KEY,
    nursery_id BYTEA NOT NULL REFERENCES nursery (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    -- Gone; kept for the rosters that name them.
    left_at TIMESTAMP
);
CREATE INDEX carer_nursery ON carer (nursery_id);

-- When a carer is on duty in a class: on one weekday of every week, or on one date.
CREATE TABLE shift (
    id BYTEA NOT NULL PRIMARY KEY,
    nursery_id BYTEA NOT NULL REFERENCES nursery (id) ON DELETE CASCADE,
    class_id BYTEA NOT NULL REFERENCES class (id) ON DELETE CASCADE,
    carer_id BYTEA NOT NULL REFERENCES carer (id) ON DELETE CASCADE,
    -- 1 is Monday.
    weekday SMALLINT CHECK (weekday BETWEEN 1 AND 7),
    date DATE,
    from_half_hour SMALLINT NOT NULL CHECK (from_half_hour BETWEEN 0 AND 47),
    to_half_hour SMALLINT NOT NULL CHECK (to_half_hour BETWEEN 1 AND 48),
    CHECK (from_half_hour < to_half_hour),
    CHECK ((weekday IS NULL) <> (date IS NULL))
);
CREATE INDEX shift_nursery ON shift (nursery_id, date);
CREATE INDEX shift_carer ON shift (carer_id);

-- What follows from shifts and from what the head allows, 48 half-hours a day: places are counted by these columns.
-- Most carers that any roster has on duty at one time.
ALTER TABLE class ADD COLUMN carers_most SMALLINT NOT NULL DEFAULT 0;
-- Seven days, Monday first. NULL: no roster is kept, and nothing is held back.
ALTER TABLE class ADD COLUMN carers_week BYTEA;
ALTER TABLE class ADD COLUMN allowed_week BYTEA;
-- Of this date alone. NULL: as in every week.
ALTER TABLE class_day ADD COLUMN carers BYTEA;
ALTER TABLE class_day ADD COLUMN allowed BYTEA;
CREATE INDEX class_day_limited ON class_day (date) WHERE carers IS NOT NULL OR allowed IS NOT NULL;
