//! The board itself: head counts and ratios on top, three columns of children, what can be taken back.

use doorstep_shared::{
    board::{Board, Deed},
    bookings::DayState,
    ids::{BookingDayId, CarerId, ClassId, NurseryId},
};
use leptos::{ev::SubmitEvent, prelude::*};

use super::{
    PATH,
    shown::{Card, ClassShown, Shown},
    state::{Net, State},
};
use crate::{Locale, td};

#[island]
pub fn Today(
    board: Board,
    nursery: NurseryId,
    /// Only this class.
    class: Option<ClassId>,
    locale: Locale,
) -> impl IntoView {
    let state = State::new(board, class);
    #[cfg(all(feature = "staff", target_arch = "wasm32"))]
    Effect::new(move |_| super::sending::start(state, nursery));
    // Only the browser sends.
    #[cfg(not(all(feature = "staff", target_arch = "wasm32")))]
    let _ = nursery;
    let shown = Memo::new(move |_| {
        let (class, now) = (state.class.get(), state.now.get());
        state.board.with(|board| state.unsent.with(|unsent| Shown::of(board, unsent, class, now, locale)))
    });
    let column = move |id: &'static str, title: &'static str, none: &'static str, of: fn(&Shown) -> &Vec<Card>| {
        view! {
            <section class="board-column" aria-labelledby=id>
                <h2 id=id class="row between"><span>{title}</span><b>{move || shown.with(|shown| of(shown).len())}</b></h2>
                <ul class="kids">
                    <For each=move || shown.with(|shown| of(shown).clone()) key=Card::clone children=move |card| kid(card, state, locale)/>
                </ul>
                <p class="meta none" hidden=move || shown.with(|shown| !of(shown).is_empty())>{none}</p>
            </section>
        }
    };
    view! {
        <div class="board" data-awake=move || state.awake.get().then_some("")>
            <div class="board-top">
                {top(state, shown, locale)}
                {net(state, locale)}
            </div>
            {looked_at(state, shown, locale)}
            <div class="board-columns">
                {column("expected", td!(locale, board.expected), td!(locale, board.nobody_expected), |shown| &shown.expected)}
                {column("present", td!(locale, board.present), td!(locale, board.nobody_present), |shown| &shown.present)}
                {column("collected", td!(locale, board.collected), td!(locale, board.nobody_collected), |shown| &shown.collected)}
            </div>
            {duties(state, shown, locale)}
            {breaches(shown, locale)}
            {toast(state, locale)}
        </div>
    }
}

/// Head count of all, then each class with its ratio: a tap shows that class alone.
fn top(state: State, shown: Memo<Shown>, locale: Locale) -> impl IntoView {
    let heads = move || {
        let (present, all) = shown.with(|shown| shown.heads);
        td!(locale, board.heads, present = present, all = all)
    };
    let choose = move |class: Option<ClassId>| {
        move |event: leptos::ev::MouseEvent| {
            event.prevent_default();
            state.class.set(class);
        }
    };
    let ratio = move |index: usize, class: ClassShown| {
        let id = class.class_id;
        let now = move || shown.with(|shown| shown.classes.get(index).cloned()).unwrap_or_else(|| class.clone());
        let (name, level, numbers, word) = (now.clone(), now.clone(), now.clone(), now);
        view! {
            <a
                class="ratio"
                href=format!("{PATH}?class={id}")
                data-level=move || level().level()
                aria-current=move || (state.class.get() == Some(id)).then_some("true")
                on:click=choose(Some(id))
            >
                <b>{move || name().name}</b>
                <span>{move || numbers().of_carers(locale)}</span>
                <span>{move || word().word(locale)}</span>
            </a>
        }
    };
    let classes = shown.with_untracked(|shown| shown.classes.clone());
    view! {
        <nav class="ratios" aria-label=td!(locale, board.classes)>
            <a
                class="ratio"
                href=PATH
                aria-current=move || state.class.get().is_none().then_some("true")
                on:click=choose(None)
            >
                <b>{td!(locale, board.all_classes)}</b>
                <span id="heads">{heads}</span>
            </a>
            {classes.into_iter().enumerate().map(|(index, class)| ratio(index, class)).collect_view()}
        </nav>
    }
}

/// How old this is, and what waits to be sent.
fn net(state: State, locale: Locale) -> impl IntoView {
    let as_of = move || td!(locale, board.as_of, time = state.board.with(|board| board.as_of.clock_time()));
    let unsent = move || {
        let count = state.unsent.with(Vec::len);
        if count > 0 { td!(locale, board.unsent, count = count) } else { String::new() }
    };
    let text = move || match state.net.get() {
        Net::Fine => "",
        Net::Gone => td!(locale, board.offline),
        Net::SignedOut => td!(locale, board.signed_out),
        Net::Busy => td!(locale, board.busy),
    };
    view! {
        <div class="board-net" data-net=move || if state.net.get() == Net::Fine { "fine" } else { "gone" }>
            <span class="meta" id="as-of">{as_of}</span>
            <b id="unsent" role="status">{unsent}</b>
            <span role="status" id="net">{text}</span>
            <a class="link" href="/staff/sign-in" hidden=move || state.net.get() != Net::SignedOut>{td!(locale, board.sign_in)}</a>
        </div>
    }
}

