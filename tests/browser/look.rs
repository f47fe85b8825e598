//! The screens and settings that pages are looked at with.

/// How a person has set the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub screen: Screen,
    /// `zh` or `en`.
    pub locale: &'static str,
    /// `light` or `dark`.
    pub theme: &'static str,
    pub elder: bool,
    pub wasm: Wasm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// 390×844.
    Phone,
    /// 1024×768, as on the wall of a nursery.
    Tablet,
    /// 1280×800.
    Desktop,
    /// 320×640 with the largest text.
    Small,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wasm {
    Runs,
    /// As in a browser that forbids it, or where the file did not arrive.
    Blocked,
}

impl Screen {
    pub const fn size(self) -> (u32, u32) {
        match self {
            Self::Phone => (390, 844),
            Self::Tablet => (1024, 768),
            Self::Desktop => (1280, 800),
            Self::Small => (320, 640),
        }
    }
}

impl Look {
    pub const PHONE: Self =
        Self { screen: Screen::Phone, locale: "zh", theme: "light", elder: false, wasm: Wasm::Runs };
    pub const SMALL: Self = Self { screen: Screen::Small, ..Self::PHONE };
    pub const TABLET: Self = Self { screen: Screen::Tablet, ..Self::PHONE };
    pub const DESKTOP: Self = Self { screen: Screen::Desktop, ..Self::PHONE };

    pub const fn english(self) -> Self {
        Self { locale: "en", ..self }
    }

    pub const fn dark(self) -> Self {
        Self { theme: "dark", ..self }
    }

    pub const fn elder(self) -> Self {
        Self { elder: true, ..self }
    }

    pub const fn without_wasm(self) -> Self {
        Self { wasm: Wasm::Blocked, ..self }
    }

    /// As the pages' cookie keeps it.
    pub fn cookie(self) -> String {
        let size = if self.screen == Screen::Small { 4 } else { 0 };
        let mode = if self.elder { "elder" } else { "std" };
        format!("{}.{}.{size}.{mode}", self.locale, self.theme)
    }

    /// For file names, `phone-zh-dark-elder`.
    pub fn name(self) -> String {
        let screen = match self.screen {
            Screen::Phone => "phone",
            Screen::Tablet => "tablet",
            Screen::Desktop => "desktop",
            Screen::Small => "small",
        };
        let elder = if self.elder { "-elder" } else { "" };
        format!("{screen}-{}-{}{elder}", self.locale, self.theme)
    }
}
