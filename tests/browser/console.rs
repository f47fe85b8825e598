//! What a page complains about. Nothing may: an island that is missing only warns.

use crate::look::Wasm;

/// A line of the browser's log.
#[derive(Debug)]
pub struct Complaint {
    pub level: String,
    pub message: String,
}

/// The lines that a person who opens the console should not find.
///
/// `refusals` are the statuses of answers that the test asked for: Chromium reports every answer of 400 and above as
/// an error, the page of a refused form included.
pub fn complaints(log: Vec<Complaint>, refusals: &[u16], wasm: Wasm) -> Vec<String> {
    let is_expected = |line: &Complaint| {
        let refused = |status: &u16| line.message.contains(&format!("responded with a status of {status}"));
        let blocked = wasm == Wasm::Blocked && is_about_blocked_wasm(&line.message);
        refusals.iter().any(refused) || blocked
    };
    log.into_iter()
        .filter(|line| ["WARNING", "SEVERE"].contains(&line.level.as_str()))
        .filter(|line| !is_expected(line))
        .map(|line| format!("{}: {}", line.level, line.message))
        .collect()
}

/// The file that was blocked, and the script that waited for it.
fn is_about_blocked_wasm(message: &str) -> bool {
    message.contains(".wasm") || message.contains("WebAssembly") || message.contains("Failed to fetch")
}

#[test]
fn only_what_was_asked_for_is_let_pass() {
    let line = |level: &str, message: &str| Complaint { level: level.to_owned(), message: message.to_owned() };
    let log = || {
        vec![
            line("INFO", "hello"),
            line("SEVERE", "http://x/ - Failed to load resource: the server responded with a status of 409 (Conflict)"),
            line("SEVERE", "http://x/a.wasm - Failed to load resource: net::ERR_BLOCKED_BY_CLIENT"),
            line("WARNING", "island Countdown not found"),
        ]
    };
    assert_eq!(complaints(log(), &[], Wasm::Runs).len(), 3);
    assert_eq!(complaints(log(), &[409], Wasm::Runs).len(), 2);
    assert_eq!(complaints(log(), &[409], Wasm::Blocked), ["WARNING: island Countdown not found"]);
}
