//! Wishes to wait that cannot be.

use doorstep_shared::care::ClassKind;
use doorstep_tests::prelude::*;
use serde_json::{Value, json};

use super::{Call, all_are_refused, uuid};

#[test_on_both]
async fn wishes_to_wait_that_cannot_be(app: TestApp) {
    use ProblemKind::{
        ChildBusy, Closed, Invalid, Malformed, NotBookable, NotFound, PlaceFree, TemporaryLimit, WrongAge, WrongState,
    };

    let nursery = app.nursery().create().await;
    let offer = app.offer().of(&nursery).places(1).half_day().create().await;
    let temporary = app.offer().beside(&offer).temporary().create().await;
    let infants = app.offer().of(&nursery).class(ClassKind::Infant).places(1).half_day().create().await;
    let elsewhere = app.offer().places(9).half_day().create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let (tomorrow, child) = (app.in_days(1), ann.child().id);
    let later = (2..=6).map(|days| app.in_days(days));
    let order = later.fold(ben.order(&offer, "08:00-12:00").on(tomorrow), |order, day| order.on(day));
    order.send().await.unwrap();
    let left = ann.wait_for(&offer, "08:00-12:00").await.unwrap();
    ann.leave(left.id).await.unwrap();
    let bens = ben.book(&elsewhere, "13:30-17:30").await.unwrap();
    ann.book(&elsewhere, "13:30-17:30").await.unwrap();
    let body = json!({"child_ids": [child], "offer_id": offer.id, "date": tomorrow, "from": "08:00", "to": "12:00"});
    let sent = |body: Value| Call::Send("POST", "/api/v1/waitlist".to_owned(), body);
    let with = |name: &str, value: Value| {
        let mut changed = body.clone();
        changed[name] = value;
        sent(changed)
    };
    let window = |from: &str, to: &str| {
        let mut changed = body.clone();
        (changed["from"], changed["to"]) = (json!(from), json!(to));
        sent(changed)
    };
    let verb = |id: String, verb: &str| Call::Send("POST", format!("/api/v1/waitlist/{id}/{verb}"), json!({}));
    let past = app.now() - chrono::Duration::minutes(1);
    let five: Vec<String> = (0..5).map(|_| uuid()).collect();
    let cases = vec![
        ("nobody", with("child_ids", json!([])), Invalid, "child_ids required"),
        ("a child twice", with("child_ids", json!([child, child])), Invalid, "child_ids.1 twice"),
        ("five children", with("child_ids", json!(five)), Invalid, "child_ids too-long"),
        ("another family's child", with("child_ids", json!([ben.child().id])), NotFound, "child_ids.0 unknown"),
        ("no such child", with("child_ids", json!([uuid()])), NotFound, "child_ids.0 unknown"),
        ("no such offer", with("offer_id", json!(uuid())), NotFound, "offer_id unknown"),
        ("not an id", with("offer_id", json!("1")), Malformed, ""),
        ("an unknown field", with("priority", json!(1)), Malformed, ""),
        ("a group of one's own", with("priority_group", json!("hardship")), Malformed, ""),
        ("backwards", window("12:00", "08:00"), Invalid, "to too-short"),
        ("off the half-hour", window("08:10", "12:00"), Malformed, ""),
        ("a window that is not sold", window("08:00", "11:00"), Closed, ""),
        ("yesterday", with("date", json!(app.in_days(-1))), NotBookable, "date in-the-past"),
        ("in half an hour", with("date", json!(app.today())), NotBookable, "from too-small"),
        ("next year", with("date", json!(app.in_days(300))), NotBookable, "date too-far-ahead"),
        ("month 13", with("date", json!("2026-13-01")), Malformed, ""),
        ("before all time", with("date", json!("-262143-01-01")), Malformed, ""),
        ("a free place", window("13:30", "17:30"), ChildBusy, "child_ids.0 twice"),
        ("a free day", with("date", json!(app.in_days(9))), PlaceFree, ""),
        ("too old for the class", with("offer_id", json!(infants.id)), WrongAge, "child_ids.0 too-large"),
        ("accepting in the past", with("auto_accept_until", json!(past)), Invalid, "auto_accept_until in-the-past"),
        (
            "accepting after it began",
            with("auto_accept_until", json!(Timestamp::at(tomorrow, "08:30".parse().unwrap()))),
            Invalid,
            "auto_accept_until too-large",
        ),
        ("accepting some time", with("auto_accept_until", json!("soon")), Malformed, ""),
        ("accepting no entry", verb(uuid(), "accept"), NotFound, ""),
        ("accepting what was left", verb(left.id.to_string(), "accept"), WrongState, ""),
        ("accepting a booking", verb(bens.id.to_string(), "accept"), NotFound, ""),
        ("coming back to nothing", verb(uuid(), "rejoin"), NotFound, ""),
        ("an entry that is none", Call::Get(format!("/api/v1/waitlist/{}", uuid())), NotFound, ""),
        ("an entry that is no id", Call::Get("/api/v1/waitlist/1".to_owned()), Malformed, ""),
        (
            "leaving what was left",
            Call::Send("DELETE", format!("/api/v1/waitlist/{}", left.id), json!({})),
            WrongState,
            "",
        ),
        (
            "looking at no offer",
            Call::Get(format!("/api/v1/offers/{}/waitlist?date={tomorrow}&from=08:00&to=12:00", uuid())),
            NotFound,
            "",
        ),
        (
            "looking backwards",
            Call::Get(format!("/api/v1/offers/{}/waitlist?date={tomorrow}&from=12:00&to=08:00", offer.id)),
            Invalid,
            "to too-short",
        ),
    ];
    all_are_refused(&app, &ann, cases).await;

    // Care that stays temporary is not waited for on a sixth day.
    let days: Vec<_> = (9..=13).map(|days| app.in_days(days)).collect();
    let order = days.iter().fold(ann.order(&temporary, "13:30-17:30"), |order, day| order.on(*day));
    order.send().await.unwrap();
    let mut sixth = body.clone();
    (sixth["offer_id"], sixth["date"]) = (json!(temporary.id), json!(app.in_days(2)));
    all_are_refused(&app, &ann, vec![("a sixth day", sent(sixth), TemporaryLimit, "child_ids.0 too-large")]).await;
}
