//! Children: their records, the consents given for them, and how they are erased.

use chrono::Duration;
use doorstep_server::audit;
use doorstep_shared::{
    accounts::{ExportChild, ExportFamily},
    bookings::{CancelBooking, ListBookings},
    children::{
        AddChild, ChangeChild, Child, Consent, ConsentPurpose, DeleteChild, GetChild, GiveConsent, ListChildren,
        ListConsents, Sex, WithdrawConsent,
    },
    ids::ChildId,
    problem::FieldRule,
};
use doorstep_tests::prelude::*;
use serde_json::{Value, json};

fn mia(app: &TestApp) -> AddChild {
    AddChild {
        name: "Mia".into(),
        birth_date: app.in_days(-500),
        sex: Sex::Female,
        birth_order: 2,
        residence_district: "320211".into(),
        allergies: "花生过敏".into(),
        notes: "午睡要抱".into(),
        consents: None,
    }
}

fn change(id: ChildId, fields: Value) -> ChangeChild {
    let mut change = json!({ "id": id });
    change.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    serde_json::from_value(change).unwrap()
}

fn broken(problem: &Problem) -> Vec<(&str, FieldRule)> {
    problem.fields.iter().map(|field| (field.field.as_str(), field.rule)).collect()
}

/// Purpose, and whether the consent is in force.
async fn consents(family: &Family, id: ChildId) -> Vec<(ConsentPurpose, bool)> {
    let listed = family.call(&ListConsents { id }).await.unwrap().items;
    listed.iter().map(|consent| (consent.purpose, consent.withdrawn_at.is_none())).collect()
}

async fn noted(app: &TestApp, id: ChildId) -> Vec<String> {
    app.db().read(move |conn| Ok(audit::of(conn, id.0)?)).await.unwrap()
}

#[test_on_both]
async fn a_child_is_added_read_changed_exported_and_erased(app: TestApp) {
    let ann = app.family_without_children("Ann").await;
    let added = ann.call(&mia(&app)).await.unwrap();
    assert_eq!((added.name.as_str(), added.allergies.as_str(), added.birth_order), ("Mia", "花生过敏", 2));
    let older = ann.call(&AddChild { name: "Leo".into(), birth_date: app.in_days(-900), ..mia(&app) }).await.unwrap();
    assert_eq!(ann.call(&ListChildren {}).await.unwrap().items, [older, added.clone()]);

    let changed = ann.call(&change(added.id, json!({ "name": "米娅", "notes": "" }))).await.unwrap();
    assert_eq!(changed, Child { name: "米娅".into(), notes: String::new(), ..added.clone() });
    assert_eq!(ann.call(&GetChild { id: added.id }).await.unwrap(), changed);

    let export = ann.call(&ExportChild { id: added.id }).await.unwrap();
    assert_eq!((&export.child, export.consents.len(), export.bookings.len()), (&changed, 2, 0));
    let family = ann.call(&ExportFamily {}).await.unwrap();
    assert_eq!((family.phone, family.children.len()), (ann.phone.clone(), 2));

    ann.call(&DeleteChild { id: added.id }).await.unwrap();
    assert_eq!(ann.call(&GetChild { id: added.id }).await.unwrap_err().kind, ProblemKind::NotFound);
    assert_eq!(ann.call(&ListChildren {}).await.unwrap().items.len(), 1);
    let expected = ["child_added", "consent_given", "consent_given", "child_changed", "child_exported", "child_erased"];
    assert_eq!(noted(&app, added.id).await, expected);
}

