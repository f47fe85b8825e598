//! Vouchers: what can be claimed, when and for whom, and what the family holds.

mod words;

use doorstep_shared::{
    Timestamp,
    accounts::GetMe,
    family::Ability,
    nurseries::ListDistricts,
    vouchers::{ChildAndCampaign, Claim, ClaimState, ListCampaigns, ListVouchers, OpenCampaign, Voucher, VoucherState},
};
use leptos::prelude::*;

use super::{
    missing,
    people::{self, AskGuardian},
    price, sign_in,
};
use crate::{
    Locale, app,
    page::{Answer, Page, Tab},
    problems::FormSummary,
    td,
    ui::{
        Inert as _,
        countdown::{AtZero, Countdown},
        field::OnceKey,
        icon::Icon,
        notice::{Empty, Notice, Tone},
    },
    visit::{Fields, Visit},
};

pub const PATH: &str = "/vouchers";
/// Seconds before opening from which they are counted down.
const COUNTED: u32 = 3_600;

/// `GET /vouchers`, also below the addresses of its forms, where a refusal shows it.
pub async fn page(visit: &Visit) -> Answer {
    let me = match visit.call(GetMe {}).await {
        Ok(me) => me,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let campaigns = match visit.call(ListCampaigns {}).await {
        Ok(campaigns) => campaigns,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let districts = match visit.call(ListDistricts {}).await {
        Ok(districts) => districts,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    // Who may not see bookings sees what there is to claim, and no wallet.
    let wallet = visit.call(ListVouchers {}).await.map(|wallet| wallet.items).unwrap_or_default();
    let (locale, form) = (visit.locale(), visit.form.clone());
    let claimed = visit.query.get("done") == Some("claimed");
    let names = words::Names::of(districts, locale);
    let why = form.as_ref().map(|form| words::reasons(&form.problem.ineligible, &names, locale)).unwrap_or_default();
    let decides = people::may(&me, Ability::Book);
    let body = move || {
        let cards = campaigns.items.into_iter().map(|campaign| {
            let now = campaigns.now;
            view! { <Card campaign names=&names decides now locale/> }
        });
        let cards: Vec<_> = cards.collect();
        let nothing = cards.is_empty();
        view! {
            <a class="back" href="/me"><Icon name="i-back"/>{td!(locale, me.title)}</a>
            <h1>{td!(locale, vouchers.title)}</h1>
            <FormSummary form locale/>
            {why.into_iter().map(|reason| view! { <p class="card">{reason}</p> }).collect_view()}
            {(!decides).then(|| view! { <AskGuardian me=&me locale/> })}
            {claimed.then(|| view! { <Notice tone=Tone::Good title=td!(locale, vouchers.claimed)/> })}
            <Held wallet locale/>
            <h2>{td!(locale, vouchers.campaigns)}</h2>
            {cards}
            {nothing.then(|| view! {
                <Empty icon="i-info" title=td!(locale, vouchers.none) text=td!(locale, vouchers.none_text)>
                    <a class="button line" href=super::policy::PATH>{td!(locale, policy.title)}</a>
                </Empty>
            })}
        }
        .into_any()
    };
    Page::new(td!(locale, vouchers.title), body).tab(Tab::Me).back(PATH).into()
}

/// `POST /vouchers/{campaign}/{child}`.
pub async fn claim(visit: &Visit, form: &Fields, campaign: &str, child: &str) -> Answer {
    let (Ok(id), Ok(child_id)) = (campaign.parse(), child.parse()) else { return missing::page(visit).into() };
    match visit.call_once(form, Claim { id, child_id }).await {
        Ok(_) => Answer::see_other(format!("{PATH}?done=claimed")),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

/// A campaign: what it is worth, when it opens, and each child's button or reason.
#[component]
fn Card<'a>(
    campaign: OpenCampaign,
    names: &'a words::Names,
    /// Whether who looks may claim.
    decides: bool,
    now: Timestamp,
    locale: Locale,
) -> impl IntoView + use<> {
    let id = campaign.id;
    let children =
        campaign.children.iter().map(|child| view! { <Row child campaign=&campaign names decides now locale/> });
    let children = children.collect_view();
    let until = td!(locale, vouchers.valid, from = campaign.valid_from, until = campaign.valid_until);
    let days = campaign.valid_days.map(|days| td!(locale, vouchers.valid_days, count = days));
    view! {
        <section class="card stack" aria-labelledby=format!("c-{id}")>
            <div class="row between">
                <h3 id=format!("c-{id}")>{campaign.name.clone()}</h3>
                <b>{words::value(campaign.value, locale)}</b>
            </div>
            <p class="meta">{campaign.issuer_name.clone()}</p>
            <Opening campaign=&campaign now locale/>
            <p class="meta">{until}" "{days}</p>
            <p class="meta">{words::usable(&campaign.usable, names, locale)}</p>
            <ul class="rows">{children}</ul>
        </section>
    }
    .into_any()
}

/// When it can be claimed, by the server's clock; counted down in the last hour.
#[component]
fn Opening<'a>(campaign: &'a OpenCampaign, now: Timestamp, locale: Locale) -> impl IntoView + use<> {
    let opens = campaign.opens_at.map(|opens_at| price::moment(opens_at, now, locale));
    let state = match (campaign.state, opens) {
        (ClaimState::Open, _) => td!(locale, vouchers.open, count = campaign.left),
        (ClaimState::Coming, Some(moment)) => td!(locale, vouchers.coming, moment = moment),
        (ClaimState::SoldOut, Some(moment)) => td!(locale, vouchers.sold_out_until, moment = moment),
        (ClaimState::SoldOut, None) => td!(locale, vouchers.sold_out).to_owned(),
        (ClaimState::Paused, _) => td!(locale, vouchers.paused).to_owned(),
        (ClaimState::Closed | ClaimState::Coming, _) => td!(locale, vouchers.closed).to_owned(),
    };
    let seconds = campaign.opens_at.and_then(|opens_at| u32::try_from((opens_at - now).num_seconds()).ok());
    let is_near = campaign.state == ClaimState::Coming;
    let counted = seconds.filter(|seconds| is_near && *seconds < COUNTED).map(|seconds| {
        view! { <Countdown seconds=seconds + 1 then=AtZero::Reload/>" " }
    });
    view! { <p>{counted}<span>{state}</span></p> }.into_any()
}

#[component]
fn Row<'a>(
    child: &'a ChildAndCampaign,
    campaign: &'a OpenCampaign,
    names: &'a words::Names,
    decides: bool,
    now: Timestamp,
    locale: Locale,
) -> impl IntoView + use<> {
    let reasons = words::reasons(&child.ineligible, names, locale);
    let can_open = decides && campaign.state == ClaimState::Open;
    let answer = if child.voucher_id.is_some() {
        view! { <span class="tag ok">{td!(locale, vouchers.has_one)}</span> }.into_any()
    } else if !reasons.is_empty() {
        let reasons = reasons.into_iter().map(|reason| view! { <p class="meta">{reason}</p> });
        view! { <div>{reasons.collect_view()}</div> }.into_any()
    } else if can_open {
        let action = format!("{PATH}/{}/{}", campaign.id, child.child_id);
        let label = td!(locale, vouchers.claim_for, name = child.name);
        view! {
            <form method="post" action=action>
                <OnceKey/>
                <button class="button small" aria-label=label data-claim>{td!(locale, vouchers.claim)}</button>
            </form>
        }
        .into_any()
    } else {
        let may = campaign.state == ClaimState::Open || campaign.opens_at.is_some_and(|opens_at| opens_at > now);
        may.then(|| view! { <span class="tag plain">{td!(locale, vouchers.may)}</span> }).into_any()
    };
    view! { <li class="row between"><b>{child.name.clone()}</b>{answer}</li> }.into_any()
}

/// What the family holds: what can be used first, what expires soonest before the rest.
#[component]
fn Held(wallet: Vec<Voucher>, locale: Locale) -> impl IntoView {
    let rows: Vec<_> = wallet.into_iter().map(|voucher| view! { <Ticket voucher locale/> }).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="stack" aria-labelledby="wallet">
                <h2 id="wallet">{td!(locale, vouchers.wallet)}</h2>
                <ul class="card rows">{rows}</ul>
            </section>
        }
        .inert()
    })
}

#[component]
fn Ticket(voucher: Voucher, locale: Locale) -> impl IntoView {
    let (state, class) = words::state(voucher.state, locale);
    let is_good = matches!(voucher.state, VoucherState::Claimed | VoucherState::Locked);
    let until = is_good.then(|| td!(locale, vouchers.use_until, date = voucher.expires_on));
    view! {
        <li>
            <p class="row between"><b>{voucher.campaign_name}</b><b>{words::value(voucher.value, locale)}</b></p>
            <p class="row"><span class=class>{state}</span><span class="meta">{until}</span></p>
            <p class="tiny">{voucher.issuer_name}</p>
        </li>
    }
    .inert()
}
