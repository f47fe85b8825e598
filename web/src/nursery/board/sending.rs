//! Does at once what is tapped, and sends it when it can.

use std::{cell::Cell, time::Duration};

use doorstep_shared::{
    ProblemKind, Timestamp,
    board::{ACTIONS, ActionSent, BoardAction, Deed, GetBoard, Outcome, SendActions, UNDO_SECONDS, fold::Entry},
    ids::{ActionId, NurseryId},
};
use leptos::{prelude::*, task::spawn_local};
use web_sys::VisibilityState;

use super::{
    state::{Net, State, Toast},
    storage,
};
use crate::{
    api::{self, NoAnswer},
    ui::kept,
};

/// How often the board is asked for anew, and how soon a failed attempt is repeated.
const EVERY: Duration = Duration::from_secs(10);
const SECOND: Duration = Duration::from_secs(1);
/// Bytes of chance in an id, beside the time.
const CHANCE: usize = 10;

thread_local! {
    static NURSERY: Cell<Option<NurseryId>> = const { Cell::new(None) };
    /// Of the last action: the next one is later, whatever the clock does.
    static LAST_MS: Cell<u64> = const { Cell::new(0) };
    static IS_SENDING: Cell<bool> = const { Cell::new(false) };
    /// By how much the server's clock is ahead: all times are the server's, whatever the tablet believes.
    static AHEAD_MS: Cell<i64> = const { Cell::new(0) };
}

pub fn start(state: State, nursery: NurseryId) {
    NURSERY.set(Some(nursery));
    match kept::is_kept() {
        // Loaded without network: as it was last seen is newer than the page, and the page's clock has stood since.
        true => {
            if let Some((ahead_ms, board)) = storage::seen(nursery) {
                AHEAD_MS.set(ahead_ms);
                state.board.set(board);
            }
        }
        false => set_clock(state.board.with_untracked(|board| board.as_of)),
    }
    state.now.set(now());
    state.unsent.set(storage::kept(nursery));
    state.awake.set(true);
    let _ = set_interval_with_handle(move || talk(state), EVERY);
    let _ = set_interval_with_handle(move || tick(state), SECOND);
    for event in ["online", "focus", "pageshow"] {
        let _ = window_event_listener_untyped(event, move |_| talk(state));
    }
    talk(state);
}

fn set_clock(server: Timestamp) {
    AHEAD_MS.set(server.micros() / 1_000 - js_sys::Date::now() as i64);
}

fn now_ms() -> u64 {
    u64::try_from(js_sys::Date::now() as i64 + AHEAD_MS.get()).unwrap_or_default()
}

/// Milliseconds, later than ever before.
fn next_ms() -> u64 {
    let ms = now_ms().max(LAST_MS.get() + 1);
    LAST_MS.set(ms);
    ms
}

fn at(ms: u64) -> Option<Timestamp> {
    Timestamp::from_micros(i64::try_from(ms).ok()?.checked_mul(1_000)?)
}

fn now() -> Timestamp {
    at(now_ms()).unwrap_or_else(|| Timestamp::from_utc(chrono::NaiveDateTime::default()))
}

fn new_id(ms: u64) -> ActionId {
    let random = web_sys::window().and_then(|window| window.crypto().ok()).map(|crypto| crypto.random_uuid());
    let random = random.and_then(|text| text.parse::<ActionId>().ok());
    let bytes = random.map(|random| random.0.into_bytes()).unwrap_or_default();
    let mut chance = [0; CHANCE];
    // Its version and variant lie in the middle; the outer bytes are all chance.
    let outer = bytes.iter().take(6).chain(bytes.iter().skip(12));
    chance.iter_mut().zip(outer).for_each(|(to, from)| *to = *from);
    ActionId::made(ms, &chance)
}

pub fn act(state: State, deed: Deed, told: impl Fn(&str) -> String) {
    let Some(action) = put(state, deed) else { return };
    let text = told(&action.at.clock_time());
    state.toast.set(Some(Toast { action: action.id, text, seconds: UNDO_SECONDS }));
}

pub fn undo(state: State, action_id: ActionId) {
    put(state, Deed::Undo { action_id });
}

