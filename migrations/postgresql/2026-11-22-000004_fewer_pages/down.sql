CREATE INDEX idempotency_account ON idempotency (account_id);