fn kid(card: Card, state: State, locale: Locale) -> impl IntoView {
    let Card { day_id, name, state: day, lines, tags, is_unsent } = card;
    let tags = tags.into_iter().map(|(tone, text)| view! { <span class=tone.class()>{text}</span> }).collect_view();
    let lines = lines.into_iter().map(|line| view! { <span class="meta">{line}</span> }).collect_view();
    let unsent = is_unsent.then(|| view! { <span class="tag warn">{td!(locale, board.unsent_tag)}</span> });
    let deed = match day {
        DayState::CheckedIn => Some((Deed::CheckOut { day_id, by: None }, false)),
        DayState::CheckedOut => None,
        _ => Some((Deed::CheckIn { day_id }, true)),
    };
    let details = td!(locale, board.details_named, name = name);
    let first = name.chars().last().map(String::from).unwrap_or_default();
    let form = deed.map(|(deed, comes)| tap(deed, comes, day_id, name.clone(), state, locale));
    view! {
        <li class="kid" id=format!("kid-{day_id}") data-state=day.as_str()>
            <span class="face" aria-hidden="true">{first}</span>
            <span class="who"><a href=format!("{PATH}/{day_id}") aria-label=details><b>{name}</b></a>{lines}<span class="tags">{tags}{unsent}</span></span>
            {form}
        </li>
    }
}

fn tap(deed: Deed, comes: bool, day_id: BookingDayId, name: String, state: State, locale: Locale) -> impl IntoView {
    let kind = deed.kind().as_str();
    let (word, label, class) = if comes {
        (td!(locale, board.check_in), td!(locale, board.check_in_named, name = name), "button tap")
    } else {
        (td!(locale, board.check_out), td!(locale, board.check_out_named, name = name), "button line tap")
    };
    let done = move |event: SubmitEvent| {
        event.prevent_default();
        let name = name.clone();
        state.act(deed.clone(), move |time| {
            if comes {
                td!(locale, board.did_check_in, name = name, time = time)
            } else {
                td!(locale, board.did_check_out, name = name, time = time)
            }
        });
    };
    view! {
        <form method="post" action=PATH on:submit=done>
            <input type="hidden" name="id" value=form_id()/>
            <input type="hidden" name="kind" value=kind/>
            <input type="hidden" name="day" value=day_id.to_string()/>
            <button class=class aria-label=label>{word}</button>
        </form>
    }
}

/// The id of what a form does, so that it happens once. An island makes its own when it is tapped.
fn form_id() -> String {
    #[cfg(feature = "ssr")]
    return uuid::Uuid::now_v7().to_string();
    #[cfg(not(feature = "ssr"))]
    String::new()
}

/// What does not fit, until somebody has looked at it.
fn looked_at(state: State, shown: Memo<Shown>, locale: Locale) -> impl IntoView {
    let conflicts = move || {
        let refused = state.refused.get();
        let refused = refused.into_iter().map(|(id, time)| (id, td!(locale, board.refused, time = time)));
        let all = shown.with(|shown| shown.conflicts.clone()).into_iter().chain(refused);
        state.seen.with(|seen| all.filter(|(id, _)| !seen.contains(id)).collect::<Vec<_>>())
    };
    let is_none = move || conflicts().is_empty();
    let row = move |(id, text): (doorstep_shared::ids::ActionId, String)| {
        let dismiss = move |_| {
            state.seen.update(|seen| {
                seen.insert(id);
            })
        };
        view! {
            <li class="row between">
                <span>{text}</span>
                <button type="button" class="button line small" on:click=dismiss hidden=move || !state.awake.get()>
                    {td!(locale, board.dismiss)}
                </button>
            </li>
        }
    };
    view! {
        <section class="notice warn" id="conflicts" aria-labelledby="conflicts-title" hidden=is_none>
            <span></span>
            <div>
                <h2 class="notice-title" id="conflicts-title">{td!(locale, board.conflicts)}</h2>
                <ul><For each=conflicts key=|(id, _)| *id children=row/></ul>
            </div>
        </section>
    }
}

