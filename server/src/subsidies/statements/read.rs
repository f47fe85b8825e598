//! A month as it stands, open or closed, put together for a child or for all.

use std::collections::{BTreeMap, HashMap};

use doorstep_shared::{
    Date, HalfHour, ProblemKind, Timestamp,
    ids::{ChildId, FamilyId, NurseryId},
    month::Month,
    statements::{
        Adjustment, ChildStatements, ExpectedSubsidy, Holiday, Statement, StatementOfChild, Statements, VoucherPaid,
    },
};

use super::{
    rules::{self, OfChild},
    store::{self, ChildRow, StatementRow},
};
use crate::{
    bookings::{self, Charged, ChargesOf, EnrolledDay},
    db::Conn,
    error::Result,
    policy::{DayKind, Policies},
    vouchers::{self, Paid, SubsidisedChild},
};

/// Whose month is looked at, and when.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub policies: &'a Policies,
    pub now: Timestamp,
    pub nursery: NurseryId,
    pub month: Month,
    /// None: all children.
    pub child: Option<ChildId>,
}

/// A month before it is told.
pub struct Book {
    pub closed: Option<StatementRow>,
    /// Those for whom there is anything to say.
    pub children: BTreeMap<ChildId, OfChild>,
}

impl Book {
    /// # Errors
    /// When the database fails.
    pub fn load(conn: &mut Conn, asked: Asked<'_>) -> Result<Self> {
        match store::closed(conn, asked.nursery, asked.month)? {
            Some(row) => closed(conn, asked, row),
            None => open(conn, asked),
        }
    }

    fn child(&mut self, id: ChildId) -> &mut OfChild {
        self.children.entry(id).or_default()
    }
}

fn closed(conn: &mut Conn, asked: Asked<'_>, row: StatementRow) -> Result<Book> {
    let mut book = Book { closed: Some(row), children: BTreeMap::new() };
    for day in store::days(conn, row.id, asked.child)? {
        let Charged { child, day: stated } = day.charged();
        let of_child = book.child(child);
        match day.before_fen {
            None => of_child.days.push(stated),
            Some(before_fen) => of_child.adjustments.push(Adjustment { day: stated, before_fen }),
        }
    }
    let paid = store::vouchers(conn, row.id, asked.child)?;
    let ids: Vec<_> = paid.iter().map(|paid| paid.voucher_id).collect();
    let mut names = vouchers::campaign_names(conn, &ids)?;
    for row in paid {
        book.child(row.child_id).vouchers.push(Paid {
            voucher: row.voucher_id,
            child: row.child_id,
            campaign_name: names.remove(&row.voucher_id).unwrap_or_default(),
            redeemed_at: row.redeemed_at,
            fen: row.paid_fen,
        });
    }
    for (child, subsidy) in store::subsidies(conn, row.id, asked.child)? {
        book.child(child).subsidies.push(subsidy);
    }
    Ok(book)
}

fn open(conn: &mut Conn, asked: Asked<'_>) -> Result<Book> {
    let Asked { nursery, month, child, .. } = asked;
    let mut book = Book { closed: None, children: BTreeMap::new() };
    let of_month = ChargesOf { nursery, child, from: Some(month.first()), until: month.last() };
    let mut days = bookings::charged(conn, of_month)?;
    bookings::note_times(conn, days.iter_mut().map(|charged| &mut charged.day))?;
    for Charged { child, day } in days {
        book.child(child).days.push(day);
    }
    // What is put right of closed months stands in the first one after them.
    let follows = store::last_closed(conn, nursery)?.is_some_and(|last| last.next() == month);
    if follows {
        let before = ChargesOf { nursery, child, from: None, until: month.previous().last() };
        let days = bookings::charged(conn, before)?;
        let mut changed = rules::adjustments(days, store::stated_days(conn, nursery, child)?);
        bookings::note_times(conn, changed.iter_mut().map(|(_, adjustment)| &mut adjustment.day))?;
        for (child, adjustment) in changed {
            book.child(child).adjustments.push(adjustment);
        }
    }
    for paid in paid(conn, asked, follows)? {
        book.child(paid.child).vouchers.push(paid);
    }
    let ids: Vec<ChildId> = book.children.keys().copied().collect();
    for (child, subsidy) in subsidies(conn, asked, &ids)? {
        book.child(child).subsidies.push(subsidy);
    }
    Ok(book)
}

