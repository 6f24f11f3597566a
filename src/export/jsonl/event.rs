//! Lifecycle records as keys and values: every field that the typed record has, none of its prose.

use crate::codec::expression::{addresses, reason};
use crate::codec::time::push_rfc3339_utc;
use crate::export::exporter::PeerEnds;
use crate::export::json_string::push_string;
use crate::export::line::push_number;
use crate::model::address::Address;
use crate::model::failure::{Failure, OsError};
use crate::model::ids::PeerId;
use crate::model::peer_process::PeerProcess;
use crate::model::record::Lifecycle;
use crate::model::socket_option::OptionValue;
use crate::model::tls::TlsHandshake;
use itoa::Integer;
use std::fmt::Display;

/// Appends the keys of a lifecycle record.
pub(super) fn push_lifecycle(
    line: &mut String,
    lifecycle: &Lifecycle,
    peer: Option<PeerId>,
    ends: Option<PeerEnds>,
) {
    push_text(line, "event", lifecycle.word());
    if let Some(reason) = reason(lifecycle) {
        push_text(line, "reason", reason.word());
    }
    if let Some(peer) = peer {
        push_count(line, "peer", peer.get());
    }
    let (local, remote) = addresses(lifecycle);
    if let Some(remote) = remote.or(ends.map(|ends| ends.remote)) {
        push_address(line, "remote", remote);
    }
    if let Some(local) = local.or(ends.map(|ends| ends.local)) {
        push_address(line, "local", local);
    }
    push_details(line, lifecycle);
}

/// Appends whom a record concerns, where it concerns one peer.
pub(super) fn push_peer(line: &mut String, peer: Option<PeerId>, ends: Option<PeerEnds>) {
    if let Some(peer) = peer {
        push_count(line, "peer", peer.get());
    }
    if let Some(ends) = ends {
        push_address(line, "remote", ends.remote);
        push_address(line, "local", ends.local);
    }
}

/// Appends a key and an address.
pub(super) fn push_address(line: &mut String, key: &str, address: Address) {
    push_text(line, key, &address.to_string());
}

fn push_details(line: &mut String, lifecycle: &Lifecycle) {
    match lifecycle {
        Lifecycle::Connected { message_oriented, process, .. }
        | Lifecycle::PeerJoined { message_oriented, process, .. } => {
            if let Some(message_oriented) = message_oriented {
                push_plain(line, "message_oriented", message_oriented);
            }
            if let Some(process) = process {
                push_process(line, process);
            }
        }
        Lifecycle::Resolving { host } => push_text(line, "host", host),
        Lifecycle::Resolved { host, addresses } => {
            push_text(line, "host", host);
            line.push_str(",\"addresses\":[");
            for (place, address) in addresses.iter().enumerate() {
                line.push_str(if place > 0 { "," } else { "" });
                push_string(line, &address.to_string());
            }
            line.push(']');
        }
        Lifecycle::Connecting { attempt, .. } => push_count(line, "attempt", *attempt),
        Lifecycle::DescriptorsClosed { count, .. } => push_count(line, "count", *count),
        // The secrets themselves only go where they decrypt something.
        Lifecycle::KeysKept { lines } => push_count(line, "count", lines.lines().count()),
        Lifecycle::ReconnectScheduled { delay_millis } => push_count(line, "delay_ms", *delay_millis),
        Lifecycle::PeerLeft { error: Some(error), .. } | Lifecycle::PeerUnreachable { error, .. } => {
            push_error(line, error);
        }
        Lifecycle::SendFailed { failure, unsent } => {
            push_failure(line, failure);
            push_count(line, "unsent", *unsent);
        }
        Lifecycle::ConnectFailed { failure, .. }
        | Lifecycle::OpenFailed { failure }
        | Lifecycle::SessionFailed { failure }
        | Lifecycle::AcceptFailed { failure }
        | Lifecycle::OptionFailed { failure }
        | Lifecycle::GroupFailed { failure }
        | Lifecycle::Paused { failure } => push_failure(line, failure),
        Lifecycle::OptionSet { name, asked, granted } => {
            push_text(line, "option", name.text());
            push_value(line, "asked", asked);
            if let Some(granted) = granted {
                push_value(line, "granted", granted);
            }
        }
        Lifecycle::JoinedGroup { group, interface } | Lifecycle::LeftGroup { group, interface } => {
            push_text(line, "group", &group.to_string());
            if let Some(interface) = interface {
                push_text(line, "interface", interface);
            }
        }
        Lifecycle::CertificateMade { fingerprint } => {
            push_text(line, "sha256", &fingerprint.to_string());
        }
        Lifecycle::Secured { handshake, .. } => push_handshake(line, handshake),
        Lifecycle::Resumed { after_millis } => push_count(line, "after_ms", *after_millis),
        Lifecycle::Recovered { cut_bytes } => push_count(line, "cut_bytes", *cut_bytes),
        Lifecycle::Listening { .. }
        | Lifecycle::ListenerStopped { .. }
        | Lifecycle::Bound { .. }
        | Lifecycle::PeerFinished { .. }
        | Lifecycle::WriteShut { .. }
        | Lifecycle::TlsUnexpected { .. }
        | Lifecycle::EchoOnly { .. }
        | Lifecycle::PeerLeft { error: None, .. }
        | Lifecycle::Closed { .. } => {}
    }
}

