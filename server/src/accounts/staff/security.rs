//! What one signs in with, changed by oneself: decode, one verb, encode. Each change proves anew who asks, which costs a
//! try as signing in does.

use std::sync::Arc;

use doorstep_shared::{
    Problem, ProblemKind,
    accounts::SessionKind,
    phone::Phone,
    problem::FieldRule,
    secret::Secret,
    staff::{
        AppSetup, BeginApp, ChangePassword, ConfirmApp, EndStaffSessions, GetStaffSecurity, RecoveryCodes,
        RenewRecoveryCodes, StaffSecurity,
    },
};

use super::store;
use crate::{
    accounts::{
        credentials::{self, Proof, TotpSecret},
        families,
        permission::StaffSignedIn,
        sessions::{self, Live, StaffHolder},
    },
    api::{Api, Call},
    audit::{self, Action},
    db::Conn,
    error::Result,
};

/// Registers the endpoints.
pub fn register(api: &mut Api) {
    api.on(show).on(end_all);
    api.on(change_password).on(renew_codes);
    api.on(begin_app).on(confirm_app);
}

async fn show(call: Call<StaffSignedIn>, _: GetStaffSecurity) -> Result<StaffSecurity> {
    let (now, holder) = (call.now, *call.who);
    call.app
        .db
        .read(move |conn| {
            let (changed_at, recovery_codes_left) = credentials::summary(conn, holder.account)?;
            let sessions = store::sessions(conn, now, &holder)?;
            Ok(StaffSecurity { changed_at, recovery_codes_left, sessions })
        })
        .await
}

async fn end_all(call: Call<StaffSignedIn>, _: EndStaffSessions) -> Result<()> {
    let (now, holder) = (call.now, *call.who);
    let end = move |conn: &mut Conn| {
        sessions::end_at_work(conn, now, holder.account)?;
        Ok(audit::record(conn, now, holder.account, Action::StaffSignedOutEverywhere, holder.account.0)?)
    };
    call.app.db.write(end).await?;
    call.app.accounts.ended_at_work(now, holder.account);
    call.app.accounts.leave::<StaffHolder, _>(&call);
    Ok(())
}

/// Proves again who asks, by password and code.
async fn proved(call: &Call<StaffSignedIn>, password: Secret, code: &Secret) -> Result<(Phone, Proof)> {
    let account = call.who.account;
    let phone = call.app.db.read(move |conn| families::phone(conn, account)).await?;
    let proof = credentials::prove(&call.app, &call.request, call.now, &phone, password, code).await?;
    Ok((phone, proof))
}

/// Runs a change that `proof` allows, in one transaction with using it up.
async fn changing<T, F>(call: &Call<StaffSignedIn>, proof: Proof, change: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
{
    let now = call.now;
    // Not with an idempotency record: a code works once, and no password is written anywhere.
    let changed = call.app.db.write(move |conn| {
        if !proof.redeem(conn, now)? {
            return Ok(None);
        }
        change(conn).map(Some)
    });
    Ok(changed.await?.ok_or(ProblemKind::WrongCredentials)?)
}

async fn change_password(call: Call<StaffSignedIn>, given: ChangePassword) -> Result<()> {
    let ChangePassword { password, code, new_password } = given;
    let (now, holder) = (call.now, *call.who);
    let (phone, proof) = proved(&call, password, &code).await?;
    let name = call.app.db.read(move |conn| Ok(store::member(conn, holder.nursery, holder.account)?)).await?;
    let name = name.map(|(_, name)| name).unwrap_or_default();
    credentials::check_password(&call.app, now, "new_password", &new_password, &phone, &name)?;
    let hash = credentials::hash_for_known(&call.app, new_password).await?;
    let change = move |conn: &mut Conn| {
        credentials::set_password(conn, now, holder.account, &hash)?;
        sessions::end_others(conn, now, holder.account, holder.session)?;
        sessions::end_all(conn, now, holder.account, SessionKind::Issuer)?;
        Ok(audit::record(conn, now, holder.account, Action::PasswordChanged, holder.account.0)?)
    };
    changing(&call, proof, change).await?;
    end_others_here(&call.app.accounts.live_staff, &call);
    call.app.accounts.live_issuers.ended_all(now, holder.account);
    Ok(())
}

/// Ends in this process what the database has ended: all sessions of the account but this one.
fn end_others_here(live: &Live<StaffHolder>, call: &Call<StaffSignedIn>) {
    live.ended_but(call.now, call.who.account, call.who.session);
}

async fn renew_codes(call: Call<StaffSignedIn>, given: RenewRecoveryCodes) -> Result<RecoveryCodes> {
    let (now, account, keys) = (call.now, call.who.account, Arc::clone(&call.app.accounts.keys));
    let (_, proof) = proved(&call, given.password, &given.code).await?;
    let renew = move |conn: &mut Conn| {
        audit::record(conn, now, account, Action::RecoveryCodesRenewed, account.0)?;
        credentials::draw_recovery_codes(conn, &keys, account)
    };
    let codes = changing(&call, proof, renew).await?;
    Ok(RecoveryCodes { codes: codes.into_iter().map(Secret).collect() })
}

async fn begin_app(call: Call<StaffSignedIn>, given: BeginApp) -> Result<AppSetup> {
    let (account, keys) = (call.who.account, Arc::clone(&call.app.accounts.keys));
    let (phone, proof) = proved(&call, given.password, &given.code).await?;
    let secret = TotpSecret::draw()?;
    let next = secret.clone();
    changing(&call, proof, move |conn: &mut Conn| credentials::begin_app(conn, &keys, account, &next)).await?;
    Ok(AppSetup { url: Secret(secret.url(&phone)?), secret: Secret(secret.text()?) })
}

async fn confirm_app(call: Call<StaffSignedIn>, given: ConfirmApp) -> Result<()> {
    let (now, account, keys) = (call.now, call.who.account, Arc::clone(&call.app.accounts.keys));
    let confirm = move |conn: &mut Conn| {
        if !credentials::confirm_app(conn, now, &keys, account, &given.app_code)? {
            return Err(
                Problem::field("app_code", FieldRule::NotTheAppsCode, "it is not what the app shows now").into()
            );
        }
        Ok(audit::record(conn, now, account, Action::AppChanged, account.0)?)
    };
    call.app.db.write(confirm).await
}
