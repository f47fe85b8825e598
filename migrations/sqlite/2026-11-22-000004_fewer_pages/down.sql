CREATE INDEX idempotency_account ON idempotency (account_id);
CREATE INDEX change_tx ON change (tx);
CREATE TABLE class_day_by_row (
    class_id BINARY NOT NULL REFERENCES class (id) ON DELETE CASCADE,
    date DATE NOT NULL,
    used BINARY NOT NULL CHECK (length(used) = 48),
    version BIGINT NOT NULL,
    PRIMARY KEY (class_id, date)
);
INSERT INTO class_day_by_row SELECT class_id, date, used, version FROM class_day;
DROP TABLE class_day;
ALTER TABLE class_day_by_row RENAME TO class_day;
CREATE INDEX class_day_date ON class_day (date);
