//! Who belongs to a family: invited, seen, removed; acting for one family at a time.

use chrono::Duration;
use doorstep_shared::{
    accounts::{ChooseFamily, DeleteAccount, GetMe, RefreshSession},
    bookings::{GetBooking, MakeCalendarFeed},
    children::{AddChild, ChangeChild, ConsentPurpose, GetChild, ListChildren},
    family::{
        AcceptInvitation, AddPickUpPerson, ChangeMember, ChangePickUpPerson, DeclineInvitation, GetFamily, Invitation,
        InvitationState, Invite, LeaveFamily, ListMyInvitations, RemoveMember, RemovePickUpPerson, RevokeInvitation,
        Role,
    },
    problem::FieldRule,
};
use doorstep_tests::prelude::*;
use serde_json::json;

fn invitation(phone: &str, role: Role) -> Invite {
    Invite { phone: phone.parse().unwrap(), role, name: "奶奶".to_owned() }
}

async fn invite(by: &Family, phone: &str, role: Role) -> Result<Invitation, Problem> {
    by.call(&invitation(phone, role)).await
}

fn kind<T: std::fmt::Debug>(refused: Result<T, Problem>) -> ProblemKind {
    refused.unwrap_err().kind
}

#[test_on_both]
async fn an_invited_grandmother_sees_what_is_booked_and_changes_nothing(app: TestApp) {
    let offer = app.offer().places(2).hourly().create().await;
    let ann = app.family("Ann").await;
    let booked = ann.book(&offer, "09:00-11:00").await.unwrap();
    let told = json!({"id": ann.child().id, "allergies": "花生"});
    let change: ChangeChild = serde_json::from_value(told).unwrap();
    assert_eq!(ann.call(&change).await.unwrap().allergies, "花生");

    let grandma = app.relative(&ann, Role::Member).await;
    assert_eq!((grandma.me.role(), grandma.me.family_id), (Some(Role::Member), ann.me.family_id));
    assert_eq!(grandma.me.families.len(), 1, "her own empty family was given up");
    assert_eq!(grandma.call(&GetBooking { id: booked.id }).await.unwrap().door_code, booked.door_code);
    let seen = grandma.call(&GetChild { id: ann.child().id }).await.unwrap();
    assert_eq!((seen.allergies.as_str(), seen.health_hidden), ("", true));
    assert!(!grandma.get("/api/v1/children").await.body.contains("花生"));
    let people = grandma.call(&GetFamily {}).await.unwrap();
    assert_eq!((people.members.len(), people.invitations.len()), (2, 0));
    assert!(people.members[1].is_me && people.members[1].role == Role::Member);

    let before = app.snapshot().await;
    let order = ann.order(&offer, "13:00-14:00").request();
    assert_eq!(kind(grandma.call(&order).await), ProblemKind::Forbidden);
    assert_eq!(kind(invite(&grandma, "13700000009", Role::Member).await), ProblemKind::Forbidden);
    assert_eq!(kind(grandma.call(&RemoveMember { id: ann.me.id }).await), ProblemKind::Forbidden);
    assert_eq!(before.differences(&app.snapshot().await), [""; 0]);
}

