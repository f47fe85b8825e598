//! What staff need to know at the door, collecting by a code, and families who check their children in themselves.

use chrono::Duration;
use doorstep_shared::{
    ProblemKind, Timestamp,
    board::{
        BoardAction, BoardDetails, Collected, Collector, CollectorCode, Deed, Entered, SendActions, by_day,
        fold::attendance,
    },
    bookings::DayState,
    ids::{AccountId, ActionId, BookingDayId, FamilyId, NurseryId, PickUpPersonId},
};

use super::{Asked, read, store};
use crate::{
    accounts::{self, ChildHealth, CollectorPhotos, DoorKey, PickUpDigits},
    audit::{self, Action},
    bookings::pick_up,
    db::Conn,
    error::Result,
};

/// How long the door shows one code. The one before is good as well: somebody may just have scanned it.
const STEP: Duration = Duration::seconds(30);

/// What the board knows of one child today. That it was read is noted.
///
/// # Errors
/// `not-found` for a day that is not of today's board.
pub fn details(conn: &mut Conn, asked: Asked<'_>, health: &ChildHealth, id: BookingDayId) -> Result<BoardDetails> {
    let today = asked.now.local_date();
    let board = read::board(conn, asked.policies, asked.nursery, today, asked.now, Some(asked.seal))?;
    let child = board.children.into_iter().find(|child| child.day_id == id).ok_or(ProblemKind::NotFound)?;
    let who = store::who(conn, id)?;
    let (allergies, notes) = health.of(conn, who.child)?;
    if let Some(account) = asked.account {
        audit::record(conn, asked.now, account, Action::ChildSeenAtBoard, who.child.0)?;
    }
    let collectors = accounts::collectors(conn, who.family)?.into_iter();
    let code = store::code(conn, who.booking, today)?;
    Ok(BoardDetails {
        child,
        date: today,
        as_of: asked.now,
        allergies,
        notes,
        collectors: collectors
            .map(|person| Collector {
                id: person.id,
                name: person.name,
                relation: person.relation,
                has_photo: person.has_photo,
            })
            .collect(),
        code: code.map(|(person_id, name, used)| CollectorCode { person_id, name, used }),
        entries: by_day(&board.entries).remove(&id).unwrap_or_default(),
        late_free_minutes: board.late_free_minutes,
    })
}

/// Lets somebody collect a child by the code that its family gave them. None for a wrong code: the try is counted.
///
/// # Errors
/// `not-found` for a day that is not of today's board, `wrong-state` unless the child is there.
pub fn collect(
    conn: &mut Conn,
    asked: Asked<'_>,
    digits: &PickUpDigits,
    id: BookingDayId,
    typed: &str,
) -> Result<Option<Collected>> {
    let board = read::board(conn, asked.policies, asked.nursery, asked.now.local_date(), asked.now, None)?;
    let child = board.children.iter().find(|child| child.day_id == id).ok_or(ProblemKind::NotFound)?;
    if !child.attendance(&board.entries).is_present() {
        return Err(ProblemKind::WrongState.into());
    }
    let booking = store::who(conn, id)?.booking;
    let by = pick_up::verify(conn, asked.policies, asked.now, digits, asked.nursery, booking, typed)?;
    let Some(by) = by else { return Ok(None) };
    let deed = Deed::CheckOut { day_id: id, by: Some(by.name.clone()) };
    let actions = vec![BoardAction { id: ActionId::new(), at: asked.now, deed }];
    super::send(conn, asked, &SendActions { actions, sent_at: None })?;
    Ok(Some(Collected { person_id: by.person, name: by.name }))
}

/// The photo of somebody who may collect a child of today's board.
///
/// # Errors
/// `not-found` for a day of another nursery or date, and for another family's person.
pub fn photo(
    conn: &mut Conn,
    now: Timestamp,
    photos: &CollectorPhotos,
    (by, nursery): (AccountId, NurseryId),
    day: BookingDayId,
    person: PickUpPersonId,
) -> Result<Vec<u8>> {
    let dates = store::dates(conn, nursery, &[day])?;
    if !dates.iter().any(|(_, date)| *date == now.local_date()) {
        return Err(ProblemKind::NotFound.into());
    }
    let family = store::who(conn, day)?.family;
    photos.open(conn, now, (by, family), person)
}

/// The days of today's children whose family says this at the door.
pub fn by_code(conn: &mut Conn, nursery: NurseryId, now: Timestamp, typed: &str) -> Result<Vec<BookingDayId>> {
    Ok(store::with_door_code(conn, nursery, now.local_date(), typed)?)
}

/// What the door shows now, and for how many seconds.
pub fn shown(key: &DoorKey, nursery: NurseryId, now: Timestamp) -> (String, u32) {
    let left = STEP.num_seconds() - now.seconds().rem_euclid(STEP.num_seconds());
    (key.token(nursery, step(now)), u32::try_from(left).unwrap_or_default())
}

fn step(now: Timestamp) -> i64 {
    now.seconds().div_euclid(STEP.num_seconds())
}

/// Whether the door says this, or did until a moment ago.
pub fn is_said(key: &DoorKey, nursery: NurseryId, now: Timestamp, token: &str) -> bool {
    [step(now), step(now) - 1].into_iter().any(|step| key.is(nursery, step, token))
}

/// Checks in the children of a family who are expected here today.
///
/// # Errors
/// `not-found` when none are.
pub fn enter(conn: &mut Conn, asked: Asked<'_>, family: FamilyId) -> Result<Entered> {
    let today = asked.now.local_date();
    let days = store::of_family(conn, asked.nursery, family, today)?;
    if days.is_empty() {
        return Err(ProblemKind::NotFound.into());
    }
    let ids: Vec<BookingDayId> = days.iter().map(|(id, ..)| *id).collect();
    let mut entries = super::follow::rows_by_day(store::about(conn, &ids)?);
    let mut actions = Vec::new();
    for (id, ..) in &days {
        let state = attendance(true, &entries.remove(id).unwrap_or_default()).state;
        // One who is there already stays there; one who was collected does not come again.
        if matches!(state, DayState::Expected | DayState::NoShow | DayState::Absent) {
            let deed = Deed::CheckIn { day_id: *id };
            actions.push(BoardAction { id: ActionId::new(), at: asked.now, deed });
        }
    }
    super::send(conn, asked, &SendActions { actions, sent_at: None })?;
    let nursery = store::name_of(conn, asked.nursery)?;
    Ok(Entered { nursery, children: days.into_iter().map(|(_, name)| name).collect() })
}
