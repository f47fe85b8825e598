//! Who is on duty, what the head allows, and the places that follow.

use chrono::Duration;
use doorstep_shared::{
    bookings::WaitState,
    care::ClassKind,
    ids::{CarerId, ClassId},
    nurseries::GetAvailability,
    problem::FieldRule,
    roster::{
        AddCarer, Allowed, CopyRoster, GetPlacesWeek, Overfull, PlaceCell, PlacesChange, RemoveCarer, SetAllowed,
        SetRoster, Shift,
    },
    slots::LimitKind,
};
use doorstep_tests::{Nursery, prelude::*};

const DAY: &str = "08:00-17:30";

/// A nursery with a class of toddlers: 15 places, 3 carers, one to five children.
struct House {
    offer: Offer,
    head: Staff,
    carers: Vec<CarerId>,
}

impl House {
    async fn of(app: &TestApp) -> Self {
        let offer = app.offer().class(ClassKind::Toddler).places(15).carers(3).full_day().create().await;
        let head = app.head(offer.nursery).await;
        let mut carers = Vec::new();
        for name in ["王老师", "李老师", "张老师", "陈老师"] {
            carers.push(head.call(&AddCarer { name: name.to_owned() }).await.unwrap().id);
        }
        Self { offer, head, carers }
    }

    fn roster(&self, shifts: &[(usize, &str)]) -> SetRoster {
        let shift = |&(carer, span): &(usize, &str)| shift(self.carers[carer], span);
        let shifts = Some(shifts.iter().map(shift).collect());
        SetRoster { class_id: self.offer.class, date: None, weekday: None, shifts, accept: false }
    }

    fn allowed(&self, span: &str, children: u8) -> SetAllowed {
        let Span { from, to } = span.parse().unwrap();
        let allowed = Some(vec![Allowed { from, to, children }]);
        SetAllowed { class_id: self.offer.class, date: None, weekday: None, allowed, accept: false }
    }

    async fn cell(&self, date: Date, at: &str) -> PlaceCell {
        let week = self.head.call(&GetPlacesWeek { date: Some(date) }).await.unwrap();
        let class = week.classes.iter().find(|class| class.class_id == self.offer.class).unwrap();
        let day = class.days.iter().find(|day| day.date == date).unwrap();
        day.cells.iter().find(|cell| cell.at.to_string() == at).unwrap().clone()
    }

    /// What families see of the day's window: free, of how many, and why.
    async fn seen(&self, app: &TestApp, date: Date) -> (u16, u16, String) {
        let ask = GetAvailability {
            id: self.offer.nursery,
            from: Some(date),
            days: Some(1),
            care: None,
            birth_date: Vec::new(),
            age_months: None,
        };
        let found = app.client().call(&ask).await.unwrap();
        let window = &found.days[0].windows[0];
        (window.free, window.seats, window.limit.detail.clone())
    }
}

fn shift(carer_id: CarerId, span: &str) -> Shift {
    let Span { from, to } = span.parse().unwrap();
    Shift { carer_id, from, to }
}

fn field(refused: Result<PlacesChange, Problem>) -> (String, FieldRule) {
    let problem = refused.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Invalid, "{problem}");
    (problem.fields[0].field.clone(), problem.fields[0].rule)
}

