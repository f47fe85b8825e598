//! Mainland mobile numbers.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// Eleven digits, 13 to 19 first; spaces, hyphens and a leading +86 are accepted and dropped.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Phone(String);

#[derive(Debug, thiserror::Error)]
#[error("a mobile number has eleven digits and begins with 13 to 19")]
pub struct NotAPhone;

impl Phone {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `138****0001`, for screens and logs.
    pub fn masked(&self) -> String {
        format!("{}****{}", self.0.get(..3).unwrap_or_default(), self.0.get(7..).unwrap_or_default())
    }
}

impl std::str::FromStr for Phone {
    type Err = NotAPhone;

    fn from_str(text: &str) -> Result<Self, NotAPhone> {
        let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let digits = digits.strip_prefix("+86").unwrap_or(&digits);
        // 10 to 12 begin numbers of services, which nobody is texted at.
        let is_mobile = matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..]);
        let plausible = is_mobile && digits.len() == 11 && digits.bytes().all(|b| b.is_ascii_digit());
        if plausible { Ok(Self(digits.to_owned())) } else { Err(NotAPhone) }
    }
}

impl<'de> Deserialize<'de> for Phone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mobile_number_is_accepted_as_people_write_it() {
        let cases = [
            ("13800000001", true),
            ("+86 138-0000-0001", true),
            ("19900000001", true),
            ("23800000001", false),
            ("12345678901", false),
            ("1380000000", false),
            ("1380000000a", false),
        ];
        for (text, good) in cases {
            assert_eq!(text.parse::<Phone>().is_ok(), good, "{text}");
        }
        assert_eq!("13800000001".parse::<Phone>().unwrap().masked(), "138****0001");
    }
}
