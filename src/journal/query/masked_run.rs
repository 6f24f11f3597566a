//! Looking for bytes of which some bits are open at the speed of memory. Three of them are compared at many places at
//! once, in loops that the compiler turns into instructions over whole registers; only where all three are right is
//! the rest looked at.

use crate::codec::hex::PatternByte;
use std::ops::Range;

/// How many places are compared at once: as many as leave all that is compared in registers.
const LANES: usize = 32;

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
        let wanted = [first.0, middle.0, last.0];
        // Letters leave open the same bit all over, which is looked at once for all three.
        let is_one_mask = wanted.iter().all(|byte| byte.mask == first.0.mask);
        let mut place = 0;
        for ((first_block, middle_block), last_block) in blocks {
            let here = [first_block, middle_block, last_block];
            let is_near = if is_one_mask { any_of_one_mask(wanted, here) } else { any(wanted, here) };
            if is_near {
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
fn any([a, b, c]: [PatternByte; 3], [first, middle, last]: [&[u8; LANES]; 3]) -> bool {
    let mut found = 0;
    for lane in 0..LANES {
        let is_first = first[lane] & a.mask == a.value;
        let is_middle = middle[lane] & b.mask == b.value;
        let is_last = last[lane] & c.mask == c.value;
        found |= u8::from(is_first & is_middle & is_last);
    }
    found != 0
}

/// The same where the same bits of all three are known.
#[inline]
fn any_of_one_mask([a, b, c]: [PatternByte; 3], [first, middle, last]: [&[u8; LANES]; 3]) -> bool {
    let mut found = 0;
    for lane in 0..LANES {
        let differs = (first[lane] ^ a.value) | (middle[lane] ^ b.value) | (last[lane] ^ c.value);
        found |= u8::from(differs & a.mask == 0);
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
