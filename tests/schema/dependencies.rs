//! What each crate pulls in.

use std::process::Command;

use doorstep_tests::workspace;

/// The names of the packages that `cargo tree` finds for these arguments.
fn tree(arguments: &[&str]) -> Vec<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--quiet", "--edges", "normal", "--prefix", "none", "--format", "{p}"]).args(arguments);
    let output = cargo.current_dir(workspace()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).collect()
}

#[test]
fn parents_never_download_the_database_or_the_server() {
    let wasm = ["--target", "wasm32-unknown-unknown", "--package"];
    let cases = [
        ("the entry", tree(&[&wasm[..], &["doorstep-family"]].concat())),
        ("the contract", tree(&[&wasm[..], &["doorstep-shared"]].concat())),
        ("the pages", tree(&[&wasm[..], &["doorstep-web", "--features", "family"]].concat())),
    ];
    for (what, packages) in cases {
        assert!(packages.contains(&"serde".to_owned()), "{what} has a tree");
        for banned in ["diesel", "libsqlite3-sys", "pq-sys", "actix-web", "tokio", "reqwest", "utoipa"] {
            assert!(!packages.contains(&banned.to_owned()), "{what} pulls in {banned}");
        }
    }
}

#[test]
fn only_one_package_links_sqlite() {
    let packages = tree(&["--package", "doorstep-server"]);
    assert!(packages.contains(&"libsqlite3-sys".to_owned()));
    for banned in ["sqlx", "rusqlite", "sqlite3-sys", "libsql"] {
        assert!(!packages.contains(&banned.to_owned()), "{banned} would link SQLite a second time");
    }
}

#[test]
fn no_licence_binds_more_than_ours() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--quiet", "--workspace", "--prefix", "none", "--format", "{p}|{l}"]);
    let output = cargo.current_dir(workspace()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut seen = 0;
    for line in text.lines() {
        let Some((package, licence)) = line.split_once('|') else { continue };
        seen += 1;
        let alternatives: Vec<_> = licence.split(" OR ").collect();
        let free = alternatives.iter().any(|one| !one.contains("GPL") || one.contains("LGPL-2.1-or-later WITH"));
        assert!(free, "{package} is under {licence}");
    }
    assert!(seen > 100, "{seen} packages");
}
