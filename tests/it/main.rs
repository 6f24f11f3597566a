//! Everything that is tested from outside a module, in one program: one link step, and scenarios can share helpers.
//!
//! One file per topic. Ports are 0 and addresses are loopback, waits are bounded, and nothing here needs a display,
//! a network or privileges.

// Told to the lints as well, so that helpers beside the tests may `unwrap` as the tests themselves do.
#![cfg(test)]
#![cfg_attr(
    not(target_os = "linux"),
    expect(
        unused_imports,
        reason = "what only Linux can be asked is left out elsewhere, and its imports are not"
    )
)]
#![cfg_attr(windows, expect(dead_code, reason = "so are helpers of tests that need Unix"))]

mod automation_reports;

mod automation_rules;

mod automation_sequences;

mod automation_templates;

mod console_bad_input;

mod console_decode;

mod console_fault;

mod console_filter;
#[cfg(unix)]
mod console_half_closed;
mod console_import;
mod console_journal;

#[cfg(unix)]
mod console_kinds;

mod console_live;

#[cfg(target_os = "linux")]
mod console_names;

mod console_peers;

mod console_run;

mod console_split;

mod console_survival;
#[cfg(unix)]
mod console_tls;
#[cfg(unix)]
mod console_websocket;
#[cfg(unix)]
mod console_wire;
// Namespaces, and what is told about packets, are Linux's.
#[cfg(target_os = "linux")]
mod console_raw;

// Abstract names, and who a peer is, are told by Linux alone.
#[cfg(target_os = "linux")]
mod console_unix;

mod decode_tshark;

mod engine_edges;

mod engine_endings;

mod engine_replay;

mod engine_sequences;

mod engine_support;

// It counts descriptors and threads in /proc.
#[cfg(target_os = "linux")]
mod engine_survival;

mod engine_tcp;

mod engine_udp;

#[cfg(unix)]
mod engine_unix;

mod export_cuts;

mod export_formats;

mod export_import;

#[cfg(unix)]
mod export_live;

mod export_pcapng;

mod export_support;

mod export_trouble;

mod guide;

mod journal_crash;

mod journal_damage;

mod journal_forged;

mod journal_format;

// It needs limits of the process that only Unix has.
#[cfg(unix)]
mod journal_full_disk;

mod journal_predicate;

mod journal_query;

mod journal_support;

mod measuring_scripts;

mod small_disk;

mod support;

mod tidy;

#[cfg(feature = "gui-harness")]
mod window_chart;

#[cfg(feature = "gui-harness")]
mod window_drawer;

#[cfg(feature = "gui-harness")]
mod window_export;

#[cfg(feature = "gui-harness")]
mod window_fields;

#[cfg(feature = "gui-harness")]
mod window_find;

#[cfg(feature = "gui-harness")]
mod window_flow;

#[cfg(feature = "gui-harness")]
mod window_focus;

#[cfg(all(feature = "gui-harness", unix))]
mod window_full_disk;

#[cfg(feature = "gui-harness")]
mod window_keeping;

#[cfg(feature = "gui-harness")]
mod window_list;

#[cfg(feature = "gui-harness")]
mod window_network;

#[cfg(feature = "gui-harness")]
mod window_kinds;

#[cfg(feature = "gui-harness")]
mod window_order;

#[cfg(feature = "gui-harness")]
mod window_palette;

#[cfg(feature = "gui-harness")]
mod window_panel;

#[cfg(feature = "gui-harness")]
mod window_parts;

#[cfg(feature = "gui-harness")]
mod window_places;

#[cfg(feature = "gui-harness")]
mod window_running;

#[cfg(feature = "gui-harness")]
mod window_replay;

#[cfg(feature = "gui-harness")]
mod window_sending;

#[cfg(feature = "gui-harness")]
mod window_settings;

#[cfg(feature = "gui-harness")]
mod window_sheet;
#[cfg(feature = "gui-harness")]
mod window_small;

#[cfg(feature = "gui-harness")]
mod window_support;

#[cfg(feature = "gui-harness")]
mod window_tabs;
