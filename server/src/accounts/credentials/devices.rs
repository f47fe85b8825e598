//! Devices on which a phone has signed in by password: wrong tries there are counted apart from those of strangers, so
//! that no stranger can keep its owner out ("device cookies", OWASP).
//!
//! A browser keeps a list of marks, one for each phone that has signed in on it: several people share a tablet. A mark is
//! a random number with a keyed hash over it and the phone: nobody can make one, and nobody can read the phone in it. It
//! opens nothing.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use doorstep_shared::phone::Phone;

use crate::{
    accounts::keys::{self, Keys, Purpose},
    error::Result,
};

/// Phones that one browser remembers, the latest first.
const MOST: usize = 12;
const BETWEEN: char = '.';

/// By what its wrong tries are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device(pub [u8; 16]);

/// The device that bears a mark of this phone among these; None: a stranger.
pub fn known(keys: &Keys, phone: &Phone, marks: &str) -> Option<Device> {
    marks.split(BETWEEN).take(MOST).find_map(|mark| read(keys, phone, mark))
}

/// The marks of a device on which this phone has signed in now: a new one, and those of others.
///
/// # Errors
/// When the system has no random bytes.
pub fn marked(keys: &Keys, phone: &Phone, marks: &str) -> Result<String> {
    let number: [u8; 16] = keys::random()?;
    let hash = keys.hash(Purpose::StaffDevice, &[phone.as_str().as_bytes(), &number]);
    let fresh = URL_SAFE_NO_PAD.encode([number.as_slice(), &hash].concat());
    let others = marks.split(BETWEEN).filter(|mark| !mark.is_empty() && read(keys, phone, mark).is_none());
    let marks: Vec<_> = std::iter::once(fresh.as_str()).chain(others).take(MOST).collect();
    Ok(marks.join(&BETWEEN.to_string()))
}

fn read(keys: &Keys, phone: &Phone, mark: &str) -> Option<Device> {
    let bytes = URL_SAFE_NO_PAD.decode(mark).ok()?;
    let (number, hash) = bytes.split_first_chunk::<16>()?;
    keys.verify(Purpose::StaffDevice, &[phone.as_str().as_bytes(), number], hash).then_some(Device(*number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::keys::testing::keys;

    fn phone(last: usize) -> Phone {
        format!("138{last:08}").parse().unwrap()
    }

    #[test]
    fn a_tablet_is_known_to_those_who_have_signed_in_on_it_and_to_nobody_else() {
        let keys = keys();
        let one = marked(&keys, &phone(1), "").unwrap();
        let both = marked(&keys, &phone(2), &one).unwrap();
        assert_eq!(known(&keys, &phone(1), &both), known(&keys, &phone(1), &one));
        assert!(known(&keys, &phone(2), &both).is_some());
        assert_ne!(known(&keys, &phone(1), &both), known(&keys, &phone(2), &both));
        for made_up in ["", ".", "x", &one[1..], "13800000001"] {
            assert_eq!(known(&keys, &phone(1), made_up), None, "{made_up}");
        }
        assert_eq!(known(&keys, &phone(3), &both), None);
    }

    #[test]
    fn a_device_is_another_one_after_each_sign_in_and_remembers_so_many() {
        let keys = keys();
        let first = marked(&keys, &phone(1), "").unwrap();
        let again = marked(&keys, &phone(1), &first).unwrap();
        assert_ne!(known(&keys, &phone(1), &first), known(&keys, &phone(1), &again));
        assert_eq!(again.split(BETWEEN).count(), 1);
        let many = (0..40).fold(String::new(), |marks, n| marked(&keys, &phone(n), &marks).unwrap());
        assert_eq!(many.split(BETWEEN).count(), MOST);
        assert!(known(&keys, &phone(39), &many).is_some() && known(&keys, &phone(1), &many).is_none());
    }
}
