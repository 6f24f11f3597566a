//! What happened, as the payload of a frame. Codes are frozen: a new event gets a new one, and fields are only
//! ever added at the end of an event's payload, where older programs do not look.

use crate::journal::format::fields::{FieldReader, FieldWriter};
use crate::journal::format::frame::FrameFlags;
use crate::journal::format::{FrameHeader, MAX_PAYLOAD_BYTES, RecordKind};
use crate::model::peer_process::PeerProcess;
use crate::model::record::{
    Body, Data, DataHead, Direction, EndReason, InterfaceName, Lifecycle, Loss, LossKind, Origin, RuleName,
};
use crate::model::socket_option::OptionName;

const FACT_LOCAL: u8 = 1;
const FACT_INTERFACE: u8 = 2;
const FACT_RULE: u8 = 8;
const FACT_TTL: u8 = 16;

/// What the header of a frame says about its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayloadShape {
    /// What it is.
    pub kind: RecordKind,
    /// Origin, event or kind of loss.
    pub detail: u8,
    /// Of data.
    pub flags: FrameFlags,
    /// How many bytes at the end are facts.
    pub facts_bytes: u8,
}

/// Appends the payload of `body` to `out`. A note is cut at the longest payload; data must already fit.
pub fn encode_body(body: &Body, out: &mut Vec<u8>) -> PayloadShape {
    let shape = |kind, detail| PayloadShape { kind, detail, flags: FrameFlags::default(), facts_bytes: 0 };
    match body {
        Body::Data(data) => {
            out.extend_from_slice(&data.bytes);
            encode_facts(&data.head, out)
        }
        Body::Wire(data) => {
            out.extend_from_slice(&data.bytes);
            PayloadShape { kind: RecordKind::Wire, ..encode_facts(&data.head, out) }
        }
        Body::Lifecycle(event) => {
            encode_lifecycle(event, &mut FieldWriter { out });
            shape(RecordKind::Lifecycle, lifecycle_code(event))
        }
        Body::Loss(loss) => {
            FieldWriter { out }.long(loss.count);
            shape(RecordKind::Loss, loss.what.code())
        }
        Body::Note(text) => {
            out.extend_from_slice(&text.as_bytes()[..text.floor_char_boundary(MAX_PAYLOAD_BYTES)]);
            shape(RecordKind::Note, 0)
        }
        Body::Damaged | Body::Newer => shape(RecordKind::Damaged, 0),
    }
}

/// Appends what is known about data behind its bytes, which may have come straight from a socket.
pub(in crate::journal) fn encode_facts(head: &DataHead, out: &mut Vec<u8>) -> PayloadShape {
    let before = out.len();
    if head.local.is_some() || head.interface.is_some() || head.rule.is_some() || head.ttl.is_some() {
        let mut fields = FieldWriter { out };
        let bit = |is_there: bool, bit: u8| if is_there { bit } else { 0 };
        fields.byte(
            bit(head.local.is_some(), FACT_LOCAL)
                | bit(head.interface.is_some(), FACT_INTERFACE)
                | bit(head.rule.is_some(), FACT_RULE)
                | bit(head.ttl.is_some(), FACT_TTL),
        );
        if let Some(address) = head.local {
            fields.ip(address);
        }
        if let Some(name) = &head.interface {
            fields.text(name.as_str());
        }
        if let Some(name) = &head.rule {
            fields.text(name.as_str());
        }
        if let Some(ttl) = head.ttl {
            fields.byte(ttl);
        }
    }
    PayloadShape {
        kind: RecordKind::Data,
        detail: head.origin.code(),
        flags: FrameFlags {
            sent: head.direction == Direction::Sent,
            kernel_stamped: head.kernel_stamped,
            truncated: head.truncated,
            goes_on: head.goes_on,
        },
        facts_bytes: u8::try_from(out.len() - before).unwrap_or(0),
    }
}

