//! The inbox: who is told what, in which language, and that it is theirs alone.

use chrono::Duration;
use diesel::prelude::*;
use doorstep_server::db::schema::{account, delivery, message};
use doorstep_shared::{
    accounts::{DeleteAccount, ExportFamily, RefreshSession},
    bookings::{CancelBooking, ConfirmBooking},
    family::Role,
    messages::{
        ChangeChannels, Channels, GetChannels, GetMessage, InboxMessage, Language, ListMessages, MessageKind,
        ReadAllMessages, ReadMessage,
    },
};
use doorstep_tests::prelude::*;

async fn inbox(family: &Family) -> Vec<InboxMessage> {
    family.call(&ListMessages::default()).await.unwrap().items
}

#[test_on_both]
async fn what_happens_to_a_booking_lies_in_the_inbox_newest_first(app: TestApp) {
    let offer = app.offer().places(3).hourly().create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    assert_eq!(inbox(&ann).await, [], "a code to sign in with is no message");
    let booked = ann.book(&offer, "09:00-11:00").await.unwrap();
    let held = ann.order(&offer, "13:00-14:00").hold().send().await.unwrap();
    assert_eq!(inbox(&ann).await.len(), 1, "a hold is told when it is confirmed");
    ann.call(&ConfirmBooking { id: held.id }).await.unwrap();
    app.clock.advance(Duration::seconds(1));
    ann.call(&CancelBooking::all(booked.id)).await.unwrap();

    let messages = inbox(&ann).await;
    let about: Vec<_> = messages.iter().map(|message| message.booking_id).collect();
    assert_eq!(about, [Some(booked.id), Some(held.id), Some(booked.id)]);
    assert!(messages.iter().all(|message| message.kind == MessageKind::Booking && message.read_at.is_none()));
    assert_eq!(messages[0].created_at, app.now());
    let code = booked.door_code.unwrap();
    assert!(messages[2].body.contains(&code), "{}", messages[2].body);
    assert_eq!(inbox(&ben).await, [], "it is nobody else's");
}

#[test_on_both]
async fn a_message_is_read_once_and_by_its_owner_only(app: TestApp) {
    let offer = app.offer().places(3).hourly().create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    for window in ["09:00-10:00", "10:00-11:00", "11:00-12:00"] {
        ann.book(&offer, window).await.unwrap();
    }
    let (newest, first) = (inbox(&ann).await.remove(0), app.now());
    let other = ben.call(&ReadMessage { id: newest.id }).await.unwrap_err();
    assert_eq!(other.kind, ProblemKind::NotFound);
    assert_eq!(ann.call(&GetMessage { id: newest.id }).await.unwrap().read_at, None, "looking at it is not reading it");
    for minutes in [0, 5] {
        app.clock.advance(Duration::minutes(minutes));
        assert_eq!(ann.call(&ReadMessage { id: newest.id }).await.unwrap().read_at, Some(first));
    }
    assert_eq!(ann.call(&ListMessages::default()).await.unwrap().unread, 2);
    ben.call(&ReadAllMessages {}).await.unwrap();
    assert_eq!(ann.call(&ListMessages::default()).await.unwrap().unread, 2, "another's inbox is another's");
    ann.call(&ReadAllMessages {}).await.unwrap();
    let page = ann.call(&ListMessages::default()).await.unwrap();
    assert_eq!(page.unread, 0);
    assert_eq!(page.items[0].read_at, Some(first), "what was read keeps its time");
}

#[test_on_both]
async fn a_long_inbox_comes_in_pages(app: TestApp) {
    let offer = app.offer().places(9).hourly().create().await;
    let ann = app.family("Ann").await;
    for day in 1..=31 {
        ann.order(&offer, "09:00-10:00").on(app.in_days(day)).send().await.unwrap();
    }
    let first = ann.call(&ListMessages::default()).await.unwrap();
    assert_eq!((first.items.len(), first.unread), (30, 31));
    let second = ann.call(&ListMessages { cursor: first.next_cursor }).await.unwrap();
    assert_eq!((second.items.len(), second.next_cursor), (1, None));
    let mut ids: Vec<_> = first.items.iter().chain(&second.items).map(|message| message.id).collect();
    assert!(ids.is_sorted_by(|a, b| a > b), "newest first");
    ids.dedup();
    assert_eq!(ids.len(), 31);
}

