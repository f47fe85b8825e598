//! What stands on every page: the way past it, the name, the four tabs, the switch for elder mode.

use leptos::prelude::*;

use super::Inert as _;

use super::icon::Icon;
use crate::{Locale, page::Tab, td};

/// The first thing the keyboard reaches.
#[component]
pub fn Skip(locale: Locale) -> impl IntoView {
    view! { <a class="skip" href="#main">{td!(locale, common.skip)}</a> }.inert()
}

#[component]
pub fn TopBar(locale: Locale, tab: Option<Tab>, elder: bool, back: String) -> impl IntoView {
    let item = |which: Tab, href: &'static str, icon: &'static str, text: &'static str| {
        let current = (tab == Some(which)).then_some("page");
        view! { <li><a href=href aria-current=current><Icon name=icon/><span>{text}</span></a></li> }
    };
    view! {
        <header class="top">
            <a class="brand" href="/">
                <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
                    <path d="M3 11 12 3l9 8v10H3z"/><path d="M9 21v-6a3 3 0 0 1 6 0v6"/>
                </svg>
                <span>{td!(locale, common.name)}</span>
            </a>
            <nav class="tabs" aria-label=td!(locale, common.tabs)>
                <ul>
                    {item(Tab::Find, "/", "i-find", td!(locale, common.tab_find))}
                    {item(Tab::Bookings, "/bookings", "i-calendar", td!(locale, common.tab_bookings))}
                    {item(Tab::Children, "/children", "i-child", td!(locale, common.tab_children))}
                    {item(Tab::Me, "/me", "i-me", td!(locale, common.tab_me))}
                </ul>
            </nav>
            <div class="looks">
                <Switch name="locale" value=locale.other().as_str() back=back.clone() text=td!(locale, common.other_language)/>
                <Switch
                    name="elder"
                    value=if elder { "off" } else { "on" }
                    back
                    text=if elder { td!(locale, common.elder_off) } else { td!(locale, common.elder_on) }
                />
            </div>
        </header>
    }
    .inert()
}

/// One setting, changed by one tap, without script.
#[component]
pub fn Switch(name: &'static str, value: &'static str, back: String, text: &'static str) -> impl IntoView {
    view! {
        <form method="post" action="/settings">
            <input type="hidden" name="back" value=back/>
            <button class="pill" name=name value=value>{text}</button>
        </form>
    }
    .inert()
}
