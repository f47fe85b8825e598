//! Codes of an authenticator app (RFC 6238): six digits, thirty seconds, SHA-1, which is what every app knows.

use doorstep_shared::{Timestamp, phone::Phone};
use totp_rs::{Algorithm, Builder, Totp};

use crate::{
    accounts::keys,
    error::{Error, Result},
};

/// Seconds of one step.
const STEP_S: u64 = 30;
/// Steps before and after the present one whose code is taken, for clocks that are not exact (RFC 6238, 5.2).
const SKEW: u16 = 1;
const DIGITS: u8 = 6;
/// Bytes of a secret, as RFC 4226 recommends.
pub const LENGTH: usize = 20;
/// As the app calls this site.
const ISSUER: &str = "Doorstep";

/// What server and app share.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; LENGTH]);

impl TotpSecret {
    /// A new one.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn draw() -> Result<Self> {
        keys::random().map(Self)
    }

    /// Of bytes that were kept.
    ///
    /// # Errors
    /// When they are not as many.
    pub fn of(bytes: &[u8]) -> Result<Self> {
        bytes.try_into().map(Self).map_err(|_| Error::internal("a secret of an authenticator app has 20 bytes"))
    }

    pub const fn bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }

    fn totp(&self, account: &str) -> Result<Totp> {
        let totp = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_skew(SKEW)
            .with_step_duration(STEP_S)
            .with_secret(self.0.to_vec())
            .with_issuer(Some(ISSUER))
            .with_account_name(account);
        totp.build().map_err(|error| Error::internal(format!("{error:?}")))
    }

    /// The time step that a code is of; None when it is of none that is taken now.
    ///
    /// # Errors
    /// When the secret is none, which is a mistake of ours.
    pub fn step_of(&self, code: &str, now: Timestamp) -> Result<Option<i64>> {
        let step = self.totp(ISSUER)?.check(code, now.seconds().cast_unsigned());
        Ok(step.map(u64::cast_signed))
    }

    /// The code of a step, as the app shows it.
    ///
    /// # Errors
    /// As [`TotpSecret::step_of`].
    pub fn code(&self, step: i64) -> Result<String> {
        Ok(self.totp(ISSUER)?.generate(step.cast_unsigned().saturating_mul(STEP_S)).to_string())
    }

    /// What an app reads from a QR code.
    ///
    /// # Errors
    /// As [`TotpSecret::step_of`].
    pub fn url(&self, phone: &Phone) -> Result<String> {
        self.totp(phone.as_str())?.to_url().map_err(|error| Error::internal(format!("{error:?}")))
    }

    /// What somebody types into an app that has no camera: base32.
    ///
    /// # Errors
    /// As [`TotpSecret::step_of`].
    pub fn text(&self) -> Result<String> {
        Ok(self.totp(ISSUER)?.secret().to_base32())
    }
}

/// The time step of a moment.
pub fn step_at(now: Timestamp) -> i64 {
    now.seconds().div_euclid(STEP_S.cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing::now;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B; the last six of its eight digits.
        let secret = TotpSecret::of(b"12345678901234567890").unwrap();
        let cases = [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")];
        for (seconds, code) in cases {
            assert_eq!(secret.code(seconds / 30).unwrap(), code, "{seconds}");
        }
    }

    #[test]
    fn a_code_is_taken_one_step_early_and_one_step_late() {
        let secret = TotpSecret::draw().unwrap();
        let present = step_at(now());
        for (away, taken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let code = secret.code(present + away).unwrap();
            let step = secret.step_of(&code, now()).unwrap();
            assert_eq!(step, taken.then_some(present + away), "{away} steps");
        }
        for nonsense in ["", "12345", "1234567", "abcdef", "１２３４５６"] {
            assert_eq!(secret.step_of(nonsense, now()).unwrap(), None, "{nonsense}");
        }
    }

    #[test]
    fn an_app_is_told_the_site_the_phone_and_the_secret() {
        let secret = TotpSecret::of(b"12345678901234567890").unwrap();
        let url = secret.url(&"13800000001".parse().unwrap()).unwrap();
        let text = secret.text().unwrap();
        assert_eq!(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(url, format!("otpauth://totp/Doorstep:13800000001?secret={text}&issuer=Doorstep"));
    }
}
