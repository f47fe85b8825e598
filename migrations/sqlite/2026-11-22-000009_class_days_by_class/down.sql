CREATE INDEX class_day_date ON class_day (date);
