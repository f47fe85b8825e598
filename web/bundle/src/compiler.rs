//! Which compiler builds WebAssembly on this machine.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::error::{BundleError, Result};

pub const TARGET: &str = "wasm32-unknown-unknown";

/// How long `rustup target add` may take before we do without it.
const RUSTUP_LIMIT: Duration = Duration::from_secs(180);

/// A way to compile for [`TARGET`].
#[derive(Clone, Debug, PartialEq)]
pub enum Compiler {
    /// The compiler that builds the server has the target.
    Own,
    /// Debian's compiler builds the standard library from its sources and links with `linker`.
    Debian { linker: String },
}

impl Compiler {
    /// The name that scripts compare.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Debian { .. } => "debian",
        }
    }
}

/// What the decision asks about a machine.
pub trait Machine {
    /// The compiler on the path has the standard library for the target.
    fn has_target(&self) -> bool;
    /// The linker that goes with a complete Debian compiler with sources.
    fn debian_linker(&self) -> Option<String>;
    /// Lets rustup download the target; the error says why it did not.
    fn add_target(&self) -> std::result::Result<(), String>;
}

/// What is installed comes first, so that only a machine with neither compiler asks the network.
pub fn decide(machine: &impl Machine) -> Result<Compiler> {
    if machine.has_target() {
        return Ok(Compiler::Own);
    }
    if let Some(linker) = machine.debian_linker() {
        return Ok(Compiler::Debian { linker });
    }
    match machine.add_target() {
        Ok(()) => Ok(Compiler::Own),
        Err(rustup) => Err(BundleError::NoCompiler { rustup }),
    }
}

/// The machine that we run on.
pub struct ThisMachine;

impl Machine for ThisMachine {
    fn has_target(&self) -> bool {
        let mut rustc = Command::new("rustc");
        rustc.args(["--print", "target-libdir", "--target", TARGET]);
        answer(&mut rustc).is_some_and(|folder| Path::new(&folder).is_dir())
    }

    fn debian_linker(&self) -> Option<String> {
        let version = answer(Command::new("/usr/bin/rustc").arg("--version"))?;
        let sysroot = answer(Command::new("/usr/bin/rustc").args(["--print", "sysroot"]))?;
        let sources = Path::new(&sysroot).join("lib/rustlib/src/rust/library/std/Cargo.toml");
        if minor_version(&version)? < minor_version(concat!("rustc ", env!("CARGO_PKG_RUST_VERSION")))?
            || !sources.exists()
            || !Path::new("/usr/bin/cargo").exists()
        {
            return None;
        }
        newest_linker(
            std::fs::read_dir("/usr/bin").ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok()),
        )
    }

    fn add_target(&self) -> std::result::Result<(), String> {
        eprintln!("bundle: asking rustup for {TARGET} (seconds, or {} s at most)", RUSTUP_LIMIT.as_secs());
        let child = Command::new("rustup").args(["target", "add", TARGET]).stdin(Stdio::null()).spawn();
        let mut child = child.map_err(|error| format!("did not start ({error})"))?;
        let started = Instant::now();
        loop {
            match child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => return Err(format!("failed ({status})")),
                Ok(None) if started.elapsed() < RUSTUP_LIMIT => std::thread::sleep(Duration::from_millis(100)),
                Ok(None) => {
                    let stopped = child.kill().and_then(|()| child.wait());
                    return Err(format!("took too long (stopped: {stopped:?})"));
                }
                Err(error) => return Err(format!("could not be watched ({error})")),
            }
        }
    }
}

/// The first line that a command prints when it succeeds.
pub fn answer(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.lines().next().unwrap_or_default().trim().to_owned())
}

/// `rustc 1.96.0 (…)` → 96. The major version has been 1 since 2015.
fn minor_version(version: &str) -> Option<u32> {
    version.strip_prefix("rustc 1.")?.split('.').next()?.parse().ok()
}

/// The linker of the highest LLVM version among the names of programs.
fn newest_linker(programs: impl Iterator<Item = String>) -> Option<String> {
    let version = |name: &str| name.strip_prefix("wasm-ld-").and_then(|number| number.parse::<u32>().ok());
    programs.filter(|name| version(name).is_some()).max_by_key(|name| version(name))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    struct Stub {
        target: bool,
        debian: bool,
        rustup: bool,
        asked: Cell<bool>,
    }

    impl Machine for Stub {
        fn has_target(&self) -> bool {
            self.target
        }

        fn debian_linker(&self) -> Option<String> {
            self.debian.then(|| "wasm-ld-22".to_owned())
        }

        fn add_target(&self) -> std::result::Result<(), String> {
            self.asked.set(true);
            if self.rustup { Ok(()) } else { Err("failed".to_owned()) }
        }
    }

    #[test]
    fn the_compiler_is_what_is_installed_or_what_rustup_can_add() {
        // name, target installed, Debian complete, rustup can → word, rustup asked
        let cases = [
            ("an installed target is used", true, false, false, Some("own"), false),
            ("an installed target wins over Debian", true, true, true, Some("own"), false),
            ("Debian's compiler is used without asking the network", false, true, true, Some("debian"), false),
            ("rustup adds the target to an ordinary machine", false, false, true, Some("own"), true),
            ("with neither, nothing is guessed", false, false, false, None, true),
        ];
        for (name, target, debian, rustup, word, asked) in cases {
            let stub = Stub { target, debian, rustup, asked: Cell::new(false) };
            assert_eq!(decide(&stub).ok().map(|compiler| compiler.word()), word, "{name}");
            assert_eq!(stub.asked.get(), asked, "{name}");
        }
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(minor_version("rustc 1.96.0 (ac68faa20 2026-05-25)"), Some(96));
        assert_eq!(minor_version("rustc 1.95"), Some(95));
        assert_eq!(minor_version("gcc 12"), None);
    }

    #[test]
    fn the_newest_linker_is_chosen_by_number() {
        let programs = ["wasm-ld-9", "wasm-ld-22", "wasm-ld-x", "ld", "wasm-ld-14"];
        assert_eq!(newest_linker(programs.iter().map(ToString::to_string)).as_deref(), Some("wasm-ld-22"));
    }
}
