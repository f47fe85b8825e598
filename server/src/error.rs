//! Errors inside the server, and how they become what a caller may see.

mod failure;

use std::sync::Arc;

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use doorstep_shared::{Problem, ProblemKind};

use self::failure::Failure;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Seconds after which a caller may try again when the database could not be used.
const RETRY_AFTER_S: u32 = 2;

/// Cheap to clone, because one failure may answer a whole batch.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// A rule said no; the caller sees all of it.
    #[error("{0}")]
    Refused(Box<Problem>),
    #[error("database: {0}")]
    Database(Arc<DieselError>),
    /// Nothing was changed; the same call may work later.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A mistake of ours; the caller sees a code that finds it in the log.
    #[error("internal: {0}")]
    Internal(String),
}

impl Error {
    pub fn unavailable(why: impl Into<String>) -> Self {
        Self::Unavailable(why.into())
    }

    pub fn internal(why: impl ToString) -> Self {
        Self::Internal(why.to_string())
    }

    /// Whether a retry may help and nothing was changed.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Database(error) => failure::of(error) != Failure::Mistake,
            Self::Refused(_) | Self::Internal(_) => false,
        }
    }

    /// Whether nothing else could be written now either.
    pub fn is_of_connection(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Database(error) => failure::of(error) == Failure::Connection,
            Self::Refused(_) | Self::Internal(_) => false,
        }
    }

    /// Whether a unique key of this table was hit.
    pub fn is_unique_violation_of(&self, table: &str) -> bool {
        let Self::Database(error) = self else { return false };
        match &**error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                // PostgreSQL names the table, SQLite writes `table.column` in its message.
                info.table_name() == Some(table) || info.message().contains(&format!("{table}."))
            }
            _ => false,
        }
    }

    /// What the caller sees. A cause from inside the server goes to the log only, under the problem's code.
    pub fn into_problem(self) -> Problem {
        let unavailable = || Problem::new(ProblemKind::Unavailable).retry_after_s(RETRY_AFTER_S);
        match self {
            Self::Refused(problem) => *problem,
            Self::Database(error) if matches!(*error, DieselError::NotFound) => Problem::new(ProblemKind::NotFound),
            error if error.is_unavailable() => {
                tracing::warn!(%error, "answered unavailable");
                unavailable()
            }
            error => {
                let code = uuid::Uuid::now_v7().simple().to_string();
                let code = code.get(20..).unwrap_or(&code).to_owned();
                tracing::error!(%error, code, "answered internal");
                let mut problem = Problem::new(ProblemKind::Internal);
                problem.code = Some(code.into());
                problem
            }
        }
    }
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Refused(Box::new(problem))
    }
}

impl From<ProblemKind> for Error {
    fn from(kind: ProblemKind) -> Self {
        Problem::new(kind).into()
    }
}
