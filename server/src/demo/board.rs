//! The board of a made-up nursery: its carers with their roster, and a day that has begun as days do.

use chrono::Duration;
use doorstep_shared::{
    HalfHour, Timestamp,
    board::{ACTIONS, BoardAction, BoardChild, Deed, SendActions},
    ids::{ActionId, NurseryId},
    roster::{SetRoster, Shift},
};

use crate::{
    accounts::BoardSeal,
    bookings::{self, AtBoard, roster},
    db::{Conn, Db},
    error::Result,
    policy::Policies,
};

const CARERS: [&str; 12] = [
    "王老师",
    "李老师",
    "张老师",
    "刘老师",
    "陈老师",
    "杨老师",
    "赵老师",
    "黄老师",
    "周老师",
    "吴老师",
    "徐老师",
    "孙老师",
];
/// Half-hours of the day between which carers are on duty: 07:00 to 19:00.
const DUTY: (u8, u8) = (14, 38);
/// Of so many children one comes without having been expected to be on time.
const LATE_EVERY: i64 = 7;

/// Gives the nursery its carers and rosters, and checks in who would have come by `now`.
///
/// # Errors
/// When the database fails.
pub fn begin(db: &Db, seal: &BoardSeal, policies: &Policies, now: Timestamp, nursery: NurseryId) -> Result<()> {
    let (seal, policies) = (seal.clone(), policies.clone());
    db.write_blocking(move |conn| {
        let asked = AtBoard { nursery, account: None, now, policies: &policies, seal: &seal };
        plan(conn, asked)?;
        let today = now.local_date();
        let board = bookings::board(conn, &policies, nursery, today, now, None)?;
        let actions: Vec<BoardAction> =
            board.children.iter().zip(0..).flat_map(|(child, index)| day_of(child, index, now)).collect();
        for actions in actions.chunks(ACTIONS) {
            bookings::send_to_board(conn, asked, &SendActions { actions: actions.to_vec(), sent_at: None })?;
        }
        Ok(())
    })
}

/// As many carers all day, every day, as the class has without a roster: its places stay as they are.
fn plan(conn: &mut Conn, asked: AtBoard<'_>) -> Result<()> {
    let AtBoard { nursery, now, policies, .. } = asked;
    let board = bookings::board(conn, policies, nursery, now.local_date(), now, None)?;
    let mut names = CARERS.into_iter().cycle();
    let Some((from, to)) = HalfHour::new(DUTY.0).zip(HalfHour::new(DUTY.1)) else { return Ok(()) };
    for class in board.classes {
        let mut shifts = Vec::new();
        for name in names.by_ref().take(class.plan.usual.into()) {
            let carer = roster::add_carer(conn, nursery, now, name.to_owned())?;
            shifts.push(Shift { carer_id: carer.id, from, to });
        }
        let asked = roster::Asked { nursery, now, policies, accept: true };
        for weekday in 1..=7 {
            let shifts = Some(shifts.clone());
            let ask = SetRoster { class_id: class.class_id, date: None, weekday: Some(weekday), shifts, accept: true };
            roster::set_roster(conn, asked, &ask)?;
        }
    }
    Ok(())
}

/// What was done about one child by `now`.
fn day_of(child: &BoardChild, index: i64, now: Timestamp) -> Vec<BoardAction> {
    let (day_id, today) = (child.day_id, now.local_date());
    let late = if index % LATE_EVERY == 0 { 40 } else { 0 };
    let came = Timestamp::at(today, child.from) + Duration::minutes(index * 7 % 20 - 12 + late);
    let went = Timestamp::at(today, child.to) + Duration::minutes(index * 5 % 15 - 10);
    let temperature = u16::try_from(362 + index * 3 % 8).ok();
    let by = (!child.pickup.is_empty()).then(|| child.pickup.clone());
    let day = [
        (came, Deed::CheckIn { day_id }),
        (came, Deed::MorningCheck { day_id, temperature, spots: Some(false), medicine: String::new() }),
        (went, Deed::CheckOut { day_id, by }),
    ];
    let done = day.into_iter().filter(|(at, _)| child.stands && *at <= now);
    done.map(|(at, deed)| BoardAction { id: ActionId::new(), at, deed }).collect()
}
