//! Signing in by password and code, as whoever works somewhere.

use doorstep_shared::{ProblemKind, Timestamp, phone::Phone, secret::Secret};

use super::{mark_device, prove};
use crate::{
    accounts::{
        families, permission,
        sessions::{self, ByPassword, Held},
    },
    api::Call,
    audit,
    auth::Anyone,
    error::Result,
    language,
};

/// The session, its access token with the time when that stops working, and who holds it.
pub type SignedIn<A, M> = (Held<A>, (String, Timestamp), M);

/// Opens a session for who proves to be somebody that works as `A`.
///
/// # Errors
/// As [`prove`]; `forbidden` when the account works nowhere as that.
pub async fn sign_in<A: ByPassword>(
    call: &Call<Anyone>,
    phone: &Phone,
    password: Secret,
    code: &Secret,
) -> Result<SignedIn<A, A::Me>> {
    let proof = prove(&call.app, &call.request, call.now, phone, password, code).await?;
    let (now, locale) = (call.now, language::of(&call.request));
    let lifetime = A::lifetime(call.app.policy.on(now.local_date()));
    // Not with an idempotency record: a code works once, and tokens are written nowhere.
    let signed_in = call.app.db.write(move |conn| {
        if !proof.redeem(conn, now)? {
            return Ok(Err(ProblemKind::WrongCredentials));
        }
        // A refusal too: the code is used up.
        let Some(holder) = A::of(conn, proof.account)? else { return Ok(Err(ProblemKind::Forbidden)) };
        families::speaks(conn, holder.account(), locale)?;
        let held = sessions::start(conn, now, lifetime, holder)?;
        audit::record(conn, now, holder.account(), A::SIGNED_IN, holder.session().0)?;
        let me = holder.me(conn)?;
        Ok(Ok((held, me)))
    });
    let (held, me) = signed_in.await??;
    permission::remember(&call.request, Some(held.holder));
    let access = call.app.accounts.hand_over(&call.app, now, &call.reply, &held)?;
    mark_device(&call.app, &call.request, &call.reply, phone)?;
    Ok((held, access, me))
}
