//! WebSocket frames (RFC 6455). The handshake before them is HTTP and is decoded as such.

use crate::codec::decode::exchange::{Exchange, Key};
use crate::codec::decode::fault::{Fault, Why};
use crate::codec::decode::field::{FieldGroup, fields};
use crate::codec::decode::hint::{Carrier, Hint};
use crate::codec::decode::http::{self, Http};
use crate::codec::decode::reader::{Reader, big_endian, push_text};
use crate::codec::decode::tree::Tree;
use crate::codec::decode::{Confidence, Decoder, DecoderId, Value};
use crate::util::locale::Locale;
use std::ops::Range;

fields! {
    pub(super) FIELDS:
    WEBSOCKET "websocket" "decode.websocket.frame" Heading;
    FIN "websocket.fin" "decode.websocket.fin" Flag;
    RSV "websocket.rsv" "decode.reserved" Hex(2);
    OPCODE "websocket.opcode" "decode.type" Number = OPCODES;
    MASK "websocket.mask" "decode.websocket.mask" Flag;
    LENGTH "websocket.payload_length" "decode.length" Number;
    LENGTH_16 "websocket.payload_length_ext_16" "decode.length" Number;
    LENGTH_64 "websocket.payload_length_ext_64" "decode.length" Number;
    MASKING_KEY "websocket.masking_key" "decode.websocket.key" Bytes;
    PAYLOAD "websocket.payload" "decode.data" Heading;
    TEXT "websocket.payload.text" "decode.text" Text;
    CONTINUE "websocket.payload.continue" "decode.data" Bytes;
    CLOSE "websocket.payload.close" "decode.websocket.close" Heading;
    CLOSE_CODE "websocket.payload.close.status_code" "decode.status" Number = CLOSE_CODES;
    CLOSE_REASON "websocket.payload.close.reason" "decode.text" Text;
    PING "websocket.payload.ping" "decode.data" Bytes;
    PONG "websocket.payload.pong" "decode.data" Bytes;
    UNKNOWN "websocket.payload.unknown" "decode.data" Bytes;
    DATA "data.data" "decode.data" Bytes;
}

const OPCODES: [(u64, &str); 6] = [
    (0, "decode.websocket.continuation"),
    (1, "decode.websocket.text"),
    (2, "decode.websocket.binary"),
    (8, "decode.websocket.close"),
    (9, "Ping"),
    (10, "Pong"),
];

const CLOSE_CODES: [(u64, &str); 9] = [
    (1000, "decode.websocket.normal"),
    (1001, "decode.websocket.going_away"),
    (1002, "decode.websocket.protocol_error"),
    (1003, "decode.websocket.unsupported"),
    (1007, "decode.websocket.wrong_data"),
    (1008, "decode.websocket.policy"),
    (1009, "decode.websocket.too_big"),
    (1010, "decode.websocket.extension"),
    (1011, "decode.websocket.internal_error"),
];

const CONTINUATION: u64 = 0;
const TEXT_FRAME: u64 = 1;
const BINARY_FRAME: u64 = 2;
/// The frames of which a summary tells, and how much of each text.
const SUMMARY_FRAMES: usize = 4;
const SUMMARY_CHARACTERS: usize = 80;

/// The decoder.
#[derive(Debug)]
pub(super) struct WebSocket;

/// A message whose last frame has not come yet.
struct Fragments {
    opcode: u64,
    payload: Vec<u8>,
}

/// What the first bytes of a frame say.
struct Header {
    is_last: bool,
    opcode: u64,
    payload_bytes: usize,
    key: Option<[u8; 4]>,
}

impl Decoder for WebSocket {
    fn id(&self) -> DecoderId {
        DecoderId::WebSocket
    }

