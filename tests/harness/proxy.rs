//! A wire to PostgreSQL that can be cut, also at the worst moment, or fall silent.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

impl Default for Wire {
    fn default() -> Self {
        Self {
            is_cut: AtomicBool::default(),
            is_silent: Mutex::default(),
            until_cut: AtomicUsize::new(usize::MAX),
            cut_off: AtomicUsize::default(),
            speaks: Condvar::default(),
            open: Mutex::default(),
        }
    }
}

/// Forwards connections until it is cut, and again when it is mended.
pub struct Proxy {
    pub address: SocketAddr,
    wire: Arc<Wire>,
}

struct Wire {
    is_cut: AtomicBool,
    is_silent: Mutex<bool>,
    /// Commits that still go through before one is cut off from its answer. `usize::MAX`: all do.
    until_cut: AtomicUsize,
    /// Commits that were cut off.
    cut_off: AtomicUsize,
    speaks: Condvar,
    open: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    /// Forwards to this address from a free port.
    pub fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, wire) = (listener.local_addr().unwrap(), Arc::<Wire>::default());
        let forwarding = Arc::clone(&wire);
        // Ends with the process: a test is one, or lets it wait for the last.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if !forwarding.is_cut.load(Ordering::SeqCst) {
                    let Ok(server) = TcpStream::connect(server) else { continue };
                    forward(&forwarding, &client, &server);
                    forwarding.open.lock().unwrap().extend([client, server]);
                }
            }
        });
        Self { address, wire }
    }

    /// Ends every connection and lets no new one through.
    pub fn cut(&self) {
        self.wire.is_cut.store(true, Ordering::SeqCst);
        for stream in self.wire.open.lock().unwrap().drain(..) {
            // It may have ended by itself.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Lets so many commits pass; the next one reaches the server, and its connection ends before the answer.
    pub fn cut_after_commits(&self, commits: usize) {
        self.wire.until_cut.store(commits, Ordering::SeqCst);
    }

    /// Commits of which nobody heard what became of them.
    pub fn commits_cut_off(&self) -> usize {
        self.wire.cut_off.load(Ordering::SeqCst)
    }

    pub fn mend(&self) {
        self.wire.is_cut.store(false, Ordering::SeqCst);
    }

    /// Takes everything and passes nothing on, as a server does that has been stopped. What it has taken goes on its
    /// way when it speaks again.
    pub fn be_silent(&self, is_silent: bool) {
        *self.wire.is_silent.lock().unwrap() = is_silent;
        self.wire.speaks.notify_all();
    }
}

impl Wire {
    /// Whether these bytes are the commit that is to go unanswered.
    fn is_to_be_cut_off(&self, bytes: &[u8]) -> bool {
        if !bytes.windows(6).any(|word| word == b"COMMIT") {
            return false;
        }
        let left = |left: usize| (left != usize::MAX).then(|| left.wrapping_sub(1));
        let is_it = self.until_cut.fetch_update(Ordering::SeqCst, Ordering::SeqCst, left) == Ok(0);
        self.cut_off.fetch_add(usize::from(is_it), Ordering::SeqCst);
        is_it
    }
}

fn forward(wire: &Arc<Wire>, client: &TcpStream, server: &TcpStream) {
    for (from, to, is_client) in [(client, server, true), (server, client, false)] {
        let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
        let wire = Arc::clone(wire);
        std::thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            while let Ok(count) = from.read(&mut buffer) {
                drop(wire.speaks.wait_while(wire.is_silent.lock().unwrap(), |is_silent| *is_silent).unwrap());
                if is_client && wire.is_to_be_cut_off(&buffer[..count]) {
                    // First, so that no answer can slip through.
                    let _ = from.shutdown(Shutdown::Both);
                    let _ = to.write_all(&buffer[..count]);
                    break;
                }
                if count == 0 || to.write_all(&buffer[..count]).is_err() {
                    break;
                }
            }
            let _ = to.shutdown(Shutdown::Both);
        });
    }
}
