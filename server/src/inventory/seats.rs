//! What sets the number of places of a class: the least of what is approved, what its kind may hold, what the carers on
//! duty may look after and what the head lets come, in each half-hour.

use doorstep_shared::{
    HalfHour, Span,
    slots::{Limit, LimitKind},
    time::HALF_HOURS,
};

use super::rules::{self, Used};
use crate::policy::ClassRule;

/// A number for each half-hour of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Binary)]
pub struct PerHalfHour([u8; HALF_HOURS]);

impl PerHalfHour {
    pub const fn new(numbers: [u8; HALF_HOURS]) -> Self {
        Self(numbers)
    }

    /// None unless there are 48 bytes, one for each half-hour.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub const fn as_bytes(&self) -> &[u8; HALF_HOURS] {
        &self.0
    }

    pub fn at(&self, half_hour: usize) -> u8 {
        self.0.get(half_hour).copied().unwrap_or(0)
    }

    pub fn most(&self) -> u8 {
        self.0.iter().copied().max().unwrap_or(0)
    }
}

/// What makes the places of a class fewer at some times than they usually are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Carers on duty. None: no roster is kept, the usual number is there all day.
    pub carers: Option<PerHalfHour>,
    /// Children whom the head lets come at one time. None: as many as otherwise.
    pub allowed: Option<PerHalfHour>,
}

impl Limits {
    pub const NONE: Self = Self { carers: None, allowed: None };

    pub const fn is_none(&self) -> bool {
        self.carers.is_none() && self.allowed.is_none()
    }

    /// These, and where they say nothing the others.
    pub fn or(self, others: Self) -> Self {
        Self { carers: self.carers.or(others.carers), allowed: self.allowed.or(others.allowed) }
    }
}

/// In a column of seven days: nothing is said of that half-hour.
pub const UNSAID: u8 = u8::MAX;

/// The limits of a normal week, Monday first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WeekLimits(pub [Limits; 7]);

/// The columns of a class: `carers`, `carers_most`, `carers_week`, `allowed_week`.
pub type CarerColumns = (i16, i16, Option<Vec<u8>>, Option<Vec<u8>>);

/// Most carers of a class at one time, and what limits it in a normal week; None where nothing does.
pub fn of_columns((carers, most, carers_week, allowed_week): CarerColumns) -> (u16, Option<Box<WeekLimits>>) {
    let day = |column: &Option<Vec<u8>>, weekday: usize| {
        let (days, _) = column.as_ref()?.as_chunks::<HALF_HOURS>();
        days.get(weekday).copied().filter(|day| *day != [UNSAID; HALF_HOURS]).map(PerHalfHour)
    };
    let (carers, most) = (carers.unsigned_abs(), most.unsigned_abs());
    // Some date has more of them than there are without a roster.
    let usual = (most > carers).then(|| PerHalfHour([u8::try_from(carers).unwrap_or(u8::MAX); HALF_HOURS]));
    let on = |weekday| Limits { carers: day(&carers_week, weekday).or(usual), allowed: day(&allowed_week, weekday) };
    let limited = carers_week.is_some() || allowed_week.is_some() || usual.is_some();
    (carers.max(most), limited.then(|| Box::new(WeekLimits(std::array::from_fn(on)))))
}

impl WeekLimits {
    /// `weekday` is 0 on Monday.
    pub fn on(&self, weekday: usize) -> Limits {
        self.0.get(weekday).copied().unwrap_or_default()
    }
}

/// What sets the number of places of a class at one time while it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Staffing {
    /// Approved places.
    pub places: u16,
    /// Children at most in a class of its kind.
    pub cap: u16,
    pub carers: u16,
    /// Children per carer at most.
    pub ratio: u16,
    /// Children whom the head lets come.
    pub allowed: u16,
}

impl Staffing {
    pub const fn new(places: u16, carers: u16, rule: ClassRule) -> Self {
        Self { places, cap: rule.children, carers, ratio: rule.ratio, allowed: u16::MAX }
    }

    /// Bookable places while open, at most 255.
    pub fn seats(self) -> u16 {
        let by_law = self.places.min(self.cap).min(self.carers.saturating_mul(self.ratio));
        by_law.min(self.allowed).min(u8::MAX.into())
    }

    /// The number that binds. Where several do, the one that says most: carers, then the cap, then the places.
    pub fn limit_kind(self) -> LimitKind {
        let seats = self.seats();
        if self.carers.saturating_mul(self.ratio) == seats {
            LimitKind::Staff
        } else if self.cap == seats {
            LimitKind::ClassCap
        } else if self.allowed == seats && self.places > seats {
            LimitKind::Allowed
        } else {
            LimitKind::Places
        }
    }

    /// The limit that binds, in numbers.
    pub fn limit(self) -> Limit {
        let kind = self.limit_kind();
        let detail = match kind {
            LimitKind::Staff => format!("{} × {} = {}", self.carers, self.ratio, self.seats()),
            _ => self.seats().to_string(),
        };
        Limit { kind, detail }
    }
}

