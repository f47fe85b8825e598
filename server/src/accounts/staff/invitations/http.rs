//! The calls about invitations to work at a nursery: decode, one verb, encode.

use std::sync::Arc;

use doorstep_shared::{
    Problem, ProblemKind, Timestamp,
    ids::StaffInvitationId,
    phone::Phone,
    problem::FieldRule,
    secret::Secret,
    staff::{
        AcceptStaffInvitation, AppSetup, InviteStaff, OpenStaffInvitation, OpenedStaffInvitation, ResetStaff,
        RevokeStaffInvitation, StaffInvitation, StaffJoined,
    },
};

use super::{
    Inviting,
    accept::{self, Joined, Opened, Way},
    store,
};
use crate::{
    accounts::{
        credentials::{self, NewCredential},
        permission::{self, ManagesStaff},
        sessions::{Actor as _, StaffHolder},
        staff::http::tokens,
    },
    api::{Api, Call},
    auth::Anyone,
    db::Conn,
    error::Result,
    language,
};

/// Registers the endpoints.
pub fn register(api: &mut Api) {
    api.on(invite).on(revoke).on(reset);
    api.on(open).on(accept);
}

/// Runs a verb that sends an invitation.
async fn sending<F>(call: &Call<ManagesStaff>, verb: F) -> Result<StaffInvitation>
where
    F: FnOnce(&mut Conn, Timestamp, &Inviting<'_>, &StaffHolder) -> Result<StaffInvitationId> + Send + 'static,
{
    let (now, holder, locale) = (call.now, *call.who, language::of(&call.request));
    let (site, keys) = (call.app.config.origin(), Arc::clone(&call.app.accounts.keys));
    let rules = call.app.policy.on(now.local_date()).staff;
    let send = move |conn: &mut Conn| verb(conn, now, &Inviting { rules, keys: &keys, locale, site: &site }, &holder);
    let id = call.write(send).await?;
    call.app.db.read(move |conn| super::get(conn, now, holder.nursery, id)).await
}

async fn invite(call: Call<ManagesStaff>, asked: InviteStaff) -> Result<StaffInvitation> {
    sending(&call, move |conn, now, with, holder| super::invite(conn, now, with, holder, &asked)).await
}

async fn reset(call: Call<ManagesStaff>, asked: ResetStaff) -> Result<StaffInvitation> {
    sending(&call, move |conn, now, with, holder| super::reset(conn, now, with, holder, asked.id)).await
}

async fn revoke(call: Call<ManagesStaff>, wanted: RevokeStaffInvitation) -> Result<()> {
    let (now, holder) = (call.now, *call.who);
    call.write(move |conn| super::revoke(conn, now, &holder, wanted.id)).await
}

/// What the code and the phone open. Without an idempotency record: it is read.
async fn opened(call: &Call<Anyone>, phone: &Phone, code: &Secret) -> Result<(Opened, String)> {
    let (now, keys, phone, code) = (call.now, Arc::clone(&call.app.accounts.keys), phone.clone(), code.clone());
    let open = call.app.db.write(move |conn| {
        let opened = match accept::open(conn, now, &keys, &phone, &code)? {
            Ok(opened) => opened,
            Err(refused) => return Ok(Err(refused)),
        };
        let nursery = store::nursery_name(conn, opened.row.nursery_id)?.ok_or(ProblemKind::InvitationEnded)?;
        Ok(Ok((opened, nursery)))
    });
    Ok(open.await??)
}

async fn open(call: Call<Anyone>, asked: OpenStaffInvitation) -> Result<OpenedStaffInvitation> {
    let (Opened { row, way }, nursery_name) = opened(&call, &asked.phone, &asked.code).await?;
    let app = match way {
        Way::Enrol(secret) => Some(AppSetup { url: Secret(secret.url(&asked.phone)?), secret: Secret(secret.text()?) }),
        Way::SignIn => None,
    };
    let store::Row { purpose, role, name, expires_at, .. } = row;
    Ok(OpenedStaffInvitation { purpose, nursery_name, role, name, expires_at, app })
}

async fn accept(call: Call<Anyone>, given: AcceptStaffInvitation) -> Result<StaffJoined> {
    let AcceptStaffInvitation { phone, code, password, app_code } = given;
    let (Opened { row, way }, _) = opened(&call, &phone, &code).await?;
    let (app, now, keys) = (&call.app, call.now, Arc::clone(&call.app.accounts.keys));
    let lifetime = StaffHolder::lifetime(app.policy.on(now.local_date()));
    let number = phone.clone();
    // Not with an idempotency record: it is accepted once, and tokens and codes are written nowhere.
    let joined = match way {
        Way::SignIn => {
            let proof = credentials::prove(app, &call.request, now, &phone, password, &app_code).await?;
            let join = move |conn: &mut Conn| accept::join(conn, now, &keys, lifetime, (&number, &code), &proof);
            app.db.write(join).await??
        }
        Way::Enrol(totp) => {
            credentials::check_password(app, now, "password", &password, &phone, &row.name)?;
            let step = totp.step_of(app_code.expose().trim(), now)?.ok_or_else(|| {
                Problem::field("app_code", FieldRule::NotTheAppsCode, "it is not what the app shows now")
            })?;
            let password_hash = credentials::hash_for_stranger(app, password).await?;
            let new = NewCredential { password_hash, totp, totp_step: step };
            let enrol = move |conn: &mut Conn| accept::enrol(conn, now, &keys, lifetime, (&number, &code), &new);
            let joined = app.db.write(enrol).await??;
            app.accounts.ended_at_work(now, joined.held.holder.account);
            joined
        }
    };
    let Joined { held, me, recovery_codes } = joined;
    permission::remember(&call.request, Some(held.holder));
    let access = app.accounts.hand_over(app, now, &call.reply, &held)?;
    credentials::mark_device(app, &call.request, &call.reply, &phone)?;
    Ok(StaffJoined {
        tokens: tokens(held, access, me),
        recovery_codes: recovery_codes.into_iter().map(Secret).collect(),
    })
}
