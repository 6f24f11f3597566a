//! Numbers, differences and bytes appended to a line without the formatting machinery: an export has millions of them.

use itoa::Integer;

/// Appends a number.
pub(super) fn push_number(line: &mut String, number: impl Integer) {
    line.push_str(itoa::Buffer::new().format(number));
}

/// Appends a difference of times in seconds with nanoseconds: `0.003000000`.
pub(super) fn push_seconds(line: &mut String, difference_ns: i64) {
    if difference_ns < 0 {
        line.push('-');
    }
    let magnitude = difference_ns.unsigned_abs();
    push_number(line, magnitude / 1_000_000_000);
    // The leading one keeps the zeros of the fraction and is then left out.
    let mut digits = itoa::Buffer::new();
    line.push('.');
    line.push_str(&digits.format(1_000_000_000 + magnitude % 1_000_000_000)[1..]);
}

/// Appends bytes as lower-case hex.
pub(super) fn push_hex(line: &mut String, bytes: &[u8]) {
    const BLOCK: usize = 1024;
    let mut digits = [0; 2 * BLOCK];
    for block in bytes.chunks(BLOCK) {
        let digits = &mut digits[..2 * block.len()];
        if const_hex::encode_to_slice(block, digits).is_ok()
            && let Ok(text) = str::from_utf8(digits)
        {
            line.push_str(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{push_hex, push_seconds};

    #[test]
    fn differences_are_seconds() {
        for (difference_ns, text) in
            [(0, "0.000000000"), (3_000_000, "0.003000000"), (-1_500_000_000, "-1.500000000")]
        {
            let mut line = String::new();
            push_seconds(&mut line, difference_ns);
            assert_eq!(line, text);
        }
    }

    #[test]
    fn bytes_are_hex_however_many() {
        let bytes: Vec<u8> = (0..5000_u32).map(|number| number.to_le_bytes()[0]).collect();
        let mut line = String::new();
        push_hex(&mut line, &bytes);
        assert_eq!(const_hex::decode(&line).unwrap(), bytes);
    }
}
