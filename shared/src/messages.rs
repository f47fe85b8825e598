//! A person's inbox, and by what other ways messages reach them.

mod wechat;

use serde::{Deserialize, Serialize};

pub use self::wechat::{AskWechat, BindWechat, UnbindWechat, WechatPermission};
use crate::{
    endpoint::{Endpoint, Method, Status},
    ids::{BookingId, MessageId},
    time::Timestamp,
    words::words,
};

words! {
    /// What a message is about.
    pub enum MessageKind {
        /// A code to sign in with. Never in an inbox.
        Code = "code",
        /// What happened to a booking.
        Booking = "booking",
        /// A place that is offered until a deadline.
        Offer = "offer",
        /// A visit that is near.
        Reminder = "reminder",
        Other = "other",
    }
}

words! {
    /// A way to a person's phone.
    pub enum DeliveryChannel {
        Sms = "sms",
        /// A message of the official account. What cannot be told there is told by text message.
        Wechat = "wechat",
    }
}

words! {
    /// How far a message has come on one way.
    pub enum DeliveryState {
        /// Waits for its time, or for another try.
        Queued = "queued",
        Sending = "sending",
        /// The provider has taken it.
        Sent = "sent",
        /// The provider refuses it for good.
        Failed = "failed",
        /// Not sent, because nobody wants it or it is too late.
        Skipped = "skipped",
        /// Perhaps sent: the provider's answer was lost. Not sent again, so that nobody is told twice.
        Unknown = "unknown",
    }
}

words! {
    /// A language of the product.
    pub enum Language {
        Zh = "zh",
        En = "en",
    }
}

/// The messages to the signed-in person, newest first. They are kept for thirty days.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ListMessages {
    /// The `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<MessageId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessagePage {
    pub items: Vec<InboxMessage>,
    /// In the whole inbox.
    pub unread: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<MessageId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InboxMessage {
    pub id: MessageId,
    pub kind: MessageKind,
    /// In the language that the person used when it was written.
    pub body: String,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub booking_id: Option<BookingId>,
    /// What a reminder is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visit: Option<Visit>,
}

/// The coming of a booking's children on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Visit {
    /// When the first of them is expected.
    pub at: Timestamp,
    /// When the family said that they come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coming_at: Option<Timestamp>,
}

impl Endpoint for ListMessages {
    type Response = MessagePage;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/messages";
    const SUMMARY: &'static str = "The messages to the signed-in person, newest first.";
}

/// One message to the signed-in person.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetMessage {
    pub id: MessageId,
}

impl Endpoint for GetMessage {
    type Response = InboxMessage;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/messages/{id}";
    const SUMMARY: &'static str = "One message to the signed-in person.";
}

/// Mark a message as read. Once it is, nothing changes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReadMessage {
    pub id: MessageId,
}

impl Endpoint for ReadMessage {
    type Response = InboxMessage;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/messages/{id}/read";
    const SUMMARY: &'static str = "Mark a message as read.";
}

words! {
    /// What a family says about a visit. That somebody does not come is said by reporting the child absent.
    pub enum VisitAnswer {
        Coming = "coming",
    }
}

/// Answer a reminder; the nursery sees it beside the child. Marks it as read.
///
/// 409 `wrong-state` when the visit was cancelled or moved, or has begun.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AnswerReminder {
    pub id: MessageId,
    pub answer: VisitAnswer,
}

impl Endpoint for AnswerReminder {
    type Response = InboxMessage;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/messages/{id}/answer";
    const SUMMARY: &'static str = "Answer a reminder.";
}

/// Mark the whole inbox as read.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReadAllMessages {}

impl Endpoint for ReadAllMessages {
    type Response = ();
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/api/v1/messages/read";
    const SUCCESS: Status = Status::NoContent;
    const SUMMARY: &'static str = "Mark the whole inbox as read.";
}

/// How the signed-in person is told: in what language, and by what ways besides the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GetChannels {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Channels {
    pub language: Language,
    /// Text messages. Codes to sign in with come anyhow.
    pub sms: bool,
    /// Left out where this installation writes to nobody's WeChat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wechat: Option<WechatChannel>,
}

/// News by WeChat, in the place of text messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WechatChannel {
    /// Wanted, and a WeChat is bound to the account.
    pub on: bool,
    /// Since when one is bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound_at: Option<Timestamp>,
}

impl Endpoint for GetChannels {
    type Response = Channels;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/v1/me/channels";
    const SUMMARY: &'static str = "In what language and by what ways the signed-in person is told.";
}

/// Change how one is told. What is left out stays.
///
/// 409 `wrong-state` for WeChat where none is bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeChannels {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sms: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wechat: Option<bool>,
}

impl Endpoint for ChangeChannels {
    type Response = Channels;
    const METHOD: Method = Method::Patch;
    const PATH: &'static str = "/api/v1/me/channels";
    const SUMMARY: &'static str = "Change how one is told.";
}
