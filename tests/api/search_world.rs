//! A made-up city whose places come and go, written as rows with the verbs that bookings use.

mod hours;

use std::collections::HashMap;

use chrono::Days;
use diesel::prelude::*;
use doorstep_server::{
    bookings::roster,
    db::{
        Conn, Db, changes,
        schema::{
            account, booking, booking_day, child, class, closure, district, family, nursery, offer, offer_window,
            opening,
        },
    },
    error::{Error, Result},
    inventory,
    policy::Policies,
};
use doorstep_shared::{
    Date, HalfHour, ProblemKind, Span, Timestamp,
    bookings::{BookingState, DayState},
    care::{CareKind, ClassKind, NurseryKind, Ownership},
    ids::{AccountId, BookingDayId, BookingId, CarerId, ChildId, ClassId, ClosureId, FamilyId, NurseryId, OfferId},
    roster::{Allowed, SetAllowed, SetRoster, Shift},
};

use crate::search_dice::Dice;

/// Names with their syllables: what a name can be found by is known without asking the product.
pub const NAMES: [(&str, &[&str]); 6] = [
    ("阳光托宝", &["yang", "guang", "tuo", "bao"]),
    ("小熊之星", &["xiao", "xiong", "zhi", "xing"]),
    ("豆豆宝贝", &["dou", "dou", "bao", "bei"]),
    ("春天花朵", &["chun", "tian", "hua", "duo"]),
    ("彩云托班", &["cai", "yun", "tuo", "ban"]),
    ("贝贝熊", &["bei", "bei", "xiong"]),
];

pub const DISTRICTS: [&str; 3] = ["320213", "320214", "320205"];

pub struct World {
    db: Db,
    family: FamilyId,
    account: AccountId,
    child: ChildId,
    classes: Vec<(ClassId, NurseryId, OfferId)>,
    carers: HashMap<NurseryId, Vec<CarerId>>,
    booked: Vec<BookingId>,
}

impl World {
    /// So many nurseries around one point, some on the very same one.
    pub async fn make(db: &Db, dice: &mut Dice, count: usize, now: Timestamp) -> Self {
        let seed = dice.next();
        let (family, account, child) = (FamilyId::new(), AccountId::new(), ChildId::new());
        let write = db.write(move |conn| {
            let mut dice = Dice(seed);
            insert_family(conn, family, account, child, now)?;
            for id in DISTRICTS {
                insert_district(conn, id)?;
            }
            let mut classes = Vec::new();
            for _ in 0..count {
                insert_nursery(conn, &mut dice, now, &mut classes)?;
            }
            let carers = hire(conn, now, &classes)?;
            Ok((classes, carers))
        });
        let (classes, carers) = write.await.unwrap();
        Self { db: db.clone(), family, account, child, classes, carers, booked: Vec::new() }
    }

    /// One nursery more.
    pub async fn add_nursery(&mut self, dice: &mut Dice, now: Timestamp) {
        let seed = dice.next();
        let write = self.db.write(move |conn| {
            let mut classes = Vec::new();
            insert_nursery(conn, &mut Dice(seed), now, &mut classes)?;
            let carers = hire(conn, now, &classes)?;
            Ok((classes, carers))
        });
        let (classes, carers) = write.await.unwrap();
        self.classes.extend(classes);
        self.carers.extend(carers);
    }

    /// One of its nurseries.
    pub fn nursery(&self, dice: &mut Dice) -> NurseryId {
        dice.pick(&self.classes).1
    }

    /// Books, holds, cancels, confirms, closes and changes hours and rosters at random.
    pub async fn stir(&mut self, dice: &mut Dice, now: Timestamp, steps: usize) {
        for _ in 0..steps {
            match dice.below(22) {
                0 if dice.once_in(3) => self.close(dice, now).await,
                0 => self.change_hours(dice, now).await,
                20 => self.put_on_duty(dice, now).await,
                21 => self.allow(dice, now).await,
                1..=3 if !self.booked.is_empty() => self.change(dice, now).await,
                _ => self.book(dice, now).await,
            }
        }
    }

