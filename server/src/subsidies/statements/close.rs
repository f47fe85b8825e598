//! Closing a month: what it comes to is written down for good.

use doorstep_shared::{
    Fen, Problem, ProblemKind,
    ids::{AccountId, ChildId, StatementId},
    statements::{MonthState, Statements},
};

use super::{
    read::{self, Asked, Book},
    rules::{self, OfChild},
    store::{self, DayRow, StatementRow, SubsidyRow, VoucherRow},
};
use crate::{
    audit::{self, Action},
    db::Conn,
    error::Result,
    nurseries,
};

/// Closes a month that is over and comes next, if it comes to what was `seen`.
///
/// # Errors
/// `month-not-closable`, `figures-changed`.
pub fn close(conn: &mut Conn, asked: Asked<'_>, by: AccountId, seen: Fen) -> Result<Statements> {
    // Two heads do not close it twice.
    nurseries::hours::lock(conn, asked.nursery)?;
    let not_closable = |why: &str| Problem::new(ProblemKind::MonthNotClosable).detail(why.to_owned());
    let book = Book::load(conn, asked)?;
    match rules::state(asked.month, book.closed.is_some(), asked.now) {
        MonthState::Running => return Err(not_closable("the month is not over").into()),
        MonthState::Closed => return Err(not_closable("the month has been closed").into()),
        MonthState::Over => {}
    }
    match read::next_to_close(conn, asked.nursery)? {
        Some(next) if next == asked.month => {}
        Some(next) => return Err(not_closable(&format!("{next} comes before it")).into()),
        None => return Err(not_closable("nothing was ever booked").into()),
    }
    let due: Fen = book.children.values().map(|child| child.sums().due_fen).sum();
    if due != seen {
        let detail = format!("{due} is due by now, {seen} was seen");
        return Err(Problem::new(ProblemKind::FiguresChanged).detail(detail).into());
    }
    let row = StatementRow {
        id: StatementId::new(),
        nursery_id: asked.nursery,
        month: asked.month,
        due_fen: due,
        closed_at: asked.now,
        account_id: by,
    };
    write(conn, &row, &book)?;
    audit::record(conn, asked.now, by, Action::MonthClosed, row.id.0)?;
    read::statements(conn, asked)
}

fn write(conn: &mut Conn, row: &StatementRow, book: &Book) -> Result<()> {
    let (mut days, mut vouchers, mut subsidies) = (Vec::new(), Vec::new(), Vec::new());
    for (child, of_child) in &book.children {
        days.extend(days_of(row.id, *child, of_child));
        vouchers.extend(of_child.vouchers.iter().map(|paid| VoucherRow {
            statement_id: row.id,
            voucher_id: paid.voucher,
            child_id: *child,
            redeemed_at: paid.redeemed_at,
            paid_fen: paid.fen,
        }));
        subsidies.extend(of_child.subsidies.iter().map(|subsidy| SubsidyRow {
            statement_id: row.id,
            child_id: *child,
            amount_fen: subsidy.amount_fen,
            standing: subsidy.standing,
            source: subsidy.source.clone(),
            source_en: subsidy.source_en.clone(),
            article: subsidy.article.clone(),
        }));
    }
    Ok(store::insert(conn, row, &days, &vouchers, &subsidies)?)
}

fn days_of(statement: StatementId, child: ChildId, of_child: &OfChild) -> impl Iterator<Item = DayRow> + '_ {
    let own = of_child.days.iter().map(move |day| DayRow::new(statement, child, day, None));
    let put_right = of_child.adjustments.iter();
    own.chain(put_right.map(move |one| DayRow::new(statement, child, &one.day, Some(one.before_fen))))
}
