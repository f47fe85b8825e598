//! The rows of campaigns, vouchers and the ledger.

use std::collections::{HashMap, HashSet};

use diesel::{dsl::sql, prelude::*, sql_types::BigInt};
use doorstep_shared::{
    Date, Fen, HalfHour, Timestamp,
    bookings::BookingState,
    care::CareKind,
    ids::{AccountId, BookingId, CampaignId, ChildId, FamilyId, IssuerId, LedgerEntryId, VoucherId},
    vouchers::{LedgerKind, ValueKind, VoucherState},
};

use super::{
    ledger::Entry,
    rules::{
        eligibility::Facts,
        states::{Amounts, Standing},
    },
};
use crate::db::{
    Conn,
    bulk::insert_batch,
    schema::{booking, booking_day, campaign, campaign_wave, child, district, issuer, ledger_entry, voucher},
};

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = campaign)]
pub struct CampaignRow {
    pub id: CampaignId,
    pub issuer_id: IssuerId,
    pub name: String,
    pub value_kind: ValueKind,
    pub worth_fen: Fen,
    pub percent: Option<i16>,
    pub per_family: Option<i16>,
    /// JSON.
    pub eligibility: String,
    pub usable: String,
    pub stacking_group: Option<String>,
    pub valid_from: Date,
    pub valid_until: Date,
    pub valid_days: Option<i16>,
    pub created_by: AccountId,
    pub created_at: Timestamp,
    pub paused_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = campaign_wave)]
pub struct WaveRow {
    pub campaign_id: CampaignId,
    pub number: i16,
    pub opens_at: Timestamp,
    pub closes_at: Option<Timestamp>,
    pub stock: i32,
    pub issued: i32,
}

#[derive(Clone, Copy, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = voucher)]
pub struct VoucherRow {
    pub id: VoucherId,
    pub campaign_id: CampaignId,
    pub wave: i16,
    pub child_id: ChildId,
    pub family_id: FamilyId,
    pub state: VoucherState,
    pub worth_fen: Fen,
    pub used_fen: Fen,
    pub booking_id: Option<BookingId>,
    pub claimed_at: Timestamp,
    pub expires_on: Date,
    pub changed_at: Timestamp,
}

impl VoucherRow {
    pub const fn standing(&self) -> Standing {
        Standing { state: self.state, worth: self.worth_fen, used: self.used_fen, expires_on: self.expires_on }
    }
}

pub fn insert_campaign(conn: &mut Conn, row: &CampaignRow, waves: &[WaveRow]) -> QueryResult<()> {
    diesel::insert_into(campaign::table).values(row).execute(conn)?;
    for wave in waves {
        diesel::insert_into(campaign_wave::table).values(wave).execute(conn)?;
    }
    Ok(())
}

/// Campaigns, kept from others until the transaction ends, in the order of their ids. Claims of one campaign wait for
/// each other here.
pub fn lock_campaigns(conn: &mut Conn, ids: &[CampaignId]) -> QueryResult<Vec<CampaignRow>> {
    let rows = campaign::table.filter(campaign::id.eq_any(ids.to_vec())).order(campaign::id);
    match conn {
        Conn::Postgres(conn) => rows.select(CampaignRow::as_select()).for_no_key_update().load(conn),
        // The writer is alone.
        Conn::Sqlite(conn) => rows.select(CampaignRow::as_select()).load(conn),
    }
}

/// The issuer's, newest first.
pub fn campaigns_of(conn: &mut Conn, of: IssuerId) -> QueryResult<Vec<CampaignRow>> {
    let rows = campaign::table.filter(campaign::issuer_id.eq(of));
    rows.order((campaign::created_at.desc(), campaign::id.desc())).select(CampaignRow::as_select()).load(conn)
}

/// Those that have not been closed and are good today or later.
pub fn running_campaigns(conn: &mut Conn, today: Date) -> QueryResult<Vec<CampaignRow>> {
    let running = campaign::table.filter(campaign::closed_at.is_null()).filter(campaign::valid_until.ge(today));
    running.order(campaign::id).select(CampaignRow::as_select()).load(conn)
}

pub fn campaigns_by_id(conn: &mut Conn, ids: &[CampaignId]) -> QueryResult<Vec<CampaignRow>> {
    campaign::table.filter(campaign::id.eq_any(ids.to_vec())).select(CampaignRow::as_select()).load(conn)
}

pub fn all_campaigns(conn: &mut Conn) -> QueryResult<Vec<CampaignRow>> {
    campaign::table.order(campaign::id).select(CampaignRow::as_select()).load(conn)
}