/// The body that a whole header and its whole payload make; [`Body::Newer`] where only a later version knows it.
/// `spare` gives its memory to the bytes of a data body.
pub fn decode_body(header: &FrameHeader, payload: &[u8], spare: Vec<u8>) -> Body {
    let known = match header.kind() {
        RecordKind::Data | RecordKind::Wire => {
            let mut copy = spare;
            copy.clear();
            copy.extend_from_slice(payload);
            data_of(header, copy)
        }
        RecordKind::Lifecycle => {
            decode_lifecycle(header.detail, &mut FieldReader { rest: payload }).map(Body::Lifecycle)
        }
        RecordKind::Loss => decode_loss(header.detail, payload).map(Body::Loss),
        RecordKind::Note => std::str::from_utf8(payload).ok().map(|text| Body::Note(text.to_owned())),
        RecordKind::Damaged => Some(Body::Damaged),
        RecordKind::Newer => None,
    };
    known.unwrap_or(Body::Newer)
}

/// The same out of a payload that becomes the bytes of a data body without being copied.
pub fn decode_body_in_place(header: &FrameHeader, payload: Vec<u8>) -> Body {
    match header.kind() {
        RecordKind::Data | RecordKind::Wire => data_of(header, payload).unwrap_or(Body::Newer),
        _ => decode_body(header, &payload, Vec::new()),
    }
}

fn data_of(header: &FrameHeader, mut payload: Vec<u8>) -> Option<Body> {
    let head = facts_of(header, &payload)?;
    payload.truncate(header.data_bytes() as usize);
    let data = Data { head, bytes: payload };
    Some(if header.kind() == RecordKind::Wire { Body::Wire(data) } else { Body::Data(data) })
}

/// All that is known about data, from its header and the facts at the end of its payload.
pub fn facts_of(header: &FrameHeader, payload: &[u8]) -> Option<DataHead> {
    let mut head = DataHead {
        direction: if header.flags.sent { Direction::Sent } else { Direction::Received },
        origin: Origin::from_code(header.detail)?,
        kernel_stamped: header.flags.kernel_stamped,
        truncated: header.flags.truncated,
        goes_on: header.flags.goes_on,
        local: None,
        interface: None,
        rule: None,
        ttl: None,
    };
    if header.facts_bytes > 0 {
        let mut fields = FieldReader { rest: payload.get(header.data_bytes() as usize..)? };
        let present = fields.byte()?;
        if present & FACT_LOCAL != 0 {
            head.local = Some(fields.ip()?);
        }
        if present & FACT_INTERFACE != 0 {
            head.interface = Some(InterfaceName::new(&fields.text()?));
        }
        if present & FACT_RULE != 0 {
            head.rule = Some(RuleName::new(&fields.text()?));
        }
        if present & FACT_TTL != 0 {
            head.ttl = Some(fields.byte()?);
        }
    }
    Some(head)
}

fn decode_loss(kind: u8, payload: &[u8]) -> Option<Loss> {
    Some(Loss { what: LossKind::from_code(kind)?, count: FieldReader { rest: payload }.long()? })
}

/// Whether a lifecycle event with this code tells both ends of a peer's connection.
pub(in crate::journal) fn introduces_a_peer(event_code: u8) -> bool {
    matches!(event_code, CONNECTED | PEER_JOINED)
}

/// Stands for a fact that is not told, where another one follows it.
const NOT_TOLD: u8 = 2;

const CONNECTED: u8 = 7;
const PEER_JOINED: u8 = 10;

fn lifecycle_code(event: &Lifecycle) -> u8 {
    match event {
        Lifecycle::Resolving { .. } => 1,
        Lifecycle::Resolved { .. } => 2,
        Lifecycle::Listening { .. } => 3,
        Lifecycle::ListenerStopped { .. } => 4,
        Lifecycle::Bound { .. } => 5,
        Lifecycle::Connecting { .. } => 6,
        Lifecycle::Connected { .. } => CONNECTED,
        Lifecycle::ConnectFailed { .. } => 8,
        Lifecycle::ReconnectScheduled { .. } => 9,
        Lifecycle::PeerJoined { .. } => PEER_JOINED,
        Lifecycle::PeerFinished { .. } => 11,
        Lifecycle::WriteShut { .. } => 12,
        Lifecycle::PeerLeft { .. } => 13,
        Lifecycle::PeerUnreachable { .. } => 14,
        Lifecycle::SendFailed { .. } => 15,
        Lifecycle::OpenFailed { .. } => 16,
        Lifecycle::AcceptFailed { .. } => 17,
        Lifecycle::OptionSet { .. } => 18,
        Lifecycle::OptionFailed { .. } => 19,
        Lifecycle::JoinedGroup { .. } => 20,
        Lifecycle::LeftGroup { .. } => 21,
        Lifecycle::GroupFailed { .. } => 22,
        Lifecycle::Paused { .. } => 23,
        Lifecycle::Resumed { .. } => 24,
        Lifecycle::Recovered { .. } => 25,
        Lifecycle::Closed { .. } => 26,
        Lifecycle::SessionFailed { .. } => 27,
        Lifecycle::CertificateMade { .. } => 28,
        Lifecycle::Secured { .. } => 29,
        Lifecycle::DescriptorsClosed { .. } => 30,
        Lifecycle::KeysKept { .. } => 31,
        Lifecycle::TlsUnexpected { .. } => 32,
        Lifecycle::EchoOnly { .. } => 33,
    }
}

