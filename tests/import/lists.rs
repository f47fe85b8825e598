//! Plain lists with the names of our own fields.

use doorstep_server::nurseries::import::Outcome;
use doorstep_tests::prelude::*;

use super::{assert_adds_up, data, execute, import, import_text, rows, told, written};

const HEAD: &str = "key,name,kind,lat,lng,places,from_months,to_months,hours,price\n";
const ONE: &str = "a1,小禾苗托育园,community,31.57,120.30,24,6,36,7:30-18:00,80\n";

#[test_on_both]
async fn a_list_is_taken_row_by_row_and_each_line_is_answered_for(app: TestApp) {
    let rows = [
        ONE,
        "a2,没有坐标,community,,,24,6,36,7:30-18:00,80\n",
        "a3,时间不整,community,31.58,120.31,24,6,36,7:45-18:00,80\n",
        "a1,重复,community,31.58,120.31,24,6,36,7:30-18:00,80\n",
        "a4,同址,home_based,31.57,120.30,4,6,36,7:30-18:00,80\n",
        "a5,处处有错,zoo,north,120.30,0,6,36,7:30-18:00,80\n",
    ];
    let report = import_text(app.db(), "list.csv", &format!("{HEAD}{}", rows.concat())).await.unwrap();
    assert_adds_up(&report);
    let outcomes: Vec<_> = report.items.iter().map(|item| (item.row, item.outcome)).collect();
    use Outcome::{Corrected, Refused};
    assert_eq!(outcomes, [(2, Corrected), (3, Refused), (4, Corrected), (5, Refused), (6, Corrected), (7, Refused)]);
    assert_eq!(told(&report, "no coordinates"), 1);
    assert_eq!(told(&report, "has the same key as row 2"), 1);
    let several = report.items.iter().find(|item| item.row == 7).map(|item| item.details.len());
    assert_eq!(several, Some(3), "a row is told all that is wrong with it: {:?}", report.items);
    assert_eq!(told(&report, "cut to half-hours: 08:00–18:00"), 1);
    let noted: Vec<_> = report.items.iter().filter(|item| !item.notes.is_empty()).map(|item| item.row).collect();
    assert_eq!(noted, [2, 6], "those on one point");
}

#[test_on_both]
async fn an_imported_nursery_can_be_found_and_booked_at_once(app: TestApp) {
    import_text(app.db(), "list.csv", &format!("{HEAD}{ONE}")).await.unwrap();
    let date = app.in_days(1);
    let path = format!("/api/v1/slots?lat=31.57&lng=120.30&date={date}&care=full_day&age_months=20");
    let found = app.client().get(&path).await.json();
    let item = &found["items"][0];
    assert_eq!(item["nursery"]["name"], "小禾苗托育园");
    let offer = &item["offers"][0];
    assert_eq!((&offer["class_kind"], &offer["price_fen"]), (&"toddler".into(), &8_000.into()));
    let profile = format!("/api/v1/nurseries/{}", item["nursery"]["id"].as_str().unwrap());
    let profile = app.client().get(&profile).await.json();
    assert_eq!((&profile["to_confirm"], &profile["demo"]), (&true.into(), &false.into()));
}

#[test_on_both]
async fn a_file_that_breaks_off_or_a_database_that_fails_changes_nothing(app: TestApp) {
    let before = written(app.db()).await;
    let broken = [
        ("list.csv", format!("{HEAD}{ONE}a2,too,few\n")),
        ("list.json", "[{\"key\": \"a1\"".to_owned()),
        ("list.json", "{\"items\": []}".to_owned()),
        ("list.geojson", "{\"features\": {}}".to_owned()),
        ("list.csv", HEAD.to_owned()),
        ("list.doc", ONE.to_owned()),
        ("list.xlsx", ONE.to_owned()),
    ];
    for (name, text) in broken {
        let error = import_text(app.db(), name, &text).await.unwrap_err().to_string();
        assert!(error.contains(name), "{error}");
        assert_eq!(written(app.db()).await, before, "{name}: {error}");
    }
    let two = format!("{HEAD}{ONE}{}", ONE.replace("a1", "a2"));
    // The database fails while the import is staged, and in the very transaction that accepts it.
    for index in ["nursery (address)", "nursery (kind) WHERE import_id IS NULL"] {
        execute(app.db(), &format!("CREATE UNIQUE INDEX only_one ON {index}")).await;
        assert!(import_text(app.db(), "list.csv", &two).await.is_err(), "{index}");
        assert_eq!(written(app.db()).await, before, "{index}");
        execute(app.db(), "DROP INDEX only_one").await;
    }
    assert_eq!(import_text(app.db(), "list.csv", &two).await.unwrap().created, 2);
}

