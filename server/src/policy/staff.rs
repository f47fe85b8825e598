//! How staff sign in.

use serde::Deserialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaffRules {
    /// A session that was not used for so long ends.
    pub session_idle_hours: u16,
    /// Every session ends after so long.
    pub session_hours: u16,
    /// Of a password, at least.
    pub password_characters: u16,
    /// In which an invitation can be accepted.
    pub invitation_hours: u16,
    /// Invitations that the heads of a nursery may send in a day.
    pub invitations_a_day: u16,
    /// Text messages with invitations that one phone gets in a day, whoever invites.
    pub invitation_texts_a_day: u16,
    /// Wrong tries of one phone on one device on which it has signed in before.
    pub tries_device_quarter_hour: u16,
    /// Those of one phone on all other devices together.
    pub tries_phone_hour: u16,
    pub tries_phone_day: u16,
    /// Those from one address, by strangers.
    pub tries_address_hour: u16,
    /// Those of all strangers.
    pub tries_strangers_minute: u16,
}
