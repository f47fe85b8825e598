//! Which cryptography TLS goes by.

/// Makes it ring for the whole process: `reqwest` comes without any, and panics when it makes a client. Doing it twice
/// does nothing.
pub fn install() {
    // An error says that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
