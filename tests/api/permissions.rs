//! Who may call what: every route of the document, asked by everybody.

use doorstep_shared::{
    bookings::{Booking, CancelBooking, JoinWaitlist},
    children::{Consent, ConsentPurpose},
    family::{Ability, FamilyPeople, GetFamily, Invite, Role},
    ids::{CarerId, MessageId, WaitlistEntryId},
    messages::ListMessages,
    roster::AddCarer,
    staff::{StaffAbility, StaffRole},
};
use doorstep_tests::{Answer, prelude::*};
use serde_json::{Value, json};

/// What a route answers to whom. A route without a row fails the test.
struct Row {
    route: &'static str,
    /// As the document says: an ability of one of the tables in `shared`, or `anyone`, or `operator`.
    permission: &'static str,
    anonymous: u16,
    /// The guardian whose child and booking it is about.
    owner: u16,
    /// A guardian of another family.
    other: u16,
    /// A member of the family, where the table allows it: as the owner unless said.
    member: Option<u16>,
    /// Who only picks up for the family, likewise.
    pick_up: Option<u16>,
    /// The head of the nursery that it is about, where it is for staff; her colleagues, where the table allows it.
    head: u16,
    /// The head of another nursery.
    other_head: u16,
    body: fn(&Scene) -> Value,
}

const fn row(route: &'static str, permission: &'static str, [anonymous, owner, other]: [u16; 3]) -> Row {
    // Staff are nobody where families call, and as anybody where all may.
    let (member, pick_up, head, other_head) = (None, None, anonymous, anonymous);
    Row { route, permission, anonymous, owner, other, member, pick_up, head, other_head, body: |_| json!({}) }
}

/// What staff get where it is for them: the head of the nursery, and another nursery's.
const fn staff(row: Row, [head, other_head]: [u16; 2]) -> Row {
    Row { head, other_head, ..row }
}

/// Where who is no guardian gets another answer than the owner.
const fn others(row: Row, status: u16) -> Row {
    Row { member: Some(status), pick_up: Some(status), ..row }
}

const fn with(row: Row, body: fn(&Scene) -> Value) -> Row {
    Row { body, ..row }
}

