//! Problems in words. A new kind does not compile until it has a text.

use doorstep_shared::{
    bookings::PICKUP_CHARACTERS,
    children::{NAME_CHARACTERS, TEXT_CHARACTERS},
    problem::{FieldProblem, FieldRule, ProblemKind},
};

use crate::{Locale, td};

/// What happened, in a sentence for a parent.
pub fn title(kind: ProblemKind, locale: Locale) -> &'static str {
    match kind {
        ProblemKind::Malformed => td!(locale, problem.malformed),
        ProblemKind::Invalid => td!(locale, problem.invalid),
        ProblemKind::Unauthenticated => td!(locale, problem.unauthenticated),
        ProblemKind::WrongCode => td!(locale, problem.wrong_code),
        ProblemKind::WrongCredentials => td!(locale, problem.wrong_credentials),
        ProblemKind::Forbidden => td!(locale, problem.forbidden),
        ProblemKind::CrossSite => td!(locale, problem.cross_site),
        ProblemKind::NotFound => td!(locale, problem.not_found),
        ProblemKind::MethodNotAllowed => td!(locale, problem.method_not_allowed),
        ProblemKind::TooLarge => td!(locale, problem.too_large),
        ProblemKind::UnsupportedMediaType => td!(locale, problem.unsupported_media_type),
        ProblemKind::TooManyRequests => td!(locale, problem.too_many_requests),
        ProblemKind::KeyReused => td!(locale, problem.key_reused),
        ProblemKind::KeyMissing => td!(locale, problem.key_missing),
        ProblemKind::SlotFull => td!(locale, problem.slot_full),
        ProblemKind::WrongAge => td!(locale, problem.wrong_age),
        ProblemKind::Closed => td!(locale, problem.closed),
        ProblemKind::NotBookable => td!(locale, problem.not_bookable),
        ProblemKind::ChildBusy => td!(locale, problem.child_busy),
        ProblemKind::TooManyHolds => td!(locale, problem.too_many_holds),
        ProblemKind::TemporaryLimit => td!(locale, problem.temporary_limit),
        ProblemKind::SomeDaysUnfit => td!(locale, problem.some_days_unfit),
        ProblemKind::HoldExpired => td!(locale, problem.hold_expired),
        ProblemKind::WrongState => td!(locale, problem.wrong_state),
        ProblemKind::TooLateToUndo => td!(locale, problem.too_late_to_undo),
        ProblemKind::PlaceFree => td!(locale, problem.place_free),
        ProblemKind::AlreadyWaiting => td!(locale, problem.already_waiting),
        ProblemKind::TooManyEntries => td!(locale, problem.too_many_entries),
        ProblemKind::FewerThanBooked => td!(locale, problem.fewer_than_booked),
        ProblemKind::TouchesOthers => td!(locale, problem.touches_others),
        ProblemKind::PriceOverCap => td!(locale, problem.price_over_cap),
        ProblemKind::StillBooked => td!(locale, problem.still_booked),
        ProblemKind::LastGuardian => td!(locale, problem.last_guardian),
        ProblemKind::LastHead => td!(locale, problem.last_head),
        ProblemKind::InvitationEnded => td!(locale, problem.invitation_ended),
        ProblemKind::WechatNotConfirmed => td!(locale, problem.wechat_not_confirmed),
        ProblemKind::SoldOut => td!(locale, problem.sold_out),
        ProblemKind::AlreadyClaimed => td!(locale, problem.already_claimed),
        ProblemKind::NotEligible => td!(locale, problem.not_eligible),
        ProblemKind::NotOpen => td!(locale, problem.not_open),
        ProblemKind::CampaignClosed => td!(locale, problem.campaign_closed),
        ProblemKind::MonthNotClosable => td!(locale, problem.month_not_closable),
        ProblemKind::FiguresChanged => td!(locale, problem.figures_changed),
        ProblemKind::Unavailable => td!(locale, problem.unavailable),
        ProblemKind::Internal => td!(locale, problem.internal),
    }
}

