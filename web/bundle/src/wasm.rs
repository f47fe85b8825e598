//! From a WebAssembly entry to the two files that Leptos loads: `pkg/NAME.js` and `pkg/NAME_bg.wasm`.

use std::path::{Path, PathBuf};
use std::process::Command;

use wasm_bindgen_cli_support::Bindgen;

use crate::PACKAGE;
use crate::compiler::{Compiler, TARGET, answer};
use crate::error::{BundleError, Result, at};
use crate::files::{Dist, contents_below, short_hash};
use crate::manifest::Entry;

const PROFILE: &str = "wasm-release";

/// Compiles an entry and stores it under a name with its hash, unless nothing changed since the last run.
pub fn bundle(dist: &mut Dist, root: &Path, compiler: &Compiler, name: &str) -> Result<()> {
    let inputs = inputs(root, compiler, name)?;
    if dist.keep_entry(name, &inputs) {
        return Ok(());
    }
    eprintln!(
        "bundle: compiling the entry of {name} to WebAssembly (three to four minutes the first time, then about 20 s)"
    );
    run(&mut cargo("build", name, root, compiler))?;
    let compiled = front(root).join(TARGET).join(PROFILE).join(format!("{}.wasm", PACKAGE.replace('-', "_")));
    let wasm = std::fs::read(&compiled).map_err(at(&compiled))?;
    eprintln!("bundle: binding and compressing {name}");
    let output_name = format!("{name}-{}", short_hash([wasm.as_slice()]));
    let bound = bind(&front(root).join("bound").join(name), &output_name, wasm)?;
    let mut files = Vec::new();
    for (path, content) in bound {
        let logical = path.replace(&output_name, name);
        dist.put(&logical, &format!("pkg/{path}"), &content, true)?;
        files.push(logical);
    }
    dist.put_entry(name, Entry { output_name, inputs, files });
    Ok(())
}

/// Clippy for an entry and what it is made of, warnings denied. Shares build scripts and macros with the bundle.
pub fn lint(root: &Path, compiler: &Compiler, name: &str) -> Result<()> {
    run(cargo("clippy", name, root, compiler).args(["--", "--deny", "warnings"]))
}

/// Runs wasm-bindgen into an emptied folder and answers what it wrote there.
fn bind(folder: &Path, output_name: &str, wasm: Vec<u8>) -> Result<Vec<(String, Vec<u8>)>> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(at(folder))?;
    }
    let mut bindgen = Bindgen::new();
    bindgen
        .input_bytes(output_name, wasm)
        .out_name(output_name)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true);
    let bound = bindgen.web(true).and_then(|bindgen| bindgen.generate(folder));
    bound.map_err(|error| BundleError::Bindgen(format!("{error:#}")))?;
    contents_below(folder)
}

/// Hash of all that the compiled entry depends on.
fn inputs(root: &Path, compiler: &Compiler, name: &str) -> Result<String> {
    let version = answer(rustc(compiler).arg("--version")).unwrap_or_default();
    let mut parts = vec![name.as_bytes().to_vec(), format!("{compiler:?} {version}").into_bytes()];
    for file in ["Cargo.toml", "Cargo.lock"] {
        let path = root.join(file);
        parts.push(std::fs::read(&path).map_err(at(&path))?);
    }
    for folder in ["shared", "web"] {
        for (path, content) in contents_below(&root.join(folder))? {
            let elsewhere = ["style/", "public/", "bundle/"].iter().any(|part| path.starts_with(part));
            if folder == "shared" || !elsewhere {
                parts.extend([path.into_bytes(), content]);
            }
        }
    }
    Ok(short_hash(parts.iter().map(Vec::as_slice)))
}

/// Where the front end is compiled: apart, because its flags differ from the server's.
fn front(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from).join("front")
}

fn rustc(compiler: &Compiler) -> Command {
    match compiler {
        Compiler::Own => Command::new("rustc"),
        Compiler::Debian { .. } => Command::new("/usr/bin/rustc"),
    }
}

/// `cargo VERB` for an entry on the target.
fn cargo(verb: &str, name: &str, root: &Path, compiler: &Compiler) -> Command {
    let mut command = match (compiler, verb) {
        (Compiler::Own, _) => Command::new("cargo"),
        // Called through cargo, a cargo-clippy that rustup put into ~/.cargo/bin would come first.
        (Compiler::Debian { .. }, "clippy") => Command::new("/usr/bin/cargo-clippy"),
        (Compiler::Debian { .. }, _) => Command::new("/usr/bin/cargo"),
    };
    command.current_dir(root).args([verb, "--package", PACKAGE, "--lib", "--profile", PROFILE, "--target", TARGET]);
    command.args(["--no-default-features", "--features", name]);
    command.arg("--target-dir").arg(front(root));
    if let Compiler::Debian { linker } = compiler {
        // A stable compiler that builds its own standard library: the flags are unstable, the path has no rustup.
        command.env("PATH", "/usr/bin:/bin").env("RUSTC_BOOTSTRAP", "1");
        command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        for outer in ["CARGO", "RUSTC", "RUSTUP_TOOLCHAIN", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"] {
            command.env_remove(outer);
        }
        command.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
        // The panic word stands here and not in Cargo.toml, where a stable cargo refuses it.
        command.args(["-Zpanic-immediate-abort", "--config", "profile.wasm-release.panic=\"immediate-abort\""]);
    }
    command
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|source| BundleError::Io { path: command.get_program().into(), source })?;
    let verb = command.get_args().next().unwrap_or_default().to_string_lossy().into_owned();
    if status.success() { Ok(()) } else { Err(BundleError::Cargo(format!("cargo {verb}"))) }
}
