//! What operators and partners ask.

use doorstep_tests::{Folder, prelude::*, program};

#[test_on_both]
async fn the_probes_the_figures_and_the_document_answer(app: TestApp) {
    let client = app.client();
    let cases = [
        ("/livez", 200, "text/plain"),
        ("/readyz", 200, "text/plain"),
        ("/metrics", 403, "application/problem+json"),
        ("/api/openapi.json", 200, "application/json"),
        ("/api/docs", 307, ""),
        ("/api/docs/", 200, "text/html"),
        ("/api/v1/no-such-thing", 404, "application/problem+json"),
    ];
    for (path, status, content_type) in cases {
        let answer = client.get(path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        let told = answer.header("content-type").unwrap_or_default();
        assert!(told.starts_with(content_type), "{path} is {told}");
    }
}

#[test_on_both]
async fn the_document_describes_each_call_in_full(app: TestApp) {
    let document = app.client().get("/api/openapi.json").await.json();
    assert_eq!(document["openapi"].as_str().map(|version| version.starts_with("3.")), Some(true));
    let mut calls = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            calls += 1;
            let name = format!("{method} {path}");
            assert!(operation["summary"].as_str().is_some_and(|summary| summary.ends_with('.')), "{name}: summary");
            assert!(operation["responses"]["default"].is_object(), "{name}: problems");
            for field in path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
                let parameters = operation["parameters"].as_array().unwrap();
                let is_field = |parameter: &&serde_json::Value| parameter["name"] == field;
                assert_eq!(parameters.iter().find(is_field).map(|field| &field["in"]), Some(&"path".into()), "{name}");
            }
        }
    }
    assert!(calls > 20, "{calls} calls");
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        let pointer = reference.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

/// As somebody on this machine calls, told apart from the proxy that all tests call through.
fn this_machine(app: &TestApp) -> Client {
    Client::new(app.url(), "::1".to_owned())
}

#[test_on_both]
async fn the_figures_are_for_this_machine_and_for_whom_the_settings_name(database: Database) {
    let scraper = "203.0.113.9";
    let app = TestApp::with(database, |config| config.metrics_for = vec![scraper.parse().unwrap()]).await;
    let cases = [("::1", 200), (scraper, 200), ("203.0.113.10", 403), ("unknown", 403), ("203.0.113.9, 10.1.2.3", 403)];
    for (forwarded, status) in cases {
        let client = Client::new(app.url(), forwarded.to_owned());
        assert_eq!(client.get("/metrics").await.status, status, "{forwarded}");
    }
    let behind_an_unknown_proxy = TestApp::with(database, |config| config.trusted_proxies.clear()).await;
    assert_eq!(this_machine(&behind_an_unknown_proxy).get("/metrics").await.status, 403);
}

#[test_on_both]
async fn the_figures_count_the_calls(app: TestApp) {
    let (client, operator) = (app.client(), this_machine(&app));
    let counted = async || {
        let figures = operator.get("/metrics").await.body;
        let line = figures.lines().find(|line| {
            line.starts_with("doorstep_calls_total") && line.contains("/api/v1/districts") && line.contains("200")
        });
        line.and_then(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).unwrap_or_default()
    };
    let before = counted().await;
    client.get("/api/v1/districts").await;
    client.get("/api/v1/districts").await;
    // Other tests of this process may call too.
    assert!(counted().await >= before + 2);
}

#[test]
fn a_demonstration_is_not_served_to_other_machines_unless_told() {
    let data = Folder::new();
    let mut serve = program();
    // Refused before it listens, and before it makes anything.
    serve.args(["serve", "--demo", "--listen", "0.0.0.0:0", "--data"]).arg(data.path());
    let ended = serve.output().unwrap();
    let told = String::from_utf8_lossy(&ended.stderr);
    assert!(!ended.status.success() && told.contains("DOORSTEP_DEMO_FOR_ALL=true"), "{told}");
    assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 0);
}
