//! The windows that children can go to on a day, beside those they have.

use doorstep_shared::{
    Date, Fen, Span,
    bookings::{BookingDay, ChildInOffer},
    care::{CareKind, ClassKind},
    nurseries::{Availability, DayAvailability, Window},
};

use super::Scene;

/// A window with a place for all children of the days that go.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub places: Vec<ChildInOffer>,
    pub care: CareKind,
    /// Of the first child.
    pub class: ClassKind,
    /// The window; the whole free run where care is hourly.
    pub run: Span,
    /// Places left, those included that are left by moving.
    pub free: u16,
    /// Of one of the windows, of an hour where care is hourly: summed over the children.
    pub unit_fen: Fen,
}

impl Choice {
    /// What is proposed of it: the hours of now where they fit, else as many from its beginning.
    pub fn span(&self, now: Option<Span>, shortest: u8) -> Span {
        if self.care != CareKind::Hourly {
            return self.run;
        }
        let length = now.map_or(shortest, Span::half_hours).max(shortest);
        let end = doorstep_shared::HalfHour::new(self.run.from.index().saturating_add(length));
        let first = end.filter(|end| *end <= self.run.to).and_then(|end| Span::new(self.run.from, end));
        now.filter(|now| self.run.covers(*now)).or(first).unwrap_or(self.run)
    }

    /// Of one day, for all children.
    pub fn price_of(&self, span: Span) -> Fen {
        self.care.price_of(self.unit_fen, span)
    }

    /// Whether that is in it.
    pub fn has(&self, places: &[ChildInOffer], span: Span) -> bool {
        self.places == places && self.run.covers(span)
    }
}

/// The window in which the days that go are now; nothing when they differ.
pub fn span_now(leaving: &[&BookingDay]) -> Option<Span> {
    let first = leaving.first().and_then(|day| Span::new(day.from, day.to))?;
    leaving.iter().all(|day| (day.from, day.to) == (first.from, first.to)).then_some(first)
}

/// Whether the chosen target is where all days are already.
pub fn is_here(scene: &Scene) -> bool {
    let target = &scene.target;
    let same = |day: &&BookingDay| {
        let place = target.places.iter().find(|place| place.child_id == day.child_id);
        place.is_some_and(|place| place.offer_id == day.offer_id) && target.span == Span::new(day.from, day.to)
    };
    target.shift() == Some(0) && scene.leaving().iter().all(same)
}

/// Whether a child may come to a window's class on that day.
pub type Takes<'a> = &'a dyn Fn(&BookingDay, &Window) -> bool;

/// What can be chosen on a day: for siblings of two ages a window of each one's class at the same time.
pub fn choices(leaving: &[&BookingDay], free: &Availability, on: Date, takes: Takes<'_>) -> Vec<Choice> {
    let Some(day) = free.days.iter().find(|day| day.date == on) else { return Vec::new() };
    let children = children(leaving);
    let windows = with_own(day, free, leaving);
    let choice = |window: &Window| {
        let theirs = |child: &&BookingDay| {
            let beside =
                |other: &&Window| takes(child, other) && other.care == window.care && other.span.covers(window.span);
            if takes(child, window) { Some(window) } else { windows.iter().find(beside) }
        };
        // Each choice once, by the window of the first of them.
        children.first().filter(|first| takes(first, window))?;
        let assigned: Vec<&Window> = children.iter().map(theirs).collect::<Option<_>>()?;
        let fits = |theirs: &&&Window| {
            let together = assigned.iter().filter(|other| other.class_id == theirs.class_id).count();
            theirs.bookable && usize::from(theirs.free) >= together
        };
        if assigned.iter().filter(fits).count() < children.len() {
            return None;
        }
        let place = |(child, theirs): (&&BookingDay, &&Window)| ChildInOffer {
            child_id: child.child_id,
            offer_id: theirs.offer_id,
        };
        let least = assigned.iter().map(|theirs| theirs.free).min().filter(|least| *least > 0)?;
        Some(Choice {
            places: children.iter().zip(&assigned).map(place).collect(),
            care: window.care,
            class: window.class_kind,
            run: window.span,
            free: least,
            unit_fen: assigned.iter().map(|theirs| theirs.price_fen).sum(),
        })
    };
    windows.iter().filter_map(choice).collect()
}