#[test_on_both]
async fn a_childs_export_has_its_own_bookings_and_no_siblings(app: TestApp) {
    let offer = app.offer().places(9).hourly().create().await;
    let mut ann = app.family("Ann").await;
    let (first, second) = (ann.child().id, ann.add_child(20).await.id);
    let together = ann.order(&offer, "09:00-11:00").child(first).child(second).send().await.unwrap();
    let alone = ann.order(&offer, "13:00-15:00").child(second).send().await.unwrap();
    let exported = async |id| {
        let bookings = ann.call(&ExportChild { id }).await.unwrap().bookings;
        let mut ids: Vec<_> = bookings.iter().map(|booking| booking.id).collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(exported(first).await, [together.id]);
    assert_eq!(exported(second).await, [together.id, alone.id]);
}

#[test_on_both]
async fn a_second_tap_adds_no_second_child_and_keeps_no_health_fact_in_the_clear(app: TestApp) {
    let ann = app.family_without_children("Ann").await;
    let taps = join_all((0..6).map(|_| async { ann.call_once(&mia(&app), Some("tap")).await.unwrap() })).await;
    assert!(taps.iter().all(|child| *child == taps[0]));
    assert_eq!(ann.call(&ListChildren {}).await.unwrap().items, [taps[0].clone()]);
    let another = AddChild { name: "Leo".into(), ..mia(&app) };
    assert_eq!(ann.call_once(&another, Some("tap")).await.unwrap_err().kind, ProblemKind::KeyReused);
    let stored = app.snapshot().await;
    for fact in ["花生过敏", "午睡要抱"] {
        assert_eq!(stored.tables_with(fact), [""; 0], "{fact}");
    }
    assert_eq!(stored.tables_with("320211"), ["child"], "what is looked for would be found");
}

#[test_on_both]
async fn a_family_has_twelve_children_at_most(app: TestApp) {
    let ann = app.family_without_children("Ann").await;
    for _ in 0..10 {
        ann.call(&mia(&app)).await.unwrap();
    }
    let at_once = join_all((0..6).map(|_| async { ann.call(&mia(&app)).await })).await;
    assert_eq!(at_once.iter().filter(|added| added.is_ok()).count(), 2);
    let refused = at_once.iter().find_map(|added| added.as_ref().err()).unwrap();
    assert_eq!(broken(refused), [("children", FieldRule::TooLarge)]);
}

#[test_on_both]
async fn withdrawing_the_health_consent_erases_what_was_told(app: TestApp) {
    use ConsentPurpose::{Care, Health};

    let ann = app.family_without_children("Ann").await;
    let id = ann.call(&mia(&app)).await.unwrap().id;
    assert_eq!(consents(&ann, id).await, [(Care, true), (Health, true)]);
    app.clock.advance(Duration::minutes(1));
    ann.call(&WithdrawConsent { id, purpose: Health }).await.unwrap();
    let child = ann.call(&GetChild { id }).await.unwrap();
    assert_eq!((child.allergies.as_str(), child.notes.as_str()), ("", ""));
    assert_eq!(consents(&ann, id).await, [(Care, true), (Health, false)]);

    let told = change(id, json!({ "allergies": "牛奶" }));
    let refused = ann.call(&told).await.unwrap_err();
    assert_eq!(broken(&refused), [("allergies", FieldRule::ConsentNeeded)]);
    let old = GiveConsent { id, purpose: Health, version: "2020-01".into() };
    assert_eq!(broken(&ann.call(&old).await.unwrap_err()), [("version", FieldRule::Unknown)]);
    let agreed = ChangeChild { consents: Some(vec![Consent::to(Health)]), ..told };
    assert_eq!(ann.call(&agreed).await.unwrap().allergies, "牛奶");
    assert_eq!(consents(&ann, id).await, [(Care, true), (Health, false), (Health, true)]);
}

#[test_on_both]
async fn a_child_without_the_care_consent_is_not_booked(app: TestApp) {
    use ConsentPurpose::Care;

    let offer = app.offer().places(9).hourly().create().await;
    let ann = app.family("Ann").await;
    let id = ann.child().id;
    let booking = ann.book(&offer, "09:00-11:00").await.unwrap();
    let refused = ann.call(&WithdrawConsent { id, purpose: Care }).await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::StillBooked);
    ann.call(&CancelBooking::all(booking.id)).await.unwrap();
    ann.call(&WithdrawConsent { id, purpose: Care }).await.unwrap();
    let refused = ann.book(&offer, "14:00-16:00").await.unwrap_err();
    assert_eq!(broken(&refused), [("children.0.child_id", FieldRule::ConsentNeeded)]);
    let Consent { purpose, version } = Consent::to(Care);
    ann.call(&GiveConsent { id, purpose, version }).await.unwrap();
    assert!(ann.book(&offer, "14:00-16:00").await.is_ok());
}

