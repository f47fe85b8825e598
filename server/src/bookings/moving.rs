//! Move days of a booking to another time, class or nursery: win the new places and leave the old ones at once.

use doorstep_shared::{
    Date, Fen, Problem, ProblemKind, Timestamp,
    bookings::{
        BookedNursery, Booking, BookingState, CancelRule, DayInClass, DayState, MoveBooking, MovePreview, MovedDay,
        Undoable,
    },
    ids::{BookingDayId, BookingId, ClassId, FamilyId},
};

use super::{
    book,
    change::{family_facts, may_come, take_again, what_to_undo},
    facts::Known,
    locked::{Asked, Locked, tell, wrong_state},
    messages::Event,
    places, price, read,
    rules::{
        PlannedDay,
        moving::{self, Goes, Going},
    },
    store::{self, BookingRow, DayRow},
    view,
};
use crate::{
    accounts,
    db::Conn,
    error::Result,
    inventory::{self, Days},
    policy::Policies,
};

/// A booking with the days of it that are to go elsewhere.
struct Scene<'a> {
    policies: &'a Policies,
    now: Timestamp,
    row: BookingRow,
    days: Vec<DayRow>,
    going: Vec<Going>,
    /// Offers at first, children once the family is locked.
    known: Known,
}

/// Where the days go and what it means; as long as what is going.
struct Decided {
    nursery: BookedNursery,
    rule: CancelRule,
    planned: Vec<PlannedDay>,
    /// Of leaving each old place.
    costs: Vec<Fen>,
}

impl<'a> Scene<'a> {
    fn of(conn: &mut Conn, policies: &'a Policies, now: Timestamp, row: BookingRow, ask: &MoveBooking) -> Result<Self> {
        if row.state_at(now) != BookingState::Confirmed {
            return Err(wrong_state(row.state_at(now)).into());
        }
        let days = store::days(conn, row.id)?;
        let going = moving::going(ask, &days, now)?;
        let mut offers: Vec<_> = going.iter().map(|going| going.offer).collect();
        offers.sort_unstable();
        offers.dedup();
        let known = Known { offers: store::offers(conn, &offers)?, ..Known::default() };
        Ok(Self { policies, now, row, days, going, known })
    }

    /// The class-days that are left and those that are wanted. Days that no rule allows are left out of these.
    fn class_days(&self) -> Vec<(ClassId, Date)> {
        let bookable = self.now.local_date()..=moving::last_date(self.now, self.policies);
        let left = self.going.iter().map(|going| (going.row.class_id, going.row.date));
        let wanted =
            self.going.iter().filter_map(|going| Some((self.known.offers.get(&going.offer)?.class, going.date)));
        left.chain(wanted.filter(|(_, date)| bookable.contains(date))).collect()
    }

    fn decide(&mut self, conn: &mut Conn, ask: &MoveBooking, places: &mut Days) -> Result<Decided> {
        let (family, id) = (self.row.family_id, self.row.id);
        self.known.children = store::children(conn, &[family])?;
        let since = book::since(&self.class_days(), self.now);
        let mut taken = Known { taken: store::taken(conn, &[family], since, self.now)?, ..Known::default() };
        // Those who stay must be at the same nursery as those who go; apart from that they are left alone.
        moving::goes(&self.going, ask, &self.known)?;
        self.going.retain(|going| !going.stays());
        let goes = moving::goes(&self.going, ask, &self.known)?;
        let planned = moving::decide(&goes, (family, id), self.now, &mut taken, places, self.policies)?;
        let limits = &self.policies.on(self.now.local_date()).booking;
        let cost = |goes: &Goes| match moving::comes_all_the_same(goes, &self.row) {
            true => Fen::ZERO,
            false => view::cost_of_leaving(&self.row, &goes.going.row, self.now, limits),
        };
        let costs = goes.iter().map(cost).collect();
        let rule = price::mildest(goes.iter().map(|goes| goes.offer.rule));
        let nursery = goes.first().map(|goes| goes.offer.nursery.clone());
        let nothing = || Problem::new(ProblemKind::Invalid);
        Ok(Decided { nursery: nursery.ok_or_else(nothing)?, rule: rule.ok_or_else(nothing)?, planned, costs })
    }
}

/// Moves days. At the nursery of now they stay in their booking; at another one they become a booking of its own, and
/// leave the old one as cancelled days do.
///
/// # Errors
/// `not-found`, `invalid`, `wrong-state`, and what stands in the way of booking the new places; nothing is changed then.
pub fn move_days(conn: &mut Conn, policies: &Policies, asked: Asked, ask: &MoveBooking) -> Result<Booking> {
    moving::check_shape(ask)?;
    let Asked { id, family, now, .. } = asked;
    let row = store::lock_bookings(conn, family, &[id])?.pop();
    let row = row.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let mut scene = Scene::of(conn, policies, now, row, ask)?;
    let mut places = places::lock(conn, policies, now, &scene.class_days(), &[family])?;
    store::lock_families(conn, &[family])?;
    let decided = scene.decide(conn, ask, &mut places)?;
    let Scene { row, days, going, .. } = scene;
    let locked = Locked::new(policies, asked, row, days, places);
    if decided.nursery.id == locked.row.nursery_id {
        move_here(conn, locked, &going, decided)
    } else {
        move_away(conn, locked, &going, decided)
    }
}

