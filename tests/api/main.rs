//! The API from outside, on both databases. One file for each noun, and one for each thing that concerns all.

mod accounts;
mod bad_input;
mod bookings;
mod calendar;
mod children;
mod commands;
mod couriers;
mod family;
mod faults;
mod freshness;
mod idempotency;
#[path = "../import/mod.rs"]
mod import;
mod jobs;
mod limits;
mod messages;
mod moves;
mod next_best;
mod operations;
mod parts;
mod permissions;
mod pick_ups;
mod races;
mod races_family;
mod reminders;
mod roster;
mod search;
mod search_dice;
mod search_naive;
mod search_world;
mod series;
mod staff;
mod stopping;
mod story;
mod waitlist;
mod watch;
