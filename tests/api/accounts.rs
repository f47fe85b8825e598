//! Sign-in and sessions, as a person uses them and as an attacker would.

use std::collections::BTreeSet;

use chrono::Duration;
use doorstep_server::accounts;
use doorstep_shared::accounts::{CodeSent, DeleteAccount, GetMe, RefreshSession, RequestCode, SignIn, SignOut, Tokens};
use doorstep_shared::bookings::CancelBooking;
use doorstep_tests::{Answer, prelude::*, read};
use serde_json::json;

const PHONE: &str = "13900000001";

async fn ask(client: &Client) -> Result<CodeSent, Problem> {
    client.call(&RequestCode { phone: PHONE.parse().unwrap() }).await
}

async fn sign_in(client: &Client, code: &str) -> Result<Tokens, Problem> {
    client.call(&SignIn { phone: PHONE.parse().unwrap(), code: code.to_owned() }).await
}

async fn refresh(client: &Client, token: &str) -> Result<Tokens, Problem> {
    client.call(&RefreshSession { refresh_token: Some(token.to_owned()) }).await
}

/// A code that is not this one.
fn another(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

fn kinds<T>(results: &[Result<T, Problem>]) -> Vec<ProblemKind> {
    results.iter().filter_map(|result| result.as_ref().err()).map(|problem| problem.kind).collect()
}

#[test_on_both]
async fn a_phone_signs_in_and_meets_its_family_again(app: TestApp) {
    let client = app.client();
    assert_eq!(ask(&client).await.unwrap().retry_after_s, 60);
    let code = app.code_sent_to(PHONE).await;
    let first = sign_in(&client, &format!(" {} {} ", &code[..3], &code[3..])).await.unwrap();
    assert_eq!(first.account.phone_masked, "139****0001");
    assert_eq!(first.access_expires_at, app.now() + Duration::minutes(15));
    client.bear(&first.access_token);
    assert_eq!(client.call(&GetMe {}).await.unwrap(), first.account);

    app.clock.advance(Duration::days(1));
    ask(&client).await.unwrap();
    let again = sign_in(&client, &app.code_sent_to(PHONE).await).await.unwrap();
    assert_eq!(again.account, first.account);
}

#[test_on_both]
async fn known_and_unknown_numbers_get_the_same_answer(app: TestApp) {
    let ann = app.family("Ann").await;
    app.clock.advance(Duration::minutes(2));
    let asked = |phone: &str| {
        let (client, body) = (app.client(), json!({ "phone": phone }));
        async move { client.send("POST", "/api/v1/auth/codes", &body).await }
    };
    let (known, unknown) = (asked(&ann.phone).await, asked(PHONE).await);
    assert_eq!((known.status, &known.body), (202, &unknown.body));
    let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<BTreeSet<_>>();
    assert_eq!(names(&known), names(&unknown));
}

#[test_on_both]
async fn a_code_works_once_however_fast_it_is_repeated(app: TestApp) {
    let client = app.client();
    ask(&client).await.unwrap();
    let code = app.code_sent_to(PHONE).await;
    let results = join_all((0..8).map(|_| sign_in(&client, &code))).await;
    assert_eq!(kinds(&results), [ProblemKind::WrongCode; 7]);
    assert_eq!(sign_in(&client, &code).await.unwrap_err().kind, ProblemKind::WrongCode);
}

#[test_on_both]
async fn guesses_that_race_each_cost_a_try(app: TestApp) {
    let beside = app.beside().await;
    let (client, other) = (app.client(), beside.client());
    ask(&client).await.unwrap();
    let code = app.code_sent_to(PHONE).await;
    let wrong = another(&code);
    let guesses = join_all((0..20).map(|n| sign_in(if n % 2 == 0 { &client } else { &other }, &wrong))).await;
    assert_eq!(kinds(&guesses), [ProblemKind::WrongCode; 20]);
    assert_eq!(sign_in(&client, &code).await.unwrap_err().kind, ProblemKind::WrongCode, "the tries are used up");
    // What an attacker does to one code does not lock its owner out.
    app.clock.advance(Duration::minutes(1));
    ask(&client).await.unwrap();
    assert!(sign_in(&client, &app.code_sent_to(PHONE).await).await.is_ok());
}

#[test_on_both]
async fn four_wrong_tries_at_two_servers_leave_one(app: TestApp) {
    let beside = app.beside().await;
    ask(&app.client()).await.unwrap();
    let code = app.code_sent_to(PHONE).await;
    for server in [&app, &beside, &app, &beside] {
        assert!(sign_in(&server.client(), &another(&code)).await.is_err());
    }
    assert!(sign_in(&app.client(), &code).await.is_ok());
}

#[test_on_both]
async fn a_phone_gets_one_code_a_minute_whoever_asks_and_wherever(app: TestApp) {
    let beside = app.beside().await;
    let clients: Vec<_> = (0..4).flat_map(|_| [app.client(), beside.client()]).collect();
    let results = join_all(clients.iter().map(ask)).await;
    assert_eq!(kinds(&results), [ProblemKind::TooManyRequests; 7]);
    assert_eq!(app.messages(PHONE).await.len(), 1);
    let refused = clients[0].send("POST", "/api/v1/auth/codes", &json!({ "phone": PHONE })).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("60")));
    app.clock.advance(Duration::seconds(60));
    assert!(ask(&beside.client()).await.is_ok());
}