/// What [`move_days`] would do, without locking or changing anything.
///
/// # Errors
/// As [`move_days`].
pub fn preview(
    conn: &mut Conn,
    policies: &Policies,
    now: Timestamp,
    family: FamilyId,
    ask: &MoveBooking,
) -> Result<MovePreview> {
    moving::check_shape(ask)?;
    let row = store::find(conn, family, ask.id)?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let mut scene = Scene::of(conn, policies, now, row, ask)?;
    let mut places = inventory::look_at_days(conn, policies, now, &scene.class_days())?;
    let decided = scene.decide(conn, ask, &mut places)?;
    let Scene { row, going, .. } = scene;
    let days =
        going.iter().zip(&decided.planned).zip(&decided.costs).filter_map(|((Going { row: day, .. }, after), cost)| {
            let before = DayInClass {
                date: day.date,
                from: day.from_half_hour,
                to: day.to_half_hour,
                class_kind: places.get(day.class_id, day.date)?.class_kind,
                care: day.care,
                price_fen: day.price_fen,
            };
            let (child_id, child_name, cost_fen) = (after.child, after.child_name.clone(), *cost);
            let after = DayInClass {
                date: after.date,
                from: after.span.from,
                to: after.span.to,
                class_kind: after.class_kind,
                care: after.care,
                price_fen: after.price,
            };
            Some(MovedDay { id: day.id, child_id, child_name, before, after, cost_fen })
        });
    let days: Vec<_> = days.collect();
    let before_fen: Fen = days.iter().map(|day| day.before.price_fen).sum();
    let after_fen: Fen = days.iter().map(|day| day.after.price_fen).sum();
    let free_before = going.iter().map(|going| price::free_until(going.row.rule(&row), going.row.begins())).min();
    let begins = decided.planned.iter().map(|day| Timestamp::at(day.date, day.span.from));
    let free_after = begins.map(|begins| price::free_until(decided.rule, begins)).min();
    Ok(MovePreview {
        other_nursery: decided.nursery.id != row.nursery_id,
        nursery: decided.nursery,
        before_fen,
        after_fen,
        difference_fen: after_fen - before_fen,
        cost_fen: days.iter().map(|day| day.cost_fen).sum(),
        days,
        cancel_rule: decided.rule,
        free_cancel_until_before: free_before.unwrap_or(now),
        free_cancel_until_after: free_after.unwrap_or(now),
        as_of: now,
    })
}

/// The days keep their ids, and so their entries in the family's calendar; a trace of each remembers the place it left.
fn move_here(conn: &mut Conn, mut locked: Locked, going: &[Going], decided: Decided) -> Result<Booking> {
    let Decided { rule, planned, costs, .. } = decided;
    let (id, version, now) = (locked.row.id, locked.next_version(), locked.now);
    let mut rows = Vec::with_capacity(2 * going.len());
    for ((Going { row: day, .. }, planned), cost) in going.iter().zip(planned).zip(costs) {
        rows.push(left(DayRow { id: BookingDayId::new(), ..day.clone() }, (id, day.id), version, cost, now));
        rows.push(DayRow {
            free_until_hours: Some(i16::try_from(rule.free_until_hours).unwrap_or(i16::MAX)),
            late_percent: Some(rule.late_percent.into()),
            ..placed(day.clone(), &planned)
        });
    }
    locked.replace(rows);
    locked.save(conn, Some(Event::Moved))
}

fn move_away(conn: &mut Conn, mut old: Locked, going: &[Going], decided: Decided) -> Result<Booking> {
    let Decided { rule, planned, costs, nursery } = decided;
    let dates = || planned.iter().map(|day| day.date);
    let row = BookingRow {
        id: BookingId::new(),
        account_id: old.by.account,
        nursery_id: nursery.id,
        created_at: old.now,
        confirmed_at: Some(old.now),
        extended: false,
        free_until_hours: i16::try_from(rule.free_until_hours).unwrap_or(i16::MAX),
        late_percent: rule.late_percent.into(),
        door_code: accounts::draw_door_code(),
        first_date: dates().min().unwrap_or_default(),
        last_date: dates().max().unwrap_or_default(),
        version: 1,
        series: None,
        moved_from: Some(old.row.id),
        ..old.row.clone()
    };
    let (mut new, mut gone) = (Vec::with_capacity(going.len()), Vec::with_capacity(going.len()));
    for ((Going { row: day, .. }, planned), cost) in going.iter().zip(&planned).zip(costs) {
        let id = BookingDayId::new();
        let (free_until_hours, late_percent) = (None, None);
        let own = DayRow { id, booking_id: row.id, free_until_hours, late_percent, ..day.clone() };
        new.push(placed(own, planned));
        gone.push(left(day.clone(), (row.id, id), old.next_version(), cost, old.now));
    }
    book::insert_batch(conn, std::slice::from_ref(&row), &new)?;
    old.replace(gone);
    if old.is_empty() {
        old.end();
    }
    let (limits, now, by) = (old.limits, old.now, old.by);
    old.save(conn, Some(Event::MovedAway))?;
    let booking = read::one(conn, limits, now, &row)?;
    tell(conn, (now, by), &row, &booking, &booking.days, Event::MovedHere)?;
    Ok(booking)
}

