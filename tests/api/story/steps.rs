//! Steps of a story, as proptest makes them up and shortens them.

use proptest::{prelude::*, sample::Index};

/// Half-hours of the windows that are asked for; the first two overlap.
pub const WINDOWS: [(u8, u8); 3] = [(16, 20), (18, 22), (22, 24)];
/// Days from today.
pub const DAYS: [u8; 2] = [1, 2];
pub const FAMILIES: usize = 3;
pub const CHILDREN: usize = 2;

/// A class that sells hours.
pub struct Offer {
    pub nursery: usize,
    pub places: usize,
}

pub const OFFERS: [Offer; 3] =
    [Offer { nursery: 0, places: 1 }, Offer { nursery: 0, places: 3 }, Offer { nursery: 1, places: 2 }];

/// A window of a day in a class: numbers of the lists above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub offer: usize,
    pub day: usize,
    pub window: usize,
}

/// What somebody does. Bookings are named by where they stand among those made so far, so that a story which lost some
/// of its steps is still one.
#[derive(Clone, Debug)]
pub enum Step {
    /// The first so many children.
    Book {
        family: usize,
        children: usize,
        place: Place,
        hold: bool,
    },
    Confirm(Index),
    Extend(Index),
    Cancel(Index),
    Undo(Index),
    Move(Index, Place),
    /// The first so many children get in line, with or without being asked again.
    Join {
        family: usize,
        children: usize,
        place: Place,
        auto: bool,
    },
    /// Whoever is there gives it up.
    Free(Place),
    /// Of those to whom a place is offered, or else of all.
    Accept(Index),
    Leave(Index),
    /// The head closes the class of that place for its window.
    Close(Place),
    /// One of her closures is lifted, or was before.
    Open(Index),
    Wait {
        minutes: u32,
    },
    /// The worker does what is due. Whether it ever does makes no difference to anybody who does not wait.
    Work,
}

fn place() -> impl Strategy<Value = Place> {
    (0..OFFERS.len(), 0..DAYS.len(), 0..WINDOWS.len()).prop_map(|(offer, day, window)| Place { offer, day, window })
}

/// Where somebody would wait: mostly in the class of one place, at times that overlap, so that it is full as soon as
/// somebody is there.
fn awaited() -> impl Strategy<Value = Place> {
    prop_oneof![4 => (0..2_usize).prop_map(|window| Place { offer: 0, day: 0, window }), 1 => place()]
}

pub fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..FAMILIES, 1..=CHILDREN, prop_oneof![place(), awaited()], any::<bool>())
            .prop_map(|(family, children, place, hold)| Step::Book { family, children, place, hold }),
        3 => any::<Index>().prop_map(Step::Confirm),
        1 => any::<Index>().prop_map(Step::Extend),
        3 => any::<Index>().prop_map(Step::Cancel),
        2 => any::<Index>().prop_map(Step::Undo),
        3 => (any::<Index>(), place()).prop_map(|(index, place)| Step::Move(index, place)),
        9 => (0..FAMILIES, prop_oneof![3 => Just(1), 1 => Just(CHILDREN)], awaited(), proptest::bool::weighted(0.3))
            .prop_map(|(family, children, place, auto)| Step::Join { family, children, place, auto }),
        6 => awaited().prop_map(Step::Free),
        1 => any::<Index>().prop_map(Step::Accept),
        1 => any::<Index>().prop_map(Step::Leave),
        1 => prop_oneof![place(), awaited()].prop_map(Step::Close),
        2 => any::<Index>().prop_map(Step::Open),
        4 => prop_oneof![1..8_u32, 28..35_u32].prop_map(|minutes| Step::Wait { minutes }),
        1 => Just(Step::Work),
    ]
}
