//! An official account towards WeChat: its token, and who comes from there.

use std::time::Duration;

use doorstep_shared::{ProblemKind, Timestamp, endpoint::percent_encoded};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::sync::Mutex;
use url::Url;

use crate::{
    carriers::{client, refuse_clear_text},
    config::Config,
    error::{Error, Result},
};

/// A token is asked for anew so long before it ends: from then on WeChat gives the next one, and takes both.
const RENEWED_BEFORE: chrono::Duration = chrono::Duration::minutes(4);

pub struct Official {
    http: reqwest::Client,
    endpoint: Url,
    /// Where people let WeChat say who they are.
    authorize: Url,
    app_id: String,
    secret: String,
    patience: Duration,
    token: Mutex<Option<Token>>,
}

#[derive(Clone, PartialEq, Eq)]
struct Token {
    text: String,
    until: Timestamp,
}

/// Why WeChat did not do what it was asked to.
#[derive(Debug)]
pub enum Failed {
    /// It was certainly not asked.
    Unreachable(String),
    /// It was asked, and nobody knows what it did.
    Lost(String),
    /// It says so.
    Refused { code: i64, message: String },
}

/// Whether a token ended before its time.
fn is_of_token(code: i64) -> bool {
    matches!(code, 40_001 | 40_014 | 42_001)
}

/// Whether the same may be taken later: WeChat is busy, was asked too often in a minute or on a day, or has refused a
/// token that it gave just now, because another program of the account's owner had it renewed.
pub fn is_passing(code: i64) -> bool {
    matches!(code, -1 | 45_009 | 45_011) || is_of_token(code)
}

/// Beside what was asked for, or in its place. Left out where all is well.
#[derive(Deserialize)]
struct Verdict {
    #[serde(default)]
    errcode: i64,
    #[serde(default)]
    errmsg: String,
}

/// A message that was taken.
#[derive(Deserialize)]
pub struct Taken {
    pub msgid: Option<i64>,
}

impl Official {
    /// None when the settings name no official account.
    ///
    /// # Errors
    /// When its secret is missing, or would travel in the clear to another machine.
    pub fn of(config: &Config) -> Result<Option<Self>> {
        let settings = config.wechat.clone();
        let Some(app_id) = settings.wechat_app_id else { return Ok(None) };
        let secret = settings.wechat_app_secret;
        let secret = secret
            .ok_or_else(|| Error::internal("DOORSTEP_WECHAT_APP_ID is set, and DOORSTEP_WECHAT_APP_SECRET is not"))?;
        refuse_clear_text(&settings.wechat_endpoint, "DOORSTEP_WECHAT_ENDPOINT")?;
        refuse_clear_text(&settings.wechat_authorize, "DOORSTEP_WECHAT_AUTHORIZE")?;
        let patience = Duration::from_millis(settings.wechat_patience_ms.into());
        let http = client(patience)?;
        let (endpoint, authorize) = (settings.wechat_endpoint, settings.wechat_authorize);
        Ok(Some(Self { http, endpoint, authorize, app_id, secret, patience, token: Mutex::default() }))
    }

    /// Where somebody lets WeChat say who they are, to come back to `back` with a code and this state. It asks nothing
    /// there: only the openid is wanted.
    pub fn authorize_url(&self, back: &str, state: &str) -> String {
        // In the order in which WeChat wants them.
        let query = format!(
            "appid={}&redirect_uri={}&response_type=code&scope=snsapi_base&state={}",
            percent_encoded(&self.app_id),
            percent_encoded(back),
            percent_encoded(state)
        );
        let mut url = self.authorize.clone();
        url.set_query(Some(&query));
        url.set_fragment(Some("wechat_redirect"));
        url.into()
    }

