//! What the people of a family may be called.

use doorstep_shared::{Problem, family::PERSON_CHARACTERS, problem::FieldRule, text};

/// A name that must be there.
///
/// # Errors
/// `invalid`, naming the field.
pub fn name(field: &str, typed: &str) -> Result<String, Problem> {
    let name = words(field, typed)?;
    if name.is_empty() { Err(Problem::field(field, FieldRule::Required, "1 to 40 characters")) } else { Ok(name) }
}

/// A few words that may be missing.
///
/// # Errors
/// As [`name`].
pub fn words(field: &str, typed: &str) -> Result<String, Problem> {
    let Ok(words) = text::one_line(typed) else {
        return Err(Problem::field(field, FieldRule::ControlCharacters, "control characters are not kept"));
    };
    if words.chars().count() > PERSON_CHARACTERS {
        return Err(Problem::field(field, FieldRule::TooLong, "at most 40 characters"));
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_on_one_line() {
        let long = "婆".repeat(PERSON_CHARACTERS + 1);
        let cases = [
            (" 外婆\n", Ok("外婆"), Ok("外婆")),
            ("", Err(FieldRule::Required), Ok("")),
            (&long, Err(FieldRule::TooLong), Err(FieldRule::TooLong)),
            ("\0", Err(FieldRule::ControlCharacters), Err(FieldRule::ControlCharacters)),
        ];
        let rule = |result: Result<String, Problem>| result.map_err(|problem| problem.fields[0].rule);
        for (typed, as_name, as_words) in cases {
            assert_eq!(rule(name("name", typed)), as_name.map(str::to_owned), "{typed:?}");
            assert_eq!(rule(words("name", typed)), as_words.map(str::to_owned), "{typed:?}");
        }
    }
}
