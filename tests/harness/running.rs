//! The program in a process of its own.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

/// A command that runs until it is told to stop. Killed when it is dropped before.
pub struct Running {
    child: Child,
    /// The first line that it prints.
    pub says: String,
}

impl Running {
    /// Starts the command and waits for its first line.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut says = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut says).unwrap();
        Self { child, says }
    }

    /// `127.0.0.1:PORT` of a server.
    pub fn address(&self) -> &str {
        self.says.trim().rsplit('/').next().unwrap()
    }

    /// Asks it to stop, as a service manager does.
    pub fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits until it has stopped by itself.
    pub fn ended_well(mut self) {
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Running {
    /// `kill -9`, unless it has ended: nothing of it runs a moment later.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
