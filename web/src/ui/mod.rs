//! Building blocks without a word of the domain in them.

#[cfg(any(feature = "ssr", feature = "family"))]
pub mod careful;
#[cfg(any(feature = "ssr", feature = "family"))]
pub mod countdown;
pub mod icon;
#[cfg(target_arch = "wasm32")]
pub mod kept;
#[cfg(any(feature = "ssr", feature = "family"))]
pub mod live;
#[cfg(any(feature = "ssr", feature = "family"))]
pub mod map;
#[cfg(any(feature = "ssr", feature = "family"))]
pub mod recheck;

#[cfg(feature = "ssr")]
pub mod chart;
#[cfg(feature = "ssr")]
pub mod face;
#[cfg(feature = "ssr")]
pub mod field;
#[cfg(feature = "ssr")]
pub mod notice;
#[cfg(feature = "ssr")]
pub mod print;
#[cfg(feature = "ssr")]
pub mod qr;
#[cfg(feature = "ssr")]
pub mod strip;
#[cfg(feature = "ssr")]
pub mod topbar;
#[cfg(feature = "ssr")]
pub mod way;

#[cfg(feature = "ssr")]
mod inert {
    use leptos::{prelude::*, tachys::html::InertElement};

    /// A part of a page, rendered at once.
    ///
    /// Views nest as types, and the compiler builds every operation of every nesting. What is rendered on the server is
    /// never looked at again, so a component of the server's ends its view with `inert()`.
    pub trait Inert {
        fn inert(self) -> InertElement;
    }

    impl<V: RenderHtml> Inert for V {
        fn inert(self) -> InertElement {
            InertElement::new(self.to_html())
        }
    }
}
#[cfg(feature = "ssr")]
pub use inert::Inert;
