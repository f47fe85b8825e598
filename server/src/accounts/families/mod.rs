//! Accounts and their families: met at sign-in, exported and erased on demand.
//!
//! An account acts for one family at a time, in the role that it has there. Whoever changes a family, or who belongs to
//! it, locks it first ([`lock`]), so that of two guardians who remove each other one stays.

mod door_codes;
mod erase;
mod http;
mod invitations;
mod members;
mod pick_ups;
mod rules;
mod store;

use std::{collections::HashMap, sync::Arc};

use doorstep_shared::{
    ProblemKind, Timestamp,
    accounts::{Belonging, FamilyExport, Me},
    bookings::{Booking, WaitlistEntry},
    family::{Ability, PickUpCode, Role},
    ids::{AccountId, FamilyId, SessionId},
    phone::Phone,
};
use doorstep_web::Locale;

pub use self::{
    door_codes::draw as draw_door_code,
    erase::erase,
    http::register,
    invitations::prune,
    pick_ups::{contact as pick_up_contact, list as collectors, photo},
    rules::name as person_name,
};
use super::{
    children,
    keys::Keys,
    sessions::{self, Holder},
};
use crate::{
    audit::{self, Action},
    db::Conn,
    error::{Error, Result},
    language, outbox,
};

/// What of a family the slice of bookings keeps.
pub struct Booked {
    pub bookings: Vec<Booking>,
    pub waitlist: Vec<WaitlistEntry>,
    /// Who had a code to pick up.
    pub pick_ups: Vec<PickUpCode>,
}

/// Gives what bookings keep of a family. The slice of bookings lies above this one, so it is handed in when endpoints are
/// registered.
pub type BookingsOf = Arc<dyn Fn(&mut Conn, Timestamp, FamilyId) -> Result<Booked> + Send + Sync>;

/// An account, the family it acts for and its role there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Met {
    pub account: AccountId,
    pub family: FamilyId,
    pub role: Role,
}

impl Met {
    /// As whom it acts in a new session.
    pub fn holder(self) -> Holder {
        let Self { account, family, role } = self;
        Holder { session: SessionId::new(), account, family, role }
    }
}

/// The account of a phone with the family it chose last. An unknown phone becomes a new account, and an account that
/// belongs nowhere gets a family of its own.
pub fn meet(conn: &mut Conn, now: Timestamp, phone: &Phone) -> Result<Met> {
    let account = account_of(conn, now, phone)?;
    if let Some(met) = store::chosen(conn, account)? {
        return Ok(met);
    }
    let met = Met { account, family: FamilyId::new(), role: Role::Guardian };
    store::insert_family(conn, now, met.family)?;
    store::insert_member(conn, now, met, "")?;
    Ok(met)
}

/// The account of a phone, a new one if need be. It belongs to no family until somebody signs in for one.
pub fn account_of(conn: &mut Conn, now: Timestamp, phone: &Phone) -> Result<AccountId> {
    if let Some(account) = store::by_phone(conn, phone)? {
        return Ok(account);
    }
    let account = AccountId::new();
    store::insert_account(conn, now, account, phone)?;
    Ok(account)
}

/// Keeps bookings and other changes of the family away until the transaction ends.
///
/// # Errors
/// `unauthenticated` when the account was erased or removed a moment ago, `forbidden` when its role was taken.
pub fn lock(conn: &mut Conn, holder: &Holder, ability: Ability) -> Result<()> {
    match store::lock_family(conn, holder.family, holder.account)? {
        None => Err(ProblemKind::Unauthenticated.into()),
        Some(role) if role.may(ability) => Ok(()),
        Some(_) => Err(ProblemKind::Forbidden.into()),
    }
}

/// Lets the session act for another family of the account.
///
/// # Errors
/// `not-found` for a family that it does not belong to.
pub fn choose(conn: &mut Conn, now: Timestamp, holder: &Holder, family: FamilyId) -> Result<(Holder, Me)> {
    let role = store::choose(conn, now, holder.account, family)?.ok_or(ProblemKind::NotFound)?;
    sessions::act_for(conn, holder.session, family)?;
    let holder = Holder { family, role, ..*holder };
    Ok((holder, me(conn, &holder)?))
}

