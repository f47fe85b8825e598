//! Pages as people see them, in Chromium. Needs `make bundle`, Chromium and its driver.

mod accessibility;
mod book;
mod browser;
mod change;
mod closures;
mod console;
mod every_page;
mod family_bookings;
mod feed;
mod find;
mod inbox;
mod look;
mod nursery;
mod offline;
mod people;
mod places;
mod site;
mod staff;
mod standing;
mod states;
mod steps;
mod unplanned;
mod waiting;
mod walk;
mod wechat;
mod weekly;
