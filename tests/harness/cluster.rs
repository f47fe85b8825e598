//! One private PostgreSQL for all tests of this work tree, whichever process they run in; and one for its benchmarks,
//! set up as a city would have it.
//!
//! The first process that needs it makes it, in a temporary folder and on a free port. Every process holds a shared
//! lock while it lives; a supervisor beside the server stops it and removes the folder when nobody has held the lock
//! for ten seconds. The kernel lets go of a lock however a process ends, so nothing is left behind.

use std::{
    fs::{self, File},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use diesel::{Connection as _, PgConnection, connection::SimpleConnection as _};
use doorstep_server::db::{DatabaseUrl, Db, migrate};

use crate::program::{build_folder, workspace};

pub struct Cluster {
    port: u16,
    template: String,
    /// Held, never read: it tells the supervisor that this process needs the server.
    _in_use: File,
}

/// The cluster, started when it does not run.
pub fn running() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| join(&TESTS))
}

/// The cluster of benchmarks: every commit is on disk before it is told. It runs on the core with this number.
pub fn durable(core: &'static str) -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| join(&Kind { core: Some(core), ..DURABLE }))
}

/// How a cluster is set up.
struct Kind {
    name: &'static str,
    settings: &'static str,
    core: Option<&'static str>,
}

/// Ordinary tests do not ask what survives a power cut, so nothing waits for the disk.
const TESTS: Kind = Kind {
    name: "postgres",
    settings: "fsync=off full_page_writes=off synchronous_commit=off wal_level=minimal max_wal_senders=0 \
               max_connections=400 shared_buffers=128MB autovacuum=off jit=off \
               unix_socket_directories= listen_addresses=127.0.0.1",
    core: None,
};

/// Memory for all that a benchmark stores, and checkpoints so far apart that none falls into one round and not into
/// its peer's.
const DURABLE: Kind = Kind {
    name: "postgres-durable",
    settings: "fsync=on full_page_writes=on synchronous_commit=on max_connections=100 shared_buffers=1GB \
               max_wal_size=16GB checkpoint_timeout=1h jit=off unix_socket_directories= listen_addresses=127.0.0.1",
    core: None,
};

const SUPERVISE: &str = r#"
idle=0
"$@" &
server=$!
while kill -0 $server 2>/dev/null; do
  sleep 1
  exec 9>"$LOCK"
  if flock --nonblock --exclusive 9; then
    idle=$((idle + 1))
    if [ $idle -ge 10 ]; then
      kill -QUIT $server; wait $server
      rm -rf "$FOLDER"
      exit
    fi
  else
    idle=0
  fi
  exec 9>&-
done
rm -rf "$FOLDER"
"#;

fn join(kind: &Kind) -> Cluster {
    let mut hash = DefaultHasher::new();
    workspace().hash(&mut hash);
    let folder = std::env::temp_dir().join(format!("doorstep-{}-{:016x}", kind.name, hash.finish()));
    // The locks outlive the folder, so they lie with what the compiler leaves.
    let lock = |what: &str| build_folder().join(format!("{}.{what}", kind.name));
    let (starting, used) = (lock("starting"), lock("used"));
    let open = |path: &Path| File::options().create(true).append(true).open(path).unwrap();
    let starting = open(&starting);
    starting.lock().unwrap();
    let in_use = open(&used);
    in_use.lock_shared().unwrap();
    let known = fs::read_to_string(folder.join("port")).ok().and_then(|port| port.trim().parse().ok());
    let port = match known {
        Some(port) if connect(port, "postgres").is_ok() => port,
        _ => start(kind, &folder, &used),
    };
    let template = template(port);
    Cluster { port, template, _in_use: in_use }
}

fn start(kind: &Kind, folder: &Path, used: &Path) -> u16 {
    let bin = binaries();
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).unwrap();
    let data = folder.join("data");
    let owner = unprivileged();
    fs::create_dir(&data).unwrap();
    if let Some(owner) = owner {
        ok(Command::new("chown").arg(owner).arg(&data));
    }
    let initdb = ["--no-sync", "--auth=trust", "--username=doorstep", "--encoding=UTF8", "--locale=C", "-D"];
    ok(as_user(owner, &bin.join("initdb")).args(initdb).arg(&data).stdout(Stdio::null()));
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let log = File::create(folder.join("log")).unwrap();
    // `sh -c SCRIPT NAME COMMAND…`: the server is the supervisor's child, and neither is a child that we wait for.
    let mut supervisor = match kind.core {
        None => Command::new("setsid"),
        Some(core) => {
            let mut pinned = Command::new("taskset");
            pinned.args(["--cpu-list", core, "setsid"]);
            pinned
        }
    };
    supervisor.args(["--fork", "sh", "-c", SUPERVISE, "doorstep-test-postgres"]);
    let server = as_user(owner, &bin.join("postgres"));
    supervisor.arg(server.get_program()).args(server.get_args()).arg("-D").arg(&data).args(["-p", &port.to_string()]);
    for setting in kind.settings.split_whitespace() {
        supervisor.args(["-c", setting]);
    }
    supervisor.env("LOCK", used).env("FOLDER", folder);
    supervisor.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).current_dir("/");
    assert!(supervisor.status().unwrap().success(), "{supervisor:?}");
    let began = Instant::now();
    while let Err(error) = connect(port, "postgres") {
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        assert!(began.elapsed() < Duration::from_secs(30), "PostgreSQL does not start: {error}\n{log}");
        std::thread::sleep(Duration::from_millis(20));
    }
    fs::write(folder.join("port"), port.to_string()).unwrap();
    port
}

