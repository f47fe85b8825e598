//! Pure decisions about places: how many there are, when, and whether a window fits.

use chrono::Datelike;
use doorstep_shared::{Date, HalfHour, Span, ids::ClassId, time::HALF_HOURS};

use super::seats::Seats;
use crate::policy::DayKind;

/// Every half-hour of a day, one bit each; bit 0 is 00:00–00:30.
pub const WHOLE_DAY: u64 = (1 << HALF_HOURS) - 1;

/// Children who have a place in each half-hour of a class-day: the column `class_day.used`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Binary)]
pub struct Used([u8; HALF_HOURS]);

impl Used {
    pub const NOBODY: Self = Self([0; HALF_HOURS]);
    /// As many as can be told.
    pub const FULL: Self = Self([u8::MAX; HALF_HOURS]);

    /// None unless there are 48 bytes, one for each half-hour.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub const fn as_bytes(&self) -> &[u8; HALF_HOURS] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0 == Self::NOBODY.0
    }

    /// How many children are there in `half_hour`.
    pub fn at(&self, half_hour: HalfHour) -> u8 {
        self.0.get(usize::from(half_hour.index())).copied().unwrap_or(0)
    }

    /// Most children at one time of `span`.
    pub fn peak(&self, span: Span) -> u8 {
        self.0.get(span.indexes()).unwrap_or_default().iter().copied().max().unwrap_or(0)
    }

    /// Whether fewer children are there than in `other` at some time.
    pub fn is_below(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(own, other)| own < other)
    }

    /// One more child in each half-hour of `span`.
    pub fn add(&mut self, span: Span) {
        for used in self.0.get_mut(span.indexes()).unwrap_or_default() {
            *used = used.saturating_add(1);
        }
    }

    /// So many more in each half-hour.
    pub fn add_each(&mut self, more: &[u8; HALF_HOURS]) {
        for (used, more) in self.0.iter_mut().zip(more) {
            *used = used.saturating_add(*more);
        }
    }

    /// One child fewer in each half-hour of `span`.
    pub fn remove(&mut self, span: Span) {
        for used in self.0.get_mut(span.indexes()).unwrap_or_default() {
            *used = used.saturating_sub(1);
        }
    }

    /// The half-hours in which fewer than `seats` children are there, one bit each.
    pub fn below(&self, seats: u16) -> u64 {
        let Ok(seats) = u8::try_from(seats) else { return WHOLE_DAY };
        let mut below = [0; HALF_HOURS];
        for (below, used) in below.iter_mut().zip(&self.0) {
            *below = u8::from(*used < seats);
        }
        let (eights, _) = below.as_chunks::<8>();
        // Eight bytes of 0 or 1 become eight bits: the product moves the one of byte `n` to bit `56 + n`.
        let bits = eights.iter().map(|eight| u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56);
        bits.zip(0..).fold(0, |mask, (bits, index)| mask | bits << (8 * index))
    }
}

/// Opening hours of a normal week, Monday first: one bit for each half-hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Week(pub [u64; 7]);

impl Week {
    /// Adds opening hours; `weekday` is 0 on Monday. Nothing happens beyond 6.
    pub fn open(&mut self, weekday: usize, span: Span) {
        if let Some(day) = self.0.get_mut(weekday) {
            *day |= span.mask();
        }
    }
}

/// When a nursery is open: in a normal week, and on dates that have hours of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    pub week: Week,
    /// By date: one bit for each half-hour.
    pub dates: Vec<(Date, u64)>,
}

impl Hours {
    /// Adds opening hours of a date.
    pub fn open_on(&mut self, date: Date, span: Span) {
        match self.dates.iter_mut().find(|(of, _)| *of == date) {
            Some((_, open)) => *open |= span.mask(),
            None => self.dates.push((date, span.mask())),
        }
    }

    /// The hours of a date's own; None: as its weekday and the calendar have it.
    pub fn of_date(&self, date: Date) -> Option<u64> {
        self.dates.iter().find(|(of, _)| *of == date).map(|(_, open)| *open)
    }
}

impl From<Week> for Hours {
    fn from(week: Week) -> Self {
        Self { week, dates: Vec::new() }
    }
}

/// A time of a date at which a nursery, or one class of it, keeps closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// None: the whole nursery.
    pub class: Option<ClassId>,
    pub date: Date,
    pub span: Span,
    /// In the nursery's words.
    pub reason: Box<str>,
}

impl Closed {
    /// Whether it closes that class at some time of that date.
    pub fn concerns(&self, class: ClassId, date: Date) -> bool {
        self.date == date && self.class.is_none_or(|only| only == class)
    }
}

