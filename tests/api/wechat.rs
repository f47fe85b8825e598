//! News by WeChat: a local server speaks the protocol of official accounts, another that of text messages.

use std::sync::Arc;

use chrono::Duration;
use doorstep_server::{
    carriers::{Carrier, Wechat},
    outbox::{Delivery, Post},
};
use doorstep_shared::{
    bookings::CancelBooking,
    messages::{ChangeChannels, DeliveryChannel, DeliveryState, UnbindWechat},
};
use doorstep_tests::{WechatAnswer, WechatDouble, prelude::*};

use crate::{
    couriers::{Provider, newest},
    wechat_binding::bind,
};

const OPENID: &str = "oANN";

/// Ann, who has bound her WeChat, and everything that carries.
struct Scene {
    app: TestApp,
    wechat: WechatDouble,
    sms: Provider,
    post: Post,
    offer: Offer,
    ann: Family,
}

async fn scene(database: Database) -> Scene {
    let (wechat, sms) = (WechatDouble::start().await, Provider::start().await);
    let app = TestApp::with(database, |config| wechat.set_up(config)).await;
    let ann = app.family("Ann").await;
    wechat.is_held_by(OPENID);
    bind(&app, &ann).await.unwrap();
    let post = post(&app, &sms);
    // The code that she signed in with.
    post.run_due().await.unwrap();
    let nursery = app.nursery().name(&"春天托育园".repeat(5)).create().await;
    let offer = app.offer().of(&nursery).places(9).hourly().create().await;
    Scene { app, wechat, sms, post, offer, ann }
}

fn post(app: &TestApp, sms: &Provider) -> Post {
    let openids = app.inside().accounts.openids();
    let open = Arc::new(move |account, sealed: &[u8]| openids.open(account, sealed));
    let wechat = Wechat::of(&app.inside().config, open).unwrap().unwrap();
    let mut post = sms.post(app);
    post.carriers.push(Arc::new(wechat) as Arc<dyn Carrier>);
    post
}

impl Scene {
    async fn newest(&self) -> [Option<Delivery>; 2] {
        let mut ways = newest(&self.app, &self.ann.phone).await.deliveries;
        [DeliveryChannel::Wechat, DeliveryChannel::Sms].map(|way| ways.remove(&way))
    }

    async fn states(&self) -> [Option<DeliveryState>; 2] {
        self.newest().await.map(|way| Some(way?.state))
    }

    /// How many text messages Ann got besides codes.
    fn texts(&self) -> usize {
        self.sms.asked().iter().filter(|asked| asked["TemplateCode"] == "SMS_2").count()
    }
}

#[test_on_both]
async fn news_goes_by_wechat_and_codes_by_text_message(database: Database) {
    let scene = scene(database).await;
    assert_eq!((scene.sms.asked().len(), scene.wechat.asked().len()), (1, 0), "the code to sign in with");
    scene.ann.book(&scene.offer, "09:00-11:00").await.unwrap();
    assert_eq!(scene.post.run_due().await.unwrap(), 1);
    let [wechat, sms] = scene.newest().await.map(Option::unwrap);
    assert_eq!((wechat.state, wechat.attempts, sms.state), (DeliveryState::Sent, 1, DeliveryState::Skipped));
    assert_eq!((wechat.provider_id.as_deref(), sms.error.as_deref()), (Some("200000001"), Some("it goes by WeChat")));
    let message = newest(&scene.app, &scene.ann.phone).await;
    assert_eq!(message.state, DeliveryState::Sent);
    let [letter] = scene.wechat.asked().try_into().unwrap();
    assert_eq!((letter["touser"].as_str(), letter["template_id"].as_str()), (Some(OPENID), Some("BOOKING")));
    assert_eq!(letter["client_msg_id"], message.id.0.simple().to_string());
    let url = format!("{}/messages/{}", scene.app.inside().config.origin(), message.id);
    assert_eq!(letter["url"], url);
    assert_eq!(
        letter["data"]["thing1"]["value"], "春天托育园春天托育园春天托育园春天托育…",
        "as long as WeChat takes it"
    );
    assert_eq!((scene.post.run_due().await.unwrap(), scene.texts()), (0, 0));
    // In a second round a code goes as before, though WeChat is bound.
    scene.app.clock.advance(Duration::minutes(2));
    scene.ann.again(&scene.app).await;
    scene.post.run_due().await.unwrap();
    assert_eq!((scene.sms.asked().len(), scene.wechat.asked().len()), (2, 1));
}

