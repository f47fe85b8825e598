//! The Doorstep server. [`serve`] is what both `doorstep serve` and the tests start.

pub mod accounts;
pub mod api;
pub mod app;
pub mod audit;
pub mod auth;
pub mod bookings;
mod caught;
pub mod clock;
pub mod commands;
pub mod config;
pub mod db;
pub mod demo;
pub mod error;
mod housekeeping;
pub mod inventory;
pub mod jobs;
mod language;
mod limiter;
pub mod nurseries;
mod openapi;
mod ops;
pub mod outbox;
mod pages;
pub mod policy;
mod private;
pub mod serve;
pub mod sms;
