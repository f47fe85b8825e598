//! The classes of a nursery as their rows tell them.

use std::collections::HashMap;

use diesel::prelude::*;
use doorstep_server::db::{
    Conn,
    schema::{booking, booking_day, class, offer, offer_window},
};
use doorstep_shared::{
    Date, Fen, HalfHour, Span, Timestamp,
    bookings::BookingState,
    care::{CareKind, ClassKind},
    ids::{ClassId, NurseryId, OfferId},
};

use super::{Class, Offer, duty::read_duty};

pub fn read_classes(conn: &mut Conn, nursery: NurseryId, now: Timestamp) -> QueryResult<Vec<Class>> {
    let rows: Vec<(ClassId, ClassKind, i16, i16, Option<Vec<u8>>)> = class::table
        .filter(class::nursery_id.eq(nursery))
        .order(class::id)
        .select((class::id, class::kind, class::places, class::carers, class::allowed_week))
        .load(conn)?;
    let mut classes = Vec::new();
    for (id, kind, places, carers, allowed_week) in rows {
        let rows: Vec<(OfferId, CareKind, Fen, i32)> = offer::table
            .filter(offer::class_id.eq(id).and(offer::withdrawn_at.is_null()))
            .select((offer::id, offer::care, offer::price_fen, offer::lead_minutes))
            .load(conn)?;
        let mut offers = Vec::new();
        for (id, care, price, lead_minutes) in rows {
            let windows = offer_window::table
                .filter(offer_window::offer_id.eq(id))
                .select((offer_window::from_half_hour, offer_window::to_half_hour))
                .load(conn)?;
            offers.push(Offer { id, care, price: price.0, lead_minutes, windows });
        }
        type Row = (Date, HalfHour, HalfHour, BookingState, Option<Timestamp>);
        let rows: Vec<Row> = booking_day::table
            .inner_join(booking::table)
            .filter(booking_day::class_id.eq(id).and(booking_day::takes_place))
            .select((
                booking_day::date,
                booking_day::from_half_hour,
                booking_day::to_half_hour,
                booking::state,
                booking::hold_expires_at,
            ))
            .load(conn)?;
        let mut children = HashMap::new();
        for (date, from, to, state, until) in rows {
            let ran_out = state == BookingState::Held && until.is_some_and(|until| until <= now);
            for index in Span::new(from, to).unwrap().indexes().filter(|_| !ran_out) {
                *children.entry((date, index as u8)).or_default() += 1;
            }
        }
        let duty = read_duty(conn, id, carers, allowed_week)?;
        classes.push(Class { id, kind, places, duty, offers, children });
    }
    Ok(classes)
}
