//! Statements of fixed text for PostgreSQL, prepared once a connection.
//!
//! Diesel prepares what it cannot name anew each time: `sql_query`, and inserts of several rows. That is a second round
//! trip and a plan for each; the hot verbs go with one of these instead, whose rows travel as arrays.

use diesel::{
    PgConnection, QueryResult, RunQueryDsl,
    expression::AsExpression,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{SingleValue, SqlType, Untyped},
};

/// A statement with `?` where each value goes, in order.
pub struct Fixed<'a> {
    sql: &'static str,
    values: Vec<Box<dyn QueryFragment<Pg> + 'a>>,
}

impl<'a> Fixed<'a> {
    pub fn new(sql: &'static str) -> Self {
        Self { sql, values: Vec::new() }
    }

    /// The value of the next `?`.
    pub fn bind<ST, V>(mut self, value: V) -> Self
    where
        ST: SqlType + SingleValue,
        V: AsExpression<ST>,
        V::Expression: QueryFragment<Pg> + 'a,
    {
        self.values.push(Box::new(value.as_expression()));
        self
    }
}

impl QueryFragment<Pg> for Fixed<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut parts = self.sql.split('?');
        out.push_sql(parts.next().unwrap_or_default());
        for (value, part) in self.values.iter().zip(parts) {
            value.walk_ast(out.reborrow())?;
            out.push_sql(part);
        }
        Ok(())
    }
}

impl QueryId for Fixed<'_> {
    type QueryId = ();
    // Known by its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Fixed<'_> {
    type SqlType = Untyped;
}

impl RunQueryDsl<PgConnection> for Fixed<'_> {}
