//! Children who grow out of their class in the coming months: when, into which, and whether it has a place.

use doorstep_shared::{
    planning::{Ageing, AgeingChild, GetAgeing},
    staff::{GetStaffMe, StaffMe},
};
use leptos::prelude::*;

use crate::{
    Locale,
    nursery::{missing, places, shell, words},
    page::{Answer, Page},
    td,
    ui::{
        Inert as _,
        icon::Icon,
        notice::{Notice, Tone},
    },
    visit::Visit,
};

pub const PATH: &str = "/staff/places/ageing";

/// `GET /staff/places/ageing`.
pub async fn page(visit: &Visit) -> Answer {
    let loaded: Result<(StaffMe, Ageing), _> =
        async { Ok((visit.call(GetStaffMe {}).await?, visit.call(GetAgeing {}).await?)) }.await;
    let (me, ageing) = match loaded {
        Ok(loaded) => loaded,
        Err(problem) => return missing::or_problem(visit, problem),
    };
    let locale = visit.locale();
    let body = move || {
        let none = ageing.children.is_empty();
        let rows: Vec<_> = ageing.children.into_iter().map(|child| view! { <Child child locale/> }).collect();
        view! {
            <a class="back" href=places::PATH><Icon name="i-back"/>{td!(locale, places.title)}</a>
            <h1>{td!(locale, planning.ageing)}</h1>
            <p class="meta">{td!(locale, planning.ageing_long)}</p>
            {if none {
                view! { <Notice tone=Tone::Good title=td!(locale, planning.nobody_ageing)/> }.inert()
            } else {
                view! { <ul class="card rows" id="ageing">{rows}</ul> }.inert()
            }}
        }
        .inert()
    };
    shell::inside(visit, &me, Page::new(td!(locale, planning.ageing), body).back(PATH)).into()
}

#[component]
fn Child(child: AgeingChild, locale: Locale) -> impl IntoView {
    let class = format!("{} {}", words::class(child.class_kind, locale), child.class_name);
    let (text, tag) = match &child.next {
        None => (td!(locale, planning.no_next).to_owned(), "tag warn"),
        Some(next) => {
            let name = format!("{} {}", words::class(next.class_kind, locale), next.class_name);
            match (next.free, next.bookable) {
                (0, _) => (td!(locale, planning.next_full, class = name), "tag warn"),
                (free, true) => (td!(locale, planning.next_free, class = name, count = free), "tag ok"),
                (free, false) => (td!(locale, planning.next_likely, class = name, count = free), "tag"),
            }
        }
    };
    let after = (child.booked_after > 0)
        .then(|| view! { <p class="meta">{td!(locale, planning.booked_after, count = child.booked_after)}</p> });
    view! {
        <li class="touched-row">
            <div>
                <b>{child.child_name}</b>" "<span class="meta">{class}</span>
                <p>{td!(locale, planning.until, date = words::date(child.on, locale))}</p>
                {after}
            </div>
            <span class=tag>{text}</span>
        </li>
    }
    .inert()
}
