//! Inserting many rows at once, on either database.

/// Bound values in one statement at most; PostgreSQL takes 65,535, SQLite 32,766.
pub const VALUES: usize = 30_000;

/// Inserts `rows`, a slice of an `Insertable` whose table has `columns` columns, in as few statements as can be.
macro_rules! insert_batch {
    ($conn:expr, $table:expr, $rows:expr, $columns:expr) => {{
        for rows in $rows.chunks($crate::db::bulk::VALUES / $columns) {
            match $conn {
                $crate::db::Conn::Postgres(conn) => diesel::insert_into($table).values(rows).execute(conn)?,
                $crate::db::Conn::Sqlite(conn) => diesel::insert_into($table).values(rows).execute(conn)?,
            };
        }
    }};
}
pub(crate) use insert_batch;
