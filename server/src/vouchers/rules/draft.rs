//! Whether a campaign can be as its issuer wants it.

use std::collections::HashSet;

use doorstep_shared::{
    Fen, Problem,
    problem::{FieldProblem, FieldRule},
    text,
    vouchers::{CreateCampaign, Eligibility, Usable, ValueKind, VoucherValue, WaveDraft},
};

/// Characters of a campaign's name, and of the name of a stacking group.
const NAME: usize = 60;
const GROUP: usize = 40;
const WAVES: usize = 24;
/// Of one wave.
const VOUCHERS: u32 = 1_000_000;
/// What one voucher costs at most: a hundred thousand yuan is a mistake of typing.
const WORTH: Fen = Fen(10_000_000);
/// Nobody asks for older children: records are of under-threes and end at four years.
const MONTHS: u16 = 48;
const BIRTH_ORDERS: std::ops::RangeInclusive<u8> = 1..=12;
const DAYS: u16 = 366;

/// Collects what is wrong, each with its field.
#[derive(Default)]
struct Faults(Vec<FieldProblem>);

impl Faults {
    fn add(&mut self, wrong: bool, field: &str, rule: FieldRule, detail: &str) {
        if wrong {
            self.0.push(FieldProblem { field: field.to_owned(), rule, detail: detail.to_owned() });
        }
    }

    fn text(&mut self, field: &str, text: &str, most: usize) -> String {
        let line = text::one_line(text);
        self.add(line.is_err(), field, FieldRule::ControlCharacters, "it holds control characters");
        let line = line.unwrap_or_default();
        self.add(line.is_empty(), field, FieldRule::Required, "it is needed");
        self.add(line.chars().count() > most, field, FieldRule::TooLong, &format!("at most {most} characters"));
        line
    }

    fn ended(self) -> Result<(), Box<Problem>> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut problem = Problem::from(doorstep_shared::ProblemKind::Invalid);
        problem.fields = self.0;
        Err(Box::new(problem))
    }
}

/// The campaign with its texts tidied. `districts` are those that the city has.
///
/// # Errors
/// `invalid` with each field that breaks a rule.
pub fn checked(mut draft: CreateCampaign, districts: &HashSet<String>) -> Result<CreateCampaign, Box<Problem>> {
    let mut faults = Faults::default();
    draft.name = faults.text("name", &draft.name, NAME);
    draft.stacking_group = draft.stacking_group.map(|group| faults.text("stacking_group", &group, GROUP));
    value(&mut faults, draft.value);
    waves(&mut faults, &draft);
    let most = draft.waves.iter().map(|wave| wave.vouchers);
    let short = promised(draft.value.amount_fen, most) > i128::from(draft.budget_fen.0);
    faults.add(short, "budget_fen", FieldRule::OverBudget, "it is less than what the vouchers may cost");
    let zero = |number: Option<u16>| number == Some(0);
    faults.add(zero(draft.per_family), "per_family", FieldRule::TooSmall, "at least 1");
    faults.add(zero(draft.valid_days), "valid_days", FieldRule::TooSmall, "at least 1");
    faults.add(draft.valid_days > Some(DAYS), "valid_days", FieldRule::TooLarge, "at most 366");
    eligibility(&mut faults, &draft.eligibility, districts);
    usable(&mut faults, &draft.usable, districts);
    faults.ended()?;
    Ok(draft)
}

/// What so many vouchers may cost.
pub fn promised(worth: Fen, vouchers: impl Iterator<Item = u32>) -> i128 {
    vouchers.map(|vouchers| i128::from(vouchers) * i128::from(worth.0)).sum()
}

fn value(faults: &mut Faults, value: VoucherValue) {
    let (field, amount) = ("value.amount_fen", value.amount_fen);
    faults.add(amount <= Fen::ZERO, field, FieldRule::TooSmall, "more than nothing");
    faults.add(amount > WORTH, field, FieldRule::TooLarge, "at most 100,000 yuan");
    let is_percent = value.kind == ValueKind::Percent;
    let field = "value.percent";
    faults.add(is_percent && value.percent.is_none(), field, FieldRule::Required, "a share of the price needs one");
    faults.add(!is_percent && value.percent.is_some(), field, FieldRule::Unknown, "only a share of the price has one");
    faults.add(value.percent == Some(0), field, FieldRule::TooSmall, "at least 1");
    faults.add(value.percent > Some(100), field, FieldRule::TooLarge, "at most 100");
}

