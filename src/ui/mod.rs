//! The window. It never sees a socket.
//!
//! Once per frame it takes in news ([`app`]), draws ([`layout`] and [`views`]), and brings about what was asked
//! for ([`dispatch`]).

pub mod fonts;

pub mod theme;

pub mod widgets;

pub mod sheet;

pub mod action;

pub mod state;

pub mod ctx;

pub mod text;

pub mod trouble;

pub mod times;

pub mod shortcuts;

pub mod views;

pub mod layout;

pub mod dialogs;

pub mod dispatch;

pub mod look;

pub mod input_method;

pub mod pasted_file;

pub mod app;

mod frame_count;

mod pace;

pub mod launch;

#[cfg(feature = "gui-harness")]
pub mod testing;