#[test_on_both]
async fn whoever_leaves_the_family_knows_no_code_for_the_door_any_more(app: TestApp) {
    let offer = app.offer().places(9).hourly().create().await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let booked = ann.book(&offer, "09:00-11:00").await.unwrap();
    let bens = ben.book(&offer, "09:00-11:00").await.unwrap();
    let code = async |who: &Family, id| who.call(&GetBooking { id }).await.unwrap().door_code.unwrap();
    let neighbour = app.relative(&ann, Role::PickUp).await;
    let mut known = booked.door_code.clone().unwrap();
    ann.call(&RemoveMember { id: neighbour.me.id }).await.unwrap_err();
    assert_eq!(code(&ann, booked.id).await, known, "who picks up is no member, and sees none");
    for leaves_by_herself in [false, true] {
        let grandma = app.relative(&ann, Role::Member).await;
        assert_eq!(code(&grandma, booked.id).await, known);
        match leaves_by_herself {
            true => grandma.call(&LeaveFamily {}).await.unwrap(),
            false => ann.call(&RemoveMember { id: grandma.me.id }).await.unwrap(),
        }
        let new = code(&ann, booked.id).await;
        assert_ne!(new, known);
        assert!(app.messages(&ann.phone).await.last().unwrap().contains("1 个预约的入园码已更换"));
        assert!(!app.messages(&grandma.phone).await.last().unwrap().contains("入园码"), "she is not told");
        known = new;
    }
    assert_eq!(code(&ben, bens.id).await, bens.door_code.unwrap(), "another family's stay");
    // What is over is left as it was.
    app.clock.advance(Duration::days(3));
    let ann = ann.again(&app).await;
    let grandma = app.relative(&ann, Role::Member).await;
    ann.call(&RemoveMember { id: grandma.me.id }).await.unwrap();
    assert_eq!(code(&ann, booked.id).await, known);
}

#[test_on_both]
async fn an_invitation_says_the_same_for_known_and_unknown_numbers_and_nothing_of_the_family(app: TestApp) {
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let known = ann.send("POST", "/api/v1/family/invitations", &json!(invitation(&ben.phone, Role::Member))).await;
    let unknown = ann.send("POST", "/api/v1/family/invitations", &json!(invitation("13700000001", Role::Member))).await;
    assert_eq!((known.status, unknown.status), (201, 201));
    let shape = |answer: &doorstep_tests::Answer| {
        let mut fields: Vec<_> = answer.json().as_object().unwrap().keys().cloned().collect();
        fields.sort();
        fields
    };
    assert_eq!(shape(&known), shape(&unknown));
    for phone in [ben.phone.as_str(), "13700000001"] {
        let text = app.messages(phone).await.pop().unwrap();
        assert!(text.contains("邀请") && text.contains("138****"), "{text}");
        assert!(!text.contains("奶奶"), "words of the family's own went to a stranger: {text}");
    }
}

#[test_on_both]
async fn an_invitation_is_answered_once_by_whom_it_is_for_while_it_stands(app: TestApp) {
    let (ann, ben, eve) = (app.family("Ann").await, app.family("Ben").await, app.family("Eve").await);
    let first = invite(&ann, &ben.phone, Role::Member).await.unwrap();
    assert_eq!(first.expires_at - first.created_at, Duration::days(7));
    for stranger in [&eve, &ann] {
        assert_eq!(kind(stranger.call(&AcceptInvitation { id: first.id }).await), ProblemKind::NotFound);
        assert_eq!(kind(stranger.call(&DeclineInvitation { id: first.id }).await), ProblemKind::NotFound);
    }
    assert_eq!(kind(eve.call(&RevokeInvitation { id: first.id }).await), ProblemKind::NotFound);

    ben.call(&DeclineInvitation { id: first.id }).await.unwrap();
    assert_eq!(kind(ben.call(&AcceptInvitation { id: first.id }).await), ProblemKind::InvitationEnded);
    let shown = ann.call(&GetFamily {}).await.unwrap().invitations;
    assert_eq!(shown[0].state, InvitationState::Declined);

    let second = invite(&ann, &ben.phone, Role::Member).await.unwrap();
    ann.call(&RevokeInvitation { id: second.id }).await.unwrap();
    assert_eq!(kind(ben.call(&AcceptInvitation { id: second.id }).await), ProblemKind::InvitationEnded);
    assert_eq!(ben.call(&ListMyInvitations {}).await.unwrap().items, []);

    let third = invite(&ann, &ben.phone, Role::Member).await.unwrap();
    let fourth = invite(&ann, &ben.phone, Role::Guardian).await.unwrap();
    assert_eq!(kind(ben.call(&AcceptInvitation { id: third.id }).await), ProblemKind::InvitationEnded, "replaced");
    app.clock.advance(Duration::days(7));
    let (ann, ben) = (ann.again(&app).await, ben.again(&app).await);
    assert_eq!(kind(ben.call(&AcceptInvitation { id: fourth.id }).await), ProblemKind::InvitationEnded, "ran out");
    let shown = ann.call(&GetFamily {}).await.unwrap().invitations;
    assert_eq!(shown[0].state, InvitationState::Expired);
    assert_eq!(ben.call(&ListChildren {}).await.unwrap().items.len(), 1, "and still acts for his own family");
}