    async fn book(&mut self, dice: &mut Dice, now: Timestamp) {
        let (class, nursery, offer) = *dice.pick(&self.classes);
        let date = now.local_date() + Days::new(dice.below(61) as u64);
        let date = if dice.once_in(2) { now.local_date() + Days::new(dice.below(4) as u64) } else { date };
        let from = dice.between(14, 34);
        let to = (from + dice.between(1, 14)).min(40);
        let span = Span::new(HalfHour::new(from as u8).unwrap(), HalfHour::new(to as u8).unwrap()).unwrap();
        let held = dice.once_in(3).then(|| now + chrono::Duration::minutes(dice.between(1, 30)));
        let (family, account, child) = (self.family, self.account, self.child);
        let write = self.db.write(move |conn| {
            let policies = Policies::load(None, None)?;
            let mut days = inventory::lock_days(conn, &policies, now, &[(class, date)])?;
            let mut made = None;
            if days.take(class, date, span) {
                let id = BookingId::new();
                insert_booking(conn, id, (family, account, nursery), held, date, now)?;
                insert_day(conn, id, child, (class, offer), date, span)?;
                made = Some(id);
            }
            inventory::save_days(conn, now, &days)?;
            Ok(made)
        });
        self.booked.extend(write.await.unwrap());
    }

    /// Cancels a booking, or confirms or extends it when it is held.
    async fn change(&mut self, dice: &mut Dice, now: Timestamp) {
        let id = *dice.pick(&self.booked);
        let what = dice.below(3);
        let write = self.db.write(move |conn| {
            let policies = Policies::load(None, None)?;
            // A change of hours may have moved it, which leaves a trace.
            type Row = (BookingDayId, ClassId, Date, HalfHour, HalfHour);
            let standing: Option<Row> = booking_day::table
                .filter(booking_day::booking_id.eq(id).and(booking_day::takes_place))
                .select((
                    booking_day::id,
                    booking_day::class_id,
                    booking_day::date,
                    booking_day::from_half_hour,
                    booking_day::to_half_hour,
                ))
                .first(conn)
                .optional()?;
            let Some((day, class, date, from, to)) = standing else { return Ok(()) };
            let mut days = inventory::lock_days(conn, &policies, now, &[(class, date)])?;
            let takes_place: bool = booking_day::table.find(day).select(booking_day::takes_place).first(conn)?;
            let state: BookingState = booking::table.find(id).select(booking::state).first(conn)?;
            let this = booking::table.find(id);
            match (takes_place, state, what) {
                (true, _, 0) => {
                    days.give_back(class, date, Span::new(from, to).unwrap());
                    diesel::update(this).set(booking::state.eq(BookingState::CancelledByFamily)).execute(conn)?;
                    diesel::update(booking_day::table.find(day))
                        .set((booking_day::state.eq(DayState::Released), booking_day::takes_place.eq(false)))
                        .execute(conn)?;
                }
                (true, BookingState::Held, 1) => {
                    let confirmed =
                        (booking::state.eq(BookingState::Confirmed), booking::hold_expires_at.eq(None::<Timestamp>));
                    diesel::update(this).set(confirmed).execute(conn)?;
                    days.touch(class, date);
                }
                (true, BookingState::Held, _) => {
                    let later = now + chrono::Duration::minutes(20);
                    diesel::update(this).set(booking::hold_expires_at.eq(later)).execute(conn)?;
                    days.touch(class, date);
                }
                _ => {}
            }
            inventory::save_days(conn, now, &days)?;
            Ok(())
        });
        write.await.unwrap();
    }

