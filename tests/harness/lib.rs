//! The harness of the black-box tests.
//!
//! [`TestApp`] is the server as it is shipped, on a free port and a fresh database. [`test_on_both`] runs a test on
//! SQLite and on PostgreSQL. People and nurseries are made by builders: `app.family("Ann")`, `app.offer()`.

mod app;
mod client;
mod cluster;
mod database;
mod family;
mod folder;
mod issuer;
mod nursery;
mod order;
mod program;
mod proxy;
mod running;
mod snapshot;
pub mod staff;
pub mod trial;
mod waiting;
mod wechat;

pub use app::TestApp;
pub use client::{Answer, Client, read};
pub use cluster::{Cluster, durable as durable_cluster, running as cluster};
pub use database::{Database, Fresh};
pub use doorstep_test_macros::test_on_both;
pub use family::Family;
pub use folder::Folder;
pub use issuer::Officer;
pub use nursery::{Nursery, NurseryBuilder, Offer, OfferBuilder};
pub use order::Order;
pub use program::{build_folder, program, program_path, workspace};
pub use proxy::Proxy;
pub use running::Running;
pub use snapshot::Snapshot;
pub use staff::Staff;
pub use wechat::{WechatAnswer, WechatDouble};

/// What nearly every test needs.
pub mod prelude {
    pub use doorstep_shared::{Date, Problem, ProblemKind, Span, Timestamp};
    pub use futures::{future::join_all, join};

    pub use crate::{Client, Database, Family, Offer, Staff, TestApp, test_on_both};
}

/// What a test starts from.
pub trait Start: Sized {
    fn start(database: Database) -> impl Future<Output = Self>;
}

impl Start for Database {
    async fn start(database: Database) -> Self {
        database
    }
}

impl Start for TestApp {
    async fn start(database: Database) -> Self {
        Self::on(database).await
    }
}

/// Runs one test on one database. What [`test_on_both`] calls.
pub fn run<S: Start, F: Future<Output = ()>>(database: Database, test: impl FnOnce(S) -> F) {
    runtime().block_on(async { test(S::start(database).await).await });
}

/// What tests and their clients run on.
pub fn runtime() -> tokio::runtime::Runtime {
    // The clients are built with what the server's need.
    doorstep_server::tls::install();
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}
