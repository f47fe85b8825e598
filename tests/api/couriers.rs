//! Text messages on their way: a local server speaks the provider's protocol and checks the signature itself.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use chrono::Duration;
use doorstep_server::{
    carriers::{self, Alibaba},
    config::SmsSettings,
    outbox::{self, Delivery, Post, Written},
};
use doorstep_shared::{
    accounts::RequestCode,
    family::Role,
    messages::{ChangeChannels, DeliveryChannel, DeliveryState},
};
use doorstep_tests::prelude::*;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

const SECRET: &str = "a secret of the test";

/// How the provider answers next.
#[derive(Clone, Copy)]
pub enum Answer {
    Ok,
    /// Says for how long.
    Throttled,
    Rejected,
    /// And says whom it does not reach.
    RejectedWithNumber,
    /// Reads the request and says nothing.
    Silent,
    /// Reads the request and hangs up.
    HangsUp,
    /// And does not say whether before or after it took the message.
    BreaksDown,
}

/// A provider on this machine. It notes what it was asked to send.
pub struct Provider {
    settings: SmsSettings,
    answer: Arc<Mutex<Answer>>,
    asked: Arc<Mutex<Vec<BTreeMap<String, String>>>>,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Provider {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let settings = SmsSettings {
            sms_key_id: Some("key".to_owned()),
            sms_key_secret: Some(SECRET.to_owned()),
            sms_sign_name: Some("家门口托育".to_owned()),
            sms_template_code: Some("SMS_1:code=code".parse().unwrap()),
            sms_template_invitation: Some("SMS_3:key=key".parse().unwrap()),
            sms_template_notice: Some("SMS_2:where=nursery,at=when".parse().unwrap()),
            sms_endpoint: format!("http://{}", listener.local_addr().unwrap()).parse().unwrap(),
            sms_patience_ms: 500,
        };
        let (answer, asked) = (Arc::new(Mutex::new(Answer::Ok)), Arc::<Mutex<Vec<_>>>::default());
        let (answers, noted) = (Arc::clone(&answer), Arc::clone(&asked));
        let serving = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, Arc::clone(&answers), Arc::clone(&noted)));
            }
        });
        Self { settings, answer, asked, serving }
    }

    pub fn answers(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    /// What it was asked to send, oldest first.
    pub fn asked(&self) -> Vec<BTreeMap<String, String>> {
        self.asked.lock().unwrap().clone()
    }

    pub fn post(&self, app: &TestApp) -> Post {
        let inside = app.inside();
        let carrier: Arc<dyn carriers::Carrier> = Arc::new(Alibaba::of(&self.settings).unwrap().unwrap());
        let (clock, policies) = (Arc::clone(&inside.clock), Arc::clone(&inside.policy));
        Post { db: inside.db.clone(), clock, policies, carriers: vec![carrier] }
    }
}

