//! Domain names: labels with their lengths, the rest of a name perhaps by a pointer to where it stood before.

use crate::codec::decode::fault::{Fault, Why};
use crate::codec::decode::reader::push_text;

/// A name with its dots has at most so many bytes.
const MAX_BYTES: usize = 255;
/// Pointers may lead to pointers; a message that is made of them must not cost more than it is long.
const MAX_POINTERS: usize = 32;

/// Where a name was read.
pub(super) struct Name {
    /// How many bytes it takes where it stands.
    pub(super) length: usize,
    pub(super) labels: u64,
}

/// Reads the name at a place of a message and appends its labels with dots between. Pointers lead to places before the
/// one they are followed from, so that no message can send the reader around in a circle.
pub(super) fn read(
    message: &[u8],
    base: usize,
    start: usize,
    mut label: impl FnMut(&[u8]),
) -> Result<Name, Fault> {
    let early = Fault { at: message.len(), why: Why::EndsEarly };
    let (mut at, mut earliest) = (start, start);
    let (mut length, mut labels, mut bytes, mut pointers) = (None, 0, 0, 0);
    loop {
        let size = usize::from(*message.get(at).ok_or(early)?);
        match size {
            0 => {
                return Ok(Name { length: length.unwrap_or_else(|| at + 1 - start), labels });
            }
            1..=63 => {
                let text = message.get(at + 1..at + 1 + size).ok_or(early)?;
                bytes += size + 1;
                if bytes > MAX_BYTES {
                    return Err(Fault { at, why: Why::WrongLength });
                }
                label(text);
                labels += 1;
                at += 1 + size;
            }
            0xc0.. => {
                let low = usize::from(*message.get(at + 1).ok_or(early)?);
                let target = base + ((size & 0x3f) << 8 | low);
                pointers += 1;
                if pointers > MAX_POINTERS {
                    return Err(Fault { at, why: Why::TooDeep });
                }
                if target >= earliest {
                    return Err(Fault { at, why: Why::Expected("an earlier place") });
                }
                length.get_or_insert_with(|| at + 2 - start);
                (at, earliest) = (target, target);
            }
            _ => return Err(Fault { at, why: Why::Unknown }),
        }
    }
}

/// Appends a label to a name.
pub(super) fn push_label(name: &mut String, from: usize, label: &[u8]) {
    if name.len() > from {
        name.push('.');
    }
    push_text(name, label);
}