#[test_on_both]
async fn an_invitation_is_accepted_once_however_many_tap(app: TestApp) {
    let (ann, ben) = (app.family("Ann").await, app.family_without_children("Ben").await);
    let id = invite(&ann, &ben.phone, Role::Guardian).await.unwrap().id;
    let accept = AcceptInvitation { id };
    let answers = join_all((0..8).map(|_| ben.call(&accept))).await;
    let taken: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
    assert_eq!(taken.len(), 1, "{answers:?}");
    assert_eq!(taken[0].families.len(), 1);
    assert_eq!(ann.call(&GetFamily {}).await.unwrap().members.len(), 2);
}

#[test_on_both]
async fn a_family_sends_so_many_invitations_a_day_and_a_phone_gets_so_many_texts(app: TestApp) {
    let ann = app.family("Ann").await;
    for n in 0..10 {
        let sent = invite(&ann, &format!("137000000{n:02}"), Role::Member).await.unwrap();
        // What was taken back counts as well.
        ann.call(&RevokeInvitation { id: sent.id }).await.unwrap();
    }
    let refused = invite(&ann, "13700000099", Role::Member).await.unwrap_err();
    assert_eq!((refused.kind, refused.retry_after_s), (ProblemKind::TooManyRequests, Some(86_400)));
    assert_eq!(app.messages("13700000099").await.len(), 0);

    let mut all = Vec::new();
    for n in 0..5 {
        let family = app.family_without_children(&format!("family {n}")).await;
        all.push(invite(&family, "13700000055", Role::Member).await.unwrap());
    }
    assert_eq!(app.messages("13700000055").await.len(), 3, "texts");
    let invited = Family::sign_in(&app, "invited", "13700000055").await;
    assert_eq!(invited.call(&ListMyInvitations {}).await.unwrap().items.len(), 5, "found at sign-in all the same");
}

#[test_on_both]
async fn who_belongs_already_is_not_invited_and_a_crowd_is_no_family(app: TestApp) {
    let ann = app.family("Ann").await;
    let grandma = app.relative(&ann, Role::Member).await;
    for phone in [&ann.phone, &grandma.phone] {
        let refused = invite(&ann, phone, Role::Guardian).await.unwrap_err();
        assert_eq!((refused.fields[0].field.as_str(), refused.fields[0].rule), ("phone", FieldRule::Twice));
    }
    let as_pick_up = invite(&ann, "13700000001", Role::PickUp).await.unwrap_err();
    assert_eq!(as_pick_up.fields[0].field, "role");
    for n in 2..16 {
        ann.call(&AddPickUpPerson { name: format!("{n}"), relation: String::new(), phone: None }).await.unwrap();
    }
    let refused = invite(&ann, "13700000001", Role::Member).await.unwrap_err();
    assert_eq!(refused.fields[0].field, "people");
}

