//! Language, colours, text size and elder mode, all in one form.

use leptos::prelude::*;

use crate::ui::Inert as _;

use crate::{
    Locale,
    page::{Page, Tab},
    settings::{SIZES, Settings, Theme},
    td,
    ui::field::Choice,
    visit::Visit,
};

pub fn page(visit: &Visit) -> Page {
    let (locale, settings) = (visit.locale(), visit.settings);
    let body = move || {
        view! {
            <h1>{td!(locale, settings.title)}</h1>
            <SettingsForm locale settings back="/settings"/>
        }
        .inert()
    };
    Page::new(td!(locale, settings.title), body).tab(Tab::Me)
}

/// The form itself, for every page that wants to offer it.
#[component]
pub fn SettingsForm(locale: Locale, settings: Settings, back: &'static str) -> impl IntoView {
    let languages = vec![
        ("zh".to_owned(), td!(locale, settings.zh).to_owned()),
        ("en".to_owned(), td!(locale, settings.en).to_owned()),
    ];
    let themes = Theme::ALL.map(|theme| {
        let text = match theme {
            Theme::Auto => td!(locale, settings.theme_auto),
            Theme::Light => td!(locale, settings.theme_light),
            Theme::Dark => td!(locale, settings.theme_dark),
        };
        (theme.as_str().to_owned(), text.to_owned())
    });
    let sizes = (0..SIZES).map(|size| (size.to_string(), td!(locale, settings.size_step, step = size + 1))).collect();
    let modes = [("off", td!(locale, settings.mode_standard)), ("on", td!(locale, settings.mode_elder))];
    let modes = modes.map(|(value, text)| (value.to_owned(), text.to_owned()));
    view! {
        <form class="card stack" method="post" action="/settings">
            <input type="hidden" name="back" value=back/>
            <Choice name="locale" legend=td!(locale, settings.language) options=languages chosen=settings.locale.as_str()/>
            <Choice name="theme" legend=td!(locale, settings.theme) options=themes.to_vec() chosen=settings.theme.as_str()/>
            <Choice name="size" legend=td!(locale, settings.size) options=sizes chosen=settings.size.to_string()/>
            <Choice
                name="elder"
                legend=td!(locale, settings.mode)
                options=modes.to_vec()
                chosen=if settings.elder { "on" } else { "off" }
            />
            <button class="button">{td!(locale, common.save)}</button>
        </form>
    }
    .inert()
}
