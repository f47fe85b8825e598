//! A week of a class as a table: half-hours down, days across, in each cell who has a place of how many.

use std::collections::BTreeSet;

use doorstep_shared::{
    HalfHour,
    roster::{Carer, ClassDayPlan, ClassWeek, PlaceCell},
    slots::LimitKind,
};
use leptos::prelude::*;

use super::{PATH, name};
use crate::{
    Locale,
    nursery::{hours, words},
    td,
    ui::Inert as _,
};

#[component]
pub fn Grid(class: ClassWeek, carers: Vec<Carer>, may_edit: bool, locale: Locale) -> impl IntoView {
    let times: BTreeSet<HalfHour> = class.days.iter().flat_map(|day| day.cells.iter().map(|cell| cell.at)).collect();
    let id = class.class_id;
    let heads = class.days.iter().map(|day| {
        let text = view! { <span>{words::weekday(day.date, locale)}</span><small>{words::short_day(day.date)}</small> };
        let own =
            (day.own_shifts || day.own_allowed).then(|| view! { <span class="tag">{td!(locale, places.own)}</span> });
        let inside = if may_edit {
            let change = td!(locale, places.change);
            view! { <a href=format!("{PATH}/{id}/{}", day.date)>{text}<span class="visually-hidden">" "{change}</span></a> }
                .inert()
        } else {
            text.inert()
        };
        view! { <th scope="col">{inside}{own}</th> }
    });
    let duty = class.days.iter().map(|day| {
        let text = match &day.closure {
            Some(reason) => reason.clone(),
            None if day.own_shifts && day.shifts.is_empty() => td!(locale, places.nobody).to_owned(),
            None => words::on_duty(&day.shifts, &carers, locale),
        };
        view! { <td class="duty">{text}</td> }
    });
    let rows = times.into_iter().map(|at| {
        let cells = class.days.iter().map(|day| cell(day, at, locale)).collect_view();
        view! { <tr><th scope="row">{at.to_string()}</th>{cells}</tr> }
    });
    // What the script needs that lets times be chosen.
    let close = may_edit.then(|| id.to_string());
    let chosen = may_edit.then(|| {
        let (path, text) = (hours::close::PATH, td!(locale, hours.chosen, when = "{when}"));
        view! {
            <p role="status"><a class="button" id="close-chosen" href=path hidden data-path=path data-text=text></a></p>
            <p class="meta">{td!(locale, hours.drag)}</p>
        }
    });
    view! {
        <div class="grid-scroll" tabindex="0" role="region" aria-label=name(&class, locale)>
            <table class="grid" id="grid" data-close=close aria-label=may_edit.then(|| name(&class, locale))>
                <caption class="visually-hidden">{td!(locale, places.caption)}</caption>
                <thead><tr><td></td>{heads.collect_view()}</tr></thead>
                <tbody>
                    <tr><th scope="row">{td!(locale, places.on_duty)}</th>{duty.collect_view()}</tr>
                    {rows.collect_view()}
                </tbody>
            </table>
        </div>
        {chosen}
        <p class="meta">{td!(locale, places.legend)}</p>
    }
    .inert()
}

fn cell(day: &ClassDayPlan, at: HalfHour, locale: Locale) -> impl IntoView {
    let (date, name, time) = (day.date.to_string(), words::weekday(day.date, locale), at.to_string());
    let Some(cell) = day.cells.iter().find(|cell| cell.at == at) else {
        return view! { <td class="shut" data-date=date data-day=name data-time=time><span class="visually-hidden">{td!(locale, places.closed)}</span></td> }
            .inert();
    };
    let title = why(cell, locale);
    let more =
        (level(cell) == "over").then(|| view! { <span class="visually-hidden">{td!(locale, places.over)}</span> });
    view! {
        <td data-level=level(cell) title=title data-date=date data-day=name data-time=time>
            {format!("{}/{}", cell.used, cell.seats)}{more}
        </td>
    }
    .inert()
}

/// How full it is.
fn level(cell: &PlaceCell) -> &'static str {
    let used = u16::from(cell.used);
    match cell.seats.checked_sub(used) {
        None => "over",
        Some(_) if cell.seats == 0 => "none",
        Some(0) => "full",
        Some(left) if left * 5 <= cell.seats => "few",
        Some(_) => "free",
    }
}

/// What sets the number of places.
fn why(cell: &PlaceCell, locale: Locale) -> String {
    let detail = &cell.limit.detail;
    match cell.limit.kind {
        LimitKind::Staff => td!(locale, places.by_staff, detail = detail),
        LimitKind::ClassCap => td!(locale, places.by_cap, detail = detail),
        LimitKind::Places => td!(locale, places.by_places, detail = detail),
        LimitKind::Allowed => td!(locale, places.by_head, detail = detail),
        LimitKind::Closed => td!(locale, places.closed).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use doorstep_shared::slots::Limit;

    use super::*;

    #[test]
    fn a_cell_says_how_full_it_is() {
        let cases = [
            (0, 10, "free"),
            (7, 10, "free"),
            (8, 10, "few"),
            (9, 10, "few"),
            (10, 10, "full"),
            (11, 10, "over"),
            (0, 0, "none"),
            (1, 0, "over"),
        ];
        for (used, seats, expected) in cases {
            let limit = Limit { kind: LimitKind::Places, detail: String::new() };
            assert_eq!(level(&PlaceCell { at: HalfHour::MIDNIGHT, used, seats, limit }), expected, "{used} of {seats}");
        }
    }
}
