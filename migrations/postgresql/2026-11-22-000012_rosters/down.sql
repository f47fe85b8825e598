DROP INDEX class_day_limited;
ALTER TABLE class_day DROP COLUMN allowed;
ALTER TABLE class_day DROP COLUMN carers;
ALTER TABLE class DROP COLUMN allowed_week;
ALTER TABLE class DROP COLUMN carers_week;
ALTER TABLE class DROP COLUMN carers_most;
DROP TABLE shift;
DROP TABLE carer;
