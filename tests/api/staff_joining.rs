//! Beginning to work at a nursery: invited by its head or the operator, once, in time, with the right phone.

use chrono::Duration;
use doorstep_server::accounts::{Operator, TotpSecret};
use doorstep_shared::{
    problem::FieldRule,
    secret::Secret,
    staff::{
        AcceptStaffInvitation, GetStaffMe, GetStaffPeople, InviteStaff, OpenStaffInvitation, OpenedStaffInvitation,
        RefreshStaffSession, ResetStaff, RevokeStaffInvitation, StaffInvitation, StaffInvitationPurpose, StaffJoined,
        StaffRole,
    },
};
use doorstep_tests::{
    prelude::*,
    staff::{PASSWORD, code, secret, sign_in},
};

const PHONE: &str = "13500000001";
const CHOSEN: &str = "eleven green bottles";

fn kind<T: std::fmt::Debug>(refused: Result<T, Problem>) -> ProblemKind {
    refused.unwrap_err().kind
}

async fn invite(by: &Staff, phone: &str, role: StaffRole) -> Result<StaffInvitation, Problem> {
    by.call(&InviteStaff { phone: phone.parse().unwrap(), role, name: "李老师".to_owned() }).await
}

/// What stands in the link that was sent last.
async fn key(app: &TestApp, phone: &str) -> Secret {
    let sent = app.messages(phone).await;
    let link = sent.last().expect("a link was sent").split_once("/staff/join?code=").expect("it is a link").1;
    Secret(link.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap().to_owned())
}

async fn open(app: &TestApp, phone: &str, code: &Secret) -> Result<OpenedStaffInvitation, Problem> {
    app.client().call(&OpenStaffInvitation { phone: phone.parse().unwrap(), code: code.clone() }).await
}

/// Opens the invitation, sets an app up, and accepts with this password.
async fn enrol(app: &TestApp, phone: &str, key: &Secret, password: &str) -> Result<(StaffJoined, TotpSecret), Problem> {
    let setup = open(app, phone, key).await?.app.expect("an app is to be set up");
    let totp = secret(setup.secret.expose());
    let joined = accept(app, phone, key, password, &code(&totp, app.now())).await?;
    Ok((joined, totp))
}

async fn accept(
    app: &TestApp,
    phone: &str,
    key: &Secret,
    password: &str,
    app_code: &str,
) -> Result<StaffJoined, Problem> {
    let (code, password, app_code) = (key.clone(), Secret::from(password), Secret::from(app_code));
    app.client().call(&AcceptStaffInvitation { phone: phone.parse().unwrap(), code, password, app_code }).await
}

