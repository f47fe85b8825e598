//! Adding up: lines, counts, sums, and what was put right since. Pure.

use std::collections::HashMap;

use doorstep_shared::{
    Fen, Timestamp,
    bookings::DayState,
    care::CareKind,
    ids::{BookingDayId, ChildId, VoucherId},
    month::Month,
    statements::{Adjustment, ChargeKind, DayCounts, ExpectedSubsidy, MonthState, StatementDay, StatementLine, Sums},
};

use crate::{
    bookings::{Charged, EnrolledDay},
    vouchers::{Enrolled, Paid},
};

/// How far a month is.
pub fn state(month: Month, closed: bool, now: Timestamp) -> MonthState {
    match closed {
        true => MonthState::Closed,
        false if Month::of(now.local_date()) > month => MonthState::Over,
        false => MonthState::Running,
    }
}

/// The arithmetic: a line for each kind of charge, care, class and price, in the order in which they first appear.
pub fn lines(days: &[StatementDay]) -> Vec<StatementLine> {
    let mut lines: Vec<StatementLine> = Vec::new();
    let mut add = |kind, day: &StatementDay, units, unit_price_fen, amount_fen| {
        let same = |line: &&mut StatementLine| {
            (line.kind, line.care, line.class_kind, line.unit_price_fen)
                == (kind, day.care, day.class_kind, unit_price_fen)
        };
        match lines.iter_mut().find(same) {
            Some(line) => {
                line.units += units;
                line.amount_fen = line.amount_fen + amount_fen;
            }
            None => {
                let (care, class_kind) = (day.care, day.class_kind);
                lines.push(StatementLine { kind, care, class_kind, units, unit_price_fen, amount_fen });
            }
        }
    };
    let stays = |day: &&StatementDay| !is_given_up(day.state);
    for day in days.iter().filter(stays) {
        let units = match day.care {
            CareKind::Hourly => day.span.half_hours().into(),
            CareKind::FullDay | CareKind::HalfDay | CareKind::Temporary => 1,
        };
        add(ChargeKind::Care, day, units, Some(day.unit_price_fen), day.care_fen);
    }
    for day in days.iter().filter(|day| day.given_up_fen != Fen::ZERO) {
        add(ChargeKind::GivenUp, day, 1, None, day.given_up_fen);
    }
    for day in days.iter().filter(|day| day.late_pick_up_fen != Fen::ZERO) {
        add(ChargeKind::LatePickUp, day, day.late_half_hours(), Some(day.late_unit_fen), day.late_pick_up_fen);
    }
    lines
}

const fn is_given_up(state: DayState) -> bool {
    matches!(state, DayState::Absent | DayState::Released)
}

pub fn counts(days: &[StatementDay]) -> DayCounts {
    days.iter().fold(DayCounts::default(), |mut counts, day| {
        let count = match day.state {
            DayState::CheckedIn | DayState::CheckedOut => &mut counts.attended,
            DayState::Expected => &mut counts.expected,
            DayState::Absent => &mut counts.absent,
            DayState::NoShow => &mut counts.missed,
            DayState::Released => &mut counts.given_up,
        };
        *count += 1;
        counts
    })
}

/// A child's month before it is added up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfChild {
    pub days: Vec<StatementDay>,
    pub adjustments: Vec<Adjustment>,
    pub vouchers: Vec<Paid>,
    pub subsidies: Vec<ExpectedSubsidy>,
}

impl OfChild {
    pub fn sums(&self) -> Sums {
        let of = |amount: fn(&StatementDay) -> Fen| self.days.iter().map(amount).sum::<Fen>();
        let (care_fen, given_up_fen) = (of(|day| day.care_fen), of(|day| day.given_up_fen));
        let late_pick_up_fen = of(|day| day.late_pick_up_fen);
        let adjusted_fen = self.adjustments.iter().map(Adjustment::difference).sum();
        let vouchers_fen = self.vouchers.iter().map(|paid| paid.fen).sum();
        Sums {
            care_fen,
            given_up_fen,
            late_pick_up_fen,
            adjusted_fen,
            vouchers_fen,
            due_fen: care_fen + given_up_fen + late_pick_up_fen + adjusted_fen - vouchers_fen,
            expected_subsidy_fen: self.subsidies.iter().map(|subsidy| subsidy.amount_fen).sum(),
        }
    }
}

