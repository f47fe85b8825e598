//! What operators do on the command line while the city goes on.

use std::process::Output;

use chrono::Duration;
use doorstep_shared::{
    accounts::RequestCode,
    bookings::{PriorityGroup, WaitState},
    ids::ChildId,
};
use doorstep_tests::{Folder, prelude::*, program};
use serde_json::Value;

use crate::couriers::{Answer, Provider};

/// Runs `doorstep` on the database of a server.
fn doorstep(app: &TestApp, arguments: &[&str], policy: Option<&Folder>) -> Output {
    let (folder, mut command) = (Folder::new(), program());
    command.args(arguments).env("DATABASE_URL", app.database().url_text()).env("DOORSTEP_DATA", folder.path());
    if let Some(folder) = policy {
        command.env("DOORSTEP_POLICY", folder.path().join("city.toml"));
    }
    command.output().unwrap()
}

fn printed(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

async fn ask_for_code(app: &TestApp, phone: &str) {
    app.client().call(&RequestCode { phone: phone.parse().unwrap() }).await.unwrap();
}

#[test_on_both]
async fn the_outbox_lists_how_far_messages_have_come_and_nothing_that_they_say(app: TestApp) {
    let (provider, offer) = (Provider::start().await, app.offer().places(3).hourly().create().await);
    let post = provider.post(&app);
    let ann = app.family("Ann").await;
    post.run_due().await.unwrap();
    app.clock.advance(Duration::seconds(1));
    provider.answers(Answer::RejectedWithNumber);
    ask_for_code(&app, "13900000001").await;
    post.run_due().await.unwrap();
    app.clock.advance(Duration::seconds(1));
    ann.book(&offer, "09:00-11:00").await.unwrap();

    let csv = printed(doorstep(&app, &["outbox"], None));
    let lines: Vec<_> = csv.lines().collect();
    let heading = "written_at,kind,channel,state,tries,next_try_at,recipient,why,provider_id,message_id";
    assert_eq!((lines[0], lines.len()), (heading, 5), "{csv}");
    let ways: Vec<Value> =
        serde_json::from_str(&printed(doorstep(&app, &["outbox", "--format", "json"], None))).unwrap();
    let of = |way: &Value| {
        ["kind", "channel", "state", "recipient"].map(|name| way[name].as_str().unwrap_or("-").to_owned())
    };
    let mut found: Vec<_> = ways.iter().map(of).collect();
    // Of what was written in one moment the order is not told.
    found[..2].sort();
    let anns = format!("{}****{}", &ann.phone[..3], &ann.phone[7..]);
    let nursery = offer.nursery.to_string();
    let expected = [
        ["booking", "nursery", "-", &nursery],
        ["booking", "sms", "queued", &anns],
        ["code", "sms", "failed", "139****0001"],
        ["code", "sms", "sent", &anns],
    ];
    assert_eq!(found, expected);
    assert!(ways[2]["why"].as_str().unwrap().contains("139****0001"), "{}", ways[2]);
    for (name, secret) in [("a number", "13900000001"), ("a number", &ann.phone)] {
        assert!(!csv.contains(secret), "{name}: {csv}");
    }
    for said in app.messages(&ann.phone).await.into_iter().chain(app.messages(&nursery).await) {
        assert!(!csv.contains(&said), "{csv}");
    }
    assert!(!csv.contains(&app.code_sent_to("13900000001").await), "{csv}");
}

#[test_on_both]
async fn the_outbox_is_narrowed_by_state_and_time(app: TestApp) {
    let provider = Provider::start().await;
    let post = provider.post(&app);
    let mut times = Vec::new();
    for (answer, phone) in
        [(Answer::Ok, "13900000001"), (Answer::Rejected, "13900000002"), (Answer::Rejected, "13900000003")]
    {
        provider.answers(answer);
        ask_for_code(&app, phone).await;
        post.run_due().await.unwrap();
        times.push(serde_json::to_value(app.now()).unwrap().as_str().unwrap().to_owned());
        app.clock.advance(Duration::hours(20));
    }
    let listed = |arguments: &[&str]| {
        let csv = printed(doorstep(&app, &[&["outbox"], arguments].concat(), None));
        csv.lines().skip(1).map(|line| line.split(',').nth(6).unwrap()[7..].to_owned()).collect::<Vec<_>>()
    };
    let tomorrow = app.in_days(1).to_string();
    let cases: [(&[&str], &[&str]); 8] = [
        (&[], &["0003", "0002", "0001"]),
        (&["--state", "failed"], &["0003", "0002"]),
        (&["--state", "sent"], &["0001"]),
        (&["--state", "unknown"], &[]),
        (&["--since", &times[1]], &["0003", "0002"]),
        (&["--since", &times[1], "--state", "failed", "--limit", "1"], &["0003"]),
        (&["--limit", "2"], &["0003", "0002"]),
        (&["--since", &tomorrow], &[]),
    ];
    for (arguments, expected) in cases {
        assert_eq!(listed(arguments), expected, "{arguments:?}");
    }
    for nonsense in [["--state", "lost"], ["--since", "yesterday"], ["--limit", "0"]] {
        assert!(!doorstep(&app, &[&["outbox"], &nonsense[..]].concat(), None).status.success(), "{nonsense:?}");
    }
}

/// A city that puts children in hardship first.
fn city() -> Folder {
    let folder = Folder::new();
    let (national, none) = (include_str!("../../server/policies/national.toml"), "priority_groups = { value = []");
    assert!(national.contains(none));
    let city = national.replacen(none, "priority_groups = { value = [\"hardship\"]", 1);
    std::fs::write(folder.path().join("city.toml"), city).unwrap();
    folder
}

#[test_on_both]
async fn a_child_of_a_group_comes_first_once_the_city_has_said_so(database: Database) {
    let city = city();
    let path = city.path().join("city.toml");
    let app = TestApp::with(database, |config| config.policy = Some(path)).await;
    let offer = app.offer().places(1).hourly().create().await;
    let (ann, ben, cem) = (app.family("Ann").await, app.family("Ben").await, app.family("Cem").await);
    ann.book(&offer, "09:00-11:00").await.unwrap();
    ben.wait_for(&offer, "09:00-11:00").await.unwrap();
    let group =
        |child: ChildId, group: &[&str]| doorstep(&app, &[&["group", &child.to_string()], group].concat(), Some(&city));
    let child = cem.child().id;
    assert!(refused(&group(child, &["migrant"])).contains("does not put migrant first"));
    assert!(refused(&group(ChildId::new(), &["hardship"])).contains("there is no child"));
    printed(group(child, &["hardship"]));
    let entry = cem.wait_for(&offer, "09:00-11:00").await.unwrap();
    assert_eq!((entry.position, entry.priority_group), (1, Some(PriorityGroup::Hardship)));
    // It is taken back for what is waited for from then on.
    printed(group(child, &[]));
    cem.leave(entry.id).await.unwrap();
    app.clock.advance(Duration::minutes(6));
    let entry = cem.wait_for(&offer, "09:00-11:00").await.unwrap();
    assert_eq!((entry.position, entry.priority_group, entry.state), (2, None, WaitState::Waiting));
    let unset = doorstep(&app, &["group", &child.to_string(), "hardship"], None);
    assert!(refused(&unset).contains("does not put hardship first"), "without the city's policy nobody does");
}
