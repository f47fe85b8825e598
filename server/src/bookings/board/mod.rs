//! What happens at a nursery's board: who comes, who is collected, who does not come, who looks after them.
//!
//! Devices make actions, also without network; they are kept as they are, for good. A child's day is what its actions
//! make of it, by the fold that both sides share, and its row follows in the same transaction: so actions may come late,
//! twice and in any order. Lock order: the nursery, its bookings by id, then class-days as everywhere.
//!
//! A child who is absent gives its place to others at once. When it comes all the same it has its place again, even where
//! none is left: it is there, and that there are too many must be seen and not refused.

mod door;
mod follow;
mod http;
mod jobs;
mod read;
mod rules;
mod store;

use std::collections::{BTreeSet, HashMap, HashSet};

use doorstep_shared::{
    Date, Problem, Timestamp,
    board::{ACTIONS, ActionSent, ActionsSent, BoardAction, ConflictKind, Deed, Outcome, SendActions},
    ids::{AccountId, ActionId, BookingDayId, CarerId, ClassId, NurseryId},
    problem::FieldRule,
};

use self::store::ActionRow;
pub use self::{
    follow::settle,
    http::register,
    jobs::NoteNoShows,
    read::{board, check, times},
};
use super::roster;
use crate::{accounts::BoardSeal, db::Conn, error::Result, nurseries, policy::Policies};

/// At which board something was done, and by whom.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub nursery: NurseryId,
    /// None: nobody, the clock.
    pub account: Option<AccountId>,
    pub now: Timestamp,
    pub policies: &'a Policies,
    pub seal: &'a BoardSeal,
}

/// Keeps what was done, and lets the days of children follow.
///
/// # Errors
/// `invalid` for too many actions at once. What is wrong with one of them is its own answer.
pub fn send(conn: &mut Conn, asked: Asked<'_>, ask: &SendActions) -> Result<ActionsSent> {
    if ask.actions.len() > ACTIONS {
        let detail = format!("at most {ACTIONS} actions");
        return Err(Problem::field("actions", FieldRule::TooLong, detail).into());
    }
    nurseries::hours::lock(conn, asked.nursery)?;
    let ids: Vec<ActionId> = ask.actions.iter().map(|action| action.id).collect();
    let known: HashSet<ActionId> = store::known(conn, asked.nursery, &ids)?.into_iter().collect();
    let scene = Scene::load(conn, asked, &ask.actions)?;
    let skew = rules::skew(ask.sent_at, asked.now);
    let (mut seen, mut rows, mut outcomes) = (known, Vec::new(), Vec::new());
    for action in &ask.actions {
        if !seen.insert(action.id) {
            outcomes.push((action.id, Outcome::Already));
            continue;
        }
        match scene.row(asked, action, skew)? {
            Some(row) => {
                rows.push(row);
                outcomes.push((action.id, Outcome::Applied));
            }
            None => {
                // It may come again, as something that can be kept.
                seen.remove(&action.id);
                outcomes.push((action.id, Outcome::Refused));
            }
        }
    }
    store::insert(conn, &rows)?;
    let days: BTreeSet<BookingDayId> = rows.iter().filter_map(|row| scene.day_of(row)).collect();
    let conflicts = follow::follow(conn, asked.policies, asked.nursery, asked.now, &days)?;
    for date in rows.iter().map(|row| row.date).collect::<BTreeSet<_>>() {
        read::note_breaches(conn, asked, date)?;
    }
    Ok(answer(outcomes, &conflicts))
}

fn answer(outcomes: Vec<(ActionId, Outcome)>, conflicts: &HashMap<ActionId, ConflictKind>) -> ActionsSent {
    let item = |(id, outcome)| match conflicts.get(&id).filter(|_| outcome == Outcome::Applied) {
        Some(kind) => ActionSent { id, outcome: Outcome::Conflict, conflict: Some(*kind) },
        None => ActionSent { id, outcome, conflict: None },
    };
    ActionsSent { items: outcomes.into_iter().map(item).collect() }
}

/// What of the nursery the actions are about.
struct Scene {
    /// The dates of children's days.
    days: HashMap<BookingDayId, Date>,
    /// The days of actions that are taken back.
    targets: HashMap<ActionId, (Option<BookingDayId>, Date)>,
    carers: HashSet<CarerId>,
    classes: HashSet<ClassId>,
}

impl Scene {
    fn load(conn: &mut Conn, asked: Asked<'_>, actions: &[BoardAction]) -> Result<Self> {
        let days: Vec<BookingDayId> = actions.iter().filter_map(|action| action.deed.day()).collect();
        let days: HashMap<_, _> = store::dates(conn, asked.nursery, &days)?.into_iter().collect();
        let undone = actions.iter().filter_map(|action| match action.deed {
            Deed::Undo { action_id } => Some(action_id),
            _ => None,
        });
        let undone: Vec<ActionId> = undone.collect();
        let mut targets = store::targets(conn, asked.nursery, &undone)?;
        for action in actions {
            if let Some((day, date)) = action.deed.day().and_then(|day| Some((day, *days.get(&day)?))) {
                targets.entry(action.id).or_insert((Some(day), date));
            }
        }
        let is_about_carers =
            |action: &BoardAction| matches!(action.deed, Deed::CarerCame { .. } | Deed::CarerLeft { .. });
        let (mut carers, mut classes) = (HashSet::new(), HashSet::new());
        if actions.iter().any(is_about_carers) {
            (carers, classes) = roster::people(conn, asked.nursery)?;
        }
        Ok(Self { days, targets, carers, classes })
    }

    /// The row of an action. None when it cannot be kept.
    fn row(&self, asked: Asked<'_>, action: &BoardAction, skew: chrono::Duration) -> Result<Option<ActionRow>> {
        let Some(detail) = rules::detail(&action.deed) else { return Ok(None) };
        let said = (action.at + skew).min(asked.now);
        let (mut carer_id, mut class_id, mut undoes) = (None, None, None);
        let date = match &action.deed {
            Deed::CarerCame { carer_id: carer, class_id: class }
            | Deed::CarerLeft { carer_id: carer, class_id: class } => {
                if !self.carers.contains(carer) || !self.classes.contains(class) {
                    return Ok(None);
                }
                (carer_id, class_id) = (Some(*carer), Some(*class));
                said.local_date()
            }
            Deed::Undo { action_id } => {
                undoes = Some(*action_id);
                // What it takes back may still be on another device.
                self.targets.get(action_id).map_or_else(|| said.local_date(), |(_, date)| *date)
            }
            deed => match deed.day().and_then(|day| self.days.get(&day)) {
                Some(date) if *date <= asked.now.local_date() => *date,
                _ => return Ok(None),
            },
        };
        let detail_sealed = match detail.is_empty() {
            true => None,
            false => Some(asked.seal.seal(asked.nursery, action.id, &detail.written()?)?),
        };
        Ok(Some(ActionRow {
            nursery_id: asked.nursery,
            id: action.id,
            date,
            kind: action.deed.kind(),
            booking_day_id: action.deed.day(),
            carer_id,
            class_id,
            undoes,
            detail_sealed,
            account_id: asked.account,
            device_at: rules::storable(action.at, asked.now),
            at: rules::within(said, date),
            received_at: asked.now,
        }))
    }

    fn day_of(&self, row: &ActionRow) -> Option<BookingDayId> {
        row.booking_day_id.or_else(|| self.targets.get(&row.undoes?)?.0)
    }
}