    /// Makes a roster for a date or a weekday, or does away with it.
    async fn put_on_duty(&mut self, dice: &mut Dice, now: Timestamp) {
        let (class, nursery, _) = *dice.pick(&self.classes);
        let (date, weekday) = self.some_day(dice, now);
        let shifts = (!dice.once_in(4)).then(|| {
            let carers = &self.carers[&nursery];
            let some = carers.iter().filter(|_| !dice.once_in(3)).copied().collect::<Vec<_>>();
            let shift = |carer_id| {
                let (from, to) =
                    *dice.pick(&[("07:30", "18:00"), ("08:00", "12:00"), ("12:00", "17:30"), ("09:30", "10:00")]);
                Shift { carer_id, from: half_hour(from), to: half_hour(to) }
            };
            some.into_iter().map(shift).collect()
        });
        let ask = SetRoster { class_id: class, date, weekday, shifts, accept: true };
        let write = self.db.write(move |conn| {
            let policies = Policies::load(None, None)?;
            match roster::set_roster(conn, roster::Asked { nursery, now, policies: &policies, accept: true }, &ask) {
                // Somebody of theirs is in another class then: the roster stays as it was.
                Err(Error::Refused(problem)) if problem.kind == ProblemKind::Invalid => Ok(()),
                done => done.map(|_| ()),
            }
        });
        write.await.unwrap();
    }

    /// Lets so many children come on a date or a weekday, or as many as there are places.
    async fn allow(&mut self, dice: &mut Dice, now: Timestamp) {
        let (class, nursery, _) = *dice.pick(&self.classes);
        let (date, weekday) = self.some_day(dice, now);
        let allowed = (!dice.once_in(4)).then(|| {
            let (from, to) = *dice.pick(&[("00:00", "24:00"), ("08:00", "12:00"), ("15:00", "17:30")]);
            vec![Allowed { from: half_hour(from), to: half_hour(to), children: dice.below(4) as u8 }]
        });
        let ask = SetAllowed { class_id: class, date, weekday, allowed, accept: true };
        let write = self.db.write(move |conn| {
            let policies = Policies::load(None, None)?;
            let asked = roster::Asked { nursery, now, policies: &policies, accept: true };
            roster::set_allowed(conn, asked, &ask).map(|_| ())
        });
        write.await.unwrap();
    }

    fn some_day(&self, dice: &mut Dice, now: Timestamp) -> (Option<Date>, Option<u8>) {
        if dice.once_in(3) {
            return (None, Some(dice.between(1, 7) as u8));
        }
        (Some(now.local_date() + Days::new(dice.below(8) as u64)), None)
    }

    /// A closure of an operator's: who is booked then is left alone.
    async fn close(&mut self, dice: &mut Dice, now: Timestamp) {
        let (class, nursery, _) = *dice.pick(&self.classes);
        let class = dice.once_in(2).then_some(class);
        let date = now.local_date() + Days::new(dice.below(10) as u64);
        let (from, to) = *dice.pick(&[("00:00", "24:00"), ("12:00", "18:00"), ("08:00", "09:30")]);
        let write = self.db.write(move |conn| {
            insert_closure(conn, nursery, class, date, from, to)?;
            changes::nurseries_batch(conn, now, &[nursery])?;
            Ok(())
        });
        write.await.unwrap();
    }
}

fn half_hour(text: &str) -> HalfHour {
    text.parse().unwrap()
}

fn insert_family(
    conn: &mut Conn,
    family: FamilyId,
    account: AccountId,
    child: ChildId,
    now: Timestamp,
) -> QueryResult<()> {
    let row = (account::id.eq(account), account::phone.eq("13900000000"), account::created_at.eq(now));
    diesel::insert_into(account::table).values(row).execute(conn)?;
    let row = (family::id.eq(family), family::created_at.eq(now));
    diesel::insert_into(family::table).values(row).execute(conn)?;
    let row = (
        child::id.eq(child),
        child::family_id.eq(family),
        child::name.eq("Ann"),
        child::birth_date.eq(now.local_date()),
        child::sex.eq("female"),
        child::birth_order.eq(1),
        child::residence_district.eq(DISTRICTS[0]),
        child::created_at.eq(now),
    );
    diesel::insert_into(child::table).values(row).execute(conn)?;
    Ok(())
}

