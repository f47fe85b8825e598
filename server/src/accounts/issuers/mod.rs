//! Who works for an issuer of vouchers. They sign in as staff do, in sessions of a kind of their own.
//!
//! The operator lets them in, by command line: an issuer is an office of the city or a district, of which there are few.

mod http;
mod store;

use std::{path::Path, sync::Arc};

use doorstep_shared::{
    ProblemKind, Timestamp,
    ids::{AccountId, SessionId},
    issuers::{IssuerMe, IssuerRole},
    phone::Phone,
};

pub use self::http::register;
use super::{
    credentials::{self, NewCredential},
    families,
    keys::Keys,
    sessions::IssuerHolder,
};
use crate::{
    db::Conn,
    error::{Error, Result},
};

/// Characters of a password that is drawn, five bits each.
const PASSWORD: usize = 16;

/// Whether an account works for one.
pub fn works(conn: &mut Conn, account: AccountId) -> Result<bool> {
    Ok(store::find(conn, account)?.is_some())
}

/// As whom an account acts in a new session. None when it works for no issuer.
pub fn of(conn: &mut Conn, account: AccountId) -> Result<Option<IssuerHolder>> {
    let found = store::find(conn, account)?;
    Ok(found.map(|(issuer, role)| IssuerHolder { session: SessionId::new(), account, issuer, role }))
}

/// The account as it sees itself.
///
/// # Errors
/// `unauthenticated` when it was removed a moment ago.
pub fn me(conn: &mut Conn, holder: &IssuerHolder) -> Result<IssuerMe> {
    let phone = families::phone(conn, holder.account)?;
    let (issuer_name, role, name) = store::member(conn, holder)?.ok_or(ProblemKind::Unauthenticated)?;
    Ok(IssuerMe { id: holder.account, phone_masked: phone.masked(), issuer_id: holder.issuer, issuer_name, role, name })
}

/// Somebody who is to work for an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOfficer {
    /// Name of the office. An unknown one begins to be one.
    pub issuer: String,
    pub phone: Phone,
    pub role: IssuerRole,
    pub name: String,
}

/// What somebody new signs in with, to be handed over once.
pub struct HandOver {
    pub password: String,
    /// `otpauth://…`, for the authenticator app.
    pub app: String,
    pub recovery_codes: Vec<String>,
}

/// Lets people work for issuers.
#[derive(Clone)]
pub struct Officers(Arc<Keys>);

impl Officers {
    /// Reads the keys in the data folder, and makes them at first start.
    ///
    /// # Errors
    /// When the folder cannot be written, or others can read a key.
    pub fn at(data: &Path) -> Result<Self> {
        Ok(Self(Arc::new(Keys::open(data)?)))
    }

    /// Who has a password already, as somebody who works at a nursery, keeps it; for others one is drawn.
    ///
    /// # Errors
    /// When the number works for an issuer already, or a name is none.
    pub fn let_in(&self, conn: &mut Conn, now: Timestamp, new: &NewOfficer) -> Result<Option<HandOver>> {
        if credentials::has(conn, &new.phone)? {
            self.enlist(conn, now, new, None)?;
            return Ok(None);
        }
        let (password, totp) = (credentials::characters::<PASSWORD>()?, credentials::TotpSecret::draw()?);
        let app = totp.url(&new.phone)?;
        let credential =
            NewCredential { password_hash: credentials::hash(&password.as_str().into())?, totp, totp_step: 0 };
        let recovery_codes = self.enlist(conn, now, new, Some(&credential))?;
        Ok(Some(HandOver { password, app, recovery_codes }))
    }

    /// The same with a credential that is known. Returns its recovery codes.
    ///
    /// # Errors
    /// As [`Officers::let_in`].
    pub fn enlist(
        &self,
        conn: &mut Conn,
        now: Timestamp,
        new: &NewOfficer,
        credential: Option<&NewCredential>,
    ) -> Result<Vec<String>> {
        let name = families::person_name("name", &new.name)?;
        let office = families::person_name("issuer", &new.issuer)?;
        let account = families::account_of(conn, now, &new.phone)?;
        if works(conn, account)? {
            return Err(Error::internal("this number works for an issuer already"));
        }
        let issuer = match store::by_name(conn, &office)? {
            Some(issuer) => issuer,
            None => store::insert(conn, now, &office)?,
        };
        store::insert_member(conn, now, issuer, account, new.role, &name)?;
        let Some(credential) = credential else { return Ok(Vec::new()) };
        credentials::put(conn, now, &self.0, account, credential)
    }
}