/// The places of a class on a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seats {
    /// When nothing limits them: never fewer than at any time of the date.
    pub usual: Staffing,
    limits: Limits,
}

impl Seats {
    pub const fn new(usual: Staffing, limits: Limits) -> Self {
        Self { usual, limits }
    }

    /// The same all day.
    #[cfg(test)]
    pub const fn steady(usual: Staffing) -> Self {
        Self::new(usual, Limits::NONE)
    }

    /// In one half-hour.
    pub fn at(&self, half_hour: usize) -> Staffing {
        let Limits { carers, allowed } = self.limits;
        let carers = carers.map_or(self.usual.carers, |carers| carers.at(half_hour).into());
        let allowed = allowed.map_or(u16::MAX, |allowed| allowed.at(half_hour).into());
        Staffing { carers, allowed, ..self.usual }
    }

    /// Places left in the fullest half-hour of `span`.
    pub fn left(&self, used: &Used, span: Span) -> u16 {
        if self.limits.is_none() {
            return self.usual.seats().saturating_sub(used.peak(span).into());
        }
        let left = |index: usize| self.at(index).seats().saturating_sub(at(used, index).into());
        span.indexes().map(left).min().unwrap_or(0)
    }

    /// As many places as there are in the half-hour of `span` that has fewest.
    pub fn least(&self, span: Span) -> u16 {
        if self.limits.is_none() {
            return self.usual.seats();
        }
        span.indexes().map(|index| self.at(index).seats()).min().unwrap_or(0)
    }

    /// What sets the number of places in the half-hour of `span` in which fewest are left.
    pub fn tightest(&self, used: &Used, span: Span) -> Staffing {
        if self.limits.is_none() {
            return self.usual;
        }
        let left = |index: &usize| i32::from(self.at(*index).seats()) - i32::from(at(used, *index));
        span.indexes().min_by_key(left).map_or(self.usual, |index| self.at(index))
    }

    /// How many places fewer there are than usually, in each half-hour. None: as many all day.
    pub fn missing(&self) -> Option<[u8; HALF_HOURS]> {
        if self.limits.is_none() {
            return None;
        }
        let usual = self.usual.seats();
        let missing =
            std::array::from_fn(|index| u8::try_from(usual.saturating_sub(self.at(index).seats())).unwrap_or(u8::MAX));
        (missing != [0; HALF_HOURS]).then_some(missing)
    }

    /// The half-hours in which more children have a place than there are places, one bit each.
    pub fn overfull(&self, used: &Used) -> u64 {
        let is_over = |index: &usize| u16::from(at(used, *index)) > self.at(*index).seats();
        (0..HALF_HOURS).filter(is_over).fold(0, |mask, index| mask | 1 << index)
    }

    /// The half-hours in which there are fewer places than `others` has, one bit each.
    pub fn below(&self, others: &Self) -> u64 {
        let is_below = |index: &usize| self.at(*index).seats() < others.at(*index).seats();
        (0..HALF_HOURS).filter(is_below).fold(0, |mask, index| mask | 1 << index)
    }

    /// The limit that binds for a window: closed, or what sets the number of places.
    pub fn limit(&self, open: u64, used: &Used, want: Span) -> Limit {
        let shut = rules::runs(want.mask() & !open).next();
        let closed = |span: Span| Limit { kind: LimitKind::Closed, detail: span.to_string() };
        shut.map_or_else(|| self.tightest(used, want).limit(), closed)
    }
}

