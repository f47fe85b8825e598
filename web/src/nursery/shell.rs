//! What stands around every page of staff: a rail with the pages, from 900 px beside the page and above it on smaller
//! screens.
//!
//! A new page adds one line to [`ENTRIES`].

use doorstep_shared::staff::{StaffAbility, StaffMe};
use leptos::prelude::*;

use super::words;
use crate::{
    Locale,
    page::{Frame, Page},
    td,
    ui::{Inert as _, field::OnceKey, icon::Icon, topbar::Switch},
    visit::Visit,
};

/// A page that the rail leads to.
struct Entry {
    path: &'static str,
    icon: &'static str,
    text: fn(Locale) -> &'static str,
    /// Whom it is of use to.
    ability: StaffAbility,
}

/// In the order of the rail.
const ENTRIES: &[Entry] = &[
    Entry {
        path: "/staff/board",
        icon: "i-board",
        text: |locale| td!(locale, board.title),
        ability: StaffAbility::KeepBoard,
    },
    Entry {
        path: "/staff",
        icon: "i-home",
        text: |locale| td!(locale, staff.home),
        ability: StaffAbility::OwnStaffAccount,
    },
    Entry {
        path: "/staff/places",
        icon: "i-grid",
        text: |locale| td!(locale, places.title),
        ability: StaffAbility::KeepBoard,
    },
    Entry {
        path: "/staff/statements",
        icon: "i-money",
        text: |locale| td!(locale, statement.menu),
        ability: StaffAbility::SeeMoney,
    },
    Entry {
        path: "/staff/people",
        icon: "i-people",
        text: |locale| td!(locale, staff.people),
        ability: StaffAbility::ManageStaff,
    },
    Entry {
        path: "/staff/security",
        icon: "i-key",
        text: |locale| td!(locale, staff.security),
        ability: StaffAbility::OwnStaffAccount,
    },
];

/// The icons that only staff need.
const SPRITE: &str = include_str!("sprite.svg");

/// The frame of who is signed in.
pub const INSIDE: &str = "staff";

/// A page of somebody who is signed in.
pub fn inside(visit: &Visit, me: &StaffMe, page: Page) -> Page {
    let (visit, me) = (visit.clone(), me.clone());
    let back = page.back.clone().unwrap_or_else(|| visit.here());
    page.frame(Frame { name: INSIDE, sheet: "staff.css", top: Box::new(move || top(&visit, Some(&me), back)) })
}

/// A page on the way in.
pub fn outside(visit: &Visit, page: Page) -> Page {
    let visit = visit.clone();
    let back = page.back.clone().unwrap_or_else(|| visit.here());
    page.frame(Frame { name: "staff-out", sheet: "staff.css", top: Box::new(move || top(&visit, None, back)) })
}

fn top(visit: &Visit, me: Option<&StaffMe>, back: String) -> String {
    let (locale, elder) = (visit.locale(), visit.settings.elder);
    let entries = me.map(|me| {
        let entries = ENTRIES.iter().filter(|entry| me.at.role.may(entry.ability)).map(|entry| {
            let current = is_at(entry.path, &visit.path).then_some("page");
            view! {
                <li><a href=entry.path aria-current=current><Icon name=entry.icon/><span>{(entry.text)(locale)}</span></a></li>
            }
        });
        view! { <nav class="rail" aria-label=td!(locale, staff.pages)><ul>{entries.collect_view()}</ul></nav> }.inert()
    });
    let place = me.map(|me| {
        view! {
            <p class="workplace">
                <b>{me.at.nursery_name.clone()}</b>
                <span class="meta">{me.at.name.clone()}" · "{words::role(me.at.role, locale)}</span>
            </p>
        }
    });
    let out = me.map(|_| {
        view! {
            <form method="post" action="/staff/sign-out">
                <OnceKey/>
                <button class="pill" id="sign-out">{td!(locale, staff.sign_out)}</button>
            </form>
        }
    });
    view! {
        <div hidden inner_html=SPRITE></div>
        <header class="staff-top">
            <a class="brand" href="/staff">
                <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
                    <path d="M3 11 12 3l9 8v10H3z"/><path d="M9 21v-6a3 3 0 0 1 6 0v6"/>
                </svg>
                <span>{td!(locale, staff.brand)}</span>
            </a>
            {place}
            {entries}
            <div class="looks">
                <Switch name="locale" value=locale.other().as_str() back=back.clone() text=td!(locale, common.other_language)/>
                <Switch
                    name="elder"
                    value=if elder { "off" } else { "on" }
                    back
                    text=if elder { td!(locale, common.elder_off) } else { td!(locale, common.elder_on) }
                />
                {out}
            </div>
        </header>
    }
    .to_html()
}

/// Whether a page belongs to an entry: it is the page, or lies below it.
fn is_at(entry: &str, path: &str) -> bool {
    path == entry || entry != "/staff" && path.strip_prefix(entry).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_below_an_entry_belongs_to_it_and_all_do_not_belong_to_the_first() {
        let cases = [
            ("/staff", "/staff", true),
            ("/staff", "/staff/people", false),
            ("/staff/people", "/staff/people", true),
            ("/staff/people", "/staff/people/invite", true),
            ("/staff/people", "/staff/peoples", false),
        ];
        for (entry, path, belongs) in cases {
            assert_eq!(is_at(entry, path), belongs, "{path} to {entry}");
        }
    }
}
