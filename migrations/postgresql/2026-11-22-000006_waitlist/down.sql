ALTER TABLE class_day DROP COLUMN waiting;
DROP TABLE child_group;
DROP TABLE waitlist_child;
DROP TABLE waitlist_entry;