/// What to do about it.
pub fn advice(kind: ProblemKind, locale: Locale) -> &'static str {
    match kind {
        ProblemKind::Unauthenticated => td!(locale, problem.advice_sign_in),
        ProblemKind::SomeDaysUnfit => td!(locale, problem.advice_some_days),
        ProblemKind::WrongCode => td!(locale, problem.advice_code),
        ProblemKind::WrongCredentials => td!(locale, problem.advice_credentials),
        ProblemKind::Forbidden => td!(locale, problem.advice_forbidden),
        ProblemKind::NotFound => td!(locale, problem.advice_not_found),
        ProblemKind::Invalid | ProblemKind::Malformed | ProblemKind::TooLarge => td!(locale, problem.advice_fields),
        ProblemKind::SlotFull
        | ProblemKind::WrongAge
        | ProblemKind::Closed
        | ProblemKind::NotBookable
        | ProblemKind::ChildBusy
        | ProblemKind::HoldExpired
        | ProblemKind::PriceOverCap => td!(locale, problem.advice_other_window),
        ProblemKind::TooManyHolds | ProblemKind::TemporaryLimit | ProblemKind::StillBooked => {
            td!(locale, problem.advice_bookings)
        }
        ProblemKind::PlaceFree => td!(locale, problem.advice_place_free),
        ProblemKind::AlreadyWaiting | ProblemKind::TooManyEntries => td!(locale, problem.advice_waiting),
        ProblemKind::WrongState | ProblemKind::TooLateToUndo | ProblemKind::KeyReused | ProblemKind::KeyMissing => {
            td!(locale, problem.advice_reload)
        }
        ProblemKind::CrossSite | ProblemKind::MethodNotAllowed | ProblemKind::UnsupportedMediaType => {
            td!(locale, problem.advice_open_here)
        }
        ProblemKind::FewerThanBooked => td!(locale, problem.advice_fewer_than_booked),
        ProblemKind::TouchesOthers => td!(locale, problem.advice_touches_others),
        ProblemKind::LastGuardian => td!(locale, problem.advice_last_guardian),
        ProblemKind::LastHead => td!(locale, problem.advice_last_head),
        ProblemKind::InvitationEnded => td!(locale, problem.advice_invitation_ended),
        ProblemKind::WechatNotConfirmed => td!(locale, problem.advice_wechat_not_confirmed),
        ProblemKind::SoldOut | ProblemKind::CampaignClosed => td!(locale, problem.advice_other_campaign),
        ProblemKind::AlreadyClaimed => td!(locale, problem.advice_wallet),
        ProblemKind::NotEligible => td!(locale, problem.advice_not_eligible),
        ProblemKind::NotOpen => td!(locale, problem.advice_not_open),
        ProblemKind::MonthNotClosable => td!(locale, problem.advice_month_not_closable),
        ProblemKind::FiguresChanged => td!(locale, problem.advice_figures_changed),
        ProblemKind::TooManyRequests => td!(locale, problem.advice_wait),
        ProblemKind::Unavailable => td!(locale, problem.advice_not_twice),
        ProblemKind::Internal => td!(locale, problem.advice_nothing_charged),
    }
}

/// When to try again, in the unit a person would say.
pub fn wait(seconds: u32, locale: Locale) -> String {
    match seconds {
        0..120 => td!(locale, problem.retry_after, seconds = seconds),
        120..7_200 => td!(locale, problem.retry_after_minutes, minutes = seconds.div_ceil(60)),
        7_200.. => td!(locale, problem.retry_after_hours, hours = seconds.div_ceil(3_600)),
    }
}

/// What is wrong with a field, in a sentence.
pub fn rule(rule: FieldRule, locale: Locale) -> &'static str {
    match rule {
        FieldRule::Required => td!(locale, problem.rule_required),
        FieldRule::TooLong => td!(locale, problem.rule_too_long),
        FieldRule::ControlCharacters => td!(locale, problem.rule_control_characters),
        FieldRule::TooSmall => td!(locale, problem.rule_too_small),
        FieldRule::TooLarge => td!(locale, problem.rule_too_large),
        FieldRule::NotAPhone => td!(locale, problem.rule_not_a_phone),
        FieldRule::NotACode => td!(locale, problem.rule_not_a_code),
        FieldRule::NotTheAppsCode => td!(locale, problem.rule_not_the_apps_code),
        FieldRule::NotAPhoto => td!(locale, problem.rule_not_a_photo),
        FieldRule::NotADate => td!(locale, problem.rule_not_a_date),
        FieldRule::InThePast => td!(locale, problem.rule_in_the_past),
        FieldRule::TooFarAhead => td!(locale, problem.rule_too_far_ahead),
        FieldRule::NotBornYet => td!(locale, problem.rule_not_born_yet),
        FieldRule::NotUnderThree => td!(locale, problem.rule_not_under_three),
        FieldRule::NotAligned => td!(locale, problem.rule_not_aligned),
        FieldRule::TooShort => td!(locale, problem.rule_too_short),
        FieldRule::Twice => td!(locale, problem.rule_twice),
        FieldRule::Unknown => td!(locale, problem.rule_unknown),
        FieldRule::Taken => td!(locale, problem.rule_taken),
        FieldRule::ConsentNeeded => td!(locale, problem.rule_consent_needed),
        FieldRule::OverBudget => td!(locale, problem.rule_over_budget),
        FieldRule::Overlaps => td!(locale, problem.rule_overlaps),
        FieldRule::AfterValidity => td!(locale, problem.rule_after_validity),
        FieldRule::FewerThanIssued => td!(locale, problem.rule_fewer_than_issued),
        FieldRule::TooGuessable => td!(locale, problem.rule_too_guessable),
    }
}

