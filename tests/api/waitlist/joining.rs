//! Getting in line: who may, where, and what is told.

use doorstep_server::config::Config;
use doorstep_shared::{
    bookings::{
        JoinWaitlist, LookAtWaitlist, Odds, PriorityGroup,
        WaitState::{Left, Offered, Waiting},
    },
    children::DeleteChild,
    ids::ChildId,
};
use doorstep_tests::{Folder, prelude::*};

use super::{AFTERNOON, DAY, MORNING, Place, cancel, pass, standing};

#[test_on_both]
async fn the_same_wish_once_more_is_the_same_entry(app: TestApp) {
    let place = Place::with(&app, 2).await;
    let mut ben = app.family("Ben").await;
    ben.add_child(18).await;
    let (ann, cem) = (app.family("Ann").await, app.family("Cem").await);
    ann.book(&place.full_day, DAY).await.unwrap();
    cem.book(&place.full_day, DAY).await.unwrap();
    let both: Vec<ChildId> = ben.children.iter().map(|child| child.id).collect();
    let ask = JoinWaitlist { child_ids: both.clone(), ..ben.wait(&place.full_day, DAY) };
    let first = ben.call(&ask).await.unwrap();
    let turned = JoinWaitlist { child_ids: both.iter().rev().copied().collect(), ..ask.clone() };
    assert_eq!(ben.call(&turned).await.unwrap().id, first.id);
    let joins = (0..4).map(|_| ben.call(&ask));
    assert!(join_all(joins).await.into_iter().all(|again| again.unwrap().id == first.id));
    let refused = ben.wait_for(&place.full_day, DAY).await.unwrap_err();
    assert_eq!((refused.kind, refused.fields[0].field.as_str()), (ProblemKind::AlreadyWaiting, "child_ids.0"));
    assert_eq!(ben.wait_for(&place.half_day, MORNING).await.unwrap().position, 2, "another window is another wish");
    assert_eq!(ben.entries().await.len(), 2);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_place_whose_hold_ran_out_is_not_lost_on_who_asks_again_for_what_they_wait_for(app: TestApp) {
    let place = Place::of(&app).await;
    let (ann, mut ben, cem) = (app.family("Ann").await, app.family("Ben").await, app.family("Cem").await);
    ben.add_child(18).await;
    ann.order(&place.full_day, DAY).hold().send().await.unwrap();
    let both = ben.children.iter().map(|child| child.id).collect();
    let ask = JoinWaitlist { child_ids: both, ..ben.wait(&place.full_day, DAY) };
    let first = ben.call(&ask).await.unwrap();
    pass(&app, 10);
    assert_eq!(ben.call(&ask).await.unwrap().id, first.id);
    app.check_finds_no_difference().await;
    cem.book(&place.full_day, DAY).await.unwrap();
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_family_waits_for_so_many_windows_at_a_time(app: TestApp) {
    let place = Place::of(&app).await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let days: Vec<_> = (1..=6).map(|days| app.in_days(days)).collect();
    let order = days.iter().fold(ann.order(&place.full_day, DAY), |order, day| order.on(*day));
    order.send().await.unwrap();
    let join = |date| JoinWaitlist { date, ..ben.wait(&place.full_day, DAY) };
    let mut last = None;
    for date in &days[..5] {
        last = Some(ben.call(&join(*date)).await.unwrap().id);
    }
    let before = app.snapshot().await;
    assert_eq!(ben.call(&join(days[5])).await.unwrap_err().kind, ProblemKind::TooManyEntries);
    assert_eq!(before.differences(&app.snapshot().await), [""; 0]);
    ben.leave(last.unwrap()).await.unwrap();
    ben.call(&join(days[5])).await.unwrap();
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn where_a_place_is_free_it_is_booked_and_not_waited_for(app: TestApp) {
    let place = Place::of(&app).await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    assert_eq!(ben.wait_for(&place.full_day, DAY).await.unwrap_err().kind, ProblemKind::PlaceFree);
    ann.book(&place.half_day, MORNING).await.unwrap();
    assert_eq!(ben.wait_for(&place.half_day, AFTERNOON).await.unwrap_err().kind, ProblemKind::PlaceFree);
    ben.wait_for(&place.full_day, DAY).await.unwrap();
    // A hold that ran out is a free place, unless somebody waited for it.
    let other = Place::of(&app).await;
    ann.order(&other.half_day, AFTERNOON).hold().send().await.unwrap();
    pass(&app, 10);
    assert_eq!(ben.wait_for(&other.half_day, AFTERNOON).await.unwrap_err().kind, ProblemKind::PlaceFree);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn the_line_is_told_before_one_joins(app: TestApp) {
    let place = Place::of(&app).await;
    let (ann, ben, cem) = (app.family("Ann").await, app.family("Ben").await, app.family("Cem").await);
    ann.book(&place.full_day, DAY).await.unwrap();
    ben.wait_for(&place.half_day, MORNING).await.unwrap();
    for (span, waiting) in [(MORNING, 1), (DAY, 1), (AFTERNOON, 0)] {
        let window: Span = span.parse().unwrap();
        let ask = LookAtWaitlist { id: place.half_day.id, date: app.in_days(1), from: window.from, to: window.to };
        let told = cem.call(&ask).await.unwrap();
        assert_eq!((told.waiting, told.offer_minutes, told.odds), (waiting, 30, None), "{span}");
    }
}

#[test_on_both]
async fn how_often_places_came_free_is_counted_and_told_only_when_there_is_enough(app: TestApp) {
    let place = Place::of(&app).await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    // Four Tuesdays on which the class is booked, one of them given up in time and one too late.
    let mut ann_then = ann;
    for week in 0..4 {
        let booked = ann_then.order(&place.full_day, DAY).on(app.in_days(1)).send().await.unwrap();
        if week == 1 {
            cancel(&ann_then, &booked).await;
        }
        app.clock.advance(chrono::Duration::days(7));
        ann_then = ann_then.again(&app).await;
    }
    let tuesday = app.in_days(1);
    ann_then.order(&place.full_day, DAY).on(tuesday).send().await.unwrap();
    let ben = ben.again(&app).await;
    let ask = |date| JoinWaitlist { date, ..ben.wait(&place.full_day, DAY) };
    let entry = ben.call(&ask(tuesday)).await.unwrap();
    assert_eq!(entry.odds, Some(Odds { dates: 4, reached: 1 }));
    let cem = app.family("Cem").await;
    let second = cem.call(&JoinWaitlist { date: tuesday, ..cem.wait(&place.half_day, MORNING) }).await.unwrap();
    assert_eq!((second.position, second.odds), (2, Some(Odds { dates: 4, reached: 0 })));
    // There are no Wednesdays to tell by.
    let wednesday = app.in_days(2);
    ann_then.order(&place.full_day, DAY).on(wednesday).send().await.unwrap();
    assert_eq!(ben.call(&ask(wednesday)).await.unwrap().odds, None);
}

/// A city that puts two groups first.
fn with_groups(folder: &Folder) -> impl FnOnce(&mut Config) + use<> {
    let path = folder.path().join("city.toml");
    let national = include_str!("../../../server/policies/national.toml");
    let none = "priority_groups = { value = []";
    assert!(national.contains(none));
    let city = national.replacen(none, "priority_groups = { value = [\"hardship\", \"own_staff\"]", 1);
    std::fs::write(&path, city).unwrap();
    move |config| config.policy = Some(path)
}

async fn put(app: &TestApp, child: ChildId, group: Option<PriorityGroup>) {
    let now = app.now();
    let put = app.db().write(move |conn| Ok(doorstep_server::bookings::set_group(conn, now, child, group)?));
    assert!(put.await.unwrap(), "there is such a child");
}

#[test_on_both]
async fn a_citys_groups_come_first_where_it_sets_them(database: Database) {
    let folder = Folder::new();
    for (has_groups, expected) in [(true, [4, 2, 1, 3]), (false, [1, 2, 3, 4])] {
        let app = match has_groups {
            true => TestApp::with(database, with_groups(&folder)).await,
            false => TestApp::on(database).await,
        };
        let place = Place::of(&app).await;
        let ann = app.family("Ann").await;
        let anns = ann.book(&place.full_day, DAY).await.unwrap();
        let groups = [None, Some(PriorityGroup::OwnStaff), Some(PriorityGroup::Hardship), Some(PriorityGroup::Migrant)];
        let mut line = Vec::new();
        for group in groups {
            let family = app.family("Ben").await;
            put(&app, family.child().id, group).await;
            let entry = family.wait_for(&place.full_day, DAY).await.unwrap();
            let counts = group.filter(|group| has_groups && *group != PriorityGroup::Migrant);
            assert_eq!(entry.priority_group, counts);
            line.push(family);
        }
        // Two of none come behind, in the order in which they joined.
        let expected = if has_groups { [3, 2, 1, 4] } else { expected };
        let found = standing(&line.iter().collect::<Vec<_>>()).await;
        assert_eq!(found.iter().map(|(_, position)| *position).collect::<Vec<_>>(), expected);
        cancel(&ann, &anns).await;
        let first = expected.iter().position(|position| *position == 1).unwrap();
        assert_eq!(standing(&[&line[first]]).await, [(Offered, 0)]);
        app.check_finds_no_difference().await;
    }
}

#[test_on_both]
async fn an_export_tells_what_is_waited_for_and_erasing_ends_it(app: TestApp) {
    let place = Place::of(&app).await;
    let (ann, ben, cem) = (app.family("Ann").await, app.family("Ben").await, app.family("Cem").await);
    let anns = ann.book(&place.full_day, DAY).await.unwrap();
    put(&app, ben.child().id, Some(PriorityGroup::Hardship)).await;
    let entry = ben.wait_for(&place.full_day, DAY).await.unwrap();
    cem.wait_for(&place.full_day, DAY).await.unwrap();
    let id = entry.id.to_string();
    let own = format!("/api/v1/children/{}/export", ben.child().id);
    assert!(ben.get("/api/v1/me/export").await.body.contains(&id));
    assert!(ben.get(&own).await.body.contains(&id));
    ben.call(&DeleteChild { id: ben.child().id }).await.unwrap();
    assert_eq!(ben.entry(entry.id).await.state, Left);
    assert_eq!(app.snapshot().await.tables_with("hardship"), [""; 0], "the group is forgotten");
    cancel(&ann, &anns).await;
    assert_eq!(standing(&[&cem]).await, [(Offered, 0)]);
    app.check_finds_no_difference().await;
    // A place that is kept for a child stands in the way, as every booking does.
    let refused = cem.call(&DeleteChild { id: cem.child().id }).await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::StillBooked);
    assert_eq!(standing(&[&cem]).await, [(Offered, 0)]);
}

#[test_on_both]
async fn what_was_broken_by_hand_is_named(app: TestApp) {
    use diesel::prelude::*;
    use doorstep_server::db::{
        Conn,
        schema::{class_day, waitlist_entry},
    };

    type Break = fn(&mut Conn) -> QueryResult<usize>;
    let breaks: [(&str, Break); 3] = [
        ("holds no place", |conn| {
            let offered = waitlist_entry::table.filter(waitlist_entry::state.eq(Waiting));
            diesel::update(offered).set(waitlist_entry::state.eq(Offered)).execute(conn)
        }),
        ("waits with a place", |conn| {
            let offered = waitlist_entry::table.filter(waitlist_entry::state.eq(Offered));
            diesel::update(offered).set(waitlist_entry::state.eq(Waiting)).execute(conn)
        }),
        ("is not known to its class-day", |conn| {
            diesel::update(class_day::table.filter(class_day::waiting.gt(0)))
                .set(class_day::waiting.eq(0))
                .execute(conn)
        }),
    ];
    let now = app.now();
    for (name, broken) in breaks {
        let place = Place::of(&app).await;
        let (ann, ben, cem) = (app.family("Ann").await, app.family("Ben").await, app.family("Cem").await);
        let anns = ann.book(&place.full_day, DAY).await.unwrap();
        ben.wait_for(&place.full_day, DAY).await.unwrap();
        cem.wait_for(&place.full_day, DAY).await.unwrap();
        cancel(&ann, &anns).await;
        app.check_finds_no_difference().await;
        let changed = app.db().write(move |conn| Ok(broken(conn)?)).await.unwrap();
        assert_eq!(changed, 1, "{name}");
        let policies = std::sync::Arc::clone(&app.inside().policy);
        let found = app.db().read(move |conn| doorstep_server::bookings::check(conn, &policies, now)).await.unwrap();
        assert!(!found.is_empty(), "{name}");
        let clear = |conn: &mut Conn| {
            diesel::update(class_day::table).set(class_day::waiting.eq(0)).execute(conn)?;
            Ok(diesel::update(waitlist_entry::table).set(waitlist_entry::state.eq(Left)).execute(conn)?)
        };
        app.db().write(clear).await.unwrap();
    }
}