/// Who is told of a family's bookings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub account: AccountId,
    pub phone: String,
    /// In which it last used the product.
    pub locale: Locale,
}

/// Everybody who is told of these families' bookings: whoever may see them.
pub fn told(conn: &mut Conn, families: &[FamilyId]) -> Result<HashMap<FamilyId, Vec<Told>>> {
    let mut told: HashMap<FamilyId, Vec<Told>> = HashMap::new();
    let members = store::members_of_all(conn, families)?;
    for (family, _, account, phone, language) in members.into_iter().filter(|row| row.1.may(Ability::SeeBookings)) {
        told.entry(family).or_default().push(Told { account, phone, locale: language::locale(language) });
    }
    Ok(told)
}

/// Notes the language in which an account uses the product: its messages will be in that.
pub fn speaks(conn: &mut Conn, account: AccountId, locale: Locale) -> Result<()> {
    Ok(store::set_language(conn, account, language::spoken(locale))?)
}

/// The account as it sees itself.
///
/// # Errors
/// `unauthenticated` when it was erased a moment ago.
pub fn me(conn: &mut Conn, holder: &Holder) -> Result<Me> {
    let phone = phone(conn, holder.account)?;
    let belongings = store::belongings(conn, holder.account)?;
    let ids: Vec<_> = belongings.iter().map(|(family, ..)| *family).collect();
    let guardians = store::guardians(conn, &ids)?;
    let families = belongings.into_iter().map(|(family_id, role, name)| {
        let first = guardians.iter().find(|(family, ..)| *family == family_id);
        let other = first.filter(|(_, account, _)| *account != holder.account);
        let guardian_phone_masked = other.and_then(|(.., phone)| Some(phone.parse::<Phone>().ok()?.masked()));
        Belonging { family_id, role, name, guardian_phone_masked }
    });
    Ok(Me {
        id: holder.account,
        phone_masked: phone.masked(),
        roles: vec![holder.role],
        family_id: holder.family,
        families: families.collect(),
    })
}

/// The number of an account.
///
/// # Errors
/// `unauthenticated` when it was erased a moment ago.
pub fn phone(conn: &mut Conn, account: AccountId) -> Result<Phone> {
    let phone = store::phone_of(conn, account)?.ok_or(ProblemKind::Unauthenticated)?;
    phone.parse().map_err(Error::internal)
}

/// Everything that is kept about the family; for who is no guardian, only about the account.
pub fn export(
    conn: &mut Conn,
    now: Timestamp,
    keys: &Keys,
    holder: &Holder,
    bookings: &BookingsOf,
) -> Result<FamilyExport> {
    let phone = phone(conn, holder.account)?;
    let families = me(conn, holder)?.families;
    audit::record(conn, now, holder.account, Action::FamilyExported, holder.family.0)?;
    let mut export = FamilyExport {
        exported_at: now,
        phone: phone.as_str().to_owned(),
        wechat: store::wechat_of(conn, holder.account)?,
        families,
        children: Vec::new(),
        bookings: Vec::new(),
        waitlist: Vec::new(),
        people: None,
        pick_up_persons: Vec::new(),
        pick_ups: Vec::new(),
        messages: outbox::all(conn, holder.account)?,
    };
    if holder.role.may(Ability::ManageFamily) {
        let booked = bookings(conn, now, holder.family)?;
        export.children = children::export_all(conn, keys, holder)?;
        (export.bookings, export.waitlist, export.pick_ups) = (booked.bookings, booked.waitlist, booked.pick_ups);
        export.people = Some(members::people(conn, now, holder)?);
        export.pick_up_persons = pick_ups::export(conn, keys, holder.family)?;
    }
    Ok(export)
}