fn encode_lifecycle(event: &Lifecycle, out: &mut FieldWriter<'_>) {
    match event {
        Lifecycle::Resolving { host } => out.text(host),
        Lifecycle::KeysKept { lines } => out.text(lines),
        Lifecycle::Resolved { host, addresses } => {
            out.text(host);
            let count = u8::try_from(addresses.len()).unwrap_or(u8::MAX);
            out.byte(count);
            addresses.iter().take(usize::from(count)).for_each(|address| out.address(*address));
        }
        Lifecycle::Listening { local }
        | Lifecycle::ListenerStopped { local }
        | Lifecycle::Bound { local }
        | Lifecycle::EchoOnly { local } => out.address(*local),
        Lifecycle::Connecting { remote, attempt } => {
            out.address(*remote);
            out.word(*attempt);
        }
        Lifecycle::Connected { local, remote, message_oriented, process }
        | Lifecycle::PeerJoined { local, remote, message_oriented, process } => {
            out.address(*local);
            out.address(*remote);
            encode_peer_facts(*message_oriented, process.as_deref(), out);
        }
        Lifecycle::ConnectFailed { failure, reason } => {
            out.byte(reason.code());
            out.failure(failure);
        }
        Lifecycle::ReconnectScheduled { delay_millis } => out.long(*delay_millis),
        Lifecycle::PeerFinished { remote }
        | Lifecycle::WriteShut { remote }
        | Lifecycle::TlsUnexpected { remote } => out.address(*remote),
        Lifecycle::PeerLeft { remote, reason, error } => {
            out.address(*remote);
            out.byte(reason.code());
            out.optional(error.as_ref(), FieldWriter::os_error);
        }
        Lifecycle::PeerUnreachable { remote, reason, error } => {
            out.address(*remote);
            out.byte(reason.code());
            out.os_error(error);
        }
        Lifecycle::SendFailed { failure, unsent } => {
            out.long(*unsent);
            out.failure(failure);
        }
        Lifecycle::OpenFailed { failure }
        | Lifecycle::SessionFailed { failure }
        | Lifecycle::AcceptFailed { failure }
        | Lifecycle::OptionFailed { failure }
        | Lifecycle::GroupFailed { failure }
        | Lifecycle::Paused { failure } => out.failure(failure),
        Lifecycle::OptionSet { name, asked, granted } => {
            out.byte(name.code());
            out.option_value(asked);
            out.optional(granted.as_ref(), FieldWriter::option_value);
        }
        Lifecycle::JoinedGroup { group, interface } | Lifecycle::LeftGroup { group, interface } => {
            out.ip(*group);
            out.optional(interface.as_deref(), FieldWriter::text);
        }
        Lifecycle::DescriptorsClosed { remote, count } => {
            out.address(*remote);
            out.word(*count);
        }
        Lifecycle::Resumed { after_millis } => out.long(*after_millis),
        Lifecycle::Recovered { cut_bytes } => out.long(*cut_bytes),
        Lifecycle::Closed { reason } => out.byte(reason.code()),
        Lifecycle::CertificateMade { fingerprint } => out.fingerprint(*fingerprint),
        Lifecycle::Secured { remote, handshake } => {
            out.address(*remote);
            out.handshake(handshake);
        }
    }
}

