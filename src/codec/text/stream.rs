//! Streams: what one record leaves unfinished for the next, kept for every peer and direction, or found again for
//! any record by looking back a bounded way.

use crate::codec::text::TextEncoding;
use crate::codec::text::carry::Carry;
use crate::codec::text::decode::{DecodedText, TextPiece, decode, decode_with};
use crate::codec::text::segment::{Family, LONGEST_UNIT};
use crate::model::ids::PeerId;
use crate::model::record::Direction;
use std::collections::{HashMap, VecDeque};

/// The carries of all streams of a session, one for each peer and direction.
#[derive(Clone, Debug, Default)]
pub struct StreamTable {
    carries: HashMap<(Option<PeerId>, Direction), Carry>,
}

/// Finds what a record starts with, by looking at the record before it in the same stream, then at the one before
/// that, and so on until there is none or enough is known.
#[derive(Clone, Debug)]
pub struct LookBack {
    encoding: TextEncoding,
    family: Family,
    tail: VecDeque<u8>,
    records_left: usize,
}

/// How far back the state of a stream is looked for. A stream without any ASCII byte in so many bytes, or cut into
/// so many records without one, is taken to start a character there.
const MOST_BYTES_BACK: usize = 64 * 1024;
const MOST_RECORDS_BACK: usize = 256;
/// In UTF-16 every record has to be looked at, because no byte tells where a character starts.
const MOST_UTF16_RECORDS_BACK: usize = 32;

impl StreamTable {
    /// Decodes the next record of a stream, piece by piece.
    pub fn decode_with(
        &mut self,
        encoding: TextEncoding,
        stream: (Option<PeerId>, Direction),
        bytes: &[u8],
        visit: impl FnMut(TextPiece<'_>),
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

    /// Goes on past a record whose text was made elsewhere. Only its end is looked at.
    pub fn pass(&mut self, encoding: TextEncoding, stream: (Option<PeerId>, Direction), bytes: &[u8]) {
        let carry = self.carry_mut(stream);
        let settled = settled_at(Family::of(encoding), bytes).unwrap_or(0);
        if settled > 0 {
            *carry = Carry::default();
        }
        decode_with(encoding, carry, &bytes[settled..], |_| {});
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

impl LookBack {
    /// Nothing is known yet.
    pub fn new(encoding: TextEncoding) -> LookBack {
        let family = Family::of(encoding);
        let records_left = match family {
            Family::SingleByte => 0,
            Family::Utf16 { .. } => MOST_UTF16_RECORDS_BACK,
            _ => MOST_RECORDS_BACK,
        };
        LookBack { encoding, family, tail: VecDeque::new(), records_left }
    }

    /// Whether the record before what was taken so far can matter.
    pub fn wants_more(&self) -> bool {
        self.records_left > 0
    }

    /// Takes the record before what was taken so far, or as much of its end as is at hand.
    pub fn take(&mut self, earlier: &[u8]) {
        let from = earlier.len().saturating_sub(MOST_BYTES_BACK);
        // A unit of UTF-16 has two bytes, and none of an encoding more than four.
        let earlier = &earlier[from - from % LONGEST_UNIT..];
        let settled = settled_at(self.family, earlier);
        for byte in earlier[settled.unwrap_or(0)..].iter().rev() {
            self.tail.push_front(*byte);
        }
        let is_enough = settled.is_some() || self.tail.len() >= MOST_BYTES_BACK;
        self.records_left = if is_enough { 0 } else { self.records_left.saturating_sub(1) };
    }

    /// What the record at hand starts with.
    pub fn carry(mut self) -> Carry {
        let mut carry = Carry::default();
        decode_with(self.encoding, &mut carry, self.tail.make_contiguous(), |_| {});
        carry
    }
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

#[cfg(test)]
mod tests {
    use super::{LookBack, MOST_RECORDS_BACK, StreamTable};
    use crate::codec::text::{Carry, TextEncoding, decode};
    use crate::model::ids::PeerId;
    use crate::model::record::Direction;
    use proptest::prelude::*;

    fn found(encoding: TextEncoding, records: &[Vec<u8>]) -> Carry {
        let mut back = LookBack::new(encoding);
        for earlier in records.iter().rev() {
            if !back.wants_more() {
                break;
            }
            back.take(earlier);
        }
        back.carry()
    }

    #[test]
    fn streams_do_not_disturb_each_other() {
        let mut table = StreamTable::default();
        let first = (Some(PeerId::FIRST), Direction::Received);
        let second = (Some(PeerId::FIRST.next()), Direction::Received);
        let sent = (Some(PeerId::FIRST), Direction::Sent);
        for (stream, bytes, text) in [
            (first, &b"\xCE"[..], ""),
            (second, b"\xB6", ""),
            (sent, b"ok", "ok"),
            (first, b"\xC2", "温"),
            (second, b"\xC8", "度"),
        ] {
            assert_eq!(table.decode(TextEncoding::GBK, stream, bytes).text, text);
        }
        table.decode(TextEncoding::GBK, first, b"\xCE");
        table.forget(PeerId::FIRST);
        assert_eq!(*table.carry_mut(first), Carry::default());
    }

    #[test]
    fn only_as_much_is_read_as_is_needed() {
        for (encoding, earlier, reads) in [
            (TextEncoding::UTF_8, &b"\xE6\xB8\xA9\xE6\xB8\xA9\xE6"[..], 1),
            (TextEncoding::GBK, b"temperature=\xCE", 1),
            (TextEncoding::GBK, b"\xCE\xC2", MOST_RECORDS_BACK),
            (TextEncoding::from_name("windows-1252").unwrap(), b"\xCE", 0),
        ] {
            let mut count = 0;
            let mut back = LookBack::new(encoding);
            while back.wants_more() {
                back.take(earlier);
                count += 1;
            }
            assert_eq!(count, reads, "{encoding}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn passing_a_record_leaves_what_decoding_it_leaves(
            records in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..12), 1..6),
            name in proptest::sample::select(vec!["utf-8", "gbk", "big5", "shift_jis", "euc-kr", "utf-16le"]),
        ) {
            let encoding = TextEncoding::from_name(name).unwrap();
            let stream = (PeerId::new(1), Direction::Received);
            let (mut passed, mut decoded) = (StreamTable::default(), StreamTable::default());
            for record in &records {
                passed.pass(encoding, stream, record);
                decoded.decode(encoding, stream, record);
                prop_assert_eq!(*passed.carry_mut(stream), *decoded.carry_mut(stream));
            }
        }

        #[test]
        fn looking_back_finds_what_decoding_from_the_start_has_left(
            bytes in proptest::collection::vec(
                prop_oneof![any::<u8>(), prop::sample::select(b"0\x81\xA4\xCE\xC2\xD8\xDC\xE6\xB8\xF0\x8F\xFD".to_vec())],
                0..60,
            ),
            size in 1..9_usize,
            number in 0..TextEncoding::all().len(),
        ) {
            let encoding = TextEncoding::all().nth(number).unwrap();
            let records: Vec<Vec<u8>> = bytes.chunks(size).map(<[u8]>::to_vec).collect();
            let mut carry = Carry::default();
            for (place, record) in records.iter().enumerate() {
                // UTF-16 looks back over fewer records than this stream may have.
                if place < super::MOST_UTF16_RECORDS_BACK {
                    prop_assert_eq!(found(encoding, &records[..place]), carry, "before record {}", place);
                }
                decode(encoding, &mut carry, record);
            }
        }
    }
}
