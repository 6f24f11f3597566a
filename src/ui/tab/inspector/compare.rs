//! Which bytes of two records differ, place by place. It must not know what they mean.

use std::ops::Range;

/// Where `one` is not what `other` has at the same place; what is past the end of `other` differs, too. In order.
pub(super) fn differing(one: &[u8], other: &[u8]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (place, byte) in one.iter().enumerate() {
        if other.get(place) == Some(byte) {
            continue;
        }
        match ranges.last_mut() {
            Some(last) if last.end == place => last.end += 1,
            _ => ranges.push(place..place + 1),
        }
    }
    ranges
}

/// Whether a byte is in one of these ranges, which are in order.
pub(super) fn contains(ranges: &[Range<usize>], place: usize) -> bool {
    let next = ranges.partition_point(|range| range.end <= place);
    ranges.get(next).is_some_and(|range| range.contains(&place))
}

#[cfg(test)]
mod tests {
    use super::{contains, differing};

    #[test]
    fn bytes_that_differ_are_told_as_ranges() {
        for (one, other, ranges) in [
            (&b"abcdef"[..], &b"abcdef"[..], &[][..]),
            (b"abXYef", b"abcdef", &[(2, 4)]),
            (b"XbcdeX", b"abcdef", &[(0, 1), (5, 6)]),
            (b"abc", b"abcdef", &[]),
            (b"abcdef", b"abc", &[(3, 6)]),
            (b"", b"abc", &[]),
        ] {
            let found = differing(one, other);
            assert_eq!(found.iter().map(|range| (range.start, range.end)).collect::<Vec<_>>(), ranges);
            for place in 0..8 {
                let inside = ranges.iter().any(|(from, to)| (*from..*to).contains(&place));
                assert_eq!(contains(&found, place), inside, "{place}");
            }
        }
    }
}