/// The weekday whose hours and roster hold on a date, 0 on Monday: on a 调休 workday that of a Monday, where the nursery
/// is closed on that weekday otherwise.
pub fn weekday_on(week: &Week, date: Date, day: &DayKind) -> usize {
    let weekday = date.weekday().num_days_from_monday() as usize;
    let is_open = week.0.get(weekday).is_some_and(|open| *open != 0);
    if matches!(day, DayKind::Workday { .. }) && !is_open { 0 } else { weekday }
}

/// The half-hours in which a nursery is open on a date, before closures, one bit each: by the date's own hours, or else
/// by its weekly template and the calendar.
///
/// Without hours of its own, closed on public holidays. On a 调休 workday a nursery that its template closes on that
/// weekday opens as on a Monday.
pub fn template_on(hours: &Hours, date: Date, day: &DayKind) -> u64 {
    match (hours.of_date(date), day) {
        (Some(open), _) => open,
        (None, DayKind::Holiday { .. }) => 0,
        (None, _) => hours.week.0.get(weekday_on(&hours.week, date, day)).copied().unwrap_or(0),
    }
}

/// The half-hours in which closures close a class on a date.
pub fn closed_on(date: Date, class: ClassId, closures: &[Closed]) -> u64 {
    closures.iter().filter(|closed| closed.concerns(class, date)).fold(0, |shut, closed| shut | closed.span.mask())
}

/// The half-hours in which a class is open on a date: as its nursery by [`template_on`], minus closures.
pub fn open_on(hours: &Hours, date: Date, day: &DayKind, class: ClassId, closures: &[Closed]) -> u64 {
    template_on(hours, date, day) & !closed_on(date, class, closures)
}

/// Places left in the fullest half-hour of `want`; 0 when closed at some time of it.
pub fn free(seats: &Seats, open: u64, used: &Used, want: Span) -> u16 {
    if open & want.mask() != want.mask() {
        return 0;
    }
    seats.left(used, want)
}

/// The longest runs of set bits, in order.
pub fn runs(mut mask: u64) -> impl Iterator<Item = Span> {
    mask &= WHOLE_DAY;
    std::iter::from_fn(move || {
        let from = mask.trailing_zeros();
        let length = (mask >> from.min(63)).trailing_ones();
        let span = Span::new(HalfHour::new(from as u8)?, HalfHour::new((from + length) as u8)?)?;
        mask &= !span.mask();
        Some(span)
    })
}

