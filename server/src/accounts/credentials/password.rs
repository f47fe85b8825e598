//! What a password must be: long, and nothing that is tried first (NIST SP 800-63B, 5.1.1.2).

use doorstep_shared::{Problem, phone::Phone, problem::FieldRule, secret::Secret};
use unicode_normalization::UnicodeNormalization as _;

/// Characters at most: more than anyone types, few enough to read quickly.
const MOST: usize = 128;
/// Characters that must be left when what everybody knows is taken out.
const OWN: usize = 4;
/// The commonest ones that are long enough, one a line, in small letters.
const COMMON: &str = include_str!("common.txt");

/// As every keyboard would have typed it: one writes é in one character and another in two, and a Chinese one has digits
/// and letters of full width (NIST SP 800-63B-4, 3.1.1.2).
pub fn normal(password: &Secret) -> String {
    password.expose().nfkc().collect()
}

/// Checks a new password against the phone and the name of whose it is to be.
///
/// # Errors
/// `invalid`, naming the field: `too-short`, `too-long`, or `too-guessable`.
pub fn check(field: &str, password: &Secret, least: usize, phone: &Phone, name: &str) -> Result<(), Problem> {
    let typed = normal(password);
    let length = typed.chars().count();
    if length < least {
        return Err(Problem::field(field, FieldRule::TooShort, format!("at least {least} characters")));
    }
    if length > MOST {
        return Err(Problem::field(field, FieldRule::TooLong, format!("at most {MOST} characters")));
    }
    let plain: String = typed.to_lowercase().split_whitespace().collect();
    let known = [phone.as_str(), name.trim(), "doorstep", "家门口托育"];
    let mut own = plain.clone();
    for word in known.into_iter().filter(|word| !word.is_empty()) {
        own = own.replace(&word.to_lowercase(), "");
    }
    if own.chars().count() < OWN || is_a_run(&plain) || COMMON.lines().any(|common| common == plain) {
        let detail = "it is among the first that are tried: the phone, the name, a run, or a common password";
        return Err(Problem::field(field, FieldRule::TooGuessable, detail));
    }
    Ok(())
}

/// One step from each character to the next: `aaaaaaaaaa`, `abcdefghij`, `9876543210`.
fn is_a_run(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let steps: Vec<i64> = codes.iter().zip(codes.iter().skip(1)).map(|(one, next)| next - one).collect();
    let first = steps.first().copied().unwrap_or(0);
    first.abs() <= 1 && steps.iter().all(|step| *step == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_none_that_is_tried_first() {
        let long = "长".repeat(MOST + 1);
        let cases: &[(&str, Option<FieldRule>)] = &[
            ("correct horse", None),
            ("院里的玉兰开了两次", Some(FieldRule::TooShort)),
            ("院里的玉兰开了两次呢", None),
            ("all small letters", None),
            ("hunter2", Some(FieldRule::TooShort)),
            (&long, Some(FieldRule::TooLong)),
            ("1234567890", Some(FieldRule::TooGuessable)),
            ("１２３４５６７８９０", Some(FieldRule::TooGuessable)),
            ("Password123", Some(FieldRule::TooGuessable)),
            ("pass word 123", Some(FieldRule::TooGuessable)),
            ("woaini1314520", Some(FieldRule::TooGuessable)),
            ("aaaaaaaaaaaa", Some(FieldRule::TooGuessable)),
            ("abcdefghijk", Some(FieldRule::TooGuessable)),
            ("zyxwvutsrq", Some(FieldRule::TooGuessable)),
            ("13800000001", Some(FieldRule::TooGuessable)),
            ("a13800000001", Some(FieldRule::TooGuessable)),
            ("wangguifang1", Some(FieldRule::TooGuessable)),
            ("WangGuiFang and a goose", None),
            ("doorstep2026", None),
            ("doorstep123", Some(FieldRule::TooGuessable)),
        ];
        let phone = "13800000001".parse().unwrap();
        for (password, refused) in cases {
            let checked = check("password", &Secret::from(*password), 10, &phone, "wangguifang");
            let rule = checked.err().map(|problem| problem.fields[0].rule);
            assert_eq!(rule, *refused, "{password}");
        }
    }

    #[test]
    fn the_common_ones_are_written_as_they_are_compared() {
        let phone = "13800000001".parse().unwrap();
        assert!(COMMON.lines().count() > 100);
        for common in COMMON.lines() {
            assert!(common.chars().count() >= 10, "{common} is too short to be chosen");
            assert!(check("password", &Secret::from(common), 10, &phone, "").is_err(), "{common}");
        }
    }
}