/// One day of each child.
pub fn children<'a>(leaving: &[&'a BookingDay]) -> Vec<&'a BookingDay> {
    let mut children: Vec<&BookingDay> = Vec::new();
    for day in leaving {
        if !children.iter().any(|known| known.child_id == day.child_id) {
            children.push(day);
        }
    }
    children
}

/// The windows of a day as they are once the children have left theirs.
fn with_own(day: &DayAvailability, free: &Availability, leaving: &[&BookingDay]) -> Vec<Window> {
    let mut windows = day.windows.clone();
    let own = leaving.iter().filter(|left| left.date == day.date);
    let together = |left: &BookingDay| {
        let those = leaving.iter().filter(|other| (other.date, other.offer_id) == (left.date, left.offer_id));
        u16::try_from(those.count()).unwrap_or(u16::MAX)
    };
    for left in own {
        let Some(span) = Span::new(left.from, left.to) else { continue };
        for window in &mut windows {
            let frees = window.class_id == left.class_id && window.span.overlaps(span);
            if frees && window.care != CareKind::Hourly {
                window.free = window.free.saturating_add(1);
            }
        }
        if left.care != CareKind::Hourly {
            continue;
        }
        // Free runs of an hour's care end where the child's own hours begin, when the class is full with it.
        let is_next = |window: &Window| {
            window.offer_id == left.offer_id && window.span.from <= span.to && span.from <= window.span.to
        };
        let any = free.days.iter().flat_map(|day| &day.windows).find(|window| window.offer_id == left.offer_id);
        let template = windows.iter().find(|window| is_next(window)).or(any).cloned();
        let (beside, mut others): (Vec<Window>, Vec<Window>) = windows.into_iter().partition(is_next);
        if let Some(template) = template {
            let from = beside.iter().map(|window| window.span.from).min().unwrap_or(span.from).min(span.from);
            let to = beside.iter().map(|window| window.span.to).max().unwrap_or(span.to).max(span.to);
            let least = beside.iter().map(|window| window.free).min().unwrap_or(0).max(together(left));
            others.insert(0, Window { span: Span { from, to }, free: least, bookable: true, ..template });
        }
        windows = others;
    }
    windows
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: &str = "2026-11-24";

    fn id(last: u8) -> String {
        format!("01938f00-0000-7000-8000-0000000000{last:02}")
    }

    /// A booked day of a child, 60 yuan by the hour.
    fn booked(child: u8, offer: u8, window: &str) -> BookingDay {
        let (from, to) = window.split_once('-').unwrap();
        let day = serde_json::json!({
            "id": id(child), "child_id": id(child), "child_name": "小满", "offer_id": id(offer), "class_id": id(offer),
            "class_kind": "toddler", "care": "hourly", "date": DAY, "from": from, "to": to, "state": "expected",
            "price_fen": 6_000, "free_cancel_until": "2026-11-23T09:00:00+08:00", "cancel_cost_fen": 0,
        });
        serde_json::from_value(day).unwrap()
    }

    fn window((class, offer): (u8, u8), care: &str, window: &str, free: u16) -> serde_json::Value {
        let (from, to) = window.split_once('-').unwrap();
        serde_json::json!({
            "offer_id": id(offer), "class_id": id(class), "class_kind": "toddler", "care": care, "from": from, "to": to,
            "free": free, "seats": 9, "price_fen": 3_000, "limit": {"kind": "places", "detail": "9"}, "bookable": true,
        })
    }

    fn free(windows: &[serde_json::Value]) -> Availability {
        let days = serde_json::json!([{"date": DAY, "closed": null, "windows": windows}]);
        let told = serde_json::json!({
            "days": days, "strip": [], "hourly_min_minutes": 60, "as_of": "2026-11-22T09:00:00+08:00",
        });
        serde_json::from_value(told).unwrap()
    }

    #[test]
    fn the_hours_that_a_child_leaves_are_free_for_it() {
        let (one, two) = (booked(1, 5, "09:00-11:00"), booked(2, 5, "09:00-11:00"));
        let before_and_after = [window((5, 5), "hourly", "07:30-09:00", 1), window((5, 5), "hourly", "11:00-18:00", 1)];
        let elsewhere = window((6, 6), "full_day", "08:00-17:30", 1);
        let cases: Vec<(&str, Vec<&BookingDay>, Vec<serde_json::Value>, Vec<(&str, u16)>)> = vec![
            ("between two runs, one of all", vec![&one], before_and_after.to_vec(), vec![("07:30–18:00", 1)]),
            (
                "a run that is apart stays so",
                vec![&one],
                vec![window((5, 5), "hourly", "13:00-18:00", 1)],
                vec![("09:00–11:00", 1), ("13:00–18:00", 1)],
            ),
            ("another offer is what it is", vec![&one], vec![elsewhere.clone()], vec![("08:00–17:30", 1)]),
            ("siblings need two places", vec![&one, &two], vec![elsewhere], vec![]),
            ("which they leave themselves", vec![&one, &two], before_and_after.to_vec(), vec![("07:30–18:00", 2)]),
            ("a full window", vec![&one], vec![window((6, 6), "half_day", "08:00-12:00", 0)], vec![]),
            (
                "its own class, full with it",
                vec![&one],
                vec![window((5, 7), "half_day", "08:00-12:00", 0)],
                vec![("08:00–12:00", 1)],
            ),
            ("a window that it does not touch", vec![&one], vec![window((5, 7), "half_day", "13:30-17:30", 0)], vec![]),
        ];
        for (name, leaving, windows, expected) in cases {
            let found = choices(&leaving, &free(&windows), DAY.parse().unwrap(), &|_, _| true);
            let found: Vec<_> = found.iter().map(|choice| (choice.run.to_string(), choice.free)).collect();
            let expected: Vec<_> = expected.into_iter().map(|(run, free)| (run.to_owned(), free)).collect();
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn siblings_of_two_ages_find_each_their_class() {
        let (elder, younger) = (booked(1, 5, "09:00-11:00"), booked(2, 5, "09:00-11:00"));
        // By its class each window takes one of the two; class 8 takes both.
        let takes = |child: &BookingDay, window: &Window| {
            let class = window.class_id.to_string();
            class == id(8)
                || class == id(6) && child.child_id == elder.child_id
                || class == id(7) && child.child_id == younger.child_id
        };
        let cases = [
            (
                "one window of each",
                vec![window((6, 6), "full_day", "08:00-17:30", 1), window((7, 7), "full_day", "08:00-17:30", 2)],
                vec![(6, 7, 1)],
            ),
            (
                "at another time is none",
                vec![window((6, 6), "half_day", "08:00-12:00", 1), window((7, 7), "half_day", "13:30-17:30", 2)],
                vec![],
            ),
            (
                "nor another kind of care",
                vec![window((6, 6), "full_day", "08:00-17:30", 1), window((7, 7), "half_day", "08:00-12:00", 2)],
                vec![],
            ),
            (
                "nor a full one",
                vec![window((6, 6), "full_day", "08:00-17:30", 1), window((7, 7), "full_day", "08:00-17:30", 0)],
                vec![],
            ),
            ("a class for both needs two places", vec![window((8, 8), "full_day", "08:00-17:30", 1)], vec![]),
            ("and has them", vec![window((8, 8), "full_day", "08:00-17:30", 2)], vec![(8, 8, 2)]),
        ];
        for (name, windows, expected) in cases {
            let found = choices(&[&elder, &younger], &free(&windows), DAY.parse().unwrap(), &takes);
            let found: Vec<_> = found
                .iter()
                .map(|choice| {
                    (choice.places[0].offer_id.to_string(), choice.places[1].offer_id.to_string(), choice.free)
                })
                .collect();
            let expected: Vec<_> = expected.into_iter().map(|(one, other, free)| (id(one), id(other), free)).collect();
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn of_a_run_the_hours_of_now_are_proposed_where_they_fit() {
        let choice = |run: &str| Choice {
            places: Vec::new(),
            care: CareKind::Hourly,
            class: ClassKind::Toddler,
            run: run.parse().unwrap(),
            free: 1,
            unit_fen: Fen(3_000),
        };
        let now = "09:00-11:00".parse().ok();
        let cases = [
            ("they fit", "08:00-12:00", now, "09:00–11:00"),
            ("as many from the beginning", "13:00-18:00", now, "13:00–15:00"),
            ("fewer where there are no more", "13:00-14:00", now, "13:00–14:00"),
            ("the least where the days differ", "13:00-18:00", None, "13:00–14:00"),
        ];
        for (name, run, now, expected) in cases {
            assert_eq!(choice(run).span(now, 2).to_string(), expected, "{name}");
        }
        assert_eq!(choice("08:00-12:00").price_of("09:00-10:30".parse().unwrap()), Fen(4_500));
    }
}
