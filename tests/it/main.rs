//! Everything that is tested from outside a module, in one program: one link step, and scenarios can share helpers.
//!
//! One file per topic. Ports are 0 and addresses are loopback, waits are bounded, and nothing here needs a display,
//! a network or privileges.

// Told to the lints as well, so that helpers beside the tests may `unwrap` as the tests themselves do.
#![cfg(test)]

mod console_bad_input;

mod console_live;

mod console_peers;

mod console_survival;

mod engine_edges;

mod engine_support;

mod engine_survival;

mod engine_tcp;

mod engine_udp;

mod export_formats;

mod export_import;

mod export_pcapng;

mod export_support;

mod journal_crash;

mod journal_damage;

mod journal_forged;

mod journal_format;

mod journal_full_disk;

mod journal_query;

mod journal_support;

mod small_disk;

mod support;

mod tidy;

#[cfg(feature = "gui-harness")]
mod window_flow;