/// The days of closed months that cost something else by now than their statements say. `stated` is what the last
/// statement about each says; `days` are all days of these months as they are now.
pub fn adjustments(days: Vec<Charged>, mut stated: HashMap<BookingDayId, Charged>) -> Vec<(ChildId, Adjustment)> {
    let mut found = Vec::new();
    for Charged { child, day } in days {
        let before_fen = stated.remove(&day.day_id).map_or(Fen::ZERO, |before| before.day.total());
        if day.total() != before_fen {
            found.push((child, Adjustment { day, before_fen }));
        }
    }
    // The booking has no such day any more.
    for (_, Charged { child, day }) in stated {
        let before_fen = day.total();
        if before_fen != Fen::ZERO {
            let (care_fen, given_up_fen, late_pick_up_fen) = (Fen::ZERO, Fen::ZERO, Fen::ZERO);
            let day = StatementDay { state: DayState::Released, care_fen, given_up_fen, late_pick_up_fen, ..day };
            found.push((child, Adjustment { day, before_fen }));
        }
    }
    found.sort_unstable_by_key(|(_, adjustment)| (adjustment.day.date, adjustment.day.span, adjustment.day.day_id));
    found
}

/// What vouchers have paid that no statement says yet; less than nothing where one was taken back.
pub fn not_stated(paid: Vec<Paid>, mut stated: HashMap<VoucherId, Paid>) -> Vec<Paid> {
    let mut rest: Vec<Paid> = paid
        .into_iter()
        .map(|paid| {
            let before = stated.remove(&paid.voucher).map_or(Fen::ZERO, |before| before.fen);
            Paid { fen: paid.fen - before, ..paid }
        })
        .collect();
    rest.extend(stated.into_values().map(|before| Paid { fen: Fen::ZERO - before.fen, ..before }));
    rest.retain(|paid| paid.fen != Fen::ZERO);
    rest.sort_unstable_by_key(|paid| (paid.redeemed_at, paid.voucher));
    rest
}

/// When a child is enrolled, by the days of a month on which it is: from the first until the last date of its series.
/// None where another nursery has had it first that month: the month is paid once.
pub fn enrolled(days: &[EnrolledDay], at: doorstep_shared::ids::NurseryId) -> Option<Enrolled> {
    let first = days.first().filter(|first| first.nursery == at)?;
    let from = days.iter().map(|day| day.from).min().unwrap_or(first.from);
    Some(Enrolled { from, until: days.iter().map(|day| day.until).max() })
}

#[cfg(test)]
mod tests {
    use doorstep_shared::{Date, Span, care::ClassKind, ids::NurseryId};

    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    /// A full day of 180 yuan on a date of November, a half-hour of being late costs 15.
    fn day(of_month: u32, state: DayState, care: i64, given_up: i64, late: i64) -> StatementDay {
        StatementDay {
            day_id: BookingDayId::new(),
            date: date(&format!("2026-11-{of_month:02}")),
            span: "08:00-17:30".parse().unwrap(),
            care: CareKind::FullDay,
            class_kind: ClassKind::Toddler,
            state,
            by_nursery: false,
            came_at: None,
            collected_at: None,
            unit_price_fen: Fen(18_000),
            late_unit_fen: Fen(1_500),
            care_fen: Fen(care),
            given_up_fen: Fen(given_up),
            late_pick_up_fen: Fen(late),
        }
    }

    #[test]
    fn days_of_one_price_make_a_line_and_what_was_given_up_or_late_another() {
        use DayState as S;
        let hourly = StatementDay {
            care: CareKind::Hourly,
            span: "09:00-11:30".parse::<Span>().unwrap(),
            unit_price_fen: Fen(3_000),
            ..day(6, S::CheckedOut, 7_500, 0, 0)
        };
        let dearer = StatementDay { unit_price_fen: Fen(19_000), ..day(16, S::CheckedOut, 19_000, 0, 0) };
        let days = [
            day(2, S::CheckedOut, 18_000, 0, 0),
            day(3, S::CheckedOut, 18_000, 0, 3_000),
            day(4, S::Absent, 0, 9_000, 0),
            day(5, S::NoShow, 18_000, 0, 0),
            hourly,
            day(9, S::Released, 0, 0, 0),
            day(10, S::Released, 0, 9_000, 0),
            dearer,
            day(17, S::Expected, 18_000, 0, 0),
        ];
        let told = lines(&days)
            .into_iter()
            .map(|line| (line.kind, line.care, line.units, line.unit_price_fen.map(|unit| unit.0), line.amount_fen.0));
        use ChargeKind as K;
        let expected = [
            (K::Care, CareKind::FullDay, 4, Some(18_000), 72_000),
            (K::Care, CareKind::Hourly, 5, Some(3_000), 7_500),
            (K::Care, CareKind::FullDay, 1, Some(19_000), 19_000),
            (K::GivenUp, CareKind::FullDay, 2, None, 18_000),
            (K::LatePickUp, CareKind::FullDay, 2, Some(1_500), 3_000),
        ];
        assert_eq!(told.collect::<Vec<_>>(), expected);
        let child = OfChild { days: days.to_vec(), ..OfChild::default() };
        let lines: Fen = lines(&days).iter().map(|line| line.amount_fen).sum();
        assert_eq!((child.sums().due_fen, lines), (Fen(119_500), Fen(119_500)), "the lines are the sum");
        let counted = DayCounts { attended: 4, expected: 1, absent: 1, missed: 1, given_up: 2 };
        assert_eq!(counts(&days), counted);
    }

