//! One row to one nursery.

use doorstep_shared::{
    Fen, Span,
    care::{CareKind, NurseryKind, Ownership},
    geo::{Datum, Point},
    ids::NurseryId,
    slots::AgeRange,
};

use super::{
    defaults::{self, Prices, Told},
    fields::{Reader, Refusal},
    hours,
    mapping::{Fields, Mapping, Per, Rule, Unit},
    read::Row,
    value::{Found, Source},
};
use crate::{
    nurseries::{
        draft::{NurseryDraft, Week},
        rules,
    },
    policy::Policy,
};

/// What a row became.
pub struct Converted {
    pub draft: NurseryDraft,
    /// What was changed or assumed to make it fit.
    pub corrections: Vec<String>,
}

/// What all rows need.
pub struct Context<'a> {
    pub mapping: &'a Mapping,
    pub policy: &'a Policy,
    /// Code and name of the register's districts.
    pub districts: &'a [(String, String)],
}

/// The key of a row, by which a later import knows its nursery.
///
/// # Errors
/// Without one.
pub fn key(row: &Row, mapping: &Mapping) -> Result<String, Refusal> {
    let source = Source { row, empty: &mapping.empty };
    let key = source.look(&mapping.fields.key).map_err(|why| format!("key: {why}"))?;
    let key = key.ok_or("key: it is not told")?;
    Ok(format!("{}:{}", mapping.source, key.text()))
}

/// # Errors
/// Every reason why the row is refused; only that one when the mapping does not want it.
pub fn convert(row: &Row, context: &Context<'_>) -> Result<Converted, Vec<Refusal>> {
    let Context { mapping, policy, districts } = context;
    if let Some(refuse) =
        mapping.refuse.iter().find(|one| row.text(&one.column).is_some_and(|text| one.is.contains(&text)))
    {
        return Err(vec![refuse.reason.clone()]);
    }
    let fields = &mapping.fields;
    let mut reader = Reader::new(Source { row, empty: &mapping.empty });
    let source_key = reader.sound(key(row, mapping));
    let name = reader.need("name", |reader| reader.text("name", Some(&fields.name)));
    let point = point(&mut reader, fields, mapping.datum);
    let kind: Option<NurseryKind> = reader.need("kind", |reader| reader.get("kind", Some(&fields.kind), Found::word));
    let ownership = reader.get("ownership", fields.ownership.as_ref(), Found::word).unwrap_or_else(|| {
        reader.corrections.push("ownership is not told: private assumed".to_owned());
        Ownership::Private
    });
    let ages = ages(&mut reader, fields, policy, kind);
    let opening = opening(&mut reader, fields);
    let open = opening.as_ref().and_then(|week| week.iter().find_map(|day| day.first()).copied());
    if opening.is_some() && open.is_none() {
        reader.faults.push("opening hours are not told".to_owned());
    }
    let places = reader.count("places", fields.places.as_ref());
    match places {
        Some(0) => reader.faults.push("places: there are none".to_owned()),
        Some(_) => {}
        None => {
            let assumed = policy.import.places;
            reader.corrections.push(format!("places are not told: {assumed} for under-threes assumed"));
        }
    }
    let care = care(&mut reader, fields);
    let prices = prices(&mut reader, mapping, policy);
    let classes = match (kind, ages, open) {
        (Some(kind), Some(ages), Some(open)) => {
            let told = Told { kind, ages, places, open, care: &care, prices };
            reader.sound(defaults::classes(&told, policy))
        }
        _ => None,
    };
    let district_id = reader.text("district", fields.district.as_ref()).and_then(|told| {
        let known = districts.iter().find(|(id, name)| *id == told || *name == told);
        if known.is_none() {
            reader.corrections.push(format!("district {told:?} is not in the register: left out"));
        }
        known.map(|(id, _)| id.clone())
    });
    // What is not told has been noted; no second complaint about what stands here for it.
    let missing: Vec<_> = [("name", name.is_none()), ("opening", open.is_none()), ("classes", classes.is_none())]
        .into_iter()
        .filter_map(|(field, missing)| missing.then_some(field))
        .collect();
    let draft = NurseryDraft {
        id: NurseryId::new(),
        source_key,
        name: name.unwrap_or_default(),
        kind: kind.unwrap_or(NurseryKind::ChildcareInstitution),
        ownership,
        district_id,
        address: reader.text("address", fields.address.as_ref()).unwrap_or_default(),
        point: point.unwrap_or(Point { lat: 0.0, lng: 0.0 }),
        phone: reader.text("phone", fields.phone.as_ref()),
        inclusive: reader.flag("inclusive", fields.inclusive.as_ref()),
        rating: reader.text("rating", fields.rating.as_ref()),
        registration_no: reader.text("registration_no", fields.registration_no.as_ref()),
        filing_no: reader.text("filing_no", fields.filing_no.as_ref()),
        about: reader.text("about", fields.about.as_ref()).unwrap_or_default(),
        bring: reader.text("bring", fields.bring.as_ref()).unwrap_or_default(),
        health: reader.text("health", fields.health.as_ref()).unwrap_or_default(),
        demo: false,
        to_confirm: true,
        opening: opening.unwrap_or_default(),
        classes: classes.unwrap_or_default(),
    };
    let broken = rules::check(&draft, policy);
    let broken = broken.iter().filter(|fault| !missing.iter().any(|field| fault.at.starts_with(field)));
    reader.faults.extend(broken.map(ToString::to_string));
    if reader.faults.is_empty() { Ok(Converted { draft, corrections: reader.corrections }) } else { Err(reader.faults) }
}

