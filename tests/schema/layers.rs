//! Who may name whom.

use crate::{source, use_paths};

/// The slices, lowest first: each may use those before it.
const SLICES: &[&str] = &["accounts", "messages", "nurseries", "inventory", "vouchers", "bookings", "subsidies"];
/// The folders of the pages, one for each audience.
const AUDIENCES: &[&str] = &["family", "nursery", "health", "regulator"];

fn fails_with(broken: &[String]) {
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

/// The folder or file directly below `src` that a source file lies in.
fn home<'a>(path: &'a str, root: &str) -> &'a str {
    let inside = path.strip_prefix(root).unwrap_or(path);
    inside.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

#[test]
fn only_stores_and_the_database_name_its_tables() {
    let mut broken = Vec::new();
    for file in source::below("server/src") {
        let may = file.path.starts_with("server/src/db/") || file.path.ends_with("/store.rs");
        let named = use_paths::of_crate(&file);
        for (line, path) in named.iter().filter(|(_, path)| path.starts_with(&["db".into(), "schema".into()])) {
            if !may {
                broken.push(format!("{}:{line} names {}", file.path, path.join("::")));
            }
        }
        for (line, code) in file.code() {
            if !may && (code.contains("super::schema::") || code.contains("use schema::")) {
                broken.push(format!("{}:{line} names a table", file.path));
            }
        }
    }
    fails_with(&broken);
}

#[test]
fn slices_use_only_lower_slices_and_only_through_their_front_door() {
    let rank = |name: &str| SLICES.iter().position(|slice| *slice == name);
    let mut broken = Vec::new();
    for file in source::below("server/src") {
        let Some(own) = rank(home(&file.path, "server/src/")) else { continue };
        for (line, path) in use_paths::of_crate(&file) {
            let Some(other) = path.first().and_then(|name| rank(name)) else { continue };
            let named = path.join("::");
            if other > own {
                broken.push(format!("{}:{line} reaches up to {named}", file.path));
            }
            let is_module = |name: &String| name.starts_with(|c: char| c.is_lowercase());
            if other != own && path.len() > 2 && path.get(1).is_some_and(is_module) {
                broken.push(format!("{}:{line} goes past mod.rs to {named}", file.path));
            }
        }
    }
    fails_with(&broken);
}

#[test]
fn what_all_slices_stand_on_knows_none_of_them() {
    // The list of slices, the settings of each, the router, and what the program starts from know all.
    let above = ["app", "config", "main", "serve", "lib", "pages", "commands", "cli", "demo"];
    let mut broken = Vec::new();
    for file in source::below("server/src") {
        let home = home(&file.path, "server/src/");
        if above.contains(&home) || SLICES.contains(&home) {
            continue;
        }
        for (line, path) in use_paths::of_crate(&file) {
            if path.first().is_some_and(|name| SLICES.contains(&name.as_str())) {
                broken.push(format!("{}:{line} names {}", file.path, path.join("::")));
            }
        }
    }
    fails_with(&broken);
}

#[test]
fn an_audience_never_reaches_another_and_the_parts_know_none() {
    let mut broken = Vec::new();
    for file in source::below("web/src") {
        let home = home(&file.path, "web/src/");
        for (line, path) in use_paths::of_crate(&file) {
            let Some(other) = path.first().filter(|name| AUDIENCES.contains(&name.as_str())) else { continue };
            if home != other && !["app", "lib"].contains(&home) {
                broken.push(format!("{}:{line} names {}", file.path, path.join("::")));
            }
        }
    }
    fails_with(&broken);
}

#[test]
fn the_parts_of_the_interface_know_no_noun() {
    // Words of the domain that the wire has types for.
    let nouns = ["bookings", "children", "nurseries", "slots", "accounts"];
    let mut broken = Vec::new();
    for file in source::below("web/src/ui") {
        for (line, code) in file.code() {
            if nouns.iter().any(|noun| code.contains(&format!("doorstep_shared::{noun}"))) {
                broken.push(format!("{}:{line} {}", file.path, code.trim()));
            }
        }
    }
    fails_with(&broken);
}