    /// Who came back with this code. It is good once, for five minutes.
    ///
    /// # Errors
    /// `wechat-not-confirmed` when WeChat does not take the code, `unavailable` when it cannot be asked.
    pub async fn openid_of(&self, code: &str) -> Result<String> {
        #[derive(Deserialize)]
        struct Found {
            openid: String,
        }
        let mut url = self.address("/sns/oauth2/access_token");
        let asked = [("appid", self.app_id.as_str()), ("secret", &self.secret), ("code", code)];
        url.query_pairs_mut().extend_pairs(asked).append_pair("grant_type", "authorization_code");
        let found = read::<Found>(self.http.get(url)).await;
        found.map(|found| found.openid).map_err(|failed| match failed {
            Failed::Refused { code, message } if !is_passing(code) => {
                tracing::info!(code, message, "WeChat does not take a code");
                ProblemKind::WechatNotConfirmed.into()
            }
            failed => Error::unavailable(format!("WeChat: {failed:?}")),
        })
    }

    /// Asks for something with the account's token; once more with another one when WeChat says that it is none.
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        now: Timestamp,
    ) -> Result<T, Failed> {
        let token = self.token(now, None).await?;
        match self.post_with(path, body, &token).await {
            Err(Failed::Refused { code, .. }) if is_of_token(code) => {
                let token = self.token(now, Some(&token)).await?;
                self.post_with(path, body, &token).await
            }
            answer => answer,
        }
    }

    async fn post_with<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        token: &str,
    ) -> Result<T, Failed> {
        let mut url = self.address(path);
        url.query_pairs_mut().append_pair("access_token", token);
        read(self.http.post(url).json(body)).await
    }

    /// The account's token, unless it is `void`. One caller asks for a new one; the others wait for it.
    async fn token(&self, now: Timestamp, void: Option<&str>) -> Result<String, Failed> {
        #[derive(Serialize)]
        struct Wanted<'a> {
            grant_type: &'static str,
            appid: &'a str,
            secret: &'a str,
            force_refresh: bool,
        }
        #[derive(Deserialize)]
        struct Given {
            access_token: String,
            expires_in: u32,
        }
        // Where WeChat says nothing, those who wait for each other's tries would wait for longer than a claim holds.
        let waited = tokio::time::timeout(self.patience, self.token.lock()).await;
        let mut kept = waited.map_err(|_| Failed::Unreachable("WeChat gives no token".to_owned()))?;
        if let Some(token) = kept.as_ref().filter(|token| token.until > now && Some(token.text.as_str()) != void) {
            return Ok(token.text.clone());
        }
        // Not by force, which would take it away from the account's other programs.
        let wanted =
            Wanted { grant_type: "client_credential", appid: &self.app_id, secret: &self.secret, force_refresh: false };
        let given = read::<Given>(self.http.post(self.address("/cgi-bin/stable_token")).json(&wanted)).await;
        // Nothing was sent yet: that nobody answered is no doubt about the message.
        let given = given.map_err(|failed| match failed {
            Failed::Lost(why) => Failed::Unreachable(why),
            failed => failed,
        })?;
        let until = now + chrono::Duration::seconds(given.expires_in.into()) - RENEWED_BEFORE;
        *kept = Some(Token { text: given.access_token.clone(), until });
        Ok(given.access_token)
    }

    fn address(&self, path: &str) -> Url {
        let mut url = self.endpoint.clone();
        url.set_path(path);
        url
    }
}

/// WeChat answers 200 whatever it thinks, and says what it thinks in the body.
async fn read<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<T, Failed> {
    // The secret and the token stand in the address.
    let answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) if error.is_connect() => return Err(Failed::Unreachable(error.without_url().to_string())),
        Err(error) => return Err(Failed::Lost(error.without_url().to_string())),
    };
    let status = answer.status();
    let body = answer.bytes().await.map_err(|error| Failed::Lost(error.without_url().to_string()))?;
    match serde_json::from_slice::<Verdict>(&body) {
        Ok(Verdict { errcode: 0, .. }) if status.is_success() => (),
        Ok(Verdict { errcode, errmsg }) if errcode != 0 => {
            return Err(Failed::Refused { code: errcode, message: errmsg });
        }
        _ => return Err(Failed::Lost(format!("an answer that is none of WeChat's: {status}"))),
    }
    serde_json::from_slice(&body).map_err(|error| Failed::Lost(format!("an answer that is none of WeChat's: {error}")))
}