async fn serve(mut stream: TcpStream, answer: Arc<Mutex<Answer>>, asked: Arc<Mutex<Vec<BTreeMap<String, String>>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let query = check_signature(&head);
    let number = &query["PhoneNumbers"];
    let with_number = format!(r#"{{"Code":"isv.MOBILE_NUMBER_ILLEGAL","Message":"{number} is no number"}}"#);
    asked.lock().unwrap().push(query);
    let answer = *answer.lock().unwrap();
    let (status, more, body) = match answer {
        Answer::Ok => ("200 OK", "", r#"{"Message":"OK","RequestId":"R","Code":"OK","BizId":"900619746936498440^0"}"#),
        Answer::Throttled => {
            ("429 Too Many Requests", "retry-after: 30\r\n", r#"{"Code":"Throttling.User","Message":"slowly"}"#)
        }
        Answer::Rejected => {
            ("200 OK", "", r#"{"Code":"isv.MOBILE_NUMBER_ILLEGAL","Message":"no such number","RequestId":"R"}"#)
        }
        Answer::RejectedWithNumber => ("200 OK", "", with_number.as_str()),
        Answer::Silent => return futures::future::pending().await,
        Answer::HangsUp => return,
        Answer::BreaksDown => ("500 Internal Server Error", "", r#"{"Code":"InternalError","Message":"sorry"}"#),
    };
    let text = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n{more}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.write_all(text.as_bytes()).await;
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Checks it as the provider documents it, from what came over the wire; returns the fields of the query.
fn check_signature(head: &str) -> BTreeMap<String, String> {
    let mut lines = head.lines();
    let target = lines.next().unwrap().split(' ').nth(1).unwrap();
    assert!(head.starts_with("POST /?"), "{head}");
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    assert_eq!((headers["x-acs-action"].as_str(), headers["x-acs-version"].as_str()), ("SendSms", "2017-05-25"));
    assert_eq!(headers["x-acs-content-sha256"], hex(Sha256::digest(b"")));
    let query = target.split_once('?').unwrap().1;
    let mut fields: Vec<&str> = query.split('&').collect();
    fields.sort_unstable();
    let must: Vec<_> = headers.keys().filter(|name| name.starts_with("x-acs-") || *name == "host").cloned().collect();
    let lines: String = must.iter().map(|name| format!("{name}:{}\n", headers[name])).collect();
    let canonical =
        format!("POST\n/\n{}\n{lines}\n{}\n{}", fields.join("&"), must.join(";"), headers["x-acs-content-sha256"]);
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("ACS3-HMAC-SHA256\n{}", hex(Sha256::digest(canonical))).as_bytes());
    let expected = format!(
        "ACS3-HMAC-SHA256 Credential=key,SignedHeaders={},Signature={}",
        must.join(";"),
        hex(mac.finalize().into_bytes())
    );
    assert_eq!(headers["authorization"], expected);
    doorstep_web::visit::Fields::parse(query).0.into_iter().collect()
}

/// The newest message to a phone.
pub async fn newest(app: &TestApp, phone: &str) -> Written {
    let phone = phone.to_owned();
    app.db().read(move |conn| Ok(outbox::latest(conn, Some(&phone), 1)?.remove(0))).await.unwrap()
}

async fn by_sms(app: &TestApp, phone: &str) -> Delivery {
    newest(app, phone).await.deliveries.remove(&DeliveryChannel::Sms).unwrap()
}

const PHONE: &str = "13900000001";

async fn ask_for_code(app: &TestApp, phone: &str) {
    app.client().call(&RequestCode { phone: phone.parse().unwrap() }).await.unwrap();
}

#[test_on_both]
async fn a_code_is_handed_to_the_provider_once_signed_as_it_asks(app: TestApp) {
    let provider = Provider::start().await;
    app.clock.advance(Duration::hours(15));
    ask_for_code(&app, PHONE).await;
    assert_eq!(by_sms(&app, PHONE).await.state, DeliveryState::Queued);
    let (one, other) = (provider.post(&app), provider.post(&app));
    let (first, second) = join!(one.run_due(), other.run_due());
    assert_eq!(first.unwrap() + second.unwrap(), 1, "of two couriers one has it");
    assert_eq!(one.run_due().await.unwrap(), 0);

    let asked = provider.asked();
    let code = app.code_sent_to(PHONE).await;
    assert_eq!(asked.len(), 1, "at eleven at night, because somebody waits for it");
    assert_eq!((asked[0]["PhoneNumbers"].as_str(), asked[0]["SignName"].as_str()), (PHONE, "家门口托育"));
    assert_eq!(
        (asked[0]["TemplateCode"].as_str(), asked[0]["TemplateParam"].as_str()),
        ("SMS_1", format!("{{\"code\":\"{code}\"}}").as_str())
    );
    assert_eq!(asked[0]["OutId"], newest(&app, PHONE).await.id.to_string());
    let sent = by_sms(&app, PHONE).await;
    assert_eq!(
        (sent.state, sent.attempts, sent.provider_id.as_deref()),
        (DeliveryState::Sent, 1, Some("900619746936498440^0"))
    );
}

#[test_on_both]
async fn a_provider_that_is_asked_too_much_is_asked_again_when_it_says(app: TestApp) {
    let provider = Provider::start().await;
    let post = provider.post(&app);
    provider.answers(Answer::Throttled);
    ask_for_code(&app, PHONE).await;
    post.run_due().await.unwrap();
    let waiting = by_sms(&app, PHONE).await;
    assert_eq!((waiting.state, waiting.next_try_at), (DeliveryState::Queued, Some(app.now() + Duration::seconds(30))));
    assert_eq!(waiting.error.as_deref(), Some("Throttling.User: slowly"));
    provider.answers(Answer::Ok);
    app.clock.advance(Duration::seconds(29));
    assert_eq!(post.run_due().await.unwrap(), 0);
    app.clock.advance(Duration::seconds(1));
    assert_eq!(post.run_due().await.unwrap(), 1);
    assert_eq!((by_sms(&app, PHONE).await.state, by_sms(&app, PHONE).await.attempts), (DeliveryState::Sent, 2));
}

#[test_on_both]
async fn what_the_provider_refuses_is_not_tried_again_and_says_why(app: TestApp) {
    let provider = Provider::start().await;
    let post = provider.post(&app);
    provider.answers(Answer::Rejected);
    ask_for_code(&app, PHONE).await;
    post.run_due().await.unwrap();
    let failed = by_sms(&app, PHONE).await;
    assert_eq!((failed.state, failed.next_try_at), (DeliveryState::Failed, None));
    assert_eq!(failed.error.as_deref(), Some("isv.MOBILE_NUMBER_ILLEGAL: no such number"));
    app.clock.advance(Duration::hours(2));
    assert_eq!((post.run_due().await.unwrap(), provider.asked().len()), (0, 1));
}

#[test_on_both]
async fn a_message_whose_answer_was_lost_is_not_sent_twice(app: TestApp) {
    let provider = Provider::start().await;
    let post = provider.post(&app);
    let lost = [Answer::Silent, Answer::HangsUp, Answer::BreaksDown];
    for (answer, phone) in lost.into_iter().zip(["13900000001", "13900000002", "13900000003"]) {
        provider.answers(answer);
        ask_for_code(&app, phone).await;
        post.run_due().await.unwrap();
        let lost = by_sms(&app, phone).await;
        assert_eq!((lost.state, lost.next_try_at), (DeliveryState::Unknown, None), "{lost:?}");
        assert!(lost.error.is_some_and(|why| !why.contains(phone)), "no number in what is said");
    }
    provider.answers(Answer::Ok);
    app.clock.advance(Duration::minutes(5));
    assert_eq!((post.run_due().await.unwrap(), provider.asked().len()), (0, 3));
}

#[test_on_both]
async fn what_a_courier_left_behind_is_not_sent_again_blindly(app: TestApp) {
    let provider = Provider::start().await;
    ask_for_code(&app, PHONE).await;
    provider.answers(Answer::Silent);
    // It is stopped between handing over and writing down.
    let post = provider.post(&app);
    let began = std::time::Instant::now();
    {
        let mut running = Box::pin(post.run_due());
        while provider.asked().is_empty() {
            assert!(began.elapsed().as_secs() < 20, "nothing was handed over");
            let _ = tokio::time::timeout(std::time::Duration::from_millis(5), &mut running).await;
        }
    }
    assert_eq!(by_sms(&app, PHONE).await.state, DeliveryState::Sending);
    app.clock.advance(Duration::minutes(1));
    assert_eq!(provider.post(&app).run_due().await.unwrap(), 0);
    let left = by_sms(&app, PHONE).await;
    assert_eq!((left.state, provider.asked().len()), (DeliveryState::Unknown, 1));
    assert_eq!(left.error.as_deref(), Some("the program stopped while it was being sent"));
}

#[test_on_both]
async fn nobody_there_is_tried_again_and_given_up_when_it_is_of_no_use(app: TestApp) {
    let provider = Provider::start().await;
    let mut nowhere = provider.settings.clone();
    // Bound for a moment, so that nobody listens there.
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    nowhere.sms_endpoint = format!("http://{free}").parse().unwrap();
    let carrier: Arc<dyn carriers::Carrier> = Arc::new(Alibaba::of(&nowhere).unwrap().unwrap());
    let post = Post { carriers: vec![carrier], ..provider.post(&app) };
    ask_for_code(&app, PHONE).await;
    post.run_due().await.unwrap();
    let waiting = by_sms(&app, PHONE).await;
    assert_eq!((waiting.state, waiting.next_try_at), (DeliveryState::Queued, Some(app.now() + Duration::seconds(2))));
    app.clock.advance(Duration::minutes(10));
    assert_eq!(provider.post(&app).run_due().await.unwrap(), 0, "the code is void by now");
    assert_eq!(by_sms(&app, PHONE).await.state, DeliveryState::Skipped);
}

#[test_on_both]
async fn news_wait_for_the_morning_and_who_wants_no_text_messages_gets_none(app: TestApp) {
    let provider = Provider::start().await;
    let (post, offer) = (provider.post(&app), app.offer().places(9).hourly().create().await);
    let ann = app.family("Ann").await;
    let (grandma, grandpa) = (app.relative(&ann, Role::Member).await, app.relative(&ann, Role::Member).await);
    grandpa.call(&ChangeChannels { sms: Some(false), ..ChangeChannels::default() }).await.unwrap();
    post.run_due().await.unwrap();
    let before = provider.asked().len();
    app.clock.advance(Duration::hours(14) + Duration::minutes(30));
    let ann = ann.again(&app).await;
    post.run_due().await.unwrap();
    ann.book(&offer, "09:00-11:00").await.unwrap();
    post.run_due().await.unwrap();
    let night: Vec<_> = provider.asked()[before..]
        .iter()
        .map(|sent| (sent["PhoneNumbers"].clone(), sent["TemplateCode"].clone()))
        .collect();
    assert_eq!(
        night,
        [(ann.phone.clone(), "SMS_1".to_owned()), (ann.phone.clone(), "SMS_2".to_owned())],
        "who acted knows at once"
    );
    assert_eq!(by_sms(&app, &grandma.phone).await.error.as_deref(), Some("it waits for the morning"));
    assert_eq!(by_sms(&app, &grandpa.phone).await.state, DeliveryState::Skipped);
    app.clock.advance(Duration::hours(8) + Duration::minutes(29));
    assert_eq!(post.run_due().await.unwrap(), 0, "one minute to seven");
    app.clock.advance(Duration::minutes(1));
    assert_eq!(post.run_due().await.unwrap(), 1);
    assert_eq!(by_sms(&app, &grandma.phone).await.state, DeliveryState::Sent);
    assert_eq!(provider.asked().last().unwrap()["PhoneNumbers"], grandma.phone);
}