#[test_on_both]
async fn a_later_list_changes_what_it_knows_by_key_and_what_is_gone_is_not_sold(app: TestApp) {
    import_text(app.db(), "list.csv", &format!("{HEAD}{ONE}")).await.unwrap();
    let ids = "SELECT 'offer' AS name, COUNT(*) AS rows FROM offer WHERE withdrawn_at IS NULL \
               UNION ALL SELECT 'all', COUNT(*) FROM offer UNION ALL SELECT name, 1 FROM nursery";
    let named = |nursery: &str, sold: i64, all: i64| {
        vec![("offer".to_owned(), sold), ("all".to_owned(), all), (nursery.to_owned(), 1)]
    };
    // Infants, toddlers and seniors, with full days, half-days and hours.
    assert_eq!(rows(app.db(), ids).await, named("小禾苗托育园", 9, 9));
    let changed = ONE.replace("小禾苗", "大禾苗").replace(",80", ",90");
    let report = import_text(app.db(), "list.csv", &format!("{HEAD}{changed}")).await.unwrap();
    assert_eq!((report.created, report.updated, report.unchanged), (0, 1, 0));
    assert_eq!(rows(app.db(), ids).await, named("大禾苗托育园", 9, 9));
    let priced = "SELECT 'price' AS name, MAX(price_fen) AS rows FROM offer";
    assert_eq!(rows(app.db(), priced).await[0].1, 9_000);

    // No infants any more.
    let older = changed.replace(",6,36,", ",12,36,");
    import_text(app.db(), "list.csv", &format!("{HEAD}{older}")).await.unwrap();
    assert_eq!(rows(app.db(), ids).await, named("大禾苗托育园", 6, 9));

    // Once confirmed, classes, offers and hours are the nursery's own.
    execute(app.db(), "UPDATE nursery SET to_confirm = FALSE").await;
    let report = import_text(app.db(), "list.csv", &format!("{HEAD}{ONE}")).await.unwrap();
    assert_eq!(report.updated, 1);
    assert_eq!(rows(app.db(), ids).await, named("小禾苗托育园", 6, 9));
    assert_eq!(rows(app.db(), priced).await[0].1, 9_000);
}

#[test_on_both]
async fn a_sheet_is_read_like_a_list(app: TestApp) {
    let report = import(app.db(), &data("plain.xlsx"), None, false).await.unwrap();
    assert_adds_up(&report);
    let outcomes: Vec<_> = report.items.iter().map(|item| (item.row, item.outcome)).collect();
    assert_eq!(outcomes, [(2, Outcome::Corrected), (3, Outcome::Refused)]);
    assert_eq!(told(&report, "no coordinates"), 1);
}

#[test_on_both]
async fn a_mapping_that_names_a_column_that_is_not_there_is_refused(app: TestApp) {
    let folder = doorstep_tests::Folder::new();
    let (file, map) = (folder.path().join("list.csv"), folder.path().join("map.toml"));
    std::fs::write(&file, format!("{HEAD}{ONE}")).unwrap();
    let fields = "key = \"key\"\nname = \"title\"\nkind = \"kind\"\nlat = \"lat\"\nlng = \"lng\"\n";
    std::fs::write(&map, format!("source = \"mine\"\n[fields]\n{fields}")).unwrap();
    let error = import(app.db(), &file, Some(map), false).await.unwrap_err().to_string();
    assert!(error.contains("the column \"title\", which no row has"), "{error}");
}
