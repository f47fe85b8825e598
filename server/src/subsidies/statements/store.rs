//! The rows of closed months, and names.

use std::collections::{BTreeMap, HashMap};

use diesel::{dsl::max, prelude::*};
use doorstep_shared::{
    Date, Fen, HalfHour, Span, Timestamp,
    bookings::DayState,
    care::{CareKind, ClassKind},
    ids::{AccountId, BookingDayId, ChildId, FamilyId, NurseryId, StatementId, VoucherId},
    month::Month,
    policy::Standing,
    statements::{ExpectedSubsidy, StatementDay},
};

use crate::{
    bookings::Charged,
    db::{
        Conn,
        bulk::insert_batch,
        schema::{
            booking, booking_day, child, nursery, statement, statement_day, statement_subsidy, statement_voucher,
        },
    },
    vouchers::Paid,
};

/// A month that was closed.
#[derive(Clone, Copy, Debug, Queryable, Insertable)]
#[diesel(table_name = statement)]
pub struct StatementRow {
    pub id: StatementId,
    pub nursery_id: NurseryId,
    pub month: Month,
    pub due_fen: Fen,
    pub closed_at: Timestamp,
    pub account_id: AccountId,
}

/// A day in it.
#[derive(Clone, Copy, Debug, Queryable, Insertable)]
#[diesel(table_name = statement_day, treat_none_as_default_value = false)]
pub struct DayRow {
    pub statement_id: StatementId,
    pub booking_day_id: BookingDayId,
    pub child_id: ChildId,
    pub date: Date,
    pub from_half_hour: HalfHour,
    pub to_half_hour: HalfHour,
    pub care: CareKind,
    pub class_kind: ClassKind,
    pub state: DayState,
    pub by_nursery: bool,
    pub came_at: Option<Timestamp>,
    pub collected_at: Option<Timestamp>,
    pub unit_price_fen: Fen,
    pub late_unit_fen: Fen,
    pub care_fen: Fen,
    pub given_up_fen: Fen,
    pub late_pick_up_fen: Fen,
    /// None: it is of the month itself.
    pub before_fen: Option<Fen>,
}

impl DayRow {
    pub fn new(statement: StatementId, child: ChildId, day: &StatementDay, before_fen: Option<Fen>) -> Self {
        Self {
            statement_id: statement,
            booking_day_id: day.day_id,
            child_id: child,
            date: day.date,
            from_half_hour: day.span.from,
            to_half_hour: day.span.to,
            care: day.care,
            class_kind: day.class_kind,
            state: day.state,
            by_nursery: day.by_nursery,
            came_at: day.came_at,
            collected_at: day.collected_at,
            unit_price_fen: day.unit_price_fen,
            late_unit_fen: day.late_unit_fen,
            care_fen: day.care_fen,
            given_up_fen: day.given_up_fen,
            late_pick_up_fen: day.late_pick_up_fen,
            before_fen,
        }
    }

    pub fn charged(&self) -> Charged {
        Charged {
            child: self.child_id,
            day: StatementDay {
                day_id: self.booking_day_id,
                date: self.date,
                // Written from one that was good.
                span: Span { from: self.from_half_hour, to: self.to_half_hour },
                care: self.care,
                class_kind: self.class_kind,
                state: self.state,
                by_nursery: self.by_nursery,
                came_at: self.came_at,
                collected_at: self.collected_at,
                unit_price_fen: self.unit_price_fen,
                late_unit_fen: self.late_unit_fen,
                care_fen: self.care_fen,
                given_up_fen: self.given_up_fen,
                late_pick_up_fen: self.late_pick_up_fen,
            },
        }
    }
}

#[derive(Clone, Copy, Debug, Queryable, Insertable)]
#[diesel(table_name = statement_voucher)]
pub struct VoucherRow {
    pub statement_id: StatementId,
    pub voucher_id: VoucherId,
    pub child_id: ChildId,
    pub redeemed_at: Timestamp,
    pub paid_fen: Fen,
}

#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = statement_subsidy, treat_none_as_default_value = false)]
pub struct SubsidyRow {
    pub statement_id: StatementId,
    pub child_id: ChildId,
    pub amount_fen: Fen,
    pub standing: Standing,
    pub source: String,
    pub source_en: String,
    pub article: Option<String>,
}

pub fn closed(conn: &mut Conn, of: NurseryId, month: Month) -> QueryResult<Option<StatementRow>> {
    let row = statement::table.filter(statement::nursery_id.eq(of).and(statement::month.eq(month)));
    row.first(conn).optional()
}

/// The last month that was closed.
pub fn last_closed(conn: &mut Conn, of: NurseryId) -> QueryResult<Option<Month>> {
    statement::table.filter(statement::nursery_id.eq(of)).select(max(statement::month)).first(conn)
}

/// The days of a closed month by date, then window; of one child where one is named.
pub fn days(conn: &mut Conn, of: StatementId, child: Option<ChildId>) -> QueryResult<Vec<DayRow>> {
    let mut rows = statement_day::table.filter(statement_day::statement_id.eq(of)).into_boxed();
    if let Some(child) = child {
        rows = rows.filter(statement_day::child_id.eq(child));
    }
    rows.order((statement_day::date, statement_day::from_half_hour, statement_day::booking_day_id)).load(conn)
}