/// What is known of a peer besides its addresses. A fact that is not told has to be there where another one follows it.
fn encode_peer_facts(
    message_oriented: Option<bool>,
    process: Option<&PeerProcess>,
    out: &mut FieldWriter<'_>,
) {
    match (message_oriented, process) {
        (Some(message_oriented), _) => out.byte(u8::from(message_oriented)),
        (None, Some(_)) => out.byte(NOT_TOLD),
        (None, None) => {}
    }
    if let Some(process) = process {
        out.process(process);
    }
}

fn decode_lifecycle(code: u8, fields: &mut FieldReader<'_>) -> Option<Lifecycle> {
    Some(match code {
        1 => Lifecycle::Resolving { host: fields.text()? },
        2 => {
            let host = fields.text()?;
            let count = fields.byte()?;
            let addresses = (0..count).map(|_| fields.address()).collect::<Option<Vec<_>>>()?;
            Lifecycle::Resolved { host, addresses }
        }
        3 => Lifecycle::Listening { local: fields.address()? },
        4 => Lifecycle::ListenerStopped { local: fields.address()? },
        5 => Lifecycle::Bound { local: fields.address()? },
        6 => Lifecycle::Connecting { remote: fields.address()?, attempt: fields.word()? },
        CONNECTED => Lifecycle::Connected {
            local: fields.address()?,
            remote: fields.address()?,
            message_oriented: fields.byte().filter(|byte| *byte != NOT_TOLD).map(|byte| byte != 0),
            process: if fields.rest.is_empty() { None } else { Some(Box::new(fields.process()?)) },
        },
        8 => Lifecycle::ConnectFailed { reason: end_reason(fields)?, failure: fields.failure()? },
        9 => Lifecycle::ReconnectScheduled { delay_millis: fields.long()? },
        PEER_JOINED => Lifecycle::PeerJoined {
            local: fields.address()?,
            remote: fields.address()?,
            message_oriented: fields.byte().filter(|byte| *byte != NOT_TOLD).map(|byte| byte != 0),
            process: if fields.rest.is_empty() { None } else { Some(Box::new(fields.process()?)) },
        },
        11 => Lifecycle::PeerFinished { remote: fields.address()? },
        12 => Lifecycle::WriteShut { remote: fields.address()? },
        13 => Lifecycle::PeerLeft {
            remote: fields.address()?,
            reason: end_reason(fields)?,
            error: fields.optional(FieldReader::os_error)?,
        },
        14 => Lifecycle::PeerUnreachable {
            remote: fields.address()?,
            reason: end_reason(fields)?,
            error: fields.os_error()?,
        },
        15 => Lifecycle::SendFailed { unsent: fields.long()?, failure: fields.failure()? },
        16 => Lifecycle::OpenFailed { failure: fields.failure()? },
        17 => Lifecycle::AcceptFailed { failure: fields.failure()? },
        18 => Lifecycle::OptionSet {
            name: OptionName::from_code(fields.byte()?)?,
            asked: fields.option_value()?,
            granted: fields.optional(FieldReader::option_value)?,
        },
        19 => Lifecycle::OptionFailed { failure: fields.failure()? },
        20 => Lifecycle::JoinedGroup { group: fields.ip()?, interface: fields.optional(FieldReader::text)? },
        21 => Lifecycle::LeftGroup { group: fields.ip()?, interface: fields.optional(FieldReader::text)? },
        22 => Lifecycle::GroupFailed { failure: fields.failure()? },
        23 => Lifecycle::Paused { failure: fields.failure()? },
        24 => Lifecycle::Resumed { after_millis: fields.long()? },
        25 => Lifecycle::Recovered { cut_bytes: fields.long()? },
        26 => Lifecycle::Closed { reason: end_reason(fields)? },
        27 => Lifecycle::SessionFailed { failure: fields.failure()? },
        28 => Lifecycle::CertificateMade { fingerprint: fields.fingerprint()? },
        29 => Lifecycle::Secured { remote: fields.address()?, handshake: Box::new(fields.handshake()?) },
        30 => Lifecycle::DescriptorsClosed { remote: fields.address()?, count: fields.word()? },
        31 => Lifecycle::KeysKept { lines: fields.text()? },
        32 => Lifecycle::TlsUnexpected { remote: fields.address()? },
        33 => Lifecycle::EchoOnly { local: fields.address()? },
        _ => return None,
    })
}

fn end_reason(fields: &mut FieldReader<'_>) -> Option<EndReason> {
    EndReason::from_code(fields.byte()?)
}
