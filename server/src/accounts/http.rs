//! Sign-in, the account, children: decode, one verb, encode.

use std::{ops::Deref, sync::Arc};

use actix_web::HttpRequest;
use doorstep_shared::{
    ProblemKind, Timestamp,
    accounts::{
        ChildExport, CodeSent, DeleteAccount, ExportChild, ExportFamily, FamilyExport, GetMe, Me, RefreshSession,
        RequestCode, SignIn, SignOut, Tokens,
    },
    children::{
        AddChild, ChangeChild, Child, Children, ConsentGiven, Consents, DeleteChild, GetChild, GiveConsent,
        ListChildren, ListConsents, WithdrawConsent,
    },
    ids::ChildId,
    phone::Phone,
};

use super::{
    BookingsOf, children,
    codes::{self, Asker},
    cookies, devices, families, issuers,
    permission::{self, ManagesChildren, SeesChildren, SignedIn},
    sessions::{self, Actor, Held, Holder, RefreshToken},
    staff,
};
use crate::{
    api::{Api, Call},
    app::App,
    auth::{self, Anyone, Permission},
    error::Result,
    language,
};

/// Registers the endpoints. `bookings` gives what a family's export contains of a higher slice.
pub fn register(api: &mut Api, bookings: BookingsOf) {
    api.on(ask_code).on(sign_in).on(refresh).on(sign_out);
    api.on(me).on(delete_account);
    families::register(api);
    staff::register(api);
    issuers::register(api);
    let of_child = Arc::clone(&bookings);
    api.on(move |call: Call<SignedIn>, _: ExportFamily| export_family(call, Arc::clone(&bookings)));
    api.on(add_child).on(list_children).on(get_child).on(change_child).on(delete_child);
    api.on(move |call: Call<ManagesChildren>, wanted: ExportChild| export_child(call, wanted, Arc::clone(&of_child)));
    api.on(list_consents).on(give_consent).on(withdraw_consent);
}

async fn ask_code(call: Call<Anyone>, asked: RequestCode) -> Result<CodeSent> {
    let (app, now) = (call.app, call.now);
    let keys = Arc::clone(&app.accounts.keys);
    let (limits, asker) = (app.config.code_limits.clone(), asker(&app, &call.request, &asked.phone));
    let send = move |conn: &mut _| codes::ask(conn, now, &keys, &limits, &asked.phone, asker);
    app.db.write(send).await
}

fn asker(app: &App, request: &HttpRequest, phone: &Phone) -> Asker {
    let known = cookies::device(app, request).is_some_and(|mark| devices::is_known(&app.accounts.keys, phone, &mark));
    Asker { address: auth::address(app, request), known, locale: language::of(request) }
}

async fn sign_in(call: Call<Anyone>, given: SignIn) -> Result<Tokens> {
    let code = codes::Code::parse(&given.code)?;
    let (keys, now, phone) = (Arc::clone(&call.app.accounts.keys), call.now, given.phone);
    let (asker, mark) = (asker(&call.app, &call.request, &phone), devices::mark(&keys, &phone));
    let lifetime = Holder::lifetime(call.app.policy.on(now.local_date()));
    // Not with an idempotency record: a code works once, and tokens are written nowhere.
    let signed_in = call.app.db.write(move |conn| {
        if !codes::redeem(conn, now, &keys, &phone, &code, asker)? {
            return Ok(None);
        }
        let met = families::meet(conn, now, &phone)?;
        families::speaks(conn, met.account, asker.locale)?;
        let held = sessions::start(conn, now, lifetime, met.holder())?;
        let me = families::me(conn, &held.holder)?;
        Ok(Some((held, me)))
    });
    let (held, me) = signed_in.await?.ok_or(ProblemKind::WrongCode)?;
    permission::remember(&call.request, Some(held.holder));
    let access = call.app.accounts.hand_over(&call.app, now, &call.reply, &held)?;
    cookies::set_device(&call.app, &call.reply, mark);
    Ok(tokens(held, access, me))
}

async fn refresh(call: Call<Anyone>, given: RefreshSession) -> Result<Tokens> {
    let (held, access, me) = refreshed::<Holder>(&call, given.refresh_token).await?;
    Ok(tokens(held, access, me))
}

/// Exchanges the refresh token that was given or, without one, that of the cookie: the session, its access token, and who
/// holds it.
///
/// # Errors
/// `unauthenticated` when the token opens nothing.
pub async fn refreshed<A: Actor>(
    call: &Call<Anyone>,
    given: Option<String>,
) -> Result<(Held<A>, (String, Timestamp), A::Me)> {
    let (accounts, by_cookie) = (&call.app.accounts, given.is_none());
    let token = given.or_else(|| cookies::refresh(&call.app, &call.request, A::KIND));
    let continued = match token.and_then(|token| RefreshToken::parse(&token)) {
        Some(token) => accounts.rotate::<A>(&call.app, call.now, token, language::of(&call.request)).await?,
        None => None,
    };
    let Some((held, me)) = continued else {
        if by_cookie {
            cookies::clear(&call.app, &call.reply, A::KIND);
        }
        return Err(ProblemKind::Unauthenticated.into());
    };
    permission::remember(&call.request, Some(held.holder));
    let access = if by_cookie {
        accounts.hand_over(&call.app, call.now, &call.reply, &held)?
    } else {
        accounts.access.issue(call.now, &held.holder)?
    };
    Ok((held, access, me))
}

