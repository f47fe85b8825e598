//! Text messages by Alibaba Cloud: `SendSms` of its short message service, version 2017-05-25, signed as its API has it
//! (`ACS3-HMAC-SHA256`).

use std::{fmt::Write as _, time::Duration};

use doorstep_shared::{
    Timestamp,
    endpoint::percent_encoded,
    messages::{DeliveryChannel, MessageKind},
};
use futures::future::BoxFuture;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::{StatusCode, header};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{Carrier, Outcome, Parcel, Template, To, client, refuse_clear_text, template::key};
use crate::{
    config::SmsSettings,
    error::{Error, Result},
};

const ALGORITHM: &str = "ACS3-HMAC-SHA256";
/// Characters of a gap's value at most; longer ones are refused.
const LONGEST: usize = 35;

pub struct Alibaba {
    http: reqwest::Client,
    endpoint: Url,
    host: String,
    key_id: String,
    key_secret: String,
    sign_name: String,
    code: Template,
    /// Of links with which staff begin.
    invitation: Option<Template>,
    notice: Template,
}

impl Alibaba {
    /// None when the settings name no key.
    ///
    /// # Errors
    /// When one is missing beside it, or the key would travel in the clear to another machine.
    pub fn of(settings: &SmsSettings) -> Result<Option<Self>> {
        let Some(key_id) = settings.sms_key_id.clone() else { return Ok(None) };
        let missing = |name: &str| Error::internal(format!("DOORSTEP_SMS_KEY_ID is set, and {name} is not"));
        let endpoint = settings.sms_endpoint.clone();
        refuse_clear_text(&endpoint, "DOORSTEP_SMS_ENDPOINT")?;
        let host = endpoint.host_str().ok_or_else(|| Error::internal("DOORSTEP_SMS_ENDPOINT names no host"))?;
        let host = endpoint.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Some(Self {
            http: client(Duration::from_millis(settings.sms_patience_ms.into()))?,
            key_id,
            key_secret: settings.sms_key_secret.clone().ok_or_else(|| missing("DOORSTEP_SMS_KEY_SECRET"))?,
            sign_name: settings.sms_sign_name.clone().ok_or_else(|| missing("DOORSTEP_SMS_SIGN_NAME"))?,
            code: settings.sms_template_code.clone().ok_or_else(|| missing("DOORSTEP_SMS_TEMPLATE_CODE"))?,
            invitation: settings.sms_template_invitation.clone(),
            notice: settings.sms_template_notice.clone().ok_or_else(|| missing("DOORSTEP_SMS_TEMPLATE_NOTICE"))?,
            endpoint,
            host,
        }))
    }

    async fn send(&self, parcel: &Parcel, now: Timestamp) -> Outcome {
        let request = match self.request(parcel, now) {
            Ok(request) => request,
            Err(why) => return Outcome::Refused { why },
        };
        match self.http.execute(request).await {
            Ok(answer) => outcome(answer).await,
            // The address stands in it, and in that the number.
            Err(error) if error.is_connect() => Outcome::Unreachable { why: error.without_url().to_string() },
            Err(error) => Outcome::Unknown { why: error.without_url().to_string() },
        }
    }

    fn request(&self, parcel: &Parcel, now: Timestamp) -> Result<reqwest::Request, String> {
        let To::Phone(phone) = &parcel.to else { return Err("it is for no phone".to_owned()) };
        let template = match parcel.kind {
            MessageKind::Code if key(&parcel.body).is_some() => {
                self.invitation.as_ref().ok_or("DOORSTEP_SMS_TEMPLATE_INVITATION is not set")?
            }
            MessageKind::Code => &self.code,
            _ => &self.notice,
        };
        let filled = serde_json::to_string(&template.filled(parcel, |_| LONGEST)).map_err(|error| error.to_string())?;
        let id = parcel.id.to_string();
        let query = canonical_query(&[
            ("OutId", &id),
            ("PhoneNumbers", phone),
            ("SignName", &self.sign_name),
            ("TemplateCode", &template.id),
            ("TemplateParam", &filled),
        ]);
        let date = now.utc().format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let (nonce, body_hash) = (uuid::Uuid::new_v4().simple().to_string(), hex(&Sha256::digest(b"")));
        let headers = [
            ("host", self.host.as_str()),
            ("x-acs-action", "SendSms"),
            ("x-acs-content-sha256", &body_hash),
            ("x-acs-date", &date),
            ("x-acs-signature-nonce", &nonce),
            ("x-acs-version", "2017-05-25"),
        ];
        let authorization = authorization(&self.key_id, &self.key_secret, &query, &headers, &body_hash)?;
        let mut url = self.endpoint.clone();
        url.set_query(Some(&query));
        let mut request = self.http.post(url).header(header::AUTHORIZATION, authorization);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.build().map_err(|error| error.without_url().to_string())
    }
}

