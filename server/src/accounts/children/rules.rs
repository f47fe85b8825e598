//! What a child's record may say, and which consents it needs.

use doorstep_shared::{
    Date, Problem, ProblemKind,
    children::{AddChild, ChangeChild, Consent, ConsentPurpose, NAME_CHARACTERS, TEXT_CHARACTERS, birth_date_fault},
    problem::{FieldProblem, FieldRule},
    text,
};

use super::store::Expected;
use crate::policy::Policies;

/// Children of a family at most. More than any mother has under four, and few enough for one screen.
pub const MOST: i64 = 12;

/// The facts of a child's record, checked and trimmed.
pub fn checked(child: AddChild, today: Date) -> Result<AddChild, Box<Problem>> {
    let mut fields = Fields::default();
    let child = AddChild {
        name: fields.name(&child.name),
        birth_date: fields.birth_date(child.birth_date, today),
        birth_order: fields.birth_order(child.birth_order),
        residence_district: fields.district(&child.residence_district),
        allergies: fields.text("allergies", &child.allergies),
        notes: fields.text("notes", &child.notes),
        ..child
    };
    if let Some(consents) = &child.consents {
        fields.consents(consents);
        if !names(consents, ConsentPurpose::Care) {
            fields.add("consents", FieldRule::ConsentNeeded, "the `care` consent is needed to add a child");
        }
        let health = [("allergies", &child.allergies), ("notes", &child.notes)];
        for (field, _) in health.iter().filter(|(_, text)| !text.is_empty()) {
            if !names(consents, ConsentPurpose::Health) {
                fields.add(*field, FieldRule::ConsentNeeded, "the `health` consent is needed to keep this");
            }
        }
    }
    fields.done(child)
}

/// The change of a child's record, checked and trimmed. Whether consents suffice depends on those given before.
pub fn checked_change(change: ChangeChild, today: Date) -> Result<ChangeChild, Box<Problem>> {
    let mut fields = Fields::default();
    let change = ChangeChild {
        name: change.name.map(|name| fields.name(&name)),
        birth_date: change.birth_date.map(|date| fields.birth_date(date, today)),
        birth_order: change.birth_order.map(|order| fields.birth_order(order)),
        residence_district: change.residence_district.map(|district| fields.district(&district)),
        allergies: change.allergies.map(|text| fields.text("allergies", &text)),
        notes: change.notes.map(|text| fields.text("notes", &text)),
        ..change
    };
    if let Some(consents) = &change.consents {
        fields.consents(consents);
    }
    fields.done(change)
}

/// The days on which a child would not be of the class's age any more with another birth date, in order.
pub fn misfits(policies: &Policies, before: Date, after: Date, expected: &[Expected]) -> Vec<(Date, FieldRule)> {
    let misfit = |day: &Expected, birth| policies.age_misfit(day.nursery, day.class, birth, day.date);
    let new = |day: &&Expected| misfit(day, before).is_none();
    let mut misfits: Vec<_> =
        expected.iter().filter(new).filter_map(|day| Some((day.date, misfit(day, after)?))).collect();
    misfits.dedup_by_key(|(date, _)| *date);
    misfits
}

/// Refuses a birth date for the days that it does not go with.
pub fn not_of_age(misfits: Vec<(Date, FieldRule)>) -> Problem {
    let dates: Vec<Date> = misfits.iter().map(|(date, _)| *date).collect();
    let listed = dates.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let detail = format!("the child is booked, and would not be of the class's age on {listed}");
    let mut problem = Problem::new(ProblemKind::StillBooked).detail(detail.clone());
    let rule = misfits.first().map_or(FieldRule::Unknown, |(_, rule)| *rule);
    problem.fields.push(FieldProblem { field: "birth_date".to_owned(), rule, detail });
    problem.dates = dates;
    problem
}

/// A consent must be to the text in force: to another one nobody can agree any more.
pub fn checked_version(purpose: ConsentPurpose, version: &str) -> Result<(), Box<Problem>> {
    if version == purpose.version() {
        return Ok(());
    }
    let detail = format!("the text in force is {}", purpose.version());
    Err(Box::new(Problem::field("version", FieldRule::Unknown, detail)))
}

