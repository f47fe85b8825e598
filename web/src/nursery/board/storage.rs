//! What was not sent yet, and the board as it was last seen, kept on the device: they survive that the page, the browser
//! or the tablet is closed.
//!
//! Each action has an entry of its own, so that two tabs never overwrite each other. No name is in it, except who
//! collected a child. The board has names: it goes when its owner signs out, see `offline.js`.

use doorstep_shared::{
    board::{Board, BoardAction},
    ids::NurseryId,
};
use web_sys::Storage;

const PREFIX: &str = "doorstep-board";
const SEEN: &str = "doorstep-board-seen";

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn prefix(nursery: NurseryId) -> String {
    format!("{PREFIX}:{nursery}:")
}

/// A browser that keeps nothing has it in memory only.
pub fn keep(nursery: NurseryId, action: &BoardAction) {
    let (Some(storage), Ok(json)) = (storage(), serde_json::to_string(action)) else { return };
    let _ = storage.set_item(&format!("{}{}", prefix(nursery), action.id), &json);
}

pub fn forget(nursery: NurseryId, action: &BoardAction) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&format!("{}{}", prefix(nursery), action.id));
    }
}

/// In the order in which they were done.
pub fn kept(nursery: NurseryId) -> Vec<BoardAction> {
    let Some(storage) = storage() else { return Vec::new() };
    let (count, prefix) = (storage.length().unwrap_or(0), prefix(nursery));
    let read = |index: u32| -> Option<BoardAction> {
        let name = storage.key(index).ok()??;
        name.starts_with(&prefix).then_some(())?;
        serde_json::from_str(&storage.get_item(&name).ok()??).ok()
    };
    let mut kept: Vec<BoardAction> = (0..count).filter_map(read).collect();
    kept.sort_by_key(|action| (action.at, action.id));
    kept
}

/// Keeps the board as the server has told it, with by how much its clock is ahead.
pub fn see(nursery: NurseryId, ahead_ms: i64, board: &Board) {
    if let (Some(storage), Ok(json)) = (storage(), serde_json::to_string(&(nursery, ahead_ms, board))) {
        // A browser that keeps nothing has the page as it was loaded.
        let _ = storage.set_item(SEEN, &json);
    }
}

/// The board that was last seen here, with by how much the server's clock was ahead.
pub fn seen(nursery: NurseryId) -> Option<(i64, Board)> {
    let json = storage()?.get_item(SEEN).ok()??;
    let (of, ahead_ms, board) = serde_json::from_str::<(NurseryId, i64, Board)>(&json).ok()?;
    (of == nursery).then_some((ahead_ms, board))
}
