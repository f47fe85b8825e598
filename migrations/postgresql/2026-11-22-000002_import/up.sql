-- An import writes a little at a time: first what nobody sees, then one short transaction that accepts all of it.

CREATE TABLE nursery_import (
    id BYTEA NOT NULL PRIMARY KEY,
    started_at TIMESTAMP NOT NULL,
    -- NULL: it still runs, or has broken off and is erased after a day.
    accepted_at TIMESTAMP
);

-- What is left to do for a nursery once its import is accepted.
CREATE TABLE nursery_import_row (
    import_id BYTEA NOT NULL REFERENCES nursery_import (id) ON DELETE CASCADE,
    nursery_id BYTEA NOT NULL REFERENCES nursery (id) ON DELETE CASCADE,
    -- JSON: what a nursery shall be that was in the register before. NULL: a new one, to be told to the index.
    draft TEXT,
    PRIMARY KEY (import_id, nursery_id)
);
