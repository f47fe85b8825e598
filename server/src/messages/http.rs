//! The calls about the inbox: decode, one verb, encode.

use doorstep_shared::{
    ProblemKind,
    messages::{
        AskWechat, BindWechat, ChangeChannels, Channels, GetChannels, GetMessage, InboxMessage, ListMessages,
        MessagePage, ReadAllMessages, ReadMessage, UnbindWechat, WechatPermission,
    },
};

use super::{
    channels::{self, HasWechat},
    wechat,
};
use crate::{
    accounts::SignedIn,
    api::{Api, Call},
    error::Result,
    outbox,
};

/// Registers every endpoint of this slice.
pub fn register(api: &mut Api) {
    api.on(list).on(get).on(read).on(read_all).on(get_channels).on(change_channels);
    api.on(ask_wechat).on(bind_wechat).on(unbind_wechat);
}

async fn list(call: Call<SignedIn>, ask: ListMessages) -> Result<MessagePage> {
    let account = call.who.account;
    call.app.db.read(move |conn| Ok(outbox::list(conn, account, ask.cursor)?)).await
}

async fn get(call: Call<SignedIn>, GetMessage { id }: GetMessage) -> Result<InboxMessage> {
    let account = call.who.account;
    let found = call.app.db.read(move |conn| Ok(outbox::find(conn, account, id)?)).await?;
    Ok(found.ok_or(ProblemKind::NotFound)?)
}

async fn read(call: Call<SignedIn>, ReadMessage { id }: ReadMessage) -> Result<InboxMessage> {
    let (account, now) = (call.who.account, call.now);
    let read = call.write(move |conn| Ok(outbox::read(conn, now, account, id)?.ok_or(ProblemKind::NotFound)?));
    read.await
}

async fn read_all(call: Call<SignedIn>, _: ReadAllMessages) -> Result<()> {
    let (account, now) = (call.who.account, call.now);
    call.write(move |conn| Ok(outbox::read_all(conn, now, account)?)).await
}

async fn get_channels(call: Call<SignedIn>, _: GetChannels) -> Result<Channels> {
    let (account, has_wechat) = (call.who.account, HasWechat::of(&call.app));
    call.app.db.read(move |conn| channels::get(conn, account, has_wechat)).await
}

async fn change_channels(call: Call<SignedIn>, change: ChangeChannels) -> Result<Channels> {
    let (account, has_wechat) = (call.who.account, HasWechat::of(&call.app));
    call.write(move |conn| channels::change(conn, account, change, has_wechat)).await
}

async fn ask_wechat(call: Call<SignedIn>, _: AskWechat) -> Result<WechatPermission> {
    wechat::permission(&call)
}

async fn bind_wechat(call: Call<SignedIn>, given: BindWechat) -> Result<Channels> {
    wechat::bind(call, given).await
}

async fn unbind_wechat(call: Call<SignedIn>, _: UnbindWechat) -> Result<()> {
    let account = call.who.account;
    call.write(move |conn| wechat::unbind(conn, account)).await
}
