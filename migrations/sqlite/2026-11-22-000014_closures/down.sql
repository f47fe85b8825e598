DROP INDEX booking_day_hours_change;
ALTER TABLE booking_day DROP COLUMN hours_change_id;
DROP INDEX closure_hours_change;
ALTER TABLE closure DROP COLUMN hours_change_id;
DROP TABLE opening_date;
DROP TABLE hours_change;
