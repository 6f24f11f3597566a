//! One frame: its header, its mask, and what is wrong with it. A header is read from the first bytes of a stream that may
//! end anywhere.

use crate::codec::websocket::handshake::body_length;

/// No header is longer.
pub const MAX_HEADER_BYTES: usize = 14;

/// A frame of control may carry no more.
const LONGEST_CONTROL: u64 = 125;

const FINAL: u8 = 0x80;
const RESERVED: u8 = 0x70;
const OPCODE: u8 = 0x0F;
const MASKED: u8 = 0x80;
const LENGTH: u8 = 0x7F;
const LENGTH_IN_2: u8 = 126;
const LENGTH_IN_8: u8 = 127;

/// What ends a handshake.
const HEAD_END: &[u8] = b"\r\n\r\n";

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Opcode {
    /// Goes on with a message that another frame began.
    Continuation,
    /// A message in UTF-8, or its beginning.
    Text,
    /// A message of any bytes, or its beginning.
    Binary,
    /// The peer ends the conversation.
    Close,
    /// Asks for a pong with the same bytes.
    Ping,
    /// Answers a ping, or says that somebody is there.
    Pong,
    /// A number that has no meaning.
    Reserved(u8),
}

/// What stands before the payload of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    /// Whether the message ends with this frame.
    pub is_final: bool,
    /// The three bits that extensions may use, as a number.
    pub reserved_bits: u8,
    /// What the frame is.
    pub opcode: Opcode,
    /// With what its payload is masked.
    pub mask: Option<[u8; 4]>,
    /// How long its payload is.
    pub payload_bytes: u64,
    /// How long the header itself is.
    pub header_bytes: usize,
    /// Whether the length is written in more bytes than it needs.
    pub has_padded_length: bool,
}

/// Which rule a frame breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RuleBreak {
    /// Extensions that were not agreed on.
    #[error("reserved bits are set, though no extension was agreed on")]
    ReservedBits,
    /// An opcode without a meaning.
    #[error("the opcode {0} has no meaning")]
    UnknownOpcode(u8),
    /// A control frame that is not final.
    #[error("a control frame is fragmented")]
    FragmentedControl,
    /// A control frame with more than 125 bytes.
    #[error("a control frame is longer than 125 bytes")]
    LongControl,
    /// A client must mask.
    #[error("a client's frame is not masked")]
    Unmasked,
    /// A server must not mask.
    #[error("a server's frame is masked")]
    Masked,
    /// The length could be written shorter.
    #[error("the length is written in more bytes than it needs")]
    PaddedLength,
    /// The length has its highest bit set.
    #[error("the length has its highest bit set")]
    ImpossibleLength,
}

/// Bytes that are not made of whole messages: a frame or a message is cut, or they are no frames at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these are no whole messages")]
pub struct NoWholeMessages;

/// What a close frame says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// Its number, if it has one.
    pub code: Option<u16>,
    /// Its words, as bytes; UTF-8 by the rules.
    pub reason: Vec<u8>,
}

impl Opcode {
    /// The opcode with this number.
    pub fn from_number(number: u8) -> Opcode {
        match number {
            0 => Opcode::Continuation,
            1 => Opcode::Text,
            2 => Opcode::Binary,
            8 => Opcode::Close,
            9 => Opcode::Ping,
            10 => Opcode::Pong,
            other => Opcode::Reserved(other & OPCODE),
        }
    }

    /// The number of this opcode.
    pub fn number(self) -> u8 {
        match self {
            Opcode::Continuation => 0,
            Opcode::Text => 1,
            Opcode::Binary => 2,
            Opcode::Close => 8,
            Opcode::Ping => 9,
            Opcode::Pong => 10,
            Opcode::Reserved(number) => number,
        }
    }

    /// Whether it speaks of the conversation and not in it.
    pub fn is_control(self) -> bool {
        self.number() >= 8
    }
}

