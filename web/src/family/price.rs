//! Money as arithmetic: lines, total, where it is paid, what cancelling costs.

use doorstep_shared::{
    Fen, Timestamp,
    bookings::{CancelRule, Price, PriceLine},
    care::CareKind,
};
use leptos::prelude::*;

use super::words;
use crate::{Locale, td};

/// Line by line, then the total. Nothing is taken online, and it says so.
#[component]
pub fn PriceTable(price: Price, locale: Locale) -> impl IntoView {
    // One child's lines need no name.
    let several =
        price.lines.iter().any(|line| price.lines.first().is_some_and(|first| first.child_name != line.child_name));
    let lines = price.lines.iter().map(|line| {
        let name = several.then(|| format!("{} · ", line.child_name));
        view! {
            <div>
                <dt>{name}{words::care(line.care, locale)}" "<span class="meta">{arithmetic(line, locale)}</span></dt>
                <dd>{line.amount_fen.to_string()}</dd>
            </div>
        }
    });
    // Days that were given up late are paid too.
    let given_up = (price.cancelled_fen != Fen::ZERO).then(|| {
        view! { <div><dt>{td!(locale, change.given_up)}</dt><dd>{price.cancelled_fen.to_string()}</dd></div> }
    });
    let late = (price.late_pick_up_fen != Fen::ZERO).then(|| {
        view! { <div><dt>{td!(locale, price.late_pick_up)}</dt><dd>{price.late_pick_up_fen.to_string()}</dd></div> }
    });
    view! {
        <dl class="sum">
            {lines.collect_view()}
            {given_up}
            {late}
            <div class="total">
                <dt>{td!(locale, price.total)}</dt>
                <dd>{(price.total_fen + price.cancelled_fen + price.late_pick_up_fen).to_string()}</dd>
            </div>
        </dl>
        <p class="meta">{td!(locale, price.at_nursery)}</p>
    }
    .into_any()
}

/// `2.5 小时 × ¥30`.
fn arithmetic(line: &PriceLine, locale: Locale) -> String {
    let unit = line.unit_price_fen;
    match line.care {
        CareKind::Hourly => td!(locale, price.hours, count = hours(line.units), unit = unit),
        CareKind::FullDay => td!(locale, price.days, count = line.units, unit = unit),
        CareKind::HalfDay | CareKind::Temporary => td!(locale, price.times, count = line.units, unit = unit),
    }
}

/// Half-hours as hours: `2`, `2.5`.
pub fn hours(half_hours: u32) -> String {
    let half = if half_hours.is_multiple_of(2) { "" } else { ".5" };
    format!("{}{half}", half_hours / 2)
}

/// What cancelling costs, in one sentence: until when it is free, what it costs after that.
pub fn cancelling(rule: CancelRule, free_until: Timestamp, now: Timestamp, locale: Locale) -> String {
    let late = rule.late_percent;
    if late == 0 {
        return td!(locale, price.cancel_free).to_owned();
    }
    if now < free_until {
        return td!(locale, price.cancel_until, moment = moment(free_until, now, locale), percent = late);
    }
    td!(locale, price.cancel_late, percent = late)
}

/// A moment as people say it: the time alone today, else with its day.
pub fn moment(at: Timestamp, now: Timestamp, locale: Locale) -> String {
    let (date, time) = (at.local_date(), at.clock_time());
    if date == now.local_date() || Some(date) == now.local_date().succ_opt() {
        let day = words::near_day(date, now, locale);
        // It stands inside a sentence.
        return format!("{} {time}", if locale == Locale::En { day.to_lowercase() } else { day.to_owned() });
    }
    format!("{} {time}", words::date(date, locale))
}

/// Of several lines.
pub fn total(lines: &[PriceLine]) -> Fen {
    lines.iter().map(|line| line.amount_fen).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        serde_json::from_str(&format!("\"{text}\"")).unwrap()
    }

    #[test]
    fn cancelling_is_told_in_one_sentence() {
        let rule = CancelRule { free_until_hours: 24, late_percent: 50 };
        let now = at("2026-11-22T12:00:00+08:00");
        let cases = [
            (rule, "2026-11-22T20:00:00+08:00", "今天 20:00 前取消免费；之后取消，到园付当天费用的 50%。"),
            (rule, "2026-11-24T09:00:00+08:00", "周二 11月24日 09:00 前取消免费；之后取消，到园付当天费用的 50%。"),
            (rule, "2026-11-22T11:00:00+08:00", "免费取消的时间已过；取消要到园付当天费用的 50%。"),
            (CancelRule { late_percent: 0, ..rule }, "2026-11-22T11:00:00+08:00", "随时可以免费取消。"),
        ];
        for (rule, until, text) in cases {
            assert_eq!(cancelling(rule, at(until), now, Locale::Zh), text);
        }
    }
}
