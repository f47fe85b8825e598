//! By what ways the family wants to be told, and the door to its messages.

use doorstep_shared::messages::{ChangeChannels, Channels, GetChannels, ListMessages};
use leptos::prelude::*;

use super::wechat::{self, Wechat};
use crate::{
    Locale, app,
    page::Answer,
    td,
    ui::{
        field::{Check, OnceKey},
        icon::Icon,
    },
    visit::{Fields, Visit},
};

/// The hidden field of a form that asks about WeChat: what is not ticked is not in a form.
const BOUND: &str = "wechat-bound";

/// What is shown of messages among one's own things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub unread: u32,
    pub channels: Channels,
    pub wechat: Option<Wechat>,
}

/// None when it cannot be told: the page stands without.
pub async fn load(visit: &Visit) -> Option<Told> {
    let unread = visit.call(ListMessages::default()).await.ok()?.unread;
    let channels = visit.call(GetChannels {}).await.ok()?;
    Some(Told { unread, channels, wechat: wechat::load(visit, channels.wechat).await })
}

/// The way to the inbox, with how much is unread.
#[component]
pub fn ToInbox(unread: u32, locale: Locale) -> impl IntoView {
    let count = match unread {
        0 => view! { <span class="meta">{td!(locale, inbox.all_read)}</span> }.into_any(),
        count => view! { <span class="tag accent">{td!(locale, inbox.unread, count = count)}</span> }.into_any(),
    };
    view! {
        <a class="card item" id="to-inbox" href="/messages">
            <span><b>{td!(locale, inbox.title)}</b>" "{count}</span>
            <Icon name="i-next"/>
        </a>
    }
    .into_any()
}

#[component]
pub fn ChannelsForm(channels: Channels, locale: Locale) -> impl IntoView {
    let bound = channels.wechat.filter(|wechat| wechat.bound_at.is_some());
    let by_wechat = bound.map(|wechat| {
        view! {
            <input type="hidden" name=BOUND value="on"/>
            <Check id="by-wechat" name="wechat" value="on" label=td!(locale, wechat.by) checked=wechat.on/>
        }
    });
    view! {
        <form class="card stack" id="channels" method="post" action="/me/channels">
            <OnceKey/>
            <h2>{td!(locale, inbox.channels)}</h2>
            <p class="meta">{td!(locale, inbox.by_inbox)}</p>
            {by_wechat}
            <Check id="by-sms" name="sms" value="on" label=td!(locale, inbox.by_sms) checked=channels.sms/>
            <p class="tiny">{td!(locale, inbox.by_sms_text)}</p>
            <button class="button">{td!(locale, common.save)}</button>
        </form>
    }
    .into_any()
}

/// `POST /me/channels`.
pub async fn submit(visit: &Visit, form: &Fields) -> Answer {
    let wechat = form.has(BOUND).then(|| form.has("wechat"));
    let change = ChangeChannels { language: None, sms: Some(form.has("sms")), wechat };
    match visit.call_once(form, change).await {
        Ok(_) => Answer::see_other("/me?done=channels"),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}
