//! Where messages of known protocols end: by what stands between two of them, or by what their headers say. All is told
//! from the first bytes of a message alone, so it makes no difference how many more are here.

use crate::codec::websocket;
use memchr::memmem;

/// The end of the head of an HTTP message.
pub(super) const HEAD_END: &[u8] = b"\r\n\r\n";

const SLIP_END: u8 = 0xC0;
const SLIP_ESCAPE: u8 = 0xDB;
const SLIP_ESCAPED: [u8; 2] = [0xDC, 0xDD];

/// Transaction, protocol and length of Modbus TCP.
const MODBUS_PREFIX_BYTES: usize = 6;
/// Unit and function, up to the longest PDU with its unit.
const MODBUS_LENGTHS: std::ops::RangeInclusive<usize> = 2..=254;

/// The longest header of MQTT: its first byte and four of its length.
const MQTT_HEADER_BYTES: usize = 5;

/// Packets that a byte separates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    Slip,
    Cobs,
}

/// Messages whose header says how long they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Header {
    WebSocket,
    ModbusTcp,
    Mqtt,
}

/// What a header tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeaderReading {
    /// The message has so many bytes.
    Length(usize),
    /// The header is not whole.
    NotYet,
    /// Lines of text that end with an empty one, which is not here yet.
    Text,
    /// No message begins like this.
    Nonsense,
}

impl Separator {
    pub(super) fn byte(self) -> u8 {
        match self {
            Separator::Slip => SLIP_END,
            Separator::Cobs => 0,
        }
    }

    /// Whether this is a packet by the rules, with the separators around it.
    pub(super) fn is_packet(self, message: &[u8]) -> bool {
        let first = message.iter().position(|byte| *byte != self.byte()).unwrap_or(message.len());
        let inner = &message[first..message.len().saturating_sub(1).max(first)];
        match self {
            Separator::Slip => {
                let mut escapes = memchr::memchr_iter(SLIP_ESCAPE, inner);
                escapes.all(|at| inner.get(at + 1).is_some_and(|next| SLIP_ESCAPED.contains(next)))
            }
            Separator::Cobs => {
                // Each code byte says where the next one stands; the last one points at the separator.
                let mut at = 0;
                while let Some(code) = inner.get(at) {
                    at += usize::from(*code);
                }
                at == inner.len()
            }
        }
    }
}

impl Header {
    /// What the start of a message tells; no end of text is looked for before `searched`.
    pub(super) fn length(self, bytes: &[u8], searched: usize) -> HeaderReading {
        match self {
            Header::WebSocket => websocket(bytes, searched),
            Header::ModbusTcp => modbus_tcp(bytes),
            Header::Mqtt => mqtt(bytes),
        }
    }

    /// Whether its messages may be longer than one that is kept whole.
    pub(super) fn may_be_overlong(self) -> bool {
        matches!(self, Header::WebSocket | Header::Mqtt)
    }

    /// With so many bytes it is certain whether a message begins.
    pub(super) fn most_header_bytes(self) -> usize {
        match self {
            Header::WebSocket => websocket::MAX_HEADER_BYTES,
            Header::ModbusTcp => MODBUS_PREFIX_BYTES,
            Header::Mqtt => MQTT_HEADER_BYTES,
        }
    }
}

/// A frame, or the head of the handshake: no frame begins with the letters of either.
fn websocket(bytes: &[u8], searched: usize) -> HeaderReading {
    for start in [&b"GET "[..], b"HTTP/"] {
        if bytes.starts_with(start) {
            let from = searched.min(bytes.len());
            let end = memmem::find(&bytes[from..], HEAD_END);
            let head = |at: usize| &bytes[..from + at + HEAD_END.len()];
            let length = |head: &[u8]| head.len().saturating_add(websocket::body_length(head));
            return end.map_or(HeaderReading::Text, |at| HeaderReading::Length(length(head(at))));
        }
        if start.starts_with(bytes) {
            return HeaderReading::NotYet;
        }
    }
    let Some(header) = websocket::FrameHeader::parse(bytes) else { return HeaderReading::NotYet };
    match header.broken_rule(header.mask.is_some()) {
        // Extensions use the first reserved bit; what else is wrong leaves the length as it is.
        Some(websocket::RuleBreak::ReservedBits) if header.reserved_bits & 0b011 != 0 => {
            HeaderReading::Nonsense
        }
        Some(
            websocket::RuleBreak::UnknownOpcode(_)
            | websocket::RuleBreak::FragmentedControl
            | websocket::RuleBreak::LongControl
            | websocket::RuleBreak::ImpossibleLength,
        ) => HeaderReading::Nonsense,
        _ => match usize::try_from(header.payload_bytes) {
            Ok(payload_bytes) => HeaderReading::Length(payload_bytes.saturating_add(header.header_bytes)),
            Err(_) => HeaderReading::Nonsense,
        },
    }
}

fn modbus_tcp(bytes: &[u8]) -> HeaderReading {
    let protocol = bytes.get(2..bytes.len().min(4)).unwrap_or_default();
    if protocol.iter().any(|byte| *byte != 0) {
        return HeaderReading::Nonsense;
    }
    let Some(&[high, low]) = bytes.get(4..MODBUS_PREFIX_BYTES) else { return HeaderReading::NotYet };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if MODBUS_LENGTHS.contains(&length) {
        HeaderReading::Length(MODBUS_PREFIX_BYTES + length)
    } else {
        HeaderReading::Nonsense
    }
}

fn mqtt(bytes: &[u8]) -> HeaderReading {
    let Some((first, rest)) = bytes.split_first() else { return HeaderReading::NotYet };
    let (kind, flags) = (first >> 4, first & 0x0F);
    let flags_fit = match kind {
        0 => false,
        // Quality of service 3 does not exist.
        3 => flags & 0b0110 != 0b0110,
        6 | 8 | 10 => flags == 0b0010,
        _ => flags == 0,
    };
    if !flags_fit {
        return HeaderReading::Nonsense;
    }
    let mut length = 0;
    for place in 0..MQTT_HEADER_BYTES - 1 {
        let Some(byte) = rest.get(place) else { return HeaderReading::NotYet };
        length |= usize::from(byte & 0x7F) << (7 * place);
        if byte & 0x80 == 0 {
            return HeaderReading::Length(2 + place + length);
        }
    }
    HeaderReading::Nonsense
}
