//! Devices on which a phone has signed in before: no strangers when that phone asks for a code again.
//!
//! A browser keeps a mark in a cookie of its own, which outlives the session. It is a keyed hash of the phone number:
//! nobody can make one, and nobody can read the number in it. It opens nothing.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use doorstep_shared::phone::Phone;

use super::keys::{Keys, Purpose};

/// What a device is given when this phone signs in on it.
pub fn mark(keys: &Keys, phone: &Phone) -> String {
    URL_SAFE_NO_PAD.encode(keys.hash(Purpose::Device, &[phone.as_str().as_bytes()]))
}

/// Whether a device bears the mark of this phone.
pub fn is_known(keys: &Keys, phone: &Phone, mark: &str) -> bool {
    let hash = URL_SAFE_NO_PAD.decode(mark);
    hash.is_ok_and(|hash| keys.verify(Purpose::Device, &[phone.as_str().as_bytes()], &hash))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::keys::testing::keys;

    #[test]
    fn a_mark_is_of_one_phone_and_cannot_be_made_up() {
        let (phone, other): (Phone, Phone) = ("13800000001".parse().unwrap(), "13800000002".parse().unwrap());
        let mark = mark(&keys(), &phone);
        assert!(is_known(&keys(), &phone, &mark));
        for (phone, mark) in [(&other, mark.as_str()), (&phone, ""), (&phone, "13800000001"), (&phone, "!")] {
            assert!(!is_known(&keys(), phone, mark), "{mark}");
        }
    }
}
