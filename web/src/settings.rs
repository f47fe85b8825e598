//! How a person wants the pages: language, colours, text size, elder mode. One cookie, one plain form.

use doorstep_shared::messages::ChangeChannels;

use crate::{
    Locale,
    page::Answer,
    visit::{Fields, Visit},
};

/// The cookie's name.
pub const COOKIE: &str = "look";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the device is set.
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == word)
    }
}

/// Text sizes, 0 to 4; what they mean stands in `style/tokens.css`.
pub const SIZES: u8 = 5;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub locale: Locale,
    pub theme: Theme,
    pub size: u8,
    /// Large, black on white, fewer choices.
    pub elder: bool,
}

impl Settings {
    /// From the cookie, `zh.auto.0.std`; before there is one, from `Accept-Language`.
    pub fn read(cookie: Option<&str>, accept_language: &str) -> Self {
        let mut settings = Self { locale: Locale::preferred(accept_language), ..Self::default() };
        let mut words = cookie.unwrap_or_default().split('.');
        settings.locale = words.next().and_then(Locale::parse).unwrap_or(settings.locale);
        settings.theme = words.next().and_then(Theme::parse).unwrap_or_default();
        settings.size = words.next().and_then(size).unwrap_or_default();
        settings.elder = words.next() == Some("elder");
        settings
    }

    /// As the cookie keeps it.
    pub fn written(self) -> String {
        let mode = if self.elder { "elder" } else { "std" };
        format!("{}.{}.{}.{mode}", self.locale.as_str(), self.theme.as_str(), self.size)
    }

    /// Takes over what a form names and leaves the rest.
    fn changed(mut self, form: &Fields) -> Self {
        self.locale = form.get("locale").and_then(Locale::parse).unwrap_or(self.locale);
        self.theme = form.get("theme").and_then(Theme::parse).unwrap_or(self.theme);
        self.size = form.get("size").and_then(size).unwrap_or(self.size);
        self.elder = form.get("elder").map_or(self.elder, |value| value == "on");
        self
    }
}

fn size(word: &str) -> Option<u8> {
    word.parse().ok().filter(|size| *size < SIZES)
}

/// `POST /settings`: remembers, then goes back to where the form was. Who is signed in is told in that language.
pub async fn submit(visit: &Visit, form: &Fields) -> Answer {
    let language = form.get("locale").and_then(|locale| locale.parse().ok());
    if language.is_some() && visit.signed_in {
        // The look is kept all the same when the session has ended.
        let _ = visit.call(ChangeChannels { language, ..ChangeChannels::default() }).await;
    }
    let back = form.get("back").filter(|path| is_ours(path)).unwrap_or("/");
    Answer::see_other(back).remember(COOKIE, visit.settings.changed(form).written())
}

/// Whether it is a path of this site: a browser must not be sent elsewhere by a form that somebody prepared.
pub fn is_ours(path: &str) -> bool {
    let plain = path.chars().all(|c| !c.is_control() && c != '\\');
    plain && path.starts_with('/') && !path.starts_with("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_the_cookie() {
        let all = Settings { locale: Locale::En, theme: Theme::Dark, size: 3, elder: true };
        assert_eq!(Settings::read(Some(&all.written()), "zh"), all);
        assert_eq!(Settings::read(Some("xx.pink.9"), "en").locale, Locale::En);
        assert_eq!(Settings::read(Some("zh.auto.9.std"), "").size, 0);
    }

    #[test]
    fn a_form_changes_what_it_names_and_leaves_the_rest() {
        let before = Settings { size: 2, ..Settings::default() };
        let after = before.changed(&Fields::parse("elder=on&theme=dark"));
        assert_eq!(after, Settings { theme: Theme::Dark, elder: true, ..before });
        assert!(!after.changed(&Fields::parse("elder=off")).elder);
    }

    #[test]
    fn only_paths_of_this_site_are_gone_back_to() {
        let cases = [
            ("/", true),
            ("/?q=春", true),
            ("/nurseries/1?date=2026-11-23", true),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("https://evil.example", false),
            ("", false),
            ("/a\r\nSet-Cookie: x=1", false),
        ];
        for (path, ours) in cases {
            assert_eq!(is_ours(path), ours, "{path:?}");
        }
    }
}
