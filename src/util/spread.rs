//! How long things took, as a spread from which p50 and p99 are read: a kilobyte however much is counted, each value
//! within an eighth of what it was.

/// Values below this are told apart one by one.
const EXACT: u64 = 8;

/// Each doubling is cut into so many parts.
const PARTS: u64 = 8;

/// Up to 2^44 nanoseconds, which is almost five hours; longer ones count as that.
const LONGEST_POWER: u64 = 44;

const BUCKETS: usize = 8 + 41 * 8;

/// Counted values.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Spread {
    /// Empty until something is counted.
    buckets: Vec<u32>,
    count: u64,
}

impl Spread {
    /// Counts a value.
    pub fn add(&mut self, value: u64) {
        if self.buckets.is_empty() {
            self.buckets = vec![0; BUCKETS];
        }
        if let Some(bucket) = self.buckets.get_mut(bucket_of(value)) {
            *bucket = bucket.saturating_add(1);
        }
        self.count += 1;
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The value that so many in a hundred do not exceed; nothing where nothing was counted.
    pub fn percentile(&self, percent: u64) -> Option<u64> {
        let wanted = (self.count * percent).div_ceil(100).max(1);
        let mut so_far = 0;
        for (place, bucket) in self.buckets.iter().enumerate() {
            so_far += u64::from(*bucket);
            if so_far >= wanted {
                return Some(middle_of(place as u64));
            }
        }
        None
    }
}

fn bucket_of(value: u64) -> usize {
    let value = value.min((1 << LONGEST_POWER) - 1);
    let bucket = if value < EXACT {
        value
    } else {
        let power = u64::from(value.ilog2());
        // The three bits behind the first say which part of the doubling it is.
        let part = (value >> (power - 3)) & (PARTS - 1);
        EXACT + (power - 3) * PARTS + part
    };
    usize::try_from(bucket).unwrap_or(0)
}

/// A value in the middle of a bucket.
fn middle_of(bucket: u64) -> u64 {
    if bucket < EXACT {
        return bucket;
    }
    let power = (bucket - EXACT) / PARTS + 3;
    let part = (bucket - EXACT) % PARTS;
    let step = 1 << (power - 3);
    (PARTS + part) * step + step / 2
}

impl std::fmt::Debug for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Spread({} values)", self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::{Spread, bucket_of, middle_of};
    use proptest::prelude::*;

    #[test]
    fn every_value_has_a_bucket() {
        assert_eq!((bucket_of(0), bucket_of(u64::MAX)), (0, super::BUCKETS - 1));
    }

    #[test]
    fn percentiles_are_near_what_was_counted() {
        let mut spread = Spread::default();
        assert_eq!(spread.percentile(50), None);
        for value in 1..=1000_u64 {
            spread.add(value * 1000);
        }
        for (percent, value) in [(50, 500_000_u64), (99, 990_000), (100, 1_000_000), (0, 1_000)] {
            let found = spread.percentile(percent).unwrap();
            assert!(found.abs_diff(value) <= value / 8, "{percent}: {found}");
        }
        spread.add(u64::MAX);
        assert_eq!((spread.count(), spread.percentile(100).unwrap() > 1 << 43), (1001, true));
    }

    proptest! {
        #[test]
        fn each_value_stays_within_an_eighth(value in 0..1_u64 << 44) {
            let found = middle_of(bucket_of(value) as u64);
            prop_assert!(found.abs_diff(value) <= value / 8, "{} became {}", value, found);
        }
    }
}
