//! The page of a wish, from top to bottom.

use doorstep_shared::{Date, Fen, Problem, ProblemKind, Timestamp, bookings::Booking, care::CareKind};
use leptos::prelude::*;

use super::{
    ANOTHER, FREE, RECOUNT, SEEN,
    refusal::{NextBestChoices, NextStep, PriceNotice},
    scene::{Candidate, Scene, Standing},
    weekly,
};
use crate::{
    Locale,
    family::{
        child_form::{self, ChildFields, ConsentFields},
        price::{self, PriceTable},
        sign_in::PhoneForm,
        waiting, words,
    },
    problems::FormSummary,
    td,
    ui::{
        Inert as _,
        careful::Careful,
        face::initial,
        field::{FieldError, OnceKey, TextField},
        icon::Icon,
        live::Live,
        notice::{Notice, Tone},
        recheck::Recheck,
    },
    visit::{Fields, Visit},
};

/// Why the page is shown again.
#[derive(Clone)]
pub enum Trouble {
    None,
    Refused(Box<Problem>),
    /// None at all: this child was added, and the next one is asked for.
    Added {
        name: String,
    },
    /// The nursery has changed its price since the form was shown.
    PriceChanged {
        care: CareKind,
        before: Fen,
        now: Fen,
    },
}

impl Trouble {
    pub fn status(&self) -> u16 {
        match self {
            Self::None | Self::Added { .. } => 200,
            Self::PriceChanged { .. } => 409,
            Self::Refused(problem) if problem.kind == ProblemKind::Malformed => 422,
            Self::Refused(problem) => problem.status,
        }
    }
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        Self::Refused(Box::new(problem))
    }
}

impl From<ProblemKind> for Trouble {
    fn from(kind: ProblemKind) -> Self {
        Self::Refused(Box::new(kind.into()))
    }
}

#[component]
pub fn BookPage(
    visit: Visit,
    scene: Scene,
    /// What was typed.
    fields: Fields,
    trouble: Trouble,
    /// The family's own booking that stands in the way.
    busy: Option<Booking>,
) -> impl IntoView {
    let locale = visit.locale();
    let nursery = format!("/nurseries/{}", scene.nursery.id);
    let back = match scene.wish.dates.first() {
        Some(date) => format!("{nursery}?date={date}"),
        None => nursery,
    };
    let (stamp, href) = (scene.stamp(), scene.wish.href());
    view! {
        <a class="back" href=back><Icon name="i-back"/>{scene.nursery.name.clone()}</a>
        <h1>{td!(locale, book.title)}</h1>
        <Recheck locale stamp url=href as_of=visit.now.clock_time() reload=false/>
        {if scene.children.is_some() {
            view! { <BookForm visit scene fields trouble busy/> }.into_any()
        } else {
            view! { <SignInFirst visit scene/> }.into_any()
        }}
    }
    .into_any()
}

/// Everything about the wish, then the phone number: nothing of it is lost on the way.
#[component]
fn SignInFirst(visit: Visit, scene: Scene) -> impl IntoView {
    let (locale, now, next) = (visit.locale(), visit.now, scene.wish.href());
    view! {
        <WindowCard scene=&scene locale/>
        <SumCard scene=&scene now locale/>
        <h2>{td!(locale, book.sign_in)}</h2>
        <p class="meta">{td!(locale, book.sign_in_why)}</p>
        <PhoneForm visit next/>
    }
    .into_any()
}

