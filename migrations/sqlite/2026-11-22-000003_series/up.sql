-- How the booking was asked for and what was left out of that: JSON. NULL for single days.
ALTER TABLE booking ADD COLUMN series TEXT;
-- The booking at another nursery that its days were moved from.
ALTER TABLE booking ADD COLUMN moved_from BINARY;

-- When the family gave the place up: cancelled, absent or moved.
ALTER TABLE booking_day ADD COLUMN left_at TIMESTAMP;
-- booking.version that this change made: days of one change are undone together.
ALTER TABLE booking_day ADD COLUMN left_in BIGINT;
-- What that cost by the frozen rule.
ALTER TABLE booking_day ADD COLUMN left_cost_fen BIGINT NOT NULL DEFAULT 0;
-- The booking that the day was moved to. The same one: this row only remembers the place that was left.
ALTER TABLE booking_day ADD COLUMN moved_to BINARY;
-- The day that it became.
ALTER TABLE booking_day ADD COLUMN moved_day BINARY;
-- The cancel rule frozen by a move; NULL: the booking's.
ALTER TABLE booking_day ADD COLUMN free_until_hours SMALLINT;
ALTER TABLE booking_day ADD COLUMN late_percent SMALLINT;
