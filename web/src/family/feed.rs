//! A child's days in the family's own calendars: the link, and how to end it.

use doorstep_shared::{
    Problem, ProblemKind,
    bookings::{EndCalendarFeed, GetCalendarFeed, MakeCalendarFeed, NewCalendarFeed},
    children::{Child, GetChild},
    ids::ChildId,
};
use leptos::prelude::*;

use super::{missing, sign_in, words};
use crate::{
    app,
    page::{Answer, Page, Tab},
    problems::FormSummary,
    td,
    ui::{
        field::OnceKey,
        icon::Icon,
        notice::{Notice, Tone},
    },
    visit::{Fields, Visit},
};

/// `GET /children/{id}/calendar`.
pub async fn page(visit: &Visit, id: &str) -> Answer {
    show(visit, id, None).await
}

/// `POST /children/{id}/calendar`: makes a link and shows it, this once.
pub async fn make(visit: &Visit, form: &Fields, id: &str) -> Answer {
    let Ok(child) = id.parse::<ChildId>() else { return missing::page(visit).into() };
    match visit.call_once(form, MakeCalendarFeed { id: child }).await {
        Ok(feed) => show(visit, id, Some(feed)).await,
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

/// `POST /children/{id}/calendar/end`.
pub async fn end(visit: &Visit, form: &Fields, id: &str) -> Answer {
    let Ok(child) = id.parse::<ChildId>() else { return missing::page(visit).into() };
    match visit.call_once(form, EndCalendarFeed { id: child }).await {
        Ok(()) => Answer::see_other(format!("/children/{child}/calendar?done=ended")),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

async fn show(visit: &Visit, id: &str, new: Option<NewCalendarFeed>) -> Answer {
    let (child, since) = match load(visit, id).await {
        Ok(loaded) => loaded,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let (locale, form) = (visit.locale(), visit.form.clone());
    let title = td!(locale, feed.title, name = child.name);
    let (heading, here) = (title.clone(), format!("/children/{}/calendar", child.id));
    let ended = visit.query.get("done") == Some("ended") && since.is_none();
    let back = here.clone();
    let body = move || {
        let state = match since {
            Some(at) => td!(locale, feed.since, date = words::month_day(at.local_date(), locale)),
            None => td!(locale, feed.none).to_owned(),
        };
        let label = if since.is_some() { td!(locale, feed.renew) } else { td!(locale, feed.make) };
        let class = if new.is_some() { "button line" } else { "button" };
        view! {
            <a class="back" href=format!("/children/{}", child.id)><Icon name="i-back"/>{child.name}</a>
            <h1>{heading}</h1>
            <FormSummary form locale/>
            {ended.then(|| view! { <Notice tone=Tone::Good title=td!(locale, feed.ended)/> })}
            {new.map(|feed| {
                // Phones hand this address to their calendar.
                let webcal = feed.url.split_once(':').map(|(_, rest)| format!("webcal:{rest}"));
                view! {
                    <section class="card stack" id="link">
                        <h2>{td!(locale, feed.made)}</h2>
                        <a class="button wide" href=webcal>{td!(locale, feed.open)}</a>
                        <div class="field">
                            <label for="url">{td!(locale, feed.copy)}</label>
                            <input id="url" type="text" readonly value=feed.url/>
                        </div>
                        <p class="meta">{td!(locale, feed.once)}</p>
                    </section>
                }
            })}
            <form class="card stack" method="post" action=here.clone()>
                <OnceKey/>
                <p>{td!(locale, feed.what)}</p>
                <p class="meta">{td!(locale, feed.who)}</p>
                <p class="tiny" id="since">{state}</p>
                <button class=class id="make">{label}</button>
            </form>
            {since.map(|_| view! {
                <form method="post" action=format!("{here}/end")>
                    <OnceKey/>
                    <button class="link bad" id="end">{td!(locale, feed.end)}</button>
                </form>
            })}
        }
        .into_any()
    };
    Page::new(title, body).tab(Tab::Children).back(back).into()
}

async fn load(visit: &Visit, id: &str) -> Result<(Child, Option<doorstep_shared::Timestamp>), Problem> {
    let id = id.parse::<ChildId>().map_err(|_| Problem::new(ProblemKind::NotFound))?;
    let child = visit.call(GetChild { id }).await?;
    Ok((child, visit.call(GetCalendarFeed { id }).await?.created_at))
}
