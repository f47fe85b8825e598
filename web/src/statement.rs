//! A child's month as its family and its nursery read it: the arithmetic, then each day. It prints on A4.

use doorstep_shared::{
    Fen, Month, Timestamp,
    bookings::DayState,
    care::CareKind,
    policy::Standing,
    statements::{
        Adjustment, ChargeKind, DayCounts, ExpectedSubsidy, Holiday, MonthState, Statement, StatementDay,
        StatementLine, Sums, VoucherPaid,
    },
};
use leptos::prelude::*;

use crate::{
    Locale, td,
    ui::{
        Inert as _,
        icon::Icon,
        notice::{Notice, Tone},
    },
    words,
};

/// What the child is called; who was erased has no name any more.
pub fn child_name(name: &str, locale: Locale) -> String {
    if name.is_empty() { td!(locale, statement.erased).to_owned() } else { name.to_owned() }
}

/// How far the month is, and when that was.
#[component]
pub fn Standing(state: MonthState, as_of: Timestamp, closed_at: Option<Timestamp>, locale: Locale) -> impl IntoView {
    let moment = |at: Timestamp| format!("{} {}", words::month_day(at.local_date(), locale), at.clock_time());
    let (class, text) = match state {
        MonthState::Running => ("tag accent", td!(locale, statement.running, moment = moment(as_of))),
        MonthState::Over => ("tag warn", td!(locale, statement.over, moment = moment(as_of))),
        MonthState::Closed => ("tag ok", td!(locale, statement.closed, moment = moment(closed_at.unwrap_or(as_of)))),
    };
    view! { <p><span class=class>{text}</span></p> }.inert()
}

/// To the months before and after.
#[component]
pub fn MonthNav(
    month: Month,
    /// Where a month is.
    address: fn(Month, &str) -> String,
    /// Of whom.
    of: String,
    locale: Locale,
) -> impl IntoView {
    let (before, after) = (month.previous(), month.next());
    view! {
        <nav class="month-nav" aria-label=td!(locale, statement.months)>
            <a class="button line small" rel="prev" href=address(before, &of)>
                <Icon name="i-back"/><span>{words::month(before, locale)}</span>
            </a>
            <a class="button line small" rel="next" href=address(after, &of)>
                <span>{words::month(after, locale)}</span><Icon name="i-next"/>
            </a>
        </nav>
    }
    .inert()
}

/// All of it but the heading.
#[component]
pub fn StatementBody(statement: Statement, locale: Locale) -> impl IntoView {
    let Statement {
        month, state, as_of, closed_at, lines, sums, days, adjustments, vouchers, subsidies, holidays, ..
    } = statement;
    view! {
        <Standing state as_of closed_at locale/>
        <Arithmetic lines sums vouchers subsidies has_adjustments=!adjustments.is_empty() locale/>
        <Days month days locale/>
        <PutRight adjustments locale/>
        <Holidays holidays locale/>
        <p class="meta">{td!(locale, price.at_nursery)}</p>
    }
    .inert()
}

#[component]
fn Arithmetic(
    lines: Vec<StatementLine>,
    sums: Sums,
    vouchers: Vec<VoucherPaid>,
    subsidies: Vec<ExpectedSubsidy>,
    has_adjustments: bool,
    locale: Locale,
) -> impl IntoView {
    let row = |name: String, how: String, amount: Fen| {
        view! { <div><dt>{name}" "<span class="meta">{how}</span></dt><dd>{amount.to_string()}</dd></div> }
    };
    let lines: Vec<_> =
        lines.iter().map(|line| row(name(line, locale), arithmetic(line, locale), line.amount_fen)).collect();
    let adjusted =
        has_adjustments.then(|| row(td!(locale, statement.adjusted).to_owned(), String::new(), sums.adjusted_fen));
    let vouchers = vouchers.into_iter().map(|paid| {
        let day = words::month_day(paid.redeemed_at.local_date(), locale);
        row(td!(locale, statement.voucher, name = paid.campaign_name), day, Fen::ZERO - paid.paid_fen)
    });
    let vouchers: Vec<_> = vouchers.collect();
    let after = Fen((sums.due_fen - sums.expected_subsidy_fen).0.max(0));
    let expected = (!subsidies.is_empty()).then(|| {
        let each = subsidies.into_iter().map(|subsidy| view! { <Subsidy subsidy locale/> }).collect_view();
        view! {
            {each}
            <div class="subtotal"><dt>{td!(locale, statement.after_subsidy)}</dt><dd>{after.to_string()}</dd></div>
        }
        .inert()
    });
    view! {
        <section class="card stack" aria-labelledby="arithmetic">
            <h2 id="arithmetic">{td!(locale, statement.arithmetic)}</h2>
            <dl class="sum" id="sum">
                {lines}
                {adjusted}
                {vouchers}
                <div class="total"><dt>{td!(locale, statement.due)}</dt><dd id="due">{sums.due_fen.to_string()}</dd></div>
                {expected}
            </dl>
        </section>
    }
    .inert()
}

