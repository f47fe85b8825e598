//! The server that browser tests look at.

use doorstep_server::clock::{Clock as _, SystemClock};
use doorstep_tests::{Database, TestApp, workspace};

/// A server at the present time, because browsers have clocks of their own, with the built pages.
pub async fn site() -> TestApp {
    let dist = workspace().join("dist");
    assert!(dist.join("manifest.json").exists(), "the pages are not built: run `make bundle` first");
    TestApp::at(SystemClock.now(), Database::Sqlite, |config| config.dist = dist).await
}
