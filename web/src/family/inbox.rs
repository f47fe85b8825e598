//! The inbox: what the family was told, newest first, and what can be answered.

use doorstep_shared::{
    Timestamp,
    bookings::{Booking, GetBooking},
    ids::{BookingId, MessageId},
    messages::{
        AnswerReminder, GetMessage, InboxMessage, ListMessages, MessageKind, MessagePage, ReadAllMessages, ReadMessage,
        Visit as Visited, VisitAnswer,
    },
};
use leptos::prelude::*;

use super::{missing, sign_in, words};
use crate::{
    Locale, app,
    page::{Answer, Page, Tab},
    problems::FormSummary,
    td,
    ui::{
        field::OnceKey,
        icon::Icon,
        notice::{Empty, Notice, Tone},
    },
    visit::{Fields, Visit},
};

/// `GET /messages`, with `?cursor=…` further back.
pub async fn page(visit: &Visit) -> Answer {
    let page = match visit.call(ListMessages { cursor: visit.query.read("cursor") }).await {
        Ok(page) => page,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let (locale, form) = (visit.locale(), visit.form.clone());
    let further = visit.query.has("cursor");
    let body = move || {
        view! {
            <a class="back" href="/me"><Icon name="i-back"/>{td!(locale, me.title)}</a>
            <h1>{td!(locale, inbox.title)}</h1>
            <FormSummary form locale/>
            <List page further locale/>
        }
        .into_any()
    };
    Page::new(td!(locale, inbox.title), body).tab(Tab::Me).into()
}

#[component]
fn List(page: MessagePage, further: bool, locale: Locale) -> impl IntoView {
    let MessagePage { items, unread, next_cursor } = page;
    if items.is_empty() && !further {
        return view! {
            <Empty icon="i-letter" title=td!(locale, inbox.none) text=td!(locale, inbox.none_text)>
                <a class="button" href="/">{td!(locale, find.to_search)}</a>
            </Empty>
        }
        .into_any();
    }
    let read_all = (unread > 0).then(|| {
        view! {
            <form class="row between" method="post" action="/messages/read">
                <OnceKey/>
                <span id="unread">{td!(locale, inbox.unread, count = unread)}</span>
                <button class="button line small" id="read-all">{td!(locale, inbox.read_all)}</button>
            </form>
        }
    });
    let older = next_cursor.map(|cursor| format!("/messages?cursor={cursor}"));
    view! {
        {read_all}
        <ul class="card rows" id="messages">
            {items.into_iter().map(|message| view! { <Item message locale/> }).collect_view()}
        </ul>
        {older.map(|href| view! { <a class="link" href=href>{td!(locale, inbox.older)}</a> })}
        <p class="tiny">{td!(locale, inbox.kept)}</p>
    }
    .into_any()
}

/// Opening an unread message changes it, so that is a form; a read one is a link.
#[component]
fn Item(message: InboxMessage, locale: Locale) -> impl IntoView {
    let unread = message.read_at.is_none();
    let inside = view! {
        <span>
            <b>{title(message.kind, locale)}</b>" "
            {unread.then(|| view! { <span class="tag accent">{td!(locale, inbox.new)}</span> })}
            <span class="meta">{plain(&message.body).to_owned()}</span>
            <span class="meta">{written(message.created_at, locale)}</span>
        </span>
        <Icon name="i-next"/>
    };
    let path = format!("/messages/{}", message.id);
    if unread {
        view! {
            <li>
                <form method="post" action=format!("{path}/read")>
                    <OnceKey/>
                    <button class="item">{inside}</button>
                </form>
            </li>
        }
        .into_any()
    } else {
        view! { <li><a class="item" href=path>{inside}</a></li> }.into_any()
    }
}

/// `GET /messages/{id}`, also below the addresses of its forms, where a refusal shows it.
pub async fn message_page(visit: &Visit, id: &str) -> Answer {
    let Ok(id) = id.parse::<MessageId>() else { return missing::page(visit).into() };
    let message = match visit.call(GetMessage { id }).await {
        Ok(message) => message,
        Err(problem) => return sign_in::or_problem(visit, problem),
    };
    let booking = match message.booking_id {
        // It may be another family's by now, or not to be seen: then the message stands alone.
        Some(id) => visit.call(GetBooking { id }).await.ok(),
        None => None,
    };
    let (locale, now, form) = (visit.locale(), visit.now, visit.form.clone());
    let heading = title(message.kind, locale);
    let body = move || {
        view! {
            <a class="back" href="/messages"><Icon name="i-back"/>{td!(locale, inbox.title)}</a>
            <h1>{heading}</h1>
            <FormSummary form locale/>
            <Message message booking now locale/>
        }
        .into_any()
    };
    Page::new(heading, body).tab(Tab::Me).into()
}

#[component]
fn Message(message: InboxMessage, booking: Option<Booking>, now: Timestamp, locale: Locale) -> impl IntoView {
    let see = booking.as_ref().map(|booking| {
        view! { <a class="link" href=format!("/bookings/{}", booking.id)>{td!(locale, inbox.see_booking)}</a> }
    });
    let near =
        message.visit.zip(booking.filter(|booking| booking.state.is_active())).filter(|(visit, _)| visit.at > now);
    view! {
        <section class="card stack">
            <p>{plain(&message.body).to_owned()}</p>
            <p class="meta">{written(message.created_at, locale)}</p>
            {near.map(|(visit, booking)| view! { <Answers message=message.id visit booking=booking.id locale/> })}
            {see}
        </section>
    }
    .into_any()
}

/// Coming, or not: the nursery sees the one, and needs the place back for the other.
#[component]
fn Answers(message: MessageId, visit: Visited, booking: BookingId, locale: Locale) -> impl IntoView {
    let date = visit.at.local_date();
    let coming = match visit.coming_at {
        Some(_) => view! { <Notice tone=Tone::Good title=td!(locale, inbox.said_coming)/> }.into_any(),
        None => view! {
            <form method="post" action=format!("/messages/{message}/coming")>
                <OnceKey/>
                <button class="button" id="coming">{td!(locale, inbox.coming)}</button>
            </form>
        }
        .into_any(),
    };
    view! {
        {coming}
        <div class="actions">
            <a class="button line small" id="move" href=format!("/bookings/{booking}/move?day={date}")>{td!(locale, inbox.do_move)}</a>
            <a class="button line small" id="cancel" href=format!("/bookings/{booking}/days?date={date}")>{td!(locale, inbox.cancel)}</a>
        </div>
    }
    .into_any()
}

/// `POST /messages/{id}/read` opens a message, `/coming` answers it.
pub async fn submit(visit: &Visit, form: &Fields, id: &str, verb: &str) -> Answer {
    let Ok(id) = id.parse::<MessageId>() else { return missing::page(visit).into() };
    let done = match verb {
        "read" => visit.call_once(form, ReadMessage { id }).await,
        "coming" => visit.call_once(form, AnswerReminder { id, answer: VisitAnswer::Coming }).await,
        _ => return missing::page(visit).into(),
    };
    match done {
        Ok(message) => Answer::see_other(format!("/messages/{}", message.id)),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

/// `POST /messages/read`.
pub async fn read_all(visit: &Visit, form: &Fields) -> Answer {
    match visit.call_once(form, ReadAllMessages {}).await {
        Ok(()) => Answer::see_other("/messages"),
        Err(problem) => app::refused(visit, form, problem).await,
    }
}

fn title(kind: MessageKind, locale: Locale) -> &'static str {
    match kind {
        MessageKind::Booking => td!(locale, inbox.of_booking),
        MessageKind::Offer => td!(locale, inbox.of_offer),
        MessageKind::Reminder => td!(locale, inbox.of_reminder),
        MessageKind::Code | MessageKind::Other => td!(locale, inbox.of_other),
    }
}

/// The date, and the time of day.
fn written(at: Timestamp, locale: Locale) -> String {
    format!("{} {}", words::month_day(at.local_date(), locale), at.clock_time())
}

/// Without the name of the sender, which a text message begins with.
fn plain(body: &str) -> &str {
    let signs = [td!(Locale::Zh, message.sign), td!(Locale::En, message.sign)];
    signs.iter().find_map(|sign| body.strip_prefix(sign)).unwrap_or(body).trim_start()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_the_inbox_a_message_does_not_say_from_whom_it_is() {
        for locale in Locale::ALL {
            let sent = crate::family::messages::reminder("春天托育园", "3月3日 09:00–11:00", "123456", locale);
            let shown = plain(&sent);
            assert!(shown.len() < sent.len() && sent.ends_with(shown) && !shown.contains(['【', '[']), "{shown}");
        }
        assert_eq!(plain("您好"), "您好");
    }
}
