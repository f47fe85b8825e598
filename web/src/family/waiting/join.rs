//! The page to get in line: for whom, what it means, how long the line is, and what may be done without asking again.

use chrono::Days;
use doorstep_shared::{
    Date, HalfHour, Problem, ProblemKind, Span, Timestamp,
    bookings::{JoinWaitlist, LookAtWaitlist, WaitlistAhead, WaitlistEntry},
    ids::OfferId,
    problem::FieldRule,
};
use leptos::prelude::*;

use super::{Candidate, ChildRow, Scene, Standing, Wish, book, child_form, domain, missing, sign_in, words};
use crate::{
    Locale, app,
    page::{Answer, Page, Tab},
    problems::FormSummary,
    td,
    ui::{
        Inert as _,
        careful::Careful,
        field::{Check, FieldError, OnceKey, SelectField},
        icon::Icon,
        notice::{Notice, Tone},
        recheck::Recheck,
    },
    visit::{Fields, Visit},
};

/// Where the line of a window is joined.
pub fn href(offer: OfferId, date: Date, span: Span) -> String {
    let wish = Wish { offer, dates: vec![date], span, children: Vec::new(), again: None };
    wish.href().replacen("/book?", "/wait?", 1)
}

/// What stands in the field of until when a place may be booked without asking again.
const EVE: &str = "eve";
const START: &str = "start";

/// From when on nobody is booked anything overnight.
fn eve(date: Date) -> Option<Timestamp> {
    Some(Timestamp::at(date.checked_sub_days(Days::new(1))?, HalfHour::new(40)?))
}

/// `GET /wait?offer=…&date=…&from=…&to=…`.
pub async fn page(visit: &Visit) -> Answer {
    let fields = visit.form.as_ref().map_or(&visit.query, |form| &form.fields).clone();
    let Some((wish, date)) = read(&fields) else {
        return nothing_to_wait_for(visit).into();
    };
    let span = wish.span;
    let scene = match Scene::load(visit, wish).await {
        Ok(scene) => scene,
        Err(problem) if problem.kind == ProblemKind::NotFound => {
            return nothing_to_wait_for(visit).into();
        }
        Err(problem) => return missing::problem_page(visit, problem).into(),
    };
    let own = href(scene.offer.id, date, span);
    if scene.children.is_none() {
        return Answer::see_other(sign_in::to_sign_in(&own));
    }
    let ask = LookAtWaitlist { id: scene.offer.id, date, from: span.from, to: span.to };
    let ahead = match visit.call(ask).await {
        Ok(ahead) => ahead,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let (locale, again) = (visit.locale(), visit.clone());
    let status = visit.form.as_ref().map_or(200, |form| form.problem.status);
    let body = move || view! { <Join visit=again scene ahead date fields/> }.into_any();
    Page::new(td!(locale, waiting.join_title), body).tab(Tab::Bookings).status(status).back(own).into()
}

/// `POST /wait`: adds the child that was typed in, then gets in line.
pub async fn submit(visit: &Visit, form: &Fields) -> Answer {
    let mut form = form.clone();
    match join(visit, &mut form).await {
        Ok(entry) => Answer::see_other(words::href(&entry)),
        Err(problem) => app::refused(visit, &form, problem).await,
    }
}

async fn join(visit: &Visit, form: &mut Fields) -> Result<WaitlistEntry, Problem> {
    let (wish, date) = read(form).ok_or(ProblemKind::Malformed)?;
    book::add_child(visit, form, wish.children.is_empty()).await?;
    let (Wish { offer, span, children, .. }, _) = read(form).ok_or(ProblemKind::Malformed)?;
    if children.is_empty() {
        return Err(Problem::field("child", FieldRule::Required, "nobody is chosen"));
    }
    let auto_accept_until = match form.get("until") {
        Some(EVE) => eve(date),
        Some(START) => Some(Timestamp::at(date, span.from)),
        _ => None,
    };
    let ask = JoinWaitlist {
        child_ids: children,
        offer_id: offer,
        date,
        from: span.from,
        to: span.to,
        auto_accept_until,
        leave_others: form.has("leave"),
    };
    visit.call_once(form, ask).await.map_err(at_our_fields)
}

/// The window of one date.
fn read(fields: &Fields) -> Option<(Wish, Date)> {
    let wish = Wish::read(fields)?;
    let date = *wish.dates.first()?;
    (wish.dates.len() == 1).then_some((wish, date))
}

/// The request counts children; the form has one field for all.
fn at_our_fields(mut problem: Problem) -> Problem {
    for wrong in &mut problem.fields {
        let ours = match wrong.field.split('.').next() {
            Some("child_ids") => "child",
            Some("auto_accept_until") => "until",
            _ => continue,
        };
        wrong.field = ours.to_owned();
    }
    problem
}

/// The link names no window, or one that is not sold any more.
fn nothing_to_wait_for(visit: &Visit) -> Page {
    book::nothing_there(visit, td!(visit.locale(), waiting.gone))
}

#[component]
fn Join(
    visit: Visit,
    scene: Scene,
    ahead: WaitlistAhead,
    date: Date,
    /// What was typed.
    fields: Fields,
) -> impl IntoView {
    let locale = visit.locale();
    let (offer, span) = (scene.offer.id, scene.wish.span);
    let standing = scene.days().into_iter().find(|(day, _)| *day == date).map(|(_, standing)| standing);
    let back = format!("/nurseries/{}?date={date}", scene.nursery.id);
    let (url, elsewhere) = (href(offer, date, span), back.clone());
    let stamp = format!("{}-{standing:?}", ahead.waiting);
    let (is_free, tried) = (matches!(standing, Some(Standing::Free(_))), visit.form.is_some());
    let main = match standing {
        // Where nobody can wait, that is said, and what can be done instead.
        Some(Standing::Free(_)) => view! { <BookInstead scene=&scene focus=tried locale/> }.into_any(),
        Some(Standing::Late | Standing::Closed) | None => view! {
            <Notice tone=Tone::Warn title=td!(locale, waiting.not_then)>
                <a class="button small" href=elsewhere>{td!(locale, book.other_times)}</a>
            </Notice>
        }
        .into_any(),
        Some(Standing::Full) => view! { <Form visit=visit.clone() scene=&scene ahead date fields/> }.into_any(),
    };
    // A place is free: that stands below, with what can be done about it.
    let refused = visit.form.clone().filter(|form| !is_free || form.problem.kind != ProblemKind::PlaceFree);
    let what = [domain::care(scene.offer.care, locale), domain::class(scene.class.kind, locale)];
    view! {
        <a class="back" href=back><Icon name="i-back"/>{scene.nursery.name.clone()}</a>
        <h1>{td!(locale, waiting.join_title)}</h1>
        <Recheck locale stamp url as_of=visit.now.clock_time() reload=false/>
        <FormSummary form=refused locale fields=labels(locale)/>
        <section class="card wish">
            <p class="big"><b>{domain::date(date, locale)}</b>" "<b>{span.to_string()}</b></p>
            <p class="meta">{domain::list(&what, locale)}" · "{scene.nursery.name.clone()}</p>
            <p class="meta">{scene.nursery.address.clone()}</p>
        </section>
        {main}
    }
    .into_any()
}

fn labels(locale: Locale) -> Vec<(&'static str, &'static str, &'static str)> {
    let mut labels = vec![("child", "who", td!(locale, book.who)), ("until", "until", td!(locale, waiting.until))];
    labels.extend(child_form::labels(locale));
    labels
}

/// There is a place: nothing to wait for.
#[component]
fn BookInstead<'a>(scene: &'a Scene, focus: bool, locale: Locale) -> impl IntoView + use<> {
    let href = scene.wish.href();
    view! {
        <Notice tone=Tone::Good title=td!(locale, problem.place_free) focus>
            <p>{td!(locale, problem.advice_place_free)}</p>
            <a class="button small" id="book-instead" href=href>{td!(locale, waiting.book_instead)}</a>
        </Notice>
    }
}

