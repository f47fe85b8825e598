//! Classes and offers of a nursery whose source has none, so that it can be found and booked at once.
//!
//! They are guesses from its ages, capacity and hours, by these rules, and marked to be confirmed:
//!
//! - A class of each kind whose ages it takes **wholly**: no child is promised a class that the nursery would refuse. A
//!   mixed class where only that fits. A kindergarten gets senior classes only, a home-based nursery its one group.
//! - Places are spread evenly over the months of age, so under-threes get their share of a capacity up to school age.
//!   More than a class may have makes several classes. Carers: as many as the ratio asks for.
//! - Full-day care from 08:00 to 17:30, half-days until 12:00 and from 13:30, as far as it is open then; hourly care;
//!   temporary care by half-days where the source tells of it.
//! - Prices, lead time and cancel rule are the policy's, unless the source tells prices.

use doorstep_shared::{
    Fen, HalfHour, Span,
    bookings::CancelRule,
    care::{CareKind, ClassKind, NurseryKind},
    ids::{ClassId, OfferId},
    slots::AgeRange,
};

use crate::{
    nurseries::draft::{ClassDraft, OfferDraft},
    policy::{ClassRule, ImportDefaults, Policy},
};

/// What the source tells.
pub struct Told<'a> {
    pub kind: NurseryKind,
    /// Completed months; beyond three years too.
    pub ages: AgeRange,
    /// Of all these ages together; None when it is not told.
    pub places: Option<u16>,
    /// The hours of a usual day.
    pub open: Span,
    pub care: &'a [CareKind],
    pub prices: Prices,
}

/// Of a day, of a day in infant classes, of a half-day, of an hour; the policy's where it is not told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    pub full_day: Option<Fen>,
    pub infant_full_day: Option<Fen>,
    pub half_day: Option<Fen>,
    pub hourly: Option<Fen>,
}

/// # Errors
/// When it takes no under-threes, or no class kind wholly.
pub fn classes(told: &Told<'_>, policy: &Policy) -> Result<Vec<ClassDraft>, String> {
    let kinds = kinds(told, policy);
    if kinds.is_empty() {
        let AgeRange { from_months, to_months } = told.ages;
        return Err(match policy.class_rule(told.kind, ClassKind::SeniorToddler).ages() {
            oldest if from_months >= oldest.to_months => "takes no under-threes".to_owned(),
            _ => format!("its ages, {from_months} to {to_months} months, cover no kind of class wholly"),
        });
    }
    let mut classes = Vec::new();
    for (kind, rule) in kinds {
        let places = share(told, rule, policy);
        let most = if told.kind == NurseryKind::HomeBased { places.min(rule.children) } else { places };
        let count = most.div_ceil(rule.children).max(1);
        for number in 0..count {
            // Evenly, the first ones get what is left over.
            let places = (most / count + u16::from(number < most % count)).max(1);
            classes.push(ClassDraft {
                id: ClassId::new(),
                kind,
                name: name(told.kind, kind, (count > 1).then_some(number + 1)),
                places,
                carers: places.div_ceil(rule.ratio),
                offers: offers(told, kind, &policy.import),
            });
        }
    }
    Ok(classes)
}

/// The kinds of classes whose ages the nursery takes wholly.
fn kinds(told: &Told<'_>, policy: &Policy) -> Vec<(ClassKind, ClassRule)> {
    let whole = |kind: ClassKind| {
        let rule = policy.class_rule(told.kind, kind);
        let ages = rule.ages();
        // A nursery's only group takes whom it takes; the policy's youngest age of such a group is birth.
        let begins = told.ages.from_months <= ages.from_months || told.kind == NurseryKind::HomeBased;
        (begins && ages.to_months <= told.ages.to_months).then_some((kind, rule))
    };
    match told.kind {
        NurseryKind::HomeBased => whole(ClassKind::Mixed).into_iter().collect(),
        NurseryKind::KindergartenClass => whole(ClassKind::SeniorToddler).into_iter().collect(),
        _ => {
            let toddlers = whole(ClassKind::Toddler);
            let older = match toddlers {
                Some(_) => whole(ClassKind::SeniorToddler),
                None => whole(ClassKind::Mixed).or_else(|| whole(ClassKind::SeniorToddler)),
            };
            [whole(ClassKind::Infant), toddlers, older].into_iter().flatten().collect()
        }
    }
}

