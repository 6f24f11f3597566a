//! What is kept between runs: versioned files that a person can read and edit. It does not know what a window
//! or a socket does with it.

pub mod profile;

pub mod store;

pub mod settings;

pub mod tabs;

pub mod sending;

pub mod keeper;