/// What the city's text gives, with its article, and that it is not money yet.
#[component]
fn Subsidy(subsidy: ExpectedSubsidy, locale: Locale) -> impl IntoView {
    let source = if locale == Locale::Zh { subsidy.source } else { subsidy.source_en };
    let article = subsidy.article.unwrap_or_default();
    let told = match subsidy.standing {
        Standing::Draft => td!(locale, statement.subsidy_draft, source = source, article = article),
        _ => td!(locale, statement.subsidy_text, source = source, article = article),
    };
    view! {
        <div>
            <dt>{td!(locale, statement.subsidy)}" "<span class="meta">{told}</span></dt>
            <dd>{subsidy.amount_fen.to_string()}</dd>
        </div>
    }
    .inert()
}

fn name(line: &StatementLine, locale: Locale) -> String {
    let care = words::care(line.care, locale);
    match line.kind {
        ChargeKind::Care => care.to_owned(),
        ChargeKind::GivenUp => td!(locale, statement.given_up_line, care = care),
        ChargeKind::LatePickUp => td!(locale, statement.late).to_owned(),
    }
}

/// `20 天 × ¥180`.
pub fn arithmetic(line: &StatementLine, locale: Locale) -> String {
    let (count, unit) = (line.units, line.unit_price_fen.unwrap_or_default());
    match (line.kind, line.care) {
        (ChargeKind::GivenUp, _) => td!(locale, statement.given_up_days, count = count),
        (ChargeKind::LatePickUp, _) => td!(locale, statement.late_half_hours, count = count, unit = unit),
        (ChargeKind::Care, CareKind::Hourly) => {
            let half = if count.is_multiple_of(2) { "" } else { ".5" };
            td!(locale, price.hours, count = format!("{}{half}", count / 2), unit = unit)
        }
        (ChargeKind::Care, CareKind::FullDay) => td!(locale, price.days, count = count, unit = unit),
        (ChargeKind::Care, CareKind::HalfDay | CareKind::Temporary) => {
            td!(locale, price.times, count = count, unit = unit)
        }
    }
}

#[component]
fn Days(month: Month, days: Vec<StatementDay>, locale: Locale) -> impl IntoView {
    if days.is_empty() {
        return view! { <Notice tone=Tone::Info title=td!(locale, statement.no_days, month = words::month(month, locale))/> }
            .inert();
    }
    let rows: Vec<_> = days.into_iter().map(|day| view! { <Day day locale/> }).collect();
    view! {
        <section class="card stack" aria-labelledby="days">
            <h2 id="days">{td!(locale, statement.days)}</h2>
            <table class="ledger" id="attendance">
                <Head amount=td!(locale, statement.amount) locale/>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .inert()
}

/// Of a table of days.
#[component]
fn Head(amount: &'static str, locale: Locale) -> impl IntoView {
    view! {
        <thead>
            <tr>
                <th scope="col">{td!(locale, statement.date)}</th>
                <th scope="col">{td!(locale, statement.attendance)}</th>
                <th scope="col" class="amount">{amount}</th>
            </tr>
        </thead>
    }
}

#[component]
fn Day(day: StatementDay, locale: Locale) -> impl IntoView {
    view! {
        <tr>
            <th scope="row">
                <span class="nowrap">{words::date(day.date, locale)}</span>
                <small>{words::care(day.care, locale)}" "{day.span.to_string()}</small>
            </th>
            <td>{state(&day, locale)}<small>{times(&day)}</small>{late(&day, locale)}</td>
            <td class="amount">{day.total().to_string()}</td>
        </tr>
    }
    .inert()
}

/// What became of a day.
pub fn state(day: &StatementDay, locale: Locale) -> &'static str {
    match day.state {
        DayState::Expected => td!(locale, statement.expected),
        DayState::CheckedIn | DayState::CheckedOut => td!(locale, statement.attended),
        DayState::Absent => td!(locale, statement.absent),
        DayState::NoShow => td!(locale, statement.missed),
        DayState::Released if day.by_nursery => td!(locale, statement.by_nursery),
        DayState::Released => td!(locale, statement.given_up),
    }
}

