//! The calls about waitlists: decode, one verb, encode.

use doorstep_shared::{
    ProblemKind, Timestamp,
    bookings::{
        AcceptPlace, GetWaitlistEntry, JoinWaitlist, LeaveWaitlist, ListWaitlist, LookAtWaitlist, RejoinWaitlist,
        Waitlist, WaitlistAhead, WaitlistEntry,
    },
    ids::{FamilyId, WaitlistEntryId},
};

use super::{
    join::{self, Joining},
    verbs::{self, Asked},
    view,
};
use crate::{
    accounts::{Guardian, SeesBookings},
    api::{Api, Call},
    bookings::messages::Actor,
    db::Conn,
    error::Result,
    language,
    policy::Policies,
};

/// Registers the endpoints.
pub fn register(api: &mut Api) {
    api.on(join_line).on(list).on(get).on(look).on(accept).on(leave).on(rejoin);
}

async fn join_line(call: Call<Guardian>, ask: JoinWaitlist) -> Result<WaitlistEntry> {
    let (account, family) = (call.who.account, call.who.family);
    let (policy, now, locale) = (call.app.policy.clone(), call.now, language::of(&call.request));
    let who = Joining { family, account, locale, now };
    call.write(move |conn| join::join(conn, &policy, who, &ask)).await
}

async fn list(call: Call<SeesBookings>, _: ListWaitlist) -> Result<Waitlist> {
    let items = read(&call, view::list).await?;
    Ok(Waitlist { items })
}

async fn get(call: Call<SeesBookings>, GetWaitlistEntry { id }: GetWaitlistEntry) -> Result<WaitlistEntry> {
    let found = read(&call, move |conn, policies, now, family| Ok(vec![view::get(conn, policies, now, family, id)?]));
    Ok(found.await?.pop().ok_or(ProblemKind::NotFound)?)
}

/// Reads entries as they are now. Where the clock has freed a place that nobody has given to the next in line yet, that
/// is done first, as any booking there would.
async fn read(
    call: &Call<SeesBookings>,
    entries: impl Fn(&mut Conn, &Policies, Timestamp, FamilyId) -> Result<Vec<WaitlistEntry>> + Copy + Send + 'static,
) -> Result<Vec<WaitlistEntry>> {
    let (policy, family, now) = (call.app.policy.clone(), call.who.family, call.now);
    let at_first = call.app.db.read(move |conn| {
        let items = entries(conn, &policy, now, family)?;
        Ok((view::overdue(conn, now, &items)?, items))
    });
    let (overdue, items) = at_first.await?;
    if overdue.is_empty() {
        return Ok(items);
    }
    let policy = call.app.policy.clone();
    call.app.db.write(move |conn| verbs::catch_up(conn, &policy, now, family, &overdue)).await?;
    let policy = call.app.policy.clone();
    call.app.db.read(move |conn| entries(conn, &policy, now, family)).await
}

async fn look(call: Call<Guardian>, ask: LookAtWaitlist) -> Result<WaitlistAhead> {
    let (policy, now) = (call.app.policy.clone(), call.now);
    call.app.db.read(move |conn| view::look(conn, &policy, now, &ask)).await
}

async fn accept(call: Call<Guardian>, AcceptPlace { id, leave_others }: AcceptPlace) -> Result<WaitlistEntry> {
    changed(call, id, move |conn, policies, asked| verbs::accept(conn, policies, asked, leave_others)).await
}

async fn leave(call: Call<Guardian>, LeaveWaitlist { id }: LeaveWaitlist) -> Result<WaitlistEntry> {
    changed(call, id, verbs::leave).await
}

async fn rejoin(call: Call<Guardian>, RejoinWaitlist { id }: RejoinWaitlist) -> Result<WaitlistEntry> {
    changed(call, id, verbs::rejoin).await
}

async fn changed(
    call: Call<Guardian>,
    id: WaitlistEntryId,
    verb: impl FnOnce(&mut Conn, &Policies, Asked) -> Result<WaitlistEntry> + Send + 'static,
) -> Result<WaitlistEntry> {
    let policy = call.app.policy.clone();
    let by = Actor { account: call.who.account, locale: language::of(&call.request) };
    let asked = Asked { id, family: call.who.family, now: call.now, by };
    call.write(move |conn| verb(conn, &policy, asked)).await
}
