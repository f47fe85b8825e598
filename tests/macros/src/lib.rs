//! `#[test_on_both]` turns `async fn name(app: TestApp)` into the tests `name::sqlite` and `name::postgres`.

use proc_macro::{TokenStream, TokenTree};

/// Runs the function once on each database. Its argument is what it starts from: a `TestApp`, or a `Database` where
/// the test starts its own servers.
#[proc_macro_attribute]
pub fn test_on_both(_: TokenStream, function: TokenStream) -> TokenStream {
    let Some(name) = name_of(function.clone()) else {
        return "compile_error!(\"#[test_on_both] stands on a function\");".parse().unwrap_or_default();
    };
    let test = |database: &str| {
        let word = database.to_lowercase();
        format!(
            "#[test] fn {word}() {{ ::doorstep_tests::run(::doorstep_tests::Database::{database}, super::{name}) }}"
        )
    };
    // A module and a function of the same name live side by side.
    let module = format!("mod {name} {{ {} {} }}", test("Sqlite"), test("Postgres"));
    let module: TokenStream = module.parse().unwrap_or_default();
    function.into_iter().chain(module).collect()
}

fn name_of(function: TokenStream) -> Option<String> {
    let mut tokens = function.into_iter();
    tokens.find(|token| matches!(token, TokenTree::Ident(word) if word.to_string() == "fn"))?;
    tokens.next().map(|name| name.to_string())
}
