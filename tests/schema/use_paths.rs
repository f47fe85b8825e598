//! Which paths of the own crate a source file names.

use crate::source::Source;

/// The paths that begin with `crate::`, whole: in `use` trees, which are unfolded, and in the code.
/// Each with the line it begins on.
pub fn of_crate(file: &Source) -> Vec<(usize, Vec<String>)> {
    let mut tokens = Vec::new();
    for (line, code) in file.code() {
        tokens.extend(words(code.split("//").next().unwrap_or_default()).into_iter().map(|word| (line, word)));
    }
    let mut paths = Vec::new();
    for at in 0..tokens.len() {
        if tokens[at].1 == "crate" && tokens.get(at + 1).is_some_and(|(_, next)| next == "::") {
            let line = tokens[at].0;
            let rest: Vec<&str> = tokens[at + 2..].iter().map(|(_, word)| word.as_str()).collect();
            let mut found = Vec::new();
            unfold(&rest, &mut Vec::new(), &mut found);
            paths.extend(found.into_iter().map(|path| (line, path)));
        }
    }
    paths
}

/// Identifiers, `::`, and single punctuation marks.
fn words(code: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            c if c.is_alphanumeric() || c == '_' => {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            }
            ':' if rest.starts_with("::") => 2,
            c => c.len_utf8(),
        };
        let (word, after) = rest.split_at(length);
        if !word.trim().is_empty() {
            words.push(word.to_owned());
        }
        rest = after;
    }
    words
}

/// Reads `a::{b, c::d}` from the front of the tokens; returns how many belong to it.
fn unfold(tokens: &[&str], prefix: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> usize {
    let depth = prefix.len();
    let mut at = 0;
    loop {
        match tokens.get(at) {
            Some(&"{") => {
                at += 1;
                while let Some(&token) = tokens.get(at) {
                    match token {
                        "}" => break,
                        "," => at += 1,
                        _ => at += unfold(&tokens[at..], prefix, found).max(1),
                    }
                }
                prefix.truncate(depth);
                return at + 1;
            }
            Some(word) => {
                prefix.push((*word).to_owned());
                at += 1;
            }
            None => break,
        }
        if tokens.get(at) != Some(&"::") {
            break;
        }
        at += 1;
    }
    found.push(prefix.clone());
    prefix.truncate(depth);
    at
}

#[test]
fn use_trees_are_unfolded() {
    let text = "use crate::{\n    a::{self, b::C},\n    d,\n};\nfn f() { crate::e::f(1) } // crate::no\n";
    let file = Source { path: String::new(), text: text.to_owned() };
    let found: Vec<_> = of_crate(&file).into_iter().map(|(line, path)| format!("{line} {}", path.join("::"))).collect();
    assert_eq!(found, ["1 a::self", "1 a::b::C", "1 d", "5 e::f"]);
}
