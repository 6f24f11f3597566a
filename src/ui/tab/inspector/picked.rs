//! The bytes of a record that a person picked, with mouse or keyboard. It must not know what the bytes are.

use std::ops::Range;

/// From the byte where picking began to the one where it is now. One byte is always picked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Picked {
    origin: usize,
    head: usize,
}

/// A way to go with the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many bytes towards the end, or towards the start.
    By(isize),
    /// To the first byte.
    First,
    /// To the last byte.
    Last,
}

impl Picked {
    /// One byte.
    pub fn byte(place: usize) -> Picked {
        Picked { origin: place, head: place }
    }

    /// These bytes; of no bytes the one where they would be.
    pub fn range(range: &Range<usize>) -> Picked {
        Picked { origin: range.start, head: range.end.saturating_sub(1).max(range.start) }
    }

    /// From where picking began to this byte.
    #[must_use]
    pub fn extended_to(self, place: usize) -> Picked {
        Picked { head: place, ..self }
    }

    /// A step from where it is now, in a record of so many bytes. It goes on picking, or begins anew.
    #[must_use]
    pub fn stepped(self, step: Step, bytes: usize, extends: bool) -> Picked {
        let last = bytes.saturating_sub(1);
        let head = match step {
            Step::By(by) => self.head.saturating_add_signed(by).min(last),
            Step::First => 0,
            Step::Last => last,
        };
        if extends { self.extended_to(head) } else { Picked::byte(head) }
    }

    /// The byte where picking is now.
    pub fn head(self) -> usize {
        self.head
    }

    /// The picked bytes.
    pub fn bytes(self) -> Range<usize> {
        self.origin.min(self.head)..self.origin.max(self.head) + 1
    }

    /// Whether more than one byte is picked.
    pub fn is_several(self) -> bool {
        self.origin != self.head
    }

    /// The same within so many bytes.
    #[must_use]
    pub fn within(self, bytes: usize) -> Picked {
        let last = bytes.saturating_sub(1);
        Picked { origin: self.origin.min(last), head: self.head.min(last) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Picked, Step};

    #[test]
    fn picking_goes_both_ways_and_stays_in_the_record() {
        let at = Picked::byte(5);
        for (picked, bytes, several) in [
            (at, 5..6, false),
            (at.extended_to(7), 5..8, true),
            (at.extended_to(2), 2..6, true),
            (at.stepped(Step::By(1), 20, false), 6..7, false),
            (at.stepped(Step::By(8), 20, true), 5..14, true),
            (at.stepped(Step::By(-8), 20, true), 0..6, true),
            (at.stepped(Step::Last, 20, true), 5..20, true),
            (at.stepped(Step::First, 20, false), 0..1, false),
            (at.stepped(Step::By(99), 8, false), 7..8, false),
            (Picked::range(&(3..9)), 3..9, true),
            (Picked::range(&(3..3)), 3..4, false),
            (Picked::range(&(3..9)).within(5), 3..5, true),
        ] {
            assert_eq!((picked.bytes(), picked.is_several()), (bytes, several), "{picked:?}");
        }
    }
}