fn waves(faults: &mut Faults, draft: &CreateCampaign) {
    let waves = &draft.waves;
    faults.add(waves.is_empty(), "waves", FieldRule::Required, "at least one");
    faults.add(waves.len() > WAVES, "waves", FieldRule::TooLarge, &format!("at most {WAVES}"));
    for (number, wave) in waves.iter().enumerate() {
        let field = |name: &str| format!("waves.{number}.{name}");
        stock(faults, &field("vouchers"), wave.vouchers);
        let backwards = wave.closes_at.is_some_and(|closes_at| closes_at <= wave.opens_at);
        faults.add(backwards, &field("closes_at"), FieldRule::TooSmall, "after it opens");
        let late = wave.opens_at.local_date() > draft.valid_until;
        faults.add(late, &field("opens_at"), FieldRule::AfterValidity, "before the vouchers have lost their validity");
    }
    for (number, pair) in waves.windows(2).enumerate() {
        let [WaveDraft { opens_at, closes_at, .. }, next] = pair else { continue };
        let over = *opens_at >= next.opens_at || closes_at.is_some_and(|closes_at| closes_at > next.opens_at);
        let field = format!("waves.{}.opens_at", number + 1);
        faults.add(over, &field, FieldRule::Overlaps, "after the wave before it has closed");
    }
    let backwards = draft.valid_until < draft.valid_from;
    faults.add(backwards, "valid_until", FieldRule::TooSmall, "not before valid_from");
}

/// Of one wave.
pub fn stock_fault(vouchers: u32) -> Option<FieldRule> {
    match vouchers {
        0 => Some(FieldRule::TooSmall),
        1..=VOUCHERS => None,
        _ => Some(FieldRule::TooLarge),
    }
}

fn stock(faults: &mut Faults, field: &str, vouchers: u32) {
    if let Some(rule) = stock_fault(vouchers) {
        faults.add(true, field, rule, "1 to 1,000,000");
    }
}

/// # Errors
/// `invalid` with each field that breaks a rule.
pub fn checked_eligibility(asked: &Eligibility, districts: &HashSet<String>) -> Result<(), Box<Problem>> {
    let mut faults = Faults::default();
    eligibility(&mut faults, asked, districts);
    faults.ended()
}

fn eligibility(faults: &mut Faults, asked: &Eligibility, districts: &HashSet<String>) {
    let (from, under) = (asked.from_months, asked.under_months);
    faults.add(from > Some(MONTHS), "eligibility.from_months", FieldRule::TooLarge, "at most 48");
    faults.add(under > Some(MONTHS), "eligibility.under_months", FieldRule::TooLarge, "at most 48");
    let nobody = under.is_some_and(|under| under <= from.unwrap_or_default());
    faults.add(nobody, "eligibility.under_months", FieldRule::TooSmall, "more than from_months");
    known(faults, "eligibility.districts", &asked.districts, districts);
    let field = "eligibility.birth_orders";
    let orders: HashSet<_> = asked.birth_orders.iter().collect();
    faults.add(orders.len() < asked.birth_orders.len(), field, FieldRule::Twice, "each once");
    let strange = asked.birth_orders.iter().any(|order| !BIRTH_ORDERS.contains(order));
    faults.add(strange, field, FieldRule::Unknown, "1 to 12");
}

fn usable(faults: &mut Faults, usable: &Usable, districts: &HashSet<String>) {
    known(faults, "usable.districts", &usable.districts, districts);
    let care: HashSet<_> = usable.care.iter().collect();
    faults.add(care.len() < usable.care.len(), "usable.care", FieldRule::Twice, "each once");
    let kinds: HashSet<_> = usable.nursery_kinds.iter().collect();
    faults.add(kinds.len() < usable.nursery_kinds.len(), "usable.nursery_kinds", FieldRule::Twice, "each once");
}

