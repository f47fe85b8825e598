//! What text messages say to staff.

use crate::{Locale, td};

/// A link to begin working at a nursery with. Says nothing that its head has written.
pub fn invitation(nursery: &str, link: &str, hours: u16, locale: Locale) -> String {
    td!(locale, message.staff_invitation, nursery = nursery, link = link, hours = hours)
}

/// A link to choose a new password with.
pub fn reset(nursery: &str, link: &str, hours: u16, locale: Locale) -> String {
    td!(locale, message.staff_reset, nursery = nursery, link = link, hours = hours)
}