/// Kept first, then shown, then sent.
fn put(state: State, deed: Deed) -> Option<BoardAction> {
    let (ms, nursery) = (next_ms(), NURSERY.get()?);
    let action = BoardAction { id: new_id(ms), at: at(ms)?, deed };
    storage::keep(nursery, &action);
    state.now.set(action.at);
    state.unsent.update(|unsent| unsent.push(action.clone()));
    talk(state);
    Some(action)
}

fn tick(state: State) {
    if state.toast.with_untracked(Option::is_some) {
        state.toast.update(|toast| {
            *toast = toast.take().and_then(|toast| Some(Toast { seconds: toast.seconds.checked_sub(1)?, ..toast }));
            if toast.as_ref().is_some_and(|toast| toast.seconds == 0) {
                *toast = None;
            }
        });
    }
}

/// Sends what waits, then asks how things stand. One at a time.
fn talk(state: State) {
    let document = web_sys::window().and_then(|window| window.document());
    let is_looked_at = document.is_some_and(|document| document.visibility_state() == VisibilityState::Visible);
    let waits = state.unsent.with_untracked(|unsent| !unsent.is_empty());
    if !(is_looked_at || waits) || IS_SENDING.replace(true) {
        return;
    }
    spawn_local(async move {
        let net = exchange(state).await;
        IS_SENDING.set(false);
        if state.net.get_untracked() != net {
            state.net.set(net);
        }
        // What was tapped meanwhile.
        if net == Net::Fine && state.unsent.with_untracked(|unsent| !unsent.is_empty()) {
            talk(state);
        }
    });
}

async fn exchange(state: State) -> Net {
    let Some(nursery) = NURSERY.get() else { return Net::Fine };
    let batch: Vec<BoardAction> = state.unsent.with_untracked(|unsent| unsent.iter().take(ACTIONS).cloned().collect());
    if !batch.is_empty() {
        match api::call(&SendActions { actions: batch.clone(), sent_at: Some(now()) }).await {
            Ok(sent) => take(state, nursery, &batch, &sent.items),
            Err(no_answer) => return why(&no_answer),
        }
        if state.unsent.with_untracked(|unsent| !unsent.is_empty()) {
            return Net::Fine;
        }
    }
    match api::call(&GetBoard {}).await {
        Ok(board) => {
            set_clock(board.as_of);
            storage::see(nursery, AHEAD_MS.get(), &board);
            state.now.set(now());
            state.board.set(board);
            Net::Fine
        }
        Err(no_answer) => why(&no_answer),
    }
}

fn why(no_answer: &NoAnswer) -> Net {
    match no_answer {
        NoAnswer::Offline => Net::Gone,
        NoAnswer::Refused(problem) => match problem.kind {
            ProblemKind::Unauthenticated | ProblemKind::Forbidden => Net::SignedOut,
            _ => Net::Busy,
        },
    }
}

/// The server has these now: they count as its own until it tells the whole board.
fn take(state: State, nursery: NurseryId, batch: &[BoardAction], sent: &[ActionSent]) {
    let answered: Vec<ActionId> = sent.iter().map(|answer| answer.id).collect();
    let refused = |id: ActionId| sent.iter().any(|answer| answer.id == id && answer.outcome == Outcome::Refused);
    state.board.update(|board| {
        let taken = batch.iter().filter(|action| answered.contains(&action.id) && !refused(action.id));
        board.entries.extend(taken.map(|action| Entry { id: action.id, at: action.at, deed: action.deed.clone() }));
    });
    for action in batch.iter().filter(|action| answered.contains(&action.id)) {
        storage::forget(nursery, action);
        if refused(action.id) {
            state.refused.update(|all| all.push((action.id, action.at.clock_time())));
        }
    }
    state.unsent.update(|unsent| unsent.retain(|action| !answered.contains(&action.id)));
}

/// Asks for the page anew; without network it is tried again.
pub fn reload_in(seconds: u32) {
    let again = move || {
        spawn_local(async {
            if api::page("/livez", None).await.is_ok() {
                let _ = web_sys::window().map(|window| window.location().reload());
            } else {
                reload_in(5);
            }
        });
    };
    let _ = set_timeout_with_handle(again, SECOND * seconds.max(1));
}