/// What vouchers have paid in the month; where it `follows` closed ones, also what no statement of these says yet.
fn paid(conn: &mut Conn, asked: Asked<'_>, follows: bool) -> Result<Vec<Paid>> {
    let Asked { nursery, month, child, .. } = asked;
    let mut paid = vouchers::paid_at(conn, nursery, Timestamp::at(month.next().first(), HalfHour::MIDNIGHT))?;
    if follows {
        paid = rules::not_stated(paid, store::stated_vouchers(conn, nursery)?);
        let ids: Vec<_> = paid.iter().map(|paid| paid.voucher).collect();
        let mut names = vouchers::campaign_names(conn, &ids)?;
        for paid in &mut paid {
            paid.campaign_name = names.remove(&paid.voucher).unwrap_or_default();
        }
    } else {
        paid.retain(|paid| month.contains(paid.redeemed_at.local_date()));
    }
    paid.retain(|paid| child.is_none_or(|child| child == paid.child));
    Ok(paid)
}

/// What the city's text gives for each of these children and the month.
fn subsidies(conn: &mut Conn, asked: Asked<'_>, ids: &[ChildId]) -> Result<Vec<(ChildId, ExpectedSubsidy)>> {
    let mut enrolled: HashMap<ChildId, Vec<EnrolledDay>> = HashMap::new();
    for day in bookings::enrolled(conn, ids, asked.month)? {
        enrolled.entry(day.child).or_default().push(day);
    }
    let children = store::children(conn, ids)?;
    let known = ids.iter().filter_map(|id| Some((children.get(id)?, enrolled.get(id)?)));
    Ok(known.filter_map(|(child, days)| Some((child.id, subsidy(asked, child, days)?))).collect())
}

fn subsidy(asked: Asked<'_>, child: &ChildRow, days: &[EnrolledDay]) -> Option<ExpectedSubsidy> {
    let Asked { policies, nursery, month, .. } = asked;
    let enrolled = rules::enrolled(days, nursery)?;
    // The text that is in force when the child first comes that month.
    let on: Date = enrolled.from.max(month.first());
    let birth_order = u8::try_from(child.birth_order).unwrap_or(1);
    let child = SubsidisedChild { birth_date: child.birth_date, birth_order };
    let worked = vouchers::enrolment_month(&policies.city_on(on).subsidies, child, enrolled, month.first()).ok()?;
    let key = worked.keys.first()?;
    let text = policies.figures_on(on).into_iter().find(|figure| figure.applies && figure.key == *key)?;
    Some(ExpectedSubsidy {
        amount_fen: worked.amount_fen,
        standing: worked.standing,
        source: text.source,
        source_en: text.source_en,
        article: text.article,
    })
}

/// The nursery's month.
///
/// # Errors
/// When the database fails.
pub fn statements(conn: &mut Conn, asked: Asked<'_>) -> Result<Statements> {
    let book = Book::load(conn, asked)?;
    told(conn, asked, &book)
}

/// The nursery's month, and that of each of its children.
///
/// # Errors
/// When the database fails.
pub fn whole(conn: &mut Conn, asked: Asked<'_>) -> Result<(Statements, Vec<Statement>)> {
    let book = Book::load(conn, asked)?;
    Ok((told(conn, asked, &book)?, each_child(conn, asked, book)?))
}

/// A month that was loaded, as it is told.
fn told(conn: &mut Conn, asked: Asked<'_>, book: &Book) -> Result<Statements> {
    let ids: Vec<ChildId> = book.children.keys().copied().collect();
    let names = store::children(conn, &ids)?;
    let mut children: Vec<StatementOfChild> = book
        .children
        .iter()
        .map(|(id, of_child)| StatementOfChild {
            child_id: *id,
            child_name: name(names.get(id)),
            counts: rules::counts(&of_child.days),
            sums: of_child.sums(),
        })
        .collect();
    children.sort_by(|one, other| (&one.child_name, one.child_id).cmp(&(&other.child_name, other.child_id)));
    Ok(Statements {
        month: asked.month,
        nursery_name: store::nursery_name(conn, asked.nursery)?,
        state: rules::state(asked.month, book.closed.is_some(), asked.now),
        as_of: asked.now,
        closed_at: book.closed.map(|row| row.closed_at),
        next_to_close: next_to_close(conn, asked.nursery)?,
        sums: children.iter().map(|child| child.sums).sum(),
        counts: children.iter().fold(Default::default(), |all, child| all + child.counts),
        children,
        holidays: holidays(asked),
    })
}