#[test_on_both]
async fn an_invited_teacher_sets_a_password_and_an_app_up_and_signs_in_with_them(app: TestApp) {
    let nursery = app.nursery().name("春天托育园").create().await;
    let head = app.head(nursery.id).await;
    let invitation = invite(&head, PHONE, StaffRole::Teacher).await.unwrap();
    assert_eq!((invitation.phone_masked.as_str(), invitation.is_open), ("135****0001", true));
    assert_eq!(invitation.expires_at, app.now() + Duration::hours(72));
    let key = key(&app, PHONE).await;
    assert_eq!(key.expose().len(), 16);

    let opened = open(&app, PHONE, &key).await.unwrap();
    assert_eq!((opened.nursery_name.as_str(), opened.role), ("春天托育园", StaffRole::Teacher));
    let setup = opened.app.clone().unwrap();
    assert!(setup.url.expose().starts_with("otpauth://totp/Doorstep:13500000001?secret="), "{}", setup.url.expose());
    assert_eq!(open(&app, PHONE, &key).await.unwrap(), opened, "a page that is loaded again shows the same secret");

    let shown = code(&secret(setup.secret.expose()), app.now());
    let fault = |refused: Result<StaffJoined, Problem>| {
        let problem = refused.unwrap_err();
        (problem.fields[0].field.clone(), problem.fields[0].rule)
    };
    for (password, app_code, field, rule) in [
        ("short", shown.as_str(), "password", FieldRule::TooShort),
        ("1234567890", &shown, "password", FieldRule::TooGuessable),
        (PHONE, &shown, "password", FieldRule::TooGuessable),
        (CHOSEN, "000000", "app_code", FieldRule::NotTheAppsCode),
    ] {
        let refused = accept(&app, PHONE, &key, password, app_code).await;
        assert_eq!(fault(refused), (field.to_owned(), rule), "{password}");
    }
    let joined = accept(&app, PHONE, &key, CHOSEN, &shown).await.unwrap();
    assert_eq!((joined.tokens.staff.at.nursery_id, joined.tokens.staff.at.role), (nursery.id, StaffRole::Teacher));
    assert_eq!(joined.tokens.staff.at.name, "李老师");
    assert_eq!(joined.recovery_codes.len(), 10);
    let client = app.client();
    client.bear(&joined.tokens.access_token);
    assert!(client.call(&GetStaffMe {}).await.is_ok());

    let again = sign_in(&app.client(), PHONE, CHOSEN, &shown).await;
    assert_eq!(kind(again), ProblemKind::WrongCredentials, "the code that set the app up was used");
    assert!(sign_in(&app.client(), PHONE, CHOSEN, joined.recovery_codes[3].expose()).await.is_ok());
    app.clock.advance(Duration::minutes(1));
    let shown = code(&secret(setup.secret.expose()), app.now());
    assert!(sign_in(&app.client(), PHONE, CHOSEN, &shown).await.is_ok());
    assert_eq!(head.call(&GetStaffPeople {}).await.unwrap().invitations, []);
    let kept = app.snapshot().await;
    for words in [key.expose(), CHOSEN, setup.secret.expose()] {
        let tables = kept.tables_with(words);
        assert!(tables.is_empty() || (words == key.expose() && tables == ["message"]), "{words} in {tables:?}");
    }
}

#[test_on_both]
async fn an_invitation_works_once_in_time_and_with_its_own_phone(app: TestApp) {
    let head = app.head(app.nursery().create().await.id).await;
    invite(&head, PHONE, StaffRole::Teacher).await.unwrap();
    let first = key(&app, PHONE).await;
    invite(&head, PHONE, StaffRole::FrontDesk).await.unwrap();
    let second = key(&app, PHONE).await;
    assert_eq!(kind(open(&app, PHONE, &first).await), ProblemKind::InvitationEnded, "another one followed");
    let made_up = Secret::from("0000000000000000");
    assert_eq!(kind(open(&app, PHONE, &made_up).await), ProblemKind::NotFound);
    assert_eq!(kind(open(&app, PHONE, &Secret::from("x")).await), ProblemKind::NotFound);
    assert_eq!(kind(open(&app, "13500000002", &second).await), ProblemKind::NotFound, "another phone");
    assert_eq!(kind(enrol(&app, "13500000002", &second, CHOSEN).await.map(|_| ())), ProblemKind::NotFound);
    assert!(enrol(&app, PHONE, &second, CHOSEN).await.is_ok());
    assert_eq!(kind(open(&app, PHONE, &second).await), ProblemKind::InvitationEnded, "accepted");
    let again = accept(&app, PHONE, &second, CHOSEN, "123456").await;
    assert_eq!(kind(again), ProblemKind::InvitationEnded);

    invite(&head, "13500000003", StaffRole::Teacher).await.unwrap();
    let late = key(&app, "13500000003").await;
    app.clock.advance(Duration::hours(72) - Duration::seconds(1));
    assert!(open(&app, "13500000003", &late).await.is_ok());
    app.clock.advance(Duration::seconds(1));
    assert_eq!(kind(enrol(&app, "13500000003", &late, CHOSEN).await.map(|_| ())), ProblemKind::InvitationEnded);
}

#[test_on_both]
async fn a_link_that_was_found_opens_nothing_to_who_tries_phones(app: TestApp) {
    let head = app.head(app.nursery().create().await.id).await;
    invite(&head, PHONE, StaffRole::Teacher).await.unwrap();
    let key = key(&app, PHONE).await;
    for n in 2..7 {
        assert_eq!(kind(open(&app, &format!("1350000000{n}"), &key).await), ProblemKind::NotFound);
    }
    assert_eq!(kind(open(&app, PHONE, &key).await), ProblemKind::InvitationEnded, "its tries are used up");
}

