//! What a page is made of before it becomes HTML, and what a request is answered with.

use leptos::prelude::*;

/// The four destinations at the foot of every page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Find,
    Bookings,
    Children,
    Me,
}

/// A page that has loaded what it shows.
pub struct Page {
    pub status: u16,
    /// For the window and the history, without the name of the site.
    pub title: String,
    /// Which tab it belongs to.
    pub tab: Option<Tab>,
    /// A name for the page's own width and columns; see `style/layout.css`.
    pub layout: &'static str,
    /// Whether a bar at the foot takes the place of the tabs on small screens.
    pub own_foot: bool,
    /// Where a change of language or look leads back to, when that is not the address of the request: what a POST
    /// answered has none of its own. Names nobody.
    pub back: Option<String>,
    /// What stands around it instead of the tabs of families.
    pub frame: Option<Frame>,
    /// Renders what stands in `<main>`.
    pub body: Box<dyn FnOnce() -> String>,
    pub remembered: Vec<Remembered>,
}

/// What an audience has around its pages.
pub struct Frame {
    /// For the style sheet: `data-frame` of the body.
    pub name: &'static str,
    /// Its own style sheet, beside that of all pages.
    pub sheet: &'static str,
    /// Renders what stands before `<main>`.
    pub top: Box<dyn FnOnce() -> String>,
}

/// A cookie that keeps a choice for a year; readable by nobody but the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    pub name: &'static str,
    /// Empty: forget it.
    pub value: String,
}

impl Page {
    pub fn new<V: RenderHtml>(title: impl Into<String>, body: impl FnOnce() -> V + 'static) -> Self {
        Self {
            status: 200,
            title: title.into(),
            tab: None,
            layout: "narrow",
            own_foot: false,
            back: None,
            frame: None,
            body: Box::new(|| body().to_html()),
            remembered: Vec::new(),
        }
    }

    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub fn tab(mut self, tab: Tab) -> Self {
        self.tab = Some(tab);
        self
    }

    pub fn layout(mut self, layout: &'static str) -> Self {
        self.layout = layout;
        self
    }

    pub fn back(mut self, path: impl Into<String>) -> Self {
        self.back = Some(path.into());
        self
    }

    pub fn frame(mut self, frame: Frame) -> Self {
        self.frame = Some(frame);
        self
    }

    pub fn own_foot(mut self) -> Self {
        self.own_foot = true;
        self
    }

    pub fn remember(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.remembered.push(Remembered { name, value: value.into() });
        self
    }
}

impl From<Page> for Answer {
    fn from(page: Page) -> Self {
        Self::Page(Box::new(page))
    }
}

/// What the server sends back.
pub enum Answer {
    Page(Box<Page>),
    SeeOther(SeeOther),
}

/// 303: look there with GET.
pub struct SeeOther {
    /// Path of this site, with query.
    pub to: String,
    pub remembered: Vec<Remembered>,
}

impl Answer {
    pub fn see_other(to: impl Into<String>) -> Self {
        Self::SeeOther(SeeOther { to: to.into(), remembered: Vec::new() })
    }

    pub fn remember(mut self, name: &'static str, value: impl Into<String>) -> Self {
        let remembered = Remembered { name, value: value.into() };
        match &mut self {
            Self::Page(page) => page.remembered.push(remembered),
            Self::SeeOther(see_other) => see_other.remembered.push(remembered),
        }
        self
    }
}
