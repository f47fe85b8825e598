//! Programs under test, pinned to a core and stopped when dropped.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::load::Connection;

/// The core of server and peer.
pub const SERVER_CORE: &str = "0";
/// The core of the load.
pub const LOAD_CORE: &str = "1";

/// A server on loopback.
pub struct Running {
    child: Child,
    pub port: u16,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Starts `doorstep serve` on one core with one worker and waits until it is ready.
    pub fn doorstep(database: &str, folder: &Path, more: &[(&str, &str)]) -> Result<Self, String> {
        let port = free_port()?;
        let mut command = pinned(SERVER_CORE, &doorstep()?);
        command.args(["serve", "--workers", "1", "--calls-per-second", "0", "--searches-per-second", "0", "--demo"]);
        command.args(["--listen", &format!("127.0.0.1:{port}"), "--database-url", database, "--data"]).arg(folder);
        command.arg("--dist").arg(workspace().join("dist"));
        command.envs(more.iter().copied());
        Self::start(command, port)
    }

    /// Starts a peer, which is this program under another name.
    pub fn peer(arguments: &[&str]) -> Result<Self, String> {
        let port = free_port()?;
        let this = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut command = pinned(SERVER_CORE, &this);
        command.arg("peer").arg(port.to_string()).args(arguments);
        Self::start(command, port)
    }

    fn start(mut command: Command, port: u16) -> Result<Self, String> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).env("RUST_LOG", "error");
        let child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
        let mut running = Self { child, port };
        let begun = Instant::now();
        loop {
            if Connection::open(port).and_then(|mut to| to.get("/readyz")).is_ok_and(|answer| answer.status == 200) {
                return Ok(running);
            }
            if let Ok(Some(status)) = running.child.try_wait() {
                return Err(format!("{command:?} ended: {status}"));
            }
            if begun.elapsed() > Duration::from_secs(180) {
                return Err(format!("{command:?} is not ready after three minutes"));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    pub fn get(&self, path: &str) -> Result<String, String> {
        let answer = Connection::open(self.port).and_then(|mut to| to.get(path)).map_err(|error| error.to_string())?;
        if answer.status != 200 {
            return Err(format!("{path}: {} {}", answer.status, answer.body));
        }
        Ok(answer.body)
    }

    pub fn json(&self, path: &str) -> Result<serde_json::Value, String> {
        serde_json::from_str(&self.get(path)?).map_err(|error| format!("{path}: {error}"))
    }

    /// Resident memory in bytes.
    pub fn resident(&self) -> Result<u64, String> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).map_err(|e| e.to_string())?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().map_err(|_| "no number")?;
        Ok(kilobytes * 1024)
    }
}

pub fn pinned(core: &str, program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", core]).arg(program);
    command
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| error.to_string())
}

pub fn workspace() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).to_owned()
}

/// The server's program, built like this one, beside this one; `DOORSTEP_PROGRAM` names another.
pub fn doorstep() -> Result<PathBuf, String> {
    use std::sync::OnceLock;
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let build = || {
        if let Some(path) = std::env::var_os("DOORSTEP_PROGRAM") {
            return Ok(path.into());
        }
        // The same packages as in the call that built this program: others would have other features, and all of their
        // dependencies be compiled anew.
        let selected = ["build", "--quiet", "--release", "--bin", "doorstep"];
        let built = Command::new(env!("CARGO")).args(selected).current_dir(workspace()).status();
        if !built.is_ok_and(|status| status.success()) {
            return Err("doorstep does not build".to_owned());
        }
        let this = std::env::current_exe().map_err(|error| error.to_string())?;
        Ok(this.with_file_name("doorstep"))
    };
    BUILT.get_or_init(build).clone()
}

/// Runs a `doorstep` command to its end; what it printed.
///
/// # Errors
/// When it says that it failed, with all that it said.
pub fn run_doorstep(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(doorstep()?).args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|error| error.to_string())?;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(told);
    }
    Err(format!("doorstep {}: {told}{}", arguments.join(" "), String::from_utf8_lossy(&output.stderr)))
}
