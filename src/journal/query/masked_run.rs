//! Looking for bytes of which some bits are open at the speed of memory. Three of them are compared at many places at
//! once, in loops that the compiler turns into instructions over whole registers; only where all three are right is
//! the rest looked at.

use crate::codec::hex::PatternByte;
use std::ops::Range;

/// How many places are compared at once.
const LANES: usize = 64;

/// Bytes that stand beside each other, something being known of each. There is at least one.
#[derive(Clone, Debug)]
pub(super) struct MaskedRun {
    bytes: Vec<PatternByte>,
    /// Which of them are compared first: the first, the one in the middle, and the last.
    probes: [usize; 3],
}

impl MaskedRun {
    pub(super) fn new(bytes: Vec<PatternByte>) -> MaskedRun {
        let last = bytes.len() - 1;
        MaskedRun { bytes, probes: [0, last / 2, last] }
    }

    /// Where it stands first.
    pub(super) fn find(&self, bytes: &[u8]) -> Option<usize> {
        let places = (bytes.len() + 1).checked_sub(self.bytes.len())?;
        let [first, middle, last] = self.probes.map(|probe| (self.bytes[probe], &bytes[probe..][..places]));
        let blocks = first.1.as_chunks::<LANES>().0.iter();
        let blocks = blocks.zip(middle.1.as_chunks::<LANES>().0).zip(last.1.as_chunks::<LANES>().0);
        let mut place = 0;
        for ((first_block, middle_block), last_block) in blocks {
            if any([(first.0, first_block), (middle.0, middle_block), (last.0, last_block)]) {
                let found = self.find_among(bytes, place..place + LANES);
                if found.is_some() {
                    return found;
                }
            }
            place += LANES;
        }
        self.find_among(bytes, place..places)
    }

    fn find_among(&self, bytes: &[u8], mut places: Range<usize>) -> Option<usize> {
        places.find(|place| fits(&self.bytes, &bytes[*place..]))
    }
}

/// Whether these bytes are the wanted ones, where it matters.
pub(super) fn fits(wanted: &[PatternByte], found: &[u8]) -> bool {
    wanted.iter().zip(found).all(|(wanted, found)| found & wanted.mask == wanted.value)
}

/// Whether there is a lane in which all three bytes are right.
#[inline]
fn any([(a, first), (b, middle), (c, last)]: [(PatternByte, &[u8; LANES]); 3]) -> bool {
    let mut found = 0;
    for lane in 0..LANES {
        let is_first = first[lane] & a.mask == a.value;
        let is_middle = middle[lane] & b.mask == b.value;
        let is_last = last[lane] & c.mask == c.value;
        found |= u8::from(is_first & is_middle & is_last);
    }
    found != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_found_where_a_plain_walk_finds_it(
            bytes in proptest::collection::vec(proptest::sample::select(b"aAbB\x80".to_vec()), 0..300),
            run in proptest::collection::vec((0u8..=255, proptest::sample::select(vec![0xFFu8, 0xDF, 0x20])), 1..5),
        ) {
            let wanted: Vec<PatternByte> =
                run.iter().map(|(value, mask)| PatternByte { value: b"abAB"[usize::from(value % 4)] & mask, mask: *mask }).collect();
            let plain = bytes.windows(wanted.len()).position(|window| fits(&wanted, window));
            prop_assert_eq!(MaskedRun::new(wanted).find(&bytes), plain);
        }
    }
}