fn tokens(held: Held<Holder>, (access_token, access_expires_at): (String, Timestamp), account: Me) -> Tokens {
    Tokens { access_token, access_expires_at, refresh_token: held.refresh.to_string(), account }
}

async fn sign_out(call: Call<SignedIn>, _: SignOut) -> Result<()> {
    let (now, session) = (call.now, call.who.session);
    call.app.db.write(move |conn| sessions::end(conn, now, session)).await?;
    call.app.accounts.live.ended(now, session);
    call.app.accounts.leave::<Holder, _>(&call);
    Ok(())
}

async fn delete_account(call: Call<SignedIn>, _: DeleteAccount) -> Result<()> {
    let (now, holder) = (call.now, *call.who);
    let erased = call.write(move |conn| families::erase(conn, now, &holder)).await?;
    call.app.accounts.live.ended_all(now, holder.account);
    erased.into_iter().for_each(|family| call.app.accounts.live.ended_family(now, family));
    call.app.accounts.leave::<Holder, _>(&call);
    Ok(())
}

async fn me(call: Call<SignedIn>, _: GetMe) -> Result<Me> {
    let holder = *call.who;
    call.app.db.read(move |conn| families::me(conn, &holder)).await
}

async fn export_family(call: Call<SignedIn>, bookings: BookingsOf) -> Result<FamilyExport> {
    let (now, holder, keys) = (call.now, *call.who, Arc::clone(&call.app.accounts.keys));
    call.app.db.write(move |conn| families::export(conn, now, &keys, &holder, &bookings)).await
}

async fn add_child(call: Call<ManagesChildren>, child: AddChild) -> Result<Child> {
    let (now, holder, keys) = (call.now, *call.who, Arc::clone(&call.app.accounts.keys));
    let id = call.write(move |conn| children::add(conn, now, &keys, &holder, child)).await?;
    read(call, id).await
}

async fn change_child(call: Call<ManagesChildren>, change: ChangeChild) -> Result<Child> {
    let (now, holder, keys) = (call.now, *call.who, Arc::clone(&call.app.accounts.keys));
    let policy = Arc::clone(&call.app.policy);
    let id = call.write(move |conn| children::change(conn, &policy, now, &keys, &holder, change)).await?;
    read(call, id).await
}

async fn get_child(call: Call<SeesChildren>, wanted: GetChild) -> Result<Child> {
    read(call, wanted.id).await
}

async fn read<P: Permission + Deref<Target = Holder>>(call: Call<P>, id: ChildId) -> Result<Child> {
    let (holder, keys) = (*call.who, Arc::clone(&call.app.accounts.keys));
    call.app.db.read(move |conn| children::get(conn, &keys, &holder, id)).await
}

async fn list_children(call: Call<SeesChildren>, _: ListChildren) -> Result<Children> {
    let (holder, keys) = (*call.who, Arc::clone(&call.app.accounts.keys));
    let items = call.app.db.read(move |conn| children::list(conn, &keys, &holder)).await?;
    Ok(Children { items })
}

async fn delete_child(call: Call<ManagesChildren>, wanted: DeleteChild) -> Result<()> {
    let (now, holder) = (call.now, *call.who);
    call.write(move |conn| children::erase(conn, now, &holder, wanted.id)).await
}

async fn export_child(call: Call<ManagesChildren>, wanted: ExportChild, bookings: BookingsOf) -> Result<ChildExport> {
    let (now, holder, keys) = (call.now, *call.who, Arc::clone(&call.app.accounts.keys));
    call.app.db.write(move |conn| children::export(conn, now, &keys, &holder, wanted.id, &bookings)).await
}

async fn list_consents(call: Call<ManagesChildren>, wanted: ListConsents) -> Result<Consents> {
    let family = call.who.family;
    let items = call.app.db.read(move |conn| children::list_consents(conn, family, wanted.id)).await?;
    Ok(Consents { items })
}

async fn give_consent(call: Call<ManagesChildren>, given: GiveConsent) -> Result<ConsentGiven> {
    let (now, holder) = (call.now, *call.who);
    call.write(move |conn| children::give(conn, now, &holder, &given)).await
}

async fn withdraw_consent(call: Call<ManagesChildren>, wanted: WithdrawConsent) -> Result<()> {
    let (now, holder) = (call.now, *call.who);
    call.write(move |conn| children::withdraw(conn, now, &holder, wanted.id, wanted.purpose)).await
}
