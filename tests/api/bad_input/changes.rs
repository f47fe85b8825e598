//! Patterns and changes of a booking that cannot be.

use doorstep_tests::prelude::*;
use serde_json::{Value, json};

use super::{Call, all_are_refused, uuid};

#[test_on_both]
async fn patterns_that_cannot_be(app: TestApp) {
    use ProblemKind::{Closed, Invalid, Malformed, NotFound};

    let offer = app.offer().places(9).half_day().create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let pattern = json!({
        "from": app.in_days(1), "until": app.in_days(12), "weekdays": [1, 3], "windows": [{"from": "08:00", "to": "12:00"}],
    });
    let sent = |child: &doorstep_shared::children::Child, pattern: Value, days: Value| {
        let children = json!([{"child_id": child.id, "offer_id": offer.id}]);
        let body = json!({"children": children, "days": days, "pattern": pattern});
        Call::Send("POST", "/api/v1/bookings".to_owned(), body)
    };
    let with = |name: &str, value: Value| {
        let mut changed = pattern.clone();
        changed[name] = value;
        sent(ann.child(), changed, json!([]))
    };
    let day = json!([{"date": app.in_days(1), "from": "08:00", "to": "12:00"}]);
    let two = json!([{"from": "08:00", "to": "12:00"}, {"from": "13:30", "to": "17:30"}]);
    let mut long = pattern.clone();
    (long["until"], long["weekdays"], long["windows"]) = (json!(app.in_days(50)), json!([1, 2, 3, 4, 5]), two);
    let cases = vec![
        ("days as well", sent(ann.child(), pattern.clone(), day), Invalid, "pattern twice"),
        ("neither", sent(ann.child(), Value::Null, json!([])), Invalid, "days required"),
        ("backwards", with("until", json!(app.in_days(0))), Invalid, "pattern.until too-small"),
        ("two years", with("until", json!(app.in_days(700))), Invalid, "pattern.until too-large"),
        ("70 days", sent(ann.child(), long, json!([])), Invalid, "pattern.until too-large"),
        ("no weekday", with("weekdays", json!([])), Invalid, "pattern.weekdays required"),
        ("an eighth weekday", with("weekdays", json!([1, 8])), Invalid, "pattern.weekdays.1 unknown"),
        ("Monday twice", with("weekdays", json!([1, 1])), Invalid, "pattern.weekdays.1 twice"),
        ("a weekday by name", with("weekdays", json!(["monday"])), Malformed, ""),
        ("no window", with("windows", json!([])), Invalid, "pattern.windows required"),
        (
            "a window backwards",
            with("windows", json!([{"from": "12:00", "to": "08:00"}])),
            Invalid,
            "pattern.windows.0.to too-short",
        ),
        (
            "windows that overlap",
            with("windows", json!([{"from": "08:00", "to": "12:00"}, {"from": "11:00", "to": "13:00"}])),
            Invalid,
            "pattern.windows.1.from twice",
        ),
        ("a window that is not sold", with("windows", json!([{"from": "08:00", "to": "11:00"}])), Closed, ""),
        ("all dates excepted", with("until", json!(app.in_days(1))), Invalid, "pattern required"),
        ("an unknown field", with("monthly", json!(true)), Malformed, ""),
        (
            "another family's child",
            sent(ben.child(), pattern.clone(), json!([])),
            NotFound,
            "children.0.child_id unknown",
        ),
    ];
    all_are_refused(&app, &ann, cases).await;
}

