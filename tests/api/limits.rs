//! One caller cannot take what is there for all.

use doorstep_tests::{Client, prelude::*};
use serde_json::json;

/// How many of ten calls are answered. Others are told when to come back.
async fn answered(calls: impl AsyncFn() -> doorstep_tests::Answer) -> usize {
    let mut answered = 0;
    for _ in 0..10 {
        let answer = calls().await;
        if answer.status == 429 {
            assert_eq!(answer.problem().kind, ProblemKind::TooManyRequests);
            assert_eq!(answer.header("retry-after"), Some("1"));
        } else {
            answered += 1;
        }
    }
    answered
}

#[test_on_both]
async fn one_caller_makes_only_so_many_calls(database: Database) {
    let app = TestApp::with(database, |config| config.calls_per_second = 1).await;
    // Refused for what they hold, and counted all the same.
    let refresh = async |client: &Client| {
        client.send("POST", "/api/v1/auth/sessions/refresh", &json!({ "refresh_token": "none" })).await
    };
    let at = |address: &str| Client::new(app.url(), address.to_owned());
    // Five at once, and perhaps another while they are made.
    let home = at("2001:db8:1:2::1");
    let made = answered(async || refresh(&home).await).await;
    assert!((5..10).contains(&made), "{made}");
    assert_eq!(refresh(&at("2001:db8:1:2:ffff::9")).await.status, 429, "another address of the same subscriber");
    assert_eq!(refresh(&at("2001:db8:1:3::1")).await.status, 401, "another subscriber");
}

#[test_on_both]
async fn one_address_makes_only_so_many_costly_searches(database: Database) {
    let app = TestApp::with(database, |config| config.searches_per_second = 1).await;
    let client = app.client();
    for costly in ["facets=true", "birth_date=2025-01-01&birth_date=2024-09-01"] {
        let client = app.client();
        let made = answered(async || client.get(&format!("/api/v1/slots?{costly}")).await).await;
        assert!((5..10).contains(&made), "{costly}: {made}");
    }
    assert_eq!(answered(async || client.get("/api/v1/slots?birth_date=2025-01-01").await).await, 10);
}
