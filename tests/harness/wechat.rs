//! WeChat on this machine: it speaks the protocol of its official accounts, and notes what it was asked.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard},
};

use doorstep_server::config::{Config, WechatSettings};
use doorstep_web::visit::Fields;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// How it answers who asks to send something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WechatAnswer {
    Takes,
    /// With this code of its own.
    Refuses(i64),
    /// Takes it, and says that it is busy.
    TakesAndIsBusy,
    /// Reads it and says nothing.
    Silent,
}

struct Wechat {
    answer: WechatAnswer,
    /// The token that is valid now; none was given yet.
    token: Option<String>,
    /// How often a token was asked for.
    tokens_asked: u32,
    /// Every letter that came with a valid token.
    asked: Vec<Value>,
    /// The names of letters that have reached their people.
    arrived: BTreeMap<(String, String), u64>,
    /// Who holds the phone.
    person: String,
    /// Codes that were given out, and to whom.
    codes: HashMap<String, String>,
}

/// Stops when it is dropped.
pub struct WechatDouble {
    settings: WechatSettings,
    inside: Arc<Mutex<Wechat>>,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for WechatDouble {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

const APP_ID: &str = "wx0123456789abcdef";
const SECRET: &str = "a secret of the test";

impl WechatDouble {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let template = |id: &str| Some(format!("{id}:thing1=nursery,time2=when,thing3=text").parse().unwrap());
        let settings = WechatSettings {
            wechat_app_id: Some(APP_ID.to_owned()),
            wechat_app_secret: Some(SECRET.to_owned()),
            wechat_template_booking: template("BOOKING"),
            wechat_template_offer: template("OFFER"),
            wechat_template_reminder: template("REMINDER"),
            wechat_template_other: None,
            wechat_endpoint: base.parse().unwrap(),
            wechat_authorize: format!("{base}/connect/oauth2/authorize").parse().unwrap(),
            wechat_patience_ms: 500,
        };
        let wechat = Wechat {
            answer: WechatAnswer::Takes,
            token: None,
            tokens_asked: 0,
            asked: Vec::new(),
            arrived: BTreeMap::new(),
            person: "oPERSON".to_owned(),
            codes: HashMap::new(),
        };
        let inside = Arc::new(Mutex::new(wechat));
        let shared = Arc::clone(&inside);
        let serving = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { settings, inside, serving }
    }

    /// Names it in the settings of a server.
    pub fn set_up(&self, config: &mut Config) {
        config.wechat = self.settings.clone();
    }

    fn inside(&self) -> MutexGuard<'_, Wechat> {
        self.inside.lock().unwrap()
    }

    pub fn answers(&self, answer: WechatAnswer) {
        self.inside().answer = answer;
    }

    /// The token that was given is valid no more, before its time.
    pub fn token_ends(&self) {
        self.inside().token = None;
    }

    pub fn tokens_asked(&self) -> u32 {
        self.inside().tokens_asked
    }

    /// What it was asked to send with a valid token, oldest first.
    pub fn asked(&self) -> Vec<Value> {
        self.inside().asked.clone()
    }

    /// How many messages have reached somebody.
    pub fn arrived(&self) -> usize {
        self.inside().arrived.len()
    }

    /// Whoever asks who they are from now on is this one.
    pub fn is_held_by(&self, openid: &str) {
        openid.clone_into(&mut self.inside().person);
    }
}

async fn serve(mut stream: TcpStream, inside: Arc<Mutex<Wechat>>) {
    let Some((method, target, body)) = request(&mut stream).await else { return };
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let fields = Fields::parse(query);
    let answer = match (method.as_str(), path) {
        ("POST", "/cgi-bin/stable_token") => Some(inside.lock().unwrap().stable_token(&body)),
        ("POST", "/cgi-bin/message/template/send") => inside.lock().unwrap().send(&fields, body),
        ("GET", "/sns/oauth2/access_token") => Some(inside.lock().unwrap().access_token(&fields)),
        ("GET", "/connect/oauth2/authorize") => {
            let to = inside.lock().unwrap().authorize(query, &fields);
            respond(&mut stream, "302 Found", &format!("location: {to}\r\n"), "").await;
            return;
        }
        _ => panic!("{method} {target} is none of WeChat's"),
    };
    match answer {
        Some(answer) => respond(&mut stream, "200 OK", "", &answer.to_string()).await,
        None => futures::future::pending().await,
    }
}

