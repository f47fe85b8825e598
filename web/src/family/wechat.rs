//! Binding one's WeChat, so that news comes there: the way out to WeChat, the way back, the end of it.

use doorstep_shared::{
    Problem, ProblemKind,
    accounts::GetMe,
    messages::{AskWechat, BindWechat, UnbindWechat, WechatChannel},
};
use leptos::prelude::*;

use super::{missing, sign_in, words};
use crate::{
    Locale, app,
    page::{Answer, Page, Tab},
    problems::{FormSummary, ProblemNotice},
    td,
    ui::{field::OnceKey, icon::Icon},
    visit::{Fields, Visit},
};

/// What is known of somebody's WeChat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wechat {
    pub channel: WechatChannel,
    /// Where WeChat says who this is; None where that is known.
    ask: Option<String>,
}

/// None where this installation writes to nobody's WeChat.
pub async fn load(visit: &Visit, channel: Option<WechatChannel>) -> Option<Wechat> {
    let channel = channel?;
    let ask = match channel.bound_at {
        None => Some(visit.call(AskWechat {}).await.ok()?.url),
        Some(_) => None,
    };
    Some(Wechat { channel, ask })
}

#[component]
pub fn WechatCard(wechat: Wechat, locale: Locale) -> impl IntoView {
    let state = match (wechat.channel.bound_at, wechat.ask) {
        (Some(at), _) => view! {
            <p id="wechat-bound">{td!(locale, wechat.bound, day = words::month_day(at.local_date(), locale))}</p>
            <form method="post" action="/me/wechat/unbind">
                <OnceKey/>
                <button class="button line small" id="unbind-wechat">{td!(locale, wechat.unbind)}</button>
            </form>
        }
        .into_any(),
        (None, ask) => view! {
            <p class="meta">{td!(locale, wechat.why)}</p>
            <p class="meta">{td!(locale, wechat.one_account)}</p>
            <a class="button" id="bind-wechat" href=ask>{td!(locale, wechat.bind)}</a>
            <p class="tiny">{td!(locale, wechat.inside)}</p>
        }
        .into_any(),
    };
    view! {
        <section class="card stack" id="wechat">
            <h2>{td!(locale, wechat.title)}</h2>
            {state}
        </section>
    }
    .into_any()
}

/// `GET /me/wechat`: back from WeChat. Says what will be bound to what, and binds it at a tap: nobody's account is changed
/// by a link that somebody sent.
pub async fn page(visit: &Visit) -> Answer {
    let me = match visit.call(GetMe {}).await {
        Ok(me) => me,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let given = |name: &str| visit.query.get(name).map(str::to_owned);
    let came = given("code").zip(given("state")).filter(|_| visit.form.is_none());
    let (locale, form) = (visit.locale(), visit.form.clone());
    let again = Some("/me#wechat".to_owned());
    let body = move || {
        let what = match came {
            Some((code, state)) => view! {
                <form class="card stack" method="post" action="/me/wechat">
                    <OnceKey/>
                    <input type="hidden" name="code" value=code/>
                    <input type="hidden" name="state" value=state/>
                    <p>{td!(locale, wechat.confirm, phone = me.phone_masked)}</p>
                    <p class="meta">{td!(locale, wechat.one_account)}</p>
                    <div class="actions">
                        <button class="button" id="confirm-wechat">{td!(locale, wechat.do_bind)}</button>
                        <a class="button line" href="/me">{td!(locale, wechat.not_now)}</a>
                    </div>
                </form>
            }
            .into_any(),
            None if form.is_some() => view! {
                <FormSummary form locale/>
                <p><a class="button quiet" href=again>{td!(locale, common.try_again)}</a></p>
            }
            .into_any(),
            None => {
                let problem = Problem::new(ProblemKind::WechatNotConfirmed);
                view! { <ProblemNotice problem locale again/> }.into_any()
            }
        };
        view! {
            <a class="back" href="/me"><Icon name="i-back"/>{td!(locale, me.title)}</a>
            <h1>{td!(locale, wechat.bind)}</h1>
            {what}
        }
        .into_any()
    };
    Page::new(td!(locale, wechat.bind), body).tab(Tab::Me).into()
}

/// `POST /me/wechat`, and `/me/wechat/unbind`.
pub async fn submit(visit: &Visit, form: &Fields, verb: &str) -> Answer {
    let done = match verb {
        "bind" => {
            let given = |name| form.get(name).unwrap_or_default().to_owned();
            let bind = BindWechat { code: given("code"), state: given("state") };
            visit.call_once(form, bind).await.map(|_| "/me?done=wechat")
        }
        "unbind" => visit.call_once(form, UnbindWechat {}).await.map(|()| "/me?done=no-wechat"),
        _ => return missing::page(visit).into(),
    };
    match done {
        Ok(to) => Answer::see_other(to),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}
