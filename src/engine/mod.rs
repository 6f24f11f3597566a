//! The only room where sockets, journal and automation meet. It does not know that a screen exists.
//!
//! A front end makes one [`Engine`], opens sessions with it, tells a session what to do with [`Command`]s, and
//! reads three things: levels from [`Shared`] status, rows from the session's journal reader, and the few
//! answers that concern it from [`Event`]s. It is woken through a [`std::task::Waker`], once for any amount of
//! news.
//!
//! [`Engine`]: handle::Engine
//! [`Command`]: command::Command
//! [`Event`]: event::Event
//! [`Shared`]: shared::Shared

pub mod command;

pub mod conversation;

pub mod event;

pub mod journal_rows;

pub mod news;

pub mod shared;

pub mod jobs;

pub mod handle;

pub mod import;

pub mod watcher;

pub mod log_file;

pub mod machine;

mod sync;

mod worker;
