//! Waiting for a place, as families meet it.

mod freed;
mod joining;
mod offers;
mod races;

use chrono::Duration;
use doorstep_shared::{
    bookings::{Booking, CancelBooking, GetBooking, WaitState},
    ids::BookingId,
};
use doorstep_tests::prelude::*;

/// A class with one place, sold by the whole and by the half day.
struct Place {
    full_day: Offer,
    half_day: Offer,
}

impl Place {
    async fn of(app: &TestApp) -> Self {
        Self::with(app, 1).await
    }

    async fn with(app: &TestApp, places: i16) -> Self {
        let full_day = app.offer().places(places).full_day().create().await;
        let half_day = app.offer().beside(&full_day).half_day().create().await;
        Self { full_day, half_day }
    }
}

const DAY: &str = "08:00-17:30";
const MORNING: &str = "08:00-12:00";
const AFTERNOON: &str = "13:30-17:30";

async fn cancel(family: &Family, booking: &Booking) {
    family.call(&CancelBooking::all(booking.id)).await.unwrap();
}

async fn booking(family: &Family, id: Option<BookingId>) -> Booking {
    family.call(&GetBooking { id: id.expect("a place was offered") }).await.unwrap()
}

/// State and position of each family's only entry.
async fn standing(families: &[&Family]) -> Vec<(WaitState, u32)> {
    let mut all = Vec::new();
    for family in families {
        let [entry] = family.entries().await.try_into().expect("one entry");
        all.push((entry.state, entry.position));
    }
    all
}

/// So many minutes later.
fn pass(app: &TestApp, minutes: i64) {
    app.clock.advance(Duration::minutes(minutes));
}
