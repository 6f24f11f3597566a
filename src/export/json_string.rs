//! Strings of JSON, appended to a line character by character.

use crate::codec::hex::lower_digits_of;

/// Appends a JSON string, quotes included.
pub(in crate::export) fn push_string(line: &mut String, text: &str) {
    line.push('"');
    let mut plain_from = 0;
    for (place, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        line.push_str(&text[plain_from..place]);
        plain_from = place + 1;
        push_escaped(line, char::from(byte));
    }
    line.push_str(&text[plain_from..]);
    line.push('"');
}

/// Appends a character that cannot stand in a string as it is.
pub(in crate::export) fn push_escaped(line: &mut String, character: char) {
    match character {
        '"' => line.push_str("\\\""),
        '\\' => line.push_str("\\\\"),
        '\n' => line.push_str("\\n"),
        '\r' => line.push_str("\\r"),
        '\t' => line.push_str("\\t"),
        _ => {
            let number = u8::try_from(character).unwrap_or(0);
            line.push_str("\\u00");
            line.extend(lower_digits_of(number).map(char::from));
        }
    }
}
