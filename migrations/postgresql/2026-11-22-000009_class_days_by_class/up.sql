-- Class-days are read by their class, or all of them: nobody asked this index, and each row paid for it.
DROP INDEX class_day_date;
