//! The numbers that policy fixes, and the days that are not ordinary.
//!
//! They come from files (`server/policies/national.toml`, and above it what `DOORSTEP_POLICY` names), each with its
//! source, and are looked up by date: [`Policies::on`] for what holds everywhere, [`Policies::city_on`] for what a city
//! pays and allows, [`Policies::figures_on`] for whoever asks where a number comes from. Nothing else in the program
//! states them.

mod calendar;
mod check;
mod city;
mod file;
mod http;
mod load;
mod messages;
mod staff;

use chrono::{Datelike as _, Months};
use doorstep_shared::{
    Date, Fen, HalfHour,
    age::completed_months,
    bookings::PriorityGroup,
    care::{ClassKind, NurseryKind},
    problem::FieldRule,
    slots::AgeRange,
};
use serde::Deserialize;

pub use self::{
    calendar::{Calendar, DayKind},
    city::{
        CityRules, Construction, Count, Enrolment, Figure, Guided, MonthCounts, Operating, Prices, Reference, Subsidies,
    },
    http::register,
    load::Policies,
    messages::MessageRules,
    staff::StaffRules,
};

/// The numbers in force on one day.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    classes: Classes,
    terms: Terms,
    pub booking: BookingRules,
    pub family: FamilyRules,
    pub staff: StaffRules,
    pub messages: MessageRules,
    pub waitlist: WaitlistRules,
    pub search: SearchRules,
    pub import: ImportDefaults,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Classes {
    infant: ClassRule,
    toddler: ClassRule,
    senior_toddler: ClassRule,
    mixed: ClassRule,
    home_based: ClassRule,
    kindergarten: ClassRule,
}

/// What holds for a class of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassRule {
    from_months: u16,
    to_months: u16,
    /// At most in one class.
    pub children: u16,
    /// Children per carer at most.
    pub ratio: u16,
}

impl ClassRule {
    /// Completed months on the day of care.
    pub const fn ages(self) -> AgeRange {
        AgeRange { from_months: self.from_months, to_months: self.to_months }
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Terms {
    stay_to_end: bool,
    last_days: Vec<MonthDay>,
}

/// A day of any year, `MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
struct MonthDay {
    month: u32,
    day: u32,
}

impl TryFrom<String> for MonthDay {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        // Any common year: 29 February is no last day of a term.
        let date = format!("2025-{text}").parse::<Date>();
        let date = date.map_err(|_| format!("{text:?} is no day of the year, written MM-DD"))?;
        Ok(Self { month: date.month(), day: date.day() })
    }
}

impl MonthDay {
    fn next_from(self, date: Date) -> Option<Date> {
        let in_year = |year| Date::from_ymd_opt(year, self.month, self.day);
        in_year(date.year()).filter(|day| *day >= date).or_else(|| in_year(date.year() + 1))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookingRules {
    /// Days ahead of today that can be searched and booked; today + this is the last one.
    pub horizon_days: u16,
    pub hold_minutes: u16,
    /// How often a hold may be extended, each time by `hold_minutes`.
    pub hold_extensions: u8,
    /// Places that a family may hold at one time.
    pub held_places: u16,
    /// After booking and after cancelling.
    pub undo_minutes: u16,
    pub hourly_step_minutes: u16,
    pub hourly_min_minutes: u16,
    pub temporary_days_ahead: u16,
    /// Days of temporary care for one child in a calendar month.
    pub temporary_days_a_month: u16,
    /// How much of a day must be left for the child to come all the same when its nursery closes for the rest.
    pub shortened_percent: u16,
    /// Minutes after the end of care in which collecting a child late costs nothing.
    pub late_pick_up_free_minutes: u16,
}

/// Who may belong to a family, and how people are invited to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FamilyRules {
    /// At most: who belongs to it, who picks up, who is invited.
    pub people: u16,
    /// Days in which an invitation can be accepted.
    pub invitation_days: u16,
    /// Invitations that a family may send in a day.
    pub invitations_a_day: u16,
    /// Text messages with invitations that one phone gets in a day, whoever invites.
    pub invitation_texts_a_day: u16,
    /// Minutes after the end of care for which a code to pick up with is good.
    pub pick_up_margin_minutes: u16,
    /// Tries at a code to pick up with.
    pub pick_up_tries: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitlistRules {
    /// Windows that a family may wait for at one time.
    pub entries: u16,
    /// How long an offered place is kept, counted between `day_from` and `day_until`.
    pub offer_minutes: u16,
    pub day_from: HalfHour,
    pub day_until: HalfHour,
    /// How far back places that came free are counted.
    pub history_weeks: u16,
    /// Dates without which nothing is said of how often they did.
    pub history_dates: u16,
    /// First to last; children of none come after them.
    pub priority_groups: Vec<PriorityGroup>,
}

/// What the promoted filters stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchRules {
    pub near_m: u32,
    month_price_fen: Fen,
    /// Days of care that make a month's price.
    pub days_a_month: u16,
}

impl SearchRules {
    /// The month's price that most parents name, as the price of one day.
    pub fn day_price_fen(self) -> Fen {
        Fen(self.month_price_fen.0 / i64::from(self.days_a_month))
    }
}

/// What an import assumes where its source is silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportDefaults {
    pub full_day_price_fen: Fen,
    pub half_day_price_fen: Fen,
    /// Of one hour.
    pub hourly_price_fen: Fen,
    pub lead_minutes: u32,
    pub free_until_hours: u16,
    pub late_percent: u8,
    /// Places of a nursery whose source does not tell.
    pub places: u16,
}

impl Policies {
    /// Why a child born then does not belong in such a class on that day: too young or too old.
    pub fn age_misfit(&self, nursery: NurseryKind, class: ClassKind, birth_date: Date, on: Date) -> Option<FieldRule> {
        let policy = self.on(on);
        let rule = policy.class_rule(nursery, class);
        if policy.takes(rule, birth_date, on) {
            return None;
        }
        let is_older = completed_months(birth_date, on).is_some_and(|months| months >= rule.ages().to_months);
        Some(if is_older { FieldRule::TooLarge } else { FieldRule::TooSmall })
    }
}

impl Policy {
    /// What holds for a class of this kind at a nursery of that kind.
    pub const fn class_rule(&self, nursery: NurseryKind, class: ClassKind) -> ClassRule {
        match (nursery, class) {
            (NurseryKind::HomeBased, _) => self.classes.home_based,
            (NurseryKind::KindergartenClass, _) => self.classes.kindergarten,
            (_, ClassKind::Infant) => self.classes.infant,
            (_, ClassKind::Toddler) => self.classes.toddler,
            (_, ClassKind::SeniorToddler) => self.classes.senior_toddler,
            (_, ClassKind::Mixed) => self.classes.mixed,
        }
    }