/// The same of one field; a text that is too long is told how long it may be.
pub fn fault(wrong: &FieldProblem, locale: Locale) -> String {
    let most = match wrong.field.as_str() {
        "name" => Some(NAME_CHARACTERS),
        "allergies" | "notes" => Some(TEXT_CHARACTERS),
        "pickup" => Some(PICKUP_CHARACTERS),
        _ => None,
    };
    match (wrong.rule, most) {
        (FieldRule::TooShort, _) if wrong.field.ends_with("password") => {
            td!(locale, problem.rule_password_short).to_owned()
        }
        (FieldRule::TooLong, Some(most)) => td!(locale, problem.rule_too_long_limit, count = most),
        _ => rule(wrong.rule, locale).to_owned(),
    }
}

#[cfg(feature = "ssr")]
mod notices {
    use doorstep_shared::{Problem, ProblemKind};
    use leptos::prelude::*;

    use crate::{
        Locale, problems, td,
        ui::Inert as _,
        ui::notice::{Notice, Tone},
        visit::FormState,
    };

    /// A problem in its box: what happened, what to do, when to try again, the code that finds it in the log.
    #[component]
    pub fn ProblemNotice(
        problem: Problem,
        locale: Locale,
        /// Where trying again leads; nothing when it makes no sense.
        #[prop(optional_no_strip)]
        again: Option<String>,
    ) -> impl IntoView {
        // Where no form is shown, the rules that were broken are said here.
        let mut rules: Vec<_> = problem.fields.iter().map(|wrong| problems::rule(wrong.rule, locale)).collect();
        rules.dedup();
        let rules = rules.into_iter().map(|rule| view! { <p>{rule}</p> }).collect_view();
        let ours = matches!(problem.kind, ProblemKind::Internal | ProblemKind::Unavailable);
        let tone = if ours { Tone::Bad } else { Tone::Warn };
        let wait = problem.retry_after_s.map(|seconds| view! { <p>{problems::wait(seconds, locale)}</p> });
        let code = problem.code.map(|code| view! { <p class="code">{td!(locale, problem.code, code = code)}</p> });
        let again =
            again.map(|href| view! { <p><a class="button quiet" href=href>{td!(locale, common.try_again)}</a></p> });
        view! {
            <Notice tone title=problems::title(problem.kind, locale)>
                <p>{problems::advice(problem.kind, locale)}</p>
                {rules}
                {wait}
                {code}
                {again}
            </Notice>
        }
        .inert()
    }

    /// Above a refused form: takes the focus, says what is wrong, and links to each field.
    #[component]
    pub fn FormSummary(
        form: Option<FormState>,
        locale: Locale,
        /// A field's name in the request, its input's id and its label.
        #[prop(default = Vec::new())]
        fields: Vec<(&'static str, &'static str, &'static str)>,
        /// Instead of what the kind of problem is called.
        #[prop(optional_no_strip)]
        title: Option<String>,
    ) -> impl IntoView {
        form.map(|form| {
            let links = form.problem.fields.iter().map(|wrong| {
                let text = problems::fault(wrong, locale);
                match fields.iter().find(|(field, ..)| *field == wrong.field) {
                    Some((_, id, label)) => view! { <li><a href=format!("#{id}")>{*label}</a>" "{text}</li> }.inert(),
                    None => view! { <li>{text}</li> }.inert(),
                }
            });
            let links: Vec<_> = links.collect();
            let list = (!links.is_empty()).then(|| view! { <ul>{links}</ul> });
            let dates = form.problem.dates.iter().map(ToString::to_string).collect::<Vec<_>>().join(" · ");
            let dates = (!dates.is_empty()).then(|| view! { <p>{td!(locale, problem.dates, dates = dates)}</p> });
            let code = form.problem.code.clone();
            let wait = form.problem.retry_after_s.map(|seconds| problems::wait(seconds, locale));
            let title = title.unwrap_or_else(|| problems::title(form.problem.kind, locale).to_owned());
            view! {
                <Notice tone=Tone::Bad title focus=true>
                    <p>{problems::advice(form.problem.kind, locale)}</p>
                    {wait.map(|wait| view! { <p>{wait}</p> })}
                    {list}
                    {dates}
                    {code.map(|code| view! { <p class="code">{td!(locale, problem.code, code = code)}</p> })}
                </Notice>
            }
            .inert()
        })
    }

    impl FormState {
        /// What is wrong with a field, in words.
        pub fn error(&self, field: &str, locale: Locale) -> Option<String> {
            self.at(field).map(|wrong| problems::fault(wrong, locale))
        }
    }
}
#[cfg(feature = "ssr")]
pub use notices::{FormSummary, ProblemNotice};