#[component]
fn BookForm(visit: Visit, scene: Scene, fields: Fields, trouble: Trouble, busy: Option<Booking>) -> impl IntoView {
    let (locale, now) = (visit.locale(), visit.now);
    let mut labels = vec![
        ("child", "who", td!(locale, book.who)),
        ("date", "when", td!(locale, book.when)),
        ("pickup", "pickup", td!(locale, book.pickup)),
    ];
    labels.extend(child_form::labels(locale));
    let refused = match &trouble {
        Trouble::Refused(problem) => Some(problem.as_ref().clone()),
        Trouble::None | Trouble::Added { .. } | Trouble::PriceChanged { .. } => None,
    };
    let next_best = refused.as_ref().map(|problem| problem.next_best.clone()).unwrap_or_default();
    let is_full = refused.as_ref().is_some_and(|problem| problem.kind == ProblemKind::SlotFull);
    // Only where the form showed it free, somebody was quicker.
    let title = (is_full && fields.has(FREE)).then(|| td!(locale, book.just_taken).to_owned());
    let summary = visit.form.clone().map(|mut form| {
        if form.problem.kind != ProblemKind::Invalid {
            // What stands in the way is said in its own sentence, not as a fault of a field.
            form.problem.fields.clear();
        }
        form
    });
    let added = match &trouble {
        Trouble::Added { name } => Some(view! {
            <Notice tone=Tone::Good title=td!(locale, book.child_added, name = name) focus=true/>
        }),
        Trouble::None | Trouble::Refused(_) | Trouble::PriceChanged { .. } => None,
    };
    let asks_next = added.is_some();
    let at_child = match &trouble {
        Trouble::Refused(problem) if problem.kind == ProblemKind::Invalid => visit.form.clone(),
        _ => None,
    };
    let changed = match trouble {
        Trouble::PriceChanged { care, before, now } => Some(view! { <PriceNotice care before now locale/> }),
        Trouble::None | Trouble::Added { .. } | Trouble::Refused(_) => None,
    };
    let error = |field: &str| at_child.as_ref().and_then(|form| form.error(field, locale));
    let typed = |name: &str| fields.get(name).unwrap_or_default().to_owned();
    let candidates = scene.candidates();
    let nobody = candidates.is_empty();
    let rows = candidates.iter().map(|candidate| {
        let checked = scene.wish.children.contains(&candidate.child.id);
        view! { <ChildRow candidate=candidate checked locale/> }
    });
    let open = nobody || asks_next || child_form::is_begun(&fields);
    let new_child = view! {
        <ChildFields locale form=at_child.as_ref() value=&typed voluntary=!nobody/>
        <ConsentFields locale form=at_child.as_ref() value=&typed/>
        <button class="button line" id="another" name=ANOTHER value="yes" formnovalidate>{td!(locale, book.another)}</button>
    };
    let free = scene.is_free().then(|| view! { <input type="hidden" name=FREE value="yes"/> });
    let again = scene.wish.again.map(|id| view! { <input type="hidden" name="again" value=id.to_string()/> });
    let total = scene.price().total_fen;
    view! {
        <FormSummary form=summary locale fields=labels nostrip:title=title/>
        {refused.map(|problem| view! { <NextStep problem scene=&scene busy now locale/> })}
        {changed}
        {added}
        {view! { <Live locale/> }.inert()}
        <form class="book" id="book" method="post" action="/book" data-recount="offer from to date child again" data-careful>
            // The first button is the one that Enter presses.
            <button class="visually-hidden" tabindex="-1" aria-hidden="true">{td!(locale, book.hold)}</button>
            <OnceKey/>
            <input type="hidden" name="offer" value=scene.wish.offer.to_string()/>
            <input type="hidden" name="from" value=scene.wish.span.from.to_string()/>
            <input type="hidden" name="to" value=scene.wish.span.to.to_string()/>
            {again}
            <NextBestChoices choices=next_best wish=&scene.wish locale/>
            <div id="wished" data-zone><WindowCard scene=&scene locale/></div>
            <DayChoice scene=&scene error=error("date") locale/>
            <fieldset class="card stack" id="who" tabindex="-1">
                <legend><h2>{td!(locale, book.who)}</h2></legend>
                <FieldError id="who" error=error("child")/>
                {rows.collect_view()}
                {if nobody {
                    view! { <p class="meta">{td!(locale, book.first_child)}</p>{new_child} }.into_any()
                } else {
                    view! {
                        <details class="more" open=open>
                            <summary>{td!(locale, book.add_child)}</summary>
                            <input type="hidden" name="voluntary" value="yes"/>
                            <div class="stack">{new_child}</div>
                        </details>
                    }
                    .into_any()
                }}
            </fieldset>
            <PickUp persons=&scene.persons value=typed("pickup") error=error("pickup") locale/>
            <div id="counted" data-zone>
                // Beside the sum, so that what was seen is what stands there.
                <input type="hidden" name=SEEN value=scene.unit_prices()/>
                {free}
                <SumCard scene=&scene now locale/>
            </div>
            <button class="link recount" name=RECOUNT value="yes" formnovalidate>{td!(locale, book.recount)}</button>
            {view! { <Careful locale/> }.inert()}
            <div class="foot-bar">
                <p id="total" data-zone><b>{total.to_string()}</b><span class="tiny">{td!(locale, book.pay_there)}</span></p>
                <button class="button">{td!(locale, book.hold)}</button>
            </div>
        </form>
    }
    .into_any()
}

/// Who picks up: typed, or one of the persons that the family has named.
#[component]
pub fn PickUp<'a>(
    persons: &'a [String],
    value: String,
    error: Option<String>,
    locale: Locale,
) -> impl IntoView + use<> {
    let persons = persons.iter().map(|name| view! { <option value=name.clone()></option> }).collect_view();
    view! {
        <div class="card">
            <TextField
                id="pickup"
                label=td!(locale, book.pickup)
                hint=td!(locale, book.pickup_hint)
                list="persons"
                value=value
                nostrip:error=error
                maxlength=60
            />
        </div>
        <datalist id="persons">{persons}</datalist>
    }
    .into_any()
}