    fn fields(&self) -> &'static [FieldGroup] {
        &[FIELDS, http::FIELDS]
    }

    fn fits(&self, message: &[u8], hint: &Hint) -> Confidence {
        let [first, second, ..] = *message else { return Confidence::No };
        let (opcode, is_control) = (first & 0xf, first & 8 != 0);
        let is_known = matches!(opcode, 0..=2 | 8..=10) && first & 0x70 == 0;
        let is_allowed = is_known && (!is_control || first & 0x80 != 0 && second & 0x7f < 126);
        // Frames to the server are masked and frames to the client are not, so that a server can be told from a client.
        let is_masked = second & 0x80 != 0;
        let is_right_way = hint.toward.is_none_or(|toward| (toward == super::Toward::Server) == is_masked);
        if !is_allowed || !is_right_way || hint.carrier == Carrier::Datagram {
            return Confidence::No;
        }
        if hint.version_of(DecoderId::WebSocket).is_some() {
            Confidence::Certain
        } else {
            Confidence::Possible
        }
    }

    fn exchange(&self, message: &[u8], hint: &Hint) -> Exchange {
        if http::is_start(message) {
            return Http.exchange(message, hint);
        }
        // A ping and its pong carry the same bytes, but masked in one direction only; their order is enough.
        match message.first().map(|first| first & 0xf) {
            Some(9) => Exchange::asks(Key::Number(9), 0),
            Some(10) => Exchange::answers(Key::Number(9)),
            _ => Exchange::default(),
        }
    }

    fn decode(&self, reader: &mut Reader<'_>) -> Result<(), Fault> {
        if http::is_start(reader.message()) {
            return Http.decode(reader);
        }
        let mut fragments = None;
        loop {
            frame(reader, &mut fragments)?;
            if reader.left() == 0 {
                return Ok(());
            }
        }
    }

    fn summarize(&self, tree: &Tree, message: &[u8], locale: &Locale, line: &mut String) {
        if http::is_start(message) {
            return Http.summarize(tree, message, locale, line);
        }
        let mut frames = 0;
        for entry in tree.entries(message) {
            if entry.is(&OPCODE) {
                frames += 1;
                if frames > SUMMARY_FRAMES {
                    return line.push_str(locale.text("decode.more"));
                }
                line.push_str(if frames > 1 { "; " } else { "" });
                line.push_str(entry.meaning(locale).unwrap_or_default());
            } else if let Value::Text(text) = entry.value() {
                line.push_str(": ");
                super::push_beginning(line, text, SUMMARY_CHARACTERS);
            } else if entry.is(&CLOSE_CODE) {
                line.push(' ');
                entry.value().push_plain(entry.field().kind, line);
                let words = entry.meaning(locale).unwrap_or_default();
                line.push_str(if words.is_empty() { "" } else { " " });
                line.push_str(words);
            } else if let (true, Value::Bytes(bytes)) = (entry.is(&DATA), entry.value()) {
                line.push_str(": ");
                line.push_str(itoa::Buffer::new().format(bytes.len()));
                line.push_str(" B");
            }
        }
    }
}

fn frame(reader: &mut Reader<'_>, fragments: &mut Option<Fragments>) -> Result<(), Fault> {
    let open = reader.open(&WEBSOCKET)?;
    let header = header(reader)?;
    let (start, length) = (reader.at(), header.payload_bytes);
    let there = length.min(reader.left());
    let payload = reader.take(there)?;
    let place = start..start + there;
    if length > 0 {
        let heading = reader.heading_at(&PAYLOAD, place.clone())?;
        content(reader, &header, payload, &place, fragments)?;
        reader.close(heading);
    }
    if there < length {
        return Err(reader.fault(Why::EndsEarly));
    }
    reader.close(open);
    Ok(())
}

