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

/// Reads the fields of one row and collects corrections.
struct Reader<'a> {
    source: Source<'a>,
    corrections: Vec<String>,
}

/// Why a row is refused.
type Refusal = String;

impl Reader<'_> {
    /// Reads a field with `read`; a default of the mapping is told as a correction.
    fn get<T>(
        &mut self,
        field: &str,
        rule: Option<&Rule>,
        read: impl Fn(&Found) -> Result<T, String>,
    ) -> Result<Option<T>, Refusal> {
        let Some(rule) = rule else { return Ok(None) };
        let found = self.source.look(rule).map_err(|why| format!("{field}: {why}"))?;
        let Some(found) = found else { return Ok(None) };
        if found.assumed {
            self.corrections.push(format!("{field} is not told: {} assumed", found.text()));
        }
        read(&found).map(Some).map_err(|why| format!("{field}: {why}"))
    }

    fn text(&mut self, field: &str, rule: Option<&Rule>) -> Result<Option<String>, Refusal> {
        let text = self.get(field, rule, |found| Ok(found.text()))?;
        Ok(text.map(|text| {
            let clean: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
            if clean != text {
                self.corrections.push(format!("{field}: control characters left out"));
            }
            clean
        }))
    }

    fn flag(&mut self, field: &str, rule: Option<&Rule>) -> Result<bool, Refusal> {
        Ok(self.get(field, rule, Found::flag)?.unwrap_or(false))
    }

    /// A whole number from 0 to 65,535.
    fn count(&mut self, field: &str, rule: Option<&Rule>) -> Result<Option<u16>, Refusal> {
        self.get(field, rule, |found| {
            let number = found.number()?;
            let whole = number.fract() == 0.0 && (0.0..=f64::from(u16::MAX)).contains(&number);
            if whole { Ok(number as u16) } else { Err(format!("{number} is no count")) }
        })
    }
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
/// Why the row is refused.
pub fn convert(row: &Row, context: &Context<'_>) -> Result<Converted, Refusal> {
    let Context { mapping, policy, districts } = context;
    if let Some(refuse) =
        mapping.refuse.iter().find(|one| row.text(&one.column).is_some_and(|text| one.is.contains(&text)))
    {
        return Err(refuse.reason.clone());
    }
    let fields = &mapping.fields;
    let mut reader = Reader { source: Source { row, empty: &mapping.empty }, corrections: Vec::new() };
    let name = reader.text("name", Some(&fields.name))?.ok_or("name: it is not told")?;
    let point = point(&mut reader, fields, mapping.datum)?;
    let kind: NurseryKind = reader.get("kind", Some(&fields.kind), Found::word)?.ok_or("kind: it is not told")?;
    let ownership = reader.get("ownership", fields.ownership.as_ref(), Found::word)?;
    let ownership = ownership.unwrap_or_else(|| {
        reader.corrections.push("ownership is not told: private assumed".to_owned());
        Ownership::Private
    });
    let ages = ages(&mut reader, fields, policy, kind)?;
    let opening = opening(&mut reader, fields)?;
    let open = opening.iter().find_map(|day| day.first()).copied().ok_or("opening hours are not told")?;
    let places = reader.count("places", fields.places.as_ref())?;
    if places == Some(0) {
        return Err("places: there are none".to_owned());
    }
    if places.is_none() {
        reader.corrections.push(format!("places are not told: {} for under-threes assumed", policy.import.places));
    }
    let care = care(&mut reader, fields)?;
    let prices = prices(&mut reader, mapping, policy)?;
    let classes = defaults::classes(&Told { kind, ages, places, open, care: &care, prices }, policy)?;
    let district_id = reader.text("district", fields.district.as_ref())?.and_then(|told| {
        let known = districts.iter().find(|(id, name)| *id == told || *name == told);
        if known.is_none() {
            reader.corrections.push(format!("district {told:?} is not in the register: left out"));
        }
        known.map(|(id, _)| id.clone())
    });
    let draft = NurseryDraft {
        id: NurseryId::new(),
        source_key: Some(key(row, mapping)?),
        name,
        kind,
        ownership,
        district_id,
        address: reader.text("address", fields.address.as_ref())?.unwrap_or_default(),
        point,
        phone: reader.text("phone", fields.phone.as_ref())?,
        inclusive: reader.flag("inclusive", fields.inclusive.as_ref())?,
        rating: reader.text("rating", fields.rating.as_ref())?,
        registration_no: reader.text("registration_no", fields.registration_no.as_ref())?,
        filing_no: reader.text("filing_no", fields.filing_no.as_ref())?,
        about: reader.text("about", fields.about.as_ref())?.unwrap_or_default(),
        bring: reader.text("bring", fields.bring.as_ref())?.unwrap_or_default(),
        health: reader.text("health", fields.health.as_ref())?.unwrap_or_default(),
        demo: false,
        to_confirm: true,
        opening,
        classes,
    };
    match rules::check(&draft, policy).first() {
        Some(fault) => Err(fault.to_string()),
        None => Ok(Converted { draft, corrections: reader.corrections }),
    }
}