/// By campaign, in order of opening.
pub fn waves(conn: &mut Conn, of: &[CampaignId]) -> QueryResult<HashMap<CampaignId, Vec<WaveRow>>> {
    let rows: Vec<WaveRow> = campaign_wave::table
        .filter(campaign_wave::campaign_id.eq_any(of.to_vec()))
        .order((campaign_wave::campaign_id, campaign_wave::number))
        .select(WaveRow::as_select())
        .load(conn)?;
    let mut waves: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        waves.entry(row.campaign_id).or_default().push(row);
    }
    Ok(waves)
}

pub fn issuer_names(conn: &mut Conn, ids: &[IssuerId]) -> QueryResult<HashMap<IssuerId, String>> {
    let rows: Vec<(IssuerId, String)> =
        issuer::table.filter(issuer::id.eq_any(ids.to_vec())).select((issuer::id, issuer::name)).load(conn)?;
    Ok(rows.into_iter().collect())
}

pub fn set_paused(conn: &mut Conn, id: CampaignId, at: Option<Timestamp>) -> QueryResult<()> {
    diesel::update(campaign::table.find(id)).set(campaign::paused_at.eq(at)).execute(conn)?;
    Ok(())
}

pub fn set_closed(conn: &mut Conn, id: CampaignId, at: Timestamp) -> QueryResult<()> {
    diesel::update(campaign::table.find(id)).set(campaign::closed_at.eq(at)).execute(conn)?;
    Ok(())
}

pub fn set_stock(conn: &mut Conn, id: CampaignId, number: i16, stock: i32) -> QueryResult<()> {
    diesel::update(campaign_wave::table.find((id, number))).set(campaign_wave::stock.eq(stock)).execute(conn)?;
    Ok(())
}

pub fn set_issued(conn: &mut Conn, id: CampaignId, number: i16, issued: i32) -> QueryResult<()> {
    diesel::update(campaign_wave::table.find((id, number))).set(campaign_wave::issued.eq(issued)).execute(conn)?;
    Ok(())
}

/// Codes of the city's districts.
pub fn districts(conn: &mut Conn) -> QueryResult<HashSet<String>> {
    Ok(district::table.select(district::id).load::<String>(conn)?.into_iter().collect())
}

/// Where the budget of each campaign is.
pub fn amounts(conn: &mut Conn, of: &[CampaignId]) -> QueryResult<HashMap<CampaignId, Amounts>> {
    type Sums = (Fen, Fen, Fen, Fen, Fen, Fen, Fen);
    let rows: Vec<(CampaignId, Sums)> = ledger_entry::table
        .filter(ledger_entry::campaign_id.eq_any(of.to_vec()))
        .group_by(ledger_entry::campaign_id)
        .select((
            ledger_entry::campaign_id,
            (
                sql::<BigInt>("CAST(SUM(budget_fen) AS BIGINT)"),
                sql::<BigInt>("CAST(SUM(remaining_fen) AS BIGINT)"),
                sql::<BigInt>("CAST(SUM(claimed_fen) AS BIGINT)"),
                sql::<BigInt>("CAST(SUM(locked_fen) AS BIGINT)"),
                sql::<BigInt>("CAST(SUM(redeemed_fen) AS BIGINT)"),
                sql::<BigInt>("CAST(SUM(settled_fen) AS BIGINT)"),
                sql::<BigInt>("CAST(SUM(expired_fen) AS BIGINT)"),
            ),
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, sums)| (id, in_accounts(sums))).collect())
}

fn in_accounts(sums: (Fen, Fen, Fen, Fen, Fen, Fen, Fen)) -> Amounts {
    let (budget, remaining, claimed, locked, redeemed, settled, expired) = sums;
    Amounts { budget, remaining, claimed, locked, redeemed, settled, expired }
}

/// What the ledger says of each of these vouchers.
pub fn amounts_of_vouchers(conn: &mut Conn, of: &[VoucherId]) -> QueryResult<HashMap<VoucherId, Amounts>> {
    type Row = (Option<VoucherId>, (Fen, Fen, Fen, Fen, Fen, Fen, Fen));
    let columns = (
        ledger_entry::budget_fen,
        ledger_entry::remaining_fen,
        ledger_entry::claimed_fen,
        ledger_entry::locked_fen,
        ledger_entry::redeemed_fen,
        ledger_entry::settled_fen,
        ledger_entry::expired_fen,
    );
    let entries = ledger_entry::table.filter(ledger_entry::voucher_id.eq_any(of.iter().copied().map(Some)));
    let rows: Vec<Row> = entries.select((ledger_entry::voucher_id, columns)).load(conn)?;
    let mut amounts: HashMap<_, Amounts> = HashMap::new();
    for (id, sums) in rows {
        if let Some(id) = id {
            let sum = amounts.entry(id).or_default();
            *sum = *sum + in_accounts(sums);
        }
    }
    Ok(amounts)
}

