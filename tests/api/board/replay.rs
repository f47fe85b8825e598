//! A tablet that was without network sends what it has, perhaps twice, perhaps another one first: the day is the same.

use std::collections::HashMap;

use chrono::Duration;
use doorstep_shared::{
    board::{BoardAction, Deed, Outcome},
    bookings::{Booking, DayState},
    ids::ActionId,
    roster::GetPlacesWeek,
};
use doorstep_tests::prelude::*;

use super::{House, action, changed, day};
use crate::search_dice::Dice;

/// What became of each child, and the places in use that families meet.
#[derive(Clone, Debug, PartialEq, Eq)]
struct After {
    days: Vec<(DayState, Option<String>, Option<String>, usize)>,
    breaches: usize,
    used: u8,
}

/// What was done about the children of a house in the last twenty minutes.
fn morning(app: &TestApp, children: &[Booking], dice: &mut Dice) -> Vec<BoardAction> {
    let mut done = Vec::new();
    for _ in 0..30 {
        let day_id = day(&children[dice.below(children.len())]);
        // Some fall into the same minute.
        let at = app.now() - Duration::minutes(dice.below(20) as i64);
        let deed = match dice.below(9) {
            0..=2 => Deed::CheckIn { day_id },
            3..=4 => Deed::CheckOut { day_id, by: Some(format!("外婆{}", dice.below(9))) },
            5 => Deed::Absent { day_id },
            6 => Deed::NoShow { day_id },
            _ => match done.last() {
                Some(BoardAction { id, .. }) => Deed::Undo { action_id: *id },
                None => Deed::CheckIn { day_id },
            },
        };
        done.push(action(at, deed));
    }
    done
}

/// The actions of one house for another: the same children by number, with ids of their own in the same order.
fn translated(actions: &[BoardAction], from: &[Booking], to: &[Booking]) -> Vec<BoardAction> {
    let days: HashMap<_, _> = from.iter().zip(to).map(|(from, to)| (day(from), day(to))).collect();
    let ids: HashMap<ActionId, ActionId> = actions.iter().map(|action| (action.id, ActionId::new())).collect();
    let other = |action: &BoardAction| {
        let deed = match action.deed.clone() {
            Deed::CheckIn { day_id } => Deed::CheckIn { day_id: days[&day_id] },
            Deed::CheckOut { day_id, by } => Deed::CheckOut { day_id: days[&day_id], by },
            Deed::Absent { day_id } => Deed::Absent { day_id: days[&day_id] },
            Deed::NoShow { day_id } => Deed::NoShow { day_id: days[&day_id] },
            Deed::Undo { action_id } => Deed::Undo { action_id: ids[&action_id] },
            deed => deed,
        };
        BoardAction { id: ids[&action.id], at: action.at, deed }
    };
    let mut sorted: Vec<_> = actions.to_vec();
    sorted.sort_by_key(|action| action.id);
    sorted.iter().map(other).collect()
}

async fn after(house: &House, children: &[Booking]) -> After {
    let board = house.board().await;
    let day_of = |booking: &Booking| {
        let child = board.children.iter().find(|child| child.day_id == day(booking)).unwrap();
        let after = child.attendance(&board.entries);
        let time = after.in_at.map(|at| at.clock_time());
        (after.state, time, after.collected_by, after.conflicts.len())
    };
    let days = children.iter().map(day_of).collect();
    let week = house.teacher.call(&GetPlacesWeek { date: Some(house.date) }).await.unwrap();
    let today = week.classes[0].days.iter().find(|day| day.date == house.date).unwrap();
    After { days, breaches: board.breaches.len(), used: today.cells[4].used }
}

#[test_on_both]
async fn any_order_any_repetition_and_any_batches_end_in_the_same_day(app: TestApp) {
    for seed in 0..3 {
        let mut dice = Dice(seed);
        let mut houses = Vec::new();
        for _ in 0..4 {
            let house = House::of(&app, 4).await;
            let mut children = Vec::new();
            for name in ["Ann", "Ben", "Cem"] {
                children.push(house.child(&app, name).await.1);
            }
            houses.push((house, children));
        }
        for (house, _) in &mut houses {
            house.at(&app, "08:30").await;
        }
        let (_, first) = &houses[0];
        let done = morning(&app, first, &mut dice);
        let mut expected = None;
        for (number, (house, children)) in houses.iter().enumerate() {
            let mut sent = if number == 0 { done.clone() } else { translated(&done, first, children) };
            if number > 0 {
                shuffle(&mut sent, &mut dice);
                let again = sent[..10].to_vec();
                sent.extend(again);
            }
            let mut rest = sent.as_slice();
            while !rest.is_empty() {
                let (batch, later) = rest.split_at(1 + dice.below(rest.len().min(12)));
                let answers = house.send(batch.to_vec()).await;
                assert!(answers.iter().all(|answer| answer.outcome != Outcome::Refused), "{answers:?}");
                rest = later;
            }
            // All of it once more: nothing is done again.
            let before = app.snapshot().await;
            let answers = house.send(sent).await;
            assert!(answers.iter().all(|answer| answer.outcome == Outcome::Already), "{answers:?}");
            assert_eq!(changed(&app, &before).await, [""; 0]);
            let found = after(house, children).await;
            assert_eq!(&found, expected.get_or_insert_with(|| found.clone()), "seed {seed}, house {number}");
        }
        app.check_finds_no_difference().await;
    }
}

fn shuffle(actions: &mut [BoardAction], dice: &mut Dice) {
    for last in (1..actions.len()).rev() {
        actions.swap(last, dice.below(last + 1));
    }
}