#[test_on_both]
async fn what_wechat_refuses_goes_by_text_message_once(database: Database) {
    let scene = scene(database).await;
    for (count, code) in [43_004, 40_003, 43_019, 40_037].into_iter().enumerate() {
        scene.wechat.answers(WechatAnswer::Refuses(code));
        scene.ann.order(&scene.offer, "09:00-11:00").on(scene.app.in_days(3 + count as i64)).send().await.unwrap();
        scene.post.run_due().await.unwrap();
        let [wechat, sms] = scene.newest().await.map(Option::unwrap);
        assert_eq!((wechat.state, sms.state), (DeliveryState::Failed, DeliveryState::Sent), "{code}");
        assert_eq!(wechat.error, Some(format!("{code}: no")));
        assert_eq!(scene.texts(), count + 1);
    }
    scene.app.clock.advance(Duration::minutes(5));
    assert_eq!((scene.post.run_due().await.unwrap(), scene.wechat.arrived()), (0, 0));
}

#[test_on_both]
async fn who_asks_wechat_too_much_asks_again_and_gives_up_in_time(database: Database) {
    let scene = scene(database).await;
    scene.wechat.answers(WechatAnswer::Refuses(45_009));
    scene.ann.book(&scene.offer, "09:00-11:00").await.unwrap();
    scene.post.run_due().await.unwrap();
    let [wechat, _] = scene.newest().await.map(Option::unwrap);
    assert_eq!(
        (wechat.state, wechat.next_try_at),
        (DeliveryState::Queued, Some(scene.app.now() + Duration::seconds(2)))
    );
    scene.wechat.answers(WechatAnswer::Takes);
    scene.app.clock.advance(Duration::seconds(2));
    assert_eq!((scene.post.run_due().await.unwrap(), scene.wechat.arrived(), scene.texts()), (1, 1, 0));

    scene.wechat.answers(WechatAnswer::Refuses(45_009));
    scene.ann.book(&scene.offer, "13:00-14:00").await.unwrap();
    for _ in 0..10 {
        scene.post.run_due().await.unwrap();
        scene.app.clock.advance(Duration::minutes(20));
    }
    let [wechat, sms] = scene.newest().await.map(Option::unwrap);
    assert_eq!((wechat.state, wechat.attempts, sms.state), (DeliveryState::Failed, 10, DeliveryState::Sent));
    assert_eq!((scene.wechat.arrived(), scene.texts()), (1, 1));
}

#[test_on_both]
async fn a_message_that_wechat_may_have_brought_is_not_sent_twice(database: Database) {
    let scene = scene(database).await;
    scene.wechat.answers(WechatAnswer::Silent);
    scene.ann.book(&scene.offer, "09:00-11:00").await.unwrap();
    scene.post.run_due().await.unwrap();
    assert_eq!(scene.states().await, [Some(DeliveryState::Unknown), Some(DeliveryState::Skipped)]);
    let [wechat, _] = scene.newest().await.map(Option::unwrap);
    let why = wechat.error.unwrap();
    assert!(!why.contains("TOKEN") && !why.contains(OPENID), "{why}");
    scene.wechat.answers(WechatAnswer::Takes);
    scene.app.clock.advance(Duration::minutes(30));
    assert_eq!((scene.post.run_due().await.unwrap(), scene.wechat.asked().len(), scene.texts()), (0, 1, 0));
}

#[test_on_both]
async fn a_message_that_wechat_takes_and_calls_itself_busy_over_arrives_once(database: Database) {
    let scene = scene(database).await;
    scene.wechat.answers(WechatAnswer::TakesAndIsBusy);
    scene.ann.book(&scene.offer, "09:00-11:00").await.unwrap();
    scene.post.run_due().await.unwrap();
    scene.wechat.answers(WechatAnswer::Takes);
    scene.app.clock.advance(Duration::seconds(2));
    assert_eq!(scene.post.run_due().await.unwrap(), 1);
    assert_eq!((scene.wechat.asked().len(), scene.wechat.arrived(), scene.texts()), (2, 1, 0));
    assert_eq!(scene.states().await, [Some(DeliveryState::Sent), Some(DeliveryState::Skipped)]);
}