/// Method, target and JSON body; None when nobody speaks, as browsers open connections that they may need.
async fn request(stream: &mut TcpStream) -> Option<(String, String, Value)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let mut words = head.split(' ').map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let length =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    Some((method, target, body))
}

async fn respond(stream: &mut TcpStream, status: &str, more: &str, body: &str) {
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n{more}");
    let text = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    // Whoever asked may have gone.
    let _ = stream.write_all(text.as_bytes()).await;
}

fn refusal(code: i64, why: &str) -> Value {
    json!({"errcode": code, "errmsg": why})
}

impl Wechat {
    fn stable_token(&mut self, body: &Value) -> Value {
        let expected = json!({
            "grant_type": "client_credential", "appid": APP_ID, "secret": SECRET, "force_refresh": false
        });
        assert_eq!(*body, expected);
        self.tokens_asked += 1;
        let count = self.tokens_asked;
        let token = self.token.get_or_insert_with(|| format!("TOKEN-{count}"));
        json!({"access_token": token, "expires_in": 7_200})
    }

    /// None: it says nothing.
    fn send(&mut self, query: &Fields, letter: Value) -> Option<Value> {
        if query.get("access_token") != self.token.as_deref() {
            return Some(refusal(42_001, "access_token expired"));
        }
        self.asked.push(letter.clone());
        match self.answer {
            WechatAnswer::Refuses(code) => return Some(refusal(code, "no")),
            WechatAnswer::Silent => return None,
            WechatAnswer::Takes | WechatAnswer::TakesAndIsBusy => (),
        }
        let text = |name: &str| letter[name].as_str().unwrap().to_owned();
        assert!(text("client_msg_id").len() <= 32);
        for gap in letter["data"].as_object().unwrap().values() {
            assert!(gap["value"].as_str().unwrap().chars().count() <= 20, "{gap}");
        }
        let count = self.arrived.len() as u64;
        let id = *self.arrived.entry((text("touser"), text("client_msg_id"))).or_insert(200_000_001 + count);
        Some(match self.answer {
            WechatAnswer::TakesAndIsBusy => refusal(-1, "system error"),
            _ => json!({"errcode": 0, "errmsg": "ok", "msgid": id}),
        })
    }

    fn access_token(&mut self, query: &Fields) -> Value {
        let told = ["appid", "secret", "grant_type"].map(|name| query.get(name).unwrap());
        assert_eq!(told, [APP_ID, SECRET, "authorization_code"]);
        match self.codes.remove(query.get("code").unwrap()) {
            Some(openid) => json!({
                "access_token": "OF-A-PERSON", "expires_in": 7_200, "refresh_token": "R", "openid": openid,
                "scope": "snsapi_base"
            }),
            None => refusal(40_163, "code been used"),
        }
    }

    /// Where the browser is sent back to. WeChat insists on the order of the fields.
    fn authorize(&mut self, query: &str, fields: &Fields) -> String {
        let names: Vec<_> = query.split('&').filter_map(|field| field.split('=').next()).collect();
        assert_eq!(names, ["appid", "redirect_uri", "response_type", "scope", "state"]);
        let told = ["appid", "response_type", "scope"].map(|name| fields.get(name).unwrap());
        assert_eq!(told, [APP_ID, "code", "snsapi_base"]);
        let code = format!("CODE-{}", uuid::Uuid::now_v7().simple());
        self.codes.insert(code.clone(), self.person.clone());
        let (back, state) = (fields.get("redirect_uri").unwrap(), fields.get("state").unwrap());
        assert!(state.len() <= 128 && state.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{state}");
        format!("{back}?code={code}&state={state}")
    }
}
