//! A wire to PostgreSQL that can be cut, or fall silent.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

/// Forwards connections until it is cut, and again when it is mended.
pub struct Proxy {
    pub address: SocketAddr,
    wire: Arc<Wire>,
}

#[derive(Default)]
struct Wire {
    is_cut: AtomicBool,
    is_silent: Mutex<bool>,
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

fn forward(wire: &Arc<Wire>, client: &TcpStream, server: &TcpStream) {
    for (from, to) in [(client, server), (server, client)] {
        let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
        let wire = Arc::clone(wire);
        std::thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            while let Ok(count) = from.read(&mut buffer) {
                drop(wire.speaks.wait_while(wire.is_silent.lock().unwrap(), |is_silent| *is_silent).unwrap());
                if count == 0 || to.write_all(&buffer[..count]).is_err() {
                    break;
                }
            }
            let _ = to.shutdown(Shutdown::Both);
        });
    }
}
