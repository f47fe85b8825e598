//! One request for a page, as pages see it.

use std::{collections::BTreeMap, sync::Arc};

use doorstep_shared::{Date, Endpoint, Problem, Timestamp, dates, problem::FieldProblem};

use crate::{Locale, api::Door, settings::Settings};

/// What a page knows about the request it answers.
#[derive(Clone)]
pub struct Visit {
    /// Without query.
    pub path: String,
    pub query: Fields,
    pub settings: Settings,
    /// Remembered between visits, by name; see [`Page::remember`](crate::page::Page::remember).
    pub remembered: Fields,
    pub now: Timestamp,
    /// Whether a family's session came along. It may have ended: an endpoint decides.
    pub signed_in: bool,
    /// Whether a session of staff did, likewise.
    pub as_staff: bool,
    pub site: Arc<Site>,
    /// When the page is shown again because its form was refused.
    pub form: Option<FormState>,
    pub door: Door,
}

impl Visit {
    pub fn locale(&self) -> Locale {
        self.settings.locale
    }

    /// Runs an endpoint that changes nothing, as the visitor.
    ///
    /// # Errors
    /// What the endpoint refuses.
    pub async fn call<E: Endpoint>(&self, request: E) -> Result<E::Response, Problem> {
        self.door.call(request, None).await
    }

    /// Runs an endpoint that changes something, with the idempotency key of the form that asked for it.
    ///
    /// # Errors
    /// What the endpoint refuses.
    pub async fn call_once<E: Endpoint>(&self, form: &Fields, request: E) -> Result<E::Response, Problem> {
        self.door.call(request, form.get(KEY).map(str::to_owned)).await
    }

    /// Path with query, to come back to.
    pub fn here(&self) -> String {
        let query = self.query.encoded();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }

    /// What was typed into a field of the refused form, or what the field begins with.
    pub fn value(&self, name: &str, first: &str) -> String {
        let typed = self.form.as_ref().and_then(|form| form.fields.get(name));
        typed.unwrap_or(first).to_owned()
    }
}

/// The hidden field of a form that carries its idempotency key.
pub const KEY: &str = "key";

/// What is the same for all requests.
pub struct Site {
    /// Leptos' output name of the families' island bundle; nothing when it was not built.
    pub bundle: Option<String>,
    /// That of staff.
    pub staff_bundle: Option<String>,
    /// Logical name → URL of the static files.
    pub files: BTreeMap<String, String>,
    /// Whether the city is made up and messages can be read at `/dev/outbox`.
    pub demo: bool,
    /// Key for Tianditu's tiles.
    pub tianditu_key: Option<String>,
}

impl Site {
    /// Where a static file lies; nothing when it was not built.
    pub fn file(&self, name: &str) -> Option<String> {
        self.files.get(name).cloned()
    }
}

/// Names and values of a query, a form or cookies; a name may stand several times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(pub Vec<(String, String)>);

impl Fields {
    /// Of `a=1&b=2`; what cannot be read is nothing.
    pub fn parse(encoded: &str) -> Self {
        Self(serde_html_form::from_str(encoded).unwrap_or_default())
    }

    /// The first value of that name, unless it is empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(key, value)| key == name && !value.is_empty())?;
        Some(value)
    }

    /// Every value of that name that is not empty.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// Whether the name is there, be it with an empty value.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// The value of that name, if it reads as a `T`. For dates there is [`Fields::date`].
    pub fn read<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.parse().ok()
    }

    /// The date of that name, if it can be one.
    pub fn date(&self, name: &str) -> Option<Date> {
        dates::read(self.get(name)?)
    }

    /// Every date of that name, in order, each once.
    pub fn dates(&self, name: &str) -> Vec<Date> {
        let mut dates: Vec<_> = self.all(name).filter_map(dates::read).collect();
        dates.sort_unstable();
        dates.dedup();
        dates
    }

    pub fn encoded(&self) -> String {
        serde_html_form::to_string(&self.0).unwrap_or_default()
    }
}

/// A refused form: what was typed, and why it was refused.
#[derive(Clone)]
pub struct FormState {
    pub fields: Fields,
    pub problem: Problem,
}

impl FormState {
    /// What is wrong with one field.
    pub fn at(&self, field: &str) -> Option<&FieldProblem> {
        self.problem.fields.iter().find(|problem| problem.field == field)
    }
}
