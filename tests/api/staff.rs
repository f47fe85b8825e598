//! Staff sign in: password, code, recovery codes; and what a session of theirs may.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use doorstep_server::{accounts::Enlister, demo};
use doorstep_shared::{
    accounts::{DeleteAccount, GetMe, RefreshSession},
    staff::{
        ChooseNursery, GetStaffMe, RefreshStaffSession, StaffRole, StaffSignOut,
        demo::{PASSWORD as DEMO_PASSWORD, PEOPLE},
    },
};
use doorstep_tests::{
    Answer,
    prelude::*,
    read,
    staff::{PASSWORD, sign_in},
};
use serde_json::json;

fn kind<T: std::fmt::Debug>(refused: Result<T, Problem>) -> ProblemKind {
    refused.unwrap_err().kind
}

/// A code that is not this one.
fn another(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[test_on_both]
async fn a_head_signs_in_acts_for_the_nursery_and_signs_out(app: TestApp) {
    let nursery = app.nursery().name("春天托育园").create().await;
    let head = app.head(nursery.id).await;
    assert_eq!((head.me.at.nursery_id, head.me.at.role), (nursery.id, StaffRole::Head));
    assert_eq!(head.me.at.nursery_name, "春天托育园");
    assert_eq!(head.call(&GetStaffMe {}).await.unwrap(), head.me);
    let refreshed = head.call(&RefreshStaffSession { refresh_token: Some(head.refresh_token.clone()) }).await.unwrap();
    assert_eq!(refreshed.staff, head.me);
    head.call(&StaffSignOut {}).await.unwrap();
    assert_eq!(kind(head.call(&GetStaffMe {}).await), ProblemKind::Unauthenticated);
    let token = Some(refreshed.refresh_token);
    assert_eq!(
        kind(app.client().call(&RefreshStaffSession { refresh_token: token }).await),
        ProblemKind::Unauthenticated
    );
}

#[test_on_both]
async fn what_is_wrong_is_not_told(app: TestApp) {
    let nursery = app.nursery().create().await;
    let teacher = app.teacher(nursery.id).await;
    let parent = app.family("Ann").await;
    app.clock.advance(Duration::minutes(1));
    let (right, wrong) = (teacher.code(&app), another(&teacher.code(&app)));
    let cases = [
        ("a wrong password", &teacher.phone, "another password", right.as_str()),
        ("a wrong code", &teacher.phone, PASSWORD, wrong.as_str()),
        ("both", &teacher.phone, "another password", wrong.as_str()),
        ("a made-up recovery code", &teacher.phone, PASSWORD, "0000-0000-0000"),
        ("an unknown phone", &"13699999999".to_owned(), PASSWORD, right.as_str()),
        ("a parent's phone", &parent.phone, PASSWORD, right.as_str()),
    ];
    let mut answers: Vec<(String, BTreeSet<String>)> = Vec::new();
    for (name, phone, password, code) in cases {
        let body = json!({ "phone": phone, "password": password, "code": code });
        let answer = app.client().send("POST", "/api/v1/staff/sessions", &body).await;
        assert_eq!(answer.problem().kind, ProblemKind::WrongCredentials, "{name}");
        answers.push((answer.body.clone(), answer.headers.keys().map(ToString::to_string).collect()));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    for nonsense in ["", "12345", "abc"] {
        assert_eq!(kind(sign_in(&app.client(), &teacher.phone, PASSWORD, nonsense).await), ProblemKind::Invalid);
    }
    assert!(sign_in(&app.client(), &teacher.phone, PASSWORD, &right).await.is_ok());
}

#[test_on_both]
async fn a_code_of_the_app_is_taken_once_and_none_before_it_afterwards(app: TestApp) {
    let teacher = app.teacher(app.nursery().create().await.id).await;
    assert_eq!(kind(teacher.sign_in(&app).await), ProblemKind::WrongCredentials, "it has signed in with that");
    let first = teacher.code(&app);
    app.clock.advance(Duration::seconds(30));
    let second = teacher.code(&app);
    app.clock.advance(Duration::seconds(30));
    assert!(sign_in(&app.client(), &teacher.phone, PASSWORD, &second).await.is_ok(), "a step late");
    for (name, code) in [("again", &second), ("an earlier one", &first)] {
        let refused = sign_in(&app.client(), &teacher.phone, PASSWORD, code).await;
        assert_eq!(kind(refused), ProblemKind::WrongCredentials, "{name}");
    }
    app.clock.advance(Duration::seconds(60));
    assert!(teacher.sign_in(&app).await.is_ok());
}

#[test_on_both]
async fn of_sign_ins_that_race_with_one_code_one_succeeds(app: TestApp) {
    let beside = app.beside().await;
    let teacher = app.teacher(app.nursery().create().await.id).await;
    app.clock.advance(Duration::minutes(1));
    for code in [teacher.code(&app), teacher.recovery_codes[0].clone()] {
        let clients: Vec<_> = (0..3).flat_map(|_| [app.client(), beside.client()]).collect();
        let tries = clients.iter().map(|client| sign_in(client, &teacher.phone, PASSWORD, &code));
        let won = join_all(tries).await.into_iter().filter(Result::is_ok).count();
        assert_eq!(won, 1, "{code}");
    }
}

#[test_on_both]
async fn each_recovery_code_works_once(app: TestApp) {
    let teacher = app.teacher(app.nursery().create().await.id).await;
    assert_eq!(teacher.recovery_codes.len(), 10);
    let typed = teacher.recovery_codes[0].to_lowercase().replace('-', " ");
    assert!(sign_in(&app.client(), &teacher.phone, PASSWORD, &typed).await.is_ok());
    assert_eq!(kind(sign_in(&app.client(), &teacher.phone, PASSWORD, &typed).await), ProblemKind::WrongCredentials);
    assert!(sign_in(&app.client(), &teacher.phone, PASSWORD, &teacher.recovery_codes[9]).await.is_ok());
    let others = app.teacher(app.nursery().create().await.id).await;
    let foreign = sign_in(&app.client(), &teacher.phone, PASSWORD, &others.recovery_codes[1]).await;
    assert_eq!(kind(foreign), ProblemKind::WrongCredentials);
}

/// `name=value` of each cookie that an answer sets.
fn cookies(answer: &Answer) -> String {
    let set = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    set.filter_map(|cookie| cookie.split("; ").next()).collect::<Vec<_>>().join("; ")
}

/// Signs in as a browser with these cookies does.
async fn by_browser(app: &TestApp, jar: &str, phone: &str, password: &str, code: &str) -> Answer {
    let call = app.client().request("POST", "/api/v1/staff/sessions").header("cookie", jar);
    read(call.json(&json!({ "phone": phone, "password": password, "code": code }))).await
}

#[test_on_both]
async fn who_hammers_on_a_phone_keeps_its_owner_out_of_new_devices_only(app: TestApp) {
    let teacher = app.teacher(app.nursery().create().await.id).await;
    app.clock.advance(Duration::minutes(1));
    let signed_in = by_browser(&app, "", &teacher.phone, PASSWORD, &teacher.code(&app)).await;
    let device =
        cookies(&signed_in).split("; ").find(|pair| pair.starts_with("doorstep_staff_device=")).unwrap().to_owned();
    app.clock.advance(Duration::minutes(1));

    // From many addresses, so that none of them is refused for itself.
    let mut wrong = 0;
    let refused = loop {
        match sign_in(&app.client(), &teacher.phone, "another password", "123456").await.unwrap_err() {
            problem if problem.kind == ProblemKind::WrongCredentials => wrong += 1,
            problem => break problem,
        }
    };
    assert_eq!((wrong, refused.kind, refused.retry_after_s), (20, ProblemKind::TooManyRequests, Some(3_600)));
    let right = teacher.code(&app);
    let stranger = sign_in(&app.client(), &teacher.phone, PASSWORD, &right).await;
    assert_eq!(
        kind(stranger),
        ProblemKind::TooManyRequests,
        "nobody learns from a stranger's device that it was right"
    );
    for made_up in [device.replace('=', "=x"), "doorstep_staff_device=".to_owned()] {
        assert_eq!(by_browser(&app, &made_up, &teacher.phone, PASSWORD, &right).await.status, 429, "{made_up}");
    }
    let other = app.teacher(app.nursery().create().await.id).await;
    assert_eq!(other.me.workplaces.len(), 1, "another phone is not concerned");
    assert_eq!(by_browser(&app, &device, &teacher.phone, PASSWORD, &right).await.status, 201);

    // The device itself has a share, too.
    for _ in 0..10 {
        assert_eq!(by_browser(&app, &device, &teacher.phone, "another password", "123456").await.status, 401);
    }
    app.clock.advance(Duration::minutes(1));
    let right = teacher.code(&app);
    let locked = by_browser(&app, &device, &teacher.phone, PASSWORD, &right).await;
    assert_eq!((locked.status, locked.header("retry-after")), (429, Some("840")));
    app.clock.advance(Duration::minutes(14));
    assert_eq!(by_browser(&app, &device, &teacher.phone, PASSWORD, &teacher.code(&app)).await.status, 201);
    app.clock.advance(Duration::minutes(46));
    assert!(teacher.sign_in(&app).await.is_ok(), "after an hour new devices may again");
    let kept = app.snapshot().await;
    assert!(!kept.tables_with(&teacher.phone).contains(&"sign_in_try"), "whom they were about is not kept");
}

#[test_on_both]
async fn who_tries_many_phones_from_one_address_is_refused_there(app: TestApp) {
    let teacher = app.teacher(app.nursery().create().await.id).await;
    app.clock.advance(Duration::minutes(1));
    let client = app.client();
    for n in 0..60 {
        let wrong = sign_in(&client, &format!("135{n:08}"), "another password", "123456").await;
        assert_eq!(kind(wrong), ProblemKind::WrongCredentials, "{n}");
    }
    let refused = sign_in(&client, &teacher.phone, PASSWORD, &teacher.code(&app)).await;
    assert_eq!(kind(refused), ProblemKind::TooManyRequests);
    assert!(teacher.sign_in(&app).await.is_ok(), "from elsewhere");
}

#[test_on_both]
async fn a_flood_of_sign_ins_is_told_to_come_back_and_the_site_goes_on(database: Database) {
    let app = TestApp::with(database, |config| config.passwords = 1).await;
    let clients: Vec<_> = (0..60).map(|_| app.client()).collect();
    let flood = clients.iter().enumerate().map(async |(n, client)| {
        let body = json!({ "phone": format!("135{n:08}"), "password": "another password", "code": "123456" });
        client.send("POST", "/api/v1/staff/sessions", &body).await
    });
    let parent = app.client();
    let (flooded, other) = join!(join_all(flood), parent.get("/api/v1/class-kinds"));
    assert_eq!(other.status, 200);
    let (busy, answered): (Vec<_>, Vec<_>) = flooded.iter().partition(|answer| answer.status == 503);
    assert!(!busy.is_empty() && !answered.is_empty(), "{} refused, {} answered", busy.len(), answered.len());
    assert!(busy.iter().all(|answer| answer.header("retry-after") == Some("2")));
    assert!(answered.iter().all(|answer| answer.status == 401));
}

#[test_on_both]
async fn a_session_of_staff_ends_when_it_is_not_used_and_before_the_next_morning(app: TestApp) {
    let teacher = app.teacher(app.nursery().create().await.id).await;
    let began = app.now();
    let refresh =
        async |token: &str| app.client().call(&RefreshStaffSession { refresh_token: Some(token.to_owned()) }).await;
    let mut token = teacher.refresh_token.clone();
    for _ in 0..5 {
        app.clock.advance(Duration::hours(3));
        let tokens = refresh(&token).await.unwrap();
        assert_eq!(tokens.session_ends_at, Some(began + Duration::hours(16)));
        token = tokens.refresh_token;
    }
    app.clock.advance(Duration::hours(1));
    assert_eq!(kind(refresh(&token).await), ProblemKind::Unauthenticated, "after sixteen hours");
    let again = teacher.again(&app).await;
    app.clock.advance(Duration::hours(4));
    assert_eq!(kind(refresh(&again.refresh_token).await), ProblemKind::Unauthenticated, "not used for four");
}

#[test_on_both]
async fn who_works_at_two_nurseries_acts_for_one_at_a_time(app: TestApp) {
    let (here, there) = (app.nursery().create().await, app.nursery().create().await);
    let foreign = app.nursery().create().await;
    let head = app.head(here.id).await;
    app.clock.advance(Duration::seconds(1));
    app.enlist(there.id, StaffRole::Teacher, &head.phone, None).await;
    let me = head.call(&GetStaffMe {}).await.unwrap();
    assert_eq!(me.at.nursery_id, here.id);
    let told: Vec<_> = me.workplaces.iter().map(|place| (place.nursery_id, place.role)).collect();
    assert_eq!(told, [(here.id, StaffRole::Head), (there.id, StaffRole::Teacher)]);
    let me = head.call(&ChooseNursery { nursery_id: there.id }).await.unwrap();
    assert_eq!((me.at.nursery_id, me.at.role), (there.id, StaffRole::Teacher));
    assert_eq!(head.call(&GetStaffMe {}).await.unwrap(), me);
    assert_eq!(kind(head.call(&ChooseNursery { nursery_id: foreign.id }).await), ProblemKind::NotFound);
    app.clock.advance(Duration::minutes(1));
    assert_eq!(head.again(&app).await.me.at.nursery_id, there.id, "where it was last");
}

#[test_on_both]
async fn no_session_has_the_powers_of_another_kind(app: TestApp) {
    let ann = app.family("Ann").await;
    let nursery = app.nursery().create().await;
    // The same phone, so the same account.
    let totp = doorstep_server::accounts::TotpSecret::draw().unwrap();
    app.enlist(nursery.id, StaffRole::Head, &ann.phone, Some(&totp)).await;
    let code = doorstep_tests::staff::code(&totp, app.now());
    let tokens = sign_in(&app.client(), &ann.phone, PASSWORD, &code).await.unwrap();
    assert_eq!(tokens.staff.id, ann.me.id);
    let client = app.client();
    client.bear(&tokens.access_token);
    assert!(client.call(&GetStaffMe {}).await.is_ok());
    for path in ["/api/v1/me", "/api/v1/children", "/api/v1/bookings"] {
        assert_eq!(client.get(path).await.problem().kind, ProblemKind::Unauthenticated, "{path}");
    }
    assert_eq!(ann.get("/api/v1/staff/me").await.problem().kind, ProblemKind::Unauthenticated);
    // Nor do the tokens that continue them, and trying ends neither.
    let strange = RefreshSession { refresh_token: Some(tokens.refresh_token.clone()) };
    assert_eq!(kind(app.client().call(&strange).await), ProblemKind::Unauthenticated);
    let strange = RefreshStaffSession { refresh_token: Some(ann.refresh_token.clone()) };
    assert_eq!(kind(app.client().call(&strange).await), ProblemKind::Unauthenticated);
    assert!(ann.call(&GetMe {}).await.is_ok() && client.call(&GetStaffMe {}).await.is_ok());
}

#[test_on_both]
async fn a_parent_who_works_at_a_nursery_has_both_sessions_in_one_browser(app: TestApp) {
    let ann = app.family("Ann").await;
    let totp = doorstep_server::accounts::TotpSecret::draw().unwrap();
    app.enlist(app.nursery().create().await.id, StaffRole::Teacher, &ann.phone, Some(&totp)).await;
    let code = doorstep_tests::staff::code(&totp, app.now());
    let staff = cookies(&by_browser(&app, "", &ann.phone, PASSWORD, &code).await);
    let family = app.client().send("POST", "/api/v1/auth/sessions/refresh", &json!({})).await;
    assert_eq!(family.status, 401);
    let jar = format!("{staff}; doorstep_refresh={}", ann.refresh_token);
    let client = app.client();
    let with = |method: &str, path: &str| read(client.request(method, path).header("cookie", &jar));
    assert_eq!(with("GET", "/api/v1/staff/me").await.status, 200);
    assert_eq!(with("GET", "/api/v1/me").await.status, 200);
    let out = with("DELETE", "/api/v1/staff/sessions/current").await;
    assert_eq!((out.status, cookies(&out).as_str()), (204, "doorstep_staff_access=; doorstep_staff_refresh="));
    assert_eq!(with("GET", "/api/v1/staff/me").await.status, 401);
    assert_eq!(with("GET", "/api/v1/me").await.status, 200);
}

#[test_on_both]
async fn a_parents_account_is_erased_without_taking_them_from_their_work(app: TestApp) {
    let ann = app.family("安小满").await;
    let totp = doorstep_server::accounts::TotpSecret::draw().unwrap();
    app.enlist(app.nursery().create().await.id, StaffRole::Head, &ann.phone, Some(&totp)).await;
    ann.call(&DeleteAccount {}).await.unwrap();
    assert_eq!(kind(ann.call(&GetMe {}).await), ProblemKind::Unauthenticated);
    assert_eq!(app.snapshot().await.tables_with("安小满"), [""; 0]);
    let code = doorstep_tests::staff::code(&totp, app.now());
    assert!(sign_in(&app.client(), &ann.phone, PASSWORD, &code).await.is_ok());
}

#[test_on_both]
async fn nothing_that_signs_in_can_be_read_in_the_database(app: TestApp) {
    let teacher = app.teacher(app.nursery().create().await.id).await;
    let kept = app.snapshot().await;
    let (plain, secret) = (teacher.recovery_codes[0].replace('-', ""), teacher.totp.text().unwrap());
    for words in [PASSWORD, &teacher.recovery_codes[0], &plain, &secret, &teacher.refresh_token] {
        assert_eq!(kept.tables_with(words), [""; 0], "{words}");
    }
    let bytes: String = teacher.totp.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(kept.tables_with(&bytes), [""; 0]);
}

#[test_on_both]
async fn a_demonstration_shows_the_codes_of_its_own_staff_and_of_nobody_else(database: Database) {
    let app = TestApp::with(database, |config| config.demo = true).await;
    let (inside, now) = (app.inside().clone(), app.now());
    let city = demo::Options { nurseries: 3, ..demo::Options::default() };
    let made = tokio::task::spawn_blocking(move || {
        demo::fill(&inside.db, &inside.policy, now, &city, |_| {})?;
        let enlister = Enlister::at(&inside.config.data)?;
        demo::put_to_work(&inside.db, &enlister, &inside.policy, now)?;
        demo::put_to_work(&inside.db, &enlister, &inside.policy, now)
    });
    made.await.unwrap().unwrap();
    let real = app.teacher(app.nursery().create().await.id).await;
    let codes = async || {
        let shown = app.client().get("/dev/outbox").await.json();
        let codes = shown["app_codes"].as_array().unwrap().clone();
        codes
            .into_iter()
            .map(|one| (one["recipient"].to_string(), one["code"].as_str().unwrap().to_owned()))
            .collect::<BTreeMap<_, _>>()
    };
    let first = codes().await;
    assert_eq!(first.len(), PEOPLE.len());
    assert!(!first.keys().any(|phone| phone.contains(&real.phone)));
    let (phone, role, _) = PEOPLE[0];
    let key = format!("{phone:?}");
    let head = sign_in(&app.client(), phone, DEMO_PASSWORD, &first[&key]).await.unwrap().staff;
    assert_eq!((head.at.role, head.workplaces.len()), (role, 2), "of the first nursery and of its partner");
    // The next one is good already, and then there is none for a while.
    let next = codes().await;
    assert!(sign_in(&app.client(), phone, DEMO_PASSWORD, &next[&key]).await.is_ok());
    assert!(!codes().await.contains_key(&key));
    for (phone, role, name) in &PEOPLE[1..] {
        let signed_in = sign_in(&app.client(), phone, DEMO_PASSWORD, &first[&format!("{phone:?}")]).await.unwrap();
        let at = signed_in.staff.at;
        assert_eq!((at.role, at.name.as_str()), (*role, *name));
    }
}
