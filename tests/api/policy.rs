//! What policy says, asked from outside.

use doorstep_shared::policy::{FigureValue, GetPolicy, PolicyFigure, Standing};
use doorstep_tests::{prelude::*, read};

/// A server of a city that goes by a pack.
async fn city(database: Database, pack: &str) -> TestApp {
    TestApp::with(database, |config| config.policy = Some(pack.into())).await
}

async fn figure(app: &TestApp, key: &str, date: Option<&str>) -> Option<PolicyFigure> {
    let date = date.map(|date| date.parse().unwrap());
    let policy = app.client().call(&GetPolicy { date }).await.unwrap();
    policy.figures.into_iter().find(|figure| figure.key == key)
}

#[test_on_both]
async fn anybody_can_ask_what_applied_on_a_day_and_where_it_comes_from(database: Database) {
    let app = city(database, "jining").await;
    let key = "subsidies.enrolment.by_birth_order.3";
    let today = figure(&app, key, None).await.unwrap();
    assert_eq!((today.value, today.standing, today.applies), (FigureValue::Number(50_000), Standing::InForce, true));
    assert_eq!((today.source.as_str(), today.article.as_deref()), ("济政办字〔2025〕15号", Some("§13")));
    assert_eq!(today.until, Some("2028-06-20".parse().unwrap()));
    let before = figure(&app, key, Some("2025-07-20")).await.unwrap();
    assert_eq!((before.standing, before.applies), (Standing::Coming, false));
    let after = figure(&app, key, Some("2028-06-21")).await.unwrap();
    assert_eq!((after.standing, after.applies), (Standing::Lapsed, false));
    // What another city fixes is not known here.
    assert_eq!(figure(&app, "subsidies.enrolment.each_child_fen", None).await, None);
}

#[test_on_both]
async fn the_page_shows_each_figure_with_its_article_in_both_languages(database: Database) {
    let app = city(database, "zhangye").await;
    let client = app.client();
    let page = client.get("/policy").await;
    assert_eq!(page.status, 200);
    for text in ["建设补贴，100 个托位起", "¥50000", "张掖市办法（送审稿） §1", "草案"] {
        assert!(page.body.contains(text), "{text} is missing");
    }
    let english = read(client.request("GET", "/policy?date=2026-03-02").header("accept-language", "en")).await;
    for text in ["Operating subsidy for each place and year", "¥1000", "Zhangye measures (submitted for approval) §1"]
    {
        assert!(english.body.contains(text), "{text} is missing");
    }
    // A day that is none is today.
    assert_eq!(client.get("/policy?date=never").await.status, 200);
}
