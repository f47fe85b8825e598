//! What a nursery must be like to enter the register. Pure.

use doorstep_shared::{
    Span,
    care::{CareKind, ClassKind, NurseryKind},
};

use super::draft::{ClassDraft, NurseryDraft, OfferDraft, Week};
use crate::policy::Policy;

/// Characters of a name: real lists have some of 141.
const NAME: usize = 160;
/// Characters of an address.
const ADDRESS: usize = 200;
/// Characters of a text that families read.
const TEXT: usize = 2_000;
/// Places are kept as one byte per half-hour.
const PLACES: u16 = 255;
/// Longest lead time and longest free cancellation: 30 days.
const LEAD_MINUTES: u32 = 30 * 24 * 60;

/// A rule that a draft breaks: the field, `classes.0.offers.1.windows` style, and why, in English.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {why}")]
pub struct Fault {
    pub at: String,
    pub why: String,
}

/// Collects what is wrong, each under its field.
#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn when(&mut self, wrong: bool, at: impl Into<String>, why: impl Into<String>) {
        if wrong {
            self.0.push(Fault { at: at.into(), why: why.into() });
        }
    }

    fn text(&mut self, at: &str, text: &str, most: usize) {
        self.when(text.chars().count() > most, at, format!("has more than {most} characters"));
        let control = text.chars().any(|c| c.is_control() && c != '\n');
        self.when(control, at, "has control characters");
    }

    fn name(&mut self, at: &str, name: &str, most: usize) {
        self.when(name.trim().is_empty(), at, "is empty");
        self.text(at, name, most);
    }
}

/// Every rule that the draft breaks; empty when it may enter the register.
pub fn check(draft: &NurseryDraft, policy: &Policy) -> Vec<Fault> {
    let mut faults = Faults::default();
    faults.name("name", &draft.name, NAME);
    faults.text("address", &draft.address, ADDRESS);
    for (at, text) in [("about", &draft.about), ("bring", &draft.bring), ("health", &draft.health)] {
        faults.text(at, text, TEXT);
    }
    check_week(&draft.opening, &mut faults);
    check_kinds(draft, policy, &mut faults);
    for (index, class) in draft.classes.iter().enumerate() {
        let at = format!("classes.{index}");
        let same_name = draft.classes.iter().filter(|other| other.name == class.name).count() > 1;
        faults.when(same_name, format!("{at}.name"), "another class has this name");
        check_class(class, &draft.opening, &at, &mut faults);
    }
    faults.0
}

fn check_week(week: &Week, faults: &mut Faults) {
    faults.when(week.iter().all(Vec::is_empty), "opening", "is closed all week");
    for (weekday, spans) in week.iter().enumerate() {
        let in_order = spans.iter().zip(spans.iter().skip(1)).all(|(earlier, later)| earlier.to <= later.from);
        faults.when(!in_order, format!("opening.{weekday}"), "its hours overlap or are not in order");
    }
}

/// Which classes a nursery of its kind may have.
fn check_kinds(draft: &NurseryDraft, policy: &Policy, faults: &mut Faults) {
    faults.when(draft.classes.is_empty(), "classes", "there is none");
    match draft.kind {
        NurseryKind::HomeBased => {
            let mixed_only = draft.classes.iter().all(|class| class.kind == ClassKind::Mixed);
            let one_mixed = draft.classes.len() == 1 && mixed_only;
            faults.when(!one_mixed, "classes", "a home-based nursery has one mixed group");
            let most = policy.class_rule(draft.kind, ClassKind::Mixed).children;
            let too_many = draft.classes.iter().any(|class| class.places > most);
            faults.when(too_many, "classes.0.places", format!("a home-based nursery takes {most} children at most"));
        }
        NurseryKind::KindergartenClass => {
            let senior_only = draft.classes.iter().all(|class| class.kind == ClassKind::SeniorToddler);
            faults.when(!senior_only, "classes", "a kindergarten's classes of under-threes are of the senior kind");
        }
        NurseryKind::CentreHub | NurseryKind::ChildcareInstitution | NurseryKind::Community | NurseryKind::Employer => {
        }
    }
}