#[test_on_both]
async fn of_those_who_accept_one_invitation_at_once_one_does(app: TestApp) {
    let beside = app.beside().await;
    let head = app.head(app.nursery().create().await.id).await;
    invite(&head, PHONE, StaffRole::Teacher).await.unwrap();
    let key = key(&app, PHONE).await;
    let setup = open(&app, PHONE, &key).await.unwrap().app.unwrap();
    let shown = code(&secret(setup.secret.expose()), app.now());
    let tries = (0..4).map(|n| accept(if n % 2 == 0 { &app } else { &beside }, PHONE, &key, CHOSEN, &shown));
    let answers = join_all(tries).await;
    let refused: Vec<_> =
        answers.iter().filter_map(|answer| answer.as_ref().err()).map(|problem| problem.kind).collect();
    assert_eq!(refused, [ProblemKind::InvitationEnded; 3]);
    assert_eq!(head.call(&GetStaffPeople {}).await.unwrap().members.len(), 2);
}

#[test_on_both]
async fn who_works_in_the_chain_accepts_with_what_they_sign_in_with(app: TestApp) {
    let (here, there) = (app.nursery().create().await, app.nursery().create().await);
    let (head, teacher) = (app.head(there.id).await, app.teacher(here.id).await);
    invite(&head, &teacher.phone, StaffRole::Head).await.unwrap();
    let key = key(&app, &teacher.phone).await;
    app.clock.advance(Duration::minutes(1));
    assert_eq!(open(&app, &teacher.phone, &key).await.unwrap().app, None);
    let wrong = accept(&app, &teacher.phone, &key, CHOSEN, &teacher.code(&app)).await;
    assert_eq!(kind(wrong), ProblemKind::WrongCredentials, "no invitation sets another password");
    let joined = accept(&app, &teacher.phone, &key, PASSWORD, &teacher.code(&app)).await.unwrap();
    let at = &joined.tokens.staff.at;
    assert_eq!((at.nursery_id, at.role), (there.id, StaffRole::Head));
    assert!(joined.recovery_codes.is_empty(), "she has hers");
    let places: Vec<_> = joined.tokens.staff.workplaces.iter().map(|place| place.nursery_id).collect();
    assert_eq!(places, [here.id, there.id]);
    assert_eq!(teacher.call(&GetStaffMe {}).await.unwrap().at.role, StaffRole::Teacher, "her other session goes on");
}

#[test_on_both]
async fn invitations_are_the_heads_own_and_can_be_taken_back(app: TestApp) {
    let nursery = app.nursery().create().await;
    let (head, second) = (app.head(nursery.id).await, app.head(nursery.id).await);
    let stranger = app.head(app.nursery().create().await.id).await;
    let invitation = invite(&head, PHONE, StaffRole::Teacher).await.unwrap();
    let revoke = RevokeStaffInvitation { id: invitation.id };
    assert_eq!(kind(stranger.call(&revoke).await), ProblemKind::NotFound);
    assert_eq!(stranger.call(&GetStaffPeople {}).await.unwrap().invitations, []);
    assert_eq!(second.call(&GetStaffPeople {}).await.unwrap().invitations, [invitation]);
    let key = key(&app, PHONE).await;
    second.call(&revoke).await.unwrap();
    assert_eq!(kind(open(&app, PHONE, &key).await), ProblemKind::InvitationEnded);
    assert_eq!(kind(second.call(&revoke).await), ProblemKind::InvitationEnded);
    let twice = invite(&head, &second.phone, StaffRole::Teacher).await.unwrap_err();
    assert_eq!(twice.fields[0].rule, FieldRule::Twice, "she works there");
}

