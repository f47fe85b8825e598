//! Every text in both languages.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use doorstep_shared::{ProblemKind, problem::FieldRule};
use doorstep_tests::workspace;

/// `file.key` → text.
fn texts(locale: &str) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for entry in fs::read_dir(workspace().join("web/locales").join(locale)).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_stem().unwrap().to_string_lossy().into_owned();
        let table: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        for (key, text) in table {
            texts.insert(format!("{file}.{key}"), text.as_str().expect("a text").to_owned());
        }
    }
    assert!(!texts.is_empty(), "{locale} has texts");
    texts
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    // `{count:hour/hours}` chooses a word by the value of `count`.
    let inside = text.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    inside.filter_map(|inside| inside.split(':').next()).collect()
}

#[test]
fn both_languages_have_the_same_texts_with_the_same_placeholders() {
    let (zh, en) = (texts("zh"), texts("en"));
    assert_eq!(zh.keys().collect::<Vec<_>>(), en.keys().collect::<Vec<_>>());
    for (key, text) in &zh {
        assert!(!text.trim().is_empty() && !en[key].trim().is_empty(), "{key} is empty");
        assert_eq!(placeholders(text), placeholders(&en[key]), "{key}");
    }
}

#[test]
fn english_texts_hold_no_chinese() {
    for (key, text) in texts("en") {
        // What a language calls itself stands in its own script.
        let own_name = text == "中文" || key.starts_with("common.");
        let chinese = text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        assert!(own_name || !chinese, "{key}: {text}");
    }
}

#[test]
fn every_problem_and_every_rule_has_a_text() {
    for locale in ["zh", "en"] {
        let texts = texts(locale);
        let kinds = ProblemKind::ALL.iter().map(|kind| format!("problem.{}", kind.as_str().replace('-', "_")));
        let rules = FieldRule::ALL.iter().map(|rule| format!("problem.rule_{}", rule.as_str().replace('-', "_")));
        for key in kinds.chain(rules) {
            assert!(texts.contains_key(&key), "{locale} lacks {key}");
        }
    }
}
