//! Who works at a nursery: changed and removed by its head; and what one signs in with, changed by oneself.

use chrono::Duration;
use doorstep_shared::{
    problem::FieldRule,
    secret::Secret,
    staff::{
        BeginApp, ChangePassword, ChangeStaff, ConfirmApp, EndStaffSessions, GetStaffMe, GetStaffPeople,
        GetStaffSecurity, InviteStaff, RefreshStaffSession, RemoveStaff, RenewRecoveryCodes, StaffRole,
    },
};
use doorstep_tests::{
    prelude::*,
    staff::{PASSWORD, code, secret, sign_in},
};

fn kind<T: std::fmt::Debug>(refused: Result<T, Problem>) -> ProblemKind {
    refused.unwrap_err().kind
}

fn role(of: &Staff, role: StaffRole) -> ChangeStaff {
    ChangeStaff { id: of.me.id, name: None, role: Some(role) }
}

#[test_on_both]
async fn a_head_sees_who_works_there_renames_and_changes_roles(app: TestApp) {
    let nursery = app.nursery().create().await;
    let head = app.head(nursery.id).await;
    app.clock.advance(Duration::seconds(1));
    let teacher = app.teacher(nursery.id).await;
    let people = head.call(&GetStaffPeople {}).await.unwrap();
    let told: Vec<_> = people.members.iter().map(|member| (member.id, member.role, member.is_me)).collect();
    assert_eq!(told, [(head.me.id, StaffRole::Head, true), (teacher.me.id, StaffRole::Teacher, false)]);
    assert_eq!(kind(teacher.call(&GetStaffPeople {}).await), ProblemKind::Forbidden);

    let rename = ChangeStaff { id: teacher.me.id, name: Some("小王".to_owned()), role: None };
    head.call(&rename).await.unwrap();
    assert_eq!(teacher.call(&GetStaffMe {}).await.unwrap().at.name, "小王", "a name signs nobody out");
    let nameless = ChangeStaff { name: Some(" ".to_owned()), ..rename };
    assert_eq!(kind(head.call(&nameless).await), ProblemKind::Invalid);

    head.call(&role(&teacher, StaffRole::FrontDesk)).await.unwrap();
    assert_eq!(kind(teacher.call(&GetStaffMe {}).await), ProblemKind::Unauthenticated, "they sign in again");
    app.clock.advance(Duration::minutes(1));
    assert_eq!(teacher.again(&app).await.me.at.role, StaffRole::FrontDesk);
}

#[test_on_both]
async fn who_is_removed_is_out_at_once_there_and_only_there(app: TestApp) {
    let beside = app.beside().await;
    let (here, there) = (app.nursery().create().await, app.nursery().create().await);
    let (head, teacher) = (app.head(here.id).await, app.teacher(here.id).await);
    app.clock.advance(Duration::minutes(1));
    app.enlist(there.id, StaffRole::Teacher, &teacher.phone, None).await;
    let elsewhere = teacher.again(&app).await;
    assert_eq!(elsewhere.me.at.nursery_id, there.id);
    let in_other_process = beside.client();
    in_other_process.bear(&teacher.token().unwrap());
    assert!(in_other_process.call(&GetStaffMe {}).await.is_ok());

    head.call(&RemoveStaff { id: teacher.me.id }).await.unwrap();
    assert_eq!(kind(teacher.call(&GetStaffMe {}).await), ProblemKind::Unauthenticated);
    let token = Some(teacher.refresh_token.clone());
    assert_eq!(
        kind(app.client().call(&RefreshStaffSession { refresh_token: token }).await),
        ProblemKind::Unauthenticated
    );
    // Another process may let them read for ten seconds, and change nothing.
    app.clock.advance(Duration::seconds(10));
    assert_eq!(kind(in_other_process.call(&GetStaffMe {}).await), ProblemKind::Unauthenticated);
    let left = elsewhere.call(&GetStaffMe {}).await.unwrap();
    assert_eq!(left.workplaces.len(), 1, "the other nursery keeps them");
    assert_eq!(kind(head.call(&RemoveStaff { id: teacher.me.id }).await), ProblemKind::NotFound);

    // Who works nowhere keeps no password.
    let head_there = app.head(there.id).await;
    head_there.call(&RemoveStaff { id: teacher.me.id }).await.unwrap();
    app.clock.advance(Duration::minutes(1));
    assert_eq!(kind(teacher.sign_in(&app).await), ProblemKind::WrongCredentials);
    assert_eq!(kind(elsewhere.call(&GetStaffMe {}).await), ProblemKind::Unauthenticated);
}

