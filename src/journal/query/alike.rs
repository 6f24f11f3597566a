//! Verdicts on rows that are judged by their heads alone: those that are alike in everything but their time are judged
//! once.

use crate::codec::expression::Verdict;
use crate::journal::format::HeadShape;

/// How many kinds of rows are remembered; a power of two.
const KEPT: usize = 1 << KEPT_BITS;
const KEPT_BITS: u32 = 8;

/// What was last said of a row of a shape.
#[derive(Clone, Debug)]
pub(super) struct Alike {
    kept: Box<[(HeadShape, Verdict); KEPT]>,
}

impl Default for Alike {
    fn default() -> Alike {
        // Rows of the empty shape, if there should be any, are read.
        let kept = Box::new([(HeadShape::default(), Verdict::Unread); KEPT]);
        Alike { kept }
    }
}

impl Alike {
    /// What is said of a row of this shape: what was said before, or what `judge` says now.
    #[inline]
    pub(super) fn verdict(&mut self, shape: HeadShape, judge: impl FnOnce() -> Verdict) -> Verdict {
        let place = (shape.hash() >> (u64::BITS - KEPT_BITS)) as usize;
        let kept = &mut self.kept[place % KEPT];
        if kept.0 != shape {
            *kept = (shape, judge());
        }
        kept.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::format::{FRAME_HEADER_BYTES, RawHeader, SYNC};

    /// The header of a row of so many bytes.
    fn header(length: u32) -> [u8; FRAME_HEADER_BYTES] {
        let mut bytes = [0; FRAME_HEADER_BYTES];
        bytes[0..2].copy_from_slice(&SYNC);
        bytes[2] = 1;
        bytes[8..12].copy_from_slice(&length.to_le_bytes());
        bytes
    }

    #[test]
    fn rows_that_are_alike_are_judged_once_and_others_by_themselves() {
        let mut alike = Alike::default();
        let mut judged = 0;
        for round in 0..2 {
            for length in 0..2560 {
                let bytes = header(length);
                let shape = RawHeader::at_start_of(&bytes).unwrap().shape();
                for _ in 0..3 {
                    let wanted = if length.is_multiple_of(3) { Verdict::Yes } else { Verdict::No };
                    let verdict = alike.verdict(shape, || {
                        judged += 1;
                        wanted
                    });
                    assert_eq!(verdict, wanted, "round {round}, length {length}");
                }
            }
        }
        // More than are kept: every length once in each round, and none of them three times.
        assert!(judged <= 2 * 2560, "{judged}");
    }
}