#[test_on_both]
async fn an_expected_child_is_not_erased_and_a_past_booking_stays(app: TestApp) {
    let offer = app.offer().places(9).hourly().create().await;
    let ann = app.family("Ann").await;
    let id = ann.child().id;
    let held = ann.order(&offer, "13:00-14:00").hold().send().await.unwrap();
    let erase = DeleteChild { id };
    assert_eq!(ann.call(&erase).await.unwrap_err().kind, ProblemKind::StillBooked, "a place is held");
    ann.call(&CancelBooking::all(held.id)).await.unwrap();
    let booked = ann.book(&offer, "09:00-11:00").await.unwrap();
    assert_eq!(ann.call(&erase).await.unwrap_err().kind, ProblemKind::StillBooked);

    // Tomorrow at 10:59 the child is still there, at 11:00 it has left.
    app.clock.advance(Duration::hours(26) + Duration::minutes(59));
    let ann = Family::sign_in(&app, "Ann", &ann.phone).await;
    assert_eq!(ann.call(&erase).await.unwrap_err().kind, ProblemKind::StillBooked, "one minute too early");
    app.clock.advance(Duration::minutes(1));
    ann.call(&erase).await.unwrap();
    let listed = ann.call(&ListBookings::default()).await.unwrap().items;
    let past = listed.iter().find(|booking| booking.id == booked.id).unwrap();
    assert_eq!((past.days[0].child_id, past.days[0].child_name.as_str()), (id, ""));
    assert_eq!(past.price.total_fen, booked.price.total_fen);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_birth_date_is_not_changed_against_the_days_that_are_booked(app: TestApp) {
    let offer = app.offer().places(9).hourly().create().await;
    let ann = app.family("Ann").await;
    let (id, born) = (ann.child().id, ann.child().birth_date);
    let booked = ann.order(&offer, "09:00-11:00").on(app.in_days(1)).on(app.in_days(3)).send().await.unwrap();
    let held = ann.order(&offer, "14:00-16:00").on(app.in_days(5)).hold().send().await.unwrap();
    // Two years old in two days, so out of the toddlers' class by then.
    let older = app.in_days(2) - chrono::Months::new(24);
    let before = app.snapshot().await;
    let refused = ann.call(&change(id, json!({ "birth_date": older, "name": "别名" }))).await.unwrap_err();
    assert_eq!((refused.kind, &refused.dates), (ProblemKind::StillBooked, &vec![app.in_days(3), app.in_days(5)]));
    assert_eq!(broken(&refused), [("birth_date", FieldRule::TooLarge)]);
    let differences = before.differences(&app.snapshot().await);
    assert!(differences.is_empty(), "{}", differences.join("\n"));

    let fits = born + Duration::days(10);
    assert_eq!(ann.call(&change(id, json!({ "birth_date": fits }))).await.unwrap().birth_date, fits);
    ann.call(&CancelBooking::all(booked.id)).await.unwrap();
    ann.call(&CancelBooking::all(held.id)).await.unwrap();
    assert_eq!(ann.call(&change(id, json!({ "birth_date": older }))).await.unwrap().birth_date, older);
}

#[test_on_both]
async fn a_child_is_never_both_erased_and_booked(app: TestApp) {
    let offer = app.offer().places(40).hourly().create().await;
    let mut ann = app.family_without_children("Ann").await;
    let (mut erased, mut booked) = (0, 0);
    for round in 0..12 {
        let id = ann.add_child(18).await.id;
        let order = ann.order(&offer, "09:00-11:00").child(id);
        let delete = DeleteChild { id };
        let (order, delete) = if round % 2 == 0 {
            join!(order.send(), ann.call(&delete))
        } else {
            let (delete, order) = join!(ann.call(&delete), order.send());
            (order, delete)
        };
        assert_ne!(order.is_ok(), delete.is_ok(), "{order:?} {delete:?}");
        erased += usize::from(delete.is_ok());
        booked += usize::from(order.is_ok());
        if let Ok(order) = order {
            ann.call(&CancelBooking::all(order.id)).await.unwrap();
            ann.call(&DeleteChild { id }).await.unwrap();
        }
    }
    assert_eq!(erased + booked, 12);
    app.check_finds_no_difference().await;
}