#[test_on_both]
async fn a_nursery_keeps_a_head_whoever_is_quicker(app: TestApp) {
    let beside = app.beside().await;
    let nursery = app.nursery().create().await;
    let head = app.head(nursery.id).await;
    assert_eq!(kind(head.call(&RemoveStaff { id: head.me.id }).await), ProblemKind::LastHead);
    assert_eq!(kind(head.call(&role(&head, StaffRole::Teacher)).await), ProblemKind::LastHead);
    let second = app.head(nursery.id).await;
    let other_process = beside.client();
    other_process.bear(&second.token().unwrap());
    let (one, other) = (RemoveStaff { id: second.me.id }, RemoveStaff { id: head.me.id });
    let (first, then) = join!(head.call(&one), other_process.call(&other));
    assert_eq!([&first, &then].iter().filter(|answer| answer.is_ok()).count(), 1, "{first:?} {then:?}");
    let left = if first.is_ok() { &head } else { &second };
    assert_eq!(left.call(&GetStaffPeople {}).await.unwrap().members.len(), 1);
}

#[test_on_both]
async fn a_head_who_is_one_no_more_has_invited_nobody(app: TestApp) {
    let nursery = app.nursery().create().await;
    let (head, second) = (app.head(nursery.id).await, app.head(nursery.id).await);
    let phone = "13500000001".parse().unwrap();
    second.call(&InviteStaff { phone, role: StaffRole::Head, name: "朋友".to_owned() }).await.unwrap();
    head.call(&role(&second, StaffRole::Teacher)).await.unwrap();
    assert_eq!(head.call(&GetStaffPeople {}).await.unwrap().invitations, []);
}

#[test_on_both]
async fn another_nurserys_people_are_unknown(app: TestApp) {
    let (head, stranger) =
        (app.head(app.nursery().create().await.id).await, app.teacher(app.nursery().create().await.id).await);
    let before = app.snapshot().await;
    assert_eq!(kind(head.call(&role(&stranger, StaffRole::Head)).await), ProblemKind::NotFound);
    assert_eq!(kind(head.call(&RemoveStaff { id: stranger.me.id }).await), ProblemKind::NotFound);
    assert_eq!(before.differences(&app.snapshot().await), [""; 0]);
}

#[test_on_both]
async fn a_new_password_needs_the_old_one_and_ends_the_other_sessions(app: TestApp) {
    let teacher = app.teacher(app.nursery().create().await.id).await;
    app.clock.advance(Duration::minutes(1));
    let other = teacher.again(&app).await;
    app.clock.advance(Duration::minutes(1));
    let change = |password: &str, code: &str, new: &str| ChangePassword {
        password: password.into(),
        code: code.into(),
        new_password: new.into(),
    };
    let wrong = teacher.call(&change("a wrong password", &teacher.code(&app), "eleven green bottles")).await;
    assert_eq!(kind(wrong), ProblemKind::WrongCredentials);
    let weak = teacher.call(&change(PASSWORD, &teacher.code(&app), "1234567890")).await.unwrap_err();
    assert_eq!((weak.fields[0].field.as_str(), weak.fields[0].rule), ("new_password", FieldRule::TooGuessable));
    let anothers = app.teacher(app.nursery().create().await.id).await;
    let foreign = teacher.call(&change(PASSWORD, &anothers.code(&app), "eleven green bottles")).await;
    assert_eq!(kind(foreign), ProblemKind::WrongCredentials);

    teacher.call(&change(PASSWORD, &teacher.code(&app), "eleven green bottles")).await.unwrap();
    assert!(teacher.call(&GetStaffMe {}).await.is_ok());
    assert_eq!(kind(other.call(&GetStaffMe {}).await), ProblemKind::Unauthenticated);
    app.clock.advance(Duration::minutes(1));
    assert_eq!(kind(teacher.sign_in(&app).await), ProblemKind::WrongCredentials);
    let code = teacher.code(&app);
    assert!(sign_in(&app.client(), &teacher.phone, "eleven green bottles", &code).await.is_ok());
}

