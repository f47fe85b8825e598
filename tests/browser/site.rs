//! The server that browser tests look at.

use doorstep_server::{
    clock::{Clock as _, SystemClock},
    config::Config,
};
use doorstep_tests::{Database, TestApp, workspace};

/// A server at the present time, because browsers have clocks of their own, with the built pages.
pub async fn site() -> TestApp {
    site_with(|_| ()).await
}

/// With other settings.
pub async fn site_with(settings: impl FnOnce(&mut Config)) -> TestApp {
    let dist = workspace().join("dist");
    assert!(dist.join("manifest.json").exists(), "the pages are not built: run `make bundle` first");
    let settings = |config: &mut Config| {
        config.dist = dist;
        settings(config);
    };
    TestApp::at(SystemClock.now(), Database::Sqlite, settings).await
}
