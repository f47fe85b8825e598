//! What the nursery and the family are told, once per event, in the transaction that causes it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike as _;
use doorstep_shared::{
    bookings::{Booking, BookingDay},
    care::ClassKind,
};

use crate::outbox::{Channel, Message};

/// What happened to a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Booked at once, or a hold was confirmed.
    Booked,
    Cancelled,
    /// The booking was undone, free of cost.
    BookingUndone,
    /// The cancellation was undone: the children come.
    CancellationUndone,
}

/// A message to the nursery, and one to the family when its phone number is known.
///
/// `version` is that of the booking, which makes each event one of its own. No message names a child: the nursery reads
/// names in its list of the day.
pub fn about(booking: &Booking, version: i64, event: Event, phone: Option<&str>) -> Vec<Message> {
    let key = format!("booking:{}:{version}", booking.id);
    let message = |recipient: String, channel, body| Message { event: key.clone(), recipient, channel, body };
    let mut messages = vec![message(booking.nursery.id.to_string(), Channel::Nursery, to_nursery(booking, event))];
    if let Some(phone) = phone {
        messages.push(message(phone.to_owned(), Channel::Sms, to_family(booking, event)));
    }
    messages
}

fn to_nursery(booking: &Booking, event: Event) -> String {
    let (zh, en) = when(&booking.days);
    let (who_zh, who_en) = who(&booking.days);
    let (did_zh, did_en) = match event {
        Event::Booked => ("新预约", "Booked"),
        Event::Cancelled => ("已取消", "Cancelled"),
        Event::BookingUndone => ("预约已撤销", "Booking undone"),
        Event::CancellationUndone => ("取消已撤销，照常入托", "Cancellation undone, the children come"),
    };
    format!("{did_zh}：{zh}，{who_zh}。\n{did_en}: {en}, {who_en}.")
}

fn to_family(booking: &Booking, event: Event) -> String {
    let nursery = &booking.nursery.name;
    let (zh, en) = when(&booking.days);
    let code = booking.door_code.as_deref().unwrap_or_default();
    let due = booking.price.due_fen;
    let (zh, en) = match event {
        Event::Booked => (
            format!("已预约{nursery}，{zh}。到园报 {code}，费用 {due} 到园支付。"),
            format!("Booked at {nursery}, {en}. Say {code} at the door; {due} is paid there."),
        ),
        Event::Cancelled => (
            format!("已取消{nursery}的预约（{zh}）。按取消规则应付 {due}。"),
            format!("Cancelled at {nursery} ({en}). By the cancel rule {due} is due."),
        ),
        Event::BookingUndone => (
            format!("已撤销{nursery}的预约（{zh}），不收费用。"),
            format!("Booking at {nursery} undone ({en}), free of cost."),
        ),
        Event::CancellationUndone => (
            format!("已恢复{nursery}的预约，{zh}。到园报 {code}。"),
            format!("Your booking at {nursery} stands again, {en}. Say {code} at the door."),
        ),
    };
    format!("【家门口托育】{zh}\nDoorstep: {en}")
}

/// The first day with its window, and how many more days.
fn when(days: &[BookingDay]) -> (String, String) {
    let dates: BTreeSet<_> = days.iter().map(|day| day.date).collect();
    let Some(first) = days.first() else { return (String::new(), String::new()) };
    let (date, window) = (first.date, format!("{}–{}", first.from, first.to));
    let (month, day) = (date.month(), date.day());
    match dates.len() {
        0 | 1 => (format!("{month}月{day}日 {window}"), format!("{date} {window}")),
        days => (format!("{month}月{day}日 {window} 起共 {days} 天"), format!("{days} days from {date} {window}")),
    }
}

/// How many children of which classes.
fn who(days: &[BookingDay]) -> (String, String) {
    let mut classes: BTreeMap<ClassKind, BTreeSet<_>> = BTreeMap::new();
    for day in days {
        classes.entry(day.class_kind).or_default().insert(day.child_id);
    }
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    for (kind, children) in classes {
        let (name_zh, name_en) = match kind {
            ClassKind::Infant => ("乳儿班", "infant class"),
            ClassKind::Toddler => ("托小班", "toddler class"),
            ClassKind::SeniorToddler => ("托大班", "senior toddler class"),
            ClassKind::Mixed => ("混合班", "mixed class"),
        };
        zh.push(format!("{name_zh} {} 人", children.len()));
        en.push(format!("{} in the {name_en}", children.len()));
    }
    (zh.join("、"), en.join(", "))
}