    /// Whether a class that follows `rule` takes a child born on `birth` for the care of day `on`.
    ///
    /// The age counts on the day of care. Who turned three, which is where care for under-threes ends, may stay until
    /// the term ends.
    pub fn takes(&self, rule: ClassRule, birth: Date, on: Date) -> bool {
        match completed_months(birth, on) {
            Some(months) if rule.ages().contains(months) => true,
            Some(months) if months >= rule.to_months => {
                rule.to_months == self.oldest_months() && self.may_stay(rule, birth, on)
            }
            _ => false,
        }
    }

    /// Where care for under-threes ends: the highest `to_months` of any class.
    fn oldest_months(&self) -> u16 {
        let Classes { infant, toddler, senior_toddler, mixed, home_based, kindergarten } = &self.classes;
        let all = [infant, toddler, senior_toddler, mixed, home_based, kindergarten];
        all.iter().map(|rule| rule.to_months).max().unwrap_or_default()
    }

    fn may_stay(&self, rule: ClassRule, birth: Date, on: Date) -> bool {
        let outgrown = birth.checked_add_months(Months::new(u32::from(rule.to_months)));
        self.terms.stay_to_end && outgrown.and_then(|day| self.term_end(day)).is_some_and(|end| on <= end)
    }

    /// The last day of the term that runs on `date`.
    pub fn term_end(&self, date: Date) -> Option<Date> {
        self.terms.last_days.iter().filter_map(|last| last.next_from(date)).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn the_age_counts_on_the_day_of_care_and_who_turns_three_may_stay_to_the_terms_end() {
        let policies = Policies::load(None, None).unwrap();
        let policy = policies.on(date("2026-11-23"));
        let usual = NurseryKind::ChildcareInstitution;
        let cases = [
            ("too young by a day", usual, ClassKind::Infant, "2026-05-24", "2026-11-23", false),
            ("six months today", usual, ClassKind::Infant, "2026-05-23", "2026-11-23", true),
            ("twelve months is a toddler", usual, ClassKind::Infant, "2025-11-23", "2026-11-23", false),
            ("and no infant stays on", usual, ClassKind::Infant, "2025-11-22", "2026-11-23", false),
            ("twelve months today", usual, ClassKind::Toddler, "2025-11-23", "2026-11-23", true),
            ("the last day before three", usual, ClassKind::SeniorToddler, "2023-11-24", "2026-11-23", true),
            ("three in the running term", usual, ClassKind::SeniorToddler, "2023-11-23", "2026-11-23", true),
            ("on the term's last day", usual, ClassKind::SeniorToddler, "2023-11-23", "2027-01-31", true),
            ("the day after", usual, ClassKind::SeniorToddler, "2023-11-23", "2027-02-01", false),
            ("three in the term before", usual, ClassKind::SeniorToddler, "2023-08-31", "2026-11-23", false),
            ("mixed from eighteen months", usual, ClassKind::Mixed, "2025-05-23", "2026-11-23", true),
            ("not at seventeen", usual, ClassKind::Mixed, "2025-05-24", "2026-11-23", false),
            ("home-based takes babies", NurseryKind::HomeBased, ClassKind::Mixed, "2026-11-01", "2026-11-23", true),
            ("not the unborn", NurseryKind::HomeBased, ClassKind::Mixed, "2026-11-24", "2026-11-23", false),
        ];
        for (name, nursery, class, birth, on, taken) in cases {
            let rule = policy.class_rule(nursery, class);
            assert_eq!(policy.takes(rule, date(birth), date(on)), taken, "{name}");
        }
    }

    #[test]
    fn the_shipped_numbers_are_those_of_the_standard() {
        let policies = Policies::load(None, None).unwrap();
        let policy = policies.on(date("2026-11-23"));
        let rows = [
            (NurseryKind::Community, ClassKind::Infant, 6, 12, 10, 3),
            (NurseryKind::Community, ClassKind::Toddler, 12, 24, 15, 5),
            (NurseryKind::Community, ClassKind::SeniorToddler, 24, 36, 20, 7),
            (NurseryKind::Community, ClassKind::Mixed, 18, 36, 18, 5),
            (NurseryKind::HomeBased, ClassKind::Mixed, 0, 36, 5, 3),
            (NurseryKind::KindergartenClass, ClassKind::SeniorToddler, 24, 36, 20, 7),
        ];
        for (nursery, class, from_months, to_months, children, ratio) in rows {
            let expected = ClassRule { from_months, to_months, children, ratio };
            assert_eq!(policy.class_rule(nursery, class), expected, "{class} at {nursery}");
        }
        assert_eq!(policy.search.day_price_fen(), Fen(9523));
    }
}