/// The places that fall on the ages of a class.
fn share(told: &Told<'_>, rule: ClassRule, policy: &Policy) -> u16 {
    let ages = rule.ages();
    let months = |from: u16, to: u16| u32::from(to.saturating_sub(from)).max(1);
    let (places, all) = match told.places {
        Some(places) => (places, months(told.ages.from_months, told.ages.to_months)),
        // The policy's number is of under-threes alone.
        None => {
            let oldest = policy.class_rule(told.kind, ClassKind::SeniorToddler).ages().to_months;
            (policy.import.places, months(told.ages.from_months, told.ages.to_months.min(oldest)))
        }
    };
    let part = months(ages.from_months.max(told.ages.from_months), ages.to_months).min(all);
    let share = (u32::from(places) * part + all / 2) / all;
    u16::try_from(share).unwrap_or(u16::MAX).max(1)
}

fn name(nursery: NurseryKind, class: ClassKind, number: Option<u16>) -> String {
    let (stem, whole) = match (nursery, class) {
        (NurseryKind::HomeBased, _) => ("家庭小组", "家庭小组"),
        (_, ClassKind::Infant) => ("乳儿", "乳儿班"),
        (_, ClassKind::Toddler) => ("托小", "托小班"),
        (_, ClassKind::SeniorToddler) => ("托大", "托大班"),
        (_, ClassKind::Mixed) => ("混龄", "混龄班"),
    };
    number.map_or_else(|| whole.to_owned(), |number| format!("{stem}{number}班"))
}

fn offers(told: &Told<'_>, class: ClassKind, defaults: &ImportDefaults) -> Vec<OfferDraft> {
    let full_day = match class {
        ClassKind::Infant => told.prices.infant_full_day.or(told.prices.full_day),
        _ => told.prices.full_day,
    };
    // Where only the day's price is told, the others keep the policy's proportion, in whole yuan.
    let part = |usual: Fen| {
        let fen = full_day.map_or(usual.0, |day| day.0 * usual.0 / defaults.full_day_price_fen.0.max(1));
        Fen(if full_day.is_some() { fen / 100 * 100 } else { fen })
    };
    let half_day = told.prices.half_day.unwrap_or_else(|| part(defaults.half_day_price_fen));
    let hourly = told.prices.hourly.unwrap_or_else(|| part(defaults.hourly_price_fen));
    let full_day = full_day.unwrap_or(defaults.full_day_price_fen);
    let offer = |care: &CareKind| {
        let (price_fen, windows) = match care {
            CareKind::FullDay => (full_day, vec![day(told.open)]),
            CareKind::HalfDay => (half_day, halves(told.open)),
            CareKind::Hourly => (Fen(hourly.0 / 2 * 2), Vec::new()),
            CareKind::Temporary => match halves(told.open) {
                halves if halves.is_empty() => (full_day, vec![day(told.open)]),
                halves => (half_day, halves),
            },
        };
        let sold = *care == CareKind::Hourly || !windows.is_empty();
        let cancel_rule =
            CancelRule { free_until_hours: defaults.free_until_hours, late_percent: defaults.late_percent };
        let lead_minutes = defaults.lead_minutes;
        sold.then(|| OfferDraft { id: OfferId::new(), care: *care, price_fen, windows, lead_minutes, cancel_rule })
    };
    told.care.iter().filter_map(offer).collect()
}

/// The part of `open` between two half-hours, when it lasts at least so many half-hours.
fn within(open: Span, from: u8, to: u8, least: u8) -> Option<Span> {
    let (from, to) = (HalfHour::new(from)?, HalfHour::new(to)?);
    Span::new(open.from.max(from), open.to.min(to)).filter(|span| span.half_hours() >= least)
}

/// 08:00–17:30, or all of a shorter or later day.
fn day(open: Span) -> Span {
    within(open, 16, 35, 12).unwrap_or(open)
}

