//! What operators and partners ask.

use doorstep_tests::prelude::*;

#[test_on_both]
async fn the_probes_the_figures_and_the_document_answer(app: TestApp) {
    let client = app.client();
    let cases = [
        ("/livez", 200, "text/plain"),
        ("/readyz", 200, "text/plain"),
        ("/metrics", 200, "text/plain"),
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