fn header(reader: &mut Reader<'_>) -> Result<Header, Fault> {
    let place = reader.at()..reader.at() + 1;
    reader.take(1)?;
    let is_last = reader.flag(&FIN, place.clone(), 0x80)?;
    reader.bits(&RSV, place.clone(), 0x70)?;
    let opcode = reader.bits(&OPCODE, place, 0x0f)?;
    let place = reader.at()..reader.at() + 1;
    reader.take(1)?;
    let is_masked = reader.flag(&MASK, place.clone(), 0x80)?;
    let length = match reader.bits(&LENGTH, place, 0x7f)? {
        126 => reader.number(&LENGTH_16, 2)?,
        127 => reader.number(&LENGTH_64, 8)?,
        length => length,
    };
    let key = if is_masked {
        Some(<[u8; 4]>::try_from(reader.bytes(&MASKING_KEY, 4)?).unwrap_or_default())
    } else {
        None
    };
    let payload_bytes = usize::try_from(length).map_err(|_| reader.fault(Why::WrongLength))?;
    Ok(Header { is_last, opcode, payload_bytes, key })
}

/// What a frame carries, without its mask.
fn content(
    reader: &mut Reader<'_>,
    header: &Header,
    payload: &[u8],
    place: &Range<usize>,
    fragments: &mut Option<Fragments>,
) -> Result<(), Fault> {
    let key = header.key.unwrap_or_default();
    let opcode = match (header.opcode, fragments.as_mut()) {
        (CONTINUATION, Some(before)) => {
            push_unmasked(&mut before.payload, payload, key);
            before.opcode
        }
        (TEXT_FRAME | BINARY_FRAME, _) if !header.is_last => {
            let mut bytes = Vec::with_capacity(payload.len());
            push_unmasked(&mut bytes, payload, key);
            *fragments = Some(Fragments { opcode: header.opcode, payload: bytes });
            return Ok(());
        }
        (opcode, _) => opcode,
    };
    if header.opcode == CONTINUATION && opcode != CONTINUATION {
        if !header.is_last {
            return Ok(());
        }
        let whole = fragments.take().map_or_else(Vec::new, |fragments| fragments.payload);
        return put(reader, opcode, &whole, place);
    }
    let Some(key) = header.key else { return put(reader, opcode, payload, place) };
    let mut bytes = Vec::with_capacity(payload.len());
    push_unmasked(&mut bytes, payload, key);
    put(reader, opcode, &bytes, place)
}

fn put(reader: &mut Reader<'_>, opcode: u64, bytes: &[u8], place: &Range<usize>) -> Result<(), Fault> {
    let field = match opcode {
        TEXT_FRAME => {
            return reader.made_text(&TEXT, place.clone(), |text| push_text(text, bytes)).map(|_| ());
        }
        8 => return close(reader, bytes, place),
        CONTINUATION => &CONTINUE,
        BINARY_FRAME => &DATA,
        9 => &PING,
        10 => &PONG,
        _ => &UNKNOWN,
    };
    reader.made_bytes(field, place.clone(), |made| made.extend_from_slice(bytes)).map(|_| ())
}

fn close(reader: &mut Reader<'_>, bytes: &[u8], place: &Range<usize>) -> Result<(), Fault> {
    let heading = reader.heading_at(&CLOSE, place.clone())?;
    let Some((code, reason)) = bytes.split_at_checked(2) else {
        return Err(Fault { at: place.start, why: Why::WrongLength });
    };
    reader.number_at(&CLOSE_CODE, big_endian(code), place.start..place.start + 2)?;
    if !reason.is_empty() {
        reader.made_text(&CLOSE_REASON, place.start + 2..place.end, |text| push_text(text, reason))?;
    }
    reader.close(heading);
    Ok(())
}

fn push_unmasked(bytes: &mut Vec<u8>, masked: &[u8], key: [u8; 4]) {
    let (words, rest) = masked.as_chunks::<4>();
    let key_word = u32::from_ne_bytes(key);
    for word in words {
        bytes.extend_from_slice(&(u32::from_ne_bytes(*word) ^ key_word).to_ne_bytes());
    }
    bytes.extend(rest.iter().zip(key).map(|(byte, key)| byte ^ key));
}