const ROWS: &[Row] = &[
    row("GET /livez", "anyone", [200; 3]),
    row("GET /readyz", "anyone", [200; 3]),
    row("GET /metrics", "operator", [403; 3]),
    row("GET /api/openapi.json", "anyone", [200; 3]),
    row("GET /api/docs", "anyone", [307; 3]),
    row("GET /api/v1/slots", "anyone", [200; 3]),
    row("GET /api/v1/districts", "anyone", [200; 3]),
    // It must be told which nurseries.
    row("GET /api/v1/nursery-changes", "anyone", [400; 3]),
    row("GET /api/v1/class-kinds", "anyone", [200; 3]),
    row("GET /api/v1/offers/{id}/nursery", "anyone", [200; 3]),
    row("GET /api/v1/nurseries/{id}", "anyone", [200; 3]),
    row("GET /api/v1/nurseries/{id}/availability", "anyone", [200; 3]),
    // Each asks for a number of its own: one number gets one code a minute, whoever asks.
    with(
        row("POST /api/v1/auth/codes", "anyone", [202; 3]),
        |_| json!({"phone": format!("139{:08}", rand::random_range(0..100_000_000_u32))}),
    ),
    with(row("POST /api/v1/auth/sessions", "anyone", [401; 3]), |_| json!({"phone": "13912345678", "code": "123456"})),
    with(row("POST /api/v1/auth/sessions/refresh", "anyone", [401; 3]), |_| json!({"refresh_token": "made up"})),
    row("DELETE /api/v1/auth/sessions/current", "own_account", [401, 204, 204]),
    // To Ann's family, which the other does not belong to.
    with(
        row("PATCH /api/v1/auth/sessions/current", "own_account", [401, 200, 404]),
        |scene| json!({"family_id": scene.ann.me.family_id}),
    ),
    row("GET /api/v1/me", "own_account", [401, 200, 200]),
    row("GET /api/v1/me/export", "own_account", [401, 200, 200]),
    // The owner is the family's last guardian and has a booking to come.
    others(row("DELETE /api/v1/me", "own_account", [401, 409, 204]), 204),
    row("GET /api/v1/family", "see_family", [401, 200, 200]),
    with(row("PATCH /api/v1/family/members/{id}", "manage_family", [401, 204, 404]), |_| json!({"name": "奶奶"})),
    row("DELETE /api/v1/family/members/{id}", "manage_family", [401, 204, 404]),
    // Guardians who are the only ones cannot.
    others(row("POST /api/v1/family/leave", "own_account", [401, 409, 409]), 204),
    with(
        row("POST /api/v1/family/invitations", "manage_family", [401, 201, 201]),
        |_| json!({"phone": "13700000002", "role": "member", "name": "外公"}),
    ),
    row("DELETE /api/v1/family/invitations/{id}", "manage_family", [401, 204, 404]),
    row("GET /api/v1/me/invitations", "own_account", [401, 200, 200]),
    // It invites another number than theirs.
    row("POST /api/v1/me/invitations/{id}/accept", "own_account", [401, 404, 404]),
    row("POST /api/v1/me/invitations/{id}/decline", "own_account", [401, 404, 404]),
    with(
        row("POST /api/v1/family/pick-up-persons", "manage_family", [401, 201, 201]),
        |_| json!({"name": "王叔叔", "relation": "邻居"}),
    ),
    with(
        row("PATCH /api/v1/family/pick-up-persons/{id}", "manage_family", [401, 200, 404]),
        |_| json!({"relation": "朋友"}),
    ),
    row("DELETE /api/v1/family/pick-up-persons/{id}", "manage_family", [401, 204, 404]),
    // Nobody has sent one.
    row("GET /api/v1/family/pick-up-persons/{id}/photo", "see_family", [401, 404, 404]),
    // JSON is no file.
    row("POST /api/v1/family/pick-up-persons/{id}/photo", "manage_family", [401, 415, 415]),
    row("DELETE /api/v1/family/pick-up-persons/{id}/photo", "manage_family", [401, 204, 404]),
    with(
        row("POST /api/v1/bookings/{id}/pick-up-codes", "book", [401, 201, 404]),
        |scene| json!({"date": scene.confirmed.days[0].date, "person_id": scene.people.pick_up_persons[0].id}),
    ),
    row("GET /api/v1/bookings/{id}/pick-up-codes", "see_bookings", [401, 200, 404]),
    row("DELETE /api/v1/bookings/{id}/pick-up-codes/{date}", "book", [401, 204, 404]),
    // Guardians have none.
    Row { pick_up: Some(200), ..row("GET /api/v1/pick-ups", "see_pick_ups", [401, 403, 403]) },
    with(
        row("POST /api/v1/children", "manage_children", [401, 201, 201]),
        |scene| json!({"name": "Mia", "birth_date": scene.birth_date, "sex": "female"}),
    ),
    row("GET /api/v1/children", "see_children", [401, 200, 200]),
    row("GET /api/v1/children/{id}", "see_children", [401, 200, 404]),
    row("GET /api/v1/children/{id}/export", "manage_children", [401, 200, 404]),
    row("GET /api/v1/children/{id}/consents", "manage_children", [401, 200, 404]),
    with(row("POST /api/v1/children/{id}/consents", "manage_children", [401, 201, 404]), |_| {
        json!(Consent::to(ConsentPurpose::Health))
    }),
    row("DELETE /api/v1/children/{id}/consents/{purpose}", "manage_children", [401, 204, 404]),
    with(row("PATCH /api/v1/children/{id}", "manage_children", [401, 200, 404]), |_| json!({"name": "Lea"})),
    row("DELETE /api/v1/children/{id}", "manage_children", [401, 409, 404]),
    with(row("POST /api/v1/bookings", "book", [401, 201, 404]), |scene| scene.order.clone()),
    row("GET /api/v1/bookings", "see_bookings", [401, 200, 200]),
    row("GET /api/v1/bookings/{id}", "see_bookings", [401, 200, 404]),
    row("GET /api/v1/bookings/{id}/calendar.ics", "see_bookings", [401, 200, 404]),
    row("POST /api/v1/children/{id}/calendar", "manage_children", [401, 201, 404]),
    row("GET /api/v1/children/{id}/calendar", "see_children", [401, 200, 404]),
    row("DELETE /api/v1/children/{id}/calendar", "manage_children", [401, 204, 404]),
    row("GET /api/v1/calendar.ics", "anyone", [404, 404, 404]),
    row("POST /api/v1/bookings/{id}/confirm", "book", [401, 200, 404]),
    row("POST /api/v1/bookings/{id}/extend", "book", [401, 200, 404]),
    row("POST /api/v1/bookings/{id}/cancel", "book", [401, 200, 404]),
    with(
        row("POST /api/v1/bookings/{id}/absent", "book", [401, 200, 404]),
        |scene| json!({"date": scene.confirmed.days[0].date}),
    ),
    with(row("POST /api/v1/bookings/{id}/move", "book", [401, 200, 404]), |_| json!({"shift_days": 1})),
    with(row("POST /api/v1/bookings/{id}/move/preview", "book", [401, 200, 404]), |_| json!({"shift_days": 1})),
    row("POST /api/v1/bookings/{id}/undo", "book", [401, 200, 404]),
    row("GET /api/v1/messages", "own_account", [401, 200, 200]),
    others(row("GET /api/v1/messages/{id}", "own_account", [401, 200, 404]), 404),
    others(row("POST /api/v1/messages/{id}/read", "own_account", [401, 200, 404]), 404),
    // What happened to a booking is no reminder, and not to be answered.
    with(row("POST /api/v1/messages/{id}/answer", "own_account", [401, 404, 404]), |_| json!({"answer": "coming"})),
    row("POST /api/v1/messages/read", "own_account", [401, 204, 204]),
    row("GET /api/v1/me/channels", "own_account", [401, 200, 200]),
    with(row("PATCH /api/v1/me/channels", "own_account", [401, 200, 200]), |_| json!({"sms": false})),
    // Tests have no official account, so nobody finds one.
    row("GET /api/v1/me/wechat", "own_account", [401, 404, 404]),
    with(row("POST /api/v1/me/wechat", "own_account", [401, 404, 404]), |_| json!({"code": "c", "state": "s"})),
    row("DELETE /api/v1/me/wechat", "own_account", [401, 204, 204]),
    with(row("POST /api/v1/waitlist", "book", [401, 201, 404]), |scene| json!(scene.wait)),
    row("GET /api/v1/waitlist", "see_bookings", [401, 200, 200]),
    row("GET /api/v1/waitlist/{id}", "see_bookings", [401, 200, 404]),
    row("DELETE /api/v1/waitlist/{id}", "book", [401, 200, 404]),
    row("POST /api/v1/waitlist/{id}/accept", "book", [401, 200, 404]),
    row("POST /api/v1/waitlist/{id}/rejoin", "book", [401, 200, 404]),
    row("GET /api/v1/offers/{id}/waitlist", "book", [401, 200, 200]),
    // Of staff: nobody who acts for a family is anybody there.
    with(
        row("POST /api/v1/staff/sessions", "anyone", [401; 3]),
        |_| json!({"phone": "13912345678", "password": "a wrong password", "code": "123456"}),
    ),
    with(row("POST /api/v1/staff/sessions/refresh", "anyone", [401; 3]), |_| json!({"refresh_token": "made up"})),
    staff(row("DELETE /api/v1/staff/sessions/current", "own_staff_account", [401; 3]), [204, 204]),
    with(
        staff(row("PATCH /api/v1/staff/sessions/current", "own_staff_account", [401; 3]), [200, 404]),
        |scene| json!({"nursery_id": scene.head.me.at.nursery_id}),
    ),
    staff(row("GET /api/v1/staff/me", "own_staff_account", [401; 3]), [200, 200]),
    staff(row("GET /api/v1/staff/places", "keep_board", [401; 3]), [200, 200]),
    with(
        staff(row("POST /api/v1/staff/classes/{class_id}/roster", "edit_places", [401; 3]), [200, 404]),
        |_| json!({"weekday": 1, "shifts": []}),
    ),
    with(
        staff(row("POST /api/v1/staff/classes/{class_id}/allowed", "edit_places", [401; 3]), [200, 404]),
        |_| json!({"weekday": 1}),
    ),
    // No day of that week has one.
    with(
        staff(row("POST /api/v1/staff/roster-copies", "edit_places", [401; 3]), [422, 422]),
        |scene| json!({"from": scene.wait.date, "to": scene.wait.date}),
    ),
    with(staff(row("POST /api/v1/staff/carers", "edit_places", [401; 3]), [201, 201]), |_| json!({"name": "王老师"})),
    staff(row("DELETE /api/v1/staff/carers/{id}", "edit_places", [401; 3]), [200, 404]),
];