#[test_on_both]
async fn an_address_gets_its_codes_and_no_more(database: Database) {
    let app = TestApp::with(database, |config| config.code_limits.codes_per_address_hour = 3).await;
    let client = app.client();
    let asked = async |n: u32| {
        let phone = format!("139000001{n:02}").parse().unwrap();
        client.call(&RequestCode { phone }).await
    };
    for n in 0..3 {
        asked(n).await.unwrap();
    }
    let refused = asked(3).await.unwrap_err();
    assert_eq!((refused.kind, refused.retry_after_s), (ProblemKind::TooManyRequests, Some(3600)));
    assert!(ask(&app.client()).await.is_ok(), "another address");
    let hashed = app.snapshot().await;
    assert_eq!(hashed.tables_with("10.0.0."), [""; 0], "no address is kept");
}

#[test_on_both]
async fn a_phone_signs_in_on_its_own_device_whatever_strangers_have_asked_for(database: Database) {
    let app = TestApp::with(database, |config| config.code_limits.codes_per_phone_day_strangers = 2).await;
    let (jar, _) = cookies(&browser(&app).await);
    let device = jar.split("; ").find(|pair| pair.starts_with("doorstep_device=")).unwrap().to_owned();
    app.clock.advance(Duration::minutes(1));
    ask(&app.client()).await.unwrap();
    app.clock.advance(Duration::minutes(1));
    let refused = ask(&app.client()).await.unwrap_err();
    assert_eq!((refused.kind, refused.retry_after_s), (ProblemKind::TooManyRequests, Some(86_400 - 120)));
    let (client, body) = (app.client(), json!({ "phone": PHONE }));
    let asks = |cookie: String| {
        let call = client.request("POST", "/api/v1/auth/codes").header("cookie", cookie);
        read(call.json(&body))
    };
    assert_eq!(asks(device.replace('=', "=x")).await.status, 429, "a mark that was made up");
    assert_eq!(asks(device).await.status, 202);
    let code = app.code_sent_to(PHONE).await;
    assert!(sign_in(&client, &code).await.is_ok());
}