/// Who looks after the children of each class, and that somebody has left or come.
fn duties(state: State, shown: Memo<Shown>, locale: Locale) -> impl IntoView {
    let row = move |class: ClassId, (carer, name): (CarerId, String), leaves: bool, is_missing: bool| {
        let (deed, word, label) = if leaves {
            let deed = Deed::CarerLeft { carer_id: carer, class_id: class };
            (deed, td!(locale, board.carer_left), td!(locale, board.carer_left_named, name = name))
        } else {
            let deed = Deed::CarerCame { carer_id: carer, class_id: class };
            (deed, td!(locale, board.carer_came), td!(locale, board.carer_came_named, name = name))
        };
        let (kind, told) = (deed.kind().as_str(), name.clone());
        let done = move |event: SubmitEvent| {
            event.prevent_default();
            let name = told.clone();
            state.act(deed.clone(), move |time| {
                if leaves {
                    td!(locale, board.did_carer_left, name = name, time = time)
                } else {
                    td!(locale, board.did_carer_came, name = name, time = time)
                }
            });
        };
        let missing = is_missing.then(|| view! { <span class="tag warn">{td!(locale, board.duty_missing)}</span> });
        view! {
            <li class="row between" data-carer=carer.to_string()>
                <span>{name}" "{missing}</span>
                <form method="post" action=PATH on:submit=done>
                    <input type="hidden" name="id" value=form_id()/>
                    <input type="hidden" name="kind" value=kind/>
                    <input type="hidden" name="carer" value=carer.to_string()/>
                    <input type="hidden" name="class" value=class.to_string()/>
                    <button class="button line small" aria-label=label>{word}</button>
                </form>
            </li>
        }
    };
    let part = move |index: usize, class: ClassShown| {
        let id = class.class_id;
        let now = move || shown.with(|shown| shown.classes.get(index).cloned());
        let usual =
            class.usual.map(|count| view! { <p class="meta">{td!(locale, board.duty_usual, count = count)}</p> });
        let duty = move || {
            let Some(class) = now() else { return Vec::new() };
            let here = class.here.into_iter().map(|carer| (carer, true, false));
            let missing = class.missing.into_iter().map(|carer| (carer, false, true));
            here.chain(missing).collect::<Vec<_>>()
        };
        // Where no roster is kept anybody on the list may be one of the usual ones, and leave.
        let (is_unknown, others) = (class.usual.is_some(), move || now().map(|class| class.others).unwrap_or_default());
        view! {
            <div class="stack">
                <h3>{class.name}</h3>
                {usual}
                <ul class="rows">
                    <For
                        each=duty
                        key=|(carer, leaves, _)| (carer.0, *leaves)
                        children=move |(carer, leaves, is_missing)| row(id, carer, leaves, is_missing)
                    />
                </ul>
                <details>
                    <summary>{td!(locale, board.others)}</summary>
                    <ul class="rows">
                        <For each=others key=|carer| carer.0 children=move |carer| {
                            let leaves = is_unknown.then(|| row(id, carer.clone(), true, false));
                            view! { {leaves}{row(id, carer, false, false)} }
                        }/>
                    </ul>
                </details>
            </div>
        }
    };
    let classes = shown.with_untracked(|shown| shown.classes.clone());
    view! {
        <details class="card" id="duty">
            <summary><h2>{td!(locale, board.duty)}</h2></summary>
            {classes.into_iter().enumerate().map(|(index, class)| part(index, class)).collect_view()}
        </details>
    }
}

fn breaches(shown: Memo<Shown>, locale: Locale) -> impl IntoView {
    let all = move || shown.with(|shown| shown.breaches.clone());
    view! {
        <section class="card stack" id="breaches" aria-labelledby="breaches-title" hidden=move || all().is_empty()>
            <h2 id="breaches-title">{td!(locale, board.breaches)}</h2>
            <ul class="rows"><For each=all key=String::clone children=|text| view! { <li>{text}</li> }/></ul>
        </section>
    }
}

/// What was just done, and that it can be taken back for ten seconds.
fn toast(state: State, locale: Locale) -> impl IntoView {
    let text = move || state.toast.get().map(|toast| toast.text).unwrap_or_default();
    let left = move || state.toast.get().map_or(0, |toast| toast.seconds);
    let undo = move |_| {
        if let Some(toast) = state.toast.get_untracked() {
            state.undo(toast.action);
        }
    };
    view! {
        <div class="toast" id="toast" hidden=move || state.toast.get().is_none()>
            <span role="status">{text}</span>
            <button type="button" class="button quiet" id="undo" on:click=undo>
                <span class="visually-hidden">{td!(locale, board.undo)}</span>
                <span aria-hidden="true">{move || td!(locale, board.undo_seconds, seconds = left())}</span>
            </button>
        </div>
    }
}

/// Shows the next code of the door when the one that stands there is over. Without WebAssembly there is a link for it.
#[island]
pub fn NextCode(seconds: u32) -> impl IntoView {
    #[cfg(all(feature = "staff", target_arch = "wasm32"))]
    Effect::new(move |_| super::sending::reload_in(seconds));
    // Only the browser waits.
    #[cfg(not(all(feature = "staff", target_arch = "wasm32")))]
    let _ = seconds;
    view! { <span hidden=true></span> }
}
