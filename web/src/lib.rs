//! The user interface: server-rendered pages with WebAssembly islands.
