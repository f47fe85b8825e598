//! Who may call what: every route of the document, asked by everybody.

mod rows;

use std::sync::Arc;

use doorstep_shared::{
    Month,
    bookings::{Booking, CancelBooking, JoinWaitlist},
    family::{FamilyPeople, GetFamily, Invite, Role},
    hours::{ChangeHours, HoursChange, Instead, PreviewHours},
    ids::{CampaignId, CarerId, HoursChangeId, MessageId, NurseryId, StaffInvitationId, VoucherId, WaitlistEntryId},
    issuers::{IssuerAbility, IssuerRole},
    messages::ListMessages,
    roster::AddCarer,
    staff::{InviteStaff, StaffAbility, StaffRole},
    vouchers::{Claim, CreateCampaign},
};
use doorstep_tests::{Answer, Officer, prelude::*};
use serde_json::{Value, json};

use rows::Row;

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
    staff: Arc<Colleagues>,
    /// As the campaign was set up.
    draft: CreateCampaign,
    campaign: CampaignId,
    /// Of that campaign, claimed by Ben.
    voucher: VoucherId,
}

/// Who works for an issuer, and for another one.
struct Officers {
    manager: Officer,
    auditor: Officer,
    other_manager: Officer,
}

async fn officers(app: &TestApp) -> Officers {
    let (manager, auditor) = (app.manager("区卫生健康局").await, app.auditor("区卫生健康局").await);
    Officers { manager, auditor, other_manager: app.manager("另一个区").await }
}

/// Who works at a nursery, and somebody whom its head has invited.
struct Colleagues {
    head: Staff,
    teacher: Staff,
    front_desk: Staff,
    invitation: StaffInvitationId,
    carer: CarerId,
    /// A closure that the head has made.
    closure: HoursChangeId,
    /// Of another nursery.
    other_head: Staff,
}

async fn colleagues(app: &TestApp, nursery: NurseryId) -> Colleagues {
    let other = app.nursery().create().await.id;
    let head = app.head(nursery).await;
    let (teacher, front_desk) = (app.teacher(nursery).await, app.front_desk(nursery).await);
    // A phone gets only so many invitations a day.
    let phone = format!("135{:08}", rand::random_range(0..100_000_000_u32)).parse().unwrap();
    let name = "新来的".to_owned();
    let invitation = head.call(&InviteStaff { phone, role: StaffRole::Teacher, name }).await.unwrap().id;
    let carer = head.call(&AddCarer { name: "李老师".to_owned() }).await.unwrap().id;
    // On a day for which nobody has booked.
    let (from, until) = (app.in_days(30), app.in_days(30));
    let change = HoursChange::Closure { class_id: None, from, until, window: None };
    let instead = Instead::default();
    let seen = head.call(&PreviewHours { change: change.clone(), instead }).await.unwrap().seen;
    let closure = head.call(&ChangeHours { change, instead, reason: "培训".to_owned(), seen }).await.unwrap().id;
    Colleagues { carer, closure, head, teacher, front_desk, invitation, other_head: app.head(other).await }
}

async fn scene(app: &TestApp, offer: &Offer, staff: Arc<Colleagues>, officers: &Officers) -> Scene {
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
    let draft = app.campaign(9);
    let campaign = officers.manager.call(&draft).await.unwrap().id;
    let voucher = ben.call(&Claim { id: campaign, child_id: ben.child().id }).await.unwrap().id;
    Scene {
        staff,
        draft,
        campaign,
        voucher,
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
            route if route.starts_with("/api/v1/staff/hours/") => self.staff.closure.to_string(),
            route if route.starts_with("/api/v1/issuer/vouchers/") => self.voucher.to_string(),
            route if route.contains("/campaigns/") => self.campaign.to_string(),
            route if route.starts_with("/api/v1/staff/board/days/") => self.confirmed.days[0].id.to_string(),
            route if route.starts_with("/api/v1/staff/carers/") => self.staff.carer.to_string(),
            route if route.starts_with("/api/v1/staff/people/") => self.staff.teacher.me.id.to_string(),
            route if route.starts_with("/api/v1/staff/invitations/") => self.staff.invitation.to_string(),
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
            route if route.starts_with("/api/v1/offers/") => self.confirmed.days[0].offer_id.to_string(),
            _ => self.confirmed.nursery.id.to_string(),
        };
        let query = format!("?date={}&from=09:00&to=11:00", self.wait.date);
        let query = if route == "/api/v1/offers/{id}/waitlist" { query.as_str() } else { "" };
        let path = format!("{route}{query}").replace("{id}", &id).replace("{purpose}", "health");
        let path = path.replace("{person_id}", &self.people.pick_up_persons[0].id.to_string());
        let path = path.replace("{class_id}", &self.confirmed.days[0].class_id.to_string());
        let path = path.replace("{month}", &Month::of(self.confirmed.days[0].date).to_string());
        let path = path.replace("{child_id}", &self.ann.child().id.to_string());
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
    let mut rows: Vec<_> = rows::all().iter().map(|row| (row.route.to_owned(), row.permission.to_owned())).collect();
    rows.sort();
    let documented = documented(&document);
    let without_row: Vec<_> = documented.iter().filter(|route| !rows.contains(route)).collect();
    let without_route: Vec<_> = rows.iter().filter(|row| !documented.contains(row)).collect();
    assert!(without_row.is_empty(), "routes without a row in this test: {without_row:?}");
    assert!(without_route.is_empty(), "rows without a route in the document: {without_route:?}");

    // Where they are nobody, the same ones may try.
    let visitors = Arc::new(colleagues(&app, app.nursery().create().await.id).await);
    let strangers = Arc::new(officers(&app).await);
    for row in rows::all() {
        let offer = app.offer().places(9).hourly().create().await;
        let theirs = row.permission.parse::<StaffAbility>().is_ok();
        let staff = if theirs { Arc::new(colleagues(&app, offer.nursery).await) } else { Arc::clone(&visitors) };
        let theirs = row.permission.parse::<IssuerAbility>().is_ok();
        let officers = if theirs { Arc::new(officers(&app).await) } else { Arc::clone(&strangers) };
        let scene = scene(&app, &offer, Arc::clone(&staff), &officers).await;
        // The owner last: nobody else must change what is the owner's.
        for (who, client, status) in [
            ("anybody", &app.client(), row.anonymous),
            ("another nursery's head", &staff.other_head, row.other_head),
            ("a teacher", &staff.teacher, row.colleague(StaffRole::Teacher)),
            ("the front desk", &staff.front_desk, row.colleague(StaffRole::FrontDesk)),
            ("the head", &staff.head, row.colleague(StaffRole::Head)),
            ("another issuer's manager", &officers.other_manager, row.other_manager),
            ("an auditor", &officers.auditor, row.officer(IssuerRole::Auditor)),
            ("the manager", &officers.manager, row.officer(IssuerRole::Manager)),
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
    let staff = Arc::new(colleagues(&app, offer.nursery).await);
    let officers = officers(&app).await;
    let scene = scene(&app, &offer, staff, &officers).await;
    let (child, waits) = (scene.ann.child().id.to_string(), scene.waiting.to_string());
    let foreign = [child, scene.confirmed.id.to_string(), scene.ann.phone.clone(), waits];
    for path in [
        "/api/v1/children",
        "/api/v1/bookings",
        "/api/v1/waitlist",
        "/api/v1/me",
        "/api/v1/me/export",
        "/api/v1/campaigns",
        "/api/v1/vouchers",
    ] {
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