impl Row {
    /// What somebody of the owner's family gets: whatever the table says.
    fn relative(&self, role: Role) -> u16 {
        match self.permission.parse::<Ability>() {
            Ok(ability) if !role.may(ability) => 403,
            _ => match role {
                Role::Guardian => self.owner,
                Role::Member => self.member.unwrap_or(self.owner),
                Role::PickUp => self.pick_up.unwrap_or(self.owner),
            },
        }
    }

    /// What somebody gets who works at the nursery: whatever the table says.
    fn colleague(&self, role: StaffRole) -> u16 {
        match self.permission.parse::<StaffAbility>() {
            Ok(ability) if !role.may(ability) => 403,
            _ => self.head,
        }
    }
}

/// A family with a child, a booking and a hold, its grandmother and its neighbour who picks up, and another family.
struct Scene {
    ann: Family,
    grandma: Family,
    neighbour: Family,
    people: FamilyPeople,
    ben: Family,
    confirmed: Booking,
    held: Booking,
    /// To Ann.
    message: MessageId,
    /// For Ann's child, at a time that is free.
    order: Value,
    birth_date: Date,
    /// What Ann's child waits for: a place in line, one that is offered, one that was left, and another to join.
    waiting: WaitlistEntryId,
    offered: WaitlistEntryId,
    left: WaitlistEntryId,
    wait: JoinWaitlist,
    /// Of the nursery that Ann has booked.
    head: Staff,
    teacher: Staff,
    front_desk: Staff,
    /// Of another one.
    other_head: Staff,
    carer: CarerId,
}

