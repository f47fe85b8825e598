//! The answer of a search as JSON, written straight from the index.
//!
//! A page of twenty nurseries has some hundred windows; making the types of the contract first, with all their texts,
//! and handing those to a serialiser costs several times what finding them does. A test holds this equal to what
//! [`super::search`] answers.

use std::hint::black_box;

use chrono::Datelike as _;
use doorstep_shared::{Date, HalfHour, Timestamp, geo::walk_minutes, slots::Facets};
use serde::Serialize;
use uuid::Uuid;

use super::{
    Page,
    fit::{Asked, Days, Entry},
    found,
};
use crate::inventory::index::{
    nursery::{Class, Nursery},
    tree::distance_m,
};

/// Bytes that an answer of twenty nurseries seldom exceeds.
const ROOM: usize = 48 * 1024;

pub fn write(page: &Page<'_>) -> Vec<u8> {
    fetch(page);
    let mut json = Json(Vec::with_capacity(ROOM));
    json.put(r#"{"items":["#);
    for (hit, index) in page.hits.iter().zip(0..) {
        json.put(if index == 0 { r#"{"nursery":"# } else { r#",{"nursery":"# });
        json.card(hit.nursery, hit.gap);
        let found = found::windows(&page.asked, &page.question.wish, hit.nursery, &page.days);
        json.put(r#","offers":["#);
        for (entry, index) in found.offers.iter().zip(0..) {
            if index > 0 {
                json.put(",");
            }
            json.offer(&page.asked, hit.nursery, entry);
        }
        json.put(r#"],"next_free":"#);
        match &found.next_free {
            Some(entry) => json.offer(&page.asked, hit.nursery, entry),
            None => json.put("null"),
        }
        json.put("}");
    }
    json.put("]");
    json.rest(page.facets.as_ref(), page.next_cursor.as_deref(), page.as_of);
    json.0
}

/// Reads a byte of each thing that the answer is written from. They lie all over the memory, and a processor waits for
/// many reads no longer than for one, if none needs another's outcome.
fn fetch(page: &Page<'_>) {
    let (Days::All(days) | Days::Any(days)) = &page.days;
    let first = days.first().and_then(|day| page.asked.day(*day));
    let from = page.asked.span.map_or(HalfHour::MIDNIGHT, |span| span.from);
    let of_class = |class: &Class| {
        let used = first.map_or(0, |day| day.places.used(class.row).at(from));
        class.sales.first().map_or(0, |sale| sale.lead_minutes) ^ u32::from(used)
    };
    let of_nursery = |nursery: &Nursery| {
        let texts = [Some(&nursery.name), nursery.filing_no.as_ref()].into_iter().flatten();
        let texts = texts.filter_map(|text| text.as_bytes().first()).fold(0, |all, byte| all ^ u32::from(*byte));
        nursery.classes.iter().map(of_class).fold(texts, |all, one| all ^ one)
    };
    black_box(page.hits.iter().map(|hit| of_nursery(hit.nursery)).fold(0, |all, one| all ^ one));
}

struct Json(Vec<u8>);

impl Json {
    fn put(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// Whatever needs no speed.
    fn value(&mut self, value: &impl Serialize) {
        let before = self.0.len();
        if let Err(error) = serde_json::to_writer(&mut self.0, value) {
            // Only a map with keys that are no texts could end here.
            tracing::error!(%error, "a part of an answer could not be written");
            self.0.truncate(before);
            self.put("null");
        }
    }

    fn number(&mut self, number: i64) {
        if number < 0 {
            self.put("-");
        }
        let (mut rest, mut digits, mut at) = (number.unsigned_abs(), [0_u8; 20], 20);
        loop {
            at -= 1;
            if let Some(digit) = digits.get_mut(at) {
                *digit = b'0' + (rest % 10) as u8;
            }
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.0.extend_from_slice(digits.get(at..).unwrap_or_default());
    }

    fn id(&mut self, id: Uuid) {
        let mut room = Uuid::encode_buffer();
        let text = id.hyphenated().encode_lower(&mut room);
        self.put("\"");
        self.0.extend_from_slice(text.as_bytes());
        self.put("\"");
    }

    /// Names seldom hold what JSON must escape; one sweep without a branch tells.
    fn text(&mut self, text: &str) {
        let special = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
        if text.as_bytes().iter().fold(false, |any, byte| any | special(byte)) {
            self.value(&text);
        } else {
            self.word(text);
        }
    }

    fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.put("null"),
        }
    }

    /// A closed list's word needs no escape.
    fn word(&mut self, word: &str) {
        self.put("\"");
        self.put(word);
        self.put("\"");
    }

    fn two_digits(&mut self, number: u32) {
        self.0.extend_from_slice(&[b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8]);
    }

    fn clock(&mut self, time: HalfHour) {
        let index = u32::from(time.index());
        self.put("\"");
        self.two_digits(index / 2);
        self.put(if index.is_multiple_of(2) { ":00\"" } else { ":30\"" });
    }

    /// Care is booked in years of four digits.
    fn date(&mut self, date: Date) {
        let year = date.year().unsigned_abs();
        self.put("\"");
        self.two_digits(year / 100);
        self.two_digits(year % 100);
        self.put("-");
        self.two_digits(date.month());
        self.put("-");
        self.two_digits(date.day());
        self.put("\"");
    }

    fn flag(&mut self, flag: bool) {
        self.put(if flag { "true" } else { "false" });
    }

    fn card(&mut self, nursery: &Nursery, gap: f64) {
        let metres = distance_m(gap);
        self.put(r#"{"id":"#);
        self.id(nursery.id.0);
        self.put(r#","name":"#);
        self.text(&nursery.name);
        self.put(r#","kind":"#);
        self.word(nursery.kind.as_str());
        self.put(r#","lat":"#);
        self.value(&nursery.point.lat);
        self.put(r#","lng":"#);
        self.value(&nursery.point.lng);
        self.put(r#","distance_m":"#);
        self.number(metres.round() as i64);
        self.put(r#","walk_minutes":"#);
        self.number(walk_minutes(metres).into());
        self.put(r#","inclusive":"#);
        self.flag(nursery.inclusive);
        self.put(r#","rating":"#);
        self.optional(nursery.rating.as_deref());
        self.put(r#","filing_no":"#);
        self.optional(nursery.filing_no.as_deref());
        self.put(r#","ages":{"from_months":"#);
        self.number(nursery.ages.from_months.into());
        self.put(r#","to_months":"#);
        self.number(nursery.ages.to_months.into());
        self.put(r#"},"demo":"#);
        self.flag(nursery.demo);
        self.put("}");
    }

    fn offer(&mut self, asked: &Asked<'_>, nursery: &Nursery, entry: &Entry<'_>) {
        let staffing = asked.staffing(nursery, entry);
        self.put(r#"{"offer_id":"#);
        self.id(entry.sale.offer.0);
        self.put(r#","class_id":"#);
        self.id(entry.class.id.0);
        self.put(r#","class_kind":"#);
        self.word(entry.class.kind.as_str());
        self.put(r#","care":"#);
        self.word(entry.sale.care.as_str());
        self.put(r#","date":"#);
        self.date(asked.date_of(entry));
        self.put(r#","from":"#);
        self.clock(entry.span.from);
        self.put(r#","to":"#);
        self.clock(entry.span.to);
        self.put(r#","free":"#);
        self.number(asked.places_left(nursery, entry).into());
        self.put(r#","price_fen":"#);
        self.number(entry.price_fen.0);
        let kind = staffing.limit_kind();
        self.put(r#","limit":{"kind":"#);
        self.word(kind.as_str());
        self.put(r#","detail":""#);
        if kind == doorstep_shared::slots::LimitKind::Staff {
            self.number(staffing.carers.into());
            self.put(" × ");
            self.number(staffing.ratio.into());
            self.put(" = ");
        }
        self.number(staffing.seats().into());
        self.put(r#""}}"#);
    }

    fn rest(&mut self, facets: Option<&Facets>, next_cursor: Option<&str>, as_of: Timestamp) {
        if let Some(facets) = facets {
            self.put(r#","facets":"#);
            self.value(facets);
        }
        if let Some(cursor) = next_cursor {
            self.put(r#","next_cursor":"#);
            self.value(&cursor);
        }
        self.put(r#","as_of":"#);
        self.value(&as_of);
        self.put("}");
    }
}
