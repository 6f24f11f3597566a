//! The parts that objects are made of: strings, and the keys that all data has. Knows the order of the keys.

use crate::codec::hex;
use crate::codec::text::PieceKind;
use crate::codec::time::push_rfc3339_utc;
use crate::export::exporter::PeerEnds;
use crate::export::json_string::{push_escaped, push_string};
use crate::export::jsonl::event::push_address;
use crate::export::line::push_number;
use crate::model::ids::PeerId;
use crate::model::record::{DataHead, Record};
use memchr::memchr2_iter;

/// Appends what every object begins with, the brace included.
pub(super) fn push_start(line: &mut String, record: &Record, kind: &str) {
    line.push_str("{\"id\":");
    push_number(line, record.id.0);
    line.push_str(",\"time\":\"");
    push_rfc3339_utc(line, record.at.wall_ns);
    line.push_str("\",\"mono_ns\":");
    push_number(line, record.at.mono_ns);
    line.push_str(",\"epoch\":");
    push_number(line, record.epoch.0);
    line.push_str(",\"kind\":\"");
    line.push_str(kind);
    line.push('"');
}

/// Appends what data has before its bytes, up to the quote that opens `hex`.
pub(super) fn push_data_start(
    line: &mut String,
    peer: Option<PeerId>,
    ends: Option<PeerEnds>,
    head: &DataHead,
    length: usize,
) {
    line.push_str(",\"dir\":\"");
    line.push_str(head.direction.word());
    line.push_str("\",\"origin\":\"");
    line.push_str(head.origin.word());
    line.push('"');
    if let Some(peer) = peer {
        line.push_str(",\"peer\":");
        push_number(line, peer.get());
    }
    if let Some(ends) = ends {
        push_address(line, "remote", ends.remote);
    }
    match (head.local, ends) {
        // Where the kernel told the address, it is more than what the socket is bound to.
        (Some(address), Some(ends)) => {
            push_address(line, "local", ends.local.on(address));
        }
        (Some(address), None) => {
            line.push_str(",\"local\":");
            push_string(line, &address.to_string());
        }
        (None, Some(ends)) => push_address(line, "local", ends.local),
        (None, None) => {}
    }
    line.push_str(",\"len\":");
    push_number(line, length);
    line.push_str(",\"hex\":\"");
}

/// Appends what some data has after its text.
pub(super) fn push_data_end(line: &mut String, head: &DataHead) {
    if head.truncated {
        line.push_str(",\"truncated\":true");
    }
    if head.goes_on {
        line.push_str(",\"goes_on\":true");
    }
    if head.kernel_stamped {
        line.push_str(",\"time_source\":\"kernel\"");
    }
    if let Some(rule) = &head.rule {
        line.push_str(",\"rule\":");
        push_string(line, rule.as_str());
    }
    if let Some(interface) = &head.interface {
        line.push_str(",\"interface\":");
        push_string(line, interface.as_str());
    }
    if let Some(ttl) = head.ttl {
        line.push_str(",\"ttl\":");
        push_number(line, ttl);
    }
}

/// Appends a piece of decoded payload inside a JSON string.
pub(super) fn push_piece(line: &mut String, piece: PieceKind<'_>) {
    match piece {
        // Without control characters only these two need care.
        PieceKind::Text(text) => {
            let mut plain_from = 0;
            for place in memchr2_iter(b'"', b'\\', text.as_bytes()) {
                line.push_str(&text[plain_from..place]);
                line.push('\\');
                plain_from = place;
            }
            line.push_str(&text[plain_from..]);
        }
        PieceKind::Control(character) if character < ' ' => push_escaped(line, character),
        PieceKind::Control(character) => line.push(character),
        PieceKind::Undecoded(bytes) => {
            for byte in bytes {
                line.push('\\');
                hex::push_escaped(line, std::slice::from_ref(byte));
            }
        }
        PieceKind::Pending(_) => {}
    }
}
