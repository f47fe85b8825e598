//! Files and folders that only their owner may read: they hold what families tell, and the keys to it.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

/// Makes a folder and those above it, as far as they are missing.
///
/// # Errors
/// When the system says no. A folder that is there keeps the rights that it has.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes an empty file to write to.
///
/// # Errors
/// When there is one of that name, or the system says no.
pub fn create(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes an empty file unless there is one, and takes everybody else's rights to it.
///
/// # Errors
/// When the system says no: it is not ours.
pub fn ensure(path: &Path) -> io::Result<()> {
    match create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => take_back(path),
        created => created.map(drop),
    }
}

#[cfg(unix)]
fn take_back(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700))
}

#[cfg(not(unix))]
fn take_back(_: &Path) -> io::Result<()> {
    Ok(())
}
