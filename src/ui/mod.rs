//! The window. It never sees a socket.
//!
//! Once per frame it takes in news ([`app`]), draws ([`layout`] and the views of the features), and brings about what was
//! asked for ([`dispatch`]). A feature is a folder: its state, its view, what can be asked of it, and what is done then.

pub mod fonts;

pub mod theme;

pub mod look;

pub mod widgets;

pub mod input_method;

pub mod text;
pub mod written_text;

pub mod error_text;

pub mod times;

pub mod notices;

pub mod jobs;

pub mod clipboard;

pub mod dialogs;

pub mod paths;

pub mod cx;

pub mod sheet;

pub mod log;

pub mod commands;

pub mod ctx;

pub mod addresses;

pub mod page_parts;

pub mod fault_page;

pub mod filter_choices;

pub mod session_facts;

pub mod tab;

pub mod tabs;

pub mod quick_sends;

pub mod sessions;

pub mod settings_page;

pub mod export;

pub mod import;

pub mod watch;

pub mod action;

pub mod top_bar;

pub mod help;

pub mod palette;

pub mod pages;

pub mod state;

pub mod workspace;

pub mod dispatch;

mod ending;

pub mod layout;

pub mod app;

mod frame_count;

mod pace;

mod software;

pub mod graphics;

pub mod launch;

#[cfg(feature = "gui-harness")]
pub mod testing;

/// What desktops call the window.
const WINDOW_TITLE: &str = "Sockscope";