fn insert_district(conn: &mut Conn, id: &str) -> QueryResult<()> {
    let row = (
        district::id.eq(id),
        district::name.eq(id),
        district::name_en.eq(id),
        district::outline.eq("[]"),
        district::centre_lat.eq(31.57),
        district::centre_lng.eq(120.3),
        district::demo.eq(true),
    );
    diesel::insert_into(district::table).values(row).execute(conn)?;
    Ok(())
}

fn insert_nursery(
    conn: &mut Conn,
    dice: &mut Dice,
    now: Timestamp,
    classes: &mut Vec<(ClassId, NurseryId, OfferId)>,
) -> QueryResult<()> {
    let id = NurseryId::new();
    // A coarse grid, so that some share a point.
    let (lat, lng) = (31.50 + dice.below(15) as f64 * 0.01, 120.20 + dice.below(15) as f64 * 0.012);
    let row = (
        nursery::id.eq(id),
        nursery::name.eq(dice.pick(&NAMES).0),
        nursery::kind.eq(dice.pick(NurseryKind::ALL)),
        nursery::ownership.eq(Ownership::Public),
        nursery::district_id.eq((!dice.once_in(5)).then(|| *dice.pick(&DISTRICTS))),
        nursery::address.eq(""),
        nursery::lat.eq(lat),
        nursery::lng.eq(lng),
        nursery::inclusive.eq(dice.once_in(2)),
        nursery::rating.eq(dice.once_in(2).then_some("一级")),
        nursery::about.eq(""),
        nursery::bring.eq(""),
        nursery::health.eq(""),
        nursery::demo.eq(true),
        nursery::to_confirm.eq(false),
        nursery::created_at.eq(now),
        nursery::updated_at.eq(now),
    );
    diesel::insert_into(nursery::table).values(row).execute(conn)?;
    let week = *dice.pick(&[5, 5, 6, 7]);
    for weekday in 1..=week {
        let spans = *dice.pick(&[
            &[("07:30", "18:00")][..],
            &[("08:00", "17:30")][..],
            &[("08:00", "12:00"), ("13:30", "17:30")][..],
        ]);
        for (from, to) in spans {
            let row = (
                opening::nursery_id.eq(id),
                opening::weekday.eq(weekday),
                opening::from_half_hour.eq(half_hour(from)),
                opening::to_half_hour.eq(half_hour(to)),
            );
            diesel::insert_into(opening::table).values(row).execute(conn)?;
        }
    }
    for _ in 0..1 + dice.below(4) {
        let class = ClassId::new();
        let row = (
            class::id.eq(class),
            class::nursery_id.eq(id),
            class::kind.eq(dice.pick(ClassKind::ALL)),
            class::name.eq("A"),
            class::places.eq(dice.between(0, 5) as i16),
            class::carers.eq(dice.between(0, 2) as i16),
        );
        diesel::insert_into(class::table).values(row).execute(conn)?;
        let mut any = None;
        for _ in 0..1 + dice.below(3) {
            any = Some(insert_offer(conn, dice, class)?);
        }
        classes.push((class, id, any.unwrap()));
    }
    changes::nurseries_batch(conn, now, &[id])
}

/// Gives each nursery three carers.
fn hire(
    conn: &mut Conn,
    now: Timestamp,
    classes: &[(ClassId, NurseryId, OfferId)],
) -> Result<HashMap<NurseryId, Vec<CarerId>>> {
    let mut carers: HashMap<_, Vec<_>> = HashMap::new();
    for (_, nursery, _) in classes {
        let hired = carers.entry(*nursery).or_default();
        while hired.len() < 3 {
            hired.push(roster::add_carer(conn, *nursery, now, "王".to_owned())?.id);
        }
    }
    Ok(carers)
}

