//! Rows of the register.

use std::collections::HashMap;

use diesel::prelude::*;
use doorstep_shared::{
    Fen, HalfHour, Span, Timestamp,
    bookings::CancelRule,
    care::{CareKind, ClassKind, NurseryKind, Ownership},
    ids::{ClassId, ClosureId, ImportId, NurseryId, OfferId},
    nurseries::District,
};

use super::draft::{ClassDraft, ClosureDraft, NurseryDraft, OfferDraft, Week};
use crate::db::{
    Conn,
    bulk::insert_batch,
    schema::{class, closure, district, nursery, offer, offer_window, opening},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = nursery)]
pub struct NurseryRow {
    pub id: NurseryId,
    pub name: String,
    pub kind: NurseryKind,
    pub ownership: Ownership,
    pub district_id: Option<String>,
    pub address: String,
    pub lat: f64,
    pub lng: f64,
    pub phone: Option<String>,
    pub inclusive: bool,
    pub rating: Option<String>,
    pub filing_no: Option<String>,
    pub about: String,
    pub bring: String,
    pub health: String,
    pub demo: bool,
    pub to_confirm: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = class)]
pub struct ClassRow {
    pub id: ClassId,
    pub kind: ClassKind,
    pub name: String,
    pub places: i16,
    pub carers: i16,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = offer)]
pub struct OfferRow {
    pub id: OfferId,
    pub class_id: ClassId,
    pub care: CareKind,
    pub price_fen: Fen,
    pub lead_minutes: i32,
    pub free_until_hours: i16,
    pub late_percent: i16,
}

impl OfferRow {
    pub fn cancel_rule(&self) -> CancelRule {
        CancelRule {
            free_until_hours: self.free_until_hours.cast_unsigned(),
            // The table keeps it from 0 to 100.
            late_percent: u8::try_from(self.late_percent).unwrap_or(100),
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = district)]
pub struct DistrictRow {
    pub id: String,
    pub name: String,
    pub name_en: String,
    /// JSON: a closed ring of `[lng, lat]`.
    pub outline: String,
    pub centre_lat: f64,
    pub centre_lng: f64,
    pub demo: bool,
}

/// All that the profile of a nursery shows.
pub struct Profile {
    pub nursery: NurseryRow,
    pub district: Option<District>,
    pub classes: Vec<ClassRow>,
    /// Those that are sold.
    pub offers: Vec<OfferRow>,
    pub windows: HashMap<OfferId, Vec<Span>>,
    pub opening: Week,
}

/// Who sells an offer.
///
/// # Errors
/// `NotFound` when it is not sold any more.
pub fn nursery_of_offer(conn: &mut Conn, id: OfferId) -> QueryResult<NurseryId> {
    let sold = offer::table.inner_join(class::table).filter(offer::id.eq(id)).filter(offer::withdrawn_at.is_null());
    sold.select(class::nursery_id).first(conn)
}

/// # Errors
/// `NotFound` when there is no such nursery.
pub fn profile(conn: &mut Conn, id: NurseryId) -> QueryResult<Profile> {
    let nursery: NurseryRow = nursery::table.find(id).select(NurseryRow::as_select()).first(conn)?;
    let district = match &nursery.district_id {
        Some(id) => district::table.find(id).select(DistrictRow::as_select()).first(conn).optional()?,
        None => None,
    };
    let of_nursery = class::nursery_id.eq(id);
    let classes = class::table.filter(of_nursery).order(class::id).select(ClassRow::as_select()).load(conn)?;
    let offers: Vec<OfferRow> = offer::table
        .inner_join(class::table)
        .filter(of_nursery)
        .filter(offer::withdrawn_at.is_null())
        .order(offer::id)
        .select(OfferRow::as_select())
        .load(conn)?;
    let rows: Vec<(OfferId, HalfHour, HalfHour)> = offer_window::table
        .inner_join(offer::table.inner_join(class::table))
        .filter(of_nursery)
        .order((offer_window::from_half_hour, offer_window::to_half_hour))
        .select((offer_window::offer_id, offer_window::from_half_hour, offer_window::to_half_hour))
        .load(conn)?;
    let mut windows = HashMap::<_, Vec<_>>::new();
    for (offer, from, to) in rows {
        windows.entry(offer).or_default().extend(Span::new(from, to));
    }
    let district = district.map(|row| District { id: row.id, name: row.name, name_en: row.name_en });
    Ok(Profile { district, classes, offers, windows, opening: week(conn, id)?, nursery })
}

fn week(conn: &mut Conn, id: NurseryId) -> QueryResult<Week> {
    let rows: Vec<(i16, HalfHour, HalfHour)> = opening::table
        .filter(opening::nursery_id.eq(id))
        .order((opening::weekday, opening::from_half_hour))
        .select((opening::weekday, opening::from_half_hour, opening::to_half_hour))
        .load(conn)?;
    let mut week = Week::default();
    for (weekday, from, to) in rows {
        let index = usize::try_from(weekday - 1).unwrap_or(usize::MAX);
        if let (Some(day), Some(span)) = (week.get_mut(index), Span::new(from, to)) {
            day.push(span);
        }
    }
    Ok(week)
}

/// By code.
pub fn districts(conn: &mut Conn) -> QueryResult<Vec<DistrictRow>> {
    district::table.order(district::id).select(DistrictRow::as_select()).load(conn)
}

pub fn insert_districts_batch(conn: &mut Conn, rows: &[DistrictRow]) -> QueryResult<()> {
    insert_batch!(conn, district::table, rows, 7);
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = nursery, treat_none_as_default_value = false)]
struct NewNursery<'a> {
    id: NurseryId,
    source_key: Option<&'a str>,
    name: &'a str,
    kind: NurseryKind,
    ownership: Ownership,
    district_id: Option<&'a str>,
    address: &'a str,
    lat: f64,
    lng: f64,
    phone: Option<&'a str>,
    inclusive: bool,
    rating: Option<&'a str>,
    registration_no: Option<&'a str>,
    filing_no: Option<&'a str>,
    about: &'a str,
    bring: &'a str,
    health: &'a str,
    demo: bool,
    to_confirm: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
    import_id: Option<ImportId>,
}

