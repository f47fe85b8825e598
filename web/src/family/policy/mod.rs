//! Where numbers come from: each figure of the city's policy with its text and article, on a day that one chooses.

mod figures;

use doorstep_shared::{
    Date, dates,
    policy::{GetPolicy, PolicyFigure, PolicyOn, Standing},
};
use leptos::prelude::*;

pub use self::figures::label;
use super::missing;
use crate::{
    Locale,
    page::{Page, Tab},
    td,
    ui::{
        Inert as _,
        field::TextField,
        icon::Icon,
        notice::{Notice, Tone},
    },
    visit::Visit,
};

pub const PATH: &str = "/policy";

/// The tables of the policy files that people read, in this order; the others are settings of the program.
const TABLES: [(&str, fn(Locale) -> &'static str); 5] = [
    ("subsidies", |locale| td!(locale, policy.subsidies)),
    ("vouchers", |locale| td!(locale, policy.vouchers)),
    ("price", |locale| td!(locale, policy.price)),
    ("indicators", |locale| td!(locale, policy.indicators)),
    ("classes", |locale| td!(locale, policy.classes)),
];

/// `GET /policy`, with `?date=…`.
pub async fn page(visit: &Visit) -> Page {
    let asked = visit.query.get("date").and_then(dates::read);
    let policy = match visit.call(GetPolicy { date: asked }).await {
        Ok(policy) => policy,
        Err(problem) => return missing::problem_page(visit, problem),
    };
    let locale = visit.locale();
    let body = move || view! { <Policy policy locale/> }.inert();
    Page::new(td!(locale, policy.title), body).tab(Tab::Me)
}

#[component]
fn Policy(policy: PolicyOn, locale: Locale) -> impl IntoView {
    let PolicyOn { date, figures, .. } = policy;
    let drafts = figures.iter().any(|figure| figure.applies && figure.standing == Standing::Draft);
    let of_table = |table: &str| {
        let rows = figures.iter().filter(|figure| figure.key.split('.').next() == Some(table));
        rows.filter_map(|figure| Some((label(&figure.key, locale)?, figure.clone()))).collect::<Vec<_>>()
    };
    let tables: Vec<_> = TABLES.iter().map(|(table, title)| (*table, title(locale), of_table(table))).collect();
    let tables = tables.into_iter().filter(|(_, _, rows)| !rows.is_empty()).map(|(table, title, rows)| {
        let rows = rows.into_iter().map(|(label, figure)| view! { <Figure label figure locale/> });
        view! {
            <section class="stack" aria-labelledby=table>
                <h2 id=table>{title}</h2>
                <ul class="card rows">{rows.collect_view()}</ul>
            </section>
        }
    });
    view! {
        <a class="back" href="/me"><Icon name="i-back"/>{td!(locale, me.title)}</a>
        <h1>{td!(locale, policy.title)}</h1>
        <p>{td!(locale, policy.text)}</p>
        <form class="card stack" method="get" action=PATH>
            <TextField id="date" kind="date" label=td!(locale, policy.date) value=date.to_string() required=true/>
            <button class="button line" id="show">{td!(locale, policy.show)}</button>
        </form>
        {drafts.then(|| view! {
            <Notice tone=Tone::Info title=td!(locale, policy.drafts)>
                <p>{td!(locale, policy.drafts_text)}</p>
            </Notice>
        })}
        {tables.collect_view()}
    }
    .inert()
}

/// What it is, how much, and which text says so.
#[component]
fn Figure(label: String, figure: PolicyFigure, locale: Locale) -> impl IntoView {
    let value = figures::value(&figure, locale);
    let class = match figure.standing {
        Standing::InForce => "tag ok",
        Standing::Draft => "tag warn",
        Standing::Lapsed | Standing::Coming | Standing::Setting => "tag plain",
    };
    let aside = !figure.applies && figure.standing.binds();
    let source = match locale {
        Locale::Zh => figure.source,
        Locale::En => figure.source_en,
    };
    let source = match figure.article {
        Some(article) => format!("{source} {article}"),
        None => source,
    };
    view! {
        <li>
            <p class="row between"><span>{label}</span><b>{value}</b></p>
            <p class="meta">{source}</p>
            <p class="row">
                <span class=class>{standing(figure.standing, locale)}</span>
                {aside.then(|| view! { <span class="tag plain">{td!(locale, policy.put_aside)}</span> })}
                <span class="tiny">{validity(figure.from, figure.until, locale)}</span>
            </p>
        </li>
    }
    .inert()
}

fn standing(standing: Standing, locale: Locale) -> &'static str {
    match standing {
        Standing::InForce => td!(locale, policy.in_force),
        Standing::Draft => td!(locale, policy.draft),
        Standing::Lapsed => td!(locale, policy.lapsed),
        Standing::Coming => td!(locale, policy.coming),
        Standing::Setting => td!(locale, policy.setting),
    }
}

/// Between which days it holds, as far as the text says.
fn validity(from: Option<Date>, until: Option<Date>, locale: Locale) -> Option<String> {
    Some(match (from, until) {
        (Some(from), Some(until)) => td!(locale, policy.between, from = from, until = until),
        (Some(from), None) => td!(locale, policy.since, from = from),
        (None, Some(until)) => td!(locale, policy.until, until = until),
        (None, None) => return None,
    })
}
