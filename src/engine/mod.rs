//! The only room where sockets, journal and automation meet.