fn insert_offer(conn: &mut Conn, dice: &mut Dice, class: ClassId) -> QueryResult<OfferId> {
    let id = OfferId::new();
    let care = *dice.pick(CareKind::ALL);
    let row = (
        offer::id.eq(id),
        offer::class_id.eq(class),
        offer::care.eq(care),
        offer::price_fen.eq(dice.between(10, 60) * 100),
        offer::lead_minutes.eq(*dice.pick(&[0, 60, 90, 1440])),
        offer::free_until_hours.eq(12_i16),
        offer::late_percent.eq(50_i16),
        offer::withdrawn_at.eq(dice.once_in(10).then(|| Timestamp::from_micros(0).unwrap())),
    );
    diesel::insert_into(offer::table).values(row).execute(conn)?;
    let windows: &[(&str, &str)] = match care {
        CareKind::FullDay if dice.once_in(2) => &[("08:00", "17:30")],
        CareKind::FullDay => &[("07:30", "18:00")],
        CareKind::HalfDay => &[("08:00", "12:00"), ("13:30", "17:30")],
        CareKind::Temporary => &[("08:00", "17:30"), ("08:00", "12:00")],
        CareKind::Hourly => &[],
    };
    for (from, to) in windows {
        let row = (
            offer_window::offer_id.eq(id),
            offer_window::from_half_hour.eq(half_hour(from)),
            offer_window::to_half_hour.eq(half_hour(to)),
        );
        diesel::insert_into(offer_window::table).values(row).execute(conn)?;
    }
    Ok(id)
}

fn insert_closure(
    conn: &mut Conn,
    nursery: NurseryId,
    class: Option<ClassId>,
    date: Date,
    from: &str,
    to: &str,
) -> QueryResult<()> {
    let row = (
        closure::id.eq(ClosureId::new()),
        closure::nursery_id.eq(nursery),
        closure::class_id.eq(class),
        closure::date.eq(date),
        closure::from_half_hour.eq(half_hour(from)),
        closure::to_half_hour.eq(half_hour(to)),
        closure::reason.eq("维修"),
    );
    diesel::insert_into(closure::table).values(row).execute(conn)?;
    Ok(())
}

fn insert_booking(
    conn: &mut Conn,
    id: BookingId,
    (family, account, nursery): (FamilyId, AccountId, NurseryId),
    held_until: Option<Timestamp>,
    date: Date,
    now: Timestamp,
) -> QueryResult<()> {
    let state = if held_until.is_some() { BookingState::Held } else { BookingState::Confirmed };
    let row = (
        booking::id.eq(id),
        booking::family_id.eq(family),
        booking::account_id.eq(account),
        booking::nursery_id.eq(nursery),
        booking::state.eq(state),
        booking::created_at.eq(now),
        booking::hold_expires_at.eq(held_until),
        booking::extended.eq(false),
        booking::free_until_hours.eq(12_i16),
        booking::late_percent.eq(50_i16),
        booking::pickup.eq(""),
        booking::door_code.eq("000000"),
        booking::first_date.eq(date),
        booking::last_date.eq(date),
        booking::version.eq(1_i64),
    );
    diesel::insert_into(booking::table).values(row).execute(conn)?;
    Ok(())
}

fn insert_day(
    conn: &mut Conn,
    id: BookingId,
    child: ChildId,
    (class, offer): (ClassId, OfferId),
    date: Date,
    span: Span,
) -> QueryResult<()> {
    let row = (
        booking_day::id.eq(BookingDayId::new()),
        booking_day::booking_id.eq(id),
        booking_day::child_id.eq(child),
        booking_day::offer_id.eq(offer),
        booking_day::class_id.eq(class),
        booking_day::care.eq(CareKind::Hourly),
        booking_day::date.eq(date),
        booking_day::from_half_hour.eq(span.from),
        booking_day::to_half_hour.eq(span.to),
        booking_day::state.eq(DayState::Expected),
        booking_day::takes_place.eq(true),
        booking_day::unit_price_fen.eq(0_i64),
        booking_day::price_fen.eq(0_i64),
    );
    diesel::insert_into(booking_day::table).values(row).execute(conn)?;
    Ok(())
}
