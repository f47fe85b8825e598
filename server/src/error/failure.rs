//! What a failed statement means for the one who waits for it.
//!
//! Diesel keeps the SQLSTATE to itself, so what its kinds do not tell is told by PostgreSQL's and SQLite's messages; no
//! connection is used on which PostgreSQL speaks another language than English.

use diesel::result::{DatabaseErrorKind, Error};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The connection is gone: no other statement would fare better.
    Connection,
    /// This statement could not be run for now: the same may work later.
    Busy,
    /// Of the data or of the statement itself: it would fail again.
    Mistake,
}

/// Beginnings of messages of PostgreSQL, with their SQLSTATE.
const POSTGRES_IS_BUSY: [&str; 12] = [
    "canceling statement due to", // 55P03 lock timeout, 57014 statement timeout and cancelling
    "could not obtain lock",      // 55P03
    "deadlock detected",          // 40P01
    "terminating connection",     // 57P01 shutdown, 57P02 crash, 25P03 idle in a transaction
    "the database system is",     // 57P03 starting up, shutting down, recovering
    "sorry, too many clients",    // 53300
    "remaining connection slots", // 53300
    "out of shared memory",       // 53200
    "out of memory",              // 53200
    "could not extend file",      // 53100 disk full
    "could not write",            // 53100 disk full, 58030 I/O error
    "could not access status of transaction", // 58030
];

/// Beginnings of messages of SQLite, with their result code.
const SQLITE_IS_BUSY: [&str; 7] = [
    "database is locked",                   // SQLITE_BUSY
    "database table is locked",             // SQLITE_LOCKED
    "database or disk is full",             // SQLITE_FULL
    "disk I/O error",                       // SQLITE_IOERR
    "unable to open database file",         // SQLITE_CANTOPEN
    "attempt to write a readonly database", // SQLITE_READONLY
    "interrupted",                          // SQLITE_INTERRUPT
];

pub fn of(error: &Error) -> Failure {
    match error {
        Error::BrokenTransactionManager => Failure::Connection,
        // The first error says why; the second, that the connection cannot even roll back.
        Error::RollbackErrorOnCommit { .. } => Failure::Connection,
        Error::DatabaseError(kind, info) => match kind {
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => Failure::Connection,
            DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::ReadOnlyTransaction => Failure::Busy,
            DatabaseErrorKind::Unknown => by_message(info.message()),
            _ => Failure::Mistake,
        },
        _ => Failure::Mistake,
    }
}

fn by_message(message: &str) -> Failure {
    let is_busy = POSTGRES_IS_BUSY.iter().chain(&SQLITE_IS_BUSY).any(|beginning| message.starts_with(beginning));
    if is_busy { Failure::Busy } else { Failure::Mistake }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(kind: DatabaseErrorKind, message: &str) -> Error {
        Error::DatabaseError(kind, Box::new(message.to_owned()))
    }

    #[test]
    fn only_what_may_work_later_is_to_be_tried_again() {
        use DatabaseErrorKind::*;
        let cases = [
            (failed(ClosedConnection, "server closed the connection unexpectedly"), Failure::Connection),
            (failed(UnableToSendCommand, "no connection to the server"), Failure::Connection),
            (Error::BrokenTransactionManager, Failure::Connection),
            (failed(SerializationFailure, "could not serialize access due to concurrent update"), Failure::Busy),
            (failed(ReadOnlyTransaction, "cannot execute INSERT in a read-only transaction"), Failure::Busy),
            (failed(Unknown, "canceling statement due to lock timeout"), Failure::Busy),
            (failed(Unknown, "canceling statement due to statement timeout"), Failure::Busy),
            (failed(Unknown, "deadlock detected"), Failure::Busy),
            (failed(Unknown, "could not extend file \"base/5/16385\": No space left on device"), Failure::Busy),
            (failed(Unknown, "database is locked"), Failure::Busy),
            (failed(Unknown, "database or disk is full"), Failure::Busy),
            (failed(Unknown, "invalid byte sequence for encoding \"UTF8\": 0x00"), Failure::Mistake),
            (failed(Unknown, "date out of range"), Failure::Mistake),
            (failed(Unknown, "value too long for type character varying(3)"), Failure::Mistake),
            (failed(Unknown, "no such table: booking"), Failure::Mistake),
            (failed(UniqueViolation, "UNIQUE constraint failed: booking.id"), Failure::Mistake),
            (failed(CheckViolation, "CHECK constraint failed: pickup"), Failure::Mistake),
            (Error::NotFound, Failure::Mistake),
        ];
        for (error, failure) in cases {
            assert_eq!(of(&error), failure, "{error}");
        }
    }
}
