//! What is seen. Views draw and ask: they never send a command, open a file, take a lock, or block.

pub mod tab_bar;

mod window_tools;

pub mod connection;

pub mod socket_options;

pub mod peers;

pub mod banner;

pub mod sheet_area;

pub mod view_bar;

mod find_bar;

pub mod composer;

pub mod send_choices;

mod filter_choices;
mod open_button;
pub mod pane_title;

mod payload_choices;

mod quick_page;

mod field_pages;

pub mod ready;

pub mod status_bar;

pub mod inspector;

pub mod sessions_page;

pub mod modals;

pub mod replies;

mod export_page;

mod import_page;

pub mod help;