impl FrameHeader {
    /// The header at the start of these bytes; `None` while it is not whole.
    pub fn parse(bytes: &[u8]) -> Option<FrameHeader> {
        let (first, second) = (*bytes.first()?, *bytes.get(1)?);
        let (payload_bytes, length_bytes) = match second & LENGTH {
            LENGTH_IN_2 => (big_endian(bytes.get(2..4)?), 2),
            LENGTH_IN_8 => (big_endian(bytes.get(2..10)?), 8),
            short => (u64::from(short), 0),
        };
        let mask_at = 2 + length_bytes;
        let mask = match second & MASKED {
            0 => None,
            _ => Some(<[u8; 4]>::try_from(bytes.get(mask_at..mask_at + 4)?).ok()?),
        };
        let needed = match payload_bytes {
            0..=125 => 0,
            126..=0xFFFF => 2,
            _ => 8,
        };
        Some(FrameHeader {
            is_final: first & FINAL != 0,
            reserved_bits: (first & RESERVED) >> 4,
            opcode: Opcode::from_number(first & OPCODE),
            mask,
            payload_bytes,
            header_bytes: mask_at + if mask.is_some() { 4 } else { 0 },
            has_padded_length: length_bytes > needed,
        })
    }

    /// The first rule that this frame breaks, sent by a client or by a server.
    pub fn broken_rule(&self, from_client: bool) -> Option<RuleBreak> {
        if self.reserved_bits != 0 {
            return Some(RuleBreak::ReservedBits);
        }
        if let Opcode::Reserved(number) = self.opcode {
            return Some(RuleBreak::UnknownOpcode(number));
        }
        if self.opcode.is_control() && !self.is_final {
            return Some(RuleBreak::FragmentedControl);
        }
        if self.opcode.is_control() && self.payload_bytes > LONGEST_CONTROL {
            return Some(RuleBreak::LongControl);
        }
        if self.payload_bytes >> 63 != 0 {
            return Some(RuleBreak::ImpossibleLength);
        }
        if self.has_padded_length {
            return Some(RuleBreak::PaddedLength);
        }
        match (from_client, self.mask.is_some()) {
            (true, false) => Some(RuleBreak::Unmasked),
            (false, true) => Some(RuleBreak::Masked),
            _ => None,
        }
    }
}

/// Appends a whole frame. A client gives a mask.
pub fn push_frame(out: &mut Vec<u8>, opcode: Opcode, is_final: bool, payload: &[u8], mask: Option<[u8; 4]>) {
    out.push(opcode.number() | if is_final { FINAL } else { 0 });
    let masked = if mask.is_some() { MASKED } else { 0 };
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(short @ 0..=125), _) => out.push(short | masked),
        (_, Ok(length)) => {
            out.push(LENGTH_IN_2 | masked);
            out.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            out.push(LENGTH_IN_8 | masked);
            out.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
    }
    let Some(mask) = mask else {
        out.extend_from_slice(payload);
        return;
    };
    out.extend_from_slice(&mask);
    let start = out.len();
    out.extend_from_slice(payload);
    apply_mask(&mut out[start..], mask, 0);
}

/// Masks, or takes the mask away: both are the same. `offset` says how far into the payload the bytes begin.
pub fn apply_mask(bytes: &mut [u8], mask: [u8; 4], offset: u64) {
    let mut turned = mask;
    turned.rotate_left(usize::try_from(offset % 4).unwrap_or(0));
    let wide = u64::from_ne_bytes([
        turned[0], turned[1], turned[2], turned[3], turned[0], turned[1], turned[2], turned[3],
    ]);
    let (words, rest) = bytes.as_chunks_mut::<8>();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ wide).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(turned.iter().cycle()) {
        *byte ^= key;
    }
}

/// What is said in the frames of a message, unmasked and joined; `None` where they say nothing: a handshake, or control.
pub fn message_payload(frames: &[u8]) -> Option<Vec<u8>> {
    let mut said: Option<Vec<u8>> = None;
    let mut rest = frames;
    while !rest.is_empty() {
        let (header, payload, behind) = first_frame(rest)?;
        if matches!(header.opcode, Opcode::Text | Opcode::Binary | Opcode::Continuation) {
            push_unmasked(said.get_or_insert_default(), &header, payload);
        }
        rest = behind;
    }
    said
}