#[test_on_both]
async fn whoever_is_removed_can_do_nothing_from_that_moment(app: TestApp) {
    let beside = app.beside().await;
    let offer = app.offer().places(3).hourly().create().await;
    let ann = app.family("Ann").await;
    let dad = app.relative(&ann, Role::Guardian).await;
    let link = dad.call(&MakeCalendarFeed { id: ann.child().id }).await.unwrap().url;
    let link = format!("/api/v1/{}", link.split_once("/api/v1/").unwrap().1);
    let uncle = invite(&dad, "13700000001", Role::Guardian).await.unwrap();
    let elsewhere = beside.client();
    elsewhere.bear(&dad.token().unwrap());
    assert!(elsewhere.call(&GetMe {}).await.is_ok());
    let order = serde_json::to_value(ann.order(&offer, "09:00-11:00").request()).unwrap();

    ann.call(&RemoveMember { id: dad.me.id }).await.unwrap();
    let before = app.snapshot().await;
    for path in ["/api/v1/me", "/api/v1/bookings", "/api/v1/children"] {
        assert_eq!(dad.get(path).await.problem().kind, ProblemKind::Unauthenticated, "{path}");
    }
    assert_eq!(dad.send("POST", "/api/v1/bookings", &order).await.status, 401);
    assert_eq!(app.client().get(&link).await.status, 404, "a link that he knows");
    // Another process changes nothing for him either, with a token that is in time. One process serves a SQLite file.
    if !app.db().is_sqlite() {
        assert_eq!(elsewhere.send("POST", "/api/v1/bookings", &order).await.status, 401);
    }
    assert_eq!(before.differences(&app.snapshot().await), [""; 0]);
    let refresh = RefreshSession { refresh_token: Some(dad.refresh_token.clone()) };
    assert_eq!(kind(dad.call(&refresh).await), ProblemKind::Unauthenticated);

    app.clock.advance(Duration::minutes(1));
    let dad = dad.again(&app).await;
    assert_ne!(dad.me.family_id, ann.me.family_id);
    assert_eq!(kind(dad.call(&GetChild { id: ann.child().id }).await), ProblemKind::NotFound);
    assert_eq!(kind(ann.call(&RemoveMember { id: dad.me.id }).await), ProblemKind::NotFound, "twice");
    let uncles = Family::sign_in(&app, "uncle", "13700000001").await;
    assert_eq!(kind(uncles.call(&AcceptInvitation { id: uncle.id }).await), ProblemKind::InvitationEnded);
}

#[test_on_both]
async fn of_two_guardians_who_remove_each_other_one_stays(app: TestApp) {
    for _ in 0..4 {
        let ann = app.family("Ann").await;
        let dad = app.relative(&ann, Role::Guardian).await;
        let (by_ann, by_dad) = (RemoveMember { id: dad.me.id }, RemoveMember { id: ann.me.id });
        let (one, other) = join!(ann.call(&by_ann), dad.call(&by_dad));
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        let stays = if one.is_ok() { &ann } else { &dad };
        let members = stays.call(&GetFamily {}).await.unwrap().members;
        assert_eq!(members.iter().map(|member| member.id).collect::<Vec<_>>(), [stays.me.id]);
    }
}

#[test_on_both]
async fn of_two_guardians_who_leave_erase_or_step_back_at_once_one_stays(app: TestApp) {
    for way in 0..3 {
        let ann = app.family(&format!("Ann {way}")).await;
        let dad = app.relative(&ann, Role::Guardian).await;
        let go = async |who: &Family| match way {
            0 => who.call(&LeaveFamily {}).await,
            1 => who.call(&ChangeMember { id: who.me.id, name: None, role: Some(Role::Member) }).await,
            // The last one takes the family along.
            _ => who.call(&DeleteAccount {}).await,
        };
        let (one, other) = join!(go(&ann), go(&dad));
        if way < 2 {
            assert!(one.is_ok() != other.is_ok(), "{way}: {one:?} {other:?}");
            assert_eq!(kind(if one.is_ok() { other } else { one }), ProblemKind::LastGuardian);
        } else {
            assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
            assert_eq!(app.snapshot().await.tables_with(&ann.child().name), [""; 0]);
        }
    }
}

