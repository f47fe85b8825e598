//! The door: the code that it shows, the one that families say, who collects, and what staff are told of a child.

use chrono::Duration;
use doorstep_shared::{
    board::{CollectChild, EnterDoor, Entered, FindDoorCode, GetBoardDetails, ShowDoor},
    bookings::{Booking, DayState},
    family::{AddPickUpPerson, IssuePickUpCode},
    secret::Secret,
};
use doorstep_tests::prelude::*;
use serde_json::json;

use super::{House, comes, day, state, was_applied};

/// What the door says in its QR code.
async fn said(house: &House) -> Secret {
    let url = house.teacher.call(&ShowDoor {}).await.unwrap().url;
    let (_, token) = url.expose().split_once("token=").unwrap();
    Secret::from(token)
}

async fn enter(family: &Family, house: &House, token: &Secret) -> Result<Entered, Problem> {
    family.call(&EnterDoor { nursery_id: house.offer.nursery, token: token.clone() }).await
}

#[test_on_both]
async fn a_family_checks_its_children_in_by_what_the_door_says_now(app: TestApp) {
    let (mut house, mut other) = (House::of(&app, 5).await, House::of(&app, 5).await);
    let (ann, booking) = house.child(&app, "Ann").await;
    let (ben, _) = other.child(&app, "Ben").await;
    house.at(&app, "07:50").await;
    app.clock.advance(Duration::minutes(1));
    other.teacher = other.teacher.again(&app).await;
    let (ann, ben) = (ann.again(&app).await, ben.again(&app).await);
    let token = said(&house).await;
    let wrong = |refused: Result<Entered, Problem>| refused.unwrap_err().kind;
    assert_eq!(wrong(enter(&ann, &house, &said(&other).await).await), ProblemKind::WrongCode, "of another door");
    assert_eq!(wrong(enter(&ann, &house, &Secret::from("")).await), ProblemKind::WrongCode);
    assert_eq!(wrong(enter(&ben, &house, &token).await), ProblemKind::NotFound, "nobody of theirs comes here");
    let entered = enter(&ann, &house, &token).await.unwrap();
    assert_eq!(entered.children, [ann.child().name.clone()]);
    assert_eq!(house.attendance(day(&booking)).await.state, DayState::CheckedIn);
    // Twice is once; a photo of the code is worth nothing after a minute.
    assert_eq!(enter(&ann, &house, &token).await.unwrap(), entered);
    assert_eq!(house.attendance(day(&booking)).await.conflicts, []);
    app.clock.advance(Duration::seconds(61));
    assert_eq!(wrong(enter(&ann, &house, &token).await), ProblemKind::WrongCode);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn staff_find_a_child_by_the_code_that_its_family_says(app: TestApp) {
    let (mut house, mut other) = (House::of(&app, 5).await, House::of(&app, 5).await);
    let (_, booking) = house.child(&app, "Ann").await;
    house.at(&app, "07:50").await;
    app.clock.advance(Duration::minutes(1));
    other.teacher = other.teacher.again(&app).await;
    let ask = FindDoorCode { code: booking.door_code.as_deref().unwrap().into() };
    assert_eq!(house.teacher.call(&ask).await.unwrap().day_ids, [day(&booking)]);
    assert_eq!(other.teacher.call(&ask).await.unwrap_err().kind, ProblemKind::NotFound);
}

/// The guardian gives a neighbour the code for the day.
async fn code_for(ann: &Family, booking: &Booking) -> Secret {
    let add = AddPickUpPerson { name: "王叔叔".to_owned(), relation: "邻居".to_owned(), phone: None };
    let person = ann.call(&add).await.unwrap().id;
    let (id, date) = (booking.id, booking.days[0].date);
    let code = ann.call(&IssuePickUpCode { id, date, person_id: person }).await.unwrap().code.unwrap();
    Secret::from(code.as_str())
}

#[test_on_both]
async fn who_has_the_code_collects_once_and_is_named(app: TestApp) {
    let mut house = House::of(&app, 5).await;
    let (ann, booking) = house.child(&app, "Ann").await;
    house.at(&app, "16:50").await;
    let ann = ann.again(&app).await;
    let code = code_for(&ann, &booking).await;
    let ask = CollectChild { id: day(&booking), code };
    let refused = house.teacher.call(&ask).await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::WrongState, "it is not there, and the code is still good");
    was_applied(&house.does(&app, comes(&booking)).await);
    let wrong = CollectChild { code: Secret::from("no code"), ..ask.clone() };
    assert_eq!(house.teacher.call(&wrong).await.unwrap_err().kind, ProblemKind::WrongCode);
    let details = house.teacher.call(&GetBoardDetails { id: day(&booking) }).await.unwrap();
    assert!(details.child.has_code && !details.code.unwrap().used);
    assert_eq!(house.teacher.call(&ask).await.unwrap().name, "王叔叔");
    let after = house.attendance(day(&booking)).await;
    assert_eq!((after.state, after.collected_by.as_deref()), (DayState::CheckedOut, Some("王叔叔")));
    assert_eq!(house.teacher.call(&ask).await.unwrap_err().kind, ProblemKind::WrongState);
    assert_eq!(state(&app, &booking).await, DayState::CheckedOut);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn staff_are_told_of_an_allergy_and_that_they_looked_is_noted(app: TestApp) {
    let (mut house, mut other) = (House::of(&app, 5).await, House::of(&app, 5).await);
    let (ann, booking) = house.child(&app, "Ann").await;
    let id = ann.child().id;
    let change = ann.send("PATCH", &format!("/api/v1/children/{id}"), &json!({"allergies": "花生"})).await;
    assert_eq!(change.status, 200, "{}", change.body);
    house.at(&app, "07:50").await;
    app.clock.advance(Duration::minutes(1));
    other.teacher = other.teacher.again(&app).await;
    let ask = GetBoardDetails { id: day(&booking) };
    assert_eq!(house.teacher.call(&ask).await.unwrap().allergies, "花生");
    assert_eq!(other.teacher.call(&ask).await.unwrap_err().kind, ProblemKind::NotFound);
    let noted = app.db().read(move |conn| Ok(doorstep_server::audit::of(conn, id.0)?)).await.unwrap();
    assert_eq!(noted.iter().filter(|action| *action == "child_seen_at_board").count(), 1);
}
