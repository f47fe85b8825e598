//! A row of days, each with a number, a word and a colour; never the colour alone.

use leptos::prelude::*;

use super::Inert as _;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Closed for everybody.
    Rest,
    None,
    Few,
    Some,
    Many,
}

impl Level {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::None => "none",
            Self::Few => "few",
            Self::Some => "some",
            Self::Many => "many",
        }
    }
}

pub struct Day {
    pub href: String,
    pub name: String,
    /// A second line, for the day of the month.
    pub date: String,
    pub number: String,
    /// What the number counts, for who hears the page and does not see it.
    pub unit: String,
    pub word: &'static str,
    pub level: Level,
    pub chosen: bool,
}

#[component]
pub fn Strip(label: &'static str, days: Vec<Day>) -> impl IntoView {
    let days = days.into_iter().map(|day| {
        let current = day.chosen.then_some("date");
        let id = format!("day-{}", day.date.replace('/', "-"));
        view! {
            <li>
                <a id=id class="day" href=day.href data-level=day.level.as_str() aria-current=current data-live>
                    <span>{day.name}" "</span>
                    <small>{day.date}" "</small>
                    <b>{day.number}" "</b>
                    <i class="visually-hidden">{day.unit}" "</i>
                    <span>{day.word}</span>
                </a>
            </li>
        }
    });
    view! { <nav class="strip" aria-label=label><ol>{days.collect_view()}</ol></nav> }.inert()
}