fn point(reader: &mut Reader<'_>, fields: &Fields, datum: Datum) -> Option<Point> {
    let before = reader.faults.len();
    let lat = reader.get("lat", Some(&fields.lat), Found::number);
    let lng = reader.get("lng", Some(&fields.lng), Found::number);
    let (Some(lat), Some(lng)) = (lat, lng) else {
        if reader.faults.len() == before {
            reader.faults.push("no coordinates".to_owned());
        }
        return None;
    };
    let (moved_lng, moved_lat) = match datum {
        Datum::Wgs84 => (lng, lat),
        Datum::Gcj02 => coordtransform::gcj02_to_wgs84(lng, lat),
    };
    // Zero, zero is where a broken conversion puts things.
    let point = Point::new(moved_lat, moved_lng).filter(|_| lat != 0.0 || lng != 0.0);
    reader.sound(point.ok_or_else(|| format!("coordinates {lat}, {lng} are on no map")))
}

/// The ages taken; those of the policy's classes where they are not told. `kind`: None when it is not known, so that
/// nothing more can be said.
fn ages(reader: &mut Reader<'_>, fields: &Fields, policy: &Policy, kind: Option<NurseryKind>) -> Option<AgeRange> {
    use doorstep_shared::care::ClassKind;
    let before = reader.faults.len();
    let from = reader.count("from_months", fields.from_months.as_ref());
    let to = reader.count("to_months", fields.to_months.as_ref());
    let kind = kind.filter(|_| reader.faults.len() == before)?;
    let youngest = policy.class_rule(kind, ClassKind::Infant).ages().from_months;
    let oldest = policy.class_rule(kind, ClassKind::SeniorToddler).ages().to_months;
    let ages = AgeRange { from_months: from.unwrap_or(youngest), to_months: to.unwrap_or(oldest) };
    if from.is_none() || to.is_none() {
        let told = format!("ages are not told in full: {} to {} months assumed", ages.from_months, ages.to_months);
        reader.corrections.push(told);
    }
    if ages.from_months >= ages.to_months {
        // Told from four years on, and nothing about the end.
        reader.faults.push(match ages.from_months >= oldest {
            true => "takes no under-threes".to_owned(),
            false => format!("ages {} to {} months are none", ages.from_months, ages.to_months),
        });
        return None;
    }
    Some(ages)
}

/// None when its hours cannot be read.
fn opening(reader: &mut Reader<'_>, fields: &Fields) -> Option<Week> {
    let before = reader.faults.len();
    let usual = usual_hours(reader, fields);
    let days = reader.get("weekdays", fields.weekdays.as_ref(), |found| {
        let day = |value: &toml::Value| value.as_integer().filter(|day| (1..=7).contains(day));
        found.list(day)
    });
    let is_sound = reader.faults.len() == before;
    let days = days.unwrap_or_else(|| (1..=5).collect());
    let mut week = Week::default();
    for (day, number) in week.iter_mut().zip(1..) {
        if days.contains(&number) {
            day.extend(usual);
        }
    }
    let special = [("saturday_hours", &fields.saturday_hours, 5), ("sunday_hours", &fields.sunday_hours, 6)];
    for (field, rule, weekday) in special {
        let Some(text) = reader.text(field, rule.as_ref()) else { continue };
        match hours::from_text(&text) {
            Ok((span, correction)) => {
                reader.corrections.extend(correction.map(|what| format!("{field}: {what}")));
                if let Some(day) = week.get_mut(weekday) {
                    *day = vec![span];
                }
            }
            // One day's hours that mean nothing are no reason to refuse the week.
            Err(why) => reader.corrections.push(format!("{field} left out: {why}")),
        }
    }
    is_sound.then_some(week)
}