impl<'a> NewNursery<'a> {
    fn of(draft: &'a NurseryDraft, now: Timestamp, import: Option<ImportId>) -> Self {
        Self {
            id: draft.id,
            source_key: draft.source_key.as_deref(),
            name: &draft.name,
            kind: draft.kind,
            ownership: draft.ownership,
            district_id: draft.district_id.as_deref(),
            address: &draft.address,
            lat: draft.point.lat,
            lng: draft.point.lng,
            phone: draft.phone.as_deref(),
            inclusive: draft.inclusive,
            rating: draft.rating.as_deref(),
            registration_no: draft.registration_no.as_deref(),
            filing_no: draft.filing_no.as_deref(),
            about: &draft.about,
            bring: &draft.bring,
            health: &draft.health,
            demo: draft.demo,
            to_confirm: draft.to_confirm,
            created_at: now,
            updated_at: now,
            import_id: import,
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = class)]
struct NewClass<'a> {
    id: ClassId,
    nursery_id: NurseryId,
    kind: ClassKind,
    name: &'a str,
    places: i16,
    carers: i16,
}

#[derive(Insertable)]
#[diesel(table_name = offer)]
struct NewOffer {
    id: OfferId,
    class_id: ClassId,
    care: CareKind,
    price_fen: Fen,
    lead_minutes: i32,
    free_until_hours: i16,
    late_percent: i16,
}

#[derive(Insertable)]
#[diesel(table_name = offer_window)]
struct NewWindow {
    offer_id: OfferId,
    from_half_hour: HalfHour,
    to_half_hour: HalfHour,
}

#[derive(Insertable)]
#[diesel(table_name = opening)]
struct NewOpening {
    nursery_id: NurseryId,
    weekday: i16,
    from_half_hour: HalfHour,
    to_half_hour: HalfHour,
}

#[derive(Insertable)]
#[diesel(table_name = closure, treat_none_as_default_value = false)]
struct NewClosure<'a> {
    id: ClosureId,
    nursery_id: NurseryId,
    class_id: Option<ClassId>,
    date: doorstep_shared::Date,
    from_half_hour: HalfHour,
    to_half_hour: HalfHour,
    reason: &'a str,
}

