//! Who stands where in line, and how long an offered place is kept. Pure decisions.

use chrono::{Days, Duration};
use doorstep_shared::{
    Span, Timestamp,
    bookings::{PriorityGroup, WaitState},
};

use super::store::Entry;
use crate::policy::WaitlistRules;

/// When an offered place goes to the next in line: so many minutes later, of which only those of the day count. Not
/// after `last`, from when on nothing can be booked.
pub fn deadline(now: Timestamp, last: Timestamp, rules: &WaitlistRules) -> Timestamp {
    let mut left = Duration::minutes(rules.offer_minutes.into());
    let (mut at, mut date) = (now, now.local_date());
    // As many days as there could be minutes: the loop ends long before.
    for _ in 0..=rules.offer_minutes {
        let (morning, evening) = (Timestamp::at(date, rules.day_from), Timestamp::at(date, rules.day_until));
        at = at.max(morning);
        if at < evening {
            let today = evening - at;
            if left <= today {
                return last.min(at + left);
            }
            left -= today;
        }
        date = date + Days::new(1);
    }
    last
}

/// Where who is of these groups stands: lower comes first. Who is of none that counts stands behind all of them.
pub fn priority(groups: &[PriorityGroup], rules: &WaitlistRules) -> (i16, Option<PriorityGroup>) {
    let place = |group: &PriorityGroup| rules.priority_groups.iter().position(|first| first == group);
    let best = groups.iter().filter_map(|group| Some((place(group)?, *group))).min();
    let last = rules.priority_groups.len();
    let (place, group) = best.map_or((last, None), |(place, group)| (place, Some(group)));
    (i16::try_from(place).unwrap_or(i16::MAX), group)
}

/// The entry's number in line: 1 plus those before it who wait for an overlapping window on that class-day. 0 when it
/// does not wait.
pub fn position(entry: &Entry, line: &[Entry], now: Timestamp) -> u32 {
    if entry.state_at(now) != WaitState::Waiting {
        return 0;
    }
    let (day, own) = ((entry.row.class_id, entry.row.date), (entry.row.priority, entry.row.number));
    let before =
        |other: &&Entry| (other.row.class_id, other.row.date) == day && (other.row.priority, other.row.number) < own;
    1 + waiting(line.iter().filter(before), entry.row.span(), now)
}

/// How many of these wait for a window that overlaps.
pub fn waiting<'a>(line: impl Iterator<Item = &'a Entry>, span: Span, now: Timestamp) -> u32 {
    let count =
        line.filter(|other| other.state_at(now) == WaitState::Waiting && other.row.span().overlaps(span)).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}