/// The purposes consented to by adding a child: those named, or those that its content needs.
pub fn consented(child: &AddChild) -> Vec<ConsentPurpose> {
    match &child.consents {
        Some(consents) => consents.iter().map(|consent| consent.purpose).collect(),
        None if child.allergies.is_empty() && child.notes.is_empty() => vec![ConsentPurpose::Care],
        None => vec![ConsentPurpose::Care, ConsentPurpose::Health],
    }
}

/// How the `health` consent of a child stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    NeverGiven,
    InForce,
    Withdrawn,
}

/// The purposes consented to by changing a child: those named, or `health` when its content needs it for the first
/// time.
///
/// # Errors
/// `consent-needed` at each field that may not be kept.
pub fn consented_by_change(change: &ChangeChild, health: Standing) -> Result<Vec<ConsentPurpose>, Box<Problem>> {
    let told = [("allergies", &change.allergies), ("notes", &change.notes)];
    let told: Vec<_> = told.iter().filter(|(_, text)| text.as_ref().is_some_and(|text| !text.is_empty())).collect();
    let named: Vec<_> = change.consents.iter().flatten().map(|consent| consent.purpose).collect();
    if told.is_empty() || health == Standing::InForce || named.contains(&ConsentPurpose::Health) {
        return Ok(named);
    }
    if change.consents.is_none() && health == Standing::NeverGiven {
        return Ok(vec![ConsentPurpose::Health]);
    }
    let mut fields = Fields::default();
    for (field, _) in told {
        fields.add(*field, FieldRule::ConsentNeeded, "the `health` consent is needed to keep this");
    }
    fields.done(Vec::new())
}

fn names(consents: &[Consent], purpose: ConsentPurpose) -> bool {
    consents.iter().any(|consent| consent.purpose == purpose)
}

/// Collects what is wrong, so that a form shows all of it at once.
#[derive(Default)]
struct Fields(Vec<FieldProblem>);

impl Fields {
    fn add(&mut self, field: impl Into<String>, rule: FieldRule, detail: impl Into<String>) {
        self.0.push(FieldProblem { field: field.into(), rule, detail: detail.into() });
    }

    fn done<T>(self, checked: T) -> Result<T, Box<Problem>> {
        if self.0.is_empty() {
            return Ok(checked);
        }
        Err(Box::new(Problem { fields: self.0, ..Problem::new(ProblemKind::Invalid) }))
    }

    fn name(&mut self, name: &str) -> String {
        let Ok(name) = text::one_line(name) else { return self.control_characters("name") };
        if name.is_empty() {
            self.add("name", FieldRule::Required, "a child needs a name, any that it answers to");
        } else if name.chars().count() > NAME_CHARACTERS {
            self.add("name", FieldRule::TooLong, format!("at most {NAME_CHARACTERS} characters"));
        }
        name
    }

    fn birth_date(&mut self, birth: Date, today: Date) -> Date {
        if let Some(rule) = birth_date_fault(birth, today) {
            self.add("birth_date", rule, "born later than today or more than four years ago");
        }
        birth
    }

    fn birth_order(&mut self, order: u8) -> u8 {
        match order {
            0 => self.add("birth_order", FieldRule::TooSmall, "from 1 for the first child"),
            1..=12 => (),
            _ => self.add("birth_order", FieldRule::TooLarge, "at most 12"),
        }
        order
    }

    fn district(&mut self, district: &str) -> String {
        let district = district.trim();
        let is_code = district.len() == 6 && district.bytes().all(|b| b.is_ascii_digit());
        if !district.is_empty() && !is_code {
            self.add("residence_district", FieldRule::Unknown, "a district's code has six digits");
        }
        district.to_owned()
    }

    fn text(&mut self, field: &str, text: &str) -> String {
        let Ok(text) = text::lines(text) else { return self.control_characters(field) };
        if text.chars().count() > TEXT_CHARACTERS {
            self.add(field, FieldRule::TooLong, format!("at most {TEXT_CHARACTERS} characters"));
        }
        text
    }

    fn control_characters(&mut self, field: &str) -> String {
        self.add(field, FieldRule::ControlCharacters, "control characters are not kept");
        String::new()
    }

