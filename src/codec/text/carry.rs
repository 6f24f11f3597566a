//! What one record of a stream leaves unfinished for the next.

use crate::codec::text::segment::LONGEST_UNIT;

/// The start of a character at the end of a record: what the next record of the stream begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Carry {
    bytes: [u8; LONGEST_UNIT - 1],
    length: u8,
}

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