impl Carrier for Alibaba {
    fn channel(&self) -> DeliveryChannel {
        DeliveryChannel::Sms
    }

    fn carries(&self, _: MessageKind) -> bool {
        true
    }

    fn carry<'a>(&'a self, parcel: &'a Parcel, now: Timestamp) -> BoxFuture<'a, Outcome> {
        Box::pin(self.send(parcel, now))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    code: String,
    #[serde(default)]
    message: String,
    biz_id: Option<String>,
}

async fn outcome(answer: reqwest::Response) -> Outcome {
    let status = answer.status();
    let wait = answer.headers().get(header::RETRY_AFTER).and_then(|wait| wait.to_str().ok()?.parse::<u32>().ok());
    let wait = wait.map(|seconds| chrono::Duration::seconds(seconds.into()));
    let Ok(Answer { code, message, biz_id }) = answer.json::<Answer>().await else {
        let why = format!("an answer that is none of the service's: {status}");
        return match status {
            StatusCode::TOO_MANY_REQUESTS => Outcome::Throttled { wait, why },
            _ => Outcome::Unknown { why },
        };
    };
    let why = format!("{code}: {message}");
    match code.as_str() {
        "OK" => Outcome::Taken { id: biz_id },
        "isv.BUSINESS_LIMIT_CONTROL" | "isp.SYSTEM_ERROR" => Outcome::Throttled { wait, why },
        _ if code.starts_with("Throttling") || status == StatusCode::TOO_MANY_REQUESTS => {
            Outcome::Throttled { wait, why }
        }
        _ if status == StatusCode::SERVICE_UNAVAILABLE => Outcome::Throttled { wait, why },
        // It broke down over the message, before or after it took it.
        _ if status.is_server_error() => Outcome::Unknown { why },
        _ => Outcome::Refused { why },
    }
}

/// `headers` are in the order of their names.
fn authorization(
    key_id: &str,
    key_secret: &str,
    query: &str,
    headers: &[(&str, &str)],
    body_hash: &str,
) -> Result<String, String> {
    let signed = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let canonical = format!("POST\n/\n{query}\n{lines}\n{signed}\n{body_hash}");
    let to_sign = format!("{ALGORITHM}\n{}", hex(&Sha256::digest(canonical)));
    let mut mac = Hmac::<Sha256>::new_from_slice(key_secret.as_bytes()).map_err(|error| error.to_string())?;
    mac.update(to_sign.as_bytes());
    let signature = hex(&mac.finalize().into_bytes());
    Ok(format!("{ALGORITHM} Credential={key_id},SignedHeaders={signed},Signature={signature}"))
}

/// Names and values percent-encoded as RFC 3986 has it; they must be in the order of their names.
fn canonical_query(fields: &[(&str, &str)]) -> String {
    let encoded = fields.iter().map(|(name, value)| format!("{}={}", percent_encoded(name), percent_encoded(value)));
    encoded.collect::<Vec<_>>().join("&")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the provider's own documentation of signature version 3.
    #[test]
    fn the_signature_is_that_of_the_published_example() {
        let query = canonical_query(&[
            ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"),
            ("RegionId", "cn-shanghai"),
        ]);
        let body_hash = hex(&Sha256::digest(b""));
        let headers = [
            ("host", "ecs.cn-shanghai.aliyuncs.com"),
            ("x-acs-action", "RunInstances"),
            ("x-acs-content-sha256", body_hash.as_str()),
            ("x-acs-date", "2023-10-26T10:22:32Z"),
            ("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"),
            ("x-acs-version", "2014-05-26"),
        ];
        let signed = authorization("YourAccessKeyId", "YourAccessKeySecret", &query, &headers, &body_hash).unwrap();
        assert_eq!(
            signed,
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;\
             x-acs-date;x-acs-signature-nonce;x-acs-version,\
             Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
        );
    }

    #[test]
    fn only_what_no_address_means_otherwise_stands_as_it_is() {
        assert_eq!(percent_encoded("Az09-_.~ +*/:{\"春"), "Az09-_.~%20%2B%2A%2F%3A%7B%22%E6%98%A5");
    }
}
