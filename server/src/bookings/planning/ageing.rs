//! Who grows out of a class in the coming months, and whether the next one has a place.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Days as DaysAhead, Months};
use doorstep_shared::{
    Date, Span, Timestamp,
    ids::{ChildId, ClassId, NurseryId},
    planning::{AGEING_MONTHS, Ageing, AgeingChild, NextClass, WEEKS_BACK},
    problem::FieldRule,
};

use super::store::{self, Booked, ClassRow};
use crate::{
    bookings::rules::moving::last_date,
    db::Conn,
    error::Result,
    inventory::{self, Day, Days},
    policy::Policies,
};

/// Booked days that make a child one of the class.
const DAYS: usize = 2;
/// Days after which a class that was not open is looked at no more.
const CLOSED: usize = 14;

/// A child who comes to a class, by what is booked.
struct Comes<'a> {
    class: &'a ClassRow,
    last: &'a Booked,
    /// That it has most often.
    usual: Span,
    dates: BTreeSet<Date>,
}

/// A child of whom it is known when the class takes it no more, and which one does.
struct Outgrows<'a> {
    comes: &'a Comes<'a>,
    on: Date,
    next: Option<&'a ClassRow>,
}

/// # Errors
/// When the database fails.
pub fn ageing(conn: &mut Conn, policies: &Policies, now: Timestamp, nursery: NurseryId) -> Result<Ageing> {
    let today = now.local_date();
    let classes = store::classes(conn, nursery)?;
    let ids: Vec<ClassId> = classes.iter().map(|class| class.id).collect();
    let since = today - DaysAhead::new(7 * u64::from(WEEKS_BACK));
    let booked = store::booked(conn, &ids, since, None)?;
    let come = who_comes(&classes, &booked);
    let until = today + Months::new(AGEING_MONTHS.into());
    let outgrows: Vec<_> = come.iter().filter_map(|comes| outgrows(comes, &classes, today, until, policies)).collect();

    // The first open day from then on is looked for among these.
    let next = outgrows.iter().filter_map(|one| Some((one.next?.id, one.on)));
    let ahead = next.flat_map(|(class, on)| on.iter_days().take(CLOSED).map(move |date| (class, date)));
    let wanted: Vec<_> = ahead.collect();
    let days = inventory::look_at_days(conn, policies, now, &wanted)?;
    let last = last_date(now, policies);
    let mut children: Vec<_> = outgrows
        .iter()
        .map(|one| {
            let Comes { class, last: booked, usual, dates } = one.comes;
            let next = one.next.map(|next| {
                let day = first_open(&days, next.id, one.on, *usual);
                NextClass {
                    class_id: next.id,
                    class_kind: next.kind,
                    class_name: next.name.clone(),
                    free: day.map_or(0, |day| free(day, *usual, &come, policies, last)),
                    bookable: day.is_some_and(|day| day.date <= last),
                }
            });
            AgeingChild {
                child_id: booked.child,
                child_name: booked.name.clone(),
                class_id: class.id,
                class_kind: class.kind,
                class_name: class.name.clone(),
                on: one.on,
                booked_after: u16::try_from(dates.range(one.on..).count()).unwrap_or(u16::MAX),
                next,
            }
        })
        .collect();
    children.sort_by(|one, other| {
        (one.on, &one.child_name, one.child_id).cmp(&(other.on, &other.child_name, other.child_id))
    });
    Ok(Ageing { children })
}

/// The children of each class: each in that of its last booked day.
fn who_comes<'a>(classes: &'a [ClassRow], booked: &'a [Booked]) -> Vec<Comes<'a>> {
    let mut of_child: BTreeMap<ChildId, Vec<&Booked>> = BTreeMap::new();
    for day in booked {
        of_child.entry(day.child).or_default().push(day);
    }
    let comes = |days: &Vec<&'a Booked>| {
        let last = *days.last()?;
        let here = || days.iter().filter(|day| day.class == last.class);
        let mut spans: HashMap<Span, usize> = HashMap::new();
        here().for_each(|day| *spans.entry(day.span).or_default() += 1);
        let (usual, _) = spans.into_iter().max_by_key(|(span, count)| (*count, *span))?;
        let dates: BTreeSet<Date> = here().map(|day| day.date).collect();
        let class = classes.iter().find(|class| class.id == last.class)?;
        (dates.len() >= DAYS).then_some(Comes { class, last, usual, dates })
    };
    of_child.values().filter_map(comes).collect()
}

fn fits(class: &ClassRow, birth_date: Date, date: Date, policies: &Policies) -> bool {
    policies.age_misfit(class.nursery_kind, class.kind, birth_date, date).is_none()
}

/// None for who still fits at the end.
fn outgrows<'a>(
    comes: &'a Comes<'a>,
    classes: &'a [ClassRow],
    today: Date,
    until: Date,
    policies: &Policies,
) -> Option<Outgrows<'a>> {
    let (born, class) = (comes.last.birth_date, comes.class);
    let is_older =
        |date: &Date| policies.age_misfit(class.nursery_kind, class.kind, born, *date) == Some(FieldRule::TooLarge);
    let on = today.iter_days().take_while(|date| *date <= until).find(is_older)?;
    let others = classes.iter().filter(|class| class.id != comes.class.id);
    // The youngest of those that take it: where it can stay longest.
    let next = others.filter(|class| fits(class, born, on, policies)).min_by_key(|class| class.kind);
    Some(Outgrows { comes, on, next })
}

fn first_open(days: &Days, class: ClassId, on: Date, span: Span) -> Option<&Day> {
    let mut ahead = on.iter_days().take(CLOSED).filter_map(|date| days.get(class, date));
    ahead.find(|day| day.is_open(span))
}

/// Places left on a day; where it cannot be booked yet, by who comes to the class now and is not too old by then.
fn free(day: &Day, span: Span, come: &[Comes<'_>], policies: &Policies, last: Date) -> u16 {
    if day.date <= last {
        return day.free(span);
    }
    let stays = |comes: &&Comes<'_>| {
        comes.class.id == day.class
            && comes.usual.overlaps(span)
            && fits(comes.class, comes.last.birth_date, day.date, policies)
    };
    let stay = u16::try_from(come.iter().filter(stays).count()).unwrap_or(u16::MAX);
    day.seats.least(span).saturating_sub(stay.max(day.used.peak(span).into()))
}
