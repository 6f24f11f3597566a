//! The append-only session file. It knows nothing of sockets or screens.
