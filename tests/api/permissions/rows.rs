//! What each route answers to whom.

mod issuers;

use doorstep_shared::{
    children::{Consent, ConsentPurpose},
    family::{Ability, Role},
    issuers::{IssuerAbility, IssuerRole},
    staff::{StaffAbility, StaffRole},
};
use serde_json::{Value, json};

use super::Scene;

/// What a route answers to whom. A route without a row fails the test.
pub struct Row {
    pub route: &'static str,
    /// As the document says: an ability of one of the tables in `shared`, or `anyone`, or `operator`.
    pub permission: &'static str,
    pub anonymous: u16,
    /// The guardian whose child and booking it is about.
    pub owner: u16,
    /// A guardian of another family.
    pub other: u16,
    /// A member of the family, where the table allows it: as the owner unless said.
    pub member: Option<u16>,
    /// Who only picks up for the family, likewise.
    pub pick_up: Option<u16>,
    /// The head of the nursery that it is about, where it is for staff; her colleagues, where the table allows it.
    pub head: u16,
    /// The head of another nursery.
    pub other_head: u16,
    /// The manager of the issuer whose campaign it is about, where it is for issuers; her auditor, where the table allows
    /// it.
    pub manager: u16,
    /// The manager of another issuer.
    pub other_manager: u16,
    pub body: fn(&Scene) -> Value,
}