#[test_on_both]
async fn the_last_guardian_stays_whoever_else_there_is(app: TestApp) {
    let ann = app.family("Ann").await;
    let grandma = app.relative(&ann, Role::Member).await;
    let id = ann.me.id;
    assert_eq!(kind(ann.call(&RemoveMember { id }).await), ProblemKind::LastGuardian);
    assert_eq!(kind(ann.call(&LeaveFamily {}).await), ProblemKind::LastGuardian);
    let step_back = ChangeMember { id, name: None, role: Some(Role::Member) };
    assert_eq!(kind(ann.call(&step_back).await), ProblemKind::LastGuardian);
    // With another one, all of it works.
    let raise = ChangeMember { id: grandma.me.id, name: Some("外婆".to_owned()), role: Some(Role::Guardian) };
    ann.call(&raise).await.unwrap();
    assert_eq!(kind(grandma.call(&GetMe {}).await), ProblemKind::Unauthenticated, "what she was is over");
    app.clock.advance(Duration::minutes(1));
    let grandma = grandma.again(&app).await;
    assert_eq!(grandma.me.role(), Some(Role::Guardian));
    assert_eq!(grandma.me.families[0].name, "外婆");
    ann.call(&LeaveFamily {}).await.unwrap();
    assert_eq!(grandma.call(&ListChildren {}).await.unwrap().items.len(), 1);
}

