//! Values of decoded fields, and how they are written: as Wireshark's console program writes them, so that the two can
//! be compared.

use crate::codec::decode::field::FieldKind;
use crate::codec::hex::lower_digits_of;
use std::net::IpAddr;

/// The value of a node, borrowed from its tree or from the message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// A heading, or JSON's null.
    Nothing,
    /// Yes or no.
    Flag(bool),
    /// A number.
    Unsigned(u64),
    /// A number that may be negative.
    Signed(i64),
    /// A number with a fraction.
    Float(f64),
    /// Characters; a byte that was none is written `\xFF`.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// An address.
    Address(IpAddr),
    /// A span of time in nanoseconds.
    Duration(u64),
}

impl Value<'_> {
    /// Appends the value as one word of a line: numbers as their field wants them, bytes as hex without gaps.
    pub fn push_plain(&self, kind: FieldKind, line: &mut String) {
        match *self {
            Value::Nothing => {}
            Value::Flag(flag) if kind == FieldKind::Any => line.push_str(if flag { "true" } else { "false" }),
            Value::Flag(flag) => line.push(if flag { '1' } else { '0' }),
            Value::Unsigned(number) => match kind {
                FieldKind::Hex(digits) => push_hex_number(line, number, digits),
                _ => line.push_str(itoa::Buffer::new().format(number)),
            },
            Value::Signed(number) => line.push_str(itoa::Buffer::new().format(number)),
            Value::Float(number) => line.push_str(&number.to_string()),
            Value::Text(text) => line.push_str(text),
            Value::Bytes(bytes) => {
                for byte in bytes {
                    line.extend(lower_digits_of(*byte).map(char::from));
                }
            }
            Value::Address(address) => line.push_str(&address.to_string()),
            // In floating point, as Wireshark does.
            Value::Duration(nanos) if kind == FieldKind::Millis => {
                line.push_str(&(nanos as f64 / 1e6).to_string());
            }
            Value::Duration(nanos) => {
                let mut digits = itoa::Buffer::new();
                line.push_str(digits.format(nanos / 1_000_000_000));
                line.push('.');
                // The leading one keeps the zeros of the fraction and is then left out.
                line.push_str(&digits.format(1_000_000_000 + nanos % 1_000_000_000)[1..]);
            }
        }
    }
}

fn push_hex_number(line: &mut String, number: u64, digits: u8) {
    line.push_str("0x");
    let wanted = usize::from(digits).clamp(1, 16);
    let needed = (16 - number.leading_zeros() as usize / 4).max(wanted);
    for place in (0..needed).rev() {
        let digit = (number >> (4 * place)) & 0xf;
        line.push(char::from(b"0123456789abcdef"[usize::try_from(digit).unwrap_or(0)]));
    }
}

#[cfg(test)]
mod tests {
    use super::Value;
    use crate::codec::decode::field::FieldKind;

    #[test]
    fn values_are_written_as_wireshark_writes_them() {
        for (value, kind, text) in [
            (Value::Unsigned(3), FieldKind::Number, "3"),
            (Value::Unsigned(0x2a), FieldKind::Hex(4), "0x002a"),
            (Value::Unsigned(0x0001_2345), FieldKind::Hex(4), "0x12345"),
            (Value::Unsigned(0), FieldKind::Hex(2), "0x00"),
            (Value::Flag(true), FieldKind::Flag, "1"),
            (Value::Flag(true), FieldKind::Any, "true"),
            (Value::Nothing, FieldKind::Any, ""),
            (Value::Signed(-5), FieldKind::Signed, "-5"),
            (Value::Float(26.5), FieldKind::Any, "26.5"),
            (Value::Bytes(&[0, 0xAB]), FieldKind::Bytes, "00ab"),
            (Value::Address("::1".parse().unwrap()), FieldKind::Address, "::1"),
            (Value::Duration(1_500_000), FieldKind::Duration, "0.001500000"),
            (Value::Duration(1_500_000), FieldKind::Millis, "1.5"),
        ] {
            let mut line = String::new();
            value.push_plain(kind, &mut line);
            assert_eq!(line, text, "{value:?}");
        }
    }
}
