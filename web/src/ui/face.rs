//! A person or a place without a picture: one character of its name.

/// The last character of a Chinese name, as people are called by it; the first letter of another.
pub fn initial(name: &str) -> String {
    let is_chinese = name.chars().last().is_some_and(|c| c >= '\u{2e80}');
    let letter = if is_chinese { name.chars().last() } else { name.chars().next() };
    letter.into_iter().flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::initial;

    #[test]
    fn a_face_shows_how_a_child_is_called() {
        assert_eq!([initial("小米"), initial("ann"), initial("")], ["米", "A", ""]);
    }
}