/// A day whose place was left for another.
pub fn left(day: DayRow, (to, into): (BookingId, BookingDayId), version: i64, cost: Fen, now: Timestamp) -> DayRow {
    DayRow {
        state: DayState::Released,
        takes_place: false,
        left_at: Some(now),
        left_in: Some(version),
        left_cost_fen: cost,
        moved_to: Some(to),
        moved_day: Some(into),
        ..day
    }
}

/// A day in its new place.
fn placed(day: DayRow, planned: &PlannedDay) -> DayRow {
    DayRow {
        offer_id: planned.offer,
        class_id: planned.class,
        care: planned.care,
        date: planned.date,
        from_half_hour: planned.span.from,
        to_half_hour: planned.span.to,
        unit_price_fen: planned.unit_price,
        price_fen: planned.price,
        late_pick_up_fen: planned.late_pick_up,
        ..day
    }
}

/// Takes the days of the last move back to the places that they left: all or none.
///
/// # Errors
/// `slot-full`, `child-busy` or `wrong-age` when the children cannot come there any more.
pub fn undo_here(conn: &mut Conn, mut locked: Locked) -> Result<Booking> {
    let (id, family, version) = (locked.row.id, locked.row.family_id, locked.row.version);
    let last = move |day: &DayRow| day.is_trace() && day.left_in == Some(version);
    let back: Vec<DayRow> = locked.days.iter().filter(|day| last(day)).cloned().map(as_it_was).collect();
    let moved: Vec<DayRow> =
        locked.days.iter().filter(|day| back.iter().any(|back| back.id == day.id)).cloned().collect();
    for day in &moved {
        locked.places.give_back(day.class_id, day.date, day.span());
    }
    let mut known = family_facts(conn, family, &back, locked.now)?;
    known.forget(family, |taken| {
        let is_it = |day: &DayRow| (day.child_id, day.date, day.span()) == (taken.child, taken.date, taken.span);
        taken.booking == id && moved.iter().any(is_it)
    });
    may_come(&locked, &back, &known)?;
    take_again(&mut locked, &back)?;
    locked.remove(last);
    locked.replace(back);
    locked.save(conn, Some(Event::MoveUndone))
}

/// Undoes a move to another nursery: the booking that it made never came about, and the old one has its days again.
///
/// # Errors
/// As [`undo_here`]; `too-late-to-undo`, and `wrong-state` when the new booking was changed since.
pub fn undo_to_other_nursery(
    conn: &mut Conn,
    policies: &Policies,
    asked: Asked,
    from: BookingId,
    what: Option<Undoable>,
) -> Result<Booking> {
    let Asked { id: to, family, now, .. } = asked;
    let mut rows = store::lock_bookings(conn, family, &[from, to])?;
    let mut take = |id| {
        let at = rows.iter().position(|row| row.id == id);
        at.map(|at| rows.swap_remove(at)).ok_or_else(|| Problem::new(ProblemKind::NotFound))
    };
    let (old, new) = (take(from)?, take(to)?);
    let (old_days, new_days) = (store::days(conn, from)?, store::days(conn, to)?);
    let wanted: Vec<_> = old_days.iter().chain(&new_days).map(|day| (day.class_id, day.date)).collect();
    let mut places = places::lock(conn, policies, now, &wanted, &[family])?;
    for day in new_days.iter().filter(|day| day.takes_place) {
        places.give_back(day.class_id, day.date, day.span());
    }
    // One set of places for both: that of the old booking, which is written last.
    let mut new = Locked::new(policies, asked, new, new_days, Days::default());
    let mut old = Locked::new(policies, asked, old, old_days, places);
    if what_to_undo(&new, what)? != Undoable::Move {
        return Err(wrong_state(new.row.state_at(now)).into());
    }
    let moved = move |day: &DayRow| day.moved_to == Some(to);
    let back: Vec<DayRow> = old.days.iter().filter(|day| moved(day)).cloned().collect();
    let mut known = family_facts(conn, family, &back, now)?;
    known.forget(family, |taken| taken.booking == to);
    may_come(&old, &back, &known)?;
    take_again(&mut old, &back)?;
    new.leave(DayState::Released, |_| true);
    new.forgive();
    new.row.confirmed_at = None;
    new.end();
    new.save(conn, Some(Event::MoveTakenBack))?;
    old.come_back(moved);
    old.stand();
    old.save(conn, Some(Event::MoveUndone))
}

/// The day of which this is a trace, as it was.
fn as_it_was(trace: DayRow) -> DayRow {
    DayRow {
        id: trace.moved_day.unwrap_or(trace.id),
        state: DayState::Expected,
        takes_place: true,
        left_at: None,
        left_in: None,
        left_cost_fen: Fen::ZERO,
        moved_to: None,
        moved_day: None,
        hours_change_id: None,
        ..trace
    }
}