/// `08:02–17:28`.
fn times(day: &StatementDay) -> Option<String> {
    let came = day.came_at?.clock_time();
    Some(format!("{came}–{}", day.collected_at.map(Timestamp::clock_time).unwrap_or_default()))
}

fn late(day: &StatementDay, locale: Locale) -> Option<impl IntoView + use<>> {
    let half_hours = day.late_half_hours();
    (half_hours > 0).then(|| {
        let text = td!(locale, statement.late_half_hours, count = half_hours, unit = day.late_unit_fen);
        view! { <small>{td!(locale, statement.late)}" "{text}</small> }
    })
}

#[component]
fn PutRight(adjustments: Vec<Adjustment>, locale: Locale) -> impl IntoView {
    (!adjustments.is_empty()).then(|| {
        let row = |one: Adjustment| {
            let (before, now) = (one.before_fen, one.day.total());
            view! {
                <tr>
                    <th scope="row">{words::date(one.day.date, locale)}<small>{one.day.span.to_string()}</small></th>
                    <td>{state(&one.day, locale)}<small>{td!(locale, statement.before_now, before = before, now = now)}</small></td>
                    <td class="amount">{one.difference().to_string()}</td>
                </tr>
            }
        };
        let rows: Vec<_> = adjustments.into_iter().map(row).collect();
        view! {
            <section class="card stack" aria-labelledby="put-right">
                <h2 id="put-right">{td!(locale, statement.adjusted)}</h2>
                <p class="meta">{td!(locale, statement.adjusted_text)}</p>
                <table class="ledger" id="adjustments">
                    <Head amount=td!(locale, statement.difference) locale/>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
        .inert()
    })
}

/// The public holidays, each with its dates.
#[component]
pub fn Holidays(holidays: Vec<Holiday>, locale: Locale) -> impl IntoView {
    (!holidays.is_empty()).then(|| {
        let named = holidays.chunk_by(|one, next| one.name_zh == next.name_zh).filter_map(|run| {
            let (first, last) = (run.first()?, run.last()?);
            let name = if locale == Locale::Zh { &first.name_zh } else { &first.name_en };
            let dates = match first.date == last.date {
                true => words::month_day(first.date, locale),
                false => format!("{}–{}", words::month_day(first.date, locale), words::month_day(last.date, locale)),
            };
            Some(td!(locale, statement.holiday, name = name, dates = dates))
        });
        let named = named.collect::<Vec<_>>().join(if locale == Locale::Zh { "；" } else { "; " });
        view! { <p class="meta" id="holidays">{named}</p> }
    })
}

/// `到园 18 · 请假 1`: those that there are.
pub fn counted(counts: DayCounts, locale: Locale) -> String {
    let told = [
        (counts.attended, td!(locale, statement.attended)),
        (counts.expected, td!(locale, statement.expected)),
        (counts.absent, td!(locale, statement.absent)),
        (counts.missed, td!(locale, statement.missed)),
        (counts.given_up, td!(locale, statement.given_up)),
    ];
    let told = told.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{word} {count}"));
    told.collect::<Vec<_>>().join(" · ")
}