#[test_on_both]
async fn changes_that_cannot_be(app: TestApp) {
    use ProblemKind::{Closed, Invalid, Malformed, NotBookable, NotFound};

    let offer = app.offer().places(9).hourly().create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let booked = ann.book(&offer, "09:00-11:00").await.unwrap();
    let bens = ben.book(&offer, "09:00-11:00").await.unwrap();
    let ask = |id: doorstep_shared::ids::BookingId, verb: &str, body: Value| {
        Call::Send("POST", format!("/api/v1/bookings/{id}/{verb}"), body)
    };
    let own = |verb: &str, body: Value| ask(booked.id, verb, body);
    let (day, other) = (app.in_days(1), app.in_days(2));
    let cases = vec![
        ("cancel a day it does not have", own("cancel", json!({"dates": [other]})), Invalid, "dates.0 unknown"),
        ("cancel a past day", own("cancel", json!({"dates": [app.in_days(-1)]})), Invalid, "dates.0 unknown"),
        ("cancel a day twice", own("cancel", json!({"dates": [day, day]})), Invalid, "dates.1 twice"),
        ("cancel in two ways", own("cancel", json!({"dates": [day], "from": day})), Invalid, "from twice"),
        ("cancel until", own("cancel", json!({"until": day})), Invalid, "from required"),
        ("cancel backwards", own("cancel", json!({"from": other, "until": day})), Invalid, "until too-small"),
        ("cancel month 13", own("cancel", json!({"dates": ["2026-13-01"]})), Malformed, ""),
        ("cancel with an unknown field", own("cancel", json!({"day": day})), Malformed, ""),
        ("cancel another family's day", ask(bens.id, "cancel", json!({"dates": [day]})), NotFound, ""),
        ("absent on no date", own("absent", json!({})), Malformed, ""),
        ("absent on a day it does not have", own("absent", json!({"date": other})), Invalid, "date unknown"),
        (
            "absent for another family's child",
            own("absent", json!({"date": day, "child_id": ben.child().id})),
            Invalid,
            "child_id unknown",
        ),
        ("absent from another family's day", ask(bens.id, "absent", json!({"date": day})), NotFound, ""),
        ("move nowhere", own("move", json!({})), Invalid, "offer_id twice"),
        ("move by years", own("move", json!({"shift_days": 400})), Invalid, "shift_days too-large"),
        ("move back by years", own("move", json!({"shift_days": -400})), Invalid, "shift_days too-small"),
        ("move by more than a number", own("move", json!({"shift_days": 40_000})), Malformed, ""),
        ("move into the past", own("move", json!({"shift_days": -3})), NotBookable, "shift_days in-the-past"),
        ("move to half a window", own("move", json!({"from": "10:00"})), Invalid, "to required"),
        ("move backwards", own("move", json!({"from": "12:00", "to": "10:00"})), Invalid, "to too-short"),
        ("move off the half-hour", own("move", json!({"from": "10:10", "to": "12:00"})), Malformed, ""),
        ("move to before opening", own("move", json!({"from": "05:00", "to": "07:00"})), Closed, ""),
        ("move to no offer", own("move", json!({"offer_id": uuid()})), NotFound, "offer_id unknown"),
        (
            "move a day it does not have",
            own("move", json!({"dates": [other], "shift_days": 1})),
            Invalid,
            "dates.0 unknown",
        ),
        (
            "move a past day",
            own("move", json!({"dates": [app.in_days(-1)], "shift_days": 9})),
            Invalid,
            "dates.0 unknown",
        ),
        (
            "move in two ways",
            own(
                "move",
                json!({"shift_days": 1, "days": [{"date": day, "to_date": other, "from": "09:00", "to": "11:00"}]}),
            ),
            Invalid,
            "days twice",
        ),
        (
            "move a child that is not of it",
            own(
                "move",
                json!({"children": [
                {"child_id": ann.child().id, "offer_id": offer.id}, {"child_id": ben.child().id, "offer_id": offer.id},
            ], "shift_days": 1}),
            ),
            Invalid,
            "children.1.child_id unknown",
        ),
        ("move another family's", ask(bens.id, "move", json!({"shift_days": 1})), NotFound, ""),
        ("ask about another family's", ask(bens.id, "move/preview", json!({"shift_days": 1})), NotFound, ""),
        ("ask about nowhere", own("move/preview", json!({})), Invalid, "offer_id twice"),
    ];
    all_are_refused(&app, &ann, cases).await;
}