#[test_on_both]
async fn everybody_who_may_see_the_familys_bookings_is_told_in_their_own_language(app: TestApp) {
    let offer = app.offer().places(3).hourly().create().await;
    let ann = app.family("Ann").await;
    let (grandma, neighbour) = (app.relative(&ann, Role::Member).await, app.relative(&ann, Role::PickUp).await);
    let en = ChangeChannels { language: Some(Language::En), ..ChangeChannels::default() };
    grandma.call(&en).await.unwrap();
    let booked = ann.book(&offer, "09:00-11:00").await.unwrap();
    let of_bookings = async |family: &Family| {
        let messages = inbox(family).await.into_iter();
        messages.filter(|message| message.kind == MessageKind::Booking).collect::<Vec<_>>()
    };
    let (of_ann, of_grandma) = (of_bookings(&ann).await, of_bookings(&grandma).await);
    assert!(of_ann[0].body.contains("已预约"), "{}", of_ann[0].body);
    assert!(of_grandma[0].body.contains("Booked at"), "{}", of_grandma[0].body);
    assert_eq!((of_ann.len(), of_grandma.len(), of_grandma[0].booking_id), (1, 1, Some(booked.id)));
    assert_eq!(of_bookings(&neighbour).await, [], "who picks up sees no bookings");
    let at_once = app.db().read(|conn| {
        let ways = delivery::table.inner_join(message::table).filter(message::booking_id.is_not_null());
        Ok(ways.order(message::id).select((message::recipient, delivery::at_once)).load::<(String, bool)>(conn)?)
    });
    let at_once: std::collections::HashMap<_, _> = at_once.await.unwrap().into_iter().collect();
    assert_eq!(
        at_once,
        [(ann.phone.clone(), true), (grandma.phone.clone(), false)].into(),
        "news wait for the morning"
    );
}

/// The language that an account is told in.
async fn language(family: &Family) -> Language {
    family.call(&GetChannels {}).await.unwrap().language
}

#[test_on_both]
async fn the_account_keeps_the_language_in_which_it_last_used_the_product(app: TestApp) {
    let offer = app.offer().places(3).hourly().create().await;
    let ann = app.family("Ann").await;
    assert_eq!(language(&ann).await, Language::Zh);
    let refresh = |token: String| {
        let body = serde_json::to_value(RefreshSession { refresh_token: Some(token) }).unwrap();
        ann.request("POST", "/api/v1/auth/sessions/refresh").header("accept-language", "en-GB").json(&body)
    };
    let refreshed = doorstep_tests::read(refresh(ann.refresh_token.clone())).await;
    assert_eq!(refreshed.status, 200);
    assert_eq!(language(&ann).await, Language::En, "each quarter of an hour a session is continued");
    let zh = ChangeChannels { language: Some(Language::Zh), ..ChangeChannels::default() };
    assert_eq!(ann.call(&zh).await.unwrap(), Channels { language: Language::Zh, sms: true, wechat: None });
    ann.book(&offer, "09:00-11:00").await.unwrap();
    assert!(inbox(&ann).await[0].body.contains("已预约"));
    let again = app.client();
    let order = serde_json::to_value(ann.order(&offer, "13:00-14:00").request()).unwrap();
    again.bear(&ann.token().unwrap());
    let booking =
        again.request("POST", "/api/v1/bookings").header("idempotency-key", "k").header("accept-language", "en");
    assert_eq!(doorstep_tests::read(booking.json(&order)).await.status, 201);
    assert!(inbox(&ann).await[0].body.contains("Booked at"), "who books is answered in the language of the call");
}

#[test_on_both]
async fn messages_are_exported_and_erased_with_the_account(app: TestApp) {
    let offer = app.offer().places(3).hourly().create().await;
    let ann = app.family("Ann").await;
    let booked = ann.book(&offer, "09:00-11:00").await.unwrap();
    ann.call(&CancelBooking::all(booked.id)).await.unwrap();
    let export = ann.call(&ExportFamily {}).await.unwrap();
    assert_eq!(export.messages, inbox(&ann).await);
    assert_eq!(export.messages.len(), 2);
    ann.call(&DeleteAccount {}).await.unwrap();
    let phone = ann.phone.clone();
    let left = app.db().read(move |conn| {
        let mine: i64 = message::table.filter(message::recipient.eq(phone)).count().get_result(conn)?;
        let ways: i64 = delivery::table.count().get_result(conn)?;
        Ok((mine, ways, account::table.count().get_result::<i64>(conn)?))
    });
    assert_eq!(left.await.unwrap(), (0, 0, 0));
}
