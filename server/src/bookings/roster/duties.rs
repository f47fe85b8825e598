//! Who is to be on duty on a day, as its board needs it.

use doorstep_shared::{
    Date,
    board::{BoardClass, duty::DutyPlan, ratio::Limits},
    care::NurseryKind,
    ids::{ClassId, NurseryId},
    roster::Carer,
};

use super::{store, week::Rosters};
use crate::{db::Conn, error::Result, policy::Policies};

/// The classes of a nursery with their rosters of a date, youngest first, and those on the list of carers.
///
/// # Errors
/// When the database fails.
pub fn duties(
    conn: &mut Conn,
    policies: &Policies,
    nursery: NurseryId,
    kind: NurseryKind,
    date: Date,
) -> Result<(Vec<BoardClass>, Vec<Carer>)> {
    let classes = store::classes(conn, nursery)?;
    let ids: Vec<ClassId> = classes.iter().map(|class| class.id).collect();
    let rosters = Rosters::load(conn, nursery, &ids, date..=date)?;
    let class = |row: store::ClassRow| {
        let rule = policies.on(date).class_rule(kind, row.kind);
        BoardClass {
            plan: DutyPlan {
                usual: row.carers.0.unsigned_abs(),
                shifts: rosters.on(row.id, date, policies).map(<[_]>::to_vec),
            },
            limits: Limits { per_carer: rule.ratio, children: rule.children },
            class_id: row.id,
            class_kind: row.kind,
            name: row.name,
        }
    };
    Ok((classes.into_iter().map(class).collect(), store::carers(conn, nursery)?))
}