#[test_on_both]
async fn an_erased_guardian_of_several_leaves_the_family_whole(app: TestApp) {
    let offer = app.offer().places(2).hourly().create().await;
    let ann = app.family("Ann").await;
    let dad = app.relative(&ann, Role::Guardian).await;
    let booked = ann.book(&offer, "09:00-11:00").await.unwrap();
    ann.call(&DeleteAccount {}).await.unwrap();
    assert_eq!(kind(ann.call(&GetMe {}).await), ProblemKind::Unauthenticated);
    assert_eq!(dad.call(&GetBooking { id: booked.id }).await.unwrap().pickup, booked.pickup);
    assert_eq!(dad.call(&ListChildren {}).await.unwrap().items.len(), 1);
    assert_eq!(kind(dad.call(&DeleteAccount {}).await), ProblemKind::StillBooked, "he is the last one now");
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn the_family_of_the_last_guardian_goes_with_everybody_who_belongs_to_it(app: TestApp) {
    let ann = app.family("安小满").await;
    let grandma = app.relative(&ann, Role::Member).await;
    let neighbour = app.relative(&ann, Role::PickUp).await;
    invite(&ann, "13700000001", Role::Member).await.unwrap();
    let person = AddPickUpPerson {
        name: "王桂芳".to_owned(),
        relation: "邻居阿姨".to_owned(),
        phone: Some("13700000002".parse().unwrap()),
    };
    ann.call(&person).await.unwrap();
    ann.call(&DeleteAccount {}).await.unwrap();
    for left in [&grandma, &neighbour] {
        assert_eq!(kind(left.call(&GetMe {}).await), ProblemKind::Unauthenticated);
    }
    let left = app.snapshot().await;
    for word in ["安小满", "王桂芳", "邻居阿姨", "奶奶"] {
        assert_eq!(left.tables_with(word), [""; 0], "{word}");
    }
    let invited = Family::sign_in(&app, "invited", "13700000001").await;
    assert_eq!(invited.call(&ListMyInvitations {}).await.unwrap().items, []);
}

#[test_on_both]
async fn a_grandmother_of_two_households_acts_for_one_at_a_time(app: TestApp) {
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let mut grandma = app.relative(&ann, Role::Member).await;
    grandma.me = app.join(&ben, &grandma, Role::Guardian).await;
    let (anns, bens) = (ann.me.family_id, ben.me.family_id);
    assert_eq!((grandma.me.family_id, grandma.me.role()), (bens, Some(Role::Guardian)));
    let told: Vec<_> = grandma.me.families.iter().map(|family| (family.family_id, family.role)).collect();
    assert_eq!(told, [(anns, Role::Member), (bens, Role::Guardian)]);
    let birth_date = ann.child().birth_date;
    let add = json!({"name": "小宝", "birth_date": birth_date, "sex": "male"});
    let child: AddChild = serde_json::from_value(add).unwrap();
    grandma.call(&child).await.unwrap();
    assert_eq!(kind(grandma.call(&GetChild { id: ann.child().id }).await), ProblemKind::NotFound);

    app.clock.advance(Duration::seconds(1));
    let me = grandma.call(&ChooseFamily { family_id: anns }).await.unwrap();
    assert_eq!((me.family_id, me.role()), (anns, Some(Role::Member)));
    assert_eq!(kind(grandma.call(&child).await), ProblemKind::Forbidden, "she is no guardian there");
    assert!(grandma.call(&GetChild { id: ann.child().id }).await.is_ok());
    assert_eq!(kind(grandma.call(&GetChild { id: ben.child().id }).await), ProblemKind::NotFound);
    let stranger = app.family("Eve").await;
    assert_eq!(kind(stranger.call(&ChooseFamily { family_id: anns }).await), ProblemKind::NotFound);
    app.clock.advance(Duration::minutes(1));
    assert_eq!(grandma.again(&app).await.me.family_id, anns, "where she was last");

    // Removed from one, she goes on in the other.
    ann.call(&RemoveMember { id: grandma.me.id }).await.unwrap();
    app.clock.advance(Duration::minutes(1));
    assert_eq!(grandma.again(&app).await.me.family_id, bens);
}

#[test_on_both]
async fn who_picks_up_sees_nothing_of_the_family_and_signs_out_with_their_number(app: TestApp) {
    let ann = app.family("Ann").await;
    let neighbour = app.relative(&ann, Role::PickUp).await;
    for path in ["/api/v1/children", "/api/v1/bookings", "/api/v1/family"] {
        assert_eq!(neighbour.get(path).await.problem().kind, ProblemKind::Forbidden, "{path}");
    }
    let export = neighbour.get("/api/v1/me/export").await;
    assert!(export.status == 200 && !export.body.contains(&ann.child().name), "{}", export.body);
    let person = ann.call(&GetFamily {}).await.unwrap().pick_up_persons.remove(0);
    assert!(person.signs_in);
    // Another number: who had the first one is out.
    let change = json!({"id": person.id, "phone": "13700000001"});
    let change: ChangePickUpPerson = serde_json::from_value(change).unwrap();
    let changed = ann.call(&change).await.unwrap();
    assert_eq!((changed.phone_masked.as_deref(), changed.signs_in), (Some("137****0001"), false));
    assert_eq!(kind(neighbour.call(&GetMe {}).await), ProblemKind::Unauthenticated);
    let second = Family::sign_in(&app, "second", "13700000001").await;
    let invited = second.call(&ListMyInvitations {}).await.unwrap().items.remove(0);
    ann.call(&RemovePickUpPerson { id: person.id }).await.unwrap();
    let refused = second.call(&AcceptInvitation { id: invited.id }).await;
    assert!(matches!(kind(refused), ProblemKind::InvitationEnded | ProblemKind::NotFound));
}

#[test_on_both]
async fn consents_are_for_guardians(app: TestApp) {
    let ann = app.family("Ann").await;
    let grandma = app.relative(&ann, Role::Member).await;
    let path = format!("/api/v1/children/{}/consents", ann.child().id);
    let consent = json!(doorstep_shared::children::Consent::to(ConsentPurpose::Health));
    assert_eq!(grandma.send("POST", &path, &consent).await.problem().kind, ProblemKind::Forbidden);
    assert_eq!(grandma.get(&path).await.problem().kind, ProblemKind::Forbidden);
}
