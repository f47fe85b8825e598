//! One made-up nursery.

use std::collections::HashMap;

use chrono::Days;
use doorstep_shared::{
    Fen, HalfHour, Span, Timestamp,
    bookings::CancelRule,
    care::{CareKind, ClassKind, NurseryKind, Ownership},
    ids::{ClassId, NurseryId, OfferId},
};
use rand::{Rng as _, RngExt as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;

use super::{
    Options,
    city::{self, City, District},
    words,
};
use crate::{
    error::{Error, Result},
    nurseries::{
        draft::{ClassDraft, ClosureDraft, NurseryDraft, OfferDraft, Week},
        rules,
    },
    policy::{Policies, Policy},
};

pub struct Made {
    /// From 0; families of different nurseries have different telephone numbers by it.
    pub index: u32,
    pub draft: NurseryDraft,
    pub closures: Vec<ClosureDraft>,
}

/// How often a name was given.
#[derive(Default)]
pub struct Names(HashMap<String, u32>);

impl Names {
    /// The name, numbered when others have it: no two nurseries share one.
    fn unique(&mut self, name: String) -> String {
        let given = self.0.entry(name.clone()).or_default();
        *given += 1;
        if *given == 1 { name } else { format!("{name}（{given}号园）") }
    }
}

/// A UUIDv7 of that moment with the seed's randomness, so that the same seed gives the same ids.
pub fn uuid(rng: &mut ChaCha8Rng, now: Timestamp) -> uuid::Uuid {
    let mut random = [0; 10];
    rng.fill_bytes(&mut random);
    uuid::Builder::from_unix_timestamp_millis(now.micros().cast_unsigned() / 1_000, &random).into_uuid()
}

/// # Errors
/// When the register would refuse it, which is a mistake of this module.
pub fn generate(
    rng: &mut ChaCha8Rng,
    city: &City,
    names: &mut Names,
    policies: &Policies,
    now: Timestamp,
    index: u32,
    options: &Options,
) -> Result<Made> {
    let policy = policies.on(now.local_date());
    let (point, district) = city.somewhere(rng)?;
    let kind = kind(rng, index, options);
    let ownership = ownership(rng, kind);
    let inclusive = ownership != Ownership::Private || rng.random_bool(0.45);
    let opening = opening(rng, kind);
    let filed = ownership != Ownership::Private || rng.random_bool(0.9);
    let number = format!("{}-{:05}", district.id, index + 1);
    let draft = NurseryDraft {
        id: NurseryId(uuid(rng, now)),
        source_key: Some(format!("demo:{}:{index}", options.seed)),
        name: names.unique(name(rng, kind, district)),
        kind,
        ownership,
        district_id: Some(district.id.clone()),
        address: format!("{}{}{}", city::NAME, district.name, words::street(rng)),
        point,
        // No area has the code 0000.
        phone: Some(format!("0000-{:08}", index + 1)),
        inclusive,
        rating: filed.then(|| rating(rng)).flatten(),
        registration_no: Some(format!("演登{number}")),
        filing_no: filed.then(|| format!("演备{number}")),
        about: words::about(rng),
        bring: words::bring(rng),
        health: words::health(rng),
        demo: true,
        to_confirm: false,
        classes: classes(rng, kind, inclusive, district, &opening, policy, now, options),
        opening,
    };
    let faults = rules::check(&draft, policy);
    if let Some(fault) = faults.first() {
        return Err(Error::internal(format!("the made-up nursery {index} breaks a rule: {fault}")));
    }
    let closures = closures(rng, &draft, now);
    Ok(Made { index, draft, closures })
}

fn kind(rng: &mut ChaCha8Rng, index: u32, options: &Options) -> NurseryKind {
    // The first ones show every kind, however small the city is.
    if let Some(kind) = NurseryKind::ALL.get(index as usize)
        && !(options.four_classes && *kind == NurseryKind::HomeBased)
    {
        return *kind;
    }
    match rng.random_range(0..100) {
        0..40 => NurseryKind::ChildcareInstitution,
        40..62 => NurseryKind::Community,
        62..82 => NurseryKind::KindergartenClass,
        82..88 => NurseryKind::Employer,
        88..91 => NurseryKind::CentreHub,
        _ if options.four_classes => NurseryKind::Community,
        _ => NurseryKind::HomeBased,
    }
}

fn ownership(rng: &mut ChaCha8Rng, kind: NurseryKind) -> Ownership {
    let choices: &[Ownership] = match kind {
        NurseryKind::CentreHub => &[Ownership::Public, Ownership::PublicPrivateRun],
        NurseryKind::ChildcareInstitution => &[Ownership::Private, Ownership::Private, Ownership::PublicPrivateRun],
        NurseryKind::Community => &[Ownership::PublicPrivateRun, Ownership::Private, Ownership::StateOwned],
        NurseryKind::KindergartenClass => &[Ownership::Public, Ownership::Public, Ownership::Private],
        NurseryKind::Employer => &[Ownership::InstitutionRun, Ownership::StateOwned, Ownership::Private],
        NurseryKind::HomeBased => &[Ownership::Private],
    };
    choices.choose(rng).copied().unwrap_or(Ownership::Private)
}

fn name(rng: &mut ChaCha8Rng, kind: NurseryKind, district: &District) -> String {
    let (brand, community) = (words::brand(rng), words::community(rng));
    match kind {
        NurseryKind::CentreHub => format!("{}{community}托育综合服务中心", district.name),
        NurseryKind::ChildcareInstitution => match rng.random_range(0..4) {
            0 => format!("{brand}婴幼儿照护中心（{community}）"),
            1 => format!("{community}{brand}托育中心"),
            _ => format!("{brand}托育园（{community}）"),
        },
        NurseryKind::Community => match rng.random_range(0..2) {
            0 => format!("{community}社区托育点"),
            _ => format!("{community}社区{brand}托育园"),
        },
        NurseryKind::KindergartenClass => match rng.random_range(0..2) {
            0 => format!("{community}幼儿园托班"),
            _ => format!("{community}{brand}幼儿园托班"),
        },
        NurseryKind::Employer => format!("{community}{}职工托育园", words::workplace(rng)),
        NurseryKind::HomeBased => format!("{community}{brand}家庭托育点"),
    }
}

fn rating(rng: &mut ChaCha8Rng) -> Option<String> {
    let rating = match rng.random_range(0..10) {
        0..2 => "一级",
        2..5 => "二级",
        5..8 => "三级",
        _ => return None,
    };
    Some(rating.to_owned())
}

/// Half-hours of the day: 15 is 07:30.
fn span(from: u8, to: u8) -> Option<Span> {
    Span::new(HalfHour::new(from)?, HalfHour::new(to)?)
}

fn opening(rng: &mut ChaCha8Rng, kind: NurseryKind) -> Week {
    let usual: &[(u8, u8)] = match kind {
        NurseryKind::KindergartenClass => &[(15, 34), (16, 35), (16, 34)],
        NurseryKind::HomeBased | NurseryKind::Employer => &[(14, 38), (15, 37), (14, 40)],
        _ => &[(15, 36), (15, 36), (15, 35), (14, 38), (16, 36)],
    };
    let (from, to) = usual.choose(rng).copied().unwrap_or((15, 36));
    let weekday: Vec<Span> = span(from, to).into_iter().collect();
    let saturday = match kind {
        NurseryKind::KindergartenClass => None,
        NurseryKind::CentreHub => span(17, 34),
        _ if rng.random_bool(0.3) => [span(17, 24), span(17, 34)].choose(rng).copied().flatten(),
        _ => None,
    };
    let sunday = saturday.filter(|_| rng.random_bool(0.15));
    let mut week: Week = std::array::from_fn(|_| weekday.clone());
    for (day, special) in week.iter_mut().rev().zip([sunday, saturday]) {
        *day = special.into_iter().collect();
    }
    week
}

#[expect(clippy::too_many_arguments, reason = "what a nursery is like decides what its classes are like")]
fn classes(
    rng: &mut ChaCha8Rng,
    kind: NurseryKind,
    inclusive: bool,
    district: &District,
    opening: &Week,
    policy: &Policy,
    now: Timestamp,
    options: &Options,
) -> Vec<ClassDraft> {
    let kinds: &[(ClassKind, &str)] = match kind {
        NurseryKind::HomeBased => &[(ClassKind::Mixed, "家庭小组")],
        NurseryKind::KindergartenClass => &[
            (ClassKind::SeniorToddler, "托一班"),
            (ClassKind::SeniorToddler, "托二班"),
            (ClassKind::SeniorToddler, "托三班"),
            (ClassKind::SeniorToddler, "托四班"),
        ],
        _ => &[
            (ClassKind::Infant, "乳儿班"),
            (ClassKind::Toddler, "托小班"),
            (ClassKind::SeniorToddler, "托大班"),
            (ClassKind::Mixed, "混龄班"),
        ],
    };
    let few = kind == NurseryKind::KindergartenClass && !options.four_classes;
    let count = if few { rng.random_range(1..=2) } else { kinds.len() };
    // Of a day, in yuan.
    let base = match (kind, inclusive) {
        (NurseryKind::HomeBased, _) => 90,
        (NurseryKind::KindergartenClass, _) => 55,
        (_, true) => 72,
        (_, false) => 118,
    };
    let level = base * district.price_percent / 100 + rng.random_range(-6..=14);
    let mut class = |(class_kind, name): (ClassKind, &str)| {
        let rule = policy.class_rule(kind, class_kind);
        let places = rng.random_range(rule.children * 3 / 5..=rule.children);
        let carers = places.div_ceil(rule.ratio);
        // Here and there a carer is missing, and the carers are what limits the places.
        let carers = if carers > 1 && rng.random_bool(0.2) { carers - 1 } else { carers };
        // Babies need more carers, and cost more.
        let day_yuan = level + i64::from(7_u16.saturating_sub(rule.ratio)) * 6;
        let offers = offers(rng, day_yuan, opening, now);
        ClassDraft { id: ClassId(uuid(rng, now)), kind: class_kind, name: name.to_owned(), places, carers, offers }
    };
    kinds.iter().take(count).copied().map(&mut class).collect()
}

/// Full-day care always, the others mostly.
fn offers(rng: &mut ChaCha8Rng, day_yuan: i64, opening: &Week, now: Timestamp) -> Vec<OfferDraft> {
    let Some(open) = opening.first().and_then(|monday| monday.first()).copied() else { return Vec::new() };
    let (from, to) = (open.from.index().max(16), open.to.index().min(35));
    let halves: Vec<Span> = [span(from, 24), span(27, to)].into_iter().flatten().collect();
    let free_until_hours = [2, 12, 24, 24].choose(rng).copied().unwrap_or(24);
    let late_percent = [20, 30, 50].choose(rng).copied().unwrap_or(50);
    let offer = |rng: &mut ChaCha8Rng, care, yuan: i64, windows: Vec<Span>, lead_minutes| OfferDraft {
        id: OfferId(uuid(rng, now)),
        care,
        price_fen: Fen::from_yuan(yuan),
        windows,
        lead_minutes,
        cancel_rule: CancelRule { free_until_hours, late_percent },
    };
    let mut offers = Vec::new();
    let full_lead = [60, 120, 12 * 60].choose(rng).copied().unwrap_or(60);
    offers.push(offer(rng, CareKind::FullDay, day_yuan, span(from, to).into_iter().collect(), full_lead));
    if rng.random_bool(0.65) {
        offers.push(offer(rng, CareKind::HalfDay, day_yuan * 6 / 10, halves.clone(), 60));
    }
    if rng.random_bool(0.7) {
        offers.push(offer(rng, CareKind::Temporary, day_yuan * 7 / 10, halves, 60));
    }
    if rng.random_bool(0.65) {
        let lead = [0, 30, 60].choose(rng).copied().unwrap_or(30);
        offers.push(offer(rng, CareKind::Hourly, day_yuan / 5 + 4, Vec::new(), lead));
    }
    offers
}

/// A day or an afternoon at one in eight.
fn closures(rng: &mut ChaCha8Rng, draft: &NurseryDraft, now: Timestamp) -> Vec<ClosureDraft> {
    if !rng.random_bool(0.125) {
        return Vec::new();
    }
    let date = now.local_date().checked_add_days(Days::new(rng.random_range(2..50)));
    let whole_day = rng.random_bool(0.5);
    let time = if whole_day { span(0, 48) } else { span(26, 48) };
    // An afternoon's training may concern one class only.
    let class_id = draft.classes.first().filter(|_| !whole_day && rng.random_bool(0.3)).map(|class| class.id);
    let reason = words::closure(rng);
    let closure = |(date, span)| ClosureDraft { nursery_id: draft.id, class_id, date, span, reason };
    date.zip(time).map(closure).into_iter().collect()
}