/// The first `length` half-hours that are free in a row, if any are.
pub fn first_run(mask: u64, length: u8) -> Option<Span> {
    let starts = (1..length).fold(mask & WHOLE_DAY, |starts, ahead| starts & (mask >> ahead));
    let from = starts.trailing_zeros() as u8;
    Span::new(HalfHour::new(from)?, HalfHour::new(from + length)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::seats::Staffing;

    fn span(text: &str) -> Span {
        text.parse().unwrap()
    }

    fn used(taken: &[&str]) -> Used {
        let mut used = Used::NOBODY;
        taken.iter().for_each(|text| used.add(span(text)));
        used
    }

    #[test]
    fn a_range_fits_only_where_every_half_hour_has_a_place() {
        let cases: &[(&str, u16, &[&str], &str, bool)] = &[
            ("an empty day fits", 1, &[], "09:00-11:00", true),
            ("morning and afternoon share one place", 1, &["08:00-12:00"], "12:00-17:30", true),
            ("one shared half-hour is enough", 1, &["08:00-12:00"], "11:30-13:00", false),
            ("two places hold two children at once", 2, &["08:00-12:00"], "08:00-12:00", true),
            ("two children fill two places", 2, &["08:00-12:00", "08:00-12:00"], "08:00-12:00", false),
            ("a class without carers has no place", 0, &[], "08:00-09:00", false),
            ("before opening nothing is free", 3, &[], "06:00-07:30", false),
        ];
        let open = span("07:00-18:00").mask();
        for (name, seats, taken, want, fits) in cases {
            let seats = Seats::steady(Staffing { places: *seats, cap: 9, carers: 9, ratio: 1, allowed: u16::MAX });
            assert_eq!(free(&seats, open, &used(taken), span(want)) > 0, *fits, "{name}");
        }
    }

    #[test]
    fn the_calendar_and_the_nursery_both_close_a_day() {
        let mut week = Week::default();
        for weekday in 0..5 {
            week.open(weekday, span("08:00-17:30"));
        }
        week.open(5, span("09:00-12:00"));
        let mut hours = Hours::from(week);
        hours.open_on("2026-11-29".parse().unwrap(), span("10:00-12:00"));
        hours.open_on("2026-11-29".parse().unwrap(), span("13:00-15:00"));
        hours.open_on("2026-11-26".parse().unwrap(), span("09:00-11:00"));
        let (class, other) = (ClassId::new(), ClassId::new());
        let closed = |class, date: &str, part: &str| {
            [Closed { class, date: date.parse().unwrap(), span: span(part), reason: "".into() }]
        };
        let whole_day = closed(None, "2026-11-24", "00:00-24:00");
        let afternoon = closed(None, "2026-11-23", "12:00-17:30");
        let own = closed(Some(class), "2026-11-23", "08:00-10:00");
        let others = closed(Some(other), "2026-11-23", "08:00-10:00");
        // 2026-11-22 is a Sunday.
        let ordinary = DayKind::Ordinary;
        let holiday = DayKind::Holiday { zh: String::new(), en: String::new() };
        let workday = DayKind::Workday { zh: String::new(), en: String::new() };
        let cases: &[(&str, &str, &DayKind, &[Closed], &str)] = &[
            ("a Sunday", "2026-11-22", &ordinary, &[], ""),
            ("a Sunday that pays for a holiday", "2026-11-22", &workday, &[], "08:00-17:30"),
            ("an open Saturday stays as it is", "2026-11-21", &workday, &[], "09:00-12:00"),
            ("a Monday", "2026-11-23", &ordinary, &[], "08:00-17:30"),
            ("a holiday", "2026-11-23", &holiday, &[], ""),
            ("a closure", "2026-11-24", &ordinary, &whole_day, ""),
            ("the day after a closure", "2026-11-25", &ordinary, &whole_day, "08:00-17:30"),
            ("a closed afternoon", "2026-11-23", &ordinary, &afternoon, "08:00-12:00"),
            ("a closure of the class", "2026-11-23", &ordinary, &own, "10:00-17:30"),
            ("a closure of another class", "2026-11-23", &ordinary, &others, "08:00-17:30"),
            ("an opening on a Sunday", "2026-11-29", &ordinary, &[], "10:00-12:00 13:00-15:00"),
            ("shorter hours", "2026-11-26", &ordinary, &[], "09:00-11:00"),
            ("hours of its own on a holiday", "2026-11-26", &holiday, &[], "09:00-11:00"),
        ];
        for (name, date, day, closures, open) in cases {
            let expected = open.split_whitespace().fold(0, |open, part| open | span(part).mask());
            assert_eq!(open_on(&hours, date.parse().unwrap(), day, class, closures), expected, "{name}");
        }
    }

    #[test]
    fn runs_are_the_longest_stretches_of_free_time() {
        let mask = span("08:00-09:00").mask() | span("10:30-12:00").mask() | span("23:30-24:00").mask();
        let found: Vec<_> = runs(mask).map(|run| run.to_string()).collect();
        assert_eq!(found, ["08:00–09:00", "10:30–12:00", "23:30–24:00"]);
        assert_eq!(runs(WHOLE_DAY).collect::<Vec<_>>(), [span("00:00-24:00")]);
        assert_eq!(runs(0).count(), 0);
        assert_eq!(first_run(mask, 3), Some(span("10:30-12:00")));
        assert_eq!(first_run(mask, 2), Some(span("08:00-09:00")));
        assert_eq!(first_run(mask, 4), None);
        assert_eq!(first_run(span("23:00-24:00").mask(), 2), Some(span("23:00-24:00")));
    }

    #[test]
    fn the_mask_of_what_is_below_is_that_of_a_look_at_each_half_hour() {
        let mut used = Used::NOBODY;
        for (index, at) in used.0.iter_mut().enumerate() {
            *at = (index * 37 % 256) as u8;
        }
        for seats in [0, 1, 2, 20, 127, 128, 200, 255, 256, 400] {
            let slow = used
                .0
                .iter()
                .enumerate()
                .fold(0, |mask, (index, used)| mask | u64::from(u16::from(*used) < seats) << index);
            assert_eq!(used.below(seats), slow, "{seats}");
        }
    }

    #[test]
    fn taking_and_giving_back_leaves_nothing() {
        let mut used = used(&["08:00-12:00", "10:00-14:00"]);
        assert_eq!(used.peak(span("08:00-14:00")), 2);
        assert_eq!(used.at("10:00".parse().unwrap()), 2);
        used.remove(span("08:00-12:00"));
        used.remove(span("10:00-14:00"));
        assert!(used.is_empty());
    }
}