#[test_on_both]
async fn a_nursery_invites_so_many_a_day_and_a_phone_is_sent_so_many(app: TestApp) {
    let head = app.head(app.nursery().create().await.id).await;
    for n in 0..5 {
        assert!(invite(&head, PHONE, StaffRole::Teacher).await.is_ok(), "{n}");
    }
    let refused = invite(&head, PHONE, StaffRole::Teacher).await.unwrap_err();
    assert_eq!((refused.kind, refused.retry_after_s), (ProblemKind::TooManyRequests, Some(86_400)));
    assert_eq!(app.messages(PHONE).await.len(), 5);
    let open = head.call(&GetStaffPeople {}).await.unwrap().invitations.len();
    assert_eq!(open, 1, "the last one stands");
    for n in 0..25 {
        assert!(invite(&head, &format!("1340000{n:04}"), StaffRole::Teacher).await.is_ok(), "{n}");
    }
    let refused = invite(&head, "13400009999", StaffRole::Teacher).await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::TooManyRequests);
    let elsewhere = app.head(app.nursery().create().await.id).await;
    assert!(invite(&elsewhere, "13400009999", StaffRole::Teacher).await.is_ok());
}

#[test_on_both]
async fn the_first_head_is_invited_by_the_operator_and_let_in_anew_by_them(app: TestApp) {
    let nursery = app.nursery().create().await;
    let link = app.invite_head(nursery.id, PHONE).await;
    let sent = key(&app, PHONE).await;
    assert_eq!(link, format!("{}/staff/join?code={}", app.url(), sent.expose()));
    let (joined, _) = enrol(&app, PHONE, &sent, CHOSEN).await.unwrap();
    assert_eq!(joined.tokens.staff.at.role, StaffRole::Head);

    let rules = app.inside().policy.on(app.today()).staff;
    let operator = Operator::at(&app.inside().config.data, rules, app.url()).unwrap();
    let now = app.now();
    let phone = PHONE.parse().unwrap();
    app.db().write(move |conn| operator.reset(conn, now, &phone)).await.unwrap();
    let anew = key(&app, PHONE).await;
    let token = Some(joined.tokens.refresh_token.clone());
    assert_eq!(open(&app, PHONE, &anew).await.unwrap().purpose, StaffInvitationPurpose::Reset);
    let old = sign_in(&app.client(), PHONE, CHOSEN, joined.recovery_codes[0].expose()).await;
    assert!(old.is_ok(), "until then the old password works");
    let (again, _) = enrol(&app, PHONE, &anew, "twelve drummers drumming").await.unwrap();
    assert_eq!((again.tokens.staff.at.role, again.tokens.staff.id), (StaffRole::Head, joined.tokens.staff.id));
    assert_eq!(
        kind(app.client().call(&RefreshStaffSession { refresh_token: token }).await),
        ProblemKind::Unauthenticated
    );
    let old = sign_in(&app.client(), PHONE, CHOSEN, joined.recovery_codes[1].expose()).await;
    assert_eq!(kind(old), ProblemKind::WrongCredentials);
}

#[test_on_both]
async fn a_head_lets_a_teacher_in_anew_but_takes_nobody_over(app: TestApp) {
    let (here, there) = (app.nursery().create().await, app.nursery().create().await);
    let (head, teacher) = (app.head(here.id).await, app.teacher(here.id).await);
    let (second, stranger) = (app.head(here.id).await, app.teacher(there.id).await);
    for (who, refusal) in [(&second, ProblemKind::Forbidden), (&stranger, ProblemKind::NotFound)] {
        assert_eq!(kind(head.call(&ResetStaff { id: who.me.id }).await), refusal);
    }
    // A teacher here who is a head there could be made to hand that nursery over.
    app.enlist(there.id, StaffRole::Head, &teacher.phone, None).await;
    assert_eq!(kind(head.call(&ResetStaff { id: teacher.me.id }).await), ProblemKind::Forbidden);
    let other = app.teacher(here.id).await;
    let sent = head.call(&ResetStaff { id: other.me.id }).await.unwrap();
    assert_eq!(sent.purpose, StaffInvitationPurpose::Reset);
    let key = key(&app, &other.phone).await;
    let (anew, _) = enrol(&app, &other.phone, &key, CHOSEN).await.unwrap();
    assert_eq!(anew.tokens.staff.id, other.me.id);
    assert_eq!(kind(other.call(&GetStaffMe {}).await), ProblemKind::Unauthenticated, "the old sessions have ended");
    let answer = serde_json::to_string(&sent).unwrap();
    assert!(!answer.contains(key.expose()), "who sends a link does not see it");
}
