//! Binding a WeChat to an account: by its own session, once, in time; to one account at a time.

use chrono::Duration;
use diesel::prelude::*;
use doorstep_server::db::schema::wechat_binding;
use doorstep_shared::{
    accounts::{DeleteAccount, ExportFamily},
    messages::{
        AskWechat, BindWechat, ChangeChannels, Channels, GetChannels, ListMessages, UnbindWechat, WechatChannel,
    },
};
use doorstep_tests::{WechatDouble, prelude::*};
use doorstep_web::visit::Fields;

/// Goes to WeChat and comes back, without handing in what came along.
async fn back_from_wechat(family: &Family) -> BindWechat {
    let url = family.call(&AskWechat {}).await.unwrap().url;
    assert!(url.ends_with("#wechat_redirect"), "{url}");
    let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = doorstep_tests::read(http.get(url)).await;
    let to = answer.header("location").unwrap();
    let (path, query) = to.split_once('?').unwrap();
    assert!(path.ends_with("/me/wechat"), "{to}");
    let fields = Fields::parse(query);
    let field = |name| fields.get(name).unwrap().to_owned();
    BindWechat { code: field("code"), state: field("state") }
}

/// Binds the WeChat of whoever holds the phone.
pub async fn bind(app: &TestApp, family: &Family) -> Result<Channels, Problem> {
    // Of one moment only one permission is good.
    app.clock.advance(Duration::microseconds(1));
    let came = back_from_wechat(family).await;
    family.call(&came).await
}

async fn app_with_wechat(database: Database) -> (TestApp, WechatDouble) {
    let wechat = WechatDouble::start().await;
    let app = TestApp::with(database, |config| wechat.set_up(config)).await;
    (app, wechat)
}

async fn channel(family: &Family) -> WechatChannel {
    family.call(&GetChannels {}).await.unwrap().wechat.unwrap()
}

fn is_refused(answer: Result<Channels, Problem>) -> bool {
    answer.is_err_and(|problem| problem.kind == ProblemKind::WechatNotConfirmed)
}

const NONE: WechatChannel = WechatChannel { on: false, bound_at: None };

#[test_on_both]
async fn a_wechat_is_bound_switched_and_unbound(database: Database) {
    let (app, _wechat) = app_with_wechat(database).await;
    let ann = app.family("Ann").await;
    assert_eq!(channel(&ann).await, NONE);
    let switch = |on| ChangeChannels { wechat: Some(on), ..ChangeChannels::default() };
    assert_eq!(ann.call(&switch(true)).await.unwrap_err().kind, ProblemKind::WrongState, "there is none to switch");
    let bound = bind(&app, &ann).await.unwrap().wechat.unwrap();
    assert_eq!(bound, WechatChannel { on: true, bound_at: Some(app.now()) });
    assert_eq!(channel(&ann).await, bound);
    assert_eq!(ann.call(&ExportFamily {}).await.unwrap().wechat, Some(bound), "what is kept is told");
    assert!(!ann.call(&switch(false)).await.unwrap().wechat.unwrap().on);
    assert!(bind(&app, &ann).await.unwrap().wechat.unwrap().on, "who binds it again wants it");
    for _ in 0..2 {
        ann.call(&UnbindWechat {}).await.unwrap();
        assert_eq!(channel(&ann).await, NONE);
    }
    assert_eq!(ann.call(&ExportFamily {}).await.unwrap().wechat, None);
}