/// What is said in frames, message by message, each with what it is: a text, or binary. A handshake and control say nothing.
pub fn messages_said(frames: &[u8]) -> Result<Vec<(Opcode, Vec<u8>)>, NoWholeMessages> {
    let mut messages = Vec::new();
    let mut open: Option<(Opcode, Vec<u8>)> = None;
    let mut rest = behind_handshake(frames);
    while !rest.is_empty() {
        let (header, payload, behind) = first_frame(rest).ok_or(NoWholeMessages)?;
        rest = behind;
        // What is no frame, as bytes are from the middle of one, mostly shows in these.
        let is_broken = header.reserved_bits != 0 || matches!(header.opcode, Opcode::Reserved(_));
        if is_broken || header.opcode.is_control() && !header.is_final {
            return Err(NoWholeMessages);
        }
        if header.opcode.is_control() {
            continue;
        }
        let (opcode, mut said) = match (open.take(), header.opcode) {
            (Some(begun), Opcode::Continuation) => begun,
            (None, Opcode::Text | Opcode::Binary) => (header.opcode, Vec::new()),
            _ => return Err(NoWholeMessages),
        };
        push_unmasked(&mut said, &header, payload);
        if header.is_final { messages.push((opcode, said)) } else { open = Some((opcode, said)) }
    }
    if open.is_none() { Ok(messages) } else { Err(NoWholeMessages) }
}

/// The frame at the start of these bytes, with its payload as it stands there, and what comes behind it.
fn first_frame(bytes: &[u8]) -> Option<(FrameHeader, &[u8], &[u8])> {
    let header = FrameHeader::parse(bytes)?;
    let length = usize::try_from(header.payload_bytes).ok()?;
    let (payload, behind) = bytes.get(header.header_bytes..)?.split_at_checked(length)?;
    Some((header, payload, behind))
}

fn push_unmasked(said: &mut Vec<u8>, header: &FrameHeader, payload: &[u8]) {
    let start = said.len();
    said.extend_from_slice(payload);
    if let Some(mask) = header.mask {
        apply_mask(&mut said[start..], mask, 0);
    }
}

/// What comes behind the handshake, if there is a whole one: frames may have come in the same read.
fn behind_handshake(bytes: &[u8]) -> &[u8] {
    if !bytes.starts_with(b"GET ") && !bytes.starts_with(b"HTTP/1.1 ") {
        return bytes;
    }
    let end = bytes.windows(HEAD_END.len()).position(|window| window == HEAD_END);
    let Some(end) = end.map(|end| end + HEAD_END.len()) else { return bytes };
    let body = body_length(&bytes[..end]);
    bytes.get(end.saturating_add(body)..).unwrap_or_default()
}

/// The payload of a close frame.
pub fn close_payload(code: u16, reason: &str) -> Vec<u8> {
    let mut payload = code.to_be_bytes().to_vec();
    let mut end = reason.len().min(123);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    payload.extend_from_slice(&reason.as_bytes()[..end]);
    payload
}

impl Close {
    /// What the payload of a close frame says.
    pub fn of(payload: &[u8]) -> Close {
        match payload.split_first_chunk() {
            Some((code, reason)) => Close { code: Some(u16::from_be_bytes(*code)), reason: reason.to_vec() },
            None => Close { code: None, reason: payload.to_vec() },
        }
    }
}

fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::{
        Close, FrameHeader, NoWholeMessages, Opcode, RuleBreak, apply_mask, close_payload, message_payload,
        messages_said, push_frame,
    };
    use proptest::prelude::*;

    #[test]
    fn frames_are_as_the_standard_shows_them() {
        for (opcode, is_final, payload, mask, bytes) in [
            (Opcode::Text, true, &b"Hello"[..], None, &b"\x81\x05Hello"[..]),
            (
                Opcode::Text,
                true,
                b"Hello",
                Some([0x37, 0xfa, 0x21, 0x3d]),
                b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
            ),
            (Opcode::Text, false, b"Hel", None, b"\x01\x03Hel"),
            (Opcode::Continuation, true, b"lo", None, b"\x80\x02lo"),
            (Opcode::Ping, true, b"Hello", None, b"\x89\x05Hello"),
        ] {
            let mut frame = Vec::new();
            push_frame(&mut frame, opcode, is_final, payload, mask);
            assert_eq!(frame, bytes);
        }
        let mut long = Vec::new();
        push_frame(&mut long, Opcode::Binary, true, &vec![7; 65_536], None);
        assert_eq!(long[..10], [0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0]);
    }

    #[test]
    fn rules_that_a_frame_breaks_are_named() {
        for (bytes, from_client, broken) in [
            (&b"\x81\x80\0\0\0\0"[..], true, None),
            (b"\x81\x00", true, Some(RuleBreak::Unmasked)),
            (b"\x81\x80\0\0\0\0", false, Some(RuleBreak::Masked)),
            (b"\xC1\x00", false, Some(RuleBreak::ReservedBits)),
            (b"\x83\x00", false, Some(RuleBreak::UnknownOpcode(3))),
            (b"\x09\x00", false, Some(RuleBreak::FragmentedControl)),
            (b"\x89\x7E\0\x7E", false, Some(RuleBreak::LongControl)),
            (b"\x82\x7E\0\x05", false, Some(RuleBreak::PaddedLength)),
            (b"\x82\x7F\x80\0\0\0\0\0\0\0", false, Some(RuleBreak::ImpossibleLength)),
        ] {
            assert_eq!(FrameHeader::parse(bytes).unwrap().broken_rule(from_client), broken, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_said_in_a_message_is_joined_and_unmasked() {
        let mut frames = Vec::new();
        push_frame(&mut frames, Opcode::Text, false, b"ab", Some([1, 2, 3, 4]));
        push_frame(&mut frames, Opcode::Ping, true, b"?", None);
        push_frame(&mut frames, Opcode::Continuation, true, b"c", Some([9; 4]));
        assert_eq!(message_payload(&frames), Some(b"abc".to_vec()));
        assert_eq!(messages_said(&frames), Ok(vec![(Opcode::Text, b"abc".to_vec())]));
        assert_eq!(messages_said(b"\x82\x01\xff"), Ok(vec![(Opcode::Binary, vec![0xff])]));
        assert_eq!(message_payload(b"\x89\x00"), None);
        assert_eq!(message_payload(b"\x81\x00"), Some(Vec::new()));
        assert_eq!(message_payload(b"GET / HTTP/1.1\r\n\r\n"), None);
        assert_eq!(message_payload(b"\x82\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), None);
    }

    #[test]
    fn messages_are_told_apart_from_nothing_said_and_from_what_is_cut() {
        let two = vec![(Opcode::Text, b"ab".to_vec()), (Opcode::Binary, b"c".to_vec())];
        for frames in [
            &b"\x81\x02ab\x82\x01c"[..],
            b"\x01\x01a\x89\x00\x80\x01b\x82\x01c",
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x02ab\x82\x01c",
        ] {
            assert_eq!(messages_said(frames).as_ref(), Ok(&two), "{frames:?}");
        }
        for nothing in [&b""[..], b"GET / HTTP/1.1\r\n\r\n", b"\x89\x00\x88\x00"] {
            assert_eq!(messages_said(nothing), Ok(Vec::new()), "{nothing:?}");
        }
        for cut in [
            &b"\x81"[..],
            b"\x81\x02a",
            b"\x81\x01a\x81\x02b",
            b"\x01\x01a",
            b"\x80\x01a",
            b"\x01\x01a\x81\x01b",
            b"GET / HTTP/1.1\r\n",
            b"Host: localhost\r\n",
            b"\xC1\x01a",
            b"\x83\x01a",
            b"\x09\x00",
        ] {
            assert_eq!(messages_said(cut), Err(NoWholeMessages), "{cut:?}");
        }
    }

    #[test]
    fn closes_are_read_and_made() {
        let long = "温".repeat(100);
        let close = Close::of(&close_payload(1000, &long));
        assert_eq!((close.code, close.reason), (Some(1000), "温".repeat(41).into_bytes()));
        assert_eq!(Close::of(b""), Close { code: None, reason: Vec::new() });
        assert_eq!(Close::of(b"x").code, None);
    }

    proptest! {
        #[test]
        fn what_is_made_is_read_back(
            number in 0_u8..16, is_final: bool, length in 0_usize..70_000, mask: Option<[u8; 4]>, cut in 0_usize..70_000,
        ) {
            let payload: Vec<u8> = (0..length).map(|place| place.to_le_bytes()[0]).collect();
            let mut frame = Vec::new();
            push_frame(&mut frame, Opcode::from_number(number), is_final, &payload, mask);
            let header = FrameHeader::parse(&frame).unwrap();
            prop_assert_eq!(header.opcode.number(), number);
            prop_assert_eq!((header.is_final, header.mask, header.payload_bytes), (is_final, mask, length as u64));
            prop_assert!(!header.has_padded_length && header.header_bytes <= super::MAX_HEADER_BYTES);
            let mut body = frame[header.header_bytes..].to_vec();
            let cut = cut.min(length);
            if let Some(mask) = mask {
                apply_mask(&mut body[..cut], mask, 0);
                apply_mask(&mut body[cut..], mask, cut as u64);
            }
            prop_assert_eq!(body, payload);
            for end in 0..header.header_bytes {
                prop_assert_eq!(FrameHeader::parse(&frame[..end]), None);
            }
        }
    }
}