#[test_on_both]
async fn tabs_that_refresh_at_once_stay_signed_in_together(app: TestApp) {
    let beside = app.beside().await;
    let ann = app.family("Ann").await;
    let (client, other) = (app.client(), beside.client());
    let token = ann.refresh_token.as_str();
    let tabs = join_all((0..8).map(|n| refresh(if n % 2 == 0 { &client } else { &other }, token))).await;
    let tokens: Vec<_> = tabs.into_iter().map(|tab| tab.unwrap().refresh_token).collect();
    assert!(tokens.iter().all(|token| *token == tokens[0]), "{tokens:?}");
    assert!(refresh(&client, &tokens[0]).await.is_ok());
}

#[test_on_both]
async fn an_old_refresh_token_ends_the_session(app: TestApp) {
    let ann = app.family("Ann").await;
    let client = app.client();
    let stolen = ann.refresh_token.clone();
    let current = refresh(&client, &stolen).await.unwrap();
    app.clock.advance(Duration::seconds(31));
    assert_eq!(refresh(&client, &stolen).await.unwrap_err().kind, ProblemKind::Unauthenticated);
    assert_eq!(refresh(&client, &current.refresh_token).await.unwrap_err().kind, ProblemKind::Unauthenticated);
    for token in [&current.access_token, &ann.token().unwrap()] {
        client.bear(token);
        assert_eq!(client.call(&GetMe {}).await.unwrap_err().kind, ProblemKind::Unauthenticated);
    }
}

#[test_on_both]
async fn a_signed_out_session_opens_nothing(app: TestApp) {
    let beside = app.beside().await;
    let (ann, elsewhere) = (app.family("Ann").await, beside.client());
    elsewhere.bear(&ann.token().unwrap());
    assert!(elsewhere.call(&GetMe {}).await.is_ok());
    ann.call(&SignOut {}).await.unwrap();
    assert_eq!(ann.call(&GetMe {}).await.unwrap_err().kind, ProblemKind::Unauthenticated);
    assert_eq!(refresh(&app.client(), &ann.refresh_token).await.unwrap_err().kind, ProblemKind::Unauthenticated);
    // Another process changes nothing for it any more; it may read for ten seconds. One process serves a SQLite file.
    if !app.db().is_sqlite() {
        let add = json!({"name": "Mia", "birth_date": app.in_days(-500), "sex": "female"});
        let before = app.snapshot().await;
        let refused = elsewhere.send("POST", "/api/v1/children", &add).await;
        assert_eq!(refused.problem().kind, ProblemKind::Unauthenticated);
        assert_eq!(before.differences(&app.snapshot().await), [""; 0]);
    }
    app.clock.advance(Duration::seconds(10));
    assert_eq!(elsewhere.call(&GetMe {}).await.unwrap_err().kind, ProblemKind::Unauthenticated);
}

/// `name=value` of each cookie that an answer sets, and the attributes of the first.
fn cookies(answer: &Answer) -> (String, String) {
    let set: Vec<_> = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    let pairs: Vec<_> = set.iter().filter_map(|cookie| cookie.split("; ").next()).collect();
    let attributes = set.first().and_then(|cookie| cookie.split_once("; ")).map(|(_, attributes)| attributes);
    (pairs.join("; "), attributes.unwrap_or_default().to_owned())
}

async fn browser(app: &TestApp) -> Answer {
    ask(&app.client()).await.unwrap();
    let body = json!({ "phone": PHONE, "code": app.code_sent_to(PHONE).await });
    app.client().send("POST", "/api/v1/auth/sessions", &body).await
}

