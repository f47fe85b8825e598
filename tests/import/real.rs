//! Two real files, foreign and old: they prove reading and geometry, and are no part of the product.

use doorstep_tests::prelude::*;

use super::{assert_adds_up, data, import, rows, told, written};

/// The folder with the real files; None, said aloud, when it is not there.
fn real_data(file: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("DOORSTEP_REAL_DATA").map(|folder| std::path::PathBuf::from(folder).join(file));
    let found = path.filter(|path| path.exists());
    if found.is_none() {
        println!("{file} is not tested: DOORSTEP_REAL_DATA does not name a folder that has it");
    }
    found
}

#[test_on_both]
async fn every_row_of_the_real_files_is_accounted_for_and_comes_once(app: TestApp) {
    // File, mapping, rows, taken, corrected, and how many rows for which words.
    type Case = (&'static str, &'static str, [usize; 3], &'static [(&'static str, usize)]);
    let cases: [Case; 2] = [
        (
            "sapporo-nurseries.geojson",
            "sapporo.toml",
            [528, 271, 111],
            &[
                ("takes no under-threes", 144),
                ("one university's members only", 2),
                ("ownership is not told: private assumed", 111),
                ("cut to half-hours", 1),
                ("end at midnight", 1),
            ],
        ),
        (
            "singapore-centres.json",
            "singapore.toml",
            [1866, 0, 1617],
            &[
                ("takes no under-threes", 185),
                ("name: it is not told", 63),
                ("has the same key as row", 1),
                ("places are not told: 20 for under-threes assumed", 1617),
                ("saturday_hours left out", 1),
            ],
        ),
    ];
    for (file, map, [all, taken, corrected], words) in cases {
        let Some(path) = real_data(file) else { continue };
        let before = written(app.db()).await;
        let dry = import(app.db(), &path, Some(data(map)), true).await.unwrap();
        assert_eq!(written(app.db()).await, before, "{file}: a dry run writes nothing");

        let report = import(app.db(), &path, Some(data(map)), false).await.unwrap();
        assert_adds_up(&report);
        assert_eq!([report.rows, report.taken, report.corrected], [all, taken, corrected], "{file}");
        assert_eq!((dry.items, dry.created), (report.items.clone(), report.created), "{file}: as the dry run foretold");
        for (words, count) in words {
            assert_eq!(told(&report, words), *count, "{file}: {words}");
        }

        let after = written(app.db()).await;
        let again = import(app.db(), &path, Some(data(map)), false).await.unwrap();
        assert_adds_up(&again);
        assert_eq!((again.created, again.updated, again.unchanged), (0, 0, taken + corrected), "{file}: met by key");
        assert_eq!(written(app.db()).await, after, "{file}: a second import makes no doubles");
    }
    let without = "SELECT 'x' AS name, COUNT(*) AS rows FROM nursery WHERE NOT to_confirm OR NOT EXISTS \
                   (SELECT 1 FROM class JOIN offer ON offer.class_id = class.id WHERE class.nursery_id = nursery.id)";
    assert_eq!(rows(app.db(), without).await[0].1, 0, "each has offers, and waits to be confirmed");
}

#[test_on_both]
async fn an_imported_nursery_is_found_where_it_stands(app: TestApp) {
    let Some(path) = real_data("sapporo-nurseries.geojson") else { return };
    import(app.db(), &path, Some(data("sapporo.toml")), false).await.unwrap();
    // The first row of the file; from 22 months.
    let near = "/api/v1/slots?lat=43.045613&lng=141.343758&radius_m=1000&date=2026-03-03&care=full_day&age_months=30";
    let found = app.client().get(near).await.json();
    let first = &found["items"][0]["nursery"];
    assert_eq!((first["name"].as_str(), first["distance_m"].as_u64()), (Some("札幌市あけぼの保育園"), Some(0)));
    let young = app.client().get(&near.replace("age_months=30", "age_months=20")).await.json();
    let names: Vec<_> = young["items"].as_array().unwrap().iter().map(|item| item["nursery"]["name"].clone()).collect();
    assert!(!names.is_empty() && !names.contains(&"札幌市あけぼの保育園".into()), "{names:?}");
}
