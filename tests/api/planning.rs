//! Looking ahead: the weeks of a class with one more child, and who grows out of it.

use doorstep_shared::{
    care::ClassKind,
    ids::ClassId,
    planning::{GetAgeing, GetOutlook, Outlook},
    problem::FieldRule,
};
use doorstep_tests::prelude::*;

const DAY: &str = "08:00-17:30";

fn one_more(class: ClassId, weekdays: &[u8], span: &str) -> GetOutlook {
    let Span { from, to } = span.parse().unwrap();
    GetOutlook {
        class_id: Some(class),
        weekdays: weekdays.to_vec(),
        from_time: Some(from),
        to_time: Some(to),
        ..GetOutlook::default()
    }
}

fn over(outlook: &Outlook) -> Vec<String> {
    let told = |over: &doorstep_shared::roster::Overfull| {
        format!("{} {}-{} {}/{}", over.date, over.from, over.to, over.children, over.places)
    };
    outlook.over.iter().map(told).collect()
}

#[test_on_both]
async fn one_child_more_is_reckoned_half_hour_by_half_hour(app: TestApp) {
    let nursery = app.nursery().open(&[(1, "08:00-18:00"), (2, "08:00-18:00"), (3, "08:00-18:00")]).create().await;
    let full = app.offer().of(&nursery).places(2).full_day().create().await;
    let halves = app.offer().beside(&full).half_day().create().await;
    let head = app.head(nursery.id).await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    // Tuesday: two in the morning, one in the afternoon.
    let tuesday = app.in_days(1);
    ann.order(&full, DAY).on(tuesday).send().await.unwrap();
    ben.order(&halves, "08:00-12:00").on(tuesday).send().await.unwrap();
    ben.order(&halves, "13:30-17:30").on(tuesday).hold().send().await.unwrap();

    let plain = head.call(&GetOutlook { class_id: Some(full.class), ..GetOutlook::default() }).await.unwrap();
    assert_eq!((plain.weeks.len(), plain.over.len()), (12, 0));
    // Two places for three days of ten hours; nine and a half hours and four are booked, what is held is not.
    let this_week = plain.weeks[4];
    assert_eq!((this_week.monday, this_week.planned, this_week.confirmed), (app.today(), 120, 27));
    assert_eq!((this_week.realised, this_week.added), (0, 0), "nobody has come yet");
    assert_eq!(plain.weeks[5].planned, 120);

    let ask = one_more(full.class, &[1, 2, 4], "11:00-14:00");
    let found = head.call(&GetOutlook { until: Some(app.in_days(6)), ..ask.clone() }).await.unwrap();
    // Monday and Tuesday; Thursday is closed.
    assert_eq!(found.weeks.iter().map(|week| week.added).sum::<u32>(), 12);
    assert_eq!(found.closed, [app.in_days(3)]);
    assert_eq!(
        over(&found),
        [
            format!("{tuesday} 11:00-12:00 3/2"),
            // Whom a place is held for counts, too.
            format!("{tuesday} 13:30-14:00 3/2"),
        ]
    );
    let early = one_more(full.class, &[1], "07:00-09:00");
    let found = head.call(&GetOutlook { until: Some(app.today()), ..early }).await.unwrap();
    assert_eq!(over(&found), [format!("{} 07:00-08:00 1/0", app.today())], "it is closed that early");
    // Eight weeks ahead, holidays left out: Qingming is a Monday.
    let found = head.call(&one_more(full.class, &[1], "08:00-12:00")).await.unwrap();
    assert_eq!(found.closed, ["2026-04-06".parse::<Date>().unwrap()]);
    assert_eq!(found.weeks.iter().filter(|week| week.added == 8).count(), 7);
}

#[test_on_both]
async fn what_is_asked_of_the_outlook_must_make_sense(app: TestApp) {
    let offer = app.offer().full_day().create().await;
    let other = app.offer().full_day().create().await;
    let head = app.head(offer.nursery).await;
    for class in [other.class, ClassId::new()] {
        let ask = GetOutlook { class_id: Some(class), ..GetOutlook::default() };
        assert_eq!(head.call(&ask).await.unwrap_err().kind, ProblemKind::NotFound);
    }
    let cases = [
        (GetOutlook { to_time: None, ..one_more(offer.class, &[1], DAY) }, "from_time", FieldRule::Required),
        (one_more(offer.class, &[8], DAY), "weekdays", FieldRule::Unknown),
        (GetOutlook { until: Some(app.in_days(-1)), ..one_more(offer.class, &[1], DAY) }, "until", FieldRule::TooSmall),
    ];
    for (ask, field, rule) in cases {
        let refused = head.call(&ask).await.unwrap_err();
        assert_eq!((refused.fields[0].field.as_str(), refused.fields[0].rule), (field, rule));
    }
}

#[test_on_both]
async fn who_grows_out_of_a_class_is_listed_with_the_next_one(app: TestApp) {
    let nursery = app.nursery().create().await;
    let toddlers = app.offer().of(&nursery).places(5).full_day().create().await;
    let seniors = app.offer().of(&nursery).class(ClassKind::SeniorToddler).places(1).full_day().create().await;
    let head = app.head(nursery.id).await;
    let mut ann = app.family_without_children("Ann").await;
    let birthday = app.in_days(20);
    ann.add_child_born(birthday - chrono::Months::new(24)).await;
    let mut ben = app.family_without_children("Ben").await;
    let later = app.today() + chrono::Months::new(4);
    ben.add_child_born(later - chrono::Months::new(24)).await;
    // Seventeen months old: stays for another seven.
    let mut cem = app.family_without_children("Cem").await;
    cem.add_child(17).await;
    for family in [&ann, &ben, &cem] {
        let order = family.order(&toddlers, DAY).on(app.in_days(1)).on(app.in_days(2));
        order.send().await.unwrap();
    }
    // Whoever comes once is a guest.
    let mut dora = app.family_without_children("Dora").await;
    dora.add_child_born(birthday - chrono::Months::new(24)).await;
    dora.order(&toddlers, DAY).on(app.in_days(1)).send().await.unwrap();

    let found = head.call(&GetAgeing {}).await.unwrap().children;
    let told: Vec<_> = found.iter().map(|child| (child.child_name.as_str(), child.on, child.booked_after)).collect();
    assert_eq!(told, [("Ann-1", birthday, 0), ("Ben-1", later, 0)]);
    let next: Vec<_> = found.iter().map(|child| child.next.clone().unwrap()).collect();
    assert!(next.iter().all(|next| next.class_id == seniors.class));
    assert_eq!(next.iter().map(|next| (next.free, next.bookable)).collect::<Vec<_>>(), [(1, true), (1, false)]);
    // Somebody else has the place.
    let mut eve = app.family_without_children("Eve").await;
    eve.add_child(26).await;
    eve.order(&seniors, DAY).on(app.in_days(1)).on(birthday).send().await.unwrap();
    let found = head.call(&GetAgeing {}).await.unwrap().children;
    let free: Vec<_> = found.iter().map(|child| child.next.as_ref().unwrap().free).collect();
    assert_eq!(free, [0, 0], "on a day that cannot be booked yet, those who come now count");
    let elsewhere = app.head(app.nursery().create().await.id).await;
    assert_eq!(elsewhere.call(&GetAgeing {}).await.unwrap().children, []);
}