#[test_on_both]
async fn a_browser_stays_signed_in_by_its_cookies(app: TestApp) {
    let (jar, attributes) = cookies(&browser(&app).await);
    assert_eq!(attributes, "HttpOnly; SameSite=Lax; Path=/; Max-Age=900");
    let client = app.client();
    let with = |method: &str, path: &str, jar: &str| read(client.request(method, path).header("cookie", jar));
    let at_once = with("GET", "/api/v1/me", &jar).await;
    assert_eq!((at_once.status, cookies(&at_once).0.as_str()), (200, ""), "nothing to renew");

    app.clock.advance(Duration::minutes(16));
    let later = with("GET", "/api/v1/me", &jar).await;
    let (renewed, _) = cookies(&later);
    assert_eq!(later.status, 200);
    assert!(renewed.contains("doorstep_access=ey") && renewed.contains("doorstep_refresh="), "{renewed}");
    let second_tab = with("GET", "/api/v1/me", &jar).await;
    assert_eq!(second_tab.status, 200, "the tab that was a moment late");

    let call = client.request("DELETE", "/api/v1/auth/sessions/current").header("cookie", &renewed);
    assert_eq!(read(call.header("sec-fetch-site", "cross-site")).await.status, 403);
    let out = with("DELETE", "/api/v1/auth/sessions/current", &renewed).await;
    assert_eq!((out.status, cookies(&out).0.as_str()), (204, "doorstep_access=; doorstep_refresh="));
    let after = with("GET", "/api/v1/me", &renewed).await;
    assert_eq!((after.status, cookies(&after).0.as_str()), (401, "doorstep_access=; doorstep_refresh="));
}

#[test_on_both]
async fn over_tls_cookies_are_for_this_host_and_for_tls_only(database: Database) {
    let app = TestApp::with(database, |config| config.public_url = "https://care.example".parse().ok()).await;
    let (jar, attributes) = cookies(&browser(&app).await);
    assert!(jar.starts_with("__Host-doorstep_access=") && jar.contains("; __Host-doorstep_refresh="), "{jar}");
    assert_eq!(attributes, "HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=900");
    // A name without the prefix may come from a neighbouring host.
    let planted = jar.replace("__Host-", "");
    let asked = read(app.client().request("GET", "/api/v1/me").header("cookie", planted)).await;
    assert_eq!(asked.status, 401);
}

#[test_on_both]
async fn an_erased_account_leaves_nothing_that_names_it(app: TestApp) {
    let ann = app.family("安小满").await;
    let offer = app.offer().places(1).hourly().create().await;
    let booked = ann.order(&offer, "09:00-11:00").pickup("外婆王桂芳").send().await.unwrap();
    ann.call(&CancelBooking::all(booked.id)).await.unwrap();
    app.clock.advance(Duration::minutes(1));
    let other_device = Family::sign_in(&app, "Ann", &ann.phone).await;
    ann.call(&DeleteAccount {}).await.unwrap();
    for client in [&*ann, &*other_device] {
        assert_eq!(client.call(&GetMe {}).await.unwrap_err().kind, ProblemKind::Unauthenticated);
    }
    let left = app.snapshot().await;
    for word in ["安小满", "外婆王桂芳", &ann.child().birth_date.to_string()] {
        assert_eq!(left.tables_with(word), [""; 0], "{word}");
    }
    // Codes go within a day.
    app.clock.advance(Duration::hours(25));
    let now = app.now();
    app.db().write(move |conn| Ok(accounts::prune(conn, now)?)).await.unwrap();
    let left = app.snapshot().await;
    for word in [ann.phone.as_str(), "安小满", &ann.child().birth_date.to_string()] {
        assert_eq!(left.tables_with(word), [""; 0], "{word}");
    }
    let again = Family::sign_in(&app, "Ann", &ann.phone).await;
    assert_ne!(again.me.id, ann.me.id);
}

#[test_on_both]
async fn the_demonstration_shows_what_would_have_been_sent(database: Database) {
    let app = TestApp::with(database, |config| config.demo = true).await;
    let client = app.client();
    ask(&client).await.unwrap();
    let code = app.code_sent_to(PHONE).await;
    let list = client.get(&format!("/dev/outbox?recipient={PHONE}")).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert!(list["items"][0]["body"].as_str().unwrap().contains(&code));
    let others = client.get("/dev/outbox?recipient=13900000002").await.json();
    assert_eq!(others, json!({ "items": [] }));
    let page = read(client.request("GET", "/dev/outbox").header("accept", "text/html")).await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.body.contains(&code));
}
