//! The words of the domain as they stand on a screen.

use doorstep_shared::{
    Date, Fen, Span, Timestamp,
    care::{CareKind, NurseryKind, Ownership},
    nurseries::ClosedReason,
    slots::{AgeRange, FoundOffer},
};

pub use crate::words::{care, class, date, month_day, weekday, weekday_number};
use crate::{Locale, td};

pub fn nursery_kind(kind: NurseryKind, locale: Locale) -> &'static str {
    match kind {
        NurseryKind::CentreHub => td!(locale, words.centre_hub),
        NurseryKind::ChildcareInstitution => td!(locale, words.childcare_institution),
        NurseryKind::Community => td!(locale, words.community),
        NurseryKind::KindergartenClass => td!(locale, words.kindergarten_class),
        NurseryKind::Employer => td!(locale, words.employer),
        NurseryKind::HomeBased => td!(locale, words.home_based),
    }
}

pub fn ownership(ownership: Ownership, locale: Locale) -> &'static str {
    match ownership {
        Ownership::Public => td!(locale, words.public),
        Ownership::PublicPrivateRun => td!(locale, words.public_private_run),
        Ownership::StateOwned => td!(locale, words.state_owned),
        Ownership::InstitutionRun => td!(locale, words.institution_run),
        Ownership::Private => td!(locale, words.private),
    }
}

/// Which ages a class takes: 18 至不满 36 个月. A range of whole months would leave open whether its end belongs to it.
pub fn ages(ages: AgeRange, locale: Locale) -> String {
    td!(locale, words.ages, from = ages.from_months, to = ages.to_months)
}

/// Why a nursery is closed all day.
pub fn closed(reason: &ClosedReason, locale: Locale) -> String {
    match (reason, locale) {
        (ClosedReason::Weekday, _) => td!(locale, nursery.closed_weekday).to_owned(),
        (ClosedReason::Holiday { name_zh, .. }, Locale::Zh) => td!(locale, nursery.closed_holiday, name = name_zh),
        (ClosedReason::Holiday { name_en, .. }, Locale::En) => td!(locale, nursery.closed_holiday, name = name_en),
        (ClosedReason::Closure { reason }, _) => td!(locale, nursery.closed_by, reason = reason),
    }
}

/// 今天, 明天, else the weekday.
pub fn near_day(date: Date, now: Timestamp, locale: Locale) -> &'static str {
    let today = now.local_date();
    if date == today {
        td!(locale, common.today)
    } else if Some(date) == today.succ_opt() {
        td!(locale, common.tomorrow)
    } else {
        weekday(date, locale)
    }
}

/// As [`near_day`] where seven stand side by side on a phone: "Tomorrow" has no room there.
pub fn narrow_day(date: Date, now: Timestamp, locale: Locale) -> &'static str {
    match locale {
        Locale::En if date != now.local_date() => weekday(date, locale),
        Locale::Zh | Locale::En => near_day(date, now, locale),
    }
}

/// 320 米, 1.2 公里.
pub fn distance(metres: u32, locale: Locale) -> String {
    if metres < 1_000 {
        td!(locale, common.metres, count = metres)
    } else {
        td!(locale, common.kilometres, count = format!("{:.1}", f64::from(metres) / 1_000.0))
    }
}

/// The price of a found window: what an hour costs is said on the nursery's page, here it is the whole.
pub fn price_of_window(offer: &FoundOffer, locale: Locale) -> String {
    match (offer.care, Span::new(offer.from, offer.to)) {
        (CareKind::Hourly, Some(span)) => {
            let hours = super::price::hours(u32::from(span.half_hours()));
            td!(locale, words.price_hours, price = offer.price_fen, hours = hours)
        }
        _ => price(offer.price_fen, offer.care, locale),
    }
}

/// What a price is for.
pub fn price(price: Fen, care: CareKind, locale: Locale) -> String {
    match care {
        CareKind::Hourly => td!(locale, words.price_hour, price = price),
        CareKind::FullDay => td!(locale, words.price_day, price = price),
        CareKind::HalfDay | CareKind::Temporary => td!(locale, words.price_time, price = price),
    }
}

/// Several of a kind, one after the other: 小满、小米, Mia, Leo.
pub fn list(items: &[impl AsRef<str>], locale: Locale) -> String {
    let items: Vec<_> = items.iter().map(AsRef::as_ref).collect();
    items.join(match locale {
        Locale::Zh => "、",
        Locale::En => ", ",
    })
}
