//! A condition that queries share.

/// Whether a booking is a hold. In words and not as a value: only so SQLite knows, when it plans, that the index of holds
/// will do, and does not look through every booking there ever was.
#[derive(Clone, Copy, Debug, diesel::query_builder::QueryId, diesel::expression::ValidGrouping)]
pub struct IsHeld;

impl diesel::Expression for IsHeld {
    type SqlType = diesel::sql_types::Bool;
}

impl<Tables> diesel::AppearsOnTable<Tables> for IsHeld {}

impl<DB: diesel::backend::Backend> diesel::query_builder::QueryFragment<DB> for IsHeld {
    fn walk_ast<'b>(&'b self, mut out: diesel::query_builder::AstPass<'_, 'b, DB>) -> diesel::QueryResult<()> {
        out.push_sql("booking.state = 'held'");
        Ok(())
    }
}