#[test_on_both]
async fn places_follow_the_roster_of_a_date_half_hour_by_half_hour(app: TestApp) {
    let house = House::of(&app).await;
    let date = app.in_days(1);
    assert_eq!(house.seen(&app, date).await, (15, 15, "3 × 5 = 15".to_owned()));
    let roster = house.roster(&[(0, "08:00-17:30"), (1, "08:00-17:30"), (2, "08:00-12:00"), (3, "09:00-10:00")]);
    let done = house.head.call(&SetRoster { date: Some(date), ..roster }).await.unwrap();
    assert_eq!((done.days, done.overfull.len()), (1, 0));
    assert_eq!(house.seen(&app, date).await, (10, 10, "2 × 5 = 10".to_owned()), "the afternoon has two carers");
    assert_eq!(house.seen(&app, app.in_days(2)).await.0, 15, "another day is as before");
    let seats = ["08:00", "09:00", "11:30", "12:00"].map(|at| house.cell(date, at));
    let seats = join_all(seats).await;
    // The fourth carer of the morning makes no more than the approved places.
    assert_eq!(seats.iter().map(|cell| cell.seats).collect::<Vec<_>>(), [15, 15, 15, 10]);
    assert_eq!((seats[1].limit.kind, seats[3].limit.kind), (LimitKind::ClassCap, LimitKind::Staff));
    // Taken back, the date is as every week.
    let back = SetRoster { shifts: None, ..SetRoster { date: Some(date), ..house.roster(&[]) } };
    assert_eq!(house.head.call(&back).await.unwrap().days, 1);
    assert_eq!(house.seen(&app, date).await.0, 15);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_weekly_roster_holds_on_its_weekday_until_a_date_says_otherwise(app: TestApp) {
    let house = House::of(&app).await;
    // The clock stands on a Monday.
    let (tuesday, next) = (app.in_days(1), app.in_days(8));
    let weekly = SetRoster { weekday: Some(2), ..house.roster(&[(0, "08:00-17:30")]) };
    assert!(house.head.call(&weekly).await.unwrap().days >= 8, "every Tuesday that can be booked");
    for day in [tuesday, next] {
        assert_eq!(house.seen(&app, day).await, (5, 5, "1 × 5 = 5".to_owned()));
    }
    assert_eq!(house.seen(&app, app.in_days(2)).await.0, 15, "a Wednesday has no roster: the usual carers are there");
    let own = SetRoster { date: Some(next), ..house.roster(&[(0, "08:00-17:30"), (1, "08:00-17:30")]) };
    house.head.call(&own).await.unwrap();
    let more = SetRoster { weekday: Some(2), ..house.roster(&[]) };
    house.head.call(&SetRoster { accept: true, ..more }).await.unwrap();
    assert_eq!((house.seen(&app, tuesday).await.0, house.seen(&app, next).await.0), (15, 10));
    let week = house.head.call(&GetPlacesWeek { date: Some(next) }).await.unwrap();
    let day = &week.classes[0].days[1];
    assert_eq!((day.date, day.own_shifts, day.shifts.len()), (next, true, 2));
    // Another process that begins now counts the same.
    let beside = app.beside().await;
    assert_eq!((house.seen(&beside, tuesday).await.0, house.seen(&beside, next).await.0), (15, 10));
}

#[test_on_both]
async fn more_carers_than_usual_make_more_places_only_where_they_are(app: TestApp) {
    let offer = app.offer().class(ClassKind::Toddler).places(15).carers(1).full_day().create().await;
    let head = app.head(offer.nursery).await;
    let mut house = House { offer, head, carers: Vec::new() };
    for name in ["王老师", "李老师"] {
        house.carers.push(house.head.call(&AddCarer { name: name.to_owned() }).await.unwrap().id);
    }
    let date = app.in_days(1);
    let both = SetRoster { date: Some(date), ..house.roster(&[(0, "08:00-17:30"), (1, "08:00-17:30")]) };
    house.head.call(&both).await.unwrap();
    assert_eq!(house.seen(&app, date).await, (10, 10, "2 × 5 = 10".to_owned()));
    assert_eq!(house.seen(&app, app.in_days(2)).await, (5, 5, "1 × 5 = 5".to_owned()));
    let family = app.family("Ann").await;
    family.order(&house.offer, DAY).on(date).send().await.unwrap();
    assert_eq!(house.seen(&app, date).await.0, 9);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn the_head_lets_fewer_come_and_families_read_why(app: TestApp) {
    let house = House::of(&app).await;
    let date = app.in_days(1);
    house.head.call(&SetAllowed { date: Some(date), ..house.allowed("15:00-17:30", 4) }).await.unwrap();
    assert_eq!(house.seen(&app, date).await, (4, 4, "4".to_owned()));
    assert_eq!(house.cell(date, "15:00").await.limit.kind, LimitKind::Allowed);
    assert_eq!(house.cell(date, "14:30").await.seats, 15);
    let weekly = SetAllowed { weekday: Some(2), ..house.allowed("08:00-17:30", 0) };
    house.head.call(&weekly).await.unwrap();
    assert_eq!(house.seen(&app, date).await.0, 4, "the date says otherwise");
    assert_eq!(house.seen(&app, app.in_days(8)).await.0, 0);
    let refused = app.family("Ann").await.order(&house.offer, DAY).on(app.in_days(8)).send().await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::SlotFull);
}

#[test_on_both]
async fn children_who_have_a_place_are_shown_before_places_are_taken_away(app: TestApp) {
    let house = House::of(&app).await;
    let date = app.in_days(1);
    for name in ["Ann", "Ben", "Cem"] {
        app.family(name).await.order(&house.offer, DAY).on(date).send().await.unwrap();
    }
    let before = app.snapshot().await;
    let fewer = SetAllowed { date: Some(date), ..house.allowed("08:00-12:00", 1) };
    let refused = house.head.call(&fewer).await.unwrap_err();
    let Span { from, to } = "08:00-12:00".parse().unwrap();
    let over = Overfull { class_id: house.offer.class, date, from, to, children: 3, places: 1 };
    assert_eq!((refused.kind, refused.overfull), (ProblemKind::FewerThanBooked, vec![over.clone()]));
    assert_eq!(before.differences(&app.snapshot().await), [""; 0], "nothing was changed");
    let done = house.head.call(&SetAllowed { accept: true, ..fewer }).await.unwrap();
    assert_eq!(done.overfull, [over]);
    assert_eq!(house.seen(&app, date).await.0, 0);
    // Somebody must speak with the families; nothing is wrong with the rows.
    app.check_finds_no_difference().await;
    let back = SetAllowed { allowed: None, date: Some(date), ..house.allowed("08:00-12:00", 1) };
    assert_eq!(house.head.call(&back).await.unwrap().overfull, []);
    assert_eq!(house.seen(&app, date).await.0, 12);
}

#[test_on_both]
async fn a_place_that_a_carer_brings_goes_to_who_waits(app: TestApp) {
    let house = House::of(&app).await;
    let date = app.in_days(1);
    let one = SetRoster { date: Some(date), ..house.roster(&[(0, "08:00-17:30")]) };
    house.head.call(&one).await.unwrap();
    for name in ["Ann", "Ben", "Cem", "Dora", "Eve"] {
        app.family(name).await.order(&house.offer, DAY).on(date).send().await.unwrap();
    }
    let (first, second) = (app.family("Fay").await, app.family("Gil").await);
    let waits = [first.wait(&house.offer, DAY), second.wait(&house.offer, DAY)];
    let entries = [first.call(&waits[0]).await.unwrap(), second.call(&waits[1]).await.unwrap()];
    let two = SetRoster { date: Some(date), ..house.roster(&[(0, "08:00-17:30"), (1, "08:00-17:30")]) };
    house.head.call(&two).await.unwrap();
    assert_eq!(first.entry(entries[0].id).await.state, WaitState::Offered);
    assert_eq!(second.entry(entries[1].id).await.state, WaitState::Offered);
    assert_eq!(house.seen(&app, date).await.0, 3);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn a_week_is_copied_with_who_is_still_there(app: TestApp) {
    let house = House::of(&app).await;
    let (monday, tuesday) = (app.today(), app.in_days(1));
    let weekly = SetRoster { weekday: Some(1), ..house.roster(&[(0, "08:00-17:30"), (3, "08:00-17:30")]) };
    house.head.call(&weekly).await.unwrap();
    let own = SetRoster { date: Some(tuesday), ..house.roster(&[(1, "08:00-17:30"), (2, "08:00-12:00")]) };
    house.head.call(&own).await.unwrap();
    let gone = house.head.call(&RemoveCarer { id: house.carers[3], accept: true }).await.unwrap();
    assert!(gone.days >= 8, "every Monday has one carer fewer");
    let copied = CopyRoster { from: tuesday, to: app.in_days(9), accept: false };
    house.head.call(&copied).await.unwrap();
    let week = house.head.call(&GetPlacesWeek { date: Some(app.in_days(9)) }).await.unwrap();
    let [first, second, third, ..] = week.classes[0].days.as_slice() else { panic!("a week has seven days") };
    assert_eq!((first.own_shifts, first.shifts.clone()), (true, vec![shift(house.carers[0], "08:00-17:30")]));
    assert_eq!((second.own_shifts, second.shifts.len(), third.own_shifts), (true, 2, false));
    assert_eq!(house.seen(&app, app.in_days(8)).await, (5, 5, "1 × 5 = 5".to_owned()));
    // Weeks that are over cannot be given a roster.
    let past = CopyRoster { from: monday, to: monday - chrono::Days::new(7), accept: false };
    assert_eq!(field(house.head.call(&past).await), ("to".to_owned(), FieldRule::Unknown));
}

#[test_on_both]
async fn what_makes_no_roster_is_refused_and_changes_nothing(app: TestApp) {
    let house = House::of(&app).await;
    let other = House::of(&app).await;
    let date = app.in_days(1);
    let same = Nursery { id: house.offer.nursery, name: String::new() };
    let beside = app.offer().of(&same).class(ClassKind::Mixed).full_day().create().await;
    let there = SetRoster { date: Some(date), class_id: beside.class, ..house.roster(&[(1, "08:00-12:00")]) };
    house.head.call(&there).await.unwrap();
    let before = app.snapshot().await;
    let on = |shifts: &[(usize, &str)]| SetRoster { date: Some(date), ..house.roster(shifts) };
    let cases = [
        (
            "a stranger",
            SetRoster { shifts: Some(vec![shift(other.carers[0], "08:00-12:00")]), ..on(&[]) },
            "shifts.0.carer_id",
            FieldRule::Unknown,
        ),
        ("twice at a time", on(&[(0, "08:00-12:00"), (0, "11:00-13:00")]), "shifts.1", FieldRule::Twice),
        ("in another class", on(&[(1, "11:30-13:00")]), "shifts", FieldRule::Taken),
        ("yesterday", SetRoster { date: Some(app.in_days(-1)), ..on(&[]) }, "date", FieldRule::InThePast),
        ("next year", SetRoster { date: Some(app.in_days(90)), ..on(&[]) }, "date", FieldRule::TooFarAhead),
        ("no day", SetRoster { date: None, ..on(&[]) }, "date", FieldRule::Required),
        ("no weekday", SetRoster { date: None, weekday: Some(8), ..on(&[]) }, "weekday", FieldRule::Unknown),
    ];
    for (name, ask, named, rule) in cases {
        assert_eq!(field(house.head.call(&ask).await), (named.to_owned(), rule), "{name}");
    }
    assert_eq!(before.differences(&app.snapshot().await), [""; 0]);
    house.head.call(&on(&[(1, "12:00-13:00")])).await.unwrap();
}

#[test_on_both]
async fn nobody_counts_in_two_classes_at_once_however_it_came_about(app: TestApp) {
    let house = House::of(&app).await;
    let same = Nursery { id: house.offer.nursery, name: String::new() };
    let beside = app.offer().of(&same).class(ClassKind::Mixed).full_day().create().await;
    let (monday, tuesday) = (app.in_days(7), app.in_days(8));
    let wang = || house.roster(&[(0, "08:00-17:30")]);
    let torn = |date| (ProblemKind::Invalid, FieldRule::Taken, vec![date]);
    let refused = |answer: Result<PlacesChange, Problem>| {
        let problem = answer.unwrap_err();
        (problem.kind, problem.fields[0].rule, problem.dates)
    };
    // A date of one class, then every such weekday of the other.
    house.head.call(&SetRoster { date: Some(tuesday), ..wang() }).await.unwrap();
    let weekly = SetRoster { weekday: Some(2), class_id: beside.class, ..wang() };
    assert_eq!(refused(house.head.call(&weekly).await), torn(tuesday));
    // A date that is given back to its weekday.
    let every_monday = SetRoster { weekday: Some(1), ..wang() };
    house.head.call(&every_monday).await.unwrap();
    house.head.call(&SetRoster { date: Some(monday), ..house.roster(&[(1, "08:00-17:30")]) }).await.unwrap();
    house.head.call(&SetRoster { date: Some(monday), class_id: beside.class, ..wang() }).await.unwrap();
    let given_back = SetRoster { date: Some(monday), shifts: None, ..wang() };
    assert_eq!(refused(house.head.call(&given_back).await), torn(monday));
    // A week that is copied onto one in which the other class has its own roster.
    let later = app.in_days(15);
    house.head.call(&SetRoster { date: Some(later), class_id: beside.class, ..wang() }).await.unwrap();
    let copy = CopyRoster { from: monday, to: later, accept: false };
    assert_eq!(refused(house.head.call(&copy).await), torn(later));
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn more_places_are_welcome_where_there_are_too_few_still(app: TestApp) {
    let house = House::of(&app).await;
    let date = Some(app.in_days(1));
    for name in ["Ann", "Ben", "Cem"] {
        app.family(name).await.order(&house.offer, DAY).on(app.in_days(1)).send().await.unwrap();
    }
    house.head.call(&SetAllowed { date, accept: true, ..house.allowed("08:00-17:30", 1) }).await.unwrap();
    let more = house.head.call(&SetAllowed { date, ..house.allowed("08:00-17:30", 2) }).await.unwrap();
    assert_eq!((more.days, more.overfull.len()), (1, 0), "nothing to accept: it is better than before");
}

#[test_on_both]
async fn nobody_plans_another_nurserys_places(app: TestApp) {
    let (house, other) = (House::of(&app).await, House::of(&app).await);
    let date = Some(app.in_days(1));
    let kind = |refused: Result<PlacesChange, Problem>| refused.unwrap_err().kind;
    let theirs = SetRoster { date, class_id: other.offer.class, ..house.roster(&[(0, "08:00-12:00")]) };
    assert_eq!(kind(house.head.call(&theirs).await), ProblemKind::NotFound);
    let theirs = SetAllowed { date, class_id: other.offer.class, ..house.allowed("08:00-12:00", 0) };
    assert_eq!(kind(house.head.call(&theirs).await), ProblemKind::NotFound);
    let unknown = SetAllowed { class_id: ClassId::new(), ..theirs };
    assert_eq!(kind(house.head.call(&unknown).await), ProblemKind::NotFound);
    let carer = RemoveCarer { id: other.carers[0], accept: true };
    assert_eq!(kind(house.head.call(&carer).await), ProblemKind::NotFound);
    assert_eq!(house.seen(&app, app.in_days(1)).await.0, 15);
    assert_eq!(other.seen(&app, app.in_days(1)).await.0, 15);
}

/// The nursery plans while families book: whatever comes first, nobody is booked into a place that is not there, and the
/// places there are can be booked.
#[test_on_both]
async fn planning_and_booking_at_once_leaves_nobody_without_a_place(app: TestApp) {
    let house = House::of(&app).await;
    let date = app.in_days(1);
    let mut families = Vec::new();
    for number in 0..12 {
        families.push(app.family(&format!("F{number}")).await);
    }
    let book = families.iter().map(|family| family.order(&house.offer, DAY).on(date).send());
    let fewer = SetRoster { date: Some(date), ..house.roster(&[(0, "08:00-17:30")]) };
    let (booked, planned) = futures::future::join(join_all(book), house.head.call(&fewer)).await;
    let refused: Vec<_> = booked.iter().filter_map(|answer| answer.as_ref().err()).collect();
    assert!(refused.iter().all(|problem| problem.kind == ProblemKind::SlotFull), "{refused:?}");
    let booked = booked.len() - refused.len();
    match planned {
        // More were booked by then: the plan was refused, and everybody has a place.
        Err(refused) => {
            assert_eq!((refused.kind, booked), (ProblemKind::FewerThanBooked, 12));
            assert_eq!(refused.overfull.len(), 1);
        }
        Ok(done) => assert_eq!((done.overfull.len(), booked), (0, 5)),
    }
    app.clock.advance(Duration::seconds(1));
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn teachers_see_the_week_and_change_nothing(app: TestApp) {
    let house = House::of(&app).await;
    let teacher = app.teacher(house.offer.nursery).await;
    let week = teacher.call(&GetPlacesWeek::default()).await.unwrap();
    assert_eq!((week.monday, week.carers.len(), week.classes[0].days.len()), (app.today(), 4, 7));
    let refused = teacher.call(&SetRoster { weekday: Some(1), ..house.roster(&[]) }).await.unwrap_err();
    assert_eq!(refused.kind, ProblemKind::Forbidden);
}