/// Whole nurseries that are not in the register yet. Those of an `import` are seen by nobody until it is accepted.
pub fn insert_nurseries_batch(
    conn: &mut Conn,
    now: Timestamp,
    import: Option<ImportId>,
    drafts: &[NurseryDraft],
) -> QueryResult<()> {
    let rows: Vec<_> = drafts.iter().map(|draft| NewNursery::of(draft, now, import)).collect();
    insert_batch!(conn, nursery::table, rows, 22);
    insert_opening_batch(conn, drafts)?;
    let classes: Vec<_> = drafts.iter().flat_map(|draft| draft.classes.iter().map(|class| (draft.id, class))).collect();
    insert_classes_batch(conn, &classes)?;
    let offers: Vec<_> =
        classes.iter().flat_map(|(_, class)| class.offers.iter().map(|offer| (class.id, offer))).collect();
    insert_offers_batch(conn, &offers)
}

pub fn insert_opening_batch(conn: &mut Conn, drafts: &[NurseryDraft]) -> QueryResult<()> {
    let rows: Vec<_> = drafts.iter().flat_map(opening_rows).collect();
    insert_batch!(conn, opening::table, rows, 4);
    Ok(())
}

fn opening_rows(draft: &NurseryDraft) -> impl Iterator<Item = NewOpening> {
    let days = (1..).zip(&draft.opening);
    days.flat_map(|(weekday, spans)| spans.iter().map(move |span| (weekday, span))).map(|(weekday, span)| NewOpening {
        nursery_id: draft.id,
        weekday,
        from_half_hour: span.from,
        to_half_hour: span.to,
    })
}

pub fn insert_classes_batch(conn: &mut Conn, classes: &[(NurseryId, &ClassDraft)]) -> QueryResult<()> {
    let rows: Vec<_> = classes
        .iter()
        .map(|(nursery_id, draft)| NewClass {
            id: draft.id,
            nursery_id: *nursery_id,
            kind: draft.kind,
            name: &draft.name,
            places: draft.places.cast_signed(),
            carers: draft.carers.cast_signed(),
        })
        .collect();
    insert_batch!(conn, class::table, rows, 6);
    Ok(())
}

/// With their windows.
pub fn insert_offers_batch(conn: &mut Conn, offers: &[(ClassId, &OfferDraft)]) -> QueryResult<()> {
    let rows: Vec<_> = offers
        .iter()
        .map(|(class_id, draft)| NewOffer {
            id: draft.id,
            class_id: *class_id,
            care: draft.care,
            price_fen: draft.price_fen,
            lead_minutes: draft.lead_minutes.cast_signed(),
            free_until_hours: draft.cancel_rule.free_until_hours.cast_signed(),
            late_percent: draft.cancel_rule.late_percent.into(),
        })
        .collect();
    insert_batch!(conn, offer::table, rows, 7);
    let drafts: Vec<_> = offers.iter().map(|(_, draft)| *draft).collect();
    insert_windows_batch(conn, &drafts)
}

pub fn insert_windows_batch(conn: &mut Conn, offers: &[&OfferDraft]) -> QueryResult<()> {
    let rows: Vec<_> = offers
        .iter()
        .flat_map(|draft| draft.windows.iter().map(|window| (draft.id, window)))
        .map(|(offer_id, window)| NewWindow { offer_id, from_half_hour: window.from, to_half_hour: window.to })
        .collect();
    insert_batch!(conn, offer_window::table, rows, 3);
    Ok(())
}

pub fn insert_closures_batch(conn: &mut Conn, closures: &[(ClosureId, &ClosureDraft)]) -> QueryResult<()> {
    let rows: Vec<_> = closures
        .iter()
        .map(|(id, draft)| NewClosure {
            id: *id,
            nursery_id: draft.nursery_id,
            class_id: draft.class_id,
            date: draft.date,
            from_half_hour: draft.span.from,
            to_half_hour: draft.span.to,
            reason: &draft.reason,
        })
        .collect();
    insert_batch!(conn, closure::table, rows, 7);
    Ok(())
}

/// Whether the nursery exists and, when a class is named, has that class.
pub fn exists(conn: &mut Conn, id: NurseryId, class: Option<ClassId>) -> QueryResult<bool> {
    match class {
        Some(class) => {
            let of_nursery = class::table.find(class).filter(class::nursery_id.eq(id));
            diesel::select(diesel::dsl::exists(of_nursery)).get_result(conn)
        }
        None => diesel::select(diesel::dsl::exists(nursery::table.find(id))).get_result(conn),
    }
}
