//! The language that a person has chosen: on a page's settings or, for a program, in `Accept-Language`.

use actix_web::{HttpRequest, http::header};
use doorstep_shared::messages::Language;
use doorstep_web::{Locale, settings};

/// How whoever calls wants the pages, and their language.
pub fn settings(request: &HttpRequest) -> settings::Settings {
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let look = request.cookie(settings::COOKIE);
    settings::Settings::read(look.as_ref().map(|cookie| cookie.value()), accepted.unwrap_or_default())
}

/// What a family is told in answer to this call, it is told in this language.
pub fn of(request: &HttpRequest) -> Locale {
    settings(request).locale
}

/// Nurseries are told in Chinese.
pub const NURSERY: Locale = Locale::Zh;

/// As an account keeps it.
pub const fn spoken(locale: Locale) -> Language {
    match locale {
        Locale::Zh => Language::Zh,
        Locale::En => Language::En,
    }
}

pub const fn locale(language: Language) -> Locale {
    match language {
        Language::Zh => Locale::Zh,
        Language::En => Locale::En,
    }
}
