//! Persons who pick up: their photos, and their codes.

use chrono::Duration;
use doorstep_server::bookings::{PickedUpBy, verify_pick_up};
use doorstep_shared::{
    bookings::{Booking, CancelBooking},
    family::{
        AddPickUpPerson, GetFamily, IssuePickUpCode, ListPickUpCodes, ListPickUps, PickUpCode, PickUpPerson,
        RemovePickUpPerson, RevokePickUpCode, Role,
    },
    ids::{BookingId, NurseryId},
};
use doorstep_tests::{Answer, prelude::*, read};
use image::{Rgb, RgbImage, codecs::jpeg::JpegEncoder};

async fn person(of: &Family) -> PickUpPerson {
    let add = AddPickUpPerson { name: "王叔叔".to_owned(), relation: "邻居".to_owned(), phone: None };
    of.call(&add).await.unwrap()
}

/// A JPEG that says where it was taken.
fn photo() -> Vec<u8> {
    let mut file = Vec::new();
    let picture = RgbImage::from_pixel(700, 350, Rgb([200, 30, 30]));
    JpegEncoder::new_with_quality(&mut file, 90).encode_image(&picture).unwrap();
    let body = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\0 GPS 31.2304 N 121.4737 E";
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&file[..2], b"\xff\xe1", &length, body, &file[2..]].concat()
}

fn path(person: &PickUpPerson) -> String {
    format!("/api/v1/family/pick-up-persons/{}/photo", person.id)
}

/// Sends a file as a form does.
async fn send(by: &Client, person: &PickUpPerson, field: &str, file: &[u8], headers: &[(&str, &str)]) -> Answer {
    let head = format!(
        "--edge\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"a.jpg\"\r\ncontent-type: image/jpeg\r\n\r\n"
    );
    let body = [head.as_bytes(), file, b"\r\n--edge--\r\n"].concat();
    let mut call = by.request("POST", &path(person)).header("content-type", "multipart/form-data; boundary=edge");
    for (name, value) in headers {
        call = call.header(*name, *value);
    }
    read(call.body(body)).await
}

async fn bytes(by: &Client, person: &PickUpPerson) -> Vec<u8> {
    by.request("GET", &path(person)).send().await.unwrap().bytes().await.unwrap().to_vec()
}

#[test_on_both]
async fn a_photo_is_made_anew_and_seen_by_the_family_alone(app: TestApp) {
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let (grandma, neighbour) = (app.relative(&ann, Role::Member).await, app.relative(&ann, Role::PickUp).await);
    let person = person(&ann).await;
    let sent = photo();
    assert!(sent.windows(3).any(|part| part == b"GPS"));
    assert_eq!(send(&ann, &person, "photo", &sent, &[]).await.status, 204);
    assert!(ann.call(&GetFamily {}).await.unwrap().pick_up_persons.iter().any(|one| one.has_photo));

    let shown = read(grandma.request("GET", &path(&person))).await;
    let told = ["content-type", "cache-control", "x-content-type-options"].map(|name| shown.header(name).unwrap());
    assert_eq!((shown.status, told), (200, ["image/jpeg", "no-store", "nosniff"]));
    let kept = bytes(&ann, &person).await;
    for word in [b"GPS".as_slice(), b"Exif", b"31.2304"] {
        assert!(!kept.windows(word.len()).any(|part| part == word), "{word:?}");
    }
    assert_eq!(image::load_from_memory(&kept).unwrap().to_rgb8().dimensions(), (512, 256));
    for (stranger, status) in [(&*ben, 404), (&*neighbour, 403), (&app.client(), 401)] {
        assert_eq!(stranger.get(&path(&person)).await.status, status);
        let before = app.snapshot().await;
        assert_eq!(send(stranger, &person, "photo", &sent, &[]).await.status, status);
        assert_eq!(before.differences(&app.snapshot().await), [""; 0]);
    }
    assert_eq!(send(&grandma, &person, "photo", &sent, &[]).await.status, 403);
    let id = person.id;
    let actions = app.db().read(move |conn| Ok(doorstep_server::audit::of(conn, id.0)?)).await.unwrap();
    assert_eq!(actions, ["pick_up_person_added", "photo_stored", "photo_read", "photo_read"]);

    let export = ann.get("/api/v1/me/export").await.json();
    assert!(export["pick_up_persons"].as_array().unwrap().iter().any(|one| one["photo_base64"].is_string()));
    ann.call(&RemovePickUpPerson { id }).await.unwrap();
    assert_eq!(ann.get(&path(&person)).await.status, 404);
}

