//! What a type cannot say of the numbers that hold everywhere.

use std::collections::BTreeSet;

use super::{ClassRule, Policy};

/// # Errors
/// With the key and what is wrong with it.
pub fn check(policy: &Policy) -> Result<(), String> {
    let classes = &policy.classes;
    let rules = [
        ("infant", classes.infant),
        ("toddler", classes.toddler),
        ("senior_toddler", classes.senior_toddler),
        ("mixed", classes.mixed),
        ("home_based", classes.home_based),
        ("kindergarten", classes.kindergarten),
    ];
    for (name, ClassRule { from_months, to_months, children, ratio }) in rules {
        refuse(from_months >= to_months, &format!("classes.{name}.from_months"), "must be below to_months")?;
        // Places are kept as one byte per half-hour.
        refuse(!(1..=255).contains(&children), &format!("classes.{name}.children"), "must be 1 to 255")?;
        refuse(ratio == 0, &format!("classes.{name}.ratio"), "must be at least 1")?;
    }
    refuse(policy.terms.last_days.is_empty(), "terms.last_days", "must name at least one day")?;
    let booking = &policy.booking;
    refuse(!(1..=366).contains(&booking.horizon_days), "booking.horizon_days", "must be 1 to 366")?;
    refuse(booking.hold_minutes == 0, "booking.hold_minutes", "must be at least 1")?;
    refuse(booking.held_places == 0, "booking.held_places", "must be at least 1")?;
    refuse(!(1..=100).contains(&booking.shortened_percent), "booking.shortened_percent", "must be 1 to 100")?;
    let half_hours = |minutes: u16| minutes >= 30 && minutes.is_multiple_of(30);
    for (key, minutes) in [
        ("booking.hourly_step_minutes", booking.hourly_step_minutes),
        ("booking.hourly_min_minutes", booking.hourly_min_minutes),
    ] {
        refuse(!half_hours(minutes), key, "must be a multiple of 30 minutes")?;
    }
    let waitlist = &policy.waitlist;
    refuse(waitlist.offer_minutes == 0, "waitlist.offer_minutes", "must be at least 1")?;
    refuse(waitlist.day_from >= waitlist.day_until, "waitlist.day_from", "must be before day_until")?;
    refuse(waitlist.history_dates == 0, "waitlist.history_dates", "must be at least 1")?;
    let groups: BTreeSet<_> = waitlist.priority_groups.iter().collect();
    refuse(groups.len() < waitlist.priority_groups.len(), "waitlist.priority_groups", "must name each group once")?;
    refuse(policy.search.days_a_month == 0, "search.days_a_month", "must be at least 1")?;
    let import = &policy.import;
    refuse(import.late_percent > 100, "import.late_percent", "must be 0 to 100")?;
    refuse(import.places == 0, "import.places", "must be at least 1")?;
    refuse(import.hourly_price_fen.0 % 2 != 0, "import.hourly_price_fen", "must be even: half an hour costs half")?;
    Ok(())
}

fn refuse(wrong: bool, key: &str, why: &str) -> Result<(), String> {
    if wrong { Err(format!("{key}: {why}")) } else { Ok(()) }
}
