//! Sockets and what the kernel says about them. It knows nothing of journals, sessions or screens.

pub mod poll;

pub mod wire;

pub mod name;

pub mod options;

pub mod tcp;

pub mod udp;

pub mod raw;

pub mod datagram;

#[cfg(unix)]
mod control;

#[cfg(unix)]
mod descriptors;

#[cfg(unix)]
pub mod unix;

#[cfg(not(unix))]
#[path = "unix_absent.rs"]
pub mod unix;

pub mod receive;

pub mod resolve;

pub mod end_reason;

pub mod facts;

pub mod tls;

#[cfg(target_os = "linux")]
mod linux;