#[test_on_both]
async fn what_is_no_photo_is_refused_and_a_form_is_told_on_its_page(app: TestApp) {
    let ann = app.family("Ann").await;
    let person = person(&ann).await;
    let large = vec![0; 8 * 1024 * 1024 + 1];
    let cases: [(&str, &str, &[u8], ProblemKind); 4] = [
        ("words", "photo", b"<svg onload=alert(1)>", ProblemKind::Invalid),
        ("nothing", "photo", b"", ProblemKind::Invalid),
        ("another field", "file", b"x", ProblemKind::Invalid),
        ("too many bytes", "photo", &large, ProblemKind::TooLarge),
    ];
    let before = app.snapshot().await;
    for (name, field, file, kind) in cases {
        assert_eq!(send(&ann, &person, field, file, &[]).await.problem().kind, kind, "{name}");
        let shown = send(&ann, &person, field, file, &[("accept", "text/html")]).await;
        let page = format!("/family/pick-up/{}?refused={kind}", person.id);
        assert_eq!((shown.status, shown.header("location")), (303, Some(page.as_str())), "{name}");
    }
    let elsewhere = send(&ann, &person, "photo", &photo(), &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(elsewhere.problem().kind, ProblemKind::CrossSite);
    assert_eq!(before.differences(&app.snapshot().await), [""; 0]);
    let done = send(&ann, &person, "photo", &photo(), &[("accept", "text/html")]).await;
    assert_eq!(done.header("location"), Some(format!("/family/pick-up/{}?done=photo", person.id).as_str()));
}

/// Lets it become that time.
fn until(app: &TestApp, time: Timestamp) {
    app.clock.advance(time - app.now());
}

/// Tries a code at the door.
async fn at_the_door(app: &TestApp, nursery: NurseryId, booking: BookingId, code: &str) -> Option<PickedUpBy> {
    let (now, code) = (app.now(), code.to_owned());
    let (policy, digits) = (app.inside().policy.clone(), app.inside().accounts.pick_up_digits());
    let verify = move |conn: &mut _| verify_pick_up(conn, &policy, now, &digits, nursery, booking, &code);
    app.db().write(verify).await.unwrap()
}

async fn issue(by: &Family, booked: &Booking, person: &PickUpPerson) -> PickUpCode {
    let ask = IssuePickUpCode { id: booked.id, date: booked.days[0].date, person_id: person.id };
    by.call(&ask).await.unwrap()
}

fn another(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[test_on_both]
async fn a_code_lets_one_person_pick_up_once_on_its_day(app: TestApp) {
    let offer = app.offer().places(2).hourly().create().await;
    let ann = app.family("Ann").await;
    let booked = ann.book(&offer, "09:00-11:00").await.unwrap();
    let nursery = booked.nursery.id;
    let person = person(&ann).await;
    let given = issue(&ann, &booked, &person).await;
    let code = given.code.clone().unwrap();
    assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
    let listed = ann.call(&ListPickUpCodes { id: booked.id }).await.unwrap().items;
    assert_eq!((listed.len(), &listed[0].code), (1, &None), "told once");
    assert_eq!(app.snapshot().await.tables_with(&code), [""; 0], "and kept nowhere");

    assert_eq!(at_the_door(&app, nursery, booked.id, &code).await, None, "the day before");
    until(&app, Timestamp::at(booked.days[0].date, "10:30".parse().unwrap()));
    let other = app.nursery().create().await;
    assert_eq!(at_the_door(&app, other.id, booked.id, &code).await, None, "at another nursery");
    assert_eq!(at_the_door(&app, nursery, booked.id, &another(&code)).await, None, "a wrong one");
    let let_in = at_the_door(&app, nursery, booked.id, &code).await;
    assert_eq!(let_in, Some(PickedUpBy { person: person.id, name: "王叔叔".to_owned() }));
    assert_eq!(at_the_door(&app, nursery, booked.id, &code).await, None, "used");
}

#[test_on_both]
async fn a_code_ends_with_its_day_its_tries_its_person_and_the_next_one(app: TestApp) {
    let offer = app.offer().places(9).hourly().create().await;
    for case in ["too late", "five tries", "revoked", "followed", "cancelled", "person removed"] {
        let ann = app.family("Ann").await;
        let booked = ann.book(&offer, "09:00-11:00").await.unwrap();
        let (nursery, date, person) = (booked.nursery.id, booked.days[0].date, person(&ann).await);
        let code = issue(&ann, &booked, &person).await.code.unwrap();
        match case {
            "revoked" => ann.call(&RevokePickUpCode { id: booked.id, date }).await.unwrap(),
            "followed" => drop(issue(&ann, &booked, &person).await),
            "cancelled" => drop(ann.call(&CancelBooking::all(booked.id)).await.unwrap()),
            "person removed" => ann.call(&RemovePickUpPerson { id: person.id }).await.unwrap(),
            _ => {}
        }
        let end = Timestamp::at(date, "11:00".parse().unwrap()) + Duration::hours(1);
        until(&app, if case == "too late" { end } else { end - Duration::seconds(1) });
        if case == "five tries" {
            for _ in 0..5 {
                assert_eq!(at_the_door(&app, nursery, booked.id, &another(&code)).await, None);
            }
        }
        assert_eq!(at_the_door(&app, nursery, booked.id, &code).await, None, "{case}");
    }
}

#[test_on_both]
async fn who_picks_up_reads_when_where_and_whom_and_the_code_until_it_is_used(app: TestApp) {
    let offer = app.offer().places(2).hourly().create().await;
    let ann = app.family("Ann").await;
    let neighbour = app.relative(&ann, Role::PickUp).await;
    let booked = ann.book(&offer, "09:00-11:00").await.unwrap();
    assert_eq!(neighbour.call(&ListPickUps {}).await.unwrap().items, []);
    let person = ann.call(&GetFamily {}).await.unwrap().pick_up_persons.remove(0);
    let code = issue(&ann, &booked, &person).await.code.unwrap();
    let text = app.messages(&neighbour.phone).await.pop().unwrap();
    assert!(text.contains(&code) && !text.contains(&ann.child().name), "{text}");

    let mine = neighbour.call(&ListPickUps {}).await.unwrap().items;
    assert_eq!(mine.len(), 1);
    assert_eq!((mine[0].date, mine[0].until.to_string()), (booked.days[0].date, "11:00".to_owned()));
    assert_eq!((&mine[0].children[..], &mine[0].code), (&[ann.child().name.clone()][..], &Some(code.clone())));
    let told = neighbour.get("/api/v1/pick-ups").await.body;
    for secret in [booked.door_code.as_ref().unwrap(), &ann.child().birth_date.to_string(), &ann.phone] {
        assert!(!told.contains(secret.as_str()), "{secret}");
    }
    until(&app, Timestamp::at(booked.days[0].date, "10:00".parse().unwrap()));
    assert!(at_the_door(&app, booked.nursery.id, booked.id, &code).await.is_some());
    let neighbour = neighbour.again(&app).await;
    assert_eq!(neighbour.call(&ListPickUps {}).await.unwrap().items[0].code, None);
    app.clock.advance(Duration::hours(2));
    assert_eq!(neighbour.again(&app).await.call(&ListPickUps {}).await.unwrap().items, [], "over");
}

#[test_on_both]
async fn a_repeated_call_gives_one_code_and_many_at_once_leave_one(app: TestApp) {
    let offer = app.offer().places(2).hourly().create().await;
    let ann = app.family("Ann").await;
    let booked = ann.book(&offer, "09:00-11:00").await.unwrap();
    let person = person(&ann).await;
    let ask = IssuePickUpCode { id: booked.id, date: booked.days[0].date, person_id: person.id };
    let (one, again) = (ann.call_once(&ask, Some("k")).await.unwrap(), ann.call_once(&ask, Some("k")).await.unwrap());
    assert_eq!(one.code, again.code);
    let many = join_all((0..8).map(|_| ann.call(&ask))).await;
    assert!(many.iter().all(Result::is_ok), "{many:?}");
    assert_eq!(ann.call(&ListPickUpCodes { id: booked.id }).await.unwrap().items.len(), 1);
    let ben = app.family("Ben").await;
    let foreign = IssuePickUpCode { person_id: self::person(&ben).await.id, ..ask };
    assert_eq!(ann.call(&foreign).await.unwrap_err().kind, ProblemKind::NotFound, "another family's person");
    assert_eq!(ben.call(&ask).await.unwrap_err().kind, ProblemKind::NotFound, "another family's booking");
}