/// What the last statement about each day says, of a nursery's closed months; of one child where one is named.
pub fn stated_days(
    conn: &mut Conn,
    of: NurseryId,
    child: Option<ChildId>,
) -> QueryResult<HashMap<BookingDayId, Charged>> {
    let mut rows = statement_day::table
        .inner_join(statement::table)
        .filter(statement::nursery_id.eq(of))
        .order(statement::month)
        .select(statement_day::all_columns)
        .into_boxed();
    if let Some(child) = child {
        rows = rows.filter(statement_day::child_id.eq(child));
    }
    // In the order of months: the last one stays.
    Ok(rows.load::<DayRow>(conn)?.iter().map(|row| (row.booking_day_id, row.charged())).collect())
}

pub fn vouchers(conn: &mut Conn, of: StatementId, child: Option<ChildId>) -> QueryResult<Vec<VoucherRow>> {
    let mut rows = statement_voucher::table.filter(statement_voucher::statement_id.eq(of)).into_boxed();
    if let Some(child) = child {
        rows = rows.filter(statement_voucher::child_id.eq(child));
    }
    rows.order((statement_voucher::redeemed_at, statement_voucher::voucher_id)).load(conn)
}

/// What the statements of a nursery say in all that each voucher has paid.
pub fn stated_vouchers(conn: &mut Conn, of: NurseryId) -> QueryResult<HashMap<VoucherId, Paid>> {
    let rows: Vec<VoucherRow> = statement_voucher::table
        .inner_join(statement::table)
        .filter(statement::nursery_id.eq(of))
        .select(statement_voucher::all_columns)
        .load(conn)?;
    let mut stated: HashMap<VoucherId, Paid> = HashMap::new();
    for row in rows {
        let paid = stated.entry(row.voucher_id).or_insert_with(|| Paid {
            voucher: row.voucher_id,
            child: row.child_id,
            campaign_name: String::new(),
            redeemed_at: row.redeemed_at,
            fen: Fen::ZERO,
        });
        paid.fen = paid.fen + row.paid_fen;
    }
    Ok(stated)
}

pub fn subsidies(
    conn: &mut Conn,
    of: StatementId,
    child: Option<ChildId>,
) -> QueryResult<BTreeMap<ChildId, ExpectedSubsidy>> {
    let mut rows = statement_subsidy::table.filter(statement_subsidy::statement_id.eq(of)).into_boxed();
    if let Some(child) = child {
        rows = rows.filter(statement_subsidy::child_id.eq(child));
    }
    let subsidy = |row: SubsidyRow| {
        let SubsidyRow { child_id, amount_fen, standing, source, source_en, article, .. } = row;
        (child_id, ExpectedSubsidy { amount_fen, standing, source, source_en, article })
    };
    Ok(rows.load::<SubsidyRow>(conn)?.into_iter().map(subsidy).collect())
}

/// Writes a month down. Once: the database takes no second one, and changes none.
pub fn insert(
    conn: &mut Conn,
    row: &StatementRow,
    days: &[DayRow],
    vouchers: &[VoucherRow],
    subsidies: &[SubsidyRow],
) -> QueryResult<()> {
    diesel::insert_into(statement::table).values(row).execute(conn)?;
    insert_batch!(conn, statement_day::table, days, 18);
    insert_batch!(conn, statement_voucher::table, vouchers, 5);
    insert_batch!(conn, statement_subsidy::table, subsidies, 7);
    Ok(())
}

/// A child, as far as statements tell of it.
#[derive(Clone, Debug, Queryable)]
pub struct ChildRow {
    pub id: ChildId,
    pub name: String,
    pub birth_date: Date,
    /// 1 for the first child; a CHECK keeps it between 1 and 12.
    pub birth_order: i16,
    pub erased_at: Option<Timestamp>,
}

pub fn children(conn: &mut Conn, ids: &[ChildId]) -> QueryResult<HashMap<ChildId, ChildRow>> {
    let columns = (child::id, child::name, child::birth_date, child::birth_order, child::erased_at);
    let rows: Vec<ChildRow> = child::table.filter(child::id.eq_any(ids)).select(columns).load(conn)?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Whether the child is one of the family, and its record is kept.
pub fn is_of_family(conn: &mut Conn, id: ChildId, family: FamilyId) -> QueryResult<bool> {
    let row = child::table.find(id).filter(child::family_id.eq(family).and(child::erased_at.is_null()));
    diesel::select(diesel::dsl::exists(row)).get_result(conn)
}

pub fn nursery_name(conn: &mut Conn, id: NurseryId) -> QueryResult<String> {
    nursery::table.find(id).select(nursery::name).first(conn)
}

/// The nurseries at which a child was ever booked, by name.
pub fn nurseries_of(conn: &mut Conn, id: ChildId) -> QueryResult<Vec<(NurseryId, String)>> {
    booking_day::table
        .inner_join(booking::table.inner_join(nursery::table))
        .filter(booking_day::child_id.eq(id).and(booking::confirmed_at.is_not_null()))
        .order((nursery::name, nursery::id))
        .select((nursery::id, nursery::name))
        .distinct()
        .load(conn)
}

/// Every closed month, a nursery's in their order.
pub fn all(conn: &mut Conn) -> QueryResult<Vec<StatementRow>> {
    statement::table.order((statement::nursery_id, statement::month)).load(conn)
}