/// None when nothing is told.
fn usual_hours(reader: &mut Reader<'_>, fields: &Fields) -> Option<Span> {
    if reader.flag("all_day", fields.all_day.as_ref()) {
        return Span::new(doorstep_shared::HalfHour::MIDNIGHT, doorstep_shared::HalfHour::END_OF_DAY);
    }
    let text = reader.text("hours", fields.hours.as_ref());
    let opens = reader.text("opens", fields.opens.as_ref());
    let closes = reader.text("closes", fields.closes.as_ref());
    let hours = match (text, opens, closes) {
        (Some(text), ..) => hours::from_text(&text),
        (None, Some(opens), Some(closes)) => hours::from_clock_times(&opens, &closes),
        _ => return None,
    };
    let (span, correction) = reader.sound(hours)?;
    reader.corrections.extend(correction);
    Some(span)
}

fn care(reader: &mut Reader<'_>, fields: &Fields) -> Vec<CareKind> {
    let told = reader.get("care", fields.care.as_ref(), |found| {
        found.list(|value| value.as_str().and_then(|word| word.parse().ok()))
    });
    let mut care = told.unwrap_or_else(|| vec![CareKind::FullDay, CareKind::HalfDay, CareKind::Hourly]);
    if reader.flag("temporary", fields.temporary.as_ref()) && !care.contains(&CareKind::Temporary) {
        care.push(CareKind::Temporary);
    }
    care
}

