//! Every word on a screen, in Chinese and English, checked when the program is built (see `build.rs`).
//!
//! `td!(locale, find.as_of, time = "09:00")` is the text `as_of` of `locales/*/find.toml`. A text without placeholders
//! is a `&'static str`, one with placeholders a `String`; both may stand in a view or an attribute.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// The language of a page. Chinese first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Locale {
    #[default]
    Zh,
    En,
}

impl Locale {
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// As forms and cookies write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The one to switch to.
    pub const fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }

    /// The `lang` attribute.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|locale| locale.as_str() == word)
    }

    /// The first language of `Accept-Language` that we speak; Chinese when there is none.
    pub fn preferred(accept_language: &str) -> Self {
        let spoken = |part: &str| Self::parse(part.trim().get(..2)?.to_ascii_lowercase().as_str());
        accept_language.split(',').find_map(spoken).unwrap_or_default()
    }
}

/// What stands for a placeholder.
pub struct Value<'a>(pub &'a dyn std::fmt::Display);

impl Value<'_> {
    fn push_to(&self, out: &mut String) {
        // Writing to a String cannot fail.
        let _ = write!(out, "{}", self.0);
    }
}

fn one_or_more(value: &Value<'_>, one: &'static str, more: &'static str) -> &'static str {
    if value.0.to_string() == "1" { one } else { more }
}

/// A text in the language of the page; see the module.
macro_rules! td {
    ($locale:expr, $group:ident . $key:ident $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::texts::$group::$key { $($name: $crate::texts::Value(&$value)),* }.text($locale)
    };
}
pub(crate) use td;

// With the server's pages every text is in use, and one that is not gets a warning; islands use a few.
#[cfg_attr(not(feature = "ssr"), expect(dead_code, reason = "pages use them, islands only some"))]
#[expect(non_camel_case_types, reason = "a text is named as in its file")]
#[expect(clippy::single_char_add_str, reason = "a piece of a text may be one character long")]
mod generated {
    use super::{Locale, Value, one_or_more};
    include!(concat!(env!("OUT_DIR"), "/texts.rs"));
}
pub use generated::*;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_takes_its_values_and_counts_in_english() {
        assert_eq!(td!(Locale::Zh, find.found, count = 2), "2 家有空位");
        assert_eq!(td!(Locale::En, find.found, count = 1), "1 nursery with free places");
        assert_eq!(td!(Locale::En, find.found, count = 18), "18 nurseries with free places");
    }

    #[test]
    fn the_browser_chooses_the_language_until_the_person_does() {
        let cases = [
            ("en-GB,en;q=0.9,zh;q=0.8", Locale::En),
            ("zh-CN,zh;q=0.9,en;q=0.8", Locale::Zh),
            ("fr,en;q=0.5", Locale::En),
            ("de", Locale::Zh),
            ("", Locale::Zh),
            ("中文", Locale::Zh),
        ];
        for (header, locale) in cases {
            assert_eq!(Locale::preferred(header), locale, "{header}");
        }
    }
}