#[test_on_both]
async fn a_token_is_kept_until_it_ends_and_asked_for_once_more_when_it_ended_before(database: Database) {
    let scene = scene(database).await;
    let mut day = 1;
    let mut news = async || {
        day += 1;
        scene.ann.order(&scene.offer, "09:00-10:00").on(scene.app.in_days(day)).send().await.unwrap();
        scene.post.run_due().await.unwrap();
    };
    news().await;
    news().await;
    assert_eq!((scene.wechat.arrived(), scene.wechat.tokens_asked()), (2, 1));
    scene.wechat.token_ends();
    news().await;
    assert_eq!((scene.wechat.arrived(), scene.wechat.tokens_asked()), (3, 2), "ended in between");
    scene.app.clock.advance(Duration::minutes(115));
    let ann = scene.ann.again(&scene.app).await;
    scene.post.run_due().await.unwrap();
    ann.order(&scene.offer, "09:00-10:00").on(scene.app.in_days(20)).send().await.unwrap();
    scene.post.run_due().await.unwrap();
    assert_eq!((scene.wechat.arrived(), scene.wechat.tokens_asked()), (4, 2), "good for two hours");
    scene.app.clock.advance(Duration::minutes(2));
    ann.order(&scene.offer, "09:00-10:00").on(scene.app.in_days(21)).send().await.unwrap();
    scene.post.run_due().await.unwrap();
    assert_eq!((scene.wechat.arrived(), scene.wechat.tokens_asked()), (5, 3), "renewed a little before they are over");
    assert_eq!(scene.texts(), 0);
}

#[test_on_both]
async fn who_switches_wechat_off_or_unbinds_it_is_told_by_text_message(database: Database) {
    let scene = scene(database).await;
    let wechat = |on| ChangeChannels { wechat: Some(on), ..ChangeChannels::default() };
    scene.ann.call(&wechat(false)).await.unwrap();
    let booked = scene.ann.book(&scene.offer, "09:00-11:00").await.unwrap();
    scene.post.run_due().await.unwrap();
    assert_eq!(scene.states().await, [None, Some(DeliveryState::Sent)]);
    // And while one is on its way already.
    scene.ann.call(&wechat(true)).await.unwrap();
    scene.wechat.answers(WechatAnswer::Refuses(45_011));
    scene.ann.call(&CancelBooking::all(booked.id)).await.unwrap();
    scene.post.run_due().await.unwrap();
    assert_eq!(scene.states().await, [Some(DeliveryState::Queued), Some(DeliveryState::Skipped)]);
    scene.ann.call(&UnbindWechat {}).await.unwrap();
    scene.app.clock.advance(Duration::seconds(2));
    scene.post.run_due().await.unwrap();
    assert_eq!(scene.states().await, [Some(DeliveryState::Skipped), Some(DeliveryState::Sent)]);
    assert_eq!((scene.texts(), scene.wechat.arrived()), (2, 0));
    // What was to go by WeChat goes by text message where the installation has none any more.
    scene.app.clock.advance(Duration::minutes(2));
    let ann = scene.ann.again(&scene.app).await;
    bind(&scene.app, &ann).await.unwrap();
    ann.book(&scene.offer, "13:00-14:00").await.unwrap();
    scene.post.run_due().await.unwrap();
    let without = scene.sms.post(&scene.app);
    scene.app.clock.advance(Duration::seconds(2));
    without.run_due().await.unwrap();
    assert_eq!(scene.states().await, [Some(DeliveryState::Skipped), Some(DeliveryState::Sent)]);
}

#[test_on_both]
async fn wechat_does_not_ring_at_night_either(database: Database) {
    let scene = scene(database).await;
    let grandma = scene.app.relative(&scene.ann, doorstep_shared::family::Role::Member).await;
    scene.wechat.is_held_by("oGRANDMA");
    bind(&scene.app, &grandma).await.unwrap();
    scene.post.run_due().await.unwrap();
    scene.app.clock.advance(Duration::hours(14) + Duration::minutes(30));
    let ann = scene.ann.again(&scene.app).await;
    ann.book(&scene.offer, "14:00-15:00").await.unwrap();
    let before = scene.wechat.asked().len();
    scene.post.run_due().await.unwrap();
    let night = scene.wechat.asked();
    assert_eq!(night[before..].iter().map(|letter| &letter["touser"]).collect::<Vec<_>>(), [OPENID], "who acted");
    scene.app.clock.advance(Duration::hours(8) + Duration::minutes(30));
    assert_eq!(scene.post.run_due().await.unwrap(), 1);
    assert_eq!(scene.wechat.asked().last().unwrap()["touser"], "oGRANDMA");
}
