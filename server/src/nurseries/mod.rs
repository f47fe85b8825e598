//! The register: districts, nurseries, their classes, offers, opening hours and closures.
//!
//! Every verb that changes what families see writes change rows in the same transaction, so that the index of each
//! process follows.

mod districts;
pub mod draft;
pub mod hours;
mod http;
pub mod import;
pub mod rules;
mod store;

use doorstep_shared::{Problem, ProblemKind, Timestamp, ids::ClosureId, problem::FieldRule};

use self::draft::{ClosureDraft, NurseryDraft};
pub use self::{
    districts::KnownDistricts,
    hours::ChangeRow as HoursChangeRow,
    http::register,
    import::{FinishImport, ForgetImports},
    store::DistrictRow,
};
use crate::{
    db::{Conn, changes},
    error::Result,
};

/// Characters of the reason of a closure.
const REASON: usize = 200;

/// Puts new nurseries into the register. They must have passed [`rules::check`].
///
/// # Errors
/// When one is there already, by its id or its source's key.
pub fn create_batch(conn: &mut Conn, now: Timestamp, drafts: &[NurseryDraft]) -> Result<()> {
    store::insert_nurseries_batch(conn, now, None, drafts)?;
    let ids: Vec<_> = drafts.iter().map(|draft| draft.id).collect();
    Ok(changes::nurseries_batch(conn, now, &ids)?)
}

/// Puts districts into the register.
pub fn create_districts_batch(conn: &mut Conn, districts: &[DistrictRow]) -> Result<()> {
    Ok(store::insert_districts_batch(conn, districts)?)
}

/// Closes a nursery, or one class of it, for a time of a date. Nothing new can be booked there; bookings that stand
/// are left as they are.
///
/// # Errors
/// `not-found` without such a nursery or class; `invalid` without a reason or with a long one.
pub fn close(conn: &mut Conn, now: Timestamp, closure: &ClosureDraft) -> Result<ClosureId> {
    let length = closure.reason.trim().chars().count();
    if length == 0 {
        return Err(Problem::field("reason", FieldRule::Required, "families read why it is closed").into());
    }
    if length > REASON {
        let detail = format!("has more than {REASON} characters");
        return Err(Problem::field("reason", FieldRule::TooLong, detail).into());
    }
    if !store::exists(conn, closure.nursery_id, closure.class_id)? {
        return Err(ProblemKind::NotFound.into());
    }
    let id = ClosureId::new();
    store::insert_closures_batch(conn, &[(id, closure)])?;
    changes::nurseries_batch(conn, now, &[closure.nursery_id])?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::testing::{now, scratch},
        error::Error,
        nurseries::rules::tests::{sound, span},
    };

    #[test]
    fn what_was_put_into_the_register_is_found_there() {
        let db = scratch();
        let draft = sound();
        let (put, class) = (draft.clone(), draft.classes[0].clone());
        db.write_blocking(move |conn| create_batch(conn, now(), &[put])).unwrap();
        let profile = db.read_blocking(|conn| Ok(store::profile(conn, draft.id)?)).unwrap();
        assert_eq!((profile.nursery.name, profile.opening), (draft.name.clone(), draft.opening.clone()));
        assert_eq!(profile.classes[0].places, 15);
        let offers: Vec<_> = profile.offers.iter().map(|offer| (offer.id, offer.price_fen)).collect();
        assert_eq!(offers, class.offers.iter().map(|offer| (offer.id, offer.price_fen)).collect::<Vec<_>>());
        assert_eq!(profile.windows[&class.offers[0].id], [span("08:00-17:30")]);
    }

    #[test]
    fn a_closure_needs_a_reason_and_a_nursery() {
        let db = scratch();
        let draft = sound();
        let (id, class) = (draft.id, draft.classes[0].id);
        db.write_blocking(move |conn| create_batch(conn, now(), &[draft])).unwrap();
        let closure = ClosureDraft {
            nursery_id: id,
            class_id: Some(class),
            date: "2026-11-24".parse().unwrap(),
            span: span("00:00-24:00"),
            reason: "教师培训".to_owned(),
        };
        let shut = |closure: ClosureDraft| db.write_blocking(move |conn| close(conn, now(), &closure));
        let kind = |result: Result<ClosureId>| match result.unwrap_err() {
            Error::Refused(problem) => problem.kind,
            other => panic!("{other}"),
        };
        assert_eq!(kind(shut(ClosureDraft { reason: " ".to_owned(), ..closure.clone() })), ProblemKind::Invalid);
        let elsewhere = ClosureDraft { nursery_id: doorstep_shared::ids::NurseryId::new(), ..closure.clone() };
        assert_eq!(kind(shut(elsewhere)), ProblemKind::NotFound);
        assert!(shut(closure).is_ok());
    }
}
