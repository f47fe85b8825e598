//! Nurseries and what they sell, written as rows: no call of the API makes them yet.

use diesel::prelude::*;
use doorstep_server::db::{
    Conn, Db, changes,
    schema::{class, nursery, offer, offer_window, opening},
};
use doorstep_shared::{
    Span, Timestamp,
    care::{CareKind, ClassKind, NurseryKind, Ownership},
    ids::{ClassId, NurseryId, OfferId},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nursery {
    pub id: NurseryId,
    pub name: String,
}

/// A care kind sold by a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub id: OfferId,
    pub class: ClassId,
    pub nursery: NurseryId,
}

/// A nursery to be completed and created. By default a public one in Liangxi district, open daily 07:30–18:00.
pub struct NurseryBuilder {
    db: Db,
    now: Timestamp,
    name: String,
    kind: NurseryKind,
    point: (f64, f64),
    inclusive: bool,
    opening: Vec<(i16, Span)>,
}

impl NurseryBuilder {
    pub(crate) fn new(db: Db, now: Timestamp) -> Self {
        let daily: Span = "07:30-18:00".parse().unwrap();
        Self {
            db,
            now,
            name: "阳光托育".to_owned(),
            kind: NurseryKind::ChildcareInstitution,
            point: (31.57, 120.30),
            inclusive: false,
            opening: (1..=7).map(|weekday| (weekday, daily)).collect(),
        }
    }

    pub fn name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    pub fn kind(mut self, kind: NurseryKind) -> Self {
        self.kind = kind;
        self
    }

    /// Degrees north and east.
    pub fn at(mut self, lat: f64, lng: f64) -> Self {
        self.point = (lat, lng);
        self
    }

    pub fn inclusive(mut self) -> Self {
        self.inclusive = true;
        self
    }

    /// Open at these times only, `(1, "08:00-17:00")` for Mondays.
    pub fn open(mut self, times: &[(i16, &str)]) -> Self {
        self.opening = times.iter().map(|(weekday, span)| (*weekday, span.parse().unwrap())).collect();
        self
    }

    pub async fn create(self) -> Nursery {
        let made = Nursery { id: NurseryId::new(), name: self.name.clone() };
        let (db, id) = (self.db.clone(), made.id);
        let write = db.write(move |conn| Ok(self.insert(conn, id)?));
        write.await.unwrap();
        made
    }

    fn insert(self, conn: &mut Conn, id: NurseryId) -> QueryResult<()> {
        let described = (
            nursery::id.eq(id),
            nursery::name.eq(self.name),
            nursery::kind.eq(self.kind),
            nursery::ownership.eq(Ownership::Public),
            nursery::address.eq("梁溪区中山路 1 号"),
            nursery::lat.eq(self.point.0),
            nursery::lng.eq(self.point.1),
            nursery::inclusive.eq(self.inclusive),
            nursery::about.eq(""),
            nursery::bring.eq(""),
            nursery::health.eq(""),
            nursery::demo.eq(false),
            nursery::to_confirm.eq(false),
            nursery::created_at.eq(self.now),
            nursery::updated_at.eq(self.now),
        );
        diesel::insert_into(nursery::table).values(described).execute(conn)?;
        for (weekday, span) in self.opening {
            let row = (
                opening::nursery_id.eq(id),
                opening::weekday.eq(weekday),
                opening::from_half_hour.eq(span.from),
                opening::to_half_hour.eq(span.to),
            );
            diesel::insert_into(opening::table).values(row).execute(conn)?;
        }
        changes::nurseries_batch(conn, self.now, &[id])
    }
}

/// An offer to be completed and created, with its class, and with its nursery unless one is named.
pub struct OfferBuilder {
    db: Db,
    now: Timestamp,
    nursery: Option<Nursery>,
    same_class: Option<ClassId>,
    kind: ClassKind,
    places: i16,
    carers: Option<i16>,
    care: CareKind,
    windows: Vec<Span>,
    price_fen: i64,
    lead_minutes: i32,
    free_until_hours: i16,
    late_percent: i16,
}