fn point(reader: &mut Reader<'_>, fields: &Fields, datum: Datum) -> Result<Point, Refusal> {
    let lat = reader.get("lat", Some(&fields.lat), Found::number)?;
    let lng = reader.get("lng", Some(&fields.lng), Found::number)?;
    let (Some(lat), Some(lng)) = (lat, lng) else { return Err("no coordinates".to_owned()) };
    let outside = || format!("coordinates {lat}, {lng} are on no map");
    // Zero, zero is where a broken conversion puts things.
    if lat == 0.0 && lng == 0.0 {
        return Err(outside());
    }
    let (lng, lat) = match datum {
        Datum::Wgs84 => (lng, lat),
        Datum::Gcj02 => coordtransform::gcj02_to_wgs84(lng, lat),
    };
    Point::new(lat, lng).ok_or_else(outside)
}

/// The ages taken; those of the policy's classes where they are not told.
fn ages(reader: &mut Reader<'_>, fields: &Fields, policy: &Policy, kind: NurseryKind) -> Result<AgeRange, Refusal> {
    use doorstep_shared::care::ClassKind;
    let from = reader.count("from_months", fields.from_months.as_ref())?;
    let to = reader.count("to_months", fields.to_months.as_ref())?;
    let youngest = policy.class_rule(kind, ClassKind::Infant).ages().from_months;
    let oldest = policy.class_rule(kind, ClassKind::SeniorToddler).ages().to_months;
    let ages = AgeRange { from_months: from.unwrap_or(youngest), to_months: to.unwrap_or(oldest) };
    if from.is_none() || to.is_none() {
        let told = format!("ages are not told in full: {} to {} months assumed", ages.from_months, ages.to_months);
        reader.corrections.push(told);
    }
    if ages.from_months >= ages.to_months {
        // Told from four years on, and nothing about the end.
        return Err(match ages.from_months >= oldest {
            true => "takes no under-threes".to_owned(),
            false => format!("ages {} to {} months are none", ages.from_months, ages.to_months),
        });
    }
    Ok(ages)
}

fn opening(reader: &mut Reader<'_>, fields: &Fields) -> Result<Week, Refusal> {
    let usual = usual_hours(reader, fields)?;
    let days = reader.get("weekdays", fields.weekdays.as_ref(), |found| {
        let day = |value: &toml::Value| value.as_integer().filter(|day| (1..=7).contains(day));
        found.list(day)
    })?;
    let days = days.unwrap_or_else(|| (1..=5).collect());
    let mut week = Week::default();
    for (day, number) in week.iter_mut().zip(1..) {
        if days.contains(&number) {
            day.extend(usual);
        }
    }
    let special = [("saturday_hours", &fields.saturday_hours, 5), ("sunday_hours", &fields.sunday_hours, 6)];
    for (field, rule, weekday) in special {
        let Some(text) = reader.text(field, rule.as_ref())? else { continue };
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
    Ok(week)
}

/// None when nothing is told.
fn usual_hours(reader: &mut Reader<'_>, fields: &Fields) -> Result<Option<Span>, Refusal> {
    if reader.flag("all_day", fields.all_day.as_ref())? {
        return Ok(Span::new(doorstep_shared::HalfHour::MIDNIGHT, doorstep_shared::HalfHour::END_OF_DAY));
    }
    let text = reader.text("hours", fields.hours.as_ref())?;
    let opens = reader.text("opens", fields.opens.as_ref())?;
    let closes = reader.text("closes", fields.closes.as_ref())?;
    let hours = match (text, opens, closes) {
        (Some(text), ..) => hours::from_text(&text)?,
        (None, Some(opens), Some(closes)) => hours::from_clock_times(&opens, &closes)?,
        _ => return Ok(None),
    };
    reader.corrections.extend(hours.1);
    Ok(Some(hours.0))
}

fn care(reader: &mut Reader<'_>, fields: &Fields) -> Result<Vec<CareKind>, Refusal> {
    let told = reader.get("care", fields.care.as_ref(), |found| {
        found.list(|value| value.as_str().and_then(|word| word.parse().ok()))
    })?;
    let mut care = told.unwrap_or_else(|| vec![CareKind::FullDay, CareKind::HalfDay, CareKind::Hourly]);
    if reader.flag("temporary", fields.temporary.as_ref())? && !care.contains(&CareKind::Temporary) {
        care.push(CareKind::Temporary);
    }
    Ok(care)
}

fn prices(reader: &mut Reader<'_>, mapping: &Mapping, policy: &Policy) -> Result<Prices, Refusal> {
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
    Ok(Prices {
        full_day: money("price", &fields.price, days)?,
        infant_full_day: money("infant_price", &fields.infant_price, days)?,
        half_day: money("half_day_price", &fields.half_day_price, 1.0)?,
        hourly: money("hourly_price", &fields.hourly_price, 1.0)?,
    })
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

    fn converted(change: Value) -> Result<Converted, Refusal> {
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
            let refusal = converted(change.clone()).map(|_| ()).unwrap_err();
            assert!(refusal.contains(why), "{change}: {refusal}");
        }
    }

    #[test]
    fn coordinates_of_chinese_phone_maps_are_moved_to_where_they_mean() {
        let mapping = Mapping::parse(&format!("datum = \"gcj02\"\n{MAPPING}")).unwrap();
        let row = Row::new(1, json!({"lat": 31.57, "lng": 120.30}));
        let mut reader = Reader { source: Source { row: &row, empty: &[] }, corrections: Vec::new() };
        let moved = point(&mut reader, &mapping.fields, mapping.datum).unwrap();
        let by_m = moved.distance_m(Point { lat: 31.57, lng: 120.30 });
        assert!((300.0..700.0).contains(&by_m), "{by_m} m");
    }
}
