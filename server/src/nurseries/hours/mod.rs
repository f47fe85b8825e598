//! Opening hours as a head changes them: weekdays, dates of their own and closures, each with who did it and why.
//!
//! What becomes of the bookings that a change touches is decided where bookings are; these verbs write what holds.

mod store;

use doorstep_shared::{
    Date, HalfHour, Problem, ProblemKind, Span, Timestamp,
    hours::{ClosureHead, DateHours, HoursChange},
    ids::{AccountId, HoursChangeId, NurseryId},
};

pub use self::store::{ChangeRow, find, lock};
use crate::{
    db::{Conn, changes},
    error::{Error, Result},
};

/// When a closure closes that names no time.
pub const fn whole_day(window: Option<Span>) -> Option<Span> {
    match (window, HalfHour::new(48)) {
        (None, Some(to)) => Some(Span { from: HalfHour::MIDNIGHT, to }),
        (window, _) => window,
    }
}

/// Writes down a change and lets it hold. The index of every process is told.
///
/// # Errors
/// When the database fails.
pub fn change(conn: &mut Conn, now: Timestamp, row: &ChangeRow) -> Result<()> {
    store::insert(conn, row)?;
    match row.what()? {
        HoursChange::Closure { class_id, from, until, window } => {
            let dates: Vec<_> = from.iter_days().take_while(|date| *date <= until).collect();
            if let Some(span) = whole_day(window) {
                store::insert_closures_batch(conn, row, class_id, &dates, span)?;
            }
        }
        HoursChange::Date { date, open } => store::set_date(conn, row.nursery_id, date, &open)?,
        HoursChange::Week { weekday, open } => store::set_weekday(conn, row.nursery_id, weekday, &open)?,
    }
    Ok(changes::nurseries_batch(conn, now, &[row.nursery_id])?)
}

/// Takes a closure back from `from` on. What it closed before stays written down.
///
/// # Errors
/// When the database fails.
pub fn lift(conn: &mut Conn, now: Timestamp, row: &ChangeRow, from: Date) -> Result<()> {
    store::lift(conn, row.id, now, from)?;
    Ok(changes::nurseries_batch(conn, now, &[row.nursery_id])?)
}

/// Closures that are neither over nor lifted, soonest end first.
///
/// # Errors
/// When the database fails.
pub fn closures(conn: &mut Conn, nursery: NurseryId, from: Date) -> Result<Vec<ClosureHead>> {
    let mut heads = Vec::new();
    for row in store::dated(conn, nursery, from)? {
        if let HoursChange::Closure { class_id, from, until, window } = row.what()? {
            heads.push(ClosureHead { id: row.id, class_id, from, until, window, reason: row.reason });
        }
    }
    Ok(heads)
}

/// The dates from `from` on that have hours of their own.
///
/// # Errors
/// When the database fails.
pub fn dates(conn: &mut Conn, nursery: NurseryId, from: Date) -> Result<Vec<DateHours>> {
    let mut dates: Vec<DateHours> = Vec::new();
    for (date, span) in store::dates(conn, nursery, from)? {
        match dates.last_mut().filter(|last| last.date == date) {
            Some(last) => last.open.push(span),
            None => dates.push(DateHours { date, open: vec![span] }),
        }
    }
    Ok(dates)
}

impl ChangeRow {
    /// # Errors
    /// When it is not what this program has written.
    pub fn what(&self) -> Result<HoursChange> {
        serde_json::from_str(&self.what).map_err(Error::internal)
    }

    /// The row of a change that is made now.
    ///
    /// # Errors
    /// When it cannot be written as JSON, which is a mistake in its type.
    pub fn new(
        nursery_id: NurseryId,
        account_id: AccountId,
        change: &HoursChange,
        reason: String,
        now: Timestamp,
    ) -> Result<Self> {
        let last_date = match change {
            HoursChange::Closure { until, .. } => Some(*until),
            HoursChange::Date { date, .. } => Some(*date),
            HoursChange::Week { .. } => None,
        };
        let what = serde_json::to_string(change).map_err(Error::internal)?;
        let (id, made_at, lifted_at) = (HoursChangeId::new(), now, None);
        Ok(Self { id, nursery_id, account_id, what, reason, last_date, made_at, lifted_at })
    }

    /// Whether there is something to lift: a closure that is neither over nor lifted.
    ///
    /// # Errors
    /// `wrong-state`.
    pub fn can_be_lifted(&self, today: Date) -> Result<HoursChange> {
        let refuse = |detail: &str| Problem::new(ProblemKind::WrongState).detail(detail);
        let what = self.what()?;
        if !matches!(what, HoursChange::Closure { .. }) {
            return Err(refuse("it is no closure").into());
        }
        if self.lifted_at.is_some() {
            return Err(refuse("it was lifted already").into());
        }
        if self.last_date.is_none_or(|last| last < today) {
            return Err(refuse("it is over").into());
        }
        Ok(what)
    }
}