/// The first month that is open.
///
/// # Errors
/// When the database fails.
pub fn next_to_close(conn: &mut Conn, nursery: NurseryId) -> Result<Option<Month>> {
    match store::last_closed(conn, nursery)? {
        Some(last) => Ok(Some(last.next())),
        None => bookings::first_month(conn, nursery),
    }
}

fn name(child: Option<&ChildRow>) -> String {
    child.filter(|child| child.erased_at.is_none()).map(|child| child.name.clone()).unwrap_or_default()
}

/// The month of each child for whom there is anything to say.
fn each_child(conn: &mut Conn, asked: Asked<'_>, book: Book) -> Result<Vec<Statement>> {
    let ids: Vec<ChildId> = book.children.keys().copied().collect();
    let names = store::children(conn, &ids)?;
    let nursery_name = store::nursery_name(conn, asked.nursery)?;
    let state = rules::state(asked.month, book.closed.is_some(), asked.now);
    let closed_at = book.closed.map(|row| row.closed_at);
    let mut statements: Vec<Statement> = book
        .children
        .into_iter()
        .map(|(id, of_child)| Statement {
            month: asked.month,
            nursery_id: asked.nursery,
            nursery_name: nursery_name.clone(),
            child_id: id,
            child_name: name(names.get(&id)),
            state,
            as_of: asked.now,
            closed_at,
            lines: rules::lines(&of_child.days),
            sums: of_child.sums(),
            counts: rules::counts(&of_child.days),
            vouchers: of_child.vouchers.into_iter().map(voucher_paid).collect(),
            days: of_child.days,
            adjustments: of_child.adjustments,
            subsidies: of_child.subsidies,
            holidays: holidays(asked),
        })
        .collect();
    statements.sort_by(|one, other| (&one.child_name, one.child_id).cmp(&(&other.child_name, other.child_id)));
    Ok(statements)
}

fn voucher_paid(paid: Paid) -> VoucherPaid {
    let Paid { voucher, campaign_name, redeemed_at, fen, .. } = paid;
    VoucherPaid { voucher_id: voucher, campaign_name, redeemed_at, paid_fen: fen }
}

/// A child's month at the nursery.
///
/// # Errors
/// `not-found` for a child for whom there is nothing to say there.
pub fn statement(conn: &mut Conn, asked: Asked<'_>) -> Result<Statement> {
    let book = Book::load(conn, asked)?;
    Ok(each_child(conn, asked, book)?.into_iter().next().ok_or(ProblemKind::NotFound)?)
}

/// A child's month at every nursery.
///
/// # Errors
/// `not-found` for another family's child.
pub fn of_family(
    conn: &mut Conn,
    policies: &Policies,
    now: Timestamp,
    family: FamilyId,
    (child, month): (ChildId, Month),
) -> Result<ChildStatements> {
    if !store::is_of_family(conn, child, family)? {
        return Err(ProblemKind::NotFound.into());
    }
    let mut items = Vec::new();
    for (nursery, _) in store::nurseries_of(conn, child)? {
        let asked = Asked { policies, now, nursery, month, child: Some(child) };
        let book = Book::load(conn, asked)?;
        items.extend(each_child(conn, asked, book)?);
    }
    Ok(ChildStatements { items })
}

fn holidays(asked: Asked<'_>) -> Vec<Holiday> {
    let holiday = |date| match asked.policies.calendar.day_kind(date) {
        DayKind::Holiday { zh, en } => Some(Holiday { date, name_zh: zh.clone(), name_en: en.clone() }),
        DayKind::Ordinary | DayKind::Workday { .. } => None,
    };
    asked.month.days().filter_map(holiday).collect()
}
