//! Many at once for one place that falls free, and somebody in line: the line has it.

use doorstep_shared::{
    bookings::{
        Booking, CancelBooking,
        WaitState::{self, Accepted, Declined, Offered, Waiting},
    },
    ids::WaitlistEntryId,
};
use doorstep_tests::prelude::*;

use super::{DAY, Place, cancel, pass, standing};

/// Calls under way at a time.
const CLIENTS: usize = 64;

async fn crowd(app: &TestApp) -> Vec<Family> {
    let mut crowd = Vec::with_capacity(CLIENTS);
    for number in 0..CLIENTS {
        crowd.push(app.family(&format!("Public{number}")).await);
    }
    crowd
}

/// On PostgreSQL two servers; SQLite has one writer.
async fn second(app: &TestApp) -> Option<TestApp> {
    if app.db().is_sqlite() { None } else { Some(app.beside().await) }
}

/// Every other one asks the second server.
async fn book(beside: Option<&TestApp>, number: usize, family: &Family, place: &Place) -> Result<Booking, Problem> {
    let order = family.order(&place.full_day, DAY);
    match beside.filter(|_| number.is_multiple_of(2)) {
        Some(beside) => {
            let client = beside.client();
            client.bear(&family.token().unwrap());
            client.call(&order.request()).await
        }
        None => order.send().await,
    }
}

#[test_on_both]
async fn sixty_four_clients_never_take_what_is_cancelled_while_somebody_waits(app: TestApp) {
    let place = Place::of(&app).await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let anns = ann.book(&place.full_day, DAY).await.unwrap();
    ben.wait_for(&place.full_day, DAY).await.unwrap();
    let (crowd, beside) = (crowd(&app).await, second(&app).await);
    let (_, answers) = join!(
        cancel(&ann, &anns),
        join_all(crowd.iter().enumerate().map(|(number, family)| book(beside.as_ref(), number, family, &place)))
    );
    for answer in answers {
        assert_eq!(answer.unwrap_err().kind, ProblemKind::SlotFull);
    }
    assert_eq!(standing(&[&ben]).await, [(Offered, 0)]);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn sixty_four_clients_never_take_a_place_whose_hold_ran_out_while_somebody_waits(app: TestApp) {
    let place = Place::of(&app).await;
    let (ann, ben, cem) = (app.family("Ann").await, app.family("Ben").await, app.family("Cem").await);
    let anns = ann.book(&place.full_day, DAY).await.unwrap();
    for family in [&ben, &cem] {
        family.wait_for(&place.full_day, DAY).await.unwrap();
    }
    let crowd = crowd(&app).await;
    cancel(&ann, &anns).await;
    // Nobody has accepted when the time is over, and no worker runs. The crowd's tokens have run out with it.
    pass(&app, 30);
    let crowd = join_all(crowd.iter().map(|family| family.again(&app))).await;
    let answers = join_all(crowd.iter().map(|family| family.book(&place.full_day, DAY))).await;
    for answer in answers {
        assert_eq!(answer.unwrap_err().kind, ProblemKind::SlotFull);
    }
    assert_eq!(standing(&[&cem.again(&app).await]).await, [(Offered, 0)]);
    app.check_finds_no_difference().await;
}

#[test_on_both]
async fn without_anybody_in_line_the_same_crowd_gets_it_once(app: TestApp) {
    let place = Place::of(&app).await;
    let ann = app.family("Ann").await;
    let anns = ann.book(&place.full_day, DAY).await.unwrap();
    cancel(&ann, &anns).await;
    let crowd = crowd(&app).await;
    let answers = join_all(crowd.iter().map(|family| family.book(&place.full_day, DAY))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "the race is one");
    app.check_finds_no_difference().await;
}

/// Cancelling, joining, accepting and declining all at once, in several class-days and by families that wait in all of
/// them: no two of them wait for each other, and every place has one family at most.
#[test_on_both]
async fn lines_that_cross_do_not_stop_each_other(app: TestApp) {
    const PLACES: usize = 4;
    const FAMILIES: usize = 12;
    let beside = second(&app).await;
    let mut places = Vec::new();
    let mut booked = Vec::new();
    for _ in 0..PLACES {
        let place = Place::of(&app).await;
        let owner = app.family("Owner").await;
        let booking = owner.book(&place.full_day, DAY).await.unwrap();
        places.push(place);
        booked.push((owner, booking));
    }
    let mut line = Vec::new();
    for number in 0..FAMILIES {
        let family = app.family("Line").await;
        for turn in 0..PLACES {
            family.wait_for(&places[(number + turn) % PLACES].full_day, DAY).await.unwrap();
        }
        line.push(family);
    }
    let cancels = booked.iter().enumerate().map(|(number, (owner, booking))| {
        let other = beside.as_ref().filter(|_| number.is_multiple_of(2)).map(|app| app.client());
        let (token, ask) = (owner.token().unwrap(), CancelBooking::all(booking.id));
        async move {
            match other {
                Some(client) => {
                    client.bear(&token);
                    client.call(&ask).await.map(drop)
                }
                None => owner.call(&ask).await.map(drop),
            }
        }
    });
    for answer in join_all(cancels).await {
        answer.unwrap();
    }
    app.check_finds_no_difference().await;
    // A child can be in one place only, so four families have one each.
    let offered = |line: &[Vec<(WaitlistEntryId, WaitState)>], state| {
        line.iter().map(|entries| entries.iter().filter(|(_, at)| *at == state).count()).collect::<Vec<_>>()
    };
    let all = || async {
        let mut all = Vec::new();
        for family in &line {
            let entries = family.entries().await;
            all.push(entries.into_iter().map(|entry| (entry.id, entry.state)).collect::<Vec<_>>());
        }
        all
    };
    let before = all().await;
    assert_eq!(offered(&before, Offered).iter().sum::<usize>(), PLACES);
    assert!(offered(&before, Offered).iter().all(|count| *count <= 1), "{before:?}");
    // Half of them accept, half decline, at the same time.
    let answers = line.iter().zip(&before).enumerate().flat_map(|(number, (family, entries))| {
        entries.iter().filter(|(_, state)| *state == Offered).map(move |(id, _)| async move {
            if number.is_multiple_of(2) { family.accept(*id).await } else { family.leave(*id).await }
        })
    });
    for answer in join_all(answers).await {
        assert!(matches!(answer.unwrap().state, Accepted | Declined));
    }
    let after = all().await;
    let held = offered(&after, Offered).iter().sum::<usize>() + offered(&after, Accepted).iter().sum::<usize>();
    assert_eq!(held, PLACES, "{after:?}");
    assert!(offered(&after, Waiting).iter().sum::<usize>() > 0);
    app.check_finds_no_difference().await;
}