fn check_class(class: &ClassDraft, opening: &Week, at: &str, faults: &mut Faults) {
    faults.name(&format!("{at}.name"), &class.name, NAME);
    let places = (1..=PLACES).contains(&class.places);
    faults.when(!places, format!("{at}.places"), format!("must be 1 to {PLACES}"));
    faults.when(class.carers == 0, format!("{at}.carers"), "must be at least 1");
    for (index, offer) in class.offers.iter().enumerate() {
        let at = format!("{at}.offers.{index}");
        let twice = class.offers.iter().filter(|other| other.care == offer.care).count() > 1;
        faults.when(twice, format!("{at}.care"), format!("{} is offered twice", offer.care));
        check_offer(offer, opening, &at, faults);
    }
}

fn check_offer(offer: &OfferDraft, opening: &Week, at: &str, faults: &mut Faults) {
    let price = format!("{at}.price_fen");
    faults.when(offer.price_fen.0 < 0, price.clone(), "is below zero");
    let windows = format!("{at}.windows");
    if offer.care == CareKind::Hourly {
        faults.when(offer.price_fen.0 % 2 != 0, price, "must be even: half an hour costs half");
        faults.when(!offer.windows.is_empty(), windows, "hourly care has none: any time inside the opening hours");
    } else {
        faults.when(offer.windows.is_empty(), windows.clone(), "there is none");
        let twice = |window| offer.windows.iter().filter(|other| *other == window).count() > 1;
        faults.when(offer.windows.iter().any(twice), windows.clone(), "one stands there twice");
        for window in offer.windows.iter().filter(|window| !inside(opening, **window)) {
            faults.when(true, windows.clone(), format!("{window} is outside the opening hours of every weekday"));
        }
    }
    faults.when(offer.lead_minutes > LEAD_MINUTES, format!("{at}.lead_minutes"), "is longer than 30 days");
    let rule = offer.cancel_rule;
    let hours = u32::from(rule.free_until_hours) * 60 > LEAD_MINUTES;
    faults.when(hours, format!("{at}.cancel_rule.free_until_hours"), "is longer than 30 days");
    faults.when(rule.late_percent > 100, format!("{at}.cancel_rule.late_percent"), "must be 0 to 100");
}

/// Whether some weekday is open throughout the window.
fn inside(opening: &Week, window: Span) -> bool {
    opening.iter().any(|spans| spans.iter().any(|open| open.covers(window)))
}

#[cfg(test)]
pub mod tests {
    use doorstep_shared::{
        Fen,
        bookings::CancelRule,
        care::Ownership,
        geo::Point,
        ids::{ClassId, NurseryId, OfferId},
    };

    use super::*;
    use crate::policy::Policies;

    pub fn span(text: &str) -> Span {
        text.parse().unwrap()
    }

    /// Open 07:30–18:00 on weekdays, one toddler class with full-day and hourly care.
    pub fn sound() -> NurseryDraft {
        let offer = |care, price_fen, windows: &[&str]| OfferDraft {
            id: OfferId::new(),
            care,
            price_fen: Fen(price_fen),
            windows: windows.iter().map(|window| span(window)).collect(),
            lead_minutes: 60,
            cancel_rule: CancelRule { free_until_hours: 24, late_percent: 50 },
        };
        let weekday = || vec![span("07:30-18:00")];
        NurseryDraft {
            id: NurseryId::new(),
            source_key: None,
            name: "小禾苗托育园".to_owned(),
            kind: NurseryKind::ChildcareInstitution,
            ownership: Ownership::Private,
            district_id: None,
            address: "柳溪路8号".to_owned(),
            point: Point { lat: 31.57, lng: 120.3 },
            phone: None,
            inclusive: true,
            rating: None,
            registration_no: None,
            filing_no: None,
            about: String::new(),
            bring: String::new(),
            health: String::new(),
            demo: false,
            to_confirm: false,
            opening: [weekday(), weekday(), weekday(), weekday(), weekday(), Vec::new(), Vec::new()],
            classes: vec![ClassDraft {
                id: ClassId::new(),
                kind: ClassKind::Toddler,
                name: "托小班".to_owned(),
                places: 15,
                carers: 3,
                offers: vec![offer(CareKind::FullDay, 9000, &["08:00-17:30"]), offer(CareKind::Hourly, 2000, &[])],
            }],
        }
    }