#[derive(Insertable)]
#[diesel(table_name = ledger_entry)]
struct EntryRow {
    id: LedgerEntryId,
    campaign_id: CampaignId,
    voucher_id: Option<VoucherId>,
    kind: LedgerKind,
    budget_fen: Fen,
    remaining_fen: Fen,
    claimed_fen: Fen,
    locked_fen: Fen,
    redeemed_fen: Fen,
    settled_fen: Fen,
    expired_fen: Fen,
    business_at: Timestamp,
    recorded_at: Timestamp,
    account_id: Option<AccountId>,
}

pub fn insert_entries_batch(conn: &mut Conn, now: Timestamp, entries: &[Entry]) -> QueryResult<()> {
    let rows: Vec<_> = entries
        .iter()
        .map(|entry| EntryRow {
            id: LedgerEntryId::new(),
            campaign_id: entry.campaign,
            voucher_id: entry.voucher,
            kind: entry.kind,
            budget_fen: entry.amounts.budget,
            remaining_fen: entry.amounts.remaining,
            claimed_fen: entry.amounts.claimed,
            locked_fen: entry.amounts.locked,
            redeemed_fen: entry.amounts.redeemed,
            settled_fen: entry.amounts.settled,
            expired_fen: entry.amounts.expired,
            business_at: entry.at,
            recorded_at: now,
            account_id: entry.by,
        })
        .collect();
    insert_batch!(conn, ledger_entry::table, rows, 14);
    Ok(())
}

pub fn insert_vouchers_batch(conn: &mut Conn, rows: &[VoucherRow]) -> QueryResult<()> {
    insert_batch!(conn, voucher::table, rows, 12);
    Ok(())
}

/// Vouchers, kept from others until the transaction ends, in the order of their ids.
pub fn lock_vouchers(conn: &mut Conn, ids: &[VoucherId]) -> QueryResult<Vec<VoucherRow>> {
    let rows = voucher::table.filter(voucher::id.eq_any(ids.to_vec())).order(voucher::id);
    match conn {
        Conn::Postgres(conn) => rows.select(VoucherRow::as_select()).for_no_key_update().load(conn),
        Conn::Sqlite(conn) => rows.select(VoucherRow::as_select()).load(conn),
    }
}

/// Vouchers that were not used by the day before `today`, kept from others; those that others keep are left to them.
pub fn lock_run_out(conn: &mut Conn, today: Date, most: i64) -> QueryResult<Vec<VoucherRow>> {
    let over = voucher::state.eq(VoucherState::Claimed).and(voucher::expires_on.lt(today));
    let rows = voucher::table.filter(over).order(voucher::id).limit(most);
    match conn {
        Conn::Postgres(conn) => rows.select(VoucherRow::as_select()).for_no_key_update().skip_locked().load(conn),
        Conn::Sqlite(conn) => rows.select(VoucherRow::as_select()).load(conn),
    }
}

