//! What people type, before it is kept.
//!
//! Control characters are nothing that anybody writes: PostgreSQL stores no NUL, and terminals obey the others. Tabs and
//! line breaks come along with what is pasted and become spaces, except where a text may have lines.

/// A text that holds control characters other than tabs and line breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("control characters are not kept")]
pub struct ControlCharacters;

/// Trimmed, on one line.
///
/// # Errors
/// When it holds control characters.
pub fn one_line(text: &str) -> Result<String, ControlCharacters> {
    let spaced: String = text.chars().map(|c| if matches!(c, '\t' | '\n' | '\r') { ' ' } else { c }).collect();
    without_controls(spaced.trim())
}

/// Trimmed, its lines ended as Unix does.
///
/// # Errors
/// When it holds control characters.
pub fn lines(text: &str) -> Result<String, ControlCharacters> {
    without_controls(text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', " ").trim())
}

fn without_controls(text: &str) -> Result<String, ControlCharacters> {
    if text.chars().any(|c| c.is_control() && c != '\n') { Err(ControlCharacters) } else { Ok(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_writes_is_refused_and_what_is_pasted_is_tidied() {
        let cases: [(&str, Option<&str>, Option<&str>); 7] = [
            ("  外婆 \n", Some("外婆"), Some("外婆")),
            ("花生\r\n鸡蛋", Some("花生  鸡蛋"), Some("花生\n鸡蛋")),
            ("a\tb", Some("a b"), Some("a b")),
            ("", Some(""), Some("")),
            ("\0", None, None),
            ("a\u{7}b", None, None),
            ("\u{9b}31m", None, None),
        ];
        for (text, line, several) in cases {
            assert_eq!(one_line(text).ok().as_deref(), line, "{text:?}");
            assert_eq!(lines(text).ok().as_deref(), several, "{text:?}");
        }
    }
}
