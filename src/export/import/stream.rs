//! One direction of a TCP connection put back in order: retransmitted bytes once, late segments in their place, gaps
//! passed over when nothing can fill them any more. Knows sequence numbers, nothing of packets.

use std::collections::BTreeMap;

/// Segments that wait for an earlier one; past this the gap before them is taken for lost.
const WAITING_BYTES_LIMIT: usize = 4 << 20;

/// Puts segments in order.
#[derive(Debug, Default)]
pub(super) struct StreamOrder {
    /// The number of the next byte, once any segment was seen.
    next: Option<u32>,
    /// How far the stream is, counted without wrapping, to sort what waits.
    position: u64,
    waiting: BTreeMap<u64, Vec<u8>>,
    waiting_bytes: usize,
    /// The position after the last byte, once the stream's end was seen.
    end: Option<u64>,
}

/// What comes out of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ordered<'a> {
    /// The next bytes.
    Bytes(&'a [u8]),
    /// So many bytes are not in the capture.
    Missing(u64),
}

impl StreamOrder {
    /// The stream's first number, as its opening segment tells.
    pub(super) fn start(&mut self, sequence: u32) {
        self.next = Some(sequence.wrapping_add(1));
    }

    pub(super) fn is_started(&self) -> bool {
        self.next.is_some()
    }

    /// Takes a segment and gives out what is in order now.
    pub(super) fn push(&mut self, sequence: u32, bytes: &[u8], fin: bool, emit: &mut dyn FnMut(Ordered<'_>)) {
        let next = *self.next.get_or_insert(sequence);
        let ahead = i64::from(sequence.wrapping_sub(next).cast_signed());
        let start = self.position.cast_signed() + ahead;
        let known = usize::try_from(self.position.cast_signed() - start).unwrap_or(0);
        if fin {
            self.end = u64::try_from(start + i64::try_from(bytes.len()).unwrap_or(i64::MAX)).ok();
        }
        // A probe of a connection that is alive repeats one old byte; nothing of it is new.
        let Some(fresh) = bytes.get(known..).filter(|fresh| !fresh.is_empty()) else { return };
        match u64::try_from(start) {
            Ok(start) if start > self.position => self.wait(start, fresh, emit),
            _ => {
                self.advance(fresh.len());
                emit(Ordered::Bytes(fresh));
                self.release(emit);
            }
        }
    }

    /// Gives up on what is missing: what waits comes out with its gaps told.
    pub(super) fn flush(&mut self, emit: &mut dyn FnMut(Ordered<'_>)) {
        while let Some(start) = self.waiting.keys().next().copied() {
            let missing = start.saturating_sub(self.position);
            if missing > 0 {
                self.advance(usize::try_from(missing).unwrap_or(usize::MAX));
                emit(Ordered::Missing(missing));
            }
            self.release(emit);
        }
    }

    /// Whether all bytes up to the stream's end have come.
    pub(super) fn is_complete(&self) -> bool {
        self.end.is_some_and(|end| self.position >= end)
    }

    fn wait(&mut self, start: u64, bytes: &[u8], emit: &mut dyn FnMut(Ordered<'_>)) {
        let known = self.waiting.get(&start).map_or(0, Vec::len);
        if bytes.len() > known {
            self.waiting_bytes += bytes.len() - known;
            self.waiting.insert(start, bytes.to_vec());
        }
        if self.waiting_bytes > WAITING_BYTES_LIMIT {
            self.flush(emit);
        }
    }

    fn release(&mut self, emit: &mut dyn FnMut(Ordered<'_>)) {
        while let Some(entry) = self.waiting.first_entry().filter(|entry| *entry.key() <= self.position) {
            let (start, bytes) = entry.remove_entry();
            self.waiting_bytes -= bytes.len();
            let known = usize::try_from(self.position - start).unwrap_or(usize::MAX);
            if let Some(fresh) = bytes.get(known..).filter(|fresh| !fresh.is_empty()) {
                self.advance(fresh.len());
                emit(Ordered::Bytes(fresh));
            }
        }
    }

    fn advance(&mut self, bytes: usize) {
        self.position += bytes as u64;
        // Sequence numbers count modulo 2^32, so the lower half of the count is what is added.
        let low = u32::try_from(bytes as u64 & u64::from(u32::MAX)).unwrap_or(0);
        self.next = self.next.map(|next| next.wrapping_add(low));
    }
}

#[cfg(test)]
mod tests {
    use super::{Ordered, StreamOrder};
    use proptest::prelude::{any, proptest};

    fn order(first: u32, segments: &[(usize, &[u8])]) -> (Vec<u8>, u64) {
        let mut stream = StreamOrder::default();
        let (mut bytes, mut missing) = (Vec::new(), 0);
        stream.start(first);
        let mut emit = |ordered: Ordered<'_>| match ordered {
            Ordered::Bytes(more) => bytes.extend_from_slice(more),
            Ordered::Missing(count) => missing += count,
        };
        for (offset, segment) in segments {
            let sequence = first.wrapping_add(1).wrapping_add(u32::try_from(*offset).unwrap());
            stream.push(sequence, segment, false, &mut emit);
        }
        stream.flush(&mut emit);
        (bytes, missing)
    }

    #[test]
    fn segments_come_out_in_order_and_once() {
        for first in [0, u32::MAX - 3] {
            assert_eq!(order(first, &[(0, b"abc"), (3, b"def")]), (b"abcdef".to_vec(), 0));
            assert_eq!(order(first, &[(3, b"def"), (0, b"abc")]), (b"abcdef".to_vec(), 0));
            assert_eq!(order(first, &[(0, b"abc"), (0, b"abc"), (1, b"bcdef")]), (b"abcdef".to_vec(), 0));
            assert_eq!(order(first, &[(4, b"ef"), (2, b"cde"), (0, b"ab")]), (b"abcdef".to_vec(), 0));
            assert_eq!(order(first, &[(0, b"ab"), (4, b"ef")]), (b"abef".to_vec(), 2));
        }
    }

    proptest! {
        #[test]
        fn any_order_of_overlapping_segments_gives_the_stream(
            first in any::<u32>(),
            cuts in proptest::collection::vec((0_usize..2000, 1_usize..300), 0..40),
        ) {
            let stream: Vec<u8> = (0..2000_u32).map(|place| place.to_le_bytes()[place as usize % 2]).collect();
            let mut segments: Vec<(usize, &[u8])> =
                cuts.iter().map(|(from, length)| (*from, &stream[*from..(from + length).min(2000)])).collect();
            segments.extend((0..20).rev().map(|part| (part * 100, &stream[part * 100..][..100])));
            assert_eq!(order(first, &segments), (stream.clone(), 0));
        }
    }
}
