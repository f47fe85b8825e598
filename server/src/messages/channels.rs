//! By what ways an account is told besides its inbox.

mod store;

use doorstep_shared::{
    ProblemKind,
    ids::AccountId,
    messages::{ChangeChannels, Channels},
};

use super::wechat;
use crate::{app::App, db::Conn, error::Result};

/// Whether this installation writes to people's WeChat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HasWechat {
    Yes,
    No,
}

impl HasWechat {
    pub fn of(app: &App) -> Self {
        if app.wechat.is_some() { Self::Yes } else { Self::No }
    }
}

/// # Errors
/// `unauthenticated` when the account was erased a moment ago.
pub fn get(conn: &mut Conn, account: AccountId, has_wechat: HasWechat) -> Result<Channels> {
    let (language, sms) = store::find(conn, account)?.ok_or(ProblemKind::Unauthenticated)?;
    let wechat = match has_wechat {
        HasWechat::Yes => Some(wechat::channel(conn, account)?),
        HasWechat::No => None,
    };
    Ok(Channels { language, sms, wechat })
}

/// Takes over what is named and leaves the rest.
///
/// # Errors
/// As [`get`], and `wrong-state` for WeChat where none is bound.
pub fn change(conn: &mut Conn, account: AccountId, change: ChangeChannels, has_wechat: HasWechat) -> Result<Channels> {
    if let Some(is_on) = change.wechat {
        wechat::switch(conn, account, is_on)?;
    }
    store::update(conn, account, change)?;
    get(conn, account, has_wechat)
}
