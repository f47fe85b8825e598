-- What was done at the boards of nurseries, kept for good: a child's day is what its actions made of it.
CREATE TABLE board_action (
    nursery_id BINARY NOT NULL REFERENCES nursery (id) ON DELETE CASCADE,
    -- Made by the device, so that what is sent twice is known.
    id BINARY NOT NULL,
    -- Of the board that it belongs to.
    date DATE NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('check_in', 'check_out', 'morning_check', 'absent', 'no_show', 'carer_came', 'carer_left', 'undo')),
    -- The day of a child. No reference: a change of the booking writes its days anew.
    booking_day_id BINARY,
    carer_id BINARY,
    class_id BINARY,
    -- The action that it takes back, which may arrive later.
    undoes BINARY,
    -- Temperature, medicine, who collected: JSON, sealed with the data key. NULL: nothing, or erased.
    detail_sealed BINARY,
    -- Who did it: staff, or who came with the child. NULL: the clock.
    account_id BINARY,
    -- As the device said, and as it counts.
    device_at TIMESTAMP NOT NULL,
    at TIMESTAMP NOT NULL,
    received_at TIMESTAMP NOT NULL,
    PRIMARY KEY (nursery_id, id)
);
CREATE INDEX board_action_date ON board_action (nursery_id, date);
CREATE INDEX board_action_day ON board_action (booking_day_id);
CREATE INDEX board_action_undoes ON board_action (undoes) WHERE undoes IS NOT NULL;

-- Times at which there were more children in a class than its carers on duty may look after.
CREATE TABLE ratio_breach (
    class_id BINARY NOT NULL REFERENCES class (id) ON DELETE CASCADE,
    from_at TIMESTAMP NOT NULL,
    -- NULL: it lasts.
    until_at TIMESTAMP,
    nursery_id BINARY NOT NULL REFERENCES nursery (id) ON DELETE CASCADE,
    date DATE NOT NULL,
    -- At its worst: children there, carers on duty, children whom these may look after.
    children SMALLINT NOT NULL,
    carers SMALLINT NOT NULL,
    most SMALLINT NOT NULL,
    PRIMARY KEY (class_id, from_at)
);
CREATE INDEX ratio_breach_nursery ON ratio_breach (nursery_id, date);

-- What each half-hour costs by which a child is collected late; frozen when booked. 0: nothing.
ALTER TABLE offer ADD COLUMN late_pick_up_fen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE booking_day ADD COLUMN late_pick_up_fen BIGINT NOT NULL DEFAULT 0;
-- What that came to.
ALTER TABLE booking_day ADD COLUMN late_cost_fen BIGINT NOT NULL DEFAULT 0;
