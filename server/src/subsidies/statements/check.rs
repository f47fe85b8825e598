//! Looking through closed months for what cannot be.

use std::collections::HashMap;

use doorstep_shared::{
    Fen,
    ids::{BookingDayId, NurseryId},
    month::Month,
};

use super::store;
use crate::{db::Conn, error::Result};

/// Names each closed month that is not the sum of its days, or does not follow the one before it, and each day that was
/// put right against something else than was stated of it. Empty: all is well.
///
/// # Errors
/// When the database fails.
pub fn check(conn: &mut Conn) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut last: Option<(NurseryId, Month)> = None;
    let mut stated: HashMap<BookingDayId, Fen> = HashMap::new();
    for row in store::all(conn)? {
        let mut wrong = |what: String| found.push(format!("statement {} of {}: {what}", row.id, row.month));
        match last {
            Some((nursery, month)) if nursery == row.nursery_id => {
                if month.next() != row.month {
                    wrong(format!("it comes after {month}"));
                }
            }
            _ => stated.clear(),
        }
        last = Some((row.nursery_id, row.month));
        let mut due = Fen::ZERO;
        for day in store::days(conn, row.id, None)? {
            let total = day.charged().day.total();
            let before = stated.insert(day.booking_day_id, total);
            if day.before_fen.unwrap_or_default() != before.unwrap_or_default() {
                let (said, before) = (day.before_fen.unwrap_or_default(), before.unwrap_or_default());
                wrong(format!("booking day {} is put right from {said}, it was {before}", day.booking_day_id));
            }
            due = due + total - day.before_fen.unwrap_or_default();
        }
        let paid: Fen = store::vouchers(conn, row.id, None)?.iter().map(|voucher| voucher.paid_fen).sum();
        if due - paid != row.due_fen {
            wrong(format!("its days and vouchers make {}, it says {}", due - paid, row.due_fen));
        }
    }
    Ok(found)
}
