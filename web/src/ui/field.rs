//! Form fields with label, hint and error.

use leptos::prelude::*;

use super::Inert as _;

use super::icon::Icon;

/// The hidden field that every form carries which changes something beyond settings: sent twice, it happens once.
#[component]
pub fn OnceKey() -> impl IntoView {
    view! { <input type="hidden" name=crate::visit::KEY value=uuid::Uuid::now_v7().to_string()/> }.inert()
}

/// What is wrong with a field, in words; stands between label and input.
#[component]
pub fn FieldError(
    /// The input's id; the error's is `ID-error`, for `aria-describedby`.
    id: &'static str,
    error: Option<String>,
) -> impl IntoView {
    error.map(|text| view! { <p class="field-error" id=format!("{id}-error")><Icon name="i-warn"/>{text}</p> })
}

/// A line of text.
#[component]
pub fn TextField(
    /// Also its name in the form.
    id: &'static str,
    #[prop(into)] label: String,
    #[prop(into)] value: String,
    #[prop(optional)] error: Option<String>,
    #[prop(optional, into)] hint: Option<String>,
    /// `text`, `tel`, `date` …
    #[prop(default = "text")]
    kind: &'static str,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(optional)] inputmode: Option<&'static str>,
    #[prop(optional)] maxlength: Option<u16>,
    /// The id of a `datalist` with what is often typed.
    #[prop(optional)]
    list: Option<&'static str>,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let described = described_by(id, error.is_some(), hint.is_some());
    view! {
        <div class="field" data-error=error.is_some().then_some("")>
            <label for=id>{label}</label>
            {hint.map(|hint| view! { <p class="hint" id=format!("{id}-hint")>{hint}</p> })}
            <FieldError id error=error.clone()/>
            <input
                id=id
                name=id
                type=kind
                value=value
                autocomplete=autocomplete
                inputmode=inputmode
                maxlength=maxlength.map(|most| most.to_string())
                required=required
                list=list
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=described
            />
        </div>
    }
    .inert()
}

/// A choice from a list.
#[component]
pub fn SelectField(
    /// Of the input.
    #[prop(into)]
    id: String,
    name: &'static str,
    #[prop(into)] label: String,
    /// Value and text of each option.
    options: Vec<(String, String)>,
    /// The value that is chosen.
    #[prop(into)]
    chosen: String,
) -> impl IntoView {
    let options = options.into_iter().map(|(value, text)| {
        let selected = value == chosen;
        view! { <option value=value selected=selected>{text}</option> }
    });
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select id=id name=name>{options.collect_view()}</select>
        </div>
    }
    .inert()
}

/// One of a few, side by side, as radio buttons.
#[component]
pub fn Choice(
    name: &'static str,
    #[prop(into)] legend: String,
    options: Vec<(String, String)>,
    #[prop(into)] chosen: String,
) -> impl IntoView {
    let options = options.into_iter().map(|(value, text)| {
        let checked = value == chosen;
        view! { <label class="choice"><input type="radio" name=name value=value checked=checked/><span>{text}</span></label> }
    });
    view! { <fieldset class="choices"><legend>{legend}</legend><div>{options.collect_view()}</div></fieldset> }.inert()
}

/// Yes or no; absent from the form when no.
#[component]
pub fn Check(
    #[prop(into)] id: String,
    name: &'static str,
    value: &'static str,
    #[prop(into)] label: String,
    checked: bool,
) -> impl IntoView {
    view! {
        <label class="check">
            <input type="checkbox" id=id name=name value=value checked=checked/>
            <span>{label}</span>
        </label>
    }
    .inert()
}

fn described_by(id: &str, error: bool, hint: bool) -> Option<String> {
    let ids: Vec<_> = [(hint, "hint"), (error, "error")]
        .into_iter()
        .filter(|(there, _)| *there)
        .map(|(_, what)| format!("{id}-{what}"))
        .collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}
