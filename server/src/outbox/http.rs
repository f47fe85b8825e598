//! `GET /dev/outbox`: the messages that would have been sent. Served in the demonstration only.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use doorstep_shared::{Method, Timestamp, messages::DeliveryChannel};
use serde::{Deserialize, Serialize};

use super::{Delivery, Written, latest};
use crate::{
    api::{Api, problem_response},
    app::App,
    db::Conn,
    error::{Error, Result},
};

/// Messages shown at most.
const SHOWN: u16 = 200;

/// The phones of made-up staff with the code that each one's app would show now. A slice above knows them.
pub type AppCodes = Arc<dyn Fn(&mut Conn, Timestamp) -> Result<Vec<AppCode>> + Send + Sync>;

#[derive(Serialize)]
pub struct AppCode {
    pub recipient: String,
    pub name: String,
    pub code: String,
}

/// Registers the list. Call it only when the configuration says that this is a demonstration: it shows codes.
pub fn register(api: &mut Api, codes: AppCodes) {
    let summary = "Messages that would have been sent, codes included; JSON when asked for. In the demonstration only.";
    api.raw(Method::Get, "/dev/outbox", "anyone", summary, move |config| {
        let codes = Arc::clone(&codes);
        let list = move |app, request, filter| list(app, request, filter, Arc::clone(&codes));
        config.route("/dev/outbox", web::get().to(list));
    });
}

#[derive(Deserialize)]
struct Filter {
    recipient: Option<String>,
}

#[derive(Serialize)]
struct Messages {
    /// Newest first.
    items: Vec<Written>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    app_codes: Vec<AppCode>,
}

async fn list(app: web::Data<App>, request: HttpRequest, filter: web::Query<Filter>, codes: AppCodes) -> HttpResponse {
    let (recipient, now) = (filter.into_inner().recipient, app.clock.now());
    let found = app
        .db
        .read(move |conn| {
            let mut codes = codes(conn, now)?;
            codes.retain(|code| recipient.as_ref().is_none_or(|recipient| *recipient == code.recipient));
            Ok((latest(conn, recipient.as_deref(), SHOWN)?, codes))
        })
        .await;
    let (items, app_codes) = match found.map_err(Error::into_problem) {
        Ok(found) => found,
        Err(problem) => return problem_response(&problem),
    };
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    if accept.contains("text/html") {
        response.content_type("text/html; charset=utf-8").body(page(&items, &app_codes))
    } else {
        response.json(Messages { items, app_codes })
    }
}

/// A bare page without style or script, which any content security policy lets through.
fn page(messages: &[Written], codes: &[AppCode]) -> String {
    let codes: String = codes
        .iter()
        .map(|one| {
            let (recipient, name) = (escaped(&one.recipient), escaped(&one.name));
            format!("<li>{recipient} · {name} · <b>{}</b></li>", escaped(&one.code))
        })
        .collect();
    let rows: String = messages
        .iter()
        .map(|message| {
            format!(
                "<li><p><time>{}</time> · {} · {} · {}</p><p>{}</p></li>",
                message.created_at.local().format("%m-%d %H:%M:%S"),
                escaped(&message.channel),
                escaped(&message.recipient),
                ways(message),
                escaped(&message.body),
            )
        })
        .collect();
    format!(
        "<!doctype html><html lang=\"zh\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>消息 · Outbox</title><h1>消息 · Outbox</h1>\
         <h2>员工动态码 · Codes of staff</h2><ul>{codes}</ul><h2>消息 · Messages</h2><ol reversed>{rows}</ol></html>"
    )
}

/// `sms failed (the number does not exist)`
fn ways(message: &Written) -> String {
    let way = |(channel, delivery): (&DeliveryChannel, &Delivery)| match &delivery.error {
        Some(error) => format!("{channel} {} ({})", delivery.state, escaped(error)),
        None => format!("{channel} {}", delivery.state),
    };
    message.deliveries.iter().map(way).collect::<Vec<_>>().join(", ")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use doorstep_shared::{
        ids::MessageId,
        messages::{DeliveryState, MessageKind},
    };

    use super::*;
    use crate::db::testing;

    #[test]
    fn a_message_cannot_bring_markup_into_the_page() {
        let message = Written {
            id: MessageId::new(),
            event: "test".into(),
            recipient: "13800000001".into(),
            channel: "sms".into(),
            body: "<script>alert('&')</script>".into(),
            created_at: testing::now(),
            state: DeliveryState::Queued,
            kind: MessageKind::Other,
            deliveries: [].into(),
        };
        let code = AppCode { recipient: "<b>".into(), name: "<i>".into(), code: "012345".into() };
        let page = page(&[message], &[code]);
        assert!(page.contains("&lt;b&gt; · &lt;i&gt; · <b>012345</b>"), "{page}");
        assert!(page.contains("&lt;script&gt;alert('&amp;')&lt;/script&gt;"), "{page}");
    }
}
