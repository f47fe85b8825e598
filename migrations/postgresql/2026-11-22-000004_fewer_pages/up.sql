-- Only whoever erases an account looks for its answers, and there are those of one day.
DROP INDEX idempotency_account;
