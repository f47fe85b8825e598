//! Sign-in, the account, children: decode, one verb, encode.

use std::{ops::Deref, sync::Arc};

use actix_web::HttpRequest;
use doorstep_shared::{
    ProblemKind,
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
    cookies, devices, families,
    permission::{self, ManagesChildren, SeesChildren, SignedIn},
    sessions::{self, Held, Holder, RefreshToken},
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
    // Not with an idempotency record: a code works once, and tokens are written nowhere.
    let signed_in = call.app.db.write(move |conn| {
        if !codes::redeem(conn, now, &keys, &phone, &code, asker)? {
            return Ok(None);
        }
        let met = families::meet(conn, now, &phone)?;
        families::speaks(conn, met.account, asker.locale)?;
        let held = sessions::start(conn, now, met)?;
        let me = families::me(conn, &held.holder)?;
        Ok(Some((held, me)))
    });
    let (held, me) = signed_in.await?.ok_or(ProblemKind::WrongCode)?;
    let tokens = hand_out(&call, &held, me)?;
    cookies::set(&call.app, &call.reply, &tokens);
    cookies::set_device(&call.app, &call.reply, mark);
    Ok(tokens)
}

async fn refresh(call: Call<Anyone>, given: RefreshSession) -> Result<Tokens> {
    let by_cookie = given.refresh_token.is_none();
    let token = given.refresh_token.or_else(|| cookies::refresh(&call.app, &call.request));
    let continued = match token.and_then(|token| RefreshToken::parse(&token)) {
        Some(token) => call.app.accounts.rotate(&call.app.db, call.now, token, language::of(&call.request)).await?,
        None => None,
    };
    let Some((held, me)) = continued else {
        if by_cookie {
            cookies::clear(&call.app, &call.reply);
        }
        return Err(ProblemKind::Unauthenticated.into());
    };
    let tokens = hand_out(&call, &held, me)?;
    if by_cookie {
        cookies::set(&call.app, &call.reply, &tokens);
    }
    Ok(tokens)
}

fn hand_out(call: &Call<Anyone>, held: &Held, me: Me) -> Result<Tokens> {
    permission::remember(&call.request, Some(held.holder));
    call.app.accounts.tokens(call.now, held, me)
}

async fn sign_out(call: Call<SignedIn>, _: SignOut) -> Result<()> {
    let (now, session) = (call.now, call.who.session);
    call.app.db.write(move |conn| sessions::end(conn, now, session)).await?;
    call.app.accounts.live.ended(now, session);
    leave(&call);
    Ok(())
}

async fn delete_account(call: Call<SignedIn>, _: DeleteAccount) -> Result<()> {
    let (now, holder) = (call.now, *call.who);
    let erased = call.write(move |conn| families::erase(conn, now, &holder)).await?;
    call.app.accounts.live.ended_all(now, holder.account);
    erased.into_iter().for_each(|family| call.app.accounts.live.ended_family(now, family));
    leave(&call);
    Ok(())
}

pub fn leave<P: Permission>(call: &Call<P>) {
    permission::remember(&call.request, None);
    cookies::clear(&call.app, &call.reply);
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
