//! What the board knows while the page is open.

use std::collections::HashSet;

use doorstep_shared::{
    Timestamp,
    board::{Board, BoardAction, Deed},
    ids::{ActionId, ClassId},
};
use leptos::prelude::*;

/// How the last attempt to reach the server went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Net {
    Fine,
    /// Nothing came back.
    Gone,
    /// The session has ended.
    SignedOut,
    /// It answered that it cannot now.
    Busy,
}

/// What was done a moment ago, to be taken back at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    pub action: ActionId,
    pub text: String,
    /// Left.
    pub seconds: u32,
}

#[derive(Clone, Copy)]
pub struct State {
    /// As the server told it last, with what it has taken since.
    pub board: RwSignal<Board>,
    /// What it has not taken yet, in the order in which it was done.
    pub unsent: RwSignal<Vec<BoardAction>>,
    pub net: RwSignal<Net>,
    pub toast: RwSignal<Option<Toast>>,
    pub class: RwSignal<Option<ClassId>>,
    pub now: RwSignal<Timestamp>,
    /// What the server would not take, by the times at which it was done.
    pub refused: RwSignal<Vec<(ActionId, String)>>,
    /// Conflicts that somebody has looked at.
    pub seen: RwSignal<HashSet<ActionId>>,
    /// Taps are heard here; before, and without WebAssembly, forms are sent.
    pub awake: RwSignal<bool>,
}

impl State {
    pub fn new(board: Board, class: Option<ClassId>) -> Self {
        Self {
            now: RwSignal::new(board.as_of),
            board: RwSignal::new(board),
            unsent: RwSignal::new(Vec::new()),
            net: RwSignal::new(Net::Fine),
            toast: RwSignal::new(None),
            class: RwSignal::new(class),
            refused: RwSignal::new(Vec::new()),
            seen: RwSignal::new(HashSet::new()),
            awake: RwSignal::new(false),
        }
    }

    /// Does it at once, and sends it as soon as can be. `told` says what was done, by the time at which it was.
    pub fn act(self, deed: Deed, told: impl Fn(&str) -> String) {
        #[cfg(all(feature = "staff", target_arch = "wasm32"))]
        super::sending::act(self, deed, told);
        // Only the browser hears.
        #[cfg(not(all(feature = "staff", target_arch = "wasm32")))]
        let _ = (deed, told(""));
    }

    /// Takes back what was just done.
    pub fn undo(self, action_id: ActionId) {
        self.toast.set(None);
        #[cfg(all(feature = "staff", target_arch = "wasm32"))]
        super::sending::undo(self, action_id);
        #[cfg(not(all(feature = "staff", target_arch = "wasm32")))]
        let _ = action_id;
    }
}