    fn consents(&mut self, consents: &[Consent]) {
        for (at, consent) in consents.iter().enumerate() {
            if consents.iter().take(at).any(|earlier| earlier.purpose == consent.purpose) {
                self.add(format!("consents.{at}.purpose"), FieldRule::Twice, "each purpose once");
            }
            if consent.version != consent.purpose.version() {
                let detail = format!("the text in force is {}", consent.purpose.version());
                self.add(format!("consents.{at}.version"), FieldRule::Unknown, detail);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use doorstep_shared::{children::Sex, ids::ChildId};

    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn child() -> AddChild {
        AddChild {
            name: "小满".into(),
            birth_date: date("2025-05-20"),
            sex: Sex::Female,
            birth_order: 1,
            residence_district: String::new(),
            allergies: String::new(),
            notes: String::new(),
            consents: None,
        }
    }

    fn change() -> ChangeChild {
        serde_json::from_value(serde_json::json!({ "id": ChildId::new() })).unwrap()
    }

    fn broken<T>(result: Result<T, Box<Problem>>) -> Vec<(String, FieldRule)> {
        let fields = result.err().map(|problem| problem.fields).unwrap_or_default();
        fields.into_iter().map(|field| (field.field, field.rule)).collect()
    }

    #[test]
    fn each_field_of_a_child_has_its_rule() {
        use FieldRule::*;
        type Case = (&'static str, fn(&mut AddChild), &'static [(&'static str, FieldRule)]);
        let care = || Some(vec![Consent::to(ConsentPurpose::Care)]);
        let cases: &[Case] = &[
            ("a plain child", |_| (), &[]),
            ("40 characters", |child| child.name = "满".repeat(40), &[]),
            ("41 characters", |child| child.name = "满".repeat(41), &[("name", TooLong)]),
            ("no name", |child| child.name = " \n\t ".into(), &[("name", Required)]),
            ("order 0", |child| child.birth_order = 0, &[("birth_order", TooSmall)]),
            ("order 12", |child| child.birth_order = 12, &[]),
            ("order 13", |child| child.birth_order = 13, &[("birth_order", TooLarge)]),
            ("a district", |child| child.residence_district = " 320211 ".into(), &[]),
            (
                "a name of a district",
                |child| child.residence_district = "滨湖区".into(),
                &[("residence_district", Unknown)],
            ),
            ("500 characters", |child| child.allergies = "花".repeat(500), &[]),
            ("501 characters", |child| child.notes = "花".repeat(501), &[("notes", TooLong)]),
            ("a name of nothing", |child| child.name = "满\0".into(), &[("name", ControlCharacters)]),
            ("notes that ring", |child| child.notes = "\u{7}".into(), &[("notes", ControlCharacters)]),
            (
                "all at once",
                |child| (child.name, child.birth_order) = (String::new(), 0),
                &[("name", Required), ("birth_order", TooSmall)],
            ),
            ("no consent", |child| child.consents = Some(vec![]), &[("consents", ConsentNeeded)]),
            (
                "another version",
                |child| {
                    child.consents = Some(vec![Consent { purpose: ConsentPurpose::Care, version: "2020-01".into() }])
                },
                &[("consents.0.version", Unknown)],
            ),
        ];
        for (name, make, expected) in cases {
            let mut child = child();
            make(&mut child);
            let expected: Vec<_> = expected.iter().map(|(field, rule)| ((*field).to_owned(), *rule)).collect();
            assert_eq!(broken(checked(child, date("2026-11-23"))), expected, "{name}");
        }
        let health = AddChild { allergies: "花生".into(), consents: care(), ..child() };
        assert_eq!(broken(checked(health, date("2026-11-23"))), [("allergies".to_owned(), ConsentNeeded)]);
        let twice = AddChild { consents: Some([care().unwrap(), care().unwrap()].concat()), ..child() };
        assert_eq!(broken(checked(twice, date("2026-11-23"))), [("consents.1.purpose".to_owned(), Twice)]);
    }

    #[test]
    fn a_child_is_born_and_not_more_than_four_years_old() {
        let cases = [
            ("2026-11-23", "2026-11-23", true),
            ("2026-11-24", "2026-11-23", false),
            ("2022-11-23", "2026-11-23", true),
            ("2022-11-22", "2026-11-23", false),
            ("2024-02-29", "2028-02-28", true),
            ("2024-02-29", "2028-02-29", true),
            ("2024-02-29", "2028-03-01", false),
            ("0001-01-01", "2026-11-23", false),
        ];
        for (birth, today, good) in cases {
            let child = AddChild { birth_date: date(birth), ..child() };
            assert_eq!(checked(child, date(today)).is_ok(), good, "born {birth}, today {today}");
        }
    }

    #[test]
    fn what_is_kept_is_trimmed() {
        let child = AddChild { name: "  小\n满 ".into(), notes: " a\r\nb ".into(), ..child() };
        let child = checked(child, date("2026-11-23")).unwrap();
        assert_eq!((child.name.as_str(), child.notes.as_str()), ("小 满", "a\nb"));
    }

    #[test]
    fn posting_a_child_consents_to_what_is_named_or_else_to_what_it_needs() {
        use ConsentPurpose::*;
        let both = Some(vec![Consent::to(Care), Consent::to(Health)]);
        let cases = [
            (child(), vec![Care]),
            (AddChild { allergies: "花生".into(), ..child() }, vec![Care, Health]),
            (AddChild { notes: "午睡要抱".into(), ..child() }, vec![Care, Health]),
            (AddChild { consents: both, ..child() }, vec![Care, Health]),
        ];
        for (child, purposes) in cases {
            assert_eq!(consented(&child), purposes, "{child:?}");
        }
    }

    #[test]
    fn a_change_needs_the_health_consent_for_what_it_tells() {
        use ConsentPurpose::Health;
        use Standing::*;
        let told = || ChangeChild { notes: Some("午睡要抱".into()), ..change() };
        let named = || Some(vec![Consent::to(Health)]);
        let cases = [
            ("nothing told", change(), Withdrawn, Some(vec![])),
            ("emptied", ChangeChild { notes: Some(String::new()), ..change() }, Withdrawn, Some(vec![])),
            ("given before", told(), InForce, Some(vec![])),
            ("for the first time", told(), NeverGiven, Some(vec![Health])),
            ("after it was withdrawn", told(), Withdrawn, None),
            ("withdrawn, then named", ChangeChild { consents: named(), ..told() }, Withdrawn, Some(vec![Health])),
            ("none named", ChangeChild { consents: Some(vec![]), ..told() }, NeverGiven, None),
        ];
        for (name, change, standing, expected) in cases {
            let consented = consented_by_change(&change, standing);
            assert_eq!(consented.as_ref().ok(), expected.as_ref(), "{name}");
            if expected.is_none() {
                assert_eq!(broken(consented), [("notes".to_owned(), FieldRule::ConsentNeeded)], "{name}");
            }
        }
    }

    #[test]
    fn a_birth_date_is_held_against_the_days_where_the_child_is_expected() {
        use doorstep_shared::care::{ClassKind, NurseryKind};

        let policies = Policies::load(None, None).unwrap();
        let date = |text: &str| -> Date { text.parse().unwrap() };
        let toddlers = |on: &str| Expected {
            date: date(on),
            class: ClassKind::Toddler,
            nursery: NurseryKind::ChildcareInstitution,
        };
        let expected = [toddlers("2026-11-23"), toddlers("2026-11-23"), toddlers("2026-12-23")];
        let cases: &[(&str, &str, &[(&str, FieldRule)])] = &[
            ("a little older, still a toddler", "2025-01-01", &[]),
            ("two years old by the second day", "2024-12-23", &[("2026-12-23", FieldRule::TooLarge)]),
            ("one day younger than that", "2024-12-24", &[]),
            ("too young on the first day", "2025-11-24", &[("2026-11-23", FieldRule::TooSmall)]),
            ("far too old", "2024-06-01", &[("2026-11-23", FieldRule::TooLarge), ("2026-12-23", FieldRule::TooLarge)]),
        ];
        for (case, after, days) in cases {
            let days: Vec<_> = days.iter().map(|(day, rule)| (date(day), *rule)).collect();
            assert_eq!(misfits(&policies, date("2025-05-20"), date(after), &expected), days, "{case}");
        }
        // A day that did not fit before is no reason to keep a wrong date.
        assert_eq!(misfits(&policies, date("2024-06-01"), date("2024-05-01"), &expected), []);
    }
}
