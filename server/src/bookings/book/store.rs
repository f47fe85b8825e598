//! New bookings, many at a time.

use diesel::{
    prelude::*,
    sql_types::{self, Array, BigInt, Binary, Bool, Nullable, SmallInt, Text},
};

use crate::{
    bookings::store::{BookingRow, DayRow},
    db::{
        Conn,
        fixed::Fixed,
        schema::{booking, booking_day},
    },
};

/// Writes new bookings and their days, none of which has been given up or moved: on PostgreSQL in one statement.
pub fn insert_batch(conn: &mut Conn, bookings: &[BookingRow], days: &[DayRow]) -> QueryResult<()> {
    match conn {
        Conn::Postgres(conn) => insert_postgres_batch(conn, bookings, days),
        Conn::Sqlite(conn) => {
            // One by one: each statement is known already, and nothing travels.
            for row in bookings {
                diesel::insert_into(booking::table).values(row).execute(conn)?;
            }
            for row in days {
                diesel::insert_into(booking_day::table).values(row).execute(conn)?;
            }
            Ok(())
        }
    }
}

fn insert_postgres_batch(conn: &mut PgConnection, bookings: &[BookingRow], days: &[DayRow]) -> QueryResult<()> {
    if bookings.is_empty() {
        return Ok(());
    }
    macro_rules! column {
        ($rows:ident, $field:ident) => {
            $rows.iter().map(|row| row.$field.clone()).collect::<Vec<_>>()
        };
    }
    Fixed::new(
        "WITH new AS (INSERT INTO booking (id, family_id, account_id, nursery_id, state, created_at, hold_expires_at, \
                      extended, confirmed_at, cancelled_at, cancel_cost_fen, free_until_hours, late_percent, pickup, \
                      door_code, first_date, last_date, version, series, moved_from) \
                      SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)) \
         INSERT INTO booking_day (id, booking_id, child_id, offer_id, class_id, care, date, from_half_hour, \
                                  to_half_hour, state, takes_place, unit_price_fen, price_fen, late_pick_up_fen) \
         SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind::<Array<Binary>, _>(column!(bookings, id))
    .bind::<Array<Binary>, _>(column!(bookings, family_id))
    .bind::<Array<Binary>, _>(column!(bookings, account_id))
    .bind::<Array<Binary>, _>(column!(bookings, nursery_id))
    .bind::<Array<Text>, _>(column!(bookings, state))
    .bind::<Array<sql_types::Timestamp>, _>(column!(bookings, created_at))
    .bind::<Array<Nullable<sql_types::Timestamp>>, _>(column!(bookings, hold_expires_at))
    .bind::<Array<Bool>, _>(column!(bookings, extended))
    .bind::<Array<Nullable<sql_types::Timestamp>>, _>(column!(bookings, confirmed_at))
    .bind::<Array<Nullable<sql_types::Timestamp>>, _>(column!(bookings, cancelled_at))
    .bind::<Array<BigInt>, _>(column!(bookings, cancel_cost_fen))
    .bind::<Array<SmallInt>, _>(column!(bookings, free_until_hours))
    .bind::<Array<SmallInt>, _>(column!(bookings, late_percent))
    .bind::<Array<Text>, _>(column!(bookings, pickup))
    .bind::<Array<Text>, _>(column!(bookings, door_code))
    .bind::<Array<sql_types::Date>, _>(column!(bookings, first_date))
    .bind::<Array<sql_types::Date>, _>(column!(bookings, last_date))
    .bind::<Array<BigInt>, _>(column!(bookings, version))
    .bind::<Array<Nullable<Text>>, _>(column!(bookings, series))
    .bind::<Array<Nullable<Binary>>, _>(column!(bookings, moved_from))
    .bind::<Array<Binary>, _>(column!(days, id))
    .bind::<Array<Binary>, _>(column!(days, booking_id))
    .bind::<Array<Binary>, _>(column!(days, child_id))
    .bind::<Array<Binary>, _>(column!(days, offer_id))
    .bind::<Array<Binary>, _>(column!(days, class_id))
    .bind::<Array<Text>, _>(column!(days, care))
    .bind::<Array<sql_types::Date>, _>(column!(days, date))
    .bind::<Array<SmallInt>, _>(column!(days, from_half_hour))
    .bind::<Array<SmallInt>, _>(column!(days, to_half_hour))
    .bind::<Array<Text>, _>(column!(days, state))
    .bind::<Array<Bool>, _>(column!(days, takes_place))
    .bind::<Array<BigInt>, _>(column!(days, unit_price_fen))
    .bind::<Array<BigInt>, _>(column!(days, price_fen))
    .bind::<Array<BigInt>, _>(column!(days, late_pick_up_fen))
    .execute(conn)?;
    Ok(())
}