/// 08:00–12:00 and 13:30–17:30, each of at least two hours.
fn halves(open: Span) -> Vec<Span> {
    [within(open, 16, 24, 4), within(open, 27, 35, 4)].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policies;

    const USUAL: &[CareKind] = &[CareKind::FullDay, CareKind::HalfDay, CareKind::Hourly];

    fn told(kind: NurseryKind, from_months: u16, to_months: u16, places: Option<u16>) -> Told<'static> {
        let open = "07:00-19:00".parse().unwrap();
        let ages = AgeRange { from_months, to_months };
        Told { kind, ages, places, open, care: USUAL, prices: Prices::default() }
    }

    fn made(told: &Told<'_>) -> Result<Vec<ClassDraft>, String> {
        let policies = Policies::load(None, None).unwrap();
        classes(told, policies.on("2026-11-23".parse().unwrap()))
    }

    #[test]
    fn classes_follow_from_ages_and_places() {
        use ClassKind::{Infant, Mixed, SeniorToddler, Toddler};
        let usual = NurseryKind::ChildcareInstitution;
        let cases: &[(&str, NurseryKind, u16, u16, Option<u16>, &[(ClassKind, u16)])] = &[
            ("from birth to school", usual, 2, 72, Some(90), &[(Infant, 8), (Toddler, 15), (SeniorToddler, 15)]),
            ("under-threes only", usual, 6, 36, Some(30), &[(Infant, 6), (Toddler, 12), (SeniorToddler, 12)]),
            ("22 months is too old for a toddler class", usual, 22, 72, Some(100), &[(SeniorToddler, 24)]),
            ("from 18 months a mixed class fits", usual, 18, 72, Some(54), &[(Mixed, 18)]),
            ("under-twos only", usual, 2, 24, Some(22), &[(Infant, 6), (Toddler, 12)]),
            ("not told", usual, 6, 72, None, &[(Infant, 4), (Toddler, 8), (SeniorToddler, 8)]),
            ("kindergarten", NurseryKind::KindergartenClass, 24, 72, Some(80), &[(SeniorToddler, 20)]),
            ("at home", NurseryKind::HomeBased, 6, 36, Some(9), &[(Mixed, 5)]),
        ];
        for (case, kind, from, to, places, expected) in cases {
            let classes = made(&told(*kind, *from, *to, *places)).unwrap();
            let mut by_kind: Vec<(ClassKind, u16)> = Vec::new();
            for class in &classes {
                match by_kind.last_mut().filter(|(kind, _)| *kind == class.kind) {
                    Some((_, places)) => *places += class.places,
                    None => by_kind.push((class.kind, class.places)),
                }
            }
            assert_eq!(by_kind, *expected, "{case}");
        }
    }

    #[test]
    fn a_large_class_is_split_and_each_has_enough_carers() {
        let classes = made(&told(NurseryKind::Community, 12, 36, Some(64))).unwrap();
        let shape: Vec<_> = classes.iter().map(|class| (class.name.as_str(), class.places, class.carers)).collect();
        let expected =
            [("托小1班", 11, 3), ("托小2班", 11, 3), ("托小3班", 10, 2), ("托大1班", 16, 3), ("托大2班", 16, 3)];
        assert_eq!(shape, expected);
    }

    #[test]
    fn who_takes_no_under_threes_gets_no_class() {
        assert_eq!(made(&told(NurseryKind::Community, 36, 72, Some(90))).unwrap_err(), "takes no under-threes");
        assert!(made(&told(NurseryKind::Community, 30, 72, Some(90))).unwrap_err().contains("30 to 72 months"));
    }

    #[test]
    fn windows_lie_inside_the_hours_and_prices_keep_their_proportion() {
        let windows = |open: &str, care| {
            let told = Told { open: open.parse().unwrap(), care, ..told(NurseryKind::Community, 6, 36, None) };
            let classes = made(&told).unwrap();
            classes[0].offers.iter().map(|offer| (offer.care, offer.windows.clone())).collect::<Vec<_>>()
        };
        let span = |text: &str| -> Span { text.parse().unwrap() };
        let all = windows("07:00-19:00", USUAL);
        assert_eq!(all[0].1, [span("08:00-17:30")]);
        assert_eq!(all[1].1, [span("08:00-12:00"), span("13:30-17:30")]);
        assert_eq!(all[2], (CareKind::Hourly, Vec::new()));
        // A morning school has mornings only, and its whole day is short.
        let morning = windows("09:00-12:30", USUAL);
        assert_eq!(
            (morning[0].1.as_slice(), morning[1].1.as_slice()),
            (&[span("09:00-12:30")][..], &[span("09:00-12:00")][..])
        );
        // At night no half-day is sold, and temporary care takes the whole opening.
        let night = windows("18:00-24:00", &[CareKind::HalfDay, CareKind::Temporary]);
        assert_eq!(night, [(CareKind::Temporary, vec![span("18:00-24:00")])]);

        let prices = Prices { full_day: Some(Fen(18_000)), infant_full_day: Some(Fen(27_000)), ..Prices::default() };
        let classes = made(&Told { prices, ..told(NurseryKind::Community, 6, 36, None) }).unwrap();
        let of = |class: usize| classes[class].offers.iter().map(|offer| offer.price_fen.0).collect::<Vec<_>>();
        assert_eq!((of(0), of(1)), (vec![27_000, 16_500, 5_400], vec![18_000, 11_000, 3_600]));
    }
}
