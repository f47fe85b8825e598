-- A family's wish for a place in one class and window on one date. Written under the family's lock; made, and served,
-- under that of the class-day as well.
CREATE TABLE waitlist_entry (
    id BYTEA NOT NULL PRIMARY KEY,
    family_id BYTEA NOT NULL REFERENCES family (id),
    -- Who joined, and is told.
    account_id BYTEA NOT NULL,
    nursery_id BYTEA NOT NULL REFERENCES nursery (id) ON DELETE CASCADE,
    class_id BYTEA NOT NULL REFERENCES class (id) ON DELETE CASCADE,
    offer_id BYTEA NOT NULL REFERENCES offer (id) ON DELETE CASCADE,
    date DATE NOT NULL,
    from_half_hour SMALLINT NOT NULL,
    to_half_hour SMALLINT NOT NULL,
    -- Lower comes first; inside it, the lower number.
    priority SMALLINT NOT NULL,
    priority_group TEXT CHECK (priority_group IN ('hardship', 'left_behind', 'migrant', 'own_staff')),
    -- Counted for each class and date.
    number BIGINT NOT NULL,
    locale TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'offered', 'accepted', 'declined', 'expired', 'left', 'lapsed')),
    joined_at TIMESTAMP NOT NULL,
    auto_accept_until TIMESTAMP,
    leave_others BOOLEAN NOT NULL,
    -- The place that was offered: held until its own deadline, then whatever became of it.
    booking_id BYTEA UNIQUE REFERENCES booking (id),
    ended_at TIMESTAMP,
    -- A place came free and could not be offered, and what a booking would have been refused for.
    passed_at TIMESTAMP,
    passed_for TEXT,
    UNIQUE (class_id, date, number),
    CHECK (from_half_hour < to_half_hour)
);
CREATE INDEX waitlist_entry_family ON waitlist_entry (family_id, date);
CREATE INDEX waitlist_entry_state ON waitlist_entry (state, date);

CREATE TABLE waitlist_child (
    entry_id BYTEA NOT NULL REFERENCES waitlist_entry (id) ON DELETE CASCADE,
    child_id BYTEA NOT NULL REFERENCES child (id),
    PRIMARY KEY (entry_id, child_id)
);
CREATE INDEX waitlist_child_child ON waitlist_child (child_id);

-- Who comes first in line where the city says so, as the city has confirmed it.
CREATE TABLE child_group (
    child_id BYTEA NOT NULL PRIMARY KEY REFERENCES child (id) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (name IN ('hardship', 'left_behind', 'migrant', 'own_staff')),
    given_at TIMESTAMP NOT NULL
);

-- Open entries at most: read with the lock, so that a class-day for which nobody waits costs nothing.
ALTER TABLE class_day ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;