/// A migrated database that tests copy, one for each state of the migrations.
fn template(port: u16) -> String {
    let mut hash = DefaultHasher::new();
    let mut files: Vec<PathBuf> =
        fs::read_dir(workspace().join("migrations/postgresql")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        fs::read(file.join("up.sql")).unwrap().hash(&mut hash);
    }
    let name = format!("template_{:016x}", hash.finish());
    let mut admin = connect(port, "postgres").unwrap();
    if exists(&mut admin, &name) {
        return name;
    }
    let building = format!("{name}_building");
    admin.batch_execute(&format!("DROP DATABASE IF EXISTS {building}")).unwrap();
    admin.batch_execute(&format!("CREATE DATABASE {building}")).unwrap();
    let url = DatabaseUrl::Postgres(url(port, &building));
    migrate::migrate(&Db::open(&url, 1).unwrap()).unwrap();
    // Copying needs that nobody is connected.
    let leave = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{building}'");
    admin.batch_execute(&format!("ALTER DATABASE {building} ALLOW_CONNECTIONS false; {leave}")).unwrap();
    admin.batch_execute(&format!("ALTER DATABASE {building} RENAME TO {name}")).unwrap();
    name
}

fn exists(admin: &mut PgConnection, name: &str) -> bool {
    use diesel::RunQueryDsl as _;
    let query = format!("SELECT 1 FROM pg_database WHERE datname = '{name}'");
    // As a command it reports how many rows it met.
    diesel::sql_query(query).execute(admin).unwrap() > 0
}

impl Cluster {
    /// Makes a database as the migrations leave it, and gives its URL.
    pub fn copy_of_template(&self, name: &str) -> String {
        self.admin(&format!("CREATE DATABASE {name} TEMPLATE {}", self.template));
        self.url(name)
    }

    /// Copies a database from which everybody else is sent away.
    pub fn copy(&self, from: &str, to: &str) {
        self.admin(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{from}'"));
        self.admin(&format!("CREATE DATABASE {to} TEMPLATE {from}"));
    }

    pub fn url(&self, name: &str) -> String {
        url(self.port, name)
    }

    pub fn empty(&self, name: &str) -> String {
        self.admin(&format!("CREATE DATABASE {name}"));
        url(self.port, name)
    }

    pub fn drop_database(&self, name: &str) {
        self.admin(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    }

    fn admin(&self, command: &str) {
        connect(self.port, "postgres").unwrap().batch_execute(command).unwrap();
    }
}

pub fn url(port: u16, database: &str) -> String {
    format!("postgres://doorstep@127.0.0.1:{port}/{database}")
}

pub fn connect(port: u16, database: &str) -> Result<PgConnection, String> {
    PgConnection::establish(&url(port, database)).map_err(|error| error.to_string())
}

/// The newest installed PostgreSQL.
pub fn binaries() -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter_map(|path| Some((path.file_name()?.to_str()?.parse().ok()?, path.join("bin"))))
        .filter(|(_, bin)| bin.join("postgres").exists())
        .collect();
    found.sort();
    if let Some((_, bin)) = found.pop() {
        return bin;
    }
    let told = Command::new("pg_config").arg("--bindir").output().map(|output| output.stdout).unwrap_or_default();
    let bin = PathBuf::from(String::from_utf8_lossy(&told).trim());
    assert!(bin.join("postgres").exists(), "PostgreSQL is not installed (Debian: apt-get install postgresql)");
    bin
}

/// PostgreSQL refuses to run as root: whom to become, when we are.
pub fn unprivileged() -> Option<&'static str> {
    let user = Command::new("id").arg("-u").output().unwrap().stdout;
    if String::from_utf8_lossy(&user).trim() != "0" {
        return None;
    }
    let known = fs::read_to_string("/etc/passwd").unwrap_or_default();
    Some(if known.lines().any(|line| line.starts_with("postgres:")) { "postgres" } else { "nobody" })
}

pub fn as_user(user: Option<&str>, program: &Path) -> Command {
    let mut command = match user {
        None => Command::new(program),
        Some(user) => {
            let mut command = Command::new("setpriv");
            command.args([&format!("--reuid={user}"), "--clear-groups", "--"]).arg(program);
            command
        }
    };
    command.current_dir("/");
    command
}

pub fn ok(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
