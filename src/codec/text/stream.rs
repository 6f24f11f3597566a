//! Streams: what one record leaves unfinished for the next, kept for every peer and direction, or found again for
//! any record by looking back a bounded way.

use crate::codec::text::TextEncoding;
use crate::codec::text::decode::{DecodedText, Piece, decode, decode_with};
use crate::codec::text::segment::{Family, LONGEST_UNIT};
use crate::model::ids::PeerId;
use crate::model::record::Direction;
use std::collections::{HashMap, VecDeque};

/// The start of a character at the end of a record: what the next record of the stream begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Carry {
    bytes: [u8; LONGEST_UNIT - 1],
    length: u8,
}

/// The carries of all streams of a session, one for each peer and direction.
#[derive(Clone, Debug, Default)]
pub struct StreamTable {
    carries: HashMap<(Option<PeerId>, Direction), Carry>,
}

/// How far back the state of a stream is looked for. A stream without any ASCII byte in so many bytes, or cut into
/// so many records without one, is taken to start a character there.
const MOST_BYTES_BACK: usize = 64 * 1024;
const MOST_RECORDS_BACK: usize = 256;
/// In UTF-16 every record has to be looked at, because no byte tells where a character starts.
const MOST_UTF16_RECORDS_BACK: usize = 32;

impl Carry {
    /// The bytes that wait.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// Whether nothing waits.
    pub fn is_empty(self) -> bool {
        self.length == 0
    }

    pub(super) fn of(bytes: &[u8]) -> Carry {
        let mut carry = Carry::default();
        for (place, byte) in carry.bytes.iter_mut().zip(bytes) {
            *place = *byte;
            carry.length += 1;
        }
        carry
    }
}

impl StreamTable {
    /// Decodes the next record of a stream, piece by piece.
    pub fn decode_with(
        &mut self,
        encoding: TextEncoding,
        stream: (Option<PeerId>, Direction),
        bytes: &[u8],
        visit: impl FnMut(Piece<'_>),
    ) {
        decode_with(encoding, self.carry_mut(stream), bytes, visit);
    }

    /// Decodes the next record of a stream into one text.
    pub fn decode(
        &mut self,
        encoding: TextEncoding,
        stream: (Option<PeerId>, Direction),
        bytes: &[u8],
    ) -> DecodedText {
        decode(encoding, self.carry_mut(stream), bytes)
    }

    /// What waits in a stream, to be passed on and brought up to date by whoever decodes its next record.
    pub fn carry_mut(&mut self, stream: (Option<PeerId>, Direction)) -> &mut Carry {
        self.carries.entry(stream).or_default()
    }

    /// Forgets a peer that is gone, so that the table does not grow with every peer that ever was.
    pub fn forget(&mut self, peer: PeerId) {
        self.carries.remove(&(Some(peer), Direction::Received));
        self.carries.remove(&(Some(peer), Direction::Sent));
    }
}

/// What the record at hand starts with, found by asking `earlier` for the record before it in the same stream,
/// then for the one before that, and so on until it says that there is none or enough is known.
pub fn carry_into(encoding: TextEncoding, mut earlier: impl FnMut() -> Option<Vec<u8>>) -> Carry {
    let family = Family::of(encoding);
    let most_records = match family {
        Family::SingleByte => 0,
        Family::Utf16 { .. } => MOST_UTF16_RECORDS_BACK,
        _ => MOST_RECORDS_BACK,
    };
    let mut tail: VecDeque<u8> = VecDeque::new();
    for _ in 0..most_records {
        let Some(bytes) = earlier() else { break };
        let settled = settled_at(family, &bytes);
        for byte in bytes[settled.unwrap_or(0)..].iter().rev() {
            tail.push_front(*byte);
        }
        if settled.is_some() || tail.len() >= MOST_BYTES_BACK {
            break;
        }
    }
    let mut carry = Carry::default();
    decode_with(encoding, &mut carry, tail.make_contiguous(), |_| {});
    carry
}

/// The last place in `bytes` where no character is unfinished, if there is one for certain.
fn settled_at(family: Family, bytes: &[u8]) -> Option<usize> {
    if family == Family::Utf8 {
        // A byte that starts a character is never the middle of one.
        let from = bytes.len().saturating_sub(LONGEST_UNIT);
        let start = bytes[from..].iter().rposition(|byte| byte & 0xC0 != 0x80);
        return start.map(|at| from + at).or((from > 0).then_some(bytes.len()));
    }
    bytes.iter().rposition(|byte| family.settles(*byte)).map(|at| at + 1)
}
