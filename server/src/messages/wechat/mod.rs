//! The WeChat of an account: bound by who comes back from there, unbound at a tap.
//!
//! What WeChat calls somebody is sealed. A WeChat belongs to one account at a time: where it is bound again it leaves the
//! account that it was bound to, and that account is told.

mod store;

use doorstep_shared::{
    ProblemKind, Timestamp,
    ids::AccountId,
    messages::{BindWechat, Channels, WechatChannel, WechatPermission},
};
use doorstep_web::family::messages as texts;

use super::channels::{self, HasWechat};
use crate::{
    accounts::{Holder, Openids, SignedIn, WechatStates},
    api::Call,
    carriers::Official,
    db::{Conn, once},
    error::Result,
    language,
    outbox::{self, Channel},
};

/// Where the pages await who comes back.
const BACK: &str = "/me/wechat";
/// Characters of a code at most; WeChat's have thirty or so.
const LONGEST_CODE: usize = 256;

/// What is said of WeChat among the channels.
pub fn channel(conn: &mut Conn, account: AccountId) -> Result<WechatChannel> {
    let found = store::find(conn, account)?;
    Ok(WechatChannel { on: found.is_some_and(|(is_on, _)| is_on), bound_at: found.map(|(_, bound_at)| bound_at) })
}

/// # Errors
/// `wrong-state` where none is bound.
pub fn switch(conn: &mut Conn, account: AccountId, is_on: bool) -> Result<()> {
    if store::switch(conn, account, is_on)? { Ok(()) } else { Err(ProblemKind::WrongState.into()) }
}

/// Once it is done, nothing changes.
pub fn unbind(conn: &mut Conn, account: AccountId) -> Result<()> {
    Ok(store::remove(conn, account)?)
}

/// Where to ask WeChat who this is.
///
/// # Errors
/// `not-found` where this installation has no official account.
pub fn permission(call: &Call<SignedIn>) -> Result<WechatPermission> {
    let official = official(call)?;
    let (state, expires_at) = call.app.accounts.wechat_states().issue(&call.who, call.now);
    let back = format!("{}{BACK}", call.app.config.origin());
    Ok(WechatPermission { url: official.authorize_url(&back, &state), expires_at })
}

/// Asks WeChat who came back, outside any transaction, and binds them.
///
/// # Errors
/// `wechat-not-confirmed`, `unavailable` when WeChat cannot be asked, `not-found` as for [`permission`].
pub async fn bind(call: Call<SignedIn>, given: BindWechat) -> Result<Channels> {
    let official = official(&call)?;
    // A code is good once: of a form that is sent again the answer is known already.
    if let Some(answer) = answered(&call).await? {
        return Ok(answer);
    }
    let (holder, now) = (*call.who, call.now);
    let states: WechatStates = call.app.accounts.wechat_states();
    let made = states.check(&holder, now, &given.state).ok_or(ProblemKind::WechatNotConfirmed)?;
    if given.code.is_empty() || given.code.len() > LONGEST_CODE {
        return Err(ProblemKind::WechatNotConfirmed.into());
    }
    let is_used = call.app.db.read(move |conn| Ok(store::is_used(conn, holder.account, made)?)).await?;
    if is_used {
        return Err(ProblemKind::WechatNotConfirmed.into());
    }
    let openid = official.openid_of(&given.code).await?;
    let openids = call.app.accounts.openids();
    let bound = call.write(move |conn| write(conn, now, &openids, &holder, made, &openid)).await;
    // Two accounts bound the same one in the same moment: one of them has it.
    bound.map_err(|error| match error.is_unique_violation_of("wechat_binding") {
        true => ProblemKind::WechatNotConfirmed.into(),
        false => error,
    })
}

fn official(call: &Call<SignedIn>) -> Result<&Official> {
    Ok(call.app.wechat.as_ref().ok_or(ProblemKind::NotFound)?)
}

async fn answered(call: &Call<SignedIn>) -> Result<Option<Channels>> {
    let Some(once) = call.once.clone() else { return Ok(None) };
    call.app.db.read(move |conn| once::replay(conn, &once)).await
}

fn write(
    conn: &mut Conn,
    now: Timestamp,
    openids: &Openids,
    holder: &Holder,
    made: Timestamp,
    openid: &str,
) -> Result<Channels> {
    if !store::use_up(conn, holder.account, made, now)? {
        return Err(ProblemKind::WechatNotConfirmed.into());
    }
    let hash = openids.hash(openid);
    if let Some(other) = store::take_from_another(conn, &hash, holder.account)? {
        let body = texts::wechat_left(language::locale(other.language));
        // That it was bound elsewhere is told once for each time.
        let event = format!("wechat-left:{}:{}", other.account, now.micros());
        outbox::send(conn, now, event, other.phone, Channel::Sms, body)?;
    }
    store::put(conn, holder.account, &hash, openids.seal(holder.account, openid)?, now)?;
    channels::get(conn, holder.account, HasWechat::Yes)
}
