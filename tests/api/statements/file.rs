//! The spreadsheet, read back by another program than the one that wrote it.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use doorstep_server::audit;
use doorstep_shared::children::{AddChild, Sex};

use super::*;

async fn download(staff: &Staff, month: &str, language: &str) -> Xlsx<Cursor<Vec<u8>>> {
    let path = format!("/api/v1/staff/statements/{month}/statements.xlsx");
    let answer = staff.request("GET", &path).header("accept-language", language).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    Xlsx::new(Cursor::new(answer.bytes().await.unwrap().to_vec())).unwrap()
}

fn fen(cell: &Data) -> i64 {
    match cell {
        Data::Float(yuan) => (yuan * 100.0).round() as i64,
        other => panic!("no amount: {other:?}"),
    }
}

#[test_on_both]
async fn a_month_as_a_spreadsheet_holds_every_fen_and_no_formula(app: TestApp) {
    let offer = app.offer().places(9).hourly().price_fen(2_501).create().await;
    let names = ["=HYPERLINK(\"http://evil\",\"安安\")", "+1", "乐乐"];
    let mut due = 0;
    for (name, span) in names.iter().zip(["09:00-10:30", "09:00-11:00", "13:00-16:30"]) {
        let mut ann = app.family_without_children("Ann").await;
        let add = AddChild {
            name: (*name).to_owned(),
            birth_date: app.today() - chrono::Months::new(18),
            sex: Sex::Male,
            birth_order: 1,
            residence_district: String::new(),
            allergies: String::new(),
            notes: String::new(),
            consents: None,
        };
        let child = ann.call(&add).await.unwrap();
        ann.children.push(child);
        let booking = ann.order(&offer, span).on(date("2026-03-09")).send().await.unwrap();
        due += booking.price.due_fen.0;
    }
    let staff = app.front_desk(offer.nursery).await;
    let mut book = download(&staff, "2026-03", "zh").await;
    assert_eq!(book.sheet_names(), ["2026年3月", "出勤明细"]);
    let (children, days) = (book.worksheet_range("2026年3月").unwrap(), book.worksheet_range("出勤明细").unwrap());
    let rows: Vec<_> = children.rows().collect();
    assert_eq!(rows.len(), 1 + 3 + 1, "a head, three children and their sum");
    let column = |head: &str| rows[0].iter().position(|cell| *cell == Data::String(head.to_owned())).unwrap();
    let (child, paid) = (column("孩子"), column("到园应付（元）"));
    let told: Vec<_> = rows[1..4].iter().map(|row| row[child].to_string()).collect();
    for name in names {
        assert!(told.contains(&name.to_owned()), "{told:?} names {name} as it was written");
    }
    assert_eq!(rows[1..4].iter().map(|row| fen(&row[paid])).sum::<i64>(), due);
    assert_eq!(fen(&rows[4][paid]), due);
    assert_eq!(days.rows().count(), 1 + 3);
    assert_eq!(days.rows().skip(1).map(|row| fen(row.last().unwrap())).sum::<i64>(), due);
    for sheet in book.sheet_names() {
        let formulas = book.worksheet_formula(&sheet).unwrap();
        assert!(formulas.cells().all(|(_, _, formula)| formula.is_empty()), "{sheet} has formulas");
    }
    assert_eq!(download(&staff, "2026-03", "en").await.sheet_names(), ["Mar 2026", "Attendance"]);
    let nursery = offer.nursery;
    let noted = app.db().read(move |conn| Ok(audit::of(conn, nursery.0)?)).await.unwrap();
    assert_eq!(noted, ["statements_exported"; 2]);
    let teacher = app.teacher(offer.nursery).await;
    let answer = teacher.get("/api/v1/staff/statements/2026-03/statements.xlsx").await;
    assert_eq!(answer.problem().kind, ProblemKind::Forbidden);
}
