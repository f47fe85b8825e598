//! A PostgreSQL of one trial's own, to be killed.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    cluster::{as_user, binaries, connect, ok, unprivileged, url},
    folder::Folder,
};

/// As a city would run it: what is committed is on disk. Small segments of the log, so that a disk can fill up soon.
const SETTINGS: [&str; 6] = [
    "fsync=on",
    "synchronous_commit=on",
    "max_connections=60",
    "shared_buffers=32MB",
    "jit=off",
    "unix_socket_directories=",
];

pub struct OwnPostgres {
    /// Holds the cluster.
    data: PathBuf,
    /// Where that is ours to remove.
    folder: Option<Folder>,
    port: u16,
    server: Option<Child>,
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        self.end("-QUIT");
    }
}

impl OwnPostgres {
    pub fn start() -> Self {
        let folder = Folder::new();
        let mut own = Self::start_in(folder.path());
        own.folder = Some(folder);
        own
    }

    /// In a folder of the caller's, which must outlive it.
    pub fn start_in(folder: &Path) -> Self {
        let data = folder.join("data");
        std::fs::create_dir(&data).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if let Some(owner) = unprivileged() {
            ok(Command::new("chown").arg(owner).arg(&data));
        }
        let settings = ["--no-sync", "--auth=trust", "--username=doorstep", "--encoding=UTF8", "--locale=C"];
        let mut initdb = as_user(unprivileged(), &binaries().join("initdb"));
        ok(initdb.args(settings).args(["--wal-segsize=1", "-D"]).arg(&data).stdout(Stdio::null()));
        let mut own = Self { data, folder: None, port, server: None };
        own.start_again();
        own
    }

    /// `postgres` is everybody's database; this one is empty.
    pub fn url(&self) -> String {
        url(self.port, "postgres")
    }

    /// `127.0.0.1:PORT`
    pub fn address(&self) -> std::net::SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    /// `kill -9` of the postmaster: its backends go when they notice.
    pub fn kill(&mut self) {
        self.end("-KILL");
    }

    /// `pg_ctl stop -m immediate`: no checkpoint, so that the next start recovers.
    pub fn stop_immediately(&mut self) {
        self.end("-QUIT");
    }

    fn end(&mut self, signal: &str) {
        let Some(mut server) = self.server.take() else { return };
        // It may have ended by itself, out of disk.
        let _ = Command::new("kill").args([signal, &server.id().to_string()]).status();
        server.wait().unwrap();
    }

    pub fn start_again(&mut self) {
        let mut server = as_user(unprivileged(), &binaries().join("postgres"));
        server.arg("-D").arg(&self.data).args(["-p", &self.port.to_string(), "-h", "127.0.0.1"]);
        for setting in SETTINGS {
            server.args(["-c", setting]);
        }
        server.stdout(Stdio::null()).stderr(Stdio::null());
        let began = Instant::now();
        loop {
            let mut running = server.spawn().unwrap();
            loop {
                if connect(self.port, "postgres").is_ok() {
                    self.server = Some(running);
                    return;
                }
                assert!(began.elapsed() < Duration::from_secs(30), "PostgreSQL does not start");
                // Backends of the one that was killed may keep its memory for a moment.
                if running.try_wait().unwrap().is_some() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
}
