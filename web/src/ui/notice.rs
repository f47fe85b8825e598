//! A message in its own box: how it went, what is wrong, what can be done.

use leptos::prelude::*;

use super::Inert as _;

use super::icon::Icon;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Info,
    Good,
    Warn,
    Bad,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Info => "notice info",
            Self::Good => "notice good",
            Self::Warn => "notice warn",
            Self::Bad => "notice bad",
        }
    }

    const fn icon(self) -> &'static str {
        match self {
            Self::Info => "i-info",
            Self::Good => "i-tick",
            Self::Warn | Self::Bad => "i-warn",
        }
    }
}

/// `id` and `focus` serve the summary of a refused form: it takes the focus when the page has loaded.
#[component]
pub fn Notice(
    tone: Tone,
    #[prop(into)] title: String,
    #[prop(optional)] focus: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let role = if matches!(tone, Tone::Warn | Tone::Bad) { "alert" } else { "status" };
    view! {
        <section class=tone.class() role=role tabindex=focus.then_some("-1") autofocus=focus>
            <Icon name=tone.icon()/>
            <div>
                <p class="notice-title">{title}</p>
                {children.map(|children| children())}
            </div>
        </section>
    }
    .inert()
}

/// Nothing to show: what would stand here, and one thing to do.
#[component]
pub fn Empty(
    icon: &'static str,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <section class="empty">
            <Icon name=icon/>
            <h2>{title}</h2>
            <p>{text}</p>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </section>
    }
    .inert()
}