    #[test]
    fn a_draft_is_refused_where_it_breaks_a_rule_and_only_there() {
        type Change = fn(&mut NurseryDraft);
        let cases: &[(&str, Change)] = &[
            ("", |_| {}),
            ("", |draft| draft.opening[5] = vec![span("08:00-12:00"), span("13:00-17:00")]),
            ("name", |draft| draft.name = "  ".to_owned()),
            ("name", |draft| draft.name = "长".repeat(161)),
            ("about", |draft| draft.about = "\u{0}".to_owned()),
            ("opening.0", |draft| draft.opening[0] = vec![span("07:30-18:00"), span("17:00-20:00")]),
            ("classes", |draft| draft.classes.clear()),
            ("classes", |draft| draft.kind = NurseryKind::KindergartenClass),
            ("classes.0.places", |draft| {
                draft.kind = NurseryKind::HomeBased;
                draft.classes[0].kind = ClassKind::Mixed;
                draft.classes[0].places = 6;
            }),
            ("", |draft| {
                draft.kind = NurseryKind::HomeBased;
                draft.classes[0].kind = ClassKind::Mixed;
                draft.classes[0].places = 5;
            }),
            ("classes.0.places", |draft| draft.classes[0].places = 0),
            ("classes.0.carers", |draft| draft.classes[0].carers = 0),
            ("classes.0.offers.0.windows", |draft| draft.classes[0].offers[0].windows = vec![span("07:00-17:30")]),
            ("classes.0.offers.0.windows", |draft| draft.classes[0].offers[0].windows.clear()),
            ("classes.0.offers.0.windows", |draft| draft.classes[0].offers[0].windows = vec![span("08:00-12:00"); 2]),
            ("classes.0.offers.0.price_fen", |draft| draft.classes[0].offers[0].price_fen = Fen(-1)),
            ("", |draft| draft.classes[0].offers[0].price_fen = Fen(9001)),
            ("classes.0.offers.1.price_fen", |draft| draft.classes[0].offers[1].price_fen = Fen(2001)),
            ("classes.0.offers.1.windows", |draft| draft.classes[0].offers[1].windows = vec![span("08:00-12:00")]),
            ("classes.0.offers.0.lead_minutes", |draft| draft.classes[0].offers[0].lead_minutes = 43_201),
            ("classes.0.offers.0.cancel_rule.late_percent", |draft| {
                draft.classes[0].offers[0].cancel_rule.late_percent = 101;
            }),
        ];
        let policies = Policies::load(None, None).unwrap();
        let policy = policies.on("2026-11-23".parse().unwrap());
        for (index, (at, change)) in cases.iter().enumerate() {
            let mut draft = sound();
            change(&mut draft);
            let faults = check(&draft, policy);
            let fields: Vec<_> = faults.iter().map(|fault| fault.at.as_str()).collect();
            let expected: &[&str] = if at.is_empty() { &[] } else { &[at] };
            assert_eq!(fields, expected, "case {index}: {faults:?}");
        }
    }

    #[test]
    fn a_class_and_a_care_kind_stand_in_a_nursery_once() {
        let policies = Policies::load(None, None).unwrap();
        let policy = policies.on("2026-11-23".parse().unwrap());
        let mut draft = sound();
        draft.classes[0].offers[1].care = CareKind::FullDay;
        draft.classes[0].offers[1].windows = vec![span("08:00-17:30")];
        assert!(check(&draft, policy).iter().all(|fault| fault.why == "full_day is offered twice"));
        let mut draft = sound();
        draft.classes.push(draft.classes[0].clone());
        assert_eq!(check(&draft, policy).len(), 2);
    }
}
