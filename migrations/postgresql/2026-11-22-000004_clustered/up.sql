-- On SQLite the days of a class come to lie side by side. PostgreSQL has nothing like it that lasts.
SELECT 1;
