//! Bad input gets a clear error and changes nothing.

mod changes;
mod waiting;

use doorstep_shared::care::ClassKind;
use doorstep_tests::{Answer, prelude::*};
use serde_json::{Value, json};

/// What was sent, the kind of problem answered, and the field and rule it names.
type Case = (&'static str, Call, ProblemKind, &'static str);

enum Call {
    Get(String),
    Send(&'static str, String, Value),
    /// A body as it is.
    Raw(&'static str, &'static str, &'static str, String),
}

async fn ask(family: &Family, call: &Call) -> Answer {
    match call {
        Call::Get(path) => family.get(path).await,
        Call::Send(method, path, body) => family.send(method, path, body).await,
        Call::Raw(method, path, content_type, body) => {
            let request = family.request(method, path).header("idempotency-key", uuid()).body(body.clone());
            doorstep_tests::read(request.header("content-type", *content_type)).await
        }
    }
}

fn uuid() -> String {
    doorstep_shared::ids::JobId::new().to_string()
}

/// Each case is refused as it says, `field rule` of the first field that is named, and leaves every row as it was.
async fn all_are_refused(app: &TestApp, family: &Family, cases: Vec<Case>) {
    let before = app.snapshot().await;
    let mut wrong = Vec::new();
    for (name, call, kind, field) in cases {
        let answer = ask(family, &call).await;
        if answer.status < 400 {
            wrong.push(format!("{name}: accepted with {} {}", answer.status, answer.body));
            continue;
        }
        let problem = answer.problem();
        let first = problem.fields.first().map(|first| format!("{} {}", first.field, first.rule)).unwrap_or_default();
        if problem.kind != kind || first != field {
            wrong.push(format!("{name}: {problem} ({first:?}), expected {kind} ({field:?})"));
        }
        if problem.fields.is_empty() && problem.detail.is_none() && kind == ProblemKind::Malformed {
            wrong.push(format!("{name}: says nothing about what is wrong"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let differences = before.differences(&app.snapshot().await);
    assert!(differences.is_empty(), "something was changed:\n{}", differences.join("\n"));
}

#[test_on_both]
async fn orders_that_cannot_be(app: TestApp) {
    use ProblemKind::{Closed, Invalid, Malformed, NotBookable, NotFound, TooLarge, UnsupportedMediaType, WrongAge};

    let nursery = app.nursery().create().await;
    let hourly = app.offer().of(&nursery).places(9).hourly().create().await;
    let full_day = app.offer().beside(&hourly).full_day().create().await;
    let infants = app.offer().of(&nursery).class(ClassKind::Infant).places(9).hourly().create().await;
    let elsewhere = app.offer().places(9).hourly().create().await;
    let mut ann = app.family("Ann").await;
    // 24 months old in four days.
    let nearly_two = ann.add_child_born(app.in_days(4) - chrono::Months::new(24)).await;
    let ben = app.family("Ben").await;
    let day = |date: Date, from: &str, to: &str| json!({"date": date, "from": from, "to": to});
    let (tomorrow, child) = (app.in_days(1), ann.child().id);
    let morning = || vec![day(tomorrow, "09:00", "11:00")];
    let order = |offer: &Offer, days: Vec<Value>| {
        let body = json!({"children": [{"child_id": child, "offer_id": offer.id}], "days": days});
        Call::Send("POST", "/api/v1/bookings".to_owned(), body)
    };
    let sent = |body: Value| Call::Send("POST", "/api/v1/bookings".to_owned(), body);
    let with = |name: &str, value: Value| {
        let mut body = json!({"children": [{"child_id": child, "offer_id": hourly.id}], "days": morning()});
        body[name] = value;
        Call::Send("POST", "/api/v1/bookings".to_owned(), body)
    };
    let on = |date: &str| json!({"date": date, "from": "00:00", "to": "02:00"});
    let (before_all, after_all) = (on("-262143-01-01"), on("+262142-12-31"));
    let raw = |content_type, body: &str| Call::Raw("POST", "/api/v1/bookings", content_type, body.to_owned());
    let json_type = "application/json";
    let huge = format!("{{\"pickup\": \"{}\"}}", "x".repeat(1024 * 1024));
    let cases = vec![
        (
            "yesterday",
            order(&hourly, vec![day(app.in_days(-1), "09:00", "11:00")]),
            NotBookable,
            "days.0.date in-the-past",
        ),
        (
            "an hour ago",
            order(&hourly, vec![day(app.today(), "07:30", "09:30")]),
            NotBookable,
            "days.0.from in-the-past",
        ),
        (
            "in 400 days",
            order(&hourly, vec![day(app.in_days(400), "09:00", "11:00")]),
            NotBookable,
            "days.0.date too-far-ahead",
        ),
        (
            "in half an hour",
            order(&hourly, vec![day(app.today(), "08:30", "10:30")]),
            NotBookable,
            "days.0.from too-small",
        ),
        ("before opening", order(&hourly, vec![day(tomorrow, "05:00", "07:00")]), Closed, ""),
        ("over closing", order(&hourly, vec![day(tomorrow, "17:00", "19:00")]), Closed, ""),
        ("another window than sold", order(&full_day, vec![day(tomorrow, "08:00", "12:00")]), Closed, ""),
        ("half an hour only", order(&hourly, vec![day(tomorrow, "09:00", "09:30")]), Invalid, "days.0.to too-short"),
        ("backwards", order(&hourly, vec![day(tomorrow, "11:00", "09:00")]), Invalid, "days.0.to too-short"),
        ("not on a half-hour", order(&hourly, vec![day(tomorrow, "09:15", "11:00")]), Malformed, ""),
        ("25 o'clock", order(&hourly, vec![day(tomorrow, "25:00", "26:00")]), Malformed, ""),
        (
            "30 February",
            order(&hourly, vec![json!({"date": "2026-02-30", "from": "09:00", "to": "11:00"})]),
            Malformed,
            "",
        ),
        ("a year before all others", order(&hourly, vec![before_all.clone()]), Malformed, ""),
        ("a year after all others", order(&hourly, vec![after_all]), Malformed, ""),
        ("one good day and one before all", order(&hourly, [morning(), vec![before_all]].concat()), Malformed, ""),
        ("the year 1899", order(&hourly, vec![on("1899-12-31")]), Malformed, ""),
        ("no day", order(&hourly, vec![]), Invalid, "days required"),
        ("a day twice", order(&hourly, [morning(), morning()].concat()), Invalid, "days.1.date twice"),
        (
            "one good day and one too far",
            order(&hourly, [morning(), vec![day(app.in_days(400), "09:00", "11:00")]].concat()),
            NotBookable,
            "days.1.date too-far-ahead",
        ),
        ("too old for the class", order(&infants, morning()), WrongAge, "children.0.child_id too-large"),
        (
            "too old by the day of care",
            sent(
                json!({"children": [{"child_id": nearly_two.id, "offer_id": hourly.id}], "days": [day(app.in_days(4), "09:00", "11:00")]}),
            ),
            WrongAge,
            "children.0.child_id too-large",
        ),
        (
            "another family's child",
            sent(json!({"children": [{"child_id": ben.child().id, "offer_id": hourly.id}], "days": morning()})),
            NotFound,
            "children.0.child_id unknown",
        ),
        (
            "one's own and another's child",
            with(
                "children",
                json!([{"child_id": child, "offer_id": hourly.id}, {"child_id": ben.child().id, "offer_id": hourly.id}]),
            ),
            NotFound,
            "children.1.child_id unknown",
        ),
        (
            "a child that is none",
            with("children", json!([{"child_id": uuid(), "offer_id": hourly.id}])),
            NotFound,
            "children.0.child_id unknown",
        ),
        (
            "an offer that is none",
            with("children", json!([{"child_id": child, "offer_id": uuid()}])),
            NotFound,
            "children.0.offer_id unknown",
        ),
        (
            "two nurseries",
            with(
                "children",
                json!([{"child_id": child, "offer_id": hourly.id}, {"child_id": nearly_two.id, "offer_id": elsewhere.id}]),
            ),
            Invalid,
            "children.1.offer_id unknown",
        ),
        ("nobody", with("children", json!([])), Invalid, "children required"),
        ("an unknown field", with("price_fen", json!(0)), Malformed, ""),
        (
            "an unknown field inside",
            with("children", json!([{"child_id": child, "offer_id": hourly.id, "free": true}])),
            Malformed,
            "",
        ),
        ("a word for a flag", with("hold", json!("yes")), Malformed, ""),
        ("a number for a list", with("days", json!(3)), Malformed, ""),
        ("null for a list", with("children", Value::Null), Malformed, ""),
        ("no id", with("children", json!([{"child_id": "1", "offer_id": hourly.id}])), Malformed, ""),
        ("a long name", with("pickup", json!("外".repeat(61))), Invalid, "pickup too-long"),
        ("a name of nothing", with("pickup", json!("\u{0}")), Invalid, "pickup control-characters"),
        ("a name that rings", with("pickup", json!("外\u{7}婆")), Invalid, "pickup control-characters"),
        ("a list instead of an object", raw(json_type, "[]"), Malformed, ""),
        ("half a body", raw(json_type, "{\"children\": ["), Malformed, ""),
        ("nothing", raw(json_type, ""), Malformed, ""),
        ("a megabyte", raw(json_type, &huge), TooLarge, ""),
        ("deep nesting", raw(json_type, &"[".repeat(20_000)), Malformed, ""),
        ("a form", raw("application/x-www-form-urlencoded", "hold=true"), UnsupportedMediaType, ""),
        ("bytes that are no text", raw(json_type, "\u{fffd}"), Malformed, ""),
        (
            "a booking that is none",
            Call::Send("POST", format!("/api/v1/bookings/{}/cancel", uuid()), json!({})),
            NotFound,
            "",
        ),
        ("no booking's id", Call::Get("/api/v1/bookings/1".to_owned()), Malformed, ""),
        ("a state that is none", Call::Get("/api/v1/bookings?state=lost".to_owned()), Malformed, ""),
        ("an unknown question", Call::Get("/api/v1/bookings?colour=red".to_owned()), Malformed, ""),
        ("bookings from before all", Call::Get("/api/v1/bookings?from=-200000-01-01".to_owned()), Malformed, ""),
        ("bookings from after all", Call::Get("/api/v1/bookings?from=%2B200000-01-01".to_owned()), Malformed, ""),
        (
            "a cursor from before all",
            Call::Get(format!("/api/v1/bookings?cursor=-200000-01-01_{}", uuid())),
            Invalid,
            "cursor unknown",
        ),
    ];
    all_are_refused(&app, &ann, cases).await;
}

#[test_on_both]
async fn children_that_cannot_be(app: TestApp) {
    use ProblemKind::{Invalid, Malformed, NotFound};

    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let with = |name: &str, value: Value| {
        let mut child = json!({"name": "Mia", "birth_date": app.in_days(-500), "sex": "female"});
        child[name] = value;
        Call::Send("POST", "/api/v1/children".to_owned(), child)
    };
    let change = |body: Value| Call::Send("PATCH", format!("/api/v1/children/{}", ann.child().id), body);
    let cases = vec![
        ("29 February of a common year", with("birth_date", json!("2025-02-29")), Malformed, ""),
        ("a date as a number", with("birth_date", json!(20_250_228)), Malformed, ""),
        ("born before all", with("birth_date", json!("-262143-01-01")), Malformed, ""),
        ("named with nothing", with("name", json!("Mia\u{0}")), Invalid, "name control-characters"),
        ("with nothing in the notes", with("notes", json!("a\u{0}b")), Invalid, "notes control-characters"),
        ("changed to be born before all", change(json!({"birth_date": "-262143-01-01"})), Malformed, ""),
        ("born tomorrow", with("birth_date", json!(app.in_days(1))), Invalid, "birth_date not-born-yet"),
        ("born ten years ago", with("birth_date", json!(app.in_days(-3650))), Invalid, "birth_date not-under-three"),
        ("without a name", with("name", json!("  ")), Invalid, "name required"),
        ("with a long name", with("name", json!("名".repeat(41))), Invalid, "name too-long"),
        ("with an unknown sex", with("sex", json!("f")), Malformed, ""),
        ("the zeroth child", with("birth_order", json!(0)), Invalid, "birth_order too-small"),
        ("the thirteenth child", with("birth_order", json!(13)), Invalid, "birth_order too-large"),
        ("child number 300", with("birth_order", json!(300)), Malformed, ""),
        ("with long notes", with("notes", json!("字".repeat(501))), Invalid, "notes too-long"),
        ("without consent", with("consents", json!([])), Invalid, "consents consent-needed"),
        ("with an unknown field", with("weight", json!(9)), Malformed, ""),
        ("changed to be older", change(json!({"birth_date": "2016-01-01"})), Invalid, "birth_date not-under-three"),
        ("changed to nothing", change(json!({"name": ""})), Invalid, "name required"),
        ("changed in its id", change(json!({"id": uuid()})), Malformed, ""),
        ("of another family", Call::Get(format!("/api/v1/children/{}", ben.child().id)), NotFound, ""),
        ("that does not exist", Call::Get(format!("/api/v1/children/{}", uuid())), NotFound, ""),
        ("without an id", Call::Get("/api/v1/children/me".to_owned()), Malformed, ""),
    ];
    all_are_refused(&app, &ann, cases).await;
}

#[test_on_both]
async fn searches_that_cannot_be(app: TestApp) {
    use ProblemKind::{Invalid, Malformed, NotFound};

    let ann = app.family("Ann").await;
    let nursery = app.nursery().create().await;
    let slots = |query: &str| Call::Get(format!("/api/v1/slots?{query}"));
    let days = |query: &str| Call::Get(format!("/api/v1/nurseries/{}/availability?{query}", nursery.id));
    let many_dates = (0..15).map(|ahead| format!("date={}", app.in_days(ahead))).collect::<Vec<_>>().join("&");
    let cases = vec![
        ("10,000 km around", slots("lat=31.5&lng=120.3&radius_m=10000000"), Invalid, "radius_m too-large"),
        ("a metre around", slots("lat=31.5&lng=120.3&radius_m=1"), Invalid, "radius_m too-small"),
        ("north of the pole", slots("lat=95&lng=120.3"), Invalid, "lat too-large"),
        ("not a number", slots("lat=NaN&lng=120.3"), Invalid, "lat too-large"),
        ("half a point", slots("lat=31.5"), Invalid, "lng required"),
        ("yesterday", slots(&format!("date={}", app.in_days(-1))), Invalid, "date in-the-past"),
        ("in 400 days", slots(&format!("date={}", app.in_days(400))), Invalid, "date too-far-ahead"),
        ("month 13", slots("date=2026-13-01"), Malformed, ""),
        ("a year before all others", slots("date=-262143-01-01&from=00:00&to=02:00"), Malformed, ""),
        ("a year after all others", slots("date=%2B262142-12-31"), Malformed, ""),
        ("born before all", slots("birth_date=-262143-01-01"), Malformed, ""),
        ("a name of nothing", slots("q=%00"), Invalid, "q control-characters"),
        ("days from before all", days("from=-262143-01-01"), Malformed, ""),
        ("days for one born before all", days("birth_date=-262143-01-01"), Malformed, ""),
        ("15 dates", slots(&many_dates), Invalid, "date too-long"),
        ("five siblings", slots(&["birth_date=2025-01-01"; 5].join("&")), Invalid, "birth_date too-long"),
        ("999 months old", slots("age_months=999"), Invalid, "age_months too-large"),
        ("an age and a birth date", slots("age_months=18&birth_date=2025-01-01"), Invalid, "age_months twice"),
        ("from without to", slots("from=09:00"), Invalid, "to required"),
        ("backwards", slots("from=11:00&to=09:00"), Invalid, "to too-short"),
        ("not on a half-hour", slots("from=09:10&to=11:00"), Malformed, ""),
        ("a page of none", slots("limit=0"), Invalid, "limit too-small"),
        ("a page of 1,000", slots("limit=1000"), Invalid, "limit too-large"),
        ("a made-up cursor", slots("cursor=abc"), Invalid, "cursor unknown"),
        ("a long name", slots(&format!("q={}", "a".repeat(61))), Invalid, "q too-long"),
        ("an unknown order", slots("sort=beauty"), Malformed, ""),
        ("an unknown filter", slots("colour=red"), Malformed, ""),
        ("a negative price", slots("max_price_fen=-1"), Invalid, "max_price_fen too-small"),
        ("no days", days("days=0"), Invalid, "days too-small"),
        ("40 days", days("days=40"), Invalid, "days too-large"),
        ("past days", days(&format!("from={}", app.in_days(-1))), Invalid, "from in-the-past"),
        ("far days", days(&format!("from={}", app.in_days(400))), Invalid, "from too-far-ahead"),
        ("a nursery that is none", Call::Get(format!("/api/v1/nurseries/{}", uuid())), NotFound, ""),
        ("its days", Call::Get(format!("/api/v1/nurseries/{}/availability", uuid())), NotFound, ""),
        ("no nursery's id", Call::Get("/api/v1/nurseries/1".to_owned()), Malformed, ""),
    ];
    all_are_refused(&app, &ann, cases).await;
}

#[test_on_both]
async fn sign_ins_that_cannot_be(app: TestApp) {
    use ProblemKind::{Invalid, Malformed, Unauthenticated, WrongCode};

    let ann = app.family("Ann").await;
    let code = |phone: Value| Call::Send("POST", "/api/v1/auth/codes".to_owned(), json!({ "phone": phone }));
    let session = |phone: &str, code: Value| {
        Call::Send("POST", "/api/v1/auth/sessions".to_owned(), json!({"phone": phone, "code": code}))
    };
    let refresh =
        |token: &str| Call::Send("POST", "/api/v1/auth/sessions/refresh".to_owned(), json!({ "refresh_token": token }));
    let cases = vec![
        ("a short number", code(json!("1380000")), Malformed, ""),
        ("a number from abroad", code(json!("+44 20 7946 0000")), Malformed, ""),
        ("a number that is a number", code(json!(13_800_000_000_u64)), Malformed, ""),
        ("no code was sent", session("13700000000", json!("123456")), WrongCode, ""),
        ("letters", session("13700000000", json!("abcdef")), Invalid, "code not-a-code"),
        ("a code that is a number", session("13700000000", json!(123_456)), Malformed, ""),
        ("a made-up token", refresh("abc"), Unauthenticated, ""),
        ("an empty token", refresh(""), Unauthenticated, ""),
    ];
    all_are_refused(&app, &ann, cases).await;
}

#[test_on_both]
async fn tokens_that_open_nothing(app: TestApp) {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

    let ann = app.family("Ann").await;
    let add = json!({"name": "Mia", "birth_date": app.in_days(-500), "sex": "female"});
    let token = ann.token().unwrap();
    let [head, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
    let another = app.family("Ben").await.token().unwrap();
    let other_claims = another.split('.').nth(1).unwrap();
    let unsigned = URL_SAFE_NO_PAD.encode(r#"{"typ":"at+jwt","alg":"none"}"#);
    let cases = [
        ("another's claims under one's own signature", format!("{head}.{other_claims}.{signature}")),
        ("no signature", format!("{head}.{claims}.")),
        ("signed by nobody", format!("{unsigned}.{claims}.")),
        ("a refresh token", ann.refresh_token.clone()),
        ("no token", "abc".to_owned()),
        ("nothing", String::new()),
    ];
    let before = app.snapshot().await;
    let refused = async |name: &str, token: &str| {
        ann.bear(token);
        for answer in [ann.get("/api/v1/me").await, ann.send("POST", "/api/v1/children", &add).await] {
            assert_eq!(answer.problem().kind, ProblemKind::Unauthenticated, "{name}");
        }
    };
    for (name, token) in &cases {
        refused(name, token).await;
    }
    app.clock.advance(chrono::Duration::minutes(15));
    refused("an expired token", &token).await;
    let differences = before.differences(&app.snapshot().await);
    assert!(differences.is_empty(), "something was changed:\n{}", differences.join("\n"));
    // What was refused was refused for its token alone.
    let again = Family::sign_in(&app, "Ann", &ann.phone).await;
    assert_eq!(again.send("POST", "/api/v1/children", &add).await.status, 201);
}

#[test_on_both]
async fn a_child_born_on_29_february_is_as_old_as_the_calendar_says(database: Database) {
    let start: Timestamp = serde_json::from_value("2026-02-26T08:00:00+08:00".into()).unwrap();
    let app = TestApp::at(start, database, |_| ()).await;
    let nursery = app.nursery().create().await;
    let toddlers = app.offer().of(&nursery).places(9).hourly().create().await;
    let seniors = app.offer().of(&nursery).class(ClassKind::SeniorToddler).places(9).hourly().create().await;
    // Completes 24 months on 28 February, as there is no 29th.
    let mut ann = app.family_without_children("Ann").await;
    ann.add_child_born("2024-02-29".parse().unwrap()).await;
    for (date, belongs, does_not) in [("2026-02-27", &toddlers, &seniors), ("2026-02-28", &seniors, &toddlers)] {
        let date = date.parse().unwrap();
        let refused = ann.order(does_not, "09:00-11:00").on(date).send().await.unwrap_err();
        assert_eq!(refused.kind, ProblemKind::WrongAge, "{date}");
        assert!(ann.order(belongs, "09:00-11:00").on(date).send().await.is_ok(), "{date}");
    }
}

#[test_on_both]
async fn a_path_or_a_method_that_is_none_is_a_problem_too(app: TestApp) {
    let ann = app.family("Ann").await;
    let cases = [
        ("GET", "/api/v1/nothing", ProblemKind::NotFound),
        ("GET", "/api/v2/slots", ProblemKind::NotFound),
        ("DELETE", "/api/v1/slots", ProblemKind::MethodNotAllowed),
        ("POST", "/api/v1/me", ProblemKind::MethodNotAllowed),
        ("PUT", "/api/v1/bookings", ProblemKind::MethodNotAllowed),
    ];
    for (method, path, kind) in cases {
        let answer = ann.send(method, path, &json!({})).await;
        assert_eq!(answer.problem().kind, kind, "{method} {path}");
        assert_eq!(answer.header("allow").is_some(), kind == ProblemKind::MethodNotAllowed, "{method} {path}");
    }
}

#[test_on_both]
async fn a_date_that_nobody_can_mean_breaks_no_page_and_nothing_after_it(app: TestApp) {
    let offer = app.offer().places(9).hourly().create().await;
    let ann = app.family("Ann").await;
    let dates = ["-262143-01-01", "%2B262142-12-31", "0000-01-01"];
    let paths = |date: &str| {
        [
            format!("/book?offer={}&date={date}&from=00:00&to=02:00&child={}", offer.id, ann.child().id),
            format!("/?date={date}&birth={date}"),
            format!("/nurseries/{}?date={date}&week={date}", offer.nursery),
        ]
    };
    for path in dates.into_iter().flat_map(paths) {
        let answer = ann.get(&path).await;
        assert!(answer.status < 500, "{path}: {}", answer.status);
        let form = format!("date=-262143-01-01&offer={}&from=00:00&to=02:00&key=one", offer.id);
        let posted = ann.request("POST", &path).header("content-type", "application/x-www-form-urlencoded").body(form);
        let answer = doorstep_tests::read(posted).await;
        assert!(answer.status < 500, "{path}: {}", answer.status);
    }
    assert_eq!(ann.get("/readyz").await.status, 200);
    ann.book(&offer, "09:00-11:00").await.unwrap();
}

#[test_on_both]
async fn one_order_that_cannot_be_kept_leaves_the_others_of_its_batch_alone(app: TestApp) {
    let offer = app.offer().places(15).hourly().create().await;
    let mallory = app.family("Mallory").await;
    let families = join_all((0..15).map(|at| {
        let (app, name) = (&app, format!("F{at}"));
        async move { app.family(&name).await }
    }))
    .await;
    let bad = async |at: usize| {
        let mut order = mallory.order(&offer, "09:00-11:00").request();
        order.pickup = "\u{0}".to_owned();
        mallory.call_once(&order, Some(&at.to_string())).await.unwrap_err()
    };
    let orders = join_all(families.iter().map(|family| family.book(&offer, "09:00-11:00")));
    let (refused, booked) = join!(join_all((0..15).map(bad)), orders);
    for problem in refused {
        assert_eq!(problem.kind, ProblemKind::Invalid, "{problem}");
    }
    for booking in booked {
        assert!(booking.is_ok(), "{booking:?}");
    }
    app.check_finds_no_difference().await;
}
