//! Plain data that every room speaks of: no I/O, no threads, nothing serialisable (files have types of their own).

pub mod ids;

pub mod failure;

pub mod endpoint;

pub mod address;

pub mod socket_option;

pub mod config;

pub mod framing;

pub mod peer_process;

pub mod peer_names;

pub mod record;

pub mod moment;

pub mod status;

pub mod own_address;

pub mod tls;

pub mod websocket;