impl OfferBuilder {
    pub(crate) fn new(db: Db, now: Timestamp) -> Self {
        Self {
            db,
            now,
            nursery: None,
            same_class: None,
            kind: ClassKind::Toddler,
            places: 1,
            carers: None,
            care: CareKind::Hourly,
            windows: Vec::new(),
            price_fen: 3_000,
            lead_minutes: 60,
            free_until_hours: 12,
            late_percent: 50,
        }
    }

    pub fn of(mut self, nursery: &Nursery) -> Self {
        self.nursery = Some(nursery.clone());
        self
    }

    /// Another care kind of the same class, drawing on the same places.
    pub fn beside(mut self, other: &Offer) -> Self {
        self.nursery = Some(Nursery { id: other.nursery, name: String::new() });
        self.same_class = Some(other.class);
        self
    }

    pub fn class(mut self, kind: ClassKind) -> Self {
        self.kind = kind;
        self
    }

    /// Approved places. As many carers as the ratio asks for, unless told otherwise.
    pub fn places(mut self, places: i16) -> Self {
        self.places = places;
        self
    }

    pub fn carers(mut self, carers: i16) -> Self {
        self.carers = Some(carers);
        self
    }

    /// By the half-hour, inside the opening hours.
    pub fn hourly(self) -> Self {
        self.sells(CareKind::Hourly, &[])
    }

    pub fn full_day(self) -> Self {
        self.sells(CareKind::FullDay, &["08:00-17:30"])
    }

    pub fn half_day(self) -> Self {
        self.sells(CareKind::HalfDay, &["08:00-12:00", "13:30-17:30"])
    }

    pub fn temporary(self) -> Self {
        self.sells(CareKind::Temporary, &["08:00-17:30", "08:00-12:00", "13:30-17:30"])
    }

    pub fn sells(mut self, care: CareKind, windows: &[&str]) -> Self {
        self.care = care;
        self.windows = windows.iter().map(|span| span.parse().unwrap()).collect();
        self
    }

    /// Of a window; of an hour for hourly care.
    pub fn price_fen(mut self, fen: i64) -> Self {
        self.price_fen = fen;
        self
    }

    pub fn lead_minutes(mut self, minutes: i32) -> Self {
        self.lead_minutes = minutes;
        self
    }

    /// Cancelling is free until so many hours before, and costs so much of the price later.
    pub fn cancel_rule(mut self, free_until_hours: i16, late_percent: i16) -> Self {
        (self.free_until_hours, self.late_percent) = (free_until_hours, late_percent);
        self
    }

    pub async fn create(self) -> Offer {
        let nursery = match &self.nursery {
            Some(nursery) => nursery.id,
            None => NurseryBuilder::new(self.db.clone(), self.now).create().await.id,
        };
        let class = self.same_class.unwrap_or_else(ClassId::new);
        let made = Offer { id: OfferId::new(), class, nursery };
        let (db, row) = (self.db.clone(), made.clone());
        let write = db.write(move |conn| Ok(self.insert(conn, &row)?));
        write.await.unwrap();
        made
    }

    fn insert(self, conn: &mut Conn, made: &Offer) -> QueryResult<()> {
        if self.same_class.is_none() {
            let row = (
                class::id.eq(made.class),
                class::nursery_id.eq(made.nursery),
                class::kind.eq(self.kind),
                class::name.eq(self.kind.as_str()),
                class::places.eq(self.places),
                // One for each place is more than any ratio asks for: the places bind.
                class::carers.eq(self.carers.unwrap_or(self.places)),
            );
            diesel::insert_into(class::table).values(row).execute(conn)?;
        }
        let row = (
            offer::id.eq(made.id),
            offer::class_id.eq(made.class),
            offer::care.eq(self.care),
            offer::price_fen.eq(self.price_fen),
            offer::lead_minutes.eq(self.lead_minutes),
            offer::free_until_hours.eq(self.free_until_hours),
            offer::late_percent.eq(self.late_percent),
        );
        diesel::insert_into(offer::table).values(row).execute(conn)?;
        for span in self.windows {
            let row = (
                offer_window::offer_id.eq(made.id),
                offer_window::from_half_hour.eq(span.from),
                offer_window::to_half_hour.eq(span.to),
            );
            diesel::insert_into(offer_window::table).values(row).execute(conn)?;
        }
        changes::nurseries_batch(conn, self.now, &[made.nursery])
    }
}
