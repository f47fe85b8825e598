//! What operators and partners ask: is it alive, is it ready, how is it doing, what can be called.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use doorstep_shared::{Method, ProblemKind};
use metrics_exporter_prometheus::PrometheusHandle;

use crate::{
    api::{Api, problem_response},
    app::App,
    auth,
};

/// Registers the probes, the metrics and the document. Last, so that the document is complete.
pub fn register(api: &mut Api, metrics: PrometheusHandle) {
    api.raw(Method::Get, "/livez", "anyone", "200 while the process answers at all.", |config| {
        config.route("/livez", web::get().to(async || HttpResponse::Ok().content_type("text/plain").body("alive\n")));
    });
    api.raw(
        Method::Get,
        "/readyz",
        "anyone",
        "503 until searches are answered from a complete index, and when nothing can be written any more.",
        |config| {
            config.route("/readyz", web::get().to(readyz));
        },
    );
    let metrics = Arc::new(metrics);
    api.raw(Method::Get, "/metrics", "operator", "Figures in the Prometheus text format.", move |config| {
        let metrics = Arc::clone(&metrics);
        let answer = move |app: web::Data<App>, request: HttpRequest| {
            let metrics = Arc::clone(&metrics);
            async move {
                if !auth::is_operator(&app, &request) {
                    return problem_response(&ProblemKind::Forbidden.into());
                }
                HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(metrics.render())
            }
        };
        config.route("/metrics", web::get().to(answer));
    });
    api.raw(Method::Get, "/api/openapi.json", "anyone", "This document.", |_| {});
    api.raw(Method::Get, "/api/docs", "anyone", "This document, to read and to try.", |_| {});
    let document = api.document();
    api.serve_document(move |config| {
        let pages = utoipa_swagger_ui::SwaggerUi::new("/api/docs/{_:.*}").url("/api/openapi.json", document.clone());
        config.service(web::redirect("/api/docs", "/api/docs/")).service(pages);
    });
}

async fn readyz(app: web::Data<App>) -> HttpResponse {
    let Some(why) = app.is_unready() else { return HttpResponse::Ok().content_type("text/plain").body("ready\n") };
    let mut answer = HttpResponse::ServiceUnavailable();
    answer.insert_header(("retry-after", "1")).content_type("text/plain").body(format!("{why}\n"))
}