async fn scene(app: &TestApp, offer: &Offer) -> Scene {
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let confirmed = ann.book(offer, "09:00-11:00").await.unwrap();
    let held = ann.order(offer, "13:00-14:00").hold().send().await.unwrap();
    let order = serde_json::to_value(ann.order(offer, "15:00-16:00").request()).unwrap();
    let birth_date = ann.child().birth_date;
    let message = ann.call(&ListMessages::default()).await.unwrap().items[0].id;
    let grandma = app.relative(&ann, Role::Member).await;
    let neighbour = app.relative(&ann, Role::PickUp).await;
    let invite = Invite { phone: "13700000001".parse().unwrap(), role: Role::Member, name: "舅舅".to_owned() };
    ann.call(&invite).await.unwrap();
    let people = ann.call(&GetFamily {}).await.unwrap();
    let (cem, full) = (app.family("Cem").await, app.offer().places(1).hourly().create().await);
    let day = app.in_days(4);
    let mut taken = Vec::new();
    for span in ["08:00-09:00", "10:00-11:00", "12:00-13:00", "14:00-15:00"] {
        taken.push(cem.order(&full, span).on(day).send().await.unwrap());
    }
    let wait = |span| JoinWaitlist { date: day, ..ann.wait(&full, span) };
    let (first, second, third) = (wait("08:00-09:00"), wait("10:00-11:00"), wait("12:00-13:00"));
    let waiting = ann.call(&first).await.unwrap().id;
    let offered = ann.call(&second).await.unwrap().id;
    let left = ann.call(&third).await.unwrap().id;
    cem.call(&CancelBooking::all(taken[1].id)).await.unwrap();
    ann.leave(left).await.unwrap();
    let wait = wait("14:00-15:00");
    let head = app.head(offer.nursery).await;
    let (teacher, front_desk) = (app.teacher(offer.nursery).await, app.front_desk(offer.nursery).await);
    let other_head = app.head(full.nursery).await;
    let carer = head.call(&AddCarer { name: "李老师".to_owned() }).await.unwrap().id;
    Scene {
        carer,
        head,
        teacher,
        front_desk,
        other_head,
        ann,
        grandma,
        neighbour,
        people,
        ben,
        confirmed,
        held,
        message,
        order,
        birth_date,
        waiting,
        offered,
        left,
        wait,
    }
}