const fn row(route: &'static str, permission: &'static str, [anonymous, owner, other]: [u16; 3]) -> Row {
    // Staff are nobody where families call, and as anybody where all may.
    let (member, pick_up, head, other_head) = (None, None, anonymous, anonymous);
    let (manager, other_manager) = (anonymous, anonymous);
    Row {
        route,
        permission,
        anonymous,
        owner,
        other,
        member,
        pick_up,
        head,
        other_head,
        manager,
        other_manager,
        body: |_| json!({}),
    }
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

/// Those of everybody and of families.
const ROWS: &[Row] = &[
    row("GET /livez", "anyone", [200; 3]),
    row("GET /readyz", "anyone", [200; 3]),
    row("GET /metrics", "operator", [403; 3]),
    row("GET /api/openapi.json", "anyone", [200; 3]),
    row("GET /api/docs", "anyone", [307; 3]),
    row("GET /api/v1/policy", "anyone", [200; 3]),
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
    row("GET /api/v1/children/{id}/statements/{month}", "see_bookings", [401, 200, 404]),
    // No door has said that.
    with(
        row("POST /api/v1/door", "see_bookings", [401; 3]),
        |scene| json!({"nursery_id": scene.confirmed.nursery.id, "token": "made up"}),
    ),
];

/// Those of staff. Nobody who acts for a family is anybody there.
const STAFF_ROWS: &[Row] = &[
    with(
        row("POST /api/v1/staff/sessions", "anyone", [401; 3]),
        |_| json!({"phone": "13912345678", "password": "a wrong password", "code": "123456"}),
    ),
    with(row("POST /api/v1/staff/sessions/refresh", "anyone", [401; 3]), |_| json!({"refresh_token": "made up"})),
    staff(row("DELETE /api/v1/staff/sessions/current", "own_staff_account", [401; 3]), [204, 204]),
    with(
        staff(row("PATCH /api/v1/staff/sessions/current", "own_staff_account", [401; 3]), [200, 404]),
        |scene| json!({"nursery_id": scene.staff.head.me.at.nursery_id}),
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
    staff(row("GET /api/v1/staff/hours", "keep_board", [401; 3]), [200, 200]),
    with(
        staff(row("POST /api/v1/staff/hours/preview", "edit_places", [401; 3]), [200, 200]),
        |scene| json!({"change": {"kind": "closure", "from": scene.wait.date, "until": scene.wait.date}}),
    ),
    // It touches something else than nothing that was seen.
    with(staff(row("POST /api/v1/staff/hours", "edit_places", [401; 3]), [409, 409]), |scene| {
        json!({
            "change": {"kind": "closure", "from": scene.wait.date, "until": scene.wait.date},
            "reason": "培训",
            "seen": "nothing",
        })
    }),
    // The other nursery has no class to look at.
    staff(row("GET /api/v1/staff/outlook", "edit_places", [401; 3]), [200, 404]),
    staff(row("GET /api/v1/staff/ageing", "see_nursery_children", [401; 3]), [200, 200]),
    staff(row("GET /api/v1/staff/hours/{id}", "edit_places", [401; 3]), [200, 404]),
    staff(row("POST /api/v1/staff/hours/{id}/lift", "edit_places", [401; 3]), [200, 404]),
    with(staff(row("POST /api/v1/staff/carers", "edit_places", [401; 3]), [201, 201]), |_| json!({"name": "王老师"})),
    staff(row("DELETE /api/v1/staff/carers/{id}", "edit_places", [401; 3]), [200, 404]),
    staff(row("GET /api/v1/staff/board", "keep_board", [401; 3]), [200, 200]),
    // Each action is answered for itself: those of another nursery as unknown ones.
    with(staff(row("POST /api/v1/staff/board/actions", "check_in", [401; 3]), [200, 200]), |scene| {
        json!({"actions": [{
            "id": uuid::Uuid::now_v7(),
            "at": scene.confirmed.created_at,
            "deed": {"kind": "check_in", "day_id": scene.confirmed.days[0].id},
        }]})
    }),
    // It is no child of today.
    staff(row("GET /api/v1/staff/board/days/{id}", "see_nursery_children", [401; 3]), [404, 404]),
    staff(row("GET /api/v1/staff/board/days/{id}/photos/{person_id}", "see_nursery_children", [401; 3]), [404, 404]),
    with(
        staff(row("POST /api/v1/staff/board/days/{id}/collect", "check_in", [401; 3]), [404, 404]),
        |_| json!({"code": "123456"}),
    ),
    with(
        staff(row("POST /api/v1/staff/board/door-codes", "check_in", [401; 3]), [404, 404]),
        |_| json!({"code": "no code"}),
    ),
    staff(row("GET /api/v1/staff/board/door", "check_in", [401; 3]), [200, 200]),
    staff(row("DELETE /api/v1/staff/sessions", "own_staff_account", [401; 3]), [204, 204]),
    staff(row("GET /api/v1/staff/me/security", "own_staff_account", [401; 3]), [200, 200]),
    // Each proves anew who they are: these do not.
    with(
        staff(row("POST /api/v1/staff/me/password", "own_staff_account", [401; 3]), [401, 401]),
        |_| json!({"password": "wrong", "code": "123456", "new_password": "eleven green bottles"}),
    ),
    with(
        staff(row("POST /api/v1/staff/me/recovery-codes", "own_staff_account", [401; 3]), [401, 401]),
        |_| json!({"password": "wrong", "code": "123456"}),
    ),
    with(
        staff(row("POST /api/v1/staff/me/app", "own_staff_account", [401; 3]), [401, 401]),
        |_| json!({"password": "wrong", "code": "123456"}),
    ),
    // None is being set up.
    with(
        staff(row("POST /api/v1/staff/me/app/confirm", "own_staff_account", [401; 3]), [404, 404]),
        |_| json!({"app_code": "123456"}),
    ),
    staff(row("GET /api/v1/staff/statements/{month}", "see_money", [401; 3]), [200, 200]),
    staff(row("GET /api/v1/staff/statements/{month}/children/{child_id}", "see_money", [401; 3]), [200, 404]),
    staff(row("GET /api/v1/staff/statements/{month}/statements.xlsx", "see_money", [401; 3]), [200, 200]),
    // It runs.
    with(
        staff(row("POST /api/v1/staff/statements/{month}/close", "close_months", [401; 3]), [409, 409]),
        |_| json!({"seen_fen": 0}),
    ),
    staff(row("GET /api/v1/staff/people", "manage_staff", [401; 3]), [200, 200]),
    with(
        staff(row("PATCH /api/v1/staff/people/{id}", "manage_staff", [401; 3]), [204, 404]),
        |_| json!({"name": "王老师"}),
    ),
    staff(row("DELETE /api/v1/staff/people/{id}", "manage_staff", [401; 3]), [204, 404]),
    staff(row("POST /api/v1/staff/people/{id}/reset", "manage_staff", [401; 3]), [201, 404]),
    with(
        staff(row("POST /api/v1/staff/invitations", "manage_staff", [401; 3]), [201, 201]),
        |_| json!({"phone": "13500000002", "role": "teacher", "name": "李老师"}),
    ),
    staff(row("DELETE /api/v1/staff/invitations/{id}", "manage_staff", [401; 3]), [204, 404]),
    with(
        row("POST /api/v1/staff/invitations/open", "anyone", [404; 3]),
        |_| json!({"phone": "13500000002", "code": "made up"}),
    ),
    with(
        row("POST /api/v1/staff/invitations/accept", "anyone", [404; 3]),
        |_| json!({"phone": "13500000002", "code": "made up", "password": "eleven green bottles", "app_code": "123456"}),
    ),
];

/// All of them.
pub fn all() -> Vec<&'static Row> {
    ROWS.iter().chain(STAFF_ROWS).chain(issuers::ROWS).collect()
}

impl Row {
    /// What somebody of the owner's family gets: whatever the table says.
    pub fn relative(&self, role: Role) -> u16 {
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
    pub fn colleague(&self, role: StaffRole) -> u16 {
        match self.permission.parse::<StaffAbility>() {
            Ok(ability) if !role.may(ability) => 403,
            _ => self.head,
        }
    }

    /// What somebody gets who works for the issuer: whatever the table says.
    pub fn officer(&self, role: IssuerRole) -> u16 {
        match self.permission.parse::<IssuerAbility>() {
            Ok(ability) if !role.may(ability) => 403,
            _ => self.manager,
        }
    }
}
