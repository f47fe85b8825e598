//! Hold, book, confirm, cancel, move, undo: a family's bookings, and the places they take.
//!
//! A booking is one transaction over three nouns: its own rows, the class-days of `inventory` and the messages of the
//! outbox. Everything that changes a booking locks its row first, then class-days by class and date, and its family
//! after them; what makes a booking begins at the class-days. So two changes of one booking, two bookings of one place
//! and two bookings of one child never run side by side, and a move may change which class-days a booking has. What falls
//! free goes to who waits for it first: `places` is the one door to class-days.

mod board;
mod book;
mod calendar;
mod cancel;
mod change;
mod charges;
mod check;
mod expected;
mod expire;
mod facts;
mod feed;
pub mod hours;
mod http;
mod jobs;
mod locked;
mod messages;
mod moving;
mod order;
mod pick_up;
mod places;
mod planning;
mod price;
mod read;
mod reminders;
pub mod roster;
mod rules;
mod store;
mod view;
mod waiting;

pub use self::{
    board::{Asked as AtBoard, NoteNoShows, board, send as send_to_board},
    book::book_many,
    charges::{Charged, EnrolledDay, Of as ChargesOf, charged, enrolled, first_month, note_times},
    check::check,
    expected::{Expected, expected},
    http::register,
    jobs::ReleaseExpired,
    order::{Order, check_shape},
    pick_up::{PickedUpBy, all_codes, verify as verify_pick_up},
    read::all,
    reminders::Remind,
    waiting::{KeepWaitlist, of_family as waits_of, set_group},
};
