//! A disk that can be filled up.

use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use crate::folder::Folder;

/// A file system of its own in memory. Goes when it is dropped.
pub struct SmallDisk(Folder);

impl SmallDisk {
    /// None where we may not mount anything: only root may.
    pub fn mount(megabytes: u32) -> Option<Self> {
        let folder = Folder::new();
        let size = format!("size={megabytes}m");
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).output();
        mounted.is_ok_and(|mounted| mounted.status.success()).then(|| Self(folder))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }

    /// Nothing more can be written.
    pub fn fill(&self) {
        let mut filler = File::create(self.filler()).unwrap();
        while filler.write_all(&[1; 4096]).is_ok() {}
    }

    pub fn make_room(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: somebody may be about to end who still has a file open.
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}