#[component]
fn Form<'a>(visit: Visit, scene: &'a Scene, ahead: WaitlistAhead, date: Date, fields: Fields) -> impl IntoView + use<> {
    let (locale, now) = (visit.locale(), visit.now);
    let span = scene.wish.span;
    let form = visit.form.as_ref();
    let typed = |name: &str| fields.get(name).unwrap_or_default().to_owned();
    let candidates = scene.candidates();
    let nobody = candidates.is_empty();
    let is_chosen = |candidate: &Candidate<'_>| scene.wish.children.contains(&candidate.child.id);
    let rows: Vec<_> = candidates
        .iter()
        .map(|candidate| view! { <ChildRow candidate=candidate checked=is_chosen(candidate) locale/> })
        .collect();
    let new_child = nobody.then(|| {
        view! {
            <p class="meta">{td!(locale, book.first_child)}</p>
            <child_form::ChildFields locale form value=&typed voluntary=false/>
            <child_form::ConsentFields locale form value=&typed/>
        }
    });
    let line = if ahead.waiting == 0 {
        td!(locale, waiting.ahead_none).to_owned()
    } else {
        td!(locale, waiting.ahead, count = ahead.waiting)
    };
    let odds = words::odds(ahead.odds, ahead.waiting + 1, domain::weekday(date, locale), locale);
    let mut until = vec![(String::new(), td!(locale, waiting.until_ask).to_owned())];
    if eve(date).is_some_and(|eve| eve > now) {
        until.push((EVE.to_owned(), td!(locale, waiting.until_eve, day = domain::date(date - Days::new(1), locale))));
    }
    until.push((START.to_owned(), td!(locale, waiting.until_start).to_owned()));
    view! {
        <section class="card stack" id="line">
            <h2>{line}</h2>
            <p class="meta">{odds}</p>
            <p>{td!(locale, waiting.means_order)}</p>
            <p>{td!(locale, waiting.means_offer, minutes = ahead.offer_minutes)}</p>
            <p>{td!(locale, waiting.means_free)}</p>
        </section>
        <form class="book" id="wait" method="post" action="/wait" data-careful>
            <OnceKey/>
            <input type="hidden" name="offer" value=scene.offer.id.to_string()/>
            <input type="hidden" name="date" value=date.to_string()/>
            <input type="hidden" name="from" value=span.from.to_string()/>
            <input type="hidden" name="to" value=span.to.to_string()/>
            <fieldset class="card stack" id="who" tabindex="-1">
                <legend><h2>{td!(locale, book.who)}</h2></legend>
                <FieldError id="who" error=form.and_then(|form| form.error("child", locale))/>
                {rows}
                {new_child}
            </fieldset>
            <section class="card stack">
                <h2>{td!(locale, waiting.when_free)}</h2>
                <SelectField id="until" name="until" label=td!(locale, waiting.until) options=until chosen=typed("until")/>
                <p class="meta">{td!(locale, waiting.until_text)}</p>
                <Check
                    id="leave"
                    name="leave"
                    value="yes"
                    label=td!(locale, waiting.leave_when_booked)
                    checked=fields.has("leave")
                />
            </section>
            {view! { <Careful locale/> }.inert()}
            <button class="button wide" id="join">{td!(locale, waiting.join)}</button>
        </form>
    }
    .into_any()
}
