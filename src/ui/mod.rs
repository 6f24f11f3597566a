//! The window. It never sees a socket.