fn known(faults: &mut Faults, field: &str, named: &[String], districts: &HashSet<String>) {
    let once: HashSet<_> = named.iter().collect();
    faults.add(once.len() < named.len(), field, FieldRule::Twice, "each once");
    faults.add(
        named.iter().any(|code| !districts.contains(code)),
        field,
        FieldRule::Unknown,
        "no district has this code",
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> CreateCampaign {
        serde_json::from_value(serde_json::json!({
            "name": " 体验券 ",
            "value": {"kind": "fixed", "amount_fen": 5_000},
            "budget_fen": 100_000,
            "waves": [
                {"opens_at": "2026-12-01T10:00:00+08:00", "closes_at": "2026-12-02T10:00:00+08:00", "vouchers": 10},
                {"opens_at": "2026-12-05T10:00:00+08:00", "vouchers": 10},
            ],
            "eligibility": {"under_months": 36, "districts": ["320213"]},
            "valid_from": "2026-12-01",
            "valid_until": "2026-12-31",
        }))
        .unwrap()
    }

    fn districts() -> HashSet<String> {
        ["320213".to_owned()].into()
    }

    fn faults(change: impl FnOnce(&mut CreateCampaign)) -> Vec<(String, FieldRule)> {
        let mut changed = draft();
        change(&mut changed);
        match checked(changed, &districts()) {
            Ok(_) => Vec::new(),
            Err(problem) => problem.fields.into_iter().map(|wrong| (wrong.field, wrong.rule)).collect(),
        }
    }

    type Change = fn(&mut CreateCampaign);

    #[test]
    fn what_cannot_be_is_refused_at_its_field_with_the_reason() {
        use FieldRule as R;
        let cases: &[(&str, Change, &[(&str, R)])] = &[
            ("it can be", |_| (), &[]),
            ("no name", |draft| draft.name = "  ".to_owned(), &[("name", R::Required)]),
            ("a fen too little", |draft| draft.budget_fen = Fen(99_999), &[("budget_fen", R::OverBudget)]),
            ("nothing for it", |draft| draft.value.amount_fen = Fen(0), &[("value.amount_fen", R::TooSmall)]),
            ("a share without one", |draft| draft.value.kind = ValueKind::Percent, &[("value.percent", R::Required)]),
            ("an amount with a share", |draft| draft.value.percent = Some(50), &[("value.percent", R::Unknown)]),
            ("no waves", |draft| draft.waves.clear(), &[("waves", R::Required)]),
            (
                "waves that overlap",
                |draft| draft.waves[0].closes_at = Some(draft.waves[1].opens_at + chrono::Duration::seconds(1)),
                &[("waves.1.opens_at", R::Overlaps)],
            ),
            ("one that follows at once", |draft| draft.waves[0].closes_at = Some(draft.waves[1].opens_at), &[]),
            ("waves in no order", |draft| draft.waves.swap(0, 1), &[("waves.1.opens_at", R::Overlaps)]),
            (
                "validity before opening",
                |draft| {
                    draft.valid_from = "2026-11-01".parse().unwrap();
                    draft.valid_until = "2026-12-04".parse().unwrap();
                },
                &[("waves.1.opens_at", R::AfterValidity)],
            ),
            (
                "validity backwards",
                |draft| draft.valid_from = "2027-01-01".parse().unwrap(),
                &[("valid_until", R::TooSmall)],
            ),
            ("an empty wave", |draft| draft.waves[1].vouchers = 0, &[("waves.1.vouchers", R::TooSmall)]),
            (
                "for nobody",
                |draft| draft.eligibility.from_months = Some(36),
                &[("eligibility.under_months", R::TooSmall)],
            ),
            (
                "an unknown district",
                |draft| draft.usable.districts = vec!["000000".to_owned()],
                &[("usable.districts", R::Unknown)],
            ),
            (
                "a birth order twice",
                |draft| draft.eligibility.birth_orders = vec![2, 2],
                &[("eligibility.birth_orders", R::Twice)],
            ),
        ];
        for (name, change, expected) in cases {
            let expected: Vec<_> = expected.iter().map(|(field, rule)| ((*field).to_owned(), *rule)).collect();
            assert_eq!(faults(change), expected, "{name}");
        }
        assert_eq!(checked(draft(), &districts()).unwrap().name, "体验券");
    }

    #[test]
    fn no_number_of_vouchers_overflows_the_budget() {
        let many = faults(|draft| {
            draft.value.amount_fen = WORTH;
            draft.waves.iter_mut().for_each(|wave| wave.vouchers = u32::MAX);
        });
        assert!(many.contains(&("budget_fen".to_owned(), FieldRule::OverBudget)));
    }
}
