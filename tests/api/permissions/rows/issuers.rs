//! What those routes answer that are for issuers of vouchers, and those that families claim by.

use serde_json::json;

use super::{Row, row, with};

/// What people of issuers get where it is for them: the manager whose campaign it is, and another issuer's.
const fn issuers(row: Row, [manager, other_manager]: [u16; 2]) -> Row {
    Row { manager, other_manager, ..row }
}

fn campaign(scene: &super::Scene) -> serde_json::Value {
    serde_json::to_value(&scene.draft).unwrap()
}

pub const ROWS: &[Row] = &[
    with(
        row("POST /api/v1/issuer/sessions", "anyone", [401; 3]),
        |_| json!({"phone": "13600000000", "password": "made up", "code": "123456"}),
    ),
    with(row("POST /api/v1/issuer/sessions/refresh", "anyone", [401; 3]), |_| json!({"refresh_token": "made up"})),
    issuers(row("GET /api/v1/issuer/me", "own_issuer_account", [401; 3]), [200, 200]),
    issuers(row("DELETE /api/v1/issuer/sessions/current", "own_issuer_account", [401; 3]), [204, 204]),
    issuers(row("GET /api/v1/issuer/campaigns", "see_campaigns", [401; 3]), [200, 200]),
    issuers(row("GET /api/v1/issuer/campaigns/{id}", "see_campaigns", [401; 3]), [200, 404]),
    with(issuers(row("POST /api/v1/issuer/campaigns", "manage_campaigns", [401; 3]), [201, 201]), campaign),
    with(
        issuers(row("POST /api/v1/issuer/campaigns/preview", "manage_campaigns", [401; 3]), [200, 200]),
        |_| json!({"eligibility": {}}),
    ),
    issuers(row("POST /api/v1/issuer/campaigns/{id}/pause", "manage_campaigns", [401; 3]), [200, 404]),
    issuers(row("POST /api/v1/issuer/campaigns/{id}/resume", "manage_campaigns", [401; 3]), [200, 404]),
    issuers(row("POST /api/v1/issuer/campaigns/{id}/close", "manage_campaigns", [401; 3]), [200, 404]),
    with(
        issuers(row("POST /api/v1/issuer/campaigns/{id}/budget", "manage_campaigns", [401; 3]), [200, 404]),
        |scene| json!({"budget_fen": scene.draft.budget_fen}),
    ),
    issuers(row("POST /api/v1/issuer/vouchers/{id}/cancel", "manage_campaigns", [401; 3]), [204, 404]),
    row("GET /api/v1/campaigns", "see_children", [401, 200, 200]),
    // For Ann's child.
    with(
        row("POST /api/v1/campaigns/{id}/claims", "book", [401, 201, 404]),
        |scene| json!({"child_id": scene.ann.child().id}),
    ),
    row("GET /api/v1/vouchers", "see_bookings", [401, 200, 200]),
];
