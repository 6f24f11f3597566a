//! To whom something is sent, and what stands in the way of that, in the person's language. It knows words, not widgets.

use crate::engine::command::LONGEST_DATAGRAM;
use crate::model::config::Meeting;
use crate::ui::tab::composer::payload_form::ComposeError;
use crate::ui::tab::composer::state::Obstacle;
use crate::ui::tab::connection::words::endpoint;
use crate::ui::tab::peers::{Peers, SendTo};
use crate::ui::tab::settings::LiveSettings;
use crate::ui::written_text;
use crate::util::bytes_text::{ByteSize, Count};
use crate::util::locale::Locale;
use crate::workspace::tabs::TabKind;

/// To whom a send of a tab goes.
pub fn recipients(locale: &Locale, tab: &LiveSettings, peers: &Peers) -> String {
    match (&peers.send_to, tab.kind.shape().meeting) {
        (SendTo::Peers(chosen), _) => match (&peers.selected, chosen.len()) {
            (Some(peer), 1) => peer.remote.to_string(),
            (_, 0) => locale.text("composer.to_nobody").to_owned(),
            (_, count) => locale.format("composer.to_several", &[("count", &count)]),
        },
        (SendTo::LastSender, Meeting::Exchanges | Meeting::Listens) => {
            locale.text("composer.to_last").to_owned()
        }
        (SendTo::Standard, Meeting::Exchanges) => configured_remote(locale, tab),
        (_, Meeting::Connects) => locale.text("composer.to_server").to_owned(),
        (_, Meeting::Exchanges) => locale.text("composer.to_all_peers").to_owned(),
        (_, Meeting::Listens) => locale.text("peers.all_clients").to_owned(),
    }
}

/// The address in the fields of a tab, to which datagrams go unless a peer is chosen.
pub fn configured_remote(locale: &Locale, tab: &LiveSettings) -> String {
    let typed = if tab.kind.is_unix() { &tab.unix.remote } else { &tab.remote_host };
    match tab.kind {
        _ if typed.trim().is_empty() => locale.text("composer.to_no_remote").to_owned(),
        kind if kind.is_unix() || kind == TabKind::Raw => typed.trim().to_owned(),
        _ => endpoint(&tab.remote_host, &tab.remote_port),
    }
}

/// What stands in the way of sending what is written.
pub fn obstacle(locale: &Locale, obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::Nothing => locale.text("toast.nothing_to_send").to_owned(),
        Obstacle::Unreadable(error) => compose_error(locale, error),
        Obstacle::TooLong { bytes, is_exact } => {
            let bytes = *bytes as u64;
            let size = if *is_exact {
                locale.format("composer.length", &[("count", &Count(bytes))])
            } else {
                ByteSize(bytes).to_string()
            };
            let limit = Count(LONGEST_DATAGRAM as u64);
            locale.format("composer.too_long", &[("size", &size), ("limit", &limit)])
        }
    }
}

/// What is wrong with what was typed to be sent, and where.
pub fn compose_error(locale: &Locale, error: &ComposeError) -> String {
    match error {
        ComposeError::Hex(error) => written_text::hex_error(locale, error),
        ComposeError::Escape(error) => written_text::escape_error(locale, error),
        ComposeError::Encode(error) => written_text::encode_error(locale, error),
        ComposeError::Field { problem, at } => written_text::field_error(locale, problem, *at),
        ComposeError::Fill(error) => written_text::fill_error(locale, error),
    }
}
