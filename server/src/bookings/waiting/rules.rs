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

#[cfg(test)]
mod tests {
    use doorstep_shared::{
        Date,
        ids::{AccountId, ClassId, FamilyId, NurseryId, OfferId, WaitlistEntryId},
    };

    use super::{super::store::EntryRow, *};
    use crate::policy::Policies;

    fn limits() -> WaitlistRules {
        let policies = Policies::load(None, None).unwrap();
        let groups = vec![PriorityGroup::LeftBehind, PriorityGroup::Hardship];
        WaitlistRules { priority_groups: groups, ..policies.on("2026-12-01".parse().unwrap()).waitlist.clone() }
    }

    fn at(text: &str) -> Timestamp {
        serde_json::from_value(format!("2026-12-{text}:00+08:00").into()).unwrap()
    }

    #[test]
    fn only_the_minutes_of_the_day_count_and_care_that_begins_ends_them() {
        let far = at("20T08:00");
        let cases = [
            ("in the morning", at("01T09:10"), far, at("01T09:40")),
            ("up to the last minute of the day", at("01T20:30"), far, at("01T21:00")),
            ("what is left counts on in the morning", at("01T20:45"), far, at("02T08:15")),
            ("in the last minute", at("01T20:59"), far, at("02T08:29")),
            ("when the day has ended", at("01T21:00"), far, at("02T08:30")),
            ("at midnight", at("02T00:00"), far, at("02T08:30")),
            ("before the day begins", at("02T07:59"), far, at("02T08:30")),
            ("when it begins", at("02T08:00"), far, at("02T08:30")),
            ("care is soon", at("01T09:10"), at("01T09:30"), at("01T09:30")),
            ("care is early tomorrow", at("01T22:00"), at("02T07:00"), at("02T07:00")),
            ("it is too late", at("01T09:10"), at("01T09:00"), at("01T09:00")),
        ];
        for (name, now, last, expected) in cases {
            assert_eq!(deadline(now, last, &limits()), expected, "{name}");
        }
        let short = WaitlistRules { offer_minutes: 90, day_until: "09:00".parse().unwrap(), ..limits() };
        assert_eq!(deadline(at("01T08:30"), far, &short), at("02T09:00"), "half an hour, then an hour of the next day");
    }

    #[test]
    fn the_best_group_of_the_children_counts_where_the_city_has_it() {
        use PriorityGroup::{Hardship, LeftBehind, Migrant};
        let cases: [(&str, &[PriorityGroup], (i16, Option<PriorityGroup>)); 4] = [
            ("of none", &[], (2, None)),
            ("of one that the city does not put first", &[Migrant], (2, None)),
            ("of the second", &[Hardship, Migrant], (1, Some(Hardship))),
            ("siblings of both", &[Hardship, LeftBehind], (0, Some(LeftBehind))),
        ];
        for (name, groups, expected) in cases {
            assert_eq!(priority(groups, &limits()), expected, "{name}");
        }
        let none = WaitlistRules { priority_groups: Vec::new(), ..limits() };
        assert_eq!(priority(&[Hardship], &none), (0, None));
    }

    fn entry(class: ClassId, window: &str, priority: i16, number: i64) -> Entry {
        let (date, window): (Date, Span) = ("2026-12-02".parse().unwrap(), window.parse().unwrap());
        let row = EntryRow {
            id: WaitlistEntryId::new(),
            family_id: FamilyId::new(),
            account_id: AccountId::new(),
            nursery_id: NurseryId::new(),
            class_id: class,
            offer_id: OfferId::new(),
            date,
            from_half_hour: window.from,
            to_half_hour: window.to,
            priority,
            priority_group: None,
            number,
            locale: "zh".to_owned(),
            state: WaitState::Waiting,
            joined_at: at("01T08:00"),
            auto_accept_until: None,
            leave_others: false,
            booking_id: None,
            ended_at: None,
            passed_at: None,
            passed_for: None,
        };
        Entry { row, children: Vec::new(), place: None }
    }

    #[test]
    fn the_number_in_line_counts_who_stands_before_at_an_overlapping_time() {
        let (class, other) = (ClassId::new(), ClassId::new());
        let mut line = vec![
            entry(class, "08:00-12:00", 1, 1),
            entry(class, "08:00-17:30", 1, 2),
            entry(class, "13:30-17:30", 1, 3),
            entry(class, "08:00-12:00", 0, 4),
            entry(other, "08:00-12:00", 0, 1),
            entry(class, "12:00-13:30", 1, 5),
        ];
        let now = at("01T09:00");
        let positions = |line: &[Entry]| line.iter().map(|entry| position(entry, line, now)).collect::<Vec<_>>();
        assert_eq!(positions(&line), [2, 3, 2, 1, 1, 2]);
        line[1].row.state = WaitState::Offered;
        assert_eq!(positions(&line), [2, 0, 1, 1, 1, 1], "who is offered a place waits no more");
        assert_eq!(position(&line[0], &line, at("02T08:00")), 0, "nor does who is too late");
        assert_eq!(waiting(line.iter(), "08:00-09:00".parse().unwrap(), now), 3);
    }
}