fn push_handshake(line: &mut String, handshake: &TlsHandshake) {
    let TlsHandshake { version, suite, group, alpn, server_name, chain, distrusted } = handshake;
    push_text(line, "version", version);
    push_text(line, "cipher", suite);
    let known = [("group", group), ("alpn", alpn), ("server_name", server_name), ("distrusted", distrusted)];
    for (key, text) in known {
        if let Some(text) = text {
            push_text(line, key, text);
        }
    }
    if !chain.is_empty() {
        push_plain(line, "trusted", &distrusted.is_none());
    }
    line.push_str(",\"certificates\":[");
    for (place, certificate) in chain.iter().enumerate() {
        line.push_str(if place > 0 { ",{\"subject\":" } else { "{\"subject\":" });
        push_string(line, &certificate.subject);
        push_text(line, "issuer", &certificate.issuer);
        line.push_str(",\"names\":[");
        for (place, name) in certificate.names.iter().enumerate() {
            line.push_str(if place > 0 { "," } else { "" });
            push_string(line, name);
        }
        line.push(']');
        for (key, seconds) in [("not_before", certificate.not_before), ("not_after", certificate.not_after)] {
            push_key(line, key);
            line.push('"');
            push_rfc3339_utc(line, seconds.saturating_mul(1_000_000_000));
            line.push('"');
        }
        push_text(line, "sha256", &certificate.fingerprint.to_string());
        line.push('}');
    }
    line.push(']');
}

/// Appends who a peer on this machine is.
fn push_process(line: &mut String, process: &PeerProcess) {
    push_count(line, "pid", process.pid);
    push_count(line, "uid", process.uid);
    push_count(line, "gid", process.gid);
    if let Some(program) = &process.program {
        push_text(line, "program", program);
    }
}

fn push_failure(line: &mut String, failure: &Failure) {
    push_text(line, "operation", failure.operation.words());
    push_text(line, "target", &failure.target);
    push_error(line, &failure.error);
}

fn push_error(line: &mut String, error: &OsError) {
    if error.code != 0 {
        push_count(line, "errno", error.code);
    }
    if !error.name.is_empty() {
        push_text(line, "errno_name", &error.name);
    }
    push_text(line, "message", &error.message);
}

fn push_value(line: &mut String, key: &str, value: &OptionValue) {
    match value {
        OptionValue::Flag(flag) => push_plain(line, key, flag),
        OptionValue::Number(number) => push_count(line, key, *number),
        OptionValue::Text(text) => push_text(line, key, text),
    }
}

fn push_text(line: &mut String, key: &str, text: &str) {
    push_key(line, key);
    push_string(line, text);
}

fn push_count(line: &mut String, key: &str, number: impl Integer) {
    push_key(line, key);
    push_number(line, number);
}

fn push_plain(line: &mut String, key: &str, value: &dyn Display) {
    push_key(line, key);
    line.push_str(&value.to_string());
}

fn push_key(line: &mut String, key: &str) {
    line.push_str(",\"");
    line.push_str(key);
    line.push_str("\":");
}
