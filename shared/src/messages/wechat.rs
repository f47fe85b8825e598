//! Binding a WeChat to an account: its person is sent to WeChat, comes back with a code, and that is handed in.

use serde::{Deserialize, Serialize};

use super::Channels;
use crate::{
    endpoint::{Endpoint, Method, Status},
    time::Timestamp,
};

/// Where to send the signed-in person to, so that WeChat says who they are there. It answers inside WeChat only, and
/// sends them back to `/me/wechat` of the pages with `code` and `state`.
///
/// 404 `not-found` where this installation writes to nobody's WeChat.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AskWechat {}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WechatPermission {
    /// Good for this session, once.
    pub url: String,
    pub expires_at: Timestamp,
}

impl Endpoint for AskWechat {
    type Response = WechatPermission;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/me/wechat";
    const SUMMARY: &'static str = "Where the signed-in person lets WeChat say who they are.";
}

/// Bind the WeChat that the code stands for, and have news sent there. Another one that was bound is bound no more; and
/// where this WeChat was bound to another account, it is no more, and that account is told.
///
/// 409 `wechat-not-confirmed` when the state is not the session's own, is too old or was used, or WeChat does not take
/// the code. 404 as for [`AskWechat`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BindWechat {
    pub code: String,
    pub state: String,
}

impl Endpoint for BindWechat {
    type Response = Channels;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/me/wechat";
    const SUMMARY: &'static str = "Bind a WeChat to the signed-in account.";
}

/// Unbind it: news come by text message again, where these are wanted. Once it is, nothing changes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UnbindWechat {}

impl Endpoint for UnbindWechat {
    type Response = ();
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/api/v1/me/wechat";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "Unbind the WeChat of the signed-in account.";
}
