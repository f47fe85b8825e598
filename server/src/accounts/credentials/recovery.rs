//! Recovery codes: for who has lost the app. Ten, each good once, written down on paper.

use doorstep_shared::ids::AccountId;

use crate::{
    accounts::keys::{self, Keys, Purpose},
    error::Result,
};

/// How many there are.
pub const CODES: usize = 10;
/// Characters of one, five bits each: nobody guesses sixty, and the hash is keyed.
const CHARACTERS: usize = 12;
/// Crockford's: without I, L, O and U, which are read as others.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// New ones, as they are written down: `K7QF-3M9X-2HTB`.
///
/// # Errors
/// When the system has no random bytes.
pub fn draw() -> Result<Vec<String>> {
    (0..CODES).map(|_| Ok(grouped(&characters::<CHARACTERS>()?))).collect()
}

/// Characters that nobody can foresee.
///
/// # Errors
/// As [`draw`].
pub fn characters<const N: usize>() -> Result<String> {
    let drawn = keys::random::<N>()?;
    // 256 is eight times 32: each character is as likely as the next.
    let letters = drawn.iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32)));
    Ok(letters.map(|letter| char::from(*letter)).collect())
}

fn grouped(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-")
}

/// As it was drawn: what looks alike is read as what was meant. None when it is none.
pub fn read(typed: &str) -> Option<String> {
    plain(typed, CHARACTERS)
}

/// The same for codes of another length.
pub fn plain(typed: &str, characters: usize) -> Option<String> {
    let letters = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        c => c,
    });
    let code: String = letters.collect();
    let known = code.bytes().all(|byte| ALPHABET.contains(&byte));
    (known && code.len() == characters).then_some(code)
}

/// What is kept of one.
pub fn hash(keys: &Keys, account: AccountId, plain: &str) -> Vec<u8> {
    keys.hash(Purpose::Recovery, &[account.0.as_bytes(), plain.as_bytes()]).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_is_read_however_it_is_typed() {
        let codes = draw().unwrap();
        assert_eq!(codes.len(), CODES);
        for code in &codes {
            assert_eq!(code.len(), CHARACTERS + 2, "{code}");
            let plain = code.replace('-', "");
            for typed in
                [code.clone(), code.to_lowercase(), format!(" {plain} "), code.replace('0', "o").replace('1', "l")]
            {
                assert_eq!(read(&typed).as_deref(), Some(plain.as_str()), "{typed}");
            }
        }
        for none in ["", "123456", "K7QF-3M9X-2HT", "K7QF-3M9X-2HTU", "K7QF-3M9X-2HTB-A"] {
            assert_eq!(read(none), None, "{none}");
        }
    }
}