/// Date and window in large type, then what and where.
#[component]
fn WindowCard<'a>(scene: &'a Scene, locale: Locale) -> impl IntoView + use<> {
    let (wish, nursery) = (&scene.wish, &scene.nursery);
    let first = wish.dates.first().map(|date| words::date(*date, locale));
    let more = wish.dates.len().saturating_sub(1);
    let more = (more > 0).then(|| view! { <span class="tag">{td!(locale, book.more_days, count = more)}</span> });
    let what = [
        words::care(scene.offer.care, locale).to_owned(),
        words::class(scene.class.kind, locale).to_owned(),
        nursery.name.clone(),
    ];
    let mut chosen = scene.days().into_iter().filter(|(date, _)| wish.dates.contains(date));
    let standing = chosen.find(|(_, standing)| !matches!(standing, Standing::Free(_))).map(|(_, standing)| standing);
    let full = standing.is_some();
    let wait = match (standing, wish.dates.as_slice()) {
        (Some(Standing::Full), [date]) => {
            let href = waiting::join_href(wish.offer, *date, wish.span);
            Some(view! { " "<a class="link" id="to-wait" href=href>{td!(locale, waiting.act)}</a> })
        }
        _ => None,
    };
    view! {
        <section class="card wish">
            <p class="big"><b>{first}</b>" "<b>{wish.span.to_string()}</b>" "{more}</p>
            <p class="meta">{what.join(" · ")}</p>
            <p class="meta">{nursery.address.clone()}</p>
            {full.then(|| standing.map(|standing| view! {
                <p class="standing"><Icon name="i-warn"/>{standing_text(standing, locale)}</p>
                <a class="link" href=format!("/nurseries/{}", nursery.id)>{td!(locale, book.other_times)}</a>
            }))}
            {wait}
        </section>
    }
    .into_any()
}

/// The same window on other days, as many as are wanted.
#[component]
fn DayChoice<'a>(scene: &'a Scene, error: Option<String>, locale: Locale) -> impl IntoView + use<> {
    let wish = &scene.wish;
    let days = scene.days().into_iter().map(|(date, standing)| {
        let checked = wish.dates.contains(&date);
        view! { <DayBox date standing checked locale/> }
    });
    let open = wish.dates.len() != 1 || error.is_some();
    view! {
        <details class="card more" id="when" tabindex="-1" open=open>
            <summary>{td!(locale, book.other_days)}</summary>
            <FieldError id="when" error=error/>
            <div class="days">{days.collect_view()}</div>
            <p><a class="link" href=weekly::of_wish(wish)>{td!(locale, weekly.link)}</a></p>
        </details>
    }
    .into_any()
}

#[component]
fn DayBox(date: Date, standing: Standing, checked: bool, locale: Locale) -> impl IntoView {
    // A day that was chosen can be taken off, whatever became of it.
    let disabled = !checked && !matches!(standing, Standing::Free(_));
    view! {
        <label class="choice day-choice">
            <input type="checkbox" name="date" value=date.to_string() checked=checked disabled=disabled/>
            <span>
                <b>{words::date(date, locale)}</b>
                <small>{standing_text(standing, locale)}</small>
            </span>
        </label>
    }
    .into_any()
}

pub fn standing_text(standing: Standing, locale: Locale) -> String {
    match standing {
        Standing::Free(count) => td!(locale, book.free, count = count),
        Standing::Full => td!(locale, book.full).to_owned(),
        Standing::Late => td!(locale, book.late).to_owned(),
        Standing::Closed => td!(locale, book.closed).to_owned(),
    }
}

#[component]
pub fn ChildRow<'a>(candidate: &'a Candidate<'a>, checked: bool, locale: Locale) -> impl IntoView + use<> {
    let child = candidate.child;
    let age = td!(locale, common.months_old, count = candidate.months);
    let class = words::class(candidate.class.kind, locale);
    let price = words::price(candidate.offer.price_fen, candidate.offer.care, locale);
    let ages = words::ages(candidate.class.ages, locale);
    let misfit =
        (!candidate.fits).then(|| view! { <span class="misfit">{td!(locale, book.misfit, ages = ages)}</span> });
    let allergies =
        (!child.allergies.is_empty()).then(|| view! { <span class="tag accent">{child.allergies.clone()}</span> });
    view! {
        <label class="child-choice">
            <input type="checkbox" name="child" value=child.id.to_string() checked=checked/>
            <span class="face" aria-hidden="true">{initial(&child.name)}</span>
            <span>
                <b>{child.name.clone()}</b>" "{allergies}
                <span class="meta">{age}" · "{class}" · "{price}</span>
                {misfit}
            </span>
        </label>
    }
    .into_any()
}

/// What it costs, and what cancelling would cost.
#[component]
fn SumCard<'a>(scene: &'a Scene, now: Timestamp, locale: Locale) -> impl IntoView + use<> {
    let rule = scene.offer.cancel_rule;
    let cancelling = scene.free_until().map(|until| price::cancelling(rule, until, now, locale));
    view! {
        <section class="card stack" id="sum">
            <h2>{td!(locale, price.title)}</h2>
            <PriceTable price=scene.price() locale/>
            <p class="meta">{cancelling}" "{td!(locale, book.undo)}</p>
        </section>
    }
    .into_any()
}