impl Scene {
    async fn ask(&self, client: &Client, row: &Row) -> Answer {
        let (method, route) = row.route.split_once(' ').unwrap();
        let id = match route {
            route if route.starts_with("/api/v1/family/members/") => self.grandma.me.id.to_string(),
            route if route.contains("/invitations/") => self.people.invitations[0].id.to_string(),
            route if route.contains("/pick-up-persons/") => self.people.pick_up_persons[0].id.to_string(),
            route if route.starts_with("/api/v1/children/") => self.ann.child().id.to_string(),
            route if route.ends_with("/confirm") || route.ends_with("/extend") => self.held.id.to_string(),
            route if route.starts_with("/api/v1/waitlist/") && route.ends_with("/accept") => self.offered.to_string(),
            route if route.starts_with("/api/v1/waitlist/") && route.ends_with("/rejoin") => self.left.to_string(),
            route if route.starts_with("/api/v1/waitlist/") => self.waiting.to_string(),
            route if route.starts_with("/api/v1/bookings/") => self.confirmed.id.to_string(),
            route if route.starts_with("/api/v1/messages/") => self.message.to_string(),
            route if route.starts_with("/api/v1/staff/carers/") => self.carer.to_string(),
            route if route.starts_with("/api/v1/offers/") => self.confirmed.days[0].offer_id.to_string(),
            _ => self.confirmed.nursery.id.to_string(),
        };
        let query = format!("?date={}&from=09:00&to=11:00", self.wait.date);
        let query = if route == "/api/v1/offers/{id}/waitlist" { query.as_str() } else { "" };
        let path = format!("{route}{query}").replace("{id}", &id).replace("{purpose}", "health");
        let path = path.replace("{class_id}", &self.confirmed.days[0].class_id.to_string());
        let path = path.replace("{date}", &self.confirmed.days[0].date.to_string());
        match method {
            "POST" | "PATCH" => client.send(method, &path, &(row.body)(self)).await,
            method => doorstep_tests::read(client.request(method, &path)).await,
        }
    }
}

/// `GET /path` and the permission that the document names for it.
fn documented(document: &Value) -> Vec<(String, String)> {
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let told = operation["description"].as_str().unwrap_or_default();
            let permission = told.strip_prefix("Permission: ").unwrap_or_default().trim_end_matches('.');
            routes.push((format!("{} {path}", method.to_uppercase()), permission.to_owned()));
        }
    }
    routes.sort();
    routes
}