#[test_on_both]
async fn recovery_codes_are_made_anew_and_the_old_ones_are_void(app: TestApp) {
    let teacher = app.teacher(app.nursery().create().await.id).await;
    assert_eq!(teacher.call(&GetStaffSecurity {}).await.unwrap().recovery_codes_left, 10);
    let renew = |code: &str| RenewRecoveryCodes { password: PASSWORD.into(), code: code.into() };
    let fresh = teacher.call(&renew(&teacher.recovery_codes[0])).await.unwrap().codes;
    assert_eq!(fresh.len(), 10);
    let old = sign_in(&app.client(), &teacher.phone, PASSWORD, &teacher.recovery_codes[1]).await;
    assert_eq!(kind(old), ProblemKind::WrongCredentials);
    assert!(sign_in(&app.client(), &teacher.phone, PASSWORD, fresh[0].expose()).await.is_ok());
    assert_eq!(teacher.call(&GetStaffSecurity {}).await.unwrap().recovery_codes_left, 9);
}

#[test_on_both]
async fn another_app_takes_over_with_its_first_code(app: TestApp) {
    let teacher = app.teacher(app.nursery().create().await.id).await;
    app.clock.advance(Duration::minutes(1));
    let confirm = |code: &str| ConfirmApp { app_code: Secret::from(code) };
    assert_eq!(kind(teacher.call(&confirm("123456")).await), ProblemKind::NotFound, "none is being set up");
    let begin = BeginApp { password: PASSWORD.into(), code: Secret(teacher.code(&app)) };
    let setup = teacher.call(&begin).await.unwrap();
    let wrong = teacher.call(&confirm(&teacher.code(&app))).await.unwrap_err();
    assert_eq!(wrong.fields[0].rule, FieldRule::NotTheAppsCode, "that is the present one's");
    app.clock.advance(Duration::minutes(1));
    assert!(teacher.sign_in(&app).await.is_ok(), "which works until then");

    let next = secret(setup.secret.expose());
    teacher.call(&confirm(&code(&next, app.now()))).await.unwrap();
    app.clock.advance(Duration::minutes(1));
    assert_eq!(kind(teacher.sign_in(&app).await), ProblemKind::WrongCredentials);
    assert!(sign_in(&app.client(), &teacher.phone, PASSWORD, &code(&next, app.now())).await.is_ok());
}

#[test_on_both]
async fn who_signs_out_everywhere_is_signed_in_nowhere(app: TestApp) {
    let teacher = app.teacher(app.nursery().name("春天托育园").create().await.id).await;
    app.clock.advance(Duration::minutes(1));
    let other = teacher.again(&app).await;
    let colleague = app.teacher(teacher.me.at.nursery_id).await;
    let sessions = teacher.call(&GetStaffSecurity {}).await.unwrap().sessions;
    let told: Vec<_> = sessions.iter().map(|one| (one.nursery_name.as_str(), one.is_this)).collect();
    assert_eq!(told, [("春天托育园", false), ("春天托育园", true)]);
    other.call(&EndStaffSessions {}).await.unwrap();
    for staff in [&teacher, &other] {
        assert_eq!(kind(staff.call(&GetStaffMe {}).await), ProblemKind::Unauthenticated);
    }
    assert!(colleague.call(&GetStaffMe {}).await.is_ok());
}