/// Writes down what a voucher is after a step.
pub fn set_standing(
    conn: &mut Conn,
    now: Timestamp,
    id: VoucherId,
    standing: Standing,
    for_booking: Option<BookingId>,
) -> QueryResult<()> {
    diesel::update(voucher::table.find(id))
        .set((
            voucher::state.eq(standing.state),
            voucher::used_fen.eq(standing.used),
            voucher::booking_id.eq(for_booking),
            voucher::changed_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Vouchers of campaigns that these families have: campaign, family, child, voucher.
pub fn held(
    conn: &mut Conn,
    campaigns: &[CampaignId],
    families: &[FamilyId],
) -> QueryResult<Vec<(CampaignId, FamilyId, ChildId, VoucherId)>> {
    voucher::table
        .filter(voucher::campaign_id.eq_any(campaigns.to_vec()))
        .filter(voucher::family_id.eq_any(families.to_vec()))
        .select((voucher::campaign_id, voucher::family_id, voucher::child_id, voucher::id))
        .load(conn)
}

/// Which children have had a voucher of which issuer.
pub fn had_of_issuer(conn: &mut Conn, children: &[ChildId]) -> QueryResult<HashSet<(IssuerId, ChildId)>> {
    let rows: Vec<(IssuerId, ChildId)> = voucher::table
        .inner_join(campaign::table)
        .filter(voucher::child_id.eq_any(children.to_vec()))
        .filter(voucher::state.ne(VoucherState::Void))
        .select((campaign::issuer_id, voucher::child_id))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The same for every child, of one issuer.
pub fn all_had_of_issuer(conn: &mut Conn, of: IssuerId) -> QueryResult<HashSet<ChildId>> {
    let rows: Vec<ChildId> = voucher::table
        .inner_join(campaign::table)
        .filter(campaign::issuer_id.eq(of))
        .filter(voucher::state.ne(VoucherState::Void))
        .select(voucher::child_id)
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// A child that is not erased, as campaigns look at it. `had_one` is known by issuer only.
#[derive(Clone, Debug)]
pub struct KnownChild {
    pub id: ChildId,
    pub family: FamilyId,
    pub name: String,
    pub facts: Facts,
}

/// Which children.
#[derive(Clone, Copy)]
pub enum Of<'a> {
    Families(&'a [FamilyId]),
    /// After this one, so many.
    All(Option<ChildId>, i64),
}

/// Children by id, with whether they are enrolled: expected for full-day or half-day care from `now` on.
///
/// The rows are those of accounts and of bookings. They are asked here because a claim is decided in the transaction that
/// has seen them, and in one statement for all who claim.
pub fn children(conn: &mut Conn, of: Of<'_>, now: Timestamp) -> QueryResult<Vec<KnownChild>> {
    type Row = (ChildId, FamilyId, String, Date, i16, String);
    let rows = child::table.filter(child::erased_at.is_null()).order(child::id).into_boxed();
    let rows = match of {
        Of::Families(families) => rows.filter(child::family_id.eq_any(families.to_vec())),
        Of::All(None, most) => rows.limit(most),
        Of::All(Some(after), most) => rows.filter(child::id.gt(after)).limit(most),
    };
    let columns =
        (child::id, child::family_id, child::name, child::birth_date, child::birth_order, child::residence_district);
    let rows: Vec<Row> = rows.select(columns).load(conn)?;
    let enrolled = enrolled(conn, &rows.iter().map(|row| row.0).collect::<Vec<_>>(), now)?;
    let known = |(id, family, name, birth_date, order, residence_district): Row| KnownChild {
        id,
        family,
        name,
        facts: Facts {
            birth_date,
            // A CHECK keeps it between 1 and 12.
            birth_order: u8::try_from(order).unwrap_or(1),
            residence_district,
            enrolled: enrolled.contains(&id),
            had_one: false,
        },
    };
    Ok(rows.into_iter().map(known).collect())
}

fn enrolled(conn: &mut Conn, children: &[ChildId], now: Timestamp) -> QueryResult<HashSet<ChildId>> {
    let (today, half_hour) = (now.local_date(), HalfHour::containing(now));
    let later_today = booking_day::date.eq(today).and(booking_day::to_half_hour.gt(half_hour));
    let rows: Vec<ChildId> = booking_day::table
        .inner_join(booking::table)
        .filter(booking_day::child_id.eq_any(children.to_vec()))
        .filter(booking_day::takes_place)
        .filter(booking_day::care.eq_any([CareKind::FullDay, CareKind::HalfDay]))
        .filter(booking_day::date.gt(today).or(later_today))
        .filter(booking::state.eq(BookingState::Confirmed))
        .select(booking_day::child_id)
        .distinct()
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The family's vouchers.
pub fn wallet(conn: &mut Conn, of: FamilyId) -> QueryResult<Vec<VoucherRow>> {
    voucher::table.filter(voucher::family_id.eq(of)).select(VoucherRow::as_select()).load(conn)
}

/// Vouchers by id, a page at a time.
pub fn all_vouchers(conn: &mut Conn, after: Option<VoucherId>, most: i64) -> QueryResult<Vec<VoucherRow>> {
    let mut rows = voucher::table.into_boxed();
    if let Some(after) = after {
        rows = rows.filter(voucher::id.gt(after));
    }
    rows.order(voucher::id).limit(most).select(VoucherRow::as_select()).load(conn)
}

/// Vouchers by campaign and wave.
pub fn counted(conn: &mut Conn) -> QueryResult<HashMap<(CampaignId, i16), i64>> {
    let rows: Vec<(CampaignId, i16, i64)> = voucher::table
        .group_by((voucher::campaign_id, voucher::wave))
        .select((voucher::campaign_id, voucher::wave, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(rows.into_iter().map(|(campaign, wave, count)| ((campaign, wave), count)).collect())
}

/// Whose campaign a voucher is of.
pub fn issuer_of(conn: &mut Conn, id: VoucherId) -> QueryResult<Option<IssuerId>> {
    let row = voucher::table.inner_join(campaign::table).filter(voucher::id.eq(id));
    row.select(campaign::issuer_id).first(conn).optional()
}