#[test_on_both]
async fn every_route_has_a_permission_and_keeps_it(app: TestApp) {
    let document = app.client().get("/api/openapi.json").await.json();
    let mut rows: Vec<_> = ROWS.iter().map(|row| (row.route.to_owned(), row.permission.to_owned())).collect();
    rows.sort();
    let documented = documented(&document);
    let without_row: Vec<_> = documented.iter().filter(|route| !rows.contains(route)).collect();
    let without_route: Vec<_> = rows.iter().filter(|row| !documented.contains(row)).collect();
    assert!(without_row.is_empty(), "routes without a row in this test: {without_row:?}");
    assert!(without_route.is_empty(), "rows without a route in the document: {without_route:?}");

    for row in ROWS {
        let offer = app.offer().places(9).hourly().create().await;
        let scene = scene(&app, &offer).await;
        // The owner last: nobody else must change what is the owner's.
        for (who, client, status) in [
            ("anybody", &app.client(), row.anonymous),
            ("another nursery's head", &scene.other_head, row.other_head),
            ("a teacher", &scene.teacher, row.colleague(StaffRole::Teacher)),
            ("the front desk", &scene.front_desk, row.colleague(StaffRole::FrontDesk)),
            ("the head", &scene.head, row.colleague(StaffRole::Head)),
            ("the other", &scene.ben, row.other),
            ("who picks up", &scene.neighbour, row.relative(Role::PickUp)),
            ("a member", &scene.grandma, row.relative(Role::Member)),
            ("the owner", &scene.ann, row.relative(Role::Guardian)),
        ] {
            let answer = scene.ask(client, row).await;
            assert_eq!(answer.status, status, "{} by {who}: {}", row.route, answer.body);
            if status >= 400 {
                answer.problem();
            }
        }
    }
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn lists_and_exports_hold_only_what_is_ones_own(app: TestApp) {
    let offer = app.offer().places(9).hourly().create().await;
    let scene = scene(&app, &offer).await;
    let (child, waits) = (scene.ann.child().id.to_string(), scene.waiting.to_string());
    let foreign = [child, scene.confirmed.id.to_string(), scene.ann.phone.clone(), waits];
    for path in ["/api/v1/children", "/api/v1/bookings", "/api/v1/waitlist", "/api/v1/me", "/api/v1/me/export"] {
        let (own, others) = (scene.ann.get(path).await, scene.ben.get(path).await);
        assert_eq!((own.status, others.status), (200, 200), "{path}");
        for word in &foreign {
            assert!(!others.body.contains(word), "{path} shows {word} to another family");
        }
    }
    let export = scene.ann.get("/api/v1/me/export").await.body;
    assert!(export.contains(&foreign[1]) && export.contains(&foreign[3]));
}

/// A token's three parts, with one replaced.
fn with_part(token: &str, part: usize, text: &str) -> String {
    let mut parts: Vec<_> = token.split('.').collect();
    parts[part] = text;
    parts.join(".")
}

#[test_on_both]
async fn a_forged_or_expired_token_is_nobody(app: TestApp) {
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let (token, bens) = (ann.token().unwrap(), ben.token().unwrap());
    let elsewhere = TestApp::on(Database::Sqlite).await;
    let foreign = elsewhere.family("Ann").await.token().unwrap();
    // {"alg":"none","typ":"JWT"}
    let unsigned = with_part(&with_part(&token, 0, "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"), 2, "");
    let bens_claims = bens.split('.').nth(1).unwrap();
    let cases = [
        ("a word", "nonsense".to_owned()),
        ("no signature", with_part(&token, 2, "")),
        ("no algorithm", unsigned),
        ("another's claims", with_part(&token, 1, bens_claims)),
        ("another server's key", foreign),
        ("a refresh token", ann.refresh_token.clone()),
    ];
    let client = app.client();
    for (name, forged) in &cases {
        client.bear(forged);
        for path in ["/api/v1/me", "/api/v1/bookings"] {
            let answer = client.get(path).await;
            assert_eq!(answer.problem().kind, ProblemKind::Unauthenticated, "{name} on {path}");
        }
    }
    client.bear(&token);
    assert_eq!(client.get("/api/v1/me").await.status, 200);
    app.clock.advance(chrono::Duration::minutes(16));
    assert_eq!(client.get("/api/v1/me").await.problem().kind, ProblemKind::Unauthenticated, "expired");
    // What needs no permission is answered all the same.
    assert_eq!(client.get("/api/v1/slots").await.status, 200);
}

#[test_on_both]
async fn messages_with_codes_are_shown_in_the_demonstration_only(database: Database) {
    let app = TestApp::on(database).await;
    assert_eq!(app.client().get("/dev/outbox").await.status, 404);
}

#[test_on_both]
async fn an_unsafe_call_from_another_site_is_refused(app: TestApp) {
    let ann = app.family("Ann").await;
    let own = app.url();
    let cases: [(&[(&str, &str)], u16); 6] = [
        (&[("sec-fetch-site", "cross-site")], 403),
        (&[("sec-fetch-site", "same-site")], 403),
        (&[("origin", "https://evil.example")], 403),
        (&[("origin", "null")], 403),
        (&[("sec-fetch-site", "same-origin"), ("origin", &own)], 201),
        (&[], 201),
    ];
    for (headers, status) in cases {
        let before = app.snapshot().await;
        let child = json!({"name": "Mia", "birth_date": ann.child().birth_date, "sex": "male"});
        let mut call = ann.request("POST", "/api/v1/children").json(&child);
        for (name, value) in headers {
            call = call.header(*name, *value);
        }
        let answer = doorstep_tests::read(call).await;
        assert_eq!(answer.status, status, "{headers:?}: {}", answer.body);
        if status == 403 {
            assert_eq!(answer.problem().kind, ProblemKind::CrossSite);
            assert_eq!(before.differences(&app.snapshot().await), [""; 0]);
        }
    }
}
