//! The same again: when what was booked before is free next.

use doorstep_shared::{
    Date, Span,
    bookings::{Booking, BookingDay, BookingState, ListBookings},
    children::ListChildren,
    ids::ChildId,
    nurseries::{DayAvailability, GetAvailability, Window},
};

use super::book::Wish;
use crate::visit::Visit;

/// Days that can be asked for at once.
const AT_ONCE: u8 = 31;

/// The same days where a booking came to nothing and they are free; else all of them as many whole weeks later as it
/// takes until they are. Nothing when no such weeks can be booked yet, or the nursery does not sell it any more.
pub async fn find(visit: &Visit, booking: &Booking) -> Option<Wish> {
    let first = booking.days.first()?;
    let span = Span::new(first.from, first.to)?;
    if booking.days.iter().any(|day| (day.from, day.to) != (first.from, first.to)) {
        return None;
    }
    let known = visit.call(ListChildren {}).await.ok()?.items;
    let mut children: Vec<ChildId> = booking.days.iter().map(|day| day.child_id).collect();
    children.sort_unstable();
    children.dedup();
    let born = children.iter().map(|id| known.iter().find(|child| child.id == *id).map(|child| child.birth_date));
    let born: Vec<Date> = born.collect::<Option<_>>()?;
    let today = visit.now.local_date();
    let ask = ListBookings { from: Some(today), ..ListBookings::default() };
    let booked: Vec<BookingDay> = {
        let active = visit.call(ask).await.ok()?.items.into_iter().filter(|other| other.state.is_active());
        active.flat_map(|other| other.days).collect()
    };
    let mut ahead: Vec<DayAvailability> = Vec::new();
    let mut from = today;
    // As far as can be booked: beyond that there are no answers.
    while let Ok(answer) = visit.call(availability(booking, from, &born)).await {
        let Some(last) = answer.days.last().map(|day| day.date).filter(|last| *last >= from) else { break };
        ahead.extend(answer.days);
        from = last.succ_opt()?;
    }
    let last = ahead.last()?.date;
    let came_to_nothing = !matches!(booking.state, BookingState::Held | BookingState::Confirmed);
    let mut dates: Vec<Date> = booking.days.iter().map(|day| day.date).collect();
    dates.dedup();
    let mut weeks = u64::from(!came_to_nothing);
    loop {
        let later = |date: &Date| date.checked_add_days(chrono::Days::new(7 * weeks));
        let moved: Vec<Date> = dates.iter().map(later).collect::<Option<_>>()?;
        if moved.iter().any(|date| *date > last) {
            return None;
        }
        let fits = booking.days.iter().all(|day| {
            later(&day.date).is_some_and(|date| is_free(booking, day, date, &ahead) && !is_busy(day, date, &booked))
        });
        if fits {
            return Some(Wish { offer: first.offer_id, dates: moved, span, children, again: Some(booking.id) });
        }
        weeks += 1;
    }
}

fn availability(booking: &Booking, from: Date, born: &[Date]) -> GetAvailability {
    GetAvailability {
        id: booking.nursery.id,
        from: Some(from),
        days: Some(AT_ONCE),
        care: None,
        birth_date: born.to_vec(),
        age_months: None,
    }
}

/// Whether the offer of a booked day has places on another date for all who came to it together.
fn is_free(booking: &Booking, day: &BookingDay, date: Date, ahead: &[DayAvailability]) -> bool {
    let together = booking.days.iter().filter(|other| (other.date, other.offer_id) == (day.date, day.offer_id)).count();
    let wanted = |window: &Window| {
        let fits = window.span.from <= day.from && day.to <= window.span.to;
        window.offer_id == day.offer_id && fits && window.bookable && usize::from(window.free) >= together
    };
    ahead.iter().any(|free| free.date == date && free.windows.iter().any(wanted))
}

/// Whether the child is booked at that time already.
fn is_busy(day: &BookingDay, date: Date, booked: &[BookingDay]) -> bool {
    booked
        .iter()
        .any(|other| (other.child_id, other.date) == (day.child_id, date) && other.from < day.to && day.from < other.to)
}