#[test_on_both]
async fn who_comes_back_is_believed_once_in_time_and_in_the_session_that_went(database: Database) {
    let (app, wechat) = app_with_wechat(database).await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    let came = back_from_wechat(&ann).await;
    let before = app.snapshot().await;
    // A stranger's link: what came back from WeChat for one is of no use to another.
    assert!(is_refused(ben.call(&came).await));
    let forged = |state: String| BindWechat { state, ..came.clone() };
    let changed = came.state.chars().rev().collect::<String>();
    for state in [String::new(), changed, came.state[1..].to_owned(), format!("{}0", came.state), "0".repeat(64)] {
        assert!(is_refused(ann.call(&forged(state)).await));
    }
    let foreign = BindWechat { code: "of nobody".to_owned(), ..came.clone() };
    for code in [foreign.code.as_str(), "", &"c".repeat(300)] {
        assert!(is_refused(ann.call(&BindWechat { code: code.to_owned(), ..came.clone() }).await));
    }
    assert_eq!(before.differences(&app.snapshot().await), [""; 0]);

    let key = Some("one form");
    let bound = ann.call_once(&came, key).await.unwrap();
    assert_eq!(ann.call_once(&came, key).await.unwrap(), bound, "a form that is sent twice is answered twice");
    wechat.is_held_by("oOTHER");
    let again = back_from_wechat(&ann).await;
    let replayed = BindWechat { state: came.state.clone(), ..again };
    assert!(is_refused(ann.call(&replayed).await), "a state is good once");
    ann.call(&UnbindWechat {}).await.unwrap();
    assert!(is_refused(ann.call(&replayed).await), "unbinding does not make it good again");

    app.clock.advance(Duration::seconds(1));
    let late = back_from_wechat(&ann).await;
    app.clock.advance(Duration::minutes(30));
    let other_session = ann.again(&app).await;
    assert!(is_refused(other_session.call(&late).await), "too old, and of another session");
    assert_eq!(channel(&other_session).await, NONE);
}

#[test_on_both]
async fn of_two_that_come_back_at_once_with_the_same_state_one_is_believed(database: Database) {
    let (app, wechat) = app_with_wechat(database).await;
    let ann = app.family("Ann").await;
    let first = back_from_wechat(&ann).await;
    wechat.is_held_by("oSOMEBODY");
    let second = BindWechat { state: first.state.clone(), ..back_from_wechat(&ann).await };
    let (one, other) = join!(ann.call(&first), ann.call(&second));
    assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|ok| **ok).count(), 1, "{one:?} {other:?}");
}

#[test_on_both]
async fn a_wechat_leaves_the_account_that_it_was_bound_to_which_is_told(database: Database) {
    let (app, wechat) = app_with_wechat(database).await;
    let (ann, ben) = (app.family("Ann").await, app.family("Ben").await);
    wechat.is_held_by("oSHARED");
    bind(&app, &ann).await.unwrap();
    bind(&app, &ben).await.unwrap();
    assert_eq!(channel(&ann).await, NONE);
    assert!(channel(&ben).await.on);
    let told = ann.call(&ListMessages::default()).await.unwrap().items;
    assert!(told[0].body.contains("微信"), "{}", told[0].body);
    assert_eq!(ben.call(&ListMessages::default()).await.unwrap().items, []);
}

#[test_on_both]
async fn what_wechat_calls_somebody_is_kept_sealed_and_goes_with_the_account(database: Database) {
    let (app, wechat) = app_with_wechat(database).await;
    let ann = app.family("Ann").await;
    wechat.is_held_by("oSECRETSECRET");
    bind(&app, &ann).await.unwrap();
    assert_eq!(app.snapshot().await.tables_with("oSECRETSECRET"), [""; 0]);
    let export = serde_json::to_string(&ann.call(&ExportFamily {}).await.unwrap()).unwrap();
    assert!(!export.contains("oSECRETSECRET"));
    ann.call(&DeleteAccount {}).await.unwrap();
    let left = app.db().read(|conn| Ok(wechat_binding::table.count().get_result::<i64>(conn)?));
    assert_eq!(left.await.unwrap(), 0);
}

#[test_on_both]
async fn where_no_account_is_set_up_nothing_speaks_of_wechat(app: TestApp) {
    let ann = app.family("Ann").await;
    assert_eq!(ann.call(&GetChannels {}).await.unwrap().wechat, None);
    assert_eq!(ann.call(&AskWechat {}).await.unwrap_err().kind, ProblemKind::NotFound);
    let page = doorstep_tests::read(ann.request("GET", "/me")).await;
    assert!(page.status == 200 && !page.body.contains("微信"), "{}", page.body);
}