fn at(used: &Used, index: usize) -> u8 {
    HalfHour::new(index as u8).map_or(0, |half_hour| used.at(half_hour))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODDLERS: Staffing = Staffing { places: 15, cap: 15, carers: 3, ratio: 5, allowed: u16::MAX };

    fn span(text: &str) -> Span {
        text.parse().unwrap()
    }

    /// `usual` all day but for these times.
    fn day(usual: u8, but: &[(&str, u8)]) -> Option<PerHalfHour> {
        let mut numbers = [usual; HALF_HOURS];
        for (time, number) in but {
            numbers[span(time).indexes()].fill(*number);
        }
        Some(PerHalfHour::new(numbers))
    }

    fn used(taken: &[&str]) -> Used {
        let mut used = Used::NOBODY;
        taken.iter().for_each(|text| used.add(span(text)));
        used
    }

    #[test]
    fn the_smallest_number_binds() {
        let most = u16::MAX;
        let cases = [
            ("carers", (20, 20, 3, 5, most), 15, LimitKind::Staff, "3 × 5 = 15"),
            ("the cap", (20, 15, 4, 5, most), 15, LimitKind::ClassCap, "15"),
            ("the places", (12, 15, 3, 5, most), 12, LimitKind::Places, "12"),
            ("what the head lets come", (15, 15, 3, 5, 8), 8, LimitKind::Allowed, "8"),
            ("the head lets more come than there are places", (12, 15, 3, 5, 13), 12, LimitKind::Places, "12"),
            ("as many as there are places anyway", (12, 15, 3, 5, 12), 12, LimitKind::Places, "12"),
            ("carers are named where all agree", (15, 15, 3, 5, 15), 15, LimitKind::Staff, "3 × 5 = 15"),
            ("nobody is on duty", (15, 15, 0, 5, most), 0, LimitKind::Staff, "0 × 5 = 0"),
            ("more places than a byte counts", (400, 400, 400, 5, most), 255, LimitKind::Places, "255"),
        ];
        for (name, (places, cap, carers, ratio, allowed), seats, kind, detail) in cases {
            let staffing = Staffing { places, cap, carers, ratio, allowed };
            assert_eq!(staffing.seats(), seats, "{name}");
            assert_eq!(staffing.limit(), Limit { kind, detail: detail.to_owned() }, "{name}");
        }
    }

    #[test]
    fn a_window_over_a_closed_time_says_which() {
        let seats = Seats::steady(Staffing { places: 5, cap: 5, carers: 2, ratio: 5, allowed: u16::MAX });
        let open = span("08:00-12:00").mask() | span("13:30-17:30").mask();
        let limit = |text| seats.limit(open, &Used::NOBODY, span(text));
        assert_eq!(limit("11:00-14:00").detail, "12:00–13:30");
        assert_eq!(limit("11:00-14:00").kind, LimitKind::Closed);
        assert_eq!(limit("09:00-12:00").kind, LimitKind::ClassCap);
    }

    #[test]
    fn a_carer_who_leaves_at_noon_takes_places_along() {
        let limits = Limits { carers: day(3, &[("12:00-24:00", 2)]), allowed: None };
        let seats = Seats::new(TODDLERS, limits);
        let nobody = Used::NOBODY;
        let cases =
            [("08:00-12:00", 15, "3 × 5 = 15"), ("12:00-13:00", 10, "2 × 5 = 10"), ("08:00-17:30", 10, "2 × 5 = 10")];
        for (window, places, why) in cases {
            let window = span(window);
            assert_eq!((seats.left(&nobody, window), seats.least(window)), (places, places), "{window}");
            assert_eq!(seats.limit(u64::MAX, &nobody, window).detail, why, "{window}");
        }
        assert_eq!(seats.missing().unwrap()[span("11:30-12:30").indexes()], [0, 5]);
    }

    #[test]
    fn the_limit_named_is_that_of_the_half_hour_with_fewest_left() {
        let limits = Limits { carers: day(3, &[("08:00-09:00", 2)]), allowed: day(15, &[("16:00-17:00", 4)]) };
        let seats = Seats::new(TODDLERS, limits);
        let full = used(&["10:00-11:00"; 14]);
        assert_eq!(seats.left(&full, span("08:00-12:00")), 1);
        assert_eq!(seats.limit(u64::MAX, &full, span("08:00-12:00")).detail, "3 × 5 = 15");
        let late = seats.limit(u64::MAX, &full, span("12:00-17:00"));
        assert_eq!((late.kind, late.detail.as_str()), (LimitKind::Allowed, "4"));
        assert_eq!(seats.overfull(&used(&["15:00-17:00"; 5])), span("16:00-17:00").mask());
    }

    #[test]
    fn a_date_has_its_own_limits_where_it_says_so_and_else_those_of_its_week() {
        let (two, three) = (day(2, &[]), day(3, &[]));
        let own = Limits { carers: two, allowed: None };
        let week = Limits { carers: three, allowed: two };
        assert_eq!(own.or(week), Limits { carers: two, allowed: two });
        assert_eq!(Limits::NONE.or(week), week);
        assert!(Seats::new(TODDLERS, Limits { carers: three, allowed: None }).missing().is_none(), "all are there");
    }

    #[test]
    fn a_week_comes_from_its_columns_monday_first() {
        let column: Vec<u8> = (0..7_u8).flat_map(|weekday| [weekday + 1; HALF_HOURS]).collect();
        let (carers, week) = of_columns((2, 7, Some(column), None));
        let week = week.unwrap();
        assert_eq!(carers, 7);
        assert_eq!(week.on(0), Limits { carers: day(1, &[]), allowed: None });
        assert_eq!(week.on(6), Limits { carers: day(7, &[]), allowed: None });
        assert_eq!(week.on(7), Limits::NONE);
        assert_eq!(of_columns((3, 0, None, None)), (3, None));
        assert_eq!(of_columns((3, 3, None, None)), (3, None));
    }

    #[test]
    fn days_without_a_roster_have_the_usual_carers_though_others_have_more() {
        let (carers, week) = of_columns((2, 4, None, None));
        assert_eq!((carers, week.unwrap().on(3)), (4, Limits { carers: day(2, &[]), allowed: None }));
    }
}
