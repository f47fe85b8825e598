//! The calls about the inbox: decode, one verb, encode.

use doorstep_shared::{
    ProblemKind,
    messages::{
        ChangeChannels, Channels, GetChannels, GetMessage, InboxMessage, ListMessages, MessagePage, ReadAllMessages,
        ReadMessage,
    },
};

use super::channels;
use crate::{
    accounts::SignedIn,
    api::{Api, Call},
    error::Result,
    outbox,
};

/// Registers every endpoint of this slice.
pub fn register(api: &mut Api) {
    api.on(list).on(get).on(read).on(read_all).on(get_channels).on(change_channels);
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
    let account = call.who.account;
    call.app.db.read(move |conn| channels::get(conn, account)).await
}

async fn change_channels(call: Call<SignedIn>, change: ChangeChannels) -> Result<Channels> {
    let account = call.who.account;
    call.write(move |conn| channels::change(conn, account, change)).await
}