    #[test]
    fn only_what_costs_something_else_by_now_is_put_right() {
        let child = ChildId::new();
        let charged = |day| Charged { child, day };
        let (same, dearer) = (day(2, DayState::CheckedOut, 18_000, 0, 0), day(3, DayState::CheckedOut, 18_000, 0, 0));
        let (gone, new) = (day(4, DayState::CheckedOut, 18_000, 0, 0), day(5, DayState::CheckedOut, 18_000, 0, 0));
        let free = day(6, DayState::Released, 0, 0, 0);
        let stated: HashMap<_, _> = [same, dearer, gone, free].map(|day| (day.day_id, charged(day))).into();
        let late = StatementDay { late_pick_up_fen: Fen(1_500), ..dearer };
        let found = adjustments(vec![charged(same), charged(late), charged(new)], stated);
        let told: Vec<_> =
            found.iter().map(|(_, one)| (one.day.day_id, one.before_fen.0, one.difference().0)).collect();
        let expected = [(dearer.day_id, 18_000, 1_500), (gone.day_id, 18_000, -18_000), (new.day_id, 0, 18_000)];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_voucher_is_taken_off_once_and_put_back_when_it_was_taken_back() {
        let paid = |voucher, fen| Paid {
            voucher,
            child: ChildId(uuid::Uuid::nil()),
            campaign_name: String::new(),
            redeemed_at: Timestamp::from_micros(0).unwrap(),
            fen: Fen(fen),
        };
        let (told, changed, back, new) = (VoucherId::new(), VoucherId::new(), VoucherId::new(), VoucherId::new());
        let stated: HashMap<_, _> =
            [(told, 5_000), (changed, 5_000), (back, 5_000)].map(|(id, fen)| (id, paid(id, fen))).into();
        let now = vec![paid(told, 5_000), paid(changed, 4_000), paid(new, 3_000)];
        let rest: HashMap<_, _> = not_stated(now, stated).into_iter().map(|paid| (paid.voucher, paid.fen.0)).collect();
        assert_eq!(rest, [(changed, -1_000), (back, -5_000), (new, 3_000)].into());
    }

    #[test]
    fn a_month_is_over_with_its_last_day() {
        let november: Month = "2026-11".parse().unwrap();
        let at = |text: &str, time: &str| Timestamp::at(date(text), time.parse().unwrap());
        let cases = [
            ("before it", false, at("2026-10-31", "12:00"), MonthState::Running),
            ("its last half-hour", false, at("2026-11-30", "23:30"), MonthState::Running),
            ("midnight in China", false, at("2026-11-30", "24:00"), MonthState::Over),
            ("closed", true, at("2026-12-01", "08:00"), MonthState::Closed),
        ];
        for (name, closed, now, expected) in cases {
            assert_eq!(state(november, closed, now), expected, "{name}");
        }
    }

    #[test]
    fn a_month_is_paid_once_where_the_child_came_first() {
        let (here, there) = (NurseryId::new(), NurseryId::new());
        let booked = |nursery, on: &str, from: &str, until: &str| EnrolledDay {
            child: ChildId(uuid::Uuid::nil()),
            nursery,
            date: date(on),
            from: date(from),
            until: date(until),
        };
        let days = [
            booked(here, "2026-11-02", "2026-11-01", "2026-11-13"),
            booked(there, "2026-11-16", "2026-11-16", "2026-12-31"),
        ];
        let expected = Enrolled { from: date("2026-11-01"), until: Some(date("2026-12-31")) };
        assert_eq!((enrolled(&days, here), enrolled(&days, there)), (Some(expected), None));
        assert_eq!(enrolled(&[], here), None);
    }
}