fn prices(reader: &mut Reader<'_>, mapping: &Mapping, policy: &Policy) -> Prices {
    let meaning = mapping.prices;
    let days = match meaning.per {
        Per::Day => 1.0,
        Per::Month => f64::from(policy.search.days_a_month),
    };
    let in_fen = if meaning.unit == Unit::Yuan { 100.0 } else { 1.0 };
    let mut money = |field: &str, rule: &Option<Rule>, divided: f64| {
        reader.get(field, rule.as_ref(), |found| {
            let fen = (found.number()? * meaning.rate * in_fen / divided).floor();
            if (0.0..1e9).contains(&fen) { Ok(Fen(fen as i64)) } else { Err(format!("{fen} fen is no price")) }
        })
    };
    let fields = &mapping.fields;
    Prices {
        full_day: money("price", &fields.price, days),
        infant_full_day: money("infant_price", &fields.infant_price, days),
        half_day: money("half_day_price", &fields.half_day_price, 1.0),
        hourly: money("hourly_price", &fields.hourly_price, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::policy::Policies;

    const MAPPING: &str = r#"
        source = "test"
        empty = ["NA"]
        [[refuse]]
        column = "type"
        is = ["school"]
        reason = "takes no under-threes"
        [fields]
        key = "id"
        name = "name"
        kind = { column = "type", words = { nursery = "childcare_institution", home = "home_based" } }
        ownership = { constant = "private" }
        lat = "lat"
        lng = "lng"
        places = "places"
        from_months = { column = "from", words = { "産休あけ" = 2, "1歳10か月" = 22, "3歳児" = 36 } }
        to_months = { column = "to", words = { "就学前" = 72 } }
        hours = "hours"
        saturday_hours = "sat"
        temporary = { column = "temp", words = { Y = true } }
        price = "fee"
        [prices]
        per = "month"
    "#;

    fn converted(change: Value) -> Result<Converted, Vec<Refusal>> {
        let mut row = json!({
            "id": "7", "name": "園", "type": "nursery", "lat": 43.1, "lng": 141.3, "places": "90",
            "from": "産休あけ", "to": "就学前", "hours": "7:00-19:00", "sat": null, "temp": null, "fee": null,
        });
        for (name, value) in change.as_object().unwrap() {
            row[name] = value.clone();
        }
        let policies = Policies::load(None, None).unwrap();
        let mapping = Mapping::parse(MAPPING).unwrap();
        let policy = policies.on("2026-11-23".parse().unwrap());
        convert(&Row::new(1, row), &Context { mapping: &mapping, policy, districts: &[] })
    }

    #[test]
    fn a_sound_row_is_taken_as_it_stands() {
        let Converted { draft, corrections } = converted(json!({"temp": "Y", "fee": 2100})).map_err(|_| ()).unwrap();
        assert_eq!(corrections, Vec::<String>::new());
        assert_eq!(draft.source_key.as_deref(), Some("test:7"));
        assert!(draft.to_confirm && !draft.demo && draft.classes.len() == 3);
        let offers: Vec<_> = draft.classes[1].offers.iter().map(|offer| (offer.care, offer.price_fen.0)).collect();
        use CareKind::{FullDay, HalfDay, Hourly, Temporary};
        assert_eq!(offers, [(FullDay, 10_000), (HalfDay, 6_100), (Hourly, 2_000), (Temporary, 6_100)]);
        assert!(draft.opening[4].len() == 1 && draft.opening[5].is_empty());
    }

    #[test]
    fn what_was_changed_or_assumed_is_told() {
        let cases = [
            (json!({"places": "NA"}), "places are not told: 20 for under-threes assumed"),
            (json!({"hours": "7:45-19:45"}), "opening hours 7:45 to 19:45 are cut to half-hours: 08:00–19:30"),
            (json!({"hours": "8:00-3:00"}), "opening hours 8:00 to 3:00 end at midnight here: 08:00–24:00"),
            (json!({"sat": "00:00-00:01"}), "saturday_hours left out"),
            (json!({"from": null}), "ages are not told in full: 6 to 72 months assumed"),
            (json!({"name": "園\u{7}"}), "name: control characters left out"),
        ];
        for (change, told) in cases {
            let corrections = converted(change.clone()).map_err(|_| ()).unwrap().corrections;
            assert!(corrections.len() == 1 && corrections[0].contains(told), "{change}: {corrections:?}");
        }
    }

    #[test]
    fn a_row_is_refused_with_the_reason() {
        let cases = [
            (json!({"type": "school"}), "takes no under-threes"),
            (json!({"type": "zoo"}), "kind: \"zoo\" is none of the words"),
            (json!({"lat": null}), "no coordinates"),
            (json!({"lat": 0, "lng": 0}), "are on no map"),
            (json!({"lat": 141.3, "lng": 43.1}), "are on no map"),
            (json!({"lat": "north"}), "lat: \"north\" is no number"),
            (json!({"hours": null}), "opening hours are not told"),
            (json!({"hours": "by arrangement"}), "cannot be read"),
            (json!({"name": "NA"}), "name: it is not told"),
            (json!({"id": null}), "key: it is not told"),
            (json!({"from": "3歳児"}), "takes no under-threes"),
            (json!({"from": "4歳児"}), "from_months: \"4歳児\" is none of the words"),
            (json!({"places": "0"}), "places: there are none"),
            (json!({"places": "many"}), "places: \"many\" is no number"),
            (json!({"name": "長".repeat(161)}), "name: has more than 160 characters"),
        ];
        for (change, why) in cases {
            let refusals = converted(change.clone()).map(|_| ()).unwrap_err();
            assert!(refusals.len() == 1 && refusals[0].contains(why), "{change}: {refusals:?}");
        }
    }

    #[test]
    fn a_row_with_several_faults_is_refused_with_each_of_them() {
        let name = "長".repeat(161);
        let faulty = json!({
            "id": null, "name": name, "type": "zoo", "lat": "north", "places": "0", "from": "4歳児", "hours": "always",
        });
        let refusals = converted(faulty).map(|_| ()).unwrap_err();
        let expected = [
            "key: it is not told",
            "kind: \"zoo\" is none of the words",
            "lat: \"north\" is no number",
            "from_months: \"4歳児\" is none of the words",
            "opening hours \"always\" cannot be read",
            "places: there are none",
            "name: has more than 160 characters",
        ];
        for why in expected {
            assert!(refusals.iter().any(|refusal| refusal.contains(why)), "{why}: {refusals:?}");
        }
        assert_eq!(refusals.len(), expected.len(), "{refusals:?}");
        // A row that is not wanted is not judged.
        assert_eq!(converted(json!({"type": "school", "lat": "north"})).map(|_| ()).unwrap_err().len(), 1);
    }

    #[test]
    fn coordinates_of_chinese_phone_maps_are_moved_to_where_they_mean() {
        let mapping = Mapping::parse(&format!("datum = \"gcj02\"\n{MAPPING}")).unwrap();
        let row = Row::new(1, json!({"lat": 31.57, "lng": 120.30}));
        let mut reader = Reader::new(Source { row: &row, empty: &[] });
        let moved = point(&mut reader, &mapping.fields, mapping.datum).unwrap();
        let by_m = moved.distance_m(Point { lat: 31.57, lng: 120.30 });
        assert!((300.0..700.0).contains(&by_m), "{by_m} m");
    }
}
